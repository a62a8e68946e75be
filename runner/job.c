/* SPDX-License-Identifier: MIT */
/* job.c - the states of a job, and what each of them does. How its folders, environment and box
 * come to be is the matter of job_setup.c. */
#include "runner/job.h"

#include "base/fs.h"
#include "model/template.h"
#include "runner/container.h"
#include "runner/job_engine.h"
#include "runner/job_setup.h"
#include "runner/offer.h"
#include "runner/scope.h"
#include "runner/session_state.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define LAST_MOMENT_MS 400 /* between SIGINT and the end of the box when nothing is waited for */

enum job_state
job_next(enum job_state state, const struct job_facts *facts)
{
	switch (state) {
	case JOB_QUEUED:
		if (facts->cancelled)
			return JOB_DONE;
		return facts->admitted ? JOB_SETUP : state;
	case JOB_SETUP:
		if (facts->setup_failed)
			return JOB_TEARDOWN;
		return facts->setup_done ? JOB_STEPS : state;
	case JOB_STEPS: return facts->steps_done ? JOB_TEARDOWN : state;
	case JOB_TEARDOWN: return facts->torn_down ? JOB_DONE : state;
	case JOB_DONE: return state;
	}
	abort();
}

static void job_advance(struct job *job);

struct job *
job_new(struct call *call, const struct plan_job *plan)
{
	struct wf_arena *arena = call->run->arena;
	struct session *session = call->run->session;
	struct job *job = wf_new(arena, struct job);
	struct record_job *rec = wf_new(arena, struct record_job);

	rec->run = call->run->rec;
	rec->id = wf_strf(arena, "%.*s%.*s", WF_ARG(call->id_prefix), WF_ARG(plan->node->def->id));
	rec->name = wf_strf(arena, "%.*s%.*s", WF_ARG(call->name_prefix), WF_ARG(plan->name));
	rec->number = ++session->njobs;
	job->call = call;
	job->def = plan->node->def;
	job->plan = *plan;
	job->nsteps = call->parts ? select_steps(session->options->select,
	                                call->parts[plan->node->index], job->def)
	                          : job->def->nsteps;
	job->rec = rec;
	job->outputs = expr_object_new(arena);
	job->temp_fd = job->commands_fd = -1;
	return job;
}

static const struct mask *
mask_of(const struct job *job)
{
	return job->mask ? job->mask : job->call->run->mask;
}

void
job_annotate(struct job *job, const struct record_step *step, const char *level, const char *fmt,
    ...)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct record_event event = {
		.kind = RECORD_ANNOTATION,
		.level = level,
		.job = job->rec,
		.step = step,
		.mask = mask_of(job),
	};
	va_list ap;

	va_start(ap, fmt);
	event.text = wf_vstrf(arena, fmt, ap);
	va_end(ap);
	record_put(job->call->run->session->record, &event);
}

void
job_annotate_error(struct job *job, const struct record_step *step, const struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	if (err->kind == WF_ERR_EVAL && err->pos.file)
		job_annotate(job, step, "error", "The template is not valid. %.*s",
		    WF_ARG(template_message(arena, err, sizeof(err->msg))));
	else
		job_annotate(job, step, "error", "%s%s%s", err->msg, err->hint[0] ? "; " : "",
		    err->hint);
}

bool
job_fail_key(const struct job *job, const char *key, struct wf_error *err)
{
	const struct wf_error cause = *err;

	plan_fail_key(job->call->plan, job->def, key, &cause, err);
	err->pos = WF_NOWHERE;
	return false;
}

static void
record_finish(struct job *job)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	struct session *session = job->call->run->session;
	const struct record_event event = {
		.kind = RECORD_JOB_FINISHED,
		.job = job->rec,
		.mask = mask_of(job),
		.result = plan_result_name(job->result),
		.reason = job->reason,
		.duration = job->started ? record_now(session->record) - job->started : 0,
		.outputs = scope_pairs(scratch, job->outputs),
		.noutputs = job->outputs->n,
	};

	record_put(session->record, &event);
}

void
job_finish(struct job *job, enum plan_result result, struct wf_str reason)
{
	job->state = JOB_DONE;
	job->result = result;
	job->counted = result;
	if (result == PLAN_FAILURE && job->continue_on_error)
		job->counted = PLAN_SUCCESS;
	job->reason = reason;
	/* a call is what its jobs are; it has no line of its own, unless it fails by itself */
	if (!job->callee || reason.n)
		record_finish(job);
	mask_free(job->mask);
	job->mask = NULL;
	call_job_done(job->call, job);
}

/* Labels of GitHub's machines that no Linux box can stand in for. */
static const char *const foreign_labels[] = { "windows", "macos" };

static bool
is_foreign(struct wf_str label)
{
	for (size_t i = 0; i < WF_COUNT(foreign_labels); i++) {
		struct wf_str foreign = wf_str(foreign_labels[i]);

		if (wf_str_ieq(wf_str_sub(label, 0, foreign.n), foreign))
			return true;
	}
	return false;
}

