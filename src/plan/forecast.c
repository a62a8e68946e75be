/* SPDX-License-Identifier: MIT */
/* forecast.c - asks the plan with every way in which the jobs above a job can end.
 *
 * success() and failure() look at results only, so a condition is evaluated in a few worlds, in
 * each of which the results are supposed. What it reads of `needs` stays unknown in all of them:
 * what is decided all the same is known. */
#include "plan/forecast.h"

#include <stdlib.h>

#include "plan/environment.h"

struct maker {
	struct wf_arena *arena;
	const struct plan *plan;
	const struct expr_object *contexts;
	const struct expr_object *plain; /* the same with null in place of what is unknown */
	struct forecast *out;
	enum plan_result *results; /* of the world that is asked */
	struct expr_value *outputs; /* nothing is known of them */
};

/* X(enum suffix, name) */
#define FORECAST_KINDS(X)                                                                          \
	X(FORECAST_RUNS, "runs")                                                                   \
	X(FORECAST_SKIPPED, "skipped")                                                             \
	X(FORECAST_UNKNOWN, "unknown")                                                             \
	X(FORECAST_FAILS, "fails")

const char *
forecast_kind_name(enum forecast_kind kind)
{
	switch (kind) {
#define X(value, name)                                                                             \
	case value: return name;
		FORECAST_KINDS(X)
#undef X
	}
	abort();
}

/* Whether it is not known how the job above will end. */
static bool
is_open(const struct forecast *all, size_t above)
{
	return all[above].kind != FORECAST_SKIPPED;
}

/* ---- what is unknown ---- */

static struct expr_value
need_value(struct wf_arena *arena, bool open)
{
	struct expr_object *entry = expr_object_new(arena);
	struct expr_value none = expr_object_value(expr_object_new(arena));

	expr_object_set(entry, WF_S("result"),
	    open ? expr_unknown(arena) : expr_cstring(plan_result_name(PLAN_SKIPPED)));
	expr_object_set(entry, WF_S("outputs"), open ? expr_unknown(arena) : none);
	return expr_object_value(entry);
}

struct expr_object *
forecast_contexts(struct wf_arena *arena, const struct forecast *all, const struct plan_node *node,
    const struct expr_object *contexts)
{
	struct expr_object *out = expr_object_new(arena), *needs = expr_object_new(arena);

	for (size_t i = 0; i < contexts->n; i++)
		expr_object_set(out, contexts->pairs[i].key, contexts->pairs[i].value);
	for (size_t i = 0; i < node->nneeds; i++)
		expr_object_set(needs, all[node->needs[i]].node->def->id,
		    need_value(arena, is_open(all, node->needs[i])));
	expr_object_set(out, WF_S("needs"), expr_object_value(needs));
	return out;
}

struct expr_object *
forecast_plain(struct wf_arena *arena, const struct expr_object *contexts)
{
	struct expr_object *out = expr_object_new(arena);

	for (size_t i = 0; i < contexts->n; i++)
		expr_object_set(out, contexts->pairs[i].key,
		    expr_plain(arena, contexts->pairs[i].value));
	return out;
}

static void
add_name(struct wf_arena *arena, struct forecast_names *names, struct wf_str name)
{
	for (size_t i = 0; i < names->n; i++)
		if (wf_str_ieq(names->items[i], name))
			return;
	*wf_push(arena, names->items, names->n, names->cap) = name;
}

/* needs.x is x; needs.* and needs as a whole are all of them that may still run. */
static void
wait_for_needs(struct wf_arena *arena, const struct forecast *all, const struct plan_node *node,
    const struct expr_read *read, struct forecast_names *out)
{
	const struct job_def *def = node->def;
	bool named = false;

	for (size_t i = 0; i < def->nneeds && read->npath > 0; i++)
		named = named || wf_str_ieq(def->needs[i].id, read->path[0]);
	for (size_t i = 0; i < def->nneeds; i++)
		if (is_open(all, def->needs[i].index) &&
		    (!named || wf_str_ieq(def->needs[i].id, read->path[0])))
			add_name(arena, out, def->needs[i].id);
}

void
forecast_wait(struct wf_arena *arena, const struct forecast *all, const struct plan_node *node,
    const struct expr_reads *reads, struct forecast_names *out)
{
	for (size_t i = 0; i < reads->n; i++) {
		const struct expr_read *read = &reads->items[i];

		if (read->known)
			continue;
		if (wf_str_ieq(read->context, WF_S("needs")))
			wait_for_needs(arena, all, node, read, out);
		else
			add_name(arena, out, read->text);
	}
}

/* ---- worlds ---- */

static struct plan_state
state_of(const struct maker *m, bool cancelled)
{
	return (struct plan_state){
		.plan = m->plan,
		.results = m->results,
		.outputs = m->outputs,
		.contexts = m->plain,
		.cancelled = cancelled,
	};
}

