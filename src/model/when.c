/* SPDX-License-Identifier: MIT */
/* when.c - the `on:` block in its three forms (semantics.md 4.1). */
#include "model/when_read.h"

#include "base/map.h"
#include "model/cron.h"
#include "model/schema.h"

enum { MAX_DISPATCH_INPUTS = 25 };

struct reading {
	struct wf_arena *arena;
	struct wf_diags *diags;
};

/* ---- filters ---- */

static void
read_filter(struct reading *r, const struct expr_token_pair *pair, struct when_filter *out)
{
	const struct expr_token *value = pair->value, *item;
	bool list = value->kind == EXPR_TOKEN_SEQUENCE;
	size_t n = list ? value->seq.n : 1;

	if (!list && value->literal.kind == EXPR_NULL)
		return; /* `branches:` with nothing behind it is no filter */
	*out = (struct when_filter){ .given = true, .pos = pair->key->pos };
	out->items = wf_new_array(r->arena, n, struct when_pattern);
	for (size_t i = 0; i < n; i++) {
		item = list ? value->seq.items[i] : value;
		out->items[out->n++] = (struct when_pattern){ .text = schema_text_of(item),
			.pos = item->pos };
	}
}

/* ---- inputs, secrets, outputs ---- */

static const char *const input_types[] = {
	[WHEN_INPUT_STRING] = "string",
	[WHEN_INPUT_BOOLEAN] = "boolean",
	[WHEN_INPUT_NUMBER] = "number",
	[WHEN_INPUT_CHOICE] = "choice",
	[WHEN_INPUT_ENVIRONMENT] = "environment",
};

static enum when_input_type
input_type(const struct expr_token *token)
{
	for (size_t i = 0; i < WF_COUNT(input_types); i++)
		if (wf_str_is(schema_text_of(token), input_types[i]))
			return (enum when_input_type)i;
	return WHEN_INPUT_STRING;
}

/* `required:` is a boolean, or (4.7, as GitHub takes it) the same in quotes. */
static bool
is_true(const struct expr_token *token)
{
	if (!token)
		return false;
	if (token->literal.kind == EXPR_STRING)
		return wf_str_is(token->literal.string, "true");
	return expr_truthy(token->literal);
}

static void
read_options(struct reading *r, const struct expr_token *list, struct when_input *input)
{
	input->options = wf_new_array(r->arena, list ? list->seq.n : 0, struct wf_str);
	for (size_t i = 0; list && i < list->seq.n; i++)
		input->options[input->noptions++] = schema_text_of(list->seq.items[i]);
}

static void
read_input(struct reading *r, const struct expr_token_pair *pair, struct when_input *out)
{
	const struct expr_token *spec = pair->value;

	out->id = schema_text_of(pair->key);
	out->pos = pair->key->pos;
	out->type = input_type(schema_get(spec, "type"));
	out->required = is_true(schema_get(spec, "required"));
	out->description = schema_text_of(schema_get(spec, "description"));
	out->fallback = schema_get(spec, "default");
	read_options(r, schema_get(spec, "options"), out);
	if (out->type == WHEN_INPUT_CHOICE && !out->noptions)
		wf_diags_fail(r->diags, spec->pos, "Missing 'options' for choice input");
	if (out->type != WHEN_INPUT_CHOICE && schema_get(spec, "options"))
		wf_diags_fail(r->diags, spec->pos,
		    "Input type is not 'choice', but 'options' is defined");
}

static void
read_inputs(struct reading *r, const struct expr_token_pair *pair, struct when_event *event)
{
	const struct expr_token *map = pair->value;

	if (map->kind != EXPR_TOKEN_MAPPING)
		return;
	event->inputs = wf_new_array(r->arena, map->map.n, struct when_input);
	for (size_t i = 0; i < map->map.n; i++)
		read_input(r, &map->map.pairs[i], &event->inputs[event->ninputs++]);
}

static void
read_secrets(struct reading *r, const struct expr_token_pair *pair, struct when_event *event)
{
	const struct expr_token *map = pair->value;

	event->secrets = wf_new_array(r->arena, map->map.n, struct when_secret);
	for (size_t i = 0; i < map->map.n; i++)
		event->secrets[event->nsecrets++] = (struct when_secret){
			.id = schema_text_of(map->map.pairs[i].key),
			.pos = map->map.pairs[i].key->pos,
			.required = is_true(schema_get(map->map.pairs[i].value, "required")),
		};
}

static void
read_outputs(struct reading *r, const struct expr_token_pair *pair, struct when_event *event)
{
	const struct expr_token *map = pair->value;

	event->outputs = wf_new_array(r->arena, map->map.n, struct when_output);
	for (size_t i = 0; i < map->map.n; i++)
		event->outputs[event->noutputs++] = (struct when_output){
			.id = schema_text_of(map->map.pairs[i].key),
			.pos = map->map.pairs[i].key->pos,
			.value = schema_get(map->map.pairs[i].value, "value"),
		};
}

/* ---- events ---- */

