/* SPDX-License-Identifier: MIT */
/* step.c - steps: which kind each one is, their ids, and what wait and cancel may name. */
#include "model/step.h"

#include "model/action.h"
#include "model/condition.h"
#include "model/ids.h"

#include <stdlib.h>

struct reading {
	struct wf_arena *arena;
	unsigned if_contexts;
	struct wf_diags *diags;
	struct ids ids;
	struct wf_map known; /* ids of the steps so far, exactly spelled, to their step_def */
};

static struct step_def *read_step(struct reading *r, const struct expr_token *mapping, bool member);

/* ---- keys ---- */

static void
read_id(struct reading *r, struct step_def *step, const struct expr_token *value)
{
	step->id = schema_text_of(value);
	step->has_id = ids_take(&r->ids, step->id, value->pos, r->diags);
	if (step->has_id)
		wf_map_set(&r->known, step->id, step);
}

static void
read_background(struct reading *r, struct step_def *step, const struct expr_token *value)
{
	(void)r;
	step->background = expr_truthy(value->literal);
}

static void
read_uses(struct reading *r, struct step_def *step, const struct expr_token *value)
{
	(void)r;
	step->kind = STEP_USES;
	step->uses = schema_text_of(value);
	step->uses_pos = value->pos;
}

/* wait and cancel name background steps that stand before them. */
static void
check_target(struct reading *r, const struct step_def *step, const struct expr_token *target)
{
	struct wf_str id = schema_text_of(target);
	const struct step_def *named = wf_map_get(&r->known, id);

	if (wf_str_starts(id, WF_S("__")))
		wf_diags_fail(r->diags, target->pos,
		    "The identifier '%.*s' is invalid. IDs starting with '__' are reserved.",
		    WF_ARG(id));
	else if (step->has_id && wf_str_ieq(step->id, id))
		wf_diags_fail(r->diags, target->pos, "Step '%.*s' cannot reference itself",
		    WF_ARG(step->id));
	else if (!named)
		wf_diags_fail(r->diags, target->pos, "Step references unknown step ID '%.*s'",
		    WF_ARG(id));
	else if (!named->background)
		wf_diags_fail(r->diags, target->pos, "Step '%.*s' is not a background step",
		    WF_ARG(id));
}

static void
read_targets(struct reading *r, struct step_def *step, const struct expr_token *value)
{
	struct expr_token *const *items = value->seq.items;
	size_t n = value->seq.n;

	if (value->kind != EXPR_TOKEN_SEQUENCE) {
		check_target(r, step, value);
		step->targets = wf_new(r->arena, struct wf_str);
		step->targets[step->ntargets++] = schema_text_of(value);
		return;
	}
	step->targets = wf_new_array(r->arena, n, struct wf_str);
	for (size_t i = 0; i < n; i++) {
		check_target(r, step, items[i]);
		step->targets[step->ntargets++] = schema_text_of(items[i]);
	}
}

static void
read_wait(struct reading *r, struct step_def *step, const struct expr_token *value)
{
	step->kind = STEP_WAIT;
	read_targets(r, step, value);
}

static void
read_cancel(struct reading *r, struct step_def *step, const struct expr_token *value)
{
	step->kind = STEP_CANCEL;
	read_targets(r, step, value);
}

static void
read_wait_all(struct reading *r, struct step_def *step, const struct expr_token *value)
{
	step->kind = STEP_WAIT_ALL;
	if (value->literal.kind == EXPR_BOOL && !value->literal.boolean)
		wf_diags_fail(r->diags, value->pos,
		    "The value of 'wait-all' must be true or omitted");
}

static void
read_parallel(struct reading *r, struct step_def *step, const struct expr_token *value)
{
	step->kind = STEP_PARALLEL;
	step->members = wf_new_array(r->arena, value->seq.n, struct step_def *);
	for (size_t i = 0; i < value->seq.n; i++)
		step->members[step->nmembers++] = read_step(r, value->seq.items[i], true);
}

/* Fields that keep the token as it is; another type of field does not compile. */
#define TOKEN(member)                                                                              \
	_Generic(((struct step_def *)0)->member,                                                   \
	    const struct expr_token *: offsetof(struct step_def, member))

