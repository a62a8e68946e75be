/* SPDX-License-Identifier: MIT */
/* background.c - the set of a job's background steps: the pure questions first, then what happens
 * to a member in the order of its life, then the control steps. */
#include "runner/background.h"

#include "runner/job.h"
#include "runner/step.h"

#include <stdlib.h>

/* ---- which steps there are ---- */

/* Whether a later step of the list covers the background step. */
static bool
is_covered(const struct step_list *list, size_t step)
{
	for (size_t i = step + 1; i < list->n; i++) {
		const struct step_def *later = list->items[i];

		if (later->kind == STEP_WAIT_ALL)
			return true;
		for (size_t k = 0; k < later->ntargets; k++)
			if (wf_str_eq(later->targets[k], list->items[step]->id))
				return true;
	}
	return false;
}

static bool
all_covered(const struct step_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i]->background && !is_covered(list, i))
			return false;
	return true;
}

/* The wait-all that GitHub's runner puts behind the last step. */
static struct step_def *
implicit_wait(struct wf_arena *arena)
{
	struct step_def *def = wf_new(arena, struct step_def);
	struct expr_token *name = wf_new(arena, struct expr_token);

	name->kind = EXPR_TOKEN_LITERAL;
	name->literal = expr_string(WF_S("Wait for all background steps"));
	def->kind = STEP_WAIT_ALL;
	def->id = WF_S("__implicit_wait_all");
	def->name = name;
	def->cond = expr_parse(arena, WF_S("always()"), WF_NOWHERE, workflow_names("step-if"), NULL,
	    NULL);
	return def;
}

struct step_list
background_unfold(struct wf_arena *arena, struct step_def *const *steps, size_t n)
{
	struct step_list list = { 0 };
	size_t most = n + 1;

	for (size_t i = 0; i < n; i++)
		most += steps[i]->nmembers;
	list.items = wf_new_array(arena, most, struct step_def *);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < steps[i]->nmembers; k++)
			list.items[list.n++] = steps[i]->members[k];
		list.items[list.n++] = steps[i];
	}
	if (!all_covered(&list))
		list.items[list.n++] = implicit_wait(arena);
	return list;
}

/* ---- pure ---- */

enum plan_result
background_merge(enum plan_result a, enum plan_result b)
{
	if (a == PLAN_CANCELLED || b == PLAN_SUCCESS)
		return a;
	return b;
}

bool
background_over(const struct background *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->items[i]->state != BACKGROUND_OVER)
			return false;
	return true;
}

enum plan_result
background_verdict(const struct background *set)
{
	enum plan_result verdict = PLAN_SUCCESS;

	for (size_t i = 0; i < set->n; i++) {
		const struct background_member *member = set->items[i];

		if (!member->dismissed || member->end.conclusion != PLAN_CANCELLED)
			verdict = background_merge(verdict, member->end.conclusion);
	}
	return verdict;
}

struct background_member *
background_next(const struct background *set)
{
	struct background_member *first = NULL;
	size_t running = 0;

	for (size_t i = 0; i < set->n; i++) {
		running += set->items[i]->state == BACKGROUND_RUNNING;
		if (!first && set->items[i]->state == BACKGROUND_QUEUED)
			first = set->items[i];
	}
	return running < BACKGROUND_PLACES ? first : NULL;
}

struct background_member *
background_find(const struct background *set, struct wf_str id)
{
	for (size_t i = 0; i < set->n; i++)
		if (wf_str_eq(set->items[i]->end.def->id, id))
			return set->items[i];
	return NULL;
}

static bool
targets_over(const struct background *set)
{
	for (size_t i = 0; i < set->ntargets; i++)
		if (set->targets[i] && set->targets[i]->state != BACKGROUND_OVER)
			return false;
	return true;
}

/* ---- the life of a member ---- */

/* A loop, for steps may end while they are being started. */
static void
start_queued(struct background *set)
{
	struct background_member *member;

	if (set->busy)
		return;
	set->busy = true;
	while ((member = background_next(set)) != NULL) {
		member->state = BACKGROUND_RUNNING;
		step_begin(member->step);
	}
	set->busy = false;
}

void
background_add(struct background *set, struct step *step)
{
	struct background_member *member = wf_new(set->arena, struct background_member);

	member->step = step;
	member->name = wf_str_dup(set->arena, step->name);
	member->end.def = step->def;
	member->env.arena = set->arena;
	member->env.values = expr_object_new(set->arena);
	member->env.values->exact = true;
	step->member = member;
	step->changes = &member->env;
	*wf_push(set->arena, set->items, set->n, set->cap) = member;
	start_queued(set);
}

static void settle_control(struct background *set);

void
background_done(struct background *set, struct step *step)
{
	struct background_member *member = step->member;

	member->state = BACKGROUND_OVER;
	member->step = NULL;
	member->end = step_end(step);
	start_queued(set);
	settle_control(set);
}

