/* SPDX-License-Identifier: MIT */
/* unpack.h - the archive of one layer becomes a folder that overlays are made of.
 *
 * Whiteouts of the archive become those of the kernel: character devices 0/0, and the attribute
 * that makes a folder opaque. Links are resolved as if the folder were the root of all, so that
 * nothing is ever written outside of it; a path with ".." is refused. Devices are left out: a box
 * has its own. With privileges files keep their owners; without, all belong to this user.
 * Blocks: it is called on a thread. The only room that knows libarchive, loaded when needed. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct image_unpacked {
	struct wf_str digest; /* of the archive as it was read, compressed or not */
	uint64_t size; /* bytes of it */
};

/* Reads a tar archive (plain, gzip, zstd, xz or bzip2) from the descriptor, to its end, into the
 * folder `root`. On false the folder holds anything, and is to be removed; *out says what the bytes
 * were even so, if they could be read. */
bool image_unpack(struct wf_arena *arena, int archive, int root, struct image_unpacked *out,
    struct wf_error *err);
/* rm -rf of an unpacked tree, also of folders that do not let their owner in. */
bool image_unpack_undo(const char *path, struct wf_error *err);
