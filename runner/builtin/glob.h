/* SPDX-License-Identifier: MIT */
/* glob.h - the patterns of the toolkit's glob package, over what a job sees.
 *
 * One pattern a line; `#` comments, `!` excludes, later ones win. They are absolute or start at the
 * workspace; `*`, `?`, `[set]`, `**` and `\` as in minimatch. Links are followed, broken ones left
 * out. Blocks; made for libuv's pool. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct glob_ask {
	int root; /* "/" as the job sees it */
	const char *workspace, *home; /* absolute, below root */
	struct wf_str patterns;
	bool descendants; /* naming a folder takes all that is below */
	bool no_hidden; /* names with a dot at the front are left out */
	const atomic_bool *stop; /* may be NULL */
};

struct glob_found {
	const char *path; /* absolute, below root */
	bool is_folder;
};

struct glob_answer {
	struct glob_found *items; /* in the order of the toolkit's walk */
	size_t n, cap;
	const char **roots; /* where it searched: the patterns' literal folders, none in another */
	size_t nroots, roots_cap;
};

/* Errors are WF_ERR_USAGE for a bad pattern, in the toolkit's words. */
bool glob_find(struct wf_arena *arena, const struct glob_ask *ask, struct glob_answer *answer,
    struct wf_error *err);
