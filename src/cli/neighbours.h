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
	const char *root; /* "" or a path that ends with '/' */
	struct wf_map checked; /* paths; belongs to the caller */

	pthread_mutex_t lock; /* of the files, and of the arena that they are in */
	struct wf_arena *arena;
	struct wf_map files; /* path below the root to struct source, or to NULL where none is */

	/* Taken before the other lock. To look through all files for their names takes a while,
	 * for which nobody must wait who asks for something else. */
	pthread_mutex_t names_lock;
	struct wf_arena *names_arena;
	struct wf_str *names; /* of workflows; NULL: not asked yet */
	size_t nnames;
};

/* The root must live as long; neighbours_release() frees what was read. */
void neighbours_init(struct neighbours *all, const char *root);
void neighbours_release(struct neighbours *all);
/* Paths of the workflow files below the root, in order, made in the arena. */
char **neighbours_workflows(const struct neighbours *all, struct wf_arena *arena, size_t *n);
/* The work tree as the rules want it. */
struct lint_repository neighbours_repository(struct neighbours *all);
