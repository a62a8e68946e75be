/* SPDX-License-Identifier: MIT */
/* pack.h - files of a folder into a zip, as artifacts have it, or a tar, as caches have it.
 *
 * Blocks; made for libuv's pool. Paths are looked up with the folder as the root of all. */
#pragma once

#include "base/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum pack_kind {
	PACK_ZIP, /* regular files alone, links followed */
	PACK_TAR_ZSTD, /* folders with all that is below, links as links */
	PACK_TAR_GZIP,
};

struct pack_item {
	const char *path; /* absolute, below root */
	const char *name; /* in the archive */
};

struct pack {
	enum pack_kind kind;
	int root;
	const struct pack_item *items;
	size_t n;
	int level; /* of PACK_ZIP, 0 to 9 */
	int target; /* where the archive is written */
	const atomic_bool *stop; /* set by who does not want it any more; may be NULL */
};

/* False when a file cannot be read, or the archive not be written. */
bool pack(const struct pack *job, struct wf_error *err);
/* Copies what is left of one open file to another; path is for messages. */
bool pack_copy(int source, int target, const char *path, struct wf_error *err);
