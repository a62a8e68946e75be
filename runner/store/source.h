/* SPDX-License-Identifier: MIT */
/* source.h - where repositories are fetched from: URL templates, tried in order.
 *
 * "https://github.com/{owner}/{repo}", "file:///mirror/{owner}/{repo}", or a path as git takes one,
 * "../mirror/{repo}". A folder may have ".git" behind its name. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stddef.h>

#define SOURCE_DEFAULT "https://github.com/{owner}/{repo}"
#define SOURCE_VARIABLE "WFRUN_ACTION_SOURCE" /* templates, white space between them */

/* The templates that count: those given (NULL-ended), else those of the environment, else the
 * default one. Relative paths become absolute. NULL and *err (WF_ERR_USAGE) for one without
 * {repo}, or with another word in braces. */
const char *const *source_list(struct wf_arena *arena, const char *const *given, size_t *n,
    struct wf_error *err);
/* The URL or path of a repository. */
const char *source_url(struct wf_arena *arena, const char *source, struct wf_str owner,
    struct wf_str repo);
/* A URL for people and logs: without the name and password that it may hold. */
struct wf_str source_shown(struct wf_arena *arena, const char *url);
