/* SPDX-License-Identifier: MIT */
/* hash.h - hashFiles(): SHA-256 over the files of a job's workspace (semantics.md 2.8.3). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_SECONDS 120 /* that GitHub gives a call */

/* One call. It may be answered on any thread: nothing of it belongs to the loop. */
struct hash_ask {
	int root; /* "/" as the job sees it, an O_PATH descriptor */
	const char *workspace; /* absolute, below root */
	const struct wf_str *patterns; /* the arguments; each may hold several, one a line */
	size_t n;
	uint64_t deadline; /* of uv_hrtime() */
	const atomic_bool *stop; /* set by who does not want the answer any more; may be NULL */
};

/* *out is 64 hexadecimal digits, or empty when no file matches. Errors are WF_ERR_EVAL in GitHub's
 * wording, with the cause as the hint. Files are read by as many threads as there are processors,
 * and no link leads out of root. */
bool hash_files(struct wf_arena *arena, const struct hash_ask *ask, struct wf_str *out,
    struct wf_error *err);