static bool
find_foreign(struct expr_value value, struct wf_str *label)
{
	if (value.kind == EXPR_OBJECT)
		value = expr_object_get(value.object, WF_S("labels"));
	if (value.kind == EXPR_STRING && is_foreign(value.string)) {
		*label = value.string;
		return true;
	}
	for (size_t i = 0; value.kind == EXPR_ARRAY && i < value.array->n; i++)
		if (find_foreign(value.array->items[i], label))
			return true;
	return false;
}

bool
job_foreign_label(struct job *job, struct wf_str *label, struct wf_error *err)
{
	struct wf_arena *arena = job->call->run->arena;
	const struct expr_scope scope = { .contexts = scope_node(arena, job) };
	struct expr_value value;

	*label = WF_S("");
	if (!expr_token_eval(arena, job->def->runs_on, &scope, &value, err))
		return job_fail_key(job, "runs-on", err);
	find_foreign(value, label);
	return true;
}

/* ---- states ---- */

static void
on_timeout(uv_timer_t *timer)
{
	struct job *job = timer->data;

	job_annotate(job, NULL, "error",
	    "The job running on runner wfrun has exceeded the maximum execution "
	    "time of %.0f minutes.",
	    job->timeout_minutes);
	job_cancel(job, WF_S("timeout-minutes is over"), false);
}

static bool
is_run_secret(const struct session *session, struct wf_str value)
{
	const struct expr_object *secrets = session->options->secrets;

	if (wf_str_is(value, RUN_DUMMY_TOKEN))
		return true;
	for (size_t i = 0; secrets && i < secrets->n; i++)
		if (wf_str_eq(secrets->pairs[i].value.string, value))
			return true;
	return false;
}

/* What a caller passes as a secret is one in the called workflow, whatever it was before. */
static void
mask_passed(struct job *job)
{
	const struct expr_object *secrets = expr_object_get(job->call->contexts, WF_S("secrets"))
	                                        .object;

	for (size_t i = 0; job->call->caller && i < secrets->n; i++) {
		struct wf_str value = secrets->pairs[i].value.string;

		if (!is_run_secret(job->call->run->session, value))
			mask_add(job->mask, value);
	}
}

static uint64_t
milliseconds(double minutes)
{
	return (uint64_t)(minutes * 60 * 1000);
}

static void
start_box(struct job *job)
{
	struct wf_error err;

	if (!job_setup(job, &err)) {
		job_setup_failed(job, &err);
		return;
	}
	uv_timer_start(&job->timer, on_timeout, milliseconds(job->timeout_minutes), 0);
	job->box_started = true;
	box_start(job->box);
}

static void
cancelled_in_setup(struct job *job)
{
	job->steps.status = PLAN_CANCELLED;
	job->facts.setup_failed = true;
}

/* The image that was not stored has come, or cannot. */
static void
on_image(struct job *job, const struct wf_error *err)
{
	if (job->facts.cancelled)
		cancelled_in_setup(job);
	else if (err)
		job_setup_failed(job, err);
	else
		start_box(job);
	job_advance(job);
}

/* *stored is false when on_image() follows. */
static bool
get_image(struct job *job, bool *stored, struct wf_error *err)
{
	*stored = !job->engine;
	if (job->engine)
		return job_engine_get(job, on_image, err);
	return !job->container || container_get(job, on_image, stored, err);
}

static void
enter_setup(struct job *job)
{
	bool stored;
	struct session *session = job->call->run->session;
	const struct record_event event = { .kind = RECORD_JOB_STARTED, .job = job->rec };
	struct wf_error err;

	job->started = record_now(session->record);
	job->arena = wf_arena_new();
	job->mask = mask_new(job->call->run->mask);
	mask_passed(job);
	uv_timer_init(&session->loop, &job->timer);
	job->timer.data = job;
	job->timer_open = true;
	record_put(session->record, &event);
	run_in_progress(job->call->run);
	if (!job_prepare(job, &err) || !get_image(job, &stored, &err))
		job_setup_failed(job, &err);
	else if (stored)
		start_box(job);
}

static void
on_images(struct job *job, const struct wf_error *err)
{
	if (err && job->facts.cancelled) /* it ends the pulls */
		cancelled_in_setup(job);
	else if (err)
		job_setup_failed(job, err);
	else
		job->facts.setup_done = true;
	job_advance(job);
}

static void
on_shelf_shown(void *data, const struct wf_error *err)
{
	if (err)
		on_images(data, err);
	else
		docker_pull(data, on_images);
}

void
job_box_ready(struct box *box, const struct wf_error *err)
{
	struct job *job = box->data;
	struct wf_error why;

	if (!err) {
		job->commands_fd = box_open(box, job->commands_dir, O_RDONLY | O_DIRECTORY, &why);
		err = job->commands_fd < 0 ? &why : NULL;
	}
	if (!err && job->engine)
		job_engine_ready(job);
	if (err && job->facts.cancelled) {
		job->steps.status = PLAN_CANCELLED;
		job->facts.setup_failed = true;
		job_advance(job);
		return;
	}
	if (err) {
		job_setup_failed(job, err);
		job_advance(job);
	} else {
		shelf_show(job, on_shelf_shown, job);
	}
}

