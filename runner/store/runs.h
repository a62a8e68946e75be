/* SPDX-License-Identifier: MIT */
/* runs.h - the run store of a repository: which runs there were, their jobs and results.
 *
 * One database (store/db.h), which any number of wfrun processes may have open. Every call is one
 * short transaction that waits for those of others; it blocks, and one thread at a time may use it.
 * A process that is killed leaves the store whole; its runs are found dead at the next opening, and
 * count as cancelled. Kept are the newest RUNS_KEPT runs, none older than RUNS_DAYS. Nothing that a
 * step prints is in here, so no secret is. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUNS_KEPT 1000
#define RUNS_DAYS 90

struct runs; /* an open store */

/* A run. Texts are GitHub's words; times are milliseconds since 1970. */
struct runs_run {
	uint64_t id, number; /* see store/numbers.h */
	uint64_t attempt;
	uint64_t parent; /* id of the run whose workflow_run event it is, or 0 */
	struct wf_str workflow, path, title;
	struct wf_str event, ref, head_branch, head_sha;
	struct wf_str status; /* queued, in_progress, completed */
	struct wf_str conclusion; /* empty until then */
	int64_t created, updated;
};

struct runs_job {
	uint64_t run; /* its id */
	uint64_t number; /* github's check_run_id: unique in the run */
	struct wf_str id, name; /* key under jobs:, display name */
	struct wf_str status, conclusion;
	int64_t started, completed; /* 0: not */
};

/* Opens the store in this folder, which is there; made when it is missing. NULL and *err
 * (WF_ERR_SYS) when it cannot be used. */
struct runs *runs_open(const char *folder, struct wf_error *err);
void runs_close(struct runs *runs);

/* What became of a run or of one of its jobs. */
struct runs_change {
	enum runs_what { RUNS_NEW, RUNS_RUN, RUNS_JOB } what;
	struct runs_run run; /* RUNS_NEW: all; RUNS_RUN: id, status, conclusion, updated */
	struct runs_job job;
};

/* Writes all of it, or nothing. When a run is completed, old ones are removed. */
bool runs_write(struct runs *runs, const struct runs_change *changes, size_t n,
    struct wf_error *err);

/* All runs, the newest first, and the jobs of one by number; texts live in the arena. */
bool runs_list(struct runs *runs, struct wf_arena *arena, struct runs_run **out, size_t *n,
    struct wf_error *err);
bool runs_jobs(struct runs *runs, struct wf_arena *arena, uint64_t run, struct runs_job **out,
    size_t *n, struct wf_error *err);
