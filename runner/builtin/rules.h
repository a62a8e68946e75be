/* SPDX-License-Identifier: MIT */
/* rules.h - the filters of dorny/paths-filter: named lists of patterns, with kinds of change.
 *
 * Read from YAML in which anchors are allowed and lists may nest. A `struct rules` holds compiled
 * patterns and is freed by rules_free(); it is used by the thread that made it. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "event/repo.h"

#include <stdbool.h>
#include <stddef.h>

struct rules;

/* How the patterns of one filter decide on a path. */
enum rules_quantifier {
	RULES_SOME, /* one of them matches */
	RULES_EVERY, /* all of them match */
	RULES_SOME_WITH_EXCLUDES, /* one matches, and none that begins with ! excludes it */
};

/* NULL and *err in the words of the action when the text is no set of filters. */
struct rules *rules_read(struct wf_arena *arena, struct wf_str yaml,
    enum rules_quantifier quantifier, struct wf_error *err);
void rules_free(struct rules *rules); /* NULL is allowed */

size_t rules_count(const struct rules *rules);
struct wf_str rules_name(const struct rules *rules, size_t filter);
/* Whether a change of this kind (not REPO_RENAMED) at this path belongs to the filter. */
bool rules_match(const struct rules *rules, size_t filter, struct wf_str path,
    enum repo_change_kind status);

/* "added", "modified", "deleted", "renamed" */
const char *rules_status_name(enum repo_change_kind status);
