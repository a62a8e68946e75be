/* SPDX-License-Identifier: MIT */
/* hash.h - hashFiles(): SHA-256 over the files of a job's workspace (semantics.md 2.8.3). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "runner/box/box.h"

#include <stdbool.h>

/* Each argument may hold several patterns, one a line. *out is 64 hexadecimal digits, or empty when
 * no file matches. Errors are WF_ERR_EVAL in GitHub's wording. Files are read as the job sees them,
 * through box_open(). */
bool hash_files(struct wf_arena *arena, struct box *box, const struct wf_str *patterns, size_t n,
    struct wf_str *out, struct wf_error *err);
