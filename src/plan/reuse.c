/* SPDX-License-Identifier: MIT */
/* reuse.c - what a call passes down to the called workflow, and what comes back.
 *
 * The same rules are asked twice: before anything runs, of what the caller spells out
 * (model/call.h), and here, when the call starts, of what its expressions have become. */
#include "plan/reuse.h"

#include <stdlib.h>

#include "plan/shape.h"

static const struct when_event *
declaration(const struct workflow *callee)
{
	return when_find(callee->on, WF_S("workflow_call"));
}

/* ---- types ---- */

/* Enforces the declared type: text takes any scalar, the others only their own kind. */
static bool
to_type(struct wf_arena *arena, enum when_input_type type, struct wf_pos pos,
    struct expr_value *value, struct wf_error *err)
{
	bool fits = false;

	switch (type) {
	case WHEN_INPUT_STRING:
	case WHEN_INPUT_CHOICE:
	case WHEN_INPUT_ENVIRONMENT:
		fits = value->kind != EXPR_ARRAY && value->kind != EXPR_OBJECT;
		if (fits)
			*value = expr_string(expr_to_string(arena, *value));
		break;
	case WHEN_INPUT_BOOLEAN: fits = value->kind == EXPR_BOOL; break;
	case WHEN_INPUT_NUMBER: fits = value->kind == EXPR_NUMBER; break;
	}
	return fits || shape_unexpected(arena, pos, *value, err);
}

/* What an input is when neither the caller nor the declaration gives it. */
static struct expr_value
empty_of(enum when_input_type type)
{
	switch (type) {
	case WHEN_INPUT_BOOLEAN: return expr_bool(false);
	case WHEN_INPUT_NUMBER: return expr_number(0);
	case WHEN_INPUT_STRING:
	case WHEN_INPUT_CHOICE:
	case WHEN_INPUT_ENVIRONMENT: return expr_string(WF_S(""));
	}
	abort();
}

/* ---- when the call starts ---- */

/* Evaluates a mapping of the caller; NULL is an empty one. */
static bool
eval_map(struct wf_arena *arena, const struct expr_token *token, const struct expr_scope *scope,
    struct expr_object **out, struct wf_error *err)
{
	struct expr_value value;

	*out = expr_object_new(arena);
	if (!expr_token_eval(arena, token, scope, &value, err))
		return false;
	if (value.kind == EXPR_OBJECT)
		*out = value.object;
	else if (value.kind != EXPR_NULL)
		return shape_unexpected(arena, shape_pos(token), value, err);
	return true;
}

bool
reuse_inputs(struct wf_arena *arena, const struct reuse_call *call,
    const struct expr_scope *defaults, struct expr_object **out, struct wf_error *err)
{
	const struct when_event *on = declaration(call->callee);
	struct expr_object *given, *inputs = expr_object_new(arena);

	if (!eval_map(arena, call->job->with, call->caller, &given, err))
		return false;
	for (size_t i = 0; on && i < on->ninputs; i++) {
		const struct when_input *input = &on->inputs[i];
		const struct expr_pair *pair = expr_object_find(given, input->id);
		const struct expr_token *at = pair ? shape_member(call->job->with, input->id)
		                                   : input->fallback;
		struct expr_value value = empty_of(input->type);

		if (pair)
			value = pair->value;
		else if (at && !expr_token_eval(arena, at, defaults, &value, err))
			return false;
		if (!to_type(arena, input->type, shape_pos(at), &value, err))
			return false;
		expr_object_set(inputs, input->id, value);
	}
	*out = inputs;
	return true;
}

bool
reuse_secrets(struct wf_arena *arena, const struct reuse_call *call, struct expr_object **out,
    struct wf_error *err)
{
	struct expr_value all = expr_object_get(call->caller->contexts, WF_S("secrets"));
	struct expr_object *given, *secrets = expr_object_new(arena);
	const struct expr_pair *token = NULL;

	if (all.kind == EXPR_OBJECT)
		token = expr_object_find(all.object, WF_S("GITHUB_TOKEN"));
	if (token)
		expr_object_set(secrets, token->key, token->value);
	if (call->job->inherit_secrets && all.kind == EXPR_OBJECT)
		given = all.object;
	else if (!eval_map(arena, call->job->secrets, call->caller, &given, err))
		return false;
	for (size_t i = 0; i < given->n; i++) {
		struct expr_value value = given->pairs[i].value;
		const struct expr_token *at = shape_member(call->job->secrets, given->pairs[i].key);

		if (!to_type(arena, WHEN_INPUT_STRING, shape_pos(at), &value, err))
			return false;
		if (value.string.n > 0)
			expr_object_set(secrets, given->pairs[i].key, value);
	}
	*out = secrets;
	return true;
}

bool
reuse_outputs(struct wf_arena *arena, const struct workflow *callee, const struct expr_scope *scope,
    struct expr_object **out, struct wf_error *err)
{
	const struct when_event *on = declaration(callee);

	*out = expr_object_new(arena);
	for (size_t i = 0; on && i < on->noutputs; i++) {
		struct wf_str value;

		if (!expr_token_string(arena, on->outputs[i].value, scope, &value, err))
			return false;
		expr_object_set(*out, on->outputs[i].id, expr_string(value));
	}
	return true;
}
