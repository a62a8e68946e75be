/* SPDX-License-Identifier: MIT */
/* pattern.h - compiled patterns: the filter dialect, hashFiles globs, picomatch globs, regexes.
 *
 * The only file that includes pcre2.h. A pattern is compiled once (JIT where PCRE2 has it) and can
 * be matched from the thread that compiled it. Its memory is freed by wf_pattern_free(). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct wf_pattern;

enum wf_dialect {
	/* `on:` filters (semantics.md 4.5): * ** ? + [a-z] and backslash; no leading '!' here */
	WF_PATTERN_FILTER,
	/* picomatch with {dot: true}, as dorny/paths-filter uses it: braces, extglob, negation */
	WF_PATTERN_PICOMATCH,
	/* a regular expression, unanchored, as problem matchers use it */
	WF_PATTERN_REGEX,
};

/* NULL and *err (WF_ERR_INVALID at pos) when the text is not a pattern of this dialect. */
struct wf_pattern *wf_pattern_new(enum wf_dialect dialect, struct wf_str text, struct wf_pos pos,
    struct wf_error *err);
void wf_pattern_free(struct wf_pattern *pattern);

/* Whether the pattern matches (glob dialects: the whole of s). */
bool wf_pattern_match(const struct wf_pattern *pattern, struct wf_str s);

/* For WF_PATTERN_REGEX: the captures of the first match, groups[0] being the whole; at most n are
 * written, unset groups have p == NULL. Returns the number of groups, 0 for no match. */
size_t wf_pattern_groups(const struct wf_pattern *pattern, struct wf_str s, struct wf_str *groups,
    size_t n);
