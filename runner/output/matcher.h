/* SPDX-License-Identifier: MIT */
/* matcher.h - problem matchers: lines of output that are annotations (semantics.md 6.9).
 *
 * A set belongs to a job and is changed by ::add-matcher:: and ::remove-matcher::. A stream belongs
 * to one step and holds what several lines have in common so far; it sees changes of its set at
 * once. The set must outlive its streams. Definitions and lines are foreign. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

struct matcher_set;

struct matcher_set *matcher_set_new(void);
void matcher_set_free(struct matcher_set *set); /* NULL is allowed */
/* Adds the matchers of a definition file, given as its text: they are asked before the ones that
 * are there, and replace those of the same owner. false and *err in GitHub's words when the file is
 * not valid; the set is as before then. */
bool matcher_set_add(struct matcher_set *set, struct wf_str json, struct wf_error *err);
/* Removes the matcher of this owner (letters without case), if there is one. */
void matcher_set_remove(struct matcher_set *set, struct wf_str owner);
/* Removes the owners that a definition file names. */
bool matcher_set_remove_file(struct matcher_set *set, struct wf_str json, struct wf_error *err);

struct matcher_stream;

struct matcher_stream *matcher_stream_new(const struct matcher_set *set);
void matcher_stream_free(struct matcher_stream *stream); /* NULL is allowed */

/* What a line says. Text lives in the arena given to matcher_stream_feed(). */
struct matcher_hit {
	const char *level; /* "error", "warning", "notice" */
	struct wf_str message, code;
	struct wf_str file, from_path; /* as captured; see matcher_hit_path() */
	unsigned line, col; /* 0: none */
	struct wf_str text; /* the line without colours, to be shown in place of it */
};

/* Shows the next line of output to the matchers. true: it completes a problem. */
bool matcher_stream_feed(struct matcher_stream *stream, struct wf_arena *arena, struct wf_str line,
    struct matcher_hit *hit);

/* The absolute path that the hit means: its file, from the folder of its from_path, from the
 * workspace; without "." and "..". Empty when it has no file. GitHub names the file only when it
 * exists and is in the workspace: the caller looks, and uses command_relative(). */
struct wf_str matcher_hit_path(struct wf_arena *arena, const struct matcher_hit *hit,
    struct wf_str workspace);