/* All jobs above the node end in `most`, one of them in `one`; known ends stay what they are. */
static void
set_world(struct maker *m, const struct plan_node *node, enum plan_result most, size_t which,
    enum plan_result one)
{
	for (size_t i = 0; i < node->nancestors; i++) {
		size_t above = node->ancestors[i];

		if (!is_open(m->out, above))
			m->results[above] = PLAN_SKIPPED;
		else
			m->results[above] = above == which ? one : most;
	}
}

/* A way in which the jobs above can end. */
struct world {
	unsigned bit;
	enum plan_result most, one;
	bool cancelled;
};

/* What is found in the worlds. */
struct survey {
	const struct expr_object *contexts;
	unsigned when, perhaps; /* worlds in which it runs, or may run */
	bool asked; /* once at least */
	bool failed; /* in some world it cannot be evaluated */
};

/* Asks in the world that is set. */
static void
ask(struct maker *m, const struct plan_node *node, const struct world *world, struct survey *survey)
{
	struct forecast *f = &m->out[node->index];
	struct plan_state state = state_of(m, world->cancelled);
	struct plan_prospect found;
	struct wf_error err;
	bool first = !survey->asked;

	survey->asked = true;
	if (!plan_foresee(m->arena, &state, node->index, survey->contexts, &found, &err)) {
		survey->failed = true;
		f->reason = wf_str_dup(m->arena, wf_str(err.msg));
		return;
	}
	if (found.cond.may_hold && found.cond.may_not) {
		survey->perhaps |= world->bit;
		if (!world->cancelled)
			forecast_wait(m->arena, m->out, node, &found.cond.reads, &f->waits);
		return;
	}
	if (first || (found.cond.may_hold && !(survey->when & ~(unsigned)FORECAST_ON_CANCEL)))
		f->values = found.cond.reads;
	if (found.cond.may_hold)
		survey->when |= world->bit;
	if (f->reason.n == 0)
		f->reason = found.reason;
}

static const struct world worlds[] = {
	{ FORECAST_ON_SUCCESS, PLAN_SUCCESS, PLAN_SUCCESS, false },
	{ FORECAST_ON_FAILURE, PLAN_FAILURE, PLAN_FAILURE, false },
	{ FORECAST_ON_SKIP, PLAN_SKIPPED, PLAN_SKIPPED, false },
	{ FORECAST_ON_CANCEL, PLAN_CANCELLED, PLAN_CANCELLED, true },
	/* success('a') and failure('b') look at single jobs */
	{ FORECAST_ON_FAILURE, PLAN_SUCCESS, PLAN_FAILURE, false },
	{ FORECAST_ON_FAILURE, PLAN_FAILURE, PLAN_SUCCESS, false },
	{ FORECAST_ON_SKIP, PLAN_SUCCESS, PLAN_SKIPPED, false },
	{ FORECAST_ON_SKIP, PLAN_SKIPPED, PLAN_SUCCESS, false },
};

static void
ask_worlds(struct maker *m, const struct plan_node *node, struct survey *survey)
{
	size_t nopen = 0;

	for (size_t i = 0; i < node->nancestors; i++)
		nopen += is_open(m->out, node->ancestors[i]);
	for (size_t w = 0; w < WF_COUNT(worlds); w++) {
		bool mixed = worlds[w].most != worlds[w].one;

		if (mixed && nopen < 2)
			continue; /* one job alone is not different from the others */
		for (size_t i = 0; i < (mixed ? node->nancestors : 1); i++) {
			size_t which = mixed ? node->ancestors[i] : SIZE_MAX;

			if (mixed && !is_open(m->out, which))
				continue;
			set_world(m, node, worlds[w].most, which, worlds[w].one);
			ask(m, node, &worlds[w], survey);
		}
	}
}

static enum forecast_kind
kind_of(const struct survey *survey)
{
	unsigned cancel = FORECAST_ON_CANCEL;

	if (survey->failed)
		return FORECAST_FAILS;
	if (survey->perhaps & ~survey->when & ~cancel)
		return FORECAST_UNKNOWN;
	return survey->when & ~cancel ? FORECAST_RUNS : FORECAST_SKIPPED;
}

/* ---- instances ---- */

/* Whether what is evaluated for each instance is known for all of them. */
static bool
known_to_all(struct maker *m, const struct forecast *f, const struct expr_token *token,
    struct expr_object *contexts)
{
	struct expr_scope scope = { .contexts = contexts };
	struct expr_reads waits = { 0 };

	for (size_t i = 0; i < f->njobs; i++) {
		expr_object_set(contexts, WF_S("matrix"), f->jobs[i].matrix);
		expr_object_set(contexts, WF_S("strategy"), f->jobs[i].strategy);
		if (!expr_token_known(m->arena, token, &scope, &waits))
			return false;
	}
	return true;
}

