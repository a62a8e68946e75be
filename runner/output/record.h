/* SPDX-License-Identifier: MIT */
/* record.h - the append-only list of everything that happens, and who listens to it.
 *
 * Every fact about runs, jobs and steps goes through record_put(), which masks what steps can have
 * written and stamps the time; sinks (terminal, NDJSON, the collecting report) see nothing else.
 * The schema of the NDJSON form is doc/record.md. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "runner/output/command.h"
#include "runner/output/mask.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* X(enum suffix, name in JSON). Behind it: the fields of struct record_event that belong to the
 * kind beside run, job and step. */
#define RECORD_KINDS(X)                                                                            \
	X(WORKFLOW_ASLEEP, "workflow.asleep") /* text: its name; place: what decided; reason */    \
	X(RUN_STARTED, "run.started")                                                              \
	X(RUN_FINISHED, "run.finished") /* result, reason, duration */                             \
	X(JOB_STARTED, "job.started") /* the box is being made */                                  \
	X(JOB_FINISHED, "job.finished") /* result, reason, duration, outputs; skipped jobs too */  \
	X(STEP_STARTED, "step.started")                                                            \
	X(STEP_FINISHED, "step.finished") /* outcome, result, reason, duration, exit, outputs */   \
	X(LINE, "line") /* text: one line of a step's output */                                    \
	X(GROUP, "group") /* text: its title */                                                    \
	X(ENDGROUP, "endgroup")                                                                    \
	X(ANNOTATION, "annotation") /* level; text: the message; place */                          \
	X(DEBUG, "debug") /* text */                                                               \
	X(STEP_SUMMARY, "summary") /* text: Markdown of GITHUB_STEP_SUMMARY */                     \
	X(DIFFERENCE, "difference") /* text: what GitHub does and wfrun does not; place */         \
	X(NOTE, "note") /* text: said once, a missing secret, a chosen box */                      \
	X(ARTIFACT, "artifact") /* text: its name; place: the folder with its files; artifact */   \
	X(WOULD,                                                                                   \
	    "would") /* text: a call to GitHub that would have changed something; reason: body */  \
	X(CHAIN, "chain") /* run: the one that woke others by workflow_run; result; chain */

enum record_kind {
#define X(suffix, name) RECORD_##suffix,
	RECORD_KINDS(X)
#undef X
};
const char *record_kind_name(enum record_kind kind);

/* Who an event is about. Open, plain data, made by run, job and step; must outlive the events that
 * name it (sinks copy what they keep). What the server decides on GitHub is never masked: no secret
 * can be in it, and a secret that is called "main" must not hide the branch. */
struct record_run {
	uint64_t id; /* github.run_id */
	uint64_t number; /* 1, 2, 3 ... within this invocation, in order of start */
	uint64_t parent; /* number of the run whose workflow_run event woke it; 0: none */
	struct wf_str workflow, path; /* display name, file */
	struct wf_str event, ref, sha;
	struct wf_str head_branch;
	struct wf_str title; /* run-name */
};

struct record_job {
	const struct record_run *run;
	struct wf_str id; /* "test"; in a called workflow "test/unit" */
	struct wf_str name; /* display name, "test / unit (3.11)" */
	uint64_t number; /* 1, 2, ... within this invocation */
	/* of its environment, or empty; the url is known when the job ends, and holds no secret */
	struct wf_str environment, environment_url;
	bool debug; /* ACTIONS_STEP_DEBUG: what is said for debugging shall be seen */
};

struct record_step {
	const struct record_job *job;
	int number; /* 1-based among the job's steps, pre and post included */
	struct wf_str id, name; /* the name is evaluated on the machine, so it is masked */
	bool background; /* others of the job may run at the same time */
};

/* The workflow_run event that a run raised, and whom it woke. */
struct record_chain {
	struct wf_str action; /* "requested", "in_progress", "completed" */
	struct wf_str ref, sha,
	    head_branch; /* of the event: refs/heads/main, and the tag or branch */
	const struct wf_str *workflows; /* names of those that wake */
	size_t nworkflows;
};

/* What a job has uploaded. */
struct record_artifact {
	uint64_t id, size; /* as uploaded */
	uint64_t files; /* 0: they could not be unpacked */
};

/* One event. Fields that do not belong to its kind stay zero. */
struct record_event {
	enum record_kind kind;
	int64_t time; /* milliseconds since 1970; set by record_put() */
	const struct record_run *run; /* set from job or step when NULL */
	const struct record_job *job; /* set from step when NULL */
	const struct record_step *step;
	const struct mask *mask; /* of the job, or of the run; NULL: nothing to mask */
	struct wf_str text; /* see RECORD_KINDS */
	const char *result; /* of a run or job; conclusion of a step */
	const char *outcome; /* of a step, before continue-on-error */
	struct wf_str reason; /* why skipped, asleep, cancelled */
	int64_t duration; /* milliseconds */
	int exit_code; /* STEP_FINISHED of a process, -1: none */
	const char *level; /* ANNOTATION: error, warning, notice */
	struct command_place place; /* ANNOTATION, DIFFERENCE, WORKFLOW_ASLEEP */
	const struct command_pair *outputs; /* JOB_FINISHED, STEP_FINISHED */
	size_t noutputs;
	const struct record_chain *chain; /* CHAIN */
	const struct record_artifact *artifact; /* ARTIFACT */
};

struct record;

/* What an event points to is there during put() only. A sink must not call record_put(). The step
 * of a LINE has no name: a name is masked for each event that it goes out with. */
struct record_sink {
	void (*put)(struct record_sink *sink, const struct record_event *event);
	void (*flush)(struct record_sink *sink); /* nothing comes for a while; may be NULL */
	void (*close)(struct record_sink *sink); /* the record is over; frees the sink */
};

/* now() gives milliseconds since 1970 (injected, so that golden records compare). */
struct record *record_new(int64_t (*now)(void *data), void *data);
/* Sinks are called in the order they were added; the record closes them. */
void record_add_sink(struct record *record, struct record_sink *sink);
void record_put(struct record *record, const struct record_event *event);
int64_t record_now(const struct record *record);
/* Between hold and release all events bear one time: the lines of one read came at once. */
void record_hold_time(struct record *record);
void record_release_time(struct record *record);
/* To be called when the loop is about to wait: what sinks hold back for speed becomes visible. */
void record_flush(struct record *record);
void record_free(struct record *record);

/* One JSON object a line onto `out` (not closed by it). */
struct record_sink *record_ndjson_new(FILE *out);
