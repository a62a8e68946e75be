/* SPDX-License-Identifier: MIT */
/* matcher_def.h - the definition of a problem matcher, read from its JSON. Used by matcher.c alone.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/pattern.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* What a pattern can capture, in the order in which GitHub checks it. */
enum matcher_field {
	MATCHER_FILE,
	MATCHER_LINE,
	MATCHER_COLUMN,
	MATCHER_SEVERITY,
	MATCHER_CODE,
	MATCHER_MESSAGE,
	MATCHER_FROM_PATH,
	MATCHER_FIELDS,
};

#define MATCHER_GROUPS_MAX 100 /* groups that can be named, the whole match included */

struct matcher_pattern {
	struct wf_pattern *regex;
	int groups[MATCHER_FIELDS]; /* -1: not set by this pattern */
	bool loop; /* the last of several: matches line after line */
};

struct matcher_def {
	struct wf_str owner, severity;
	struct matcher_pattern *patterns;
	size_t npatterns; /* at least 1 */
};

/* Reads and checks a definition file. The definitions are in the arena, but for their regexes:
 * each is to be released. */
bool matcher_defs_read(struct wf_arena *arena, struct wf_str json, struct matcher_def ***defs,
    size_t *n, struct wf_error *err);
void matcher_def_release(struct matcher_def *def);
/* The owners alone. */
bool matcher_owners_read(struct wf_arena *arena, struct wf_str json, struct wf_str **owners,
    size_t *n, struct wf_error *err);
