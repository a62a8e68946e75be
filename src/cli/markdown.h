/* SPDX-License-Identifier: MIT */
/* markdown.h - what a step wrote to GITHUB_STEP_SUMMARY, as a terminal can show it.
 *
 * GitHub's dialect: tables, task lists, strikethrough, bare links; of HTML the tags that its own
 * toolkit writes. Links and images go nowhere, scripts and styles are words. */
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* What a text may come to; the rest is left out, for a short text can unfold to a large one. */
#define MARKDOWN_LARGEST ((size_t)256 << 10)

/* Appends the text set in lines of about `width` columns, each with a line feed. The text may hold
 * any byte. false and *err: the library that reads Markdown is not there, nothing is appended. */
bool markdown_render(struct wf_buf *out, struct wf_str text, size_t width, bool color,
    struct wf_error *err);
