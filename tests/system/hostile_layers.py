#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Layer archives that want to do harm. usage: hostile_layers.py DIR"""
import io
import pathlib
import sys
import tarfile

OUT = pathlib.Path(sys.argv[1])


def entry(name, kind=tarfile.REGTYPE, link="", data=b"", **more):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(data)
    for key, value in more.items():
        setattr(info, key, value)
    return info, data


def archive(name, *entries):
    with tarfile.open(OUT / (name + ".tar"), "w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in entries:
            tar.addfile(info, io.BytesIO(data))


archive("dotdot", entry("a/../../escape", data=b"x"))
archive("absolute", entry("/absolute", data=b"inside"))
archive("link", entry("out", tarfile.SYMTYPE, "/tmp"), entry("out/wfrun-escape", data=b"x"))
archive("link-up", entry("up", tarfile.SYMTYPE, "../../../../../../tmp"), entry("up/wfrun-escape", data=b"x"))
archive("link-file", entry("f", tarfile.SYMTYPE, "/tmp/wfrun-escape"), entry("f", data=b"x"))
archive("hard-out", entry("h", tarfile.LNKTYPE, "../../../../etc/passwd"))
archive("hard-absolute", entry("h", tarfile.LNKTYPE, "/etc/passwd"))
archive("hard-link", entry("out", tarfile.SYMTYPE, "/etc"), entry("h", tarfile.LNKTYPE, "out/passwd"))
archive("device", entry("disk", tarfile.BLKTYPE, devmajor=8, devminor=0), entry("zero", tarfile.CHRTYPE),
        entry("file", data=b"x"))
archive("whiteout-up", entry(".wh...", data=b""))
archive("long", entry("x/" * 3000 + "file", data=b"x"))
archive("overlay-notes", entry("d", tarfile.DIRTYPE, mode=0o755,
                               pax_headers={"SCHILY.xattr.trusted.overlay.redirect": "/etc"}),
        entry("f", data=b"x", pax_headers={"SCHILY.xattr.user.overlay.metacopy": "y"}))
archive("replaced", entry("d", tarfile.DIRTYPE, mode=0), entry("d/below", data=b"1"), entry("d", data=b"now a file"))
with open(OUT / "cut.tar", "wb") as cut:
    cut.write((OUT / "replaced.tar").read_bytes()[:700])
