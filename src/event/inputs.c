/* SPDX-License-Identifier: MIT */
/* inputs.c - what a workflow_dispatch is given, against what the workflow declares (4.7). */
#include <math.h>
#include <stdlib.h>

#include "event/event.h"
#include "model/when.h"

static const struct when_input *
find_input(const struct when_event *when, struct wf_str id)
{
	for (size_t i = 0; i < when->ninputs; i++)
		if (wf_str_ieq(when->inputs[i].id, id))
			return &when->inputs[i];
	return NULL;
}

static bool
hint_known(const struct when_event *when, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf names = WF_BUF_INIT;

	for (size_t i = 0; i < when->ninputs; i++)
		wf_buf_addf(&names, "%s%.*s", i > 0 ? ", " : "", WF_ARG(when->inputs[i].id));
	if (names.n == 0)
		return wf_hint(err, "the workflow takes no inputs");
	return wf_hint(err, "the workflow takes %s", names.p);
}

static bool
check_known(const struct event *event, const struct when_event *when, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf unknown = WF_BUF_INIT;

	for (size_t i = 0; event->inputs && i < event->inputs->n; i++) {
		struct wf_str id = event->inputs->pairs[i].key;

		if (find_input(when, id))
			continue;
		wf_buf_adds(&unknown, unknown.n > 0 ? ", " : "");
		wf_buf_add_json(&unknown, id);
	}
	if (unknown.n == 0)
		return true;
	wf_fail(err, WF_ERR_USAGE, when->pos, "Unexpected inputs provided: [%s]", unknown.p);
	return hint_known(when, err);
}

static bool
refuse(const struct when_input *input, struct wf_str text, const char *why, struct wf_error *err)
{
	return wf_fail(err, WF_ERR_USAGE, input->pos, "Provided value '%.*s' for input '%.*s' %s",
	    WF_ARG(text), WF_ARG(input->id), why);
}

static bool
read_choice(const struct when_input *input, struct wf_str text, struct expr_value *out,
    struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf options = WF_BUF_INIT;

	for (size_t i = 0; i < input->noptions; i++) {
		if (wf_str_eq(input->options[i], text)) {
			*out = expr_string(text);
			return true;
		}
		wf_buf_addf(&options, "%s%.*s", i > 0 ? ", " : "", WF_ARG(input->options[i]));
	}
	refuse(input, text, "not in the list of allowed values", err);
	return wf_hint(err, "it may be %s", options.p ? options.p : "nothing: it has no options");
}

/* Text of the command line or of a payload as the type the workflow declares. */
static bool
read_text(const struct when_input *input, struct wf_str text, struct expr_value *out,
    struct wf_error *err)
{
	switch (input->type) {
	case WHEN_INPUT_STRING:
	case WHEN_INPUT_ENVIRONMENT: *out = expr_string(text); return true;
	case WHEN_INPUT_BOOLEAN:
		if (!wf_str_is(text, "true") && !wf_str_is(text, "false"))
			return refuse(input, text, "is not a boolean: true or false", err);
		*out = expr_bool(wf_str_is(text, "true"));
		return true;
	case WHEN_INPUT_NUMBER:
		*out = expr_number(expr_parse_number(text));
		if (text.n == 0 || isnan(out->number))
			return refuse(input, text, "is not a number", err);
		return true;
	case WHEN_INPUT_CHOICE: return read_choice(input, text, out, err);
	}
	abort();
}

/* What an input is that nobody gives and that has no default. */
static struct expr_value
nothing_given(const struct when_input *input)
{
	switch (input->type) {
	case WHEN_INPUT_STRING:
	case WHEN_INPUT_ENVIRONMENT: return expr_string(WF_S(""));
	case WHEN_INPUT_BOOLEAN: return expr_bool(false);
	case WHEN_INPUT_NUMBER: return expr_number(0);
	case WHEN_INPUT_CHOICE:
		return expr_string(input->noptions > 0 ? input->options[0] : WF_S(""));
	}
	abort();
}

static bool
read_input(struct wf_arena *arena, const struct event *event, const struct when_input *input,
    struct expr_value *out, struct wf_error *err)
{
	const struct expr_pair *given = event->inputs ? expr_object_find(event->inputs, input->id)
	                                              : NULL;
	struct expr_value value = EXPR_NULL_VALUE;

	if (given)
		value = given->value;
	else if (input->fallback && input->fallback->kind == EXPR_TOKEN_LITERAL)
		value = input->fallback->literal;
	if (value.kind != EXPR_NULL)
		return read_text(input, expr_to_string(arena, value), out, err);
	if (input->required)
		return wf_fail(err, WF_ERR_USAGE, input->pos, "Required input '%.*s' not provided",
		    WF_ARG(input->id));
	*out = nothing_given(input);
	return true;
}

bool
event_inputs(struct wf_arena *arena, const struct event *event, const struct when_event *when,
    struct expr_object **out, struct wf_error *err)
{
	struct expr_object *inputs = expr_object_new(arena);
	struct expr_value value = EXPR_NULL_VALUE;

	if (!check_known(event, when, err))
		return false;
	for (size_t i = 0; i < when->ninputs; i++) {
		if (!read_input(arena, event, &when->inputs[i], &value, err))
			return err && err->hint[0] ? false : hint_known(when, err);
		expr_object_set(inputs, when->inputs[i].id, value);
	}
	*out = inputs;
	return true;
}