/* ---- control steps ---- */

/* What GitHub's runner prints. */
struct words {
	const char *begin, *none, *end;
};

static const struct words wait_words = {
	"Waiting for background step(s) to complete: ",
	"Waiting for background step(s) to complete: (none)",
	"Finished waiting for background step(s).",
};
static const struct words wait_all_words = {
	"Waiting for all background step(s) to complete: ",
	"No background steps remaining to wait for.",
	"Finished waiting for all background step(s).",
};
static const struct words cancel_words = {
	"Cancelling background step(s): ",
	"Cancelling background step(s): (none)",
	"Finished cancelling background step(s).",
};

static const struct words *
words_of(const struct step *control)
{
	switch (control->def->kind) {
	case STEP_WAIT:
	case STEP_PARALLEL: return &wait_words;
	case STEP_WAIT_ALL: return &wait_all_words;
	case STEP_CANCEL: return &cancel_words;
	case STEP_RUN:
	case STEP_USES: break; /* no control steps */
	}
	abort();
}

/* The ids in the order in which they are written; for a wait-all what nobody has covered. */
static void
find_targets(struct background *set, const struct step_def *def)
{
	bool all = def->kind == STEP_WAIT_ALL;

	set->ntargets = 0;
	set->targets = wf_new_array(set->arena, all ? set->n : def->ntargets,
	    struct background_member *);
	for (size_t i = 0; all && i < set->n; i++)
		if (!set->items[i]->covered)
			set->targets[set->ntargets++] = set->items[i];
	for (size_t i = 0; !all && i < def->ntargets; i++)
		set->targets[set->ntargets++] = background_find(set, def->targets[i]);
}

static void
say_begin(const struct background *set, struct step *control)
{
	const struct words *words = words_of(control);
	wf_auto(wf_buf_release) struct wf_buf line = WF_BUF_INIT;

	wf_buf_adds(&line, set->ntargets > 0 ? words->begin : words->none);
	for (size_t i = 0; i < set->ntargets; i++) {
		const struct background_member *member = set->targets[i];

		wf_buf_adds(&line, i > 0 ? ", " : "");
		wf_buf_add(&line, member ? member->name : control->def->targets[i]);
	}
	step_say(control, RECORD_LINE, wf_buf_str(&line));
}

static const char *const result_words[] = {
	[PLAN_SUCCESS] = "Succeeded",
	[PLAN_FAILURE] = "Failed",
	[PLAN_CANCELLED] = "Canceled",
	[PLAN_SKIPPED] = "Skipped",
};

static void
say_end(const struct background *set, struct step *control)
{
	step_say(control, RECORD_LINE, wf_str(words_of(control)->end));
	for (size_t i = 0; i < set->ntargets; i++) {
		const struct background_member *member = set->targets[i];

		if (member)
			step_say(control, RECORD_LINE,
			    wf_strf(control->arena, "  %.*s: %s", WF_ARG(member->name),
			        result_words[member->end.conclusion]));
	}
}

/* What the targets have kept back becomes visible, in their order; their results together. */
static enum plan_result
cover_targets(struct background *set, struct step *control)
{
	enum plan_result result = PLAN_SUCCESS;

	for (size_t i = 0; i < set->ntargets; i++) {
		struct background_member *member = set->targets[i];

		if (!member)
			continue;
		member->covered = true;
		env_merge(&control->job->env, &member->env);
		steps_publish(control->list, &member->end);
		result = background_merge(result, member->end.conclusion);
	}
	return control->def->kind == STEP_CANCEL ? PLAN_SUCCESS : result;
}

static void
settle_control(struct background *set)
{
	struct step *control = set->control;
	enum plan_result result;

	if (set->busy || !control || !targets_over(set))
		return;
	result = cover_targets(set, control);
	say_end(set, control);
	set->control = NULL;
	step_settle(control, result);
}

static void
stop_targets(struct background *set)
{
	set->busy = true;
	for (size_t i = 0; i < set->ntargets; i++) {
		struct background_member *member = set->targets[i];

		if (!member)
			continue;
		member->dismissed = true;
		if (member->step)
			step_stop(member->step);
	}
	set->busy = false;
	start_queued(set);
}

void
background_control(struct background *set, struct step *step)
{
	find_targets(set, step->def);
	set->control = step;
	say_begin(set, step);
	if (step->def->kind == STEP_CANCEL)
		stop_targets(set);
	settle_control(set);
}

void
background_cancel(struct background *set, bool now)
{
	set->busy = true;
	for (size_t i = 0; i < set->n; i++) {
		struct background_member *member = set->items[i];

		if (!member->step)
			continue;
		if (now)
			step_cancel(member->step, true);
		else
			step_stop(member->step); /* its condition is not asked again */
	}
	set->busy = false;
	start_queued(set);
	settle_control(set);
}
