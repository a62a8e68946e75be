/* SPDX-License-Identifier: MIT */
/* job.h - one job instance: a matrix leg in its box, or a call of a reusable workflow.
 *
 * Facts are set by callbacks, job_next() alone decides, and the enter functions alone act
 * (STYLE.md 17). The struct is made by the call that the job belongs to and lives as long as the
 * session; what the job needs only while it runs is in `arena` and goes with it. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "expr/expr.h"
#include "plan/plan.h"
#include "runner/background.h"
#include "runner/box/box.h"
#include "runner/docker_pull.h"
#include "runner/env.h"
#include "runner/output/mask.h"
#include "runner/output/matcher.h"
#include "runner/output/record.h"
#include "runner/run.h"
#include "runner/sched.h"
#include "runner/shelf.h"
#include "runner/stage.h"
#include "runner/steps.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

enum job_state {
	JOB_QUEUED, /* waits for a slot */
	JOB_SETUP, /* the box is being made */
	JOB_STEPS,
	JOB_TEARDOWN, /* the box is being undone */
	JOB_DONE,
};

struct job_facts {
	bool admitted;
	bool cancelled;
	bool setup_done, setup_failed;
	bool steps_done;
	bool torn_down;
};

/* The state that follows from the facts; the same state when nothing changes. Pure. */
enum job_state job_next(enum job_state state, const struct job_facts *facts);

struct job {
	struct call *call;
	const struct job_def *def;
	struct plan_job plan; /* matrix, strategy, name */
	size_t nsteps; /* of def->steps, then of steps.defs: the first ones, that are selected */
	struct record_job *rec;
	enum plan_result result; /* before continue-on-error */
	enum plan_result counted; /* after it: what needs and the run see */
	struct expr_object *outputs; /* session's arena */
	struct wf_str reason; /* why skipped, cancelled, failed before a step */

	struct claim claim; /* on the job's concurrency group */

	/* a call of a reusable workflow */
	struct call *callee;

	/* a job in a box */
	enum job_state state;
	struct job_facts facts;
	bool advancing;
	bool box_started;
	bool ending; /* cancelled, and nothing is waited for */
	struct sched_item slot;
	struct wf_arena *arena; /* from admission to the end of teardown */
	struct mask *mask;
	struct matcher_set *matchers; /* NULL until ::add-matcher:: */
	struct box *box;
	struct job_engine *engine; /* NULL: its box is no container of an engine */
	struct container *container; /* NULL: the box shows this machine */
	const char *state_dir, *temp_dir; /* on the host */
	const char *commands_dir; /* the folder of command files, as the job sees it */
	int temp_fd, commands_fd; /* temp, and its folder of command files; opened before any step
	                           * could put something else in their place */
	struct env env;
	struct expr_object *contexts; /* what its steps see */
	struct expr_object *github, *runner_context, *job_context;
	struct wf_str default_shell, default_directory; /* defaults.run, evaluated; or empty */
	bool has_bash;
	bool debug; /* ACTIONS_STEP_DEBUG: commands are echoed, RUNNER_DEBUG is set */
	bool continue_on_error;
	double timeout_minutes, cancel_minutes; /* whole */
	struct steps steps;
	struct background background;
	struct wf_str service_token; /* empty until the service knows the job (offer.h) */
	struct stages stages; /* of its actions */
	struct shelf shelf; /* repositories of them */
	struct docker_wants images; /* of container actions */
	int next_step_number;
	unsigned nscripts, nfiles; /* made so far, for their names */
	uv_timer_t timer; /* the job's timeout, then the patience of a forced end */
	bool timer_open;
	int64_t started;
};

/* Makes the instance of a node; nothing starts. */
struct job *job_new(struct call *call, const struct plan_job *plan);
/* Queues it (or starts the called workflow). call_job_done() follows exactly once. */
void job_start(struct job *job);
/* The job shall end: unfinished steps are told, later ones see cancelled(). With `now` nothing is
 * waited for: the box goes as soon as its processes had a moment to react to SIGINT. */
void job_cancel(struct job *job, struct wf_str reason, bool now);
/* Ends a job that has no box: skipped, failed before it could start, or the end of a call. */
void job_finish(struct job *job, enum plan_result result, struct wf_str reason);

/* Finds the label by which `runs-on` asks for a machine that is not Linux; empty when none does.
 * False and *err when it cannot be evaluated. */
bool job_foreign_label(struct job *job, struct wf_str *label, struct wf_error *err);

/* Makes of *err what GitHub says of a key that cannot be evaluated before the job is queued. The
 * message has the place, *err none any more. Always false. */
bool job_fail_key(const struct job *job, const char *key, struct wf_error *err);
/* An annotation that wfrun itself makes; step may be NULL, level is error, warning or notice. */
void job_annotate(struct job *job, const struct record_step *step, const char *level,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The annotation for an error; one of an expression says where it stands. */
void job_annotate_error(struct job *job, const struct record_step *step,
    const struct wf_error *err);
