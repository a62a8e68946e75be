/* SPDX-License-Identifier: MIT */
/* neighbours.h - the workflow files and actions of a work tree, each read once; for `wfrun check`.
 *
 * What one file says of another is asked here, so that a file is read when it is checked or when
 * somebody names it, whichever comes first. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "model/lint.h"

/* One file. Problems of reading are in diags, and the rules add theirs there. */
struct neighbour {
	const char *file; /* as a person would type it */
	bool is_action;
	bool unreadable; /* for the reason in err */
	bool checked; /* belongs to the caller */
	struct wf_error err;
	struct wf_str text;
	struct wf_diags diags;
	const struct workflow *workflow; /* these are NULL when GitHub refuses the file */
	const struct action *action;
};

struct neighbours {
	struct wf_arena *arena;
	const char *root; /* "" or a path that ends with '/' */
	struct wf_map files; /* path below the root to struct neighbour */
	struct wf_str *names; /* of workflows; NULL: not asked yet */
	size_t nnames;
};

void neighbours_init(struct neighbours *all, struct wf_arena *arena, const char *root);
/* The file at this path below the root; never NULL. */
struct neighbour *neighbours_read(struct neighbours *all, struct wf_str path);
/* Paths of the workflow files below the root, in order. */
char **neighbours_workflows(struct neighbours *all, size_t *n);
/* The same as the rules want it. */
struct lint_repository neighbours_repository(struct neighbours *all);