static const struct step_key {
	const char *name;
	size_t token; /* offset of the field, where read is NULL */
	void (*read)(struct reading *r, struct step_def *step, const struct expr_token *value);
} step_keys[] = {
	{ "name", TOKEN(name), NULL },
	{ "id", 0, read_id },
	{ "if", TOKEN(cond_source), NULL },
	{ "env", TOKEN(env), NULL },
	{ "continue-on-error", TOKEN(continue_on_error), NULL },
	{ "timeout-minutes", TOKEN(timeout_minutes), NULL },
	{ "background", 0, read_background },
	{ "run", TOKEN(run), NULL },
	{ "shell", TOKEN(shell), NULL },
	{ "working-directory", TOKEN(working_directory), NULL },
	{ "uses", 0, read_uses },
	{ "with", TOKEN(with), NULL },
	{ "wait", 0, read_wait },
	{ "wait-all", 0, read_wait_all },
	{ "cancel", 0, read_cancel },
	{ "parallel", 0, read_parallel },
};

static void
read_key(struct reading *r, struct step_def *step, const struct expr_token_pair *pair)
{
	const struct step_key *key;

	for (size_t i = 0; i < WF_COUNT(step_keys); i++) {
		key = &step_keys[i];
		if (!wf_str_is(schema_text_of(pair->key), key->name))
			continue;
		if (key->read)
			key->read(r, step, pair->value);
		else
			*(const struct expr_token **)((char *)step + key->token) = pair->value;
	}
}

/* ---- steps ---- */

bool
step_controls(const struct step_def *step)
{
	return step->kind != STEP_RUN && step->kind != STEP_USES;
}

static void
read_condition(struct reading *r, struct step_def *step)
{
	struct expr_token always = { .kind = EXPR_TOKEN_LITERAL,
		.pos = step->pos,
		.literal = expr_string(WF_S("always()")) };

	/* Control steps run also after a failure or a cancel (10.2). */
	step->cond = condition_read(r->arena, step_controls(step) ? &always : step->cond_source,
	    r->if_contexts, r->diags);
}

static struct step_def *
read_step(struct reading *r, const struct expr_token *mapping, bool member)
{
	struct step_def *step = wf_new(r->arena, struct step_def);
	struct uses_ref ref;
	struct wf_error err;

	step->pos = mapping->pos;
	step->background = member;
	for (size_t i = 0; i < mapping->map.n; i++)
		read_key(r, step, &mapping->map.pairs[i]);
	read_condition(r, step);
	if (step->kind == STEP_USES && !uses_parse(step->uses, step->uses_pos, &ref, &err))
		wf_diags_add(r->diags, WF_DIAG_ERROR, &err);
	return step;
}

/* The text that a step without an id is named after. */
static struct wf_str
name_source(struct reading *r, const struct step_def *step)
{
	struct uses_ref ref = { 0 };

	switch (step->kind) {
	case STEP_RUN: return WF_S("run");
	case STEP_WAIT: return WF_S("wait");
	case STEP_WAIT_ALL: return WF_S("wait-all");
	case STEP_CANCEL: return WF_S("cancel");
	case STEP_PARALLEL: return WF_S("parallel");
	case STEP_USES: break;
	}
	if (!uses_parse(step->uses, step->uses_pos, &ref, NULL))
		return WF_S("run");
	switch (ref.kind) {
	case USES_LOCAL: return WF_S("self");
	case USES_SELF: return WF_S("selfRepository");
	case USES_DOCKER: return ref.image.n ? ref.image : WF_S("run");
	case USES_REPO: return wf_strf(r->arena, "%.*s/%.*s", WF_ARG(ref.owner), WF_ARG(ref.repo));
	}
	abort();
}

/* A parallel is a wait for its members, too. */
static void
target_members(struct reading *r, struct step_def *step)
{
	step->targets = wf_new_array(r->arena, step->nmembers, struct wf_str);
	for (size_t i = 0; i < step->nmembers; i++)
		step->targets[step->ntargets++] = step->members[i]->id;
}

/* Only when all written ids are known: a made-up one gives way to them. */
static void
name_steps(struct reading *r, struct step_def **steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!steps[i]->id.n)
			steps[i]->id = ids_make(&r->ids, name_source(r, steps[i]));
		name_steps(r, steps[i]->members, steps[i]->nmembers);
		if (steps[i]->kind == STEP_PARALLEL)
			target_members(r, steps[i]);
	}
}

struct step_list
steps_read(struct wf_arena *arena, const struct expr_token *list, unsigned if_contexts,
    struct wf_diags *diags)
{
	struct reading r = { .arena = arena, .if_contexts = if_contexts, .diags = diags };
	struct step_list out = { 0 };

	if (!list)
		return out;
	ids_init(&r.ids, arena);
	wf_map_init(&r.known, arena, false);
	out.items = wf_new_array(arena, list->seq.n, struct step_def *);
	for (size_t i = 0; i < list->seq.n && !schema_enough(diags); i++)
		out.items[out.n++] = read_step(&r, list->seq.items[i], false);
	name_steps(&r, out.items, out.n);
	return out;
}
