/* SPDX-License-Identifier: MIT */
/* steps.c - the walk over a list of steps, and the functions that its conditions may call. */
#include "runner/steps.h"

#include "model/step.h"
#include "runner/background.h"
#include "runner/hashes.h"
#include "runner/job.h"
#include "runner/step.h"

#include <stdlib.h>

static bool
call_success(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	const struct steps *steps = data;

	(void)arena, (void)args, (void)n, (void)err;
	*out = expr_bool(steps->status == PLAN_SUCCESS);
	return true;
}

static bool
call_failure(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	const struct steps *steps = data;

	(void)arena, (void)args, (void)n, (void)err;
	*out = expr_bool(steps->status == PLAN_FAILURE);
	return true;
}

/* Inside a composite action, too, it is the job that was cancelled. */
static bool
call_cancelled(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	const struct steps *steps = data;

	(void)arena, (void)args, (void)n, (void)err;
	*out = expr_bool(steps->job->facts.cancelled);
	return true;
}

static bool
call_always(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	(void)data, (void)arena, (void)args, (void)n, (void)err;
	*out = expr_bool(true);
	return true;
}

static bool
call_hash_files(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	const struct steps *steps = data;
	struct wf_str *patterns = wf_new_array(arena, n, struct wf_str);
	const struct hash_call call = { patterns, n };
	struct wf_str hash;
	bool ok;

	for (size_t i = 0; i < n; i++)
		patterns[i] = expr_to_string(arena, args[i]);
	if (steps->hashes)
		ok = hashes_get(steps->hashes, arena, &call, &hash, err);
	else
		ok = hashes_now(arena, steps->job->box, &call, &hash, err);
	if (!ok)
		return false;
	*out = expr_string(hash);
	return true;
}

void
steps_init(struct steps *steps, struct job *job, struct step *outer, struct expr_object *contexts)
{
	steps->job = job;
	steps->outer = outer;
	steps->depth = outer ? outer->list->depth + 1 : 0;
	steps->contexts = contexts;
	steps->results = expr_object_new(job->arena);
	steps->status = PLAN_SUCCESS;
	expr_object_set(contexts, WF_S("steps"), expr_object_value(steps->results));
	steps->funcs[0] = (struct expr_func){ "success", 0, 0, call_success, steps };
	steps->funcs[1] = (struct expr_func){ "failure", 0, 0, call_failure, steps };
	steps->funcs[2] = (struct expr_func){ "cancelled", 0, 0, call_cancelled, steps };
	steps->funcs[3] = (struct expr_func){ "always", 0, 0, call_always, steps };
	steps->funcs[4] = (struct expr_func){ "hashFiles", 1, 255, call_hash_files, steps };
	steps->funcs[5] = (struct expr_func){ .name = NULL };
	steps->scope.contexts = contexts;
	steps->scope.funcs = steps->funcs;
}

void
steps_publish(struct steps *steps, const struct step_end *end)
{
	struct expr_object *entry;

	if (!end->def->has_id)
		return;
	entry = expr_object_new(steps->job->arena);
	expr_object_set(entry, WF_S("outputs"), expr_object_value(end->outputs));
	expr_object_set(entry, WF_S("outcome"), expr_cstring(plan_result_name(end->outcome)));
	expr_object_set(entry, WF_S("conclusion"), expr_cstring(plan_result_name(end->conclusion)));
	expr_object_set(steps->results, end->def->id, expr_object_value(entry));
}

static void
set_status(struct steps *steps, enum plan_result status)
{
	steps->status = status;
	/* 7.4: github.action_status of a composite action, job.status of a job */
	if (steps->outer)
		expr_object_set(expr_object_get(steps->contexts, WF_S("github")).object,
		    WF_S("action_status"), expr_cstring(plan_result_name(status)));
	else
		expr_object_set(steps->job->job_context, WF_S("status"),
		    expr_cstring(plan_result_name(status)));
}

/* A step that the next one has waited for. One of the background that was skipped, or failed before
 * it could start, is never seen by later steps: no wait knows it. */
static void
take_in(struct steps *steps, const struct step *step)
{
	const struct step_end end = step_end(step);

	if (step->kind == STAGE_MAIN && !step->def->background)
		steps_publish(steps, &end);
	/* once cancelled stays cancelled (5.9, 5) */
	if (step->conclusion == PLAN_FAILURE && steps->status != PLAN_CANCELLED)
		set_status(steps, PLAN_FAILURE);
	else if (step->conclusion == PLAN_CANCELLED && !step_controls(step->def))
		set_status(steps, PLAN_CANCELLED);
	steps->current = NULL;
}

static void
on_step_done(struct step *step)
{
	struct steps *steps = step->list;

	if (step->member)
		background_done(&steps->job->background, step);
	else
		take_in(steps, step);
	step_free(step);
	steps_advance(steps);
}

/* 6.1, 7: before the post steps all background steps are over, and what none of the waits has
 * brought to the job's status comes now. */
static bool
join_background(struct steps *steps)
{
	const struct background *set = &steps->job->background;

	if (!background_over(set))
		return false;
	if (!steps->joined)
		set_status(steps, background_merge(steps->status, background_verdict(set)));
	steps->joined = true;
	return true;
}

/* What comes next: the job's list has pre steps before and post steps after its own. */
static bool
next_order(struct steps *steps, struct step_order *order)
{
	bool of_job = !steps->outer;

	*order = (struct step_order){ .kind = STAGE_PRE };
	if (steps->stopped)
		return false;
	if (of_job && (order->stage = stage_next_pre(steps->job)) != NULL) {
		order->def = order->stage->def;
		return true;
	}
	order->kind = STAGE_MAIN;
	if (steps->next < steps->n) {
		order->left_out = of_job && steps->next >= steps->job->nsteps;
		order->def = steps->defs[steps->next++];
		return true;
	}
	order->kind = STAGE_POST;
	if (of_job && join_background(steps) &&
	    (order->stage = stage_next_post(steps->job)) != NULL) {
		order->def = order->stage->def;
		return true;
	}
	return false;
}

void
steps_advance(struct steps *steps)
{
	struct step_order order;

	if (steps->advancing || steps->ended)
		return; /* a step ended while it was being started; the loop below goes on */
	steps->advancing = true;
	while (!steps->current && next_order(steps, &order))
		step_start(steps, &order, on_step_done);
	steps->advancing = false;
	if (steps->current || (!steps->outer && !background_over(&steps->job->background)))
		return;
	steps->ended = true;
	steps->on_done(steps);
}

void
steps_expire(struct steps *steps)
{
	steps->expired = true;
	if (steps->current)
		step_expire(steps->current);
}

void
steps_cancel(struct steps *steps, bool now)
{
	if (now)
		steps->stopped = true; /* nothing more is started, not even always() */
	set_status(steps, PLAN_CANCELLED);
	if (steps->current)
		step_cancel(steps->current, now);
	if (!steps->outer)
		background_cancel(&steps->job->background, now);
}
