/* SPDX-License-Identifier: MIT */
/* hash_glob.h - which files the patterns of hashFiles() mean, and where to look for them
 * (semantics.md 2.8.3). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/pattern.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct hash_glob {
	bool negated;
	struct wf_pattern *pattern; /* matches paths relative to the workspace */
	struct wf_str root; /* the literal folders that it starts with, relative; empty: all */
};

struct hash_globs {
	const char *workspace; /* set before hash_globs_read() */
	bool follow; /* --follow-symbolic-links */
	struct hash_glob *items;
	size_t n, cap;
};

/* Reads the arguments of a call; each may hold several patterns, one a line. What is outside of the
 * workspace is left out. Released in any case. */
bool hash_globs_read(struct wf_arena *arena, const struct wf_str *patterns, size_t n,
    struct hash_globs *globs, struct wf_error *err);
void hash_globs_release(struct hash_globs *globs);
/* Ordered: a positive pattern sets, a negated one clears. path is relative to the workspace. */
bool hash_globs_match(const struct hash_globs *globs, struct wf_str path);
/* Whether the walk begins at the root of this one: no other positive pattern starts at or above it.
 */
bool hash_globs_is_root(const struct hash_globs *globs, size_t index);