static void
find_environments(struct maker *m, struct forecast *f, struct expr_object *contexts)
{
	const struct expr_token *token = f->node->def->environment;
	struct expr_scope scope = { .contexts = contexts };
	struct wf_str *names = wf_new_array(m->arena, f->njobs, struct wf_str);
	struct wf_error ignored; /* the job will fail by it, and say so */

	if (!known_to_all(m, f, environment_name_token(token), contexts))
		return;
	for (size_t i = 0; i < f->njobs; i++) {
		expr_object_set(contexts, WF_S("matrix"), f->jobs[i].matrix);
		expr_object_set(contexts, WF_S("strategy"), f->jobs[i].strategy);
		if (!environment_name(m->arena, token, &scope, &names[i], &ignored))
			return;
	}
	f->environments = names;
}

static void
expand(struct maker *m, const struct plan_node *node, struct expr_object *contexts)
{
	struct forecast *f = &m->out[node->index];
	struct expr_scope scope = { .contexts = contexts };
	struct plan_state state = state_of(m, false);
	struct expr_reads waits = { 0 };
	struct wf_error err;

	if (!expr_token_known(m->arena, node->def->strategy, &scope, &waits)) {
		forecast_wait(m->arena, m->out, node, &waits, &f->matrix_waits);
		return;
	}
	set_world(m, node, PLAN_SUCCESS, SIZE_MAX, PLAN_SUCCESS);
	if (plan_expand(m->arena, &state, node->index, &f->jobs, &f->njobs, &err)) {
		f->named = known_to_all(m, f, node->def->name, contexts);
		find_environments(m, f, contexts);
		return;
	}
	f->kind = FORECAST_FAILS;
	f->reason = wf_str_dup(m->arena, wf_str(err.msg));
}

static void
look(struct maker *m, const struct plan_node *node)
{
	struct forecast *f = &m->out[node->index];
	struct expr_object *contexts = forecast_contexts(m->arena, m->out, node, m->contexts);
	struct survey survey = { .contexts = contexts };

	ask_worlds(m, node, &survey);
	f->when = survey.when;
	f->kind = kind_of(&survey);
	if (f->kind != FORECAST_UNKNOWN)
		f->waits.n = 0;
	if (f->kind == FORECAST_RUNS || f->kind == FORECAST_UNKNOWN)
		expand(m, node, contexts);
}

/* A job's ancestors are fewer than those of whoever needs it, so this order has needs first. */
static int
by_ancestors(const void *a, const void *b)
{
	const struct plan_node *const *x = a, *const *y = b;

	if ((*x)->nancestors != (*y)->nancestors)
		return (*x)->nancestors < (*y)->nancestors ? -1 : 1;
	return (*x)->index < (*y)->index ? -1 : 1;
}

struct forecast *
forecast_make(struct wf_arena *arena, const struct plan *plan, const struct expr_object *contexts)
{
	struct maker m = {
		.arena = arena,
		.plan = plan,
		.contexts = contexts,
		.out = wf_new_array(arena, plan->n, struct forecast),
		.results = wf_new_array(arena, plan->n, enum plan_result),
		.outputs = wf_new_array(arena, plan->n, struct expr_value),
	};
	const struct plan_node **order = wf_new_array(arena, plan->n, const struct plan_node *);

	m.plain = forecast_plain(arena, contexts);
	for (size_t i = 0; i < plan->n; i++) {
		order[i] = &plan->nodes[i];
		m.out[i].node = order[i];
	}
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers */
	qsort(order, plan->n, sizeof(*order), by_ancestors);
	for (size_t i = 0; i < plan->n; i++)
		look(&m, order[i]);
	return m.out;
}

/* ---- values ---- */

#define MAX_VALUE 60 /* characters of a value before it is cut */

static void
add_value(struct wf_buf *out, struct expr_value value)
{
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;
	size_t keep = 0, n = 0, len;

	if (value.kind == EXPR_STRING)
		wf_buf_addf(&text, "'%.*s'", WF_ARG(value.string));
	else
		expr_json_compact(&text, value);
	for (; keep < text.n && n < MAX_VALUE; keep += len, n++)
		wf_utf8_get(wf_str_skip(wf_buf_str(&text), keep), &len);
	wf_buf_add(out, wf_str_sub(wf_buf_str(&text), 0, keep));
	if (keep < text.n)
		wf_buf_adds(out, "...");
}

struct wf_str
forecast_values(struct wf_arena *arena, const struct forecast *f)
{
	struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < f->values.n; i++) {
		const struct expr_read *read = &f->values.items[i];

		if (wf_str_ieq(read->text, WF_S("success()")))
			continue; /* the reason names the job, or there is nothing to say */
		wf_buf_addf(&out, "%s%.*s is ", out.n > 0 ? ", " : "", WF_ARG(read->text));
		add_value(&out, read->value);
	}
	return wf_buf_take(&out, arena);
}