static const struct event_key {
	const char *name;
	size_t filter; /* offset of a filter of struct when_event, where read is NULL */
	void (*read)(struct reading *r, const struct expr_token_pair *pair,
	    struct when_event *event);
} event_keys[] = {
	{ "types", offsetof(struct when_event, types), NULL },
	{ "branches", offsetof(struct when_event, branches), NULL },
	{ "branches-ignore", offsetof(struct when_event, branches_ignore), NULL },
	{ "tags", offsetof(struct when_event, tags), NULL },
	{ "tags-ignore", offsetof(struct when_event, tags_ignore), NULL },
	{ "paths", offsetof(struct when_event, paths), NULL },
	{ "paths-ignore", offsetof(struct when_event, paths_ignore), NULL },
	{ "workflows", offsetof(struct when_event, workflows), NULL },
	{ "names", offsetof(struct when_event, names), NULL },
	{ "versions", offsetof(struct when_event, versions), NULL },
	{ "inputs", 0, read_inputs },
	{ "secrets", 0, read_secrets },
	{ "outputs", 0, read_outputs },
};

static void
read_event_key(struct reading *r, const struct expr_token_pair *pair, struct when_event *event)
{
	const struct event_key *key;

	for (size_t i = 0; i < WF_COUNT(event_keys); i++) {
		key = &event_keys[i];
		if (!wf_str_is(schema_text_of(pair->key), key->name))
			continue;
		if (key->read)
			key->read(r, pair, event);
		else
			read_filter(r, pair, (struct when_filter *)((char *)event + key->filter));
	}
}

static void
read_schedule(struct reading *r, const struct expr_token *list, struct when_event *event)
{
	const struct expr_token *cron;

	event->crons = wf_new_array(r->arena, list->seq.n, struct when_cron);
	for (size_t i = 0; i < list->seq.n; i++) {
		cron = schema_get(list->seq.items[i], "cron");
		if (!cron_valid(schema_text_of(cron)))
			wf_diags_fail(r->diags, cron->pos,
			    "Invalid cron expression. Expected format: '* * * * *' (minute hour "
			    "day "
			    "month weekday)");
		event->crons[event->ncrons++] = (struct when_cron){
			.cron = schema_text_of(cron),
			.timezone = schema_text_of(schema_get(list->seq.items[i], "timezone")),
			.pos = cron->pos,
		};
	}
}

static void
read_event(struct reading *r, const struct expr_token *name, const struct expr_token *value,
    struct when_event *out)
{
	out->name = schema_text_of(name);
	out->pos = name->pos;
	if (value && value->kind == EXPR_TOKEN_SEQUENCE)
		read_schedule(r, value, out);
	else if (value && value->kind == EXPR_TOKEN_MAPPING)
		for (size_t i = 0; i < value->map.n; i++)
			read_event_key(r, &value->map.pairs[i], out);
}

struct when *
when_read(struct wf_arena *arena, const struct expr_token *token, struct wf_diags *diags)
{
	struct reading r = { .arena = arena, .diags = diags };
	struct when *when = wf_new(arena, struct when);
	bool map = token->kind == EXPR_TOKEN_MAPPING, list = token->kind == EXPR_TOKEN_SEQUENCE;
	size_t n = map ? token->map.n : list ? token->seq.n : 1;

	when->pos = token->pos;
	when->events = wf_new_array(arena, n, struct when_event);
	for (size_t i = 0; i < n; i++)
		if (map)
			read_event(&r, token->map.pairs[i].key, token->map.pairs[i].value,
			    &when->events[when->n++]);
		else
			read_event(&r, list ? token->seq.items[i] : token, NULL,
			    &when->events[when->n++]);
	return when;
}

/* ---- what only the service that wakes workflows refuses ---- */

static void
check_either(struct wf_diags *diags, const struct when_filter *only,
    const struct when_filter *ignore, const char *name)
{
	if (only->given && ignore->given)
		wf_diags_fail(diags, ignore->pos,
		    "you may only define one of `%s` and `%s-ignore` for a single event", name,
		    name);
}

void
when_check(const struct when *when, struct wf_diags *diags)
{
	const struct when_event *event;

	for (size_t i = 0; i < when->n; i++) {
		event = &when->events[i];
		check_either(diags, &event->branches, &event->branches_ignore, "branches");
		check_either(diags, &event->tags, &event->tags_ignore, "tags");
		check_either(diags, &event->paths, &event->paths_ignore, "paths");
		if (wf_str_is(event->name, "workflow_dispatch") &&
		    event->ninputs > MAX_DISPATCH_INPUTS)
			wf_diags_fail(diags, event->pos,
			    "you may only define up to %d `inputs` for a `workflow_dispatch` event",
			    MAX_DISPATCH_INPUTS);
	}
}

const struct when_event *
when_find(const struct when *when, struct wf_str event)
{
	for (size_t i = 0; i < when->n; i++)
		if (wf_str_eq(when->events[i].name, event))
			return &when->events[i];
	return NULL;
}
