#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What an engine itself takes for a process in a container: create, start, read, inspect.

usage: exec.py SOCKET IMAGE N: prints the milliseconds of one, the median of N."""

import http.client
import json
import socket
import statistics
import sys
import time

path, image, n = sys.argv[1], sys.argv[2], int(sys.argv[3])


class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)


def ask(engine, method, where, body=None):
    engine.request(method, "/v1.41" + where, body and json.dumps(body),
                   {"Content-Type": "application/json"})
    return engine.getresponse().read()


engine = Engine("engine")
name = json.loads(ask(engine, "POST", "/containers/create", {
    "Image": image, "Entrypoint": ["tail"], "Cmd": ["-f", "/dev/null"]}))["Id"]
try:
    ask(engine, "POST", f"/containers/{name}/start")
    times = []
    for _ in range(n):
        begin = time.monotonic()
        made = json.loads(ask(engine, "POST", f"/containers/{name}/exec", {
            "AttachStdout": True, "AttachStderr": True, "Cmd": ["sh", "-c", "echo hello"]}))["Id"]
        ask(Engine("engine"), "POST", f"/exec/{made}/start", {"Detach": False, "Tty": False})
        assert json.loads(ask(engine, "GET", f"/exec/{made}/json"))["ExitCode"] == 0
        times.append((time.monotonic() - begin) * 1000)
    print(f"{statistics.median(times):.1f}")
finally:
    ask(engine, "DELETE", f"/containers/{name}?force=1&v=1")
