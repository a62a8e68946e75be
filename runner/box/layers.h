/* SPDX-License-Identifier: MIT */
/* layers.h - what an overlay of folders would show, as a plain copy.
 *
 * Touches nothing but its arguments, so that it may run on another thread. */
#pragma once

#include "base/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct layers_copy {
	const char *const *layers; /* NULL-ended, at least one, the first on top */
	const char *target; /* an empty folder */
	const char *skip; /* a folder that is not copied, wherever it is met; or NULL */
	const atomic_bool *cancelled; /* set by another thread to end it early */
};

/* Copies folders, files and symbolic links with their modes and times; shares blocks where the file
 * system can. Character devices 0/0 hide what lower layers have under this name. Other special
 * files are left out. On false, target holds part of it. */
bool layers_copy(const struct layers_copy *copy, struct wf_error *err);

/* Whether `path` is `folder` or lies below it, by its text; one with ".." in it never is. */
bool layers_within(const char *path, const char *folder);
