/* SPDX-License-Identifier: MIT */
/* unpack.h - a zip or tar into a folder, whatever its author wanted it to do.
 *
 * Blocks; made for libuv's pool. Nothing outside of the folder is read or written: every path is
 * looked up with the folder as the root of all, files are made anew and never written through a
 * link, links are made when everything else is there, and devices never. */
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define UNPACK_FILES 1000000

enum unpack_kind {
	/* As clients of artifacts unpack: names that are absolute or climb are refused, and so are
	 * links that lead out; all files get the usual mode. */
	UNPACK_ARTIFACT,
	/* As tar -P unpacks, with the folder for "/": names may be absolute or climb, modes, times
	 * and links are restored. */
	UNPACK_CACHE,
};

struct unpack {
	enum unpack_kind kind;
	int source; /* the archive, read from its start; must allow seeking when it is a zip */
	int root; /* the folder */
	const char *base; /* absolute, below root: where relative names start; made when missing */
	uint64_t max_bytes; /* of all files together; 0: half of what is free */
	const atomic_bool *stop; /* set by who does not want it any more; may be NULL */
	/* answers */
	uint64_t bytes, files;
};

/* False when the archive is damaged, refused, or cannot be written; what was unpacked until then
 * stays. WF_ERR_USAGE: the archive is to blame. */
bool unpack(struct unpack *job, struct wf_error *err);
