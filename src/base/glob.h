/* SPDX-License-Identifier: MIT */
/* glob.h - two glob dialects as sources of regular expressions; the inside of pattern.c.
 *
 * The text that comes out is anchored, valid UTF-8, and for PCRE2 in UTF mode. Bytes of the pattern
 * that are not UTF-8 become U+FFFD, as pattern.c does with the names that are matched. */
#pragma once

#include "base/str.h"

#include <stdbool.h>

/* The dialect of `on:` filters (semantics.md 4.5). False with *problem in words when the text is
 * not a pattern. To be compiled so that '.' matches a newline. */
bool glob_from_filter(struct wf_str text, struct wf_buf *out, const char **problem);

/* Appends one character (its UTF-8 bytes) so that it means itself. */
void glob_add_literal(struct wf_buf *out, struct wf_str ch);

/* picomatch with {dot: true}. False for a text that picomatch turns into an expression that never
 * matches. */
bool glob_from_picomatch(struct wf_str text, struct wf_buf *out);
