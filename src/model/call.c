/* SPDX-License-Identifier: MIT */
/* call.c - what can be known of a call before it is evaluated. */
#include "model/call.h"

#include "model/keys.h"

static const struct expr_token_pair *
find_given(const struct expr_token *given, struct wf_str id)
{
	for (size_t i = 0; given && i < given->map.n; i++)
		if (wf_str_ieq(schema_text_of(given->map.pairs[i].key), id))
			return &given->map.pairs[i];
	return NULL;
}

/* A value that an expression makes is checked when the call starts. */
static void
check_value(const struct expr_token *value, struct wf_str type, struct wf_diags *diags)
{
	const struct schema_def *def = keys_input(type);
	struct wf_str text;

	if (!def || schema_is_expression(value) || schema_takes(def, value->literal))
		return;
	text = expr_to_string(diags->arena, value->literal);
	if (!schema_takes(def, expr_string(text)))
		wf_diags_fail(diags, value->pos, "Unexpected value '%.*s'", WF_ARG(text));
}

static bool
is_required(const struct expr_token *spec)
{
	const struct expr_token *required = schema_get(spec, "required");

	return required && expr_truthy(required->literal);
}

static void
check_input(const struct job_def *call, const struct expr_token_pair *declared,
    struct wf_diags *diags)
{
	struct wf_str id = schema_text_of(declared->key);
	struct wf_str type = schema_text_of(schema_get(declared->value, "type"));
	const struct expr_token_pair *given = find_given(call->with, id);
	const struct expr_token *fallback = schema_get(declared->value, "default");

	if (fallback)
		check_value(fallback, type, diags);
	if (given)
		check_value(given->value, type, diags);
	else if (is_required(declared->value))
		wf_diags_fail(diags, call->uses_pos,
		    "Input %.*s is required, but not provided while calling.", WF_ARG(id));
}

static void
check_secret(const struct job_def *call, const struct expr_token_pair *declared,
    struct wf_diags *diags)
{
	struct wf_str id = schema_text_of(declared->key);

	if (!find_given(call->secrets, id) && is_required(declared->value))
		wf_diags_fail(diags, call->uses_pos,
		    "Secret %.*s is required, but not provided while calling.", WF_ARG(id));
}

/* What the caller gives and the callee does not know. */
static void
check_unknown(const struct expr_token *given, const struct expr_token *declared, const char *kind,
    struct wf_diags *diags)
{
	struct wf_str id;

	for (size_t i = 0; given && i < given->map.n; i++) {
		id = schema_text_of(given->map.pairs[i].key);
		if (!schema_is_expression(given->map.pairs[i].key) && !find_given(declared, id))
			wf_diags_fail(diags, given->map.pairs[i].value->pos,
			    "Invalid %s, %.*s is not defined in the referenced workflow.", kind,
			    WF_ARG(id));
	}
}

void
call_check(const struct job_def *call, const struct workflow *callee, struct wf_diags *diags)
{
	const struct expr_token *on = schema_get(schema_get(callee->root, "on"), "workflow_call");
	const struct expr_token *inputs = schema_get(on, "inputs");
	const struct expr_token *secrets = schema_get(on, "secrets");

	if (!when_find(callee->on, WF_S("workflow_call"))) {
		wf_diags_fail(diags, callee->on->pos,
		    "workflow_call key is not defined in the referenced workflow.");
		return;
	}
	for (size_t i = 0; inputs && i < inputs->map.n; i++)
		check_input(call, &inputs->map.pairs[i], diags);
	check_unknown(call->with, inputs, "input", diags);
	if (call->inherit_secrets)
		return;
	for (size_t i = 0; secrets && i < secrets->map.n; i++)
		check_secret(call, &secrets->map.pairs[i], diags);
	check_unknown(call->secrets, secrets, "secret", diags);
}
