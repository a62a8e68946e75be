#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes an OCI layout of one image out of layer archives, byte for byte the same each time.

usage: make_image.py LAYOUT NAME CONFIG-JSON [--arch ARCH] LAYER.tar[.gz|.zst]...
"""
import gzip
import hashlib
import json
import pathlib
import subprocess
import sys

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def plain(data):
    if data.startswith(GZIP):
        return gzip.decompress(data), "+gzip"
    if data.startswith(ZSTD):
        return subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout, "+zstd"
    return data, ""


def main(argv):
    arch = "amd64"
    if "--arch" in argv:
        at = argv.index("--arch")
        arch = argv[at + 1]
        del argv[at:at + 2]
    layout, name, config, layers = pathlib.Path(argv[1]), argv[2], json.loads(argv[3]), argv[4:]
    blobs = layout / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)

    def blob(data, media_type):
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"mediaType": "application/vnd.oci.image." + media_type, "digest": "sha256:" + digest, "size": len(data)}

    diff_ids, entries = [], []
    for path in layers:
        data = pathlib.Path(path).read_bytes()
        tar, suffix = plain(data)
        diff_ids.append("sha256:" + hashlib.sha256(tar).hexdigest())
        entries.append(blob(data, "layer.v1.tar" + suffix))
    image = {"architecture": arch, "os": "linux", "config": config, "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(json.dumps(image).encode(), "config.v1+json"),
        "layers": entries,
    }
    entry = blob(json.dumps(manifest).encode(), "manifest.v1+json")
    entry["platform"] = {"os": "linux", "architecture": arch}
    entry["annotations"] = {"org.opencontainers.image.ref.name": name}
    index = layout / "index.json"
    old = json.loads(index.read_text())["manifests"] if index.exists() else []
    index.write_text(json.dumps({"schemaVersion": 2, "manifests": old + [entry]}))
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


main(sys.argv)
