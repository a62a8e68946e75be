/* SPDX-License-Identifier: MIT */
/* lint_uses.c - steps that use an action of this repository, jobs that call a workflow of it. */
#include "model/lint_walk.h"

#include "model/call.h"
#include "model/schema.h"

/* ---- finding ---- */

/* What stands behind "./" or "$/"; p is NULL for anything else. */
static struct wf_str
local_path(struct wf_str uses)
{
	if (wf_str_starts(uses, WF_S("./")) || wf_str_starts(uses, WF_S("$/")))
		return wf_str_skip(uses, 2);
	return (struct wf_str){ 0 };
}

const struct action *
lint_local_action(struct lint *l, const struct step_def *step)
{
	struct wf_str path = local_path(step->uses);

	/* what was checked out over the work tree may have another action at the same place */
	if (!l->repository || step->kind != STEP_USES || !path.p || l->elsewhere)
		return NULL;
	return l->repository->action(l->repository->data, path);
}

const struct workflow *
lint_local_workflow(struct lint *l, const struct job_def *job, bool *missing)
{
	struct wf_str path = local_path(job->uses);

	*missing = false;
	if (!l->repository || !path.p)
		return NULL;
	return l->repository->workflow(l->repository->data, path, missing);
}

/* ---- steps ---- */

static const struct action_input *
find_input(const struct action *action, struct wf_str id)
{
	for (size_t i = 0; i < action->ninputs; i++)
		if (wf_str_ieq(action->inputs[i].id, id))
			return &action->inputs[i];
	return NULL;
}

static void
report_unknown(struct lint *l, const struct step_def *step, const struct action *action,
    const struct expr_token *key)
{
	struct wf_str *names = wf_new_array(l->arena, action->ninputs, struct wf_str);
	struct lint_spot spot = lint_spot_token(key);

	for (size_t i = 0; i < action->ninputs; i++)
		names[i] = action->inputs[i].id;
	lint_suggest(lint_report(l, LINT_UNKNOWN_INPUT, &spot,
	                 "the action '%.*s' has no input '%.*s'", WF_ARG(step->uses),
	                 WF_ARG(schema_text_of(key))),
	    schema_text_of(key), names, action->ninputs);
}

/* A container action takes `args` and `entrypoint` without declaring them. */
static bool
is_implied(const struct action *action, struct wf_str id)
{
	return action->kind == ACTION_DOCKER &&
	       (wf_str_ieq(id, WF_S("args")) || wf_str_ieq(id, WF_S("entrypoint")));
}

static void
check_given(struct lint *l, const struct step_def *step, const struct action *action)
{
	for (size_t i = 0; step->with && i < step->with->map.n; i++) {
		const struct expr_token *key = step->with->map.pairs[i].key;
		struct wf_str id = schema_text_of(key);

		if (id.n && !find_input(action, id) && !is_implied(action, id))
			report_unknown(l, step, action, key);
	}
}

static bool
is_given(const struct expr_token *with, struct wf_str id)
{
	for (size_t i = 0; with && i < with->map.n; i++)
		if (with->map.pairs[i].key->kind != EXPR_TOKEN_LITERAL ||
		    wf_str_ieq(schema_text_of(with->map.pairs[i].key), id))
			return true;
	return false;
}

static void
check_required(struct lint *l, const struct step_def *step, const struct action *action)
{
	struct lint_spot spot = lint_spot(step->uses_pos, step->uses);

	for (size_t i = 0; i < action->ninputs; i++) {
		const struct action_input *input = &action->inputs[i];

		if (input->required && !input->fallback && !is_given(step->with, input->id))
			lint_report(l, LINT_MISSING_INPUT, &spot,
			    "the action '%.*s' requires the input '%.*s'", WF_ARG(step->uses),
			    WF_ARG(input->id));
	}
}

/* A checkout of another repository, or of one that is not known, where the work tree was. */
static bool
replaces_tree(const struct step_def *step)
{
	return wf_str_starts(step->uses, WF_S("actions/checkout@")) &&
	       (schema_get(step->with, "repository") || schema_get(step->with, "ref")) &&
	       !schema_get(step->with, "path");
}

void
lint_step_uses(struct lint *l, const struct step_def *step)
{
	const struct action *action = lint_local_action(l, step);

	l->elsewhere |= replaces_tree(step);
	if (!action || lint_enough(l) || (step->with && step->with->kind != EXPR_TOKEN_MAPPING))
		return;
	check_given(l, step, action);
	check_required(l, step, action);
}

/* ---- jobs ---- */

void
lint_job_uses(struct lint *l, const struct job_def *job)
{
	struct lint_spot spot = lint_spot(job->uses_pos, job->uses);
	const struct workflow *callee;
	bool missing;

	if (!job->uses.n)
		return;
	callee = lint_local_workflow(l, job, &missing);
	if (callee)
		call_check(job, callee, l->diags);
	else if (missing)
		lint_report(l, LINT_MISSING_WORKFLOW, &spot, "there is no file '%.*s' here",
		    WF_ARG(local_path(job->uses)));
}