void
job_setup_failed(struct job *job, const struct wf_error *err)
{
	job->steps.status = PLAN_FAILURE;
	job->facts.setup_failed = true;
	/* no box can be made here: then there is none for others */
	if (err->kind == WF_ERR_MISSING)
		session_abort(job->call->run->session, err);
	else
		job_annotate_error(job, NULL, err);
}

static void
on_steps_done(struct steps *steps)
{
	steps->job->facts.steps_done = true;
	job_advance(steps->job);
}

static void
enter_steps(struct job *job)
{
	job->steps.on_done = on_steps_done;
	if (job->facts.cancelled)
		steps_cancel(&job->steps, true);
	steps_advance(&job->steps);
}

static void
enter_teardown(struct job *job)
{
	uv_timer_stop(&job->timer);
	if (!job->facts.setup_failed)
		job_collect(job);
	if (job->box_started)
		box_stop(job->box);
	else
		job->facts.torn_down = true;
}

void
job_box_gone(struct box *box)
{
	struct job *job = box->data;

	job->facts.torn_down = true;
	/* a box that goes by itself (it was killed) takes its steps along: their ends came before
	 */
	job_advance(job);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	struct job *job = handle->data;
	struct session *session = job->call->run->session;
	enum plan_result result = job->steps.status;

	job->timer_open = false;
	if (job->box)
		box_free(job->box);
	job->box = NULL;
	wf_close_fd(&job->temp_fd);
	wf_close_fd(&job->commands_fd);
	if (job->state_dir)
		wf_remove_tree(job->state_dir, NULL);
	offer_withdraw(job);
	matcher_set_free(job->matchers);
	wf_arena_free(job->arena);
	job->arena = NULL;
	job->contexts = NULL;
	job_finish(job, result, job->reason); /* before the slot goes to one that this may cancel */
	sched_leave(session->sched, &job->slot);
}

static void
enter_done(struct job *job)
{
	struct session *session = job->call->run->session;

	if (job->timer_open) {
		uv_close((uv_handle_t *)&job->timer, on_timer_closed);
		return;
	}
	sched_leave(session->sched, &job->slot); /* it never left the queue */
	job_finish(job, PLAN_CANCELLED, job->reason);
}

static void
enter_nothing(struct job *job)
{
	(void)job;
}

static void (*const enter[])(struct job *job) = {
	[JOB_QUEUED] = enter_nothing,
	[JOB_SETUP] = enter_setup,
	[JOB_STEPS] = enter_steps,
	[JOB_TEARDOWN] = enter_teardown,
	[JOB_DONE] = enter_done,
};

static void
job_advance(struct job *job)
{
	enum job_state next;

	if (job->advancing)
		return; /* a callback came from within enter[]; the loop below sees its fact */
	job->advancing = true;
	while ((next = job_next(job->state, &job->facts)) != job->state) {
		job->state = next;
		enter[next](job);
	}
	job->advancing = false;
}

/* ---- from outside ---- */

static void
on_admit(struct sched_item *item)
{
	struct job *job = WF_OWNER(item, struct job, slot);

	job->facts.admitted = true;
	job_advance(job);
}

void
job_start(struct job *job)
{
	struct session *session = job->call->run->session;

	job->slot.admit = on_admit;
	job->slot.group = &job->call->nodes[job->plan.node->index].group;
	sched_enter(session->sched, &job->slot);
}

static void
on_last_moment(uv_timer_t *timer)
{
	struct job *job = timer->data;

	if (job->state == JOB_STEPS && job->box)
		box_stop(job->box);
}

/* cancel-timeout-minutes is over (5.9): what still runs, runs no longer. */
static void
on_patience_over(uv_timer_t *timer)
{
	struct job *job = timer->data;

	job_cancel(job, job->reason, true);
}

void
job_cancel(struct job *job, struct wf_str reason, bool now)
{
	if (job->state == JOB_TEARDOWN || job->state == JOB_DONE || job->ending ||
	    (job->facts.cancelled && !now))
		return;
	job->facts.cancelled = true;
	job->ending = now;
	if (!job->reason.n)
		job->reason = wf_str_dup(job->call->run->arena, reason);
	if (job->state == JOB_STEPS)
		steps_cancel(&job->steps, now);
	else if (job->state == JOB_SETUP) {
		job->steps.status = PLAN_CANCELLED;
		job_engine_cancel(job);
	}
	if (job->state == JOB_STEPS)
		uv_timer_start(&job->timer, now ? on_last_moment : on_patience_over,
		    now ? LAST_MOMENT_MS : milliseconds(job->cancel_minutes), 0);
	job_advance(job);
}
