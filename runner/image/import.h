/* SPDX-License-Identifier: MIT */
/* import.h - images from files: what `docker save` writes, OCI layouts (a folder, or a tar of one),
 * and root file systems.
 *
 * Which of them it is, is seen in what is in it. Blocks; nothing of it needs a loop. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "runner/image/store.h"

#include <stdbool.h>
#include <stddef.h>

struct image_import {
	struct image_store *store;
	struct wf_arena *arena;
	const char *path; /* of the file or folder */
	struct wf_str name; /* for the image, in place of those that are in the file; or empty */
	struct wf_str *names; /* image_ref_short() of those that were imported */
	size_t nnames, names_cap;
};

/* False and *err (WF_ERR_MISSING, or WF_ERR_USAGE when a name is wanted and there is none). */
bool image_import(struct image_import *import, struct wf_error *err);
