/* SPDX-License-Identifier: MIT */
/* report.h - what the final summary needs of a record, collected while it grows.
 *
 * Everything is a copy in the report's own arena. Lines are not kept, and texts are bounded in
 * number and length, so that a run of days costs no more than its jobs. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "runner/output/record.h"

#include <stddef.h>
#include <stdint.h>

struct report_job {
	struct record_job facts; /* facts.run is &report_run.facts */
	const char *result; /* NULL: it never finished */
	int64_t duration;
	struct wf_str reason;
	size_t nsteps; /* finished ones */
	struct wf_str failed_step; /* name of the first that failed, or empty */
	int failed_exit; /* its exit code, -1: none */
	size_t nsummaries; /* of its steps, all that there were */
};

struct report_run {
	struct record_run facts;
	const char *result; /* NULL: it never finished */
	int64_t duration;
	struct wf_str reason;
	struct report_job **jobs; /* in the order in which they were first heard of */
	size_t njobs, cap;
};

struct report_text {
	struct wf_str text; /* cut at REPORT_TEXT_MAX */
	struct wf_str reason; /* asleep */
	struct command_place place;
	const char *level; /* annotations */
	const struct report_run *run; /* may be NULL */
	const struct report_job *job; /* may be NULL */
	struct wf_str step; /* its name, or empty */
};

/* GitHub's limits (1.10): of each level for one step, and for what a job says outside of its steps;
 * UTF-16 units of a message; summaries of one job. */
#define REPORT_ISSUES_MAX 10
#define REPORT_MESSAGE_MAX 4096
#define REPORT_SUMMARIES_MAX 20

#define REPORT_TEXT_MAX 65536
#define REPORT_TEXTS_MAX 1000 /* of one list; and REPORT_TEXT_MAX * 16 bytes together */

struct report_texts {
	struct report_text *items;
	size_t n, cap;
	size_t bytes;
	size_t dropped; /* how many more there were, beyond GitHub's limits or these */
};

struct report_artifact {
	struct wf_str name, path;
	struct record_artifact facts;
};

struct report {
	struct wf_arena *arena;
	struct report_run **runs;
	size_t nruns, cap;
	struct report_texts annotations, summaries, differences, notes, asleep;
	struct report_texts writes; /* calls that would have changed something on GitHub */
	struct report_artifact *artifacts; /* REPORT_TEXTS_MAX at most */
	size_t nartifacts, artifacts_cap;
	int64_t first, last; /* times of the first and the last event */
};

/* A sink that fills *report, which it owns; readable until the record is freed. */
struct record_sink *record_report_new(const struct report **report);
