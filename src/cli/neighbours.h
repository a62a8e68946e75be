/* SPDX-License-Identifier: MIT */
/* neighbours.h - the workflow files and actions of a work tree; for `wfrun check`.
 *
 * A file that is checked is read, shown and forgotten. What others say of it, they say of a second
 * reading, which is made when the first of them asks and kept: few files are asked for, and a
 * thousand may be checked. */
#pragma once

#include <pthread.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "model/lint.h"

/* One file as it was read. */
struct source {
	const char *file; /* as a person would type it */
	bool is_action;
	struct wf_str text;
	struct wf_diags diags; /* problems of reading */
	const struct workflow *workflow; /* these are NULL when GitHub refuses the file */
	const struct action *action;
};

/* Reads the file at `path` below `root`; false and *err when there is none that can be read. */
bool source_read(struct source *out, struct wf_arena *arena, const char *root, struct wf_str path,
    struct wf_error *err);

/* The rules may ask from several threads at once. */
struct neighbours {
	pthread_mutex_t lock; /* of all below that grows while rules ask */
	struct wf_arena *arena;
	const char *root; /* "" or a path that ends with '/' */
	struct wf_map files; /* path below the root to struct source, or to NULL where none is */
	struct wf_map checked; /* paths; belongs to the caller */
	struct wf_str *names; /* of workflows; NULL: not asked yet */
	size_t nnames;
};

void neighbours_init(struct neighbours *all, struct wf_arena *arena, const char *root);
/* Paths of the workflow files below the root, in order. */
char **neighbours_workflows(struct neighbours *all, size_t *n);
/* The work tree as the rules want it. */
struct lint_repository neighbours_repository(struct neighbours *all);
