/* SPDX-License-Identifier: MIT */
/* run.h - one run of a workflow, from its plan to its result.
 *
 * A run owns a tree of calls: the workflow itself is the root call, and each job that calls a
 * reusable workflow has a call below it. A call keeps, for each node of its plan, the job instances
 * and what came out of them. A node is decided as soon as its own needs are done; nothing waits
 * for anything else. All memory is the session's arena. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "event/event.h"
#include "expr/expr.h"
#include "model/workflow.h"
#include "plan/plan.h"
#include "plan/select.h"
#include "runner/claims.h"
#include "runner/load.h"
#include "runner/output/mask.h"
#include "runner/output/record.h"
#include "runner/sched.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct actions_tree;
struct session;
struct job;

/* What stands behind one node of a call's plan. */
struct run_node {
	bool decided; /* its `if:` was asked; jobs are made, or it is done without any */
	struct job **jobs; /* instances in matrix order */
	size_t njobs, ndone;
	struct sched_group group; /* max-parallel of its matrix */
};

/* One workflow file as it is run (root) or called (below a job). */
struct call {
	struct run *run;
	struct job *caller; /* NULL for the root */
	const struct actions_tree *from; /* the repository of the file; NULL: the one that runs */
	struct plan *plan;
	struct run_node *nodes; /* [plan->n] */
	const enum select_part *parts; /* [plan->n]: what is selected; NULL: all */
	enum plan_result *results; /* [plan->n], after continue-on-error */
	struct expr_value *outputs; /* [plan->n], objects */
	size_t ndone;
	struct expr_object *contexts; /* github, inputs, vars, secrets */
	struct claim claim; /* on the concurrency group of the file */
	struct wf_str id_prefix, name_prefix; /* "test/", "test / " */
	bool cancelled, stopped; /* stopped: not even always() starts anything more */
	struct wf_str cancel_reason;
	bool finished;
	bool advancing;
};

/* What secrets.GITHUB_TOKEN holds when none is given. */
#define RUN_DUMMY_TOKEN "wfrun-dummy-token-no-access-to-github"

struct run {
	struct session *session;
	struct wf_arena *arena;
	const struct workflow *wf;
	const struct event *event;
	struct record_run *rec;
	struct mask *mask; /* secrets of the run */
	const struct load_files *files; /* the file is one of them, and so are those it calls */
	struct event_run facts; /* run id, number, attempt, file's ref */
	struct call *root;
	struct wf_str event_json; /* the payload as text, for event.json */
	unsigned depth; /* how many workflow_run levels lead here */
	int64_t created;
	bool in_progress; /* its first job has started */
	enum plan_result result;
	struct run *next; /* in the session's list */
};

/* Why a run is made. */
struct run_cause {
	const struct workflow *wf;
	const struct event *event;
	const struct load_files *files; /* what the workflow was read with */
	struct wf_str cron; /* the entry of a schedule that fired, else empty */
};

/* Prepares a run; parent is the run whose workflow_run event it is, or NULL. NULL and *err when the
 * inputs of a workflow_dispatch are not what the workflow takes. */
struct run *run_new(struct session *session, const struct run_cause *cause,
    const struct run *parent, struct wf_error *err);
/* Decides every node without needs. session_run_done() follows, from the loop, or from within when
 * there is nothing to wait for. */
void run_start(struct run *run);
/* Cancels the run as GitHub does (5.9): conditions are asked again, and what holds still runs. With
 * `now` nothing more is started, and what runs has a moment to react to SIGINT. */
void run_cancel(struct run *run, bool now);

/* A job of the run started: the first one raises workflow_run with the type in_progress. */
void run_in_progress(struct run *run);
/* A job instance ended; it is the job's last word. */
void call_job_done(struct call *call, struct job *job);
/* Cancels what is unfinished in the call; `now` as for job_cancel(). */
void call_cancel(struct call *call, struct wf_str reason, bool now);
