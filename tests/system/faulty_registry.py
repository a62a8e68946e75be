#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A registry on loopback that serves one OCI layout under names that say what goes wrong.

usage: faulty_registry.py LAYOUT LOG; prints its port. The log has a line for each request.

    ok      nothing goes wrong          basic   wants user "ann" and password "secret"
    token   the same, by a token        busy    429 twice, with Retry-After: 0
    shaky   500 once for each path      half    ends in the middle of each blob, once
    wrong   other bytes than promised   long    more bytes than promised
    down    500 always

"busy-2" is another one that is busy.
"""
import base64
import http.server
import json
import pathlib
import sys

LAYOUT = pathlib.Path(sys.argv[1])
LOG = open(sys.argv[2], "a", buffering=1)
BASIC = "Basic " + base64.b64encode(b"ann:secret").decode()
TOKEN = "Bearer a.token-of.ours"
seen = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def times(self, key):
        seen[key] = seen.get(key, 0) + 1
        return seen[key]

    def fault(self, name):
        """Answers in place of the content; True when it did."""
        host = self.headers["Host"]
        authorization = self.headers.get("Authorization")
        error = json.dumps({"errors": [{"message": "as this test wants it"}]}).encode()
        if name == "basic" and authorization != BASIC:
            self.answer(401, error, [("WWW-Authenticate", 'Basic realm="test"')])
        elif name == "token" and authorization != TOKEN:
            realm = f'Bearer realm="http://{host}/token",service="test",scope="repository:token:pull"'
            self.answer(401, error, [("WWW-Authenticate", realm)])
        elif name == "busy" and self.times("busy") <= 2:
            self.answer(429, error, [("Retry-After", "0")])
        elif name == "down" or (name == "shaky" and self.times(self.path) == 1):
            self.answer(500, error, [("Retry-After", "0")])
        else:
            return False
        return True

    def blob(self, name, data):
        start = 0
        if self.headers.get("Range", "").startswith("bytes="):
            start = int(self.headers["Range"][6:].split("-")[0])
        if name == "wrong" and len(data) > 2000:
            data = data[:100] + bytes([data[100] ^ 1]) + data[101:]
        if name == "long" and len(data) > 2000:
            data += b"more"
        headers = [("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")] if start else []
        if name != "half" or self.times(self.path) > 1:
            self.answer(206 if start else 200, data[start:], headers)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.wfile.flush()
        self.close_connection = True

    def do_GET(self):
        LOG.write(f"{self.path} {self.headers.get('Range', '-')}\n")
        if self.path.startswith("/token?"):
            granted = self.headers.get("Authorization") == BASIC
            self.answer(200 if granted else 401, json.dumps({"token": TOKEN[7:]}).encode() if granted else b"{}")
            return
        _, _, name, kind, version = self.path.split("/")
        name = name.split("-")[0]
        if self.fault(name):
            return
        index = json.loads((LAYOUT / "index.json").read_text())
        if kind == "manifests" and not version.startswith("sha256:"):
            self.answer(200, json.dumps(index).encode())
            return
        data = (LAYOUT / "blobs" / "sha256" / version[7:]).read_bytes()
        if kind == "blobs":
            self.blob(name, data)
        else:
            self.answer(200, data)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *request):
        """A client that has heard enough goes."""


server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
