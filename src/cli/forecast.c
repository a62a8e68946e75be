/* SPDX-License-Identifier: MIT */
/* forecast.c - asks the plan with every way in which the jobs above a job can end.
 *
 * success() and failure() look at results only, so a condition that does not name `needs` can be
 * decided now: it is evaluated in a few worlds, and what is the same in all of them is known. */
#include "cli/forecast.h"

#include <stdlib.h>

struct maker {
	struct wf_arena *arena;
	const struct plan *plan;
	const struct expr_object *contexts;
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
is_open(const struct maker *m, size_t above)
{
	return m->out[above].kind != FORECAST_SKIPPED;
}

/* ---- what a condition or a matrix reads of other jobs ---- */

struct reads {
	const struct maker *maker;
	const struct plan_node *node;
	struct forecast_names *names; /* needed jobs whose answer is not known yet */
};

static void
add_name(const struct reads *reads, const struct need_def *need)
{
	struct forecast_names *names = reads->names;

	if (!is_open(reads->maker, need->index))
		return; /* its result is known, and it has no outputs */
	for (size_t i = 0; i < names->n; i++)
		if (wf_str_ieq(names->items[i], need->id))
			return;
	*wf_push(reads->maker->arena, names->items, names->n, names->cap) = need->id;
}

/* needs.x is x; needs.* and needs as a whole are all of them. */
static void
visit_context(void *data, struct wf_str context, const struct wf_str *path, size_t npath)
{
	const struct reads *reads = data;
	const struct job_def *def = reads->node->def;
	bool known = false;

	if (!wf_str_ieq(context, WF_S("needs")))
		return;
	for (size_t i = 0; i < def->nneeds && npath > 0; i++)
		known = known || wf_str_ieq(def->needs[i].id, path[0]);
	for (size_t i = 0; i < def->nneeds; i++)
		if (!known || wf_str_ieq(def->needs[i].id, path[0]))
			add_name(reads, &def->needs[i]);
}

static void
visit_token(const struct expr_token *token, struct reads *reads)
{
	if (!token)
		return;
	switch (token->kind) {
	case EXPR_TOKEN_LITERAL:
	case EXPR_TOKEN_INSERT: return;
	case EXPR_TOKEN_EXPR: expr_visit(token->expr, visit_context, reads); return;
	case EXPR_TOKEN_SEQUENCE:
		for (size_t i = 0; i < token->seq.n; i++)
			visit_token(token->seq.items[i], reads);
		return;
	case EXPR_TOKEN_MAPPING:
		for (size_t i = 0; i < token->map.n; i++) {
			visit_token(token->map.pairs[i].key, reads);
			visit_token(token->map.pairs[i].value, reads);
		}
		return;
	}
	abort();
}

/* ---- worlds ---- */

static struct plan_state
state_of(const struct maker *m, bool cancelled)
{
	return (struct plan_state){
		.plan = m->plan,
		.results = m->results,
		.outputs = m->outputs,
		.contexts = m->contexts,
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

		if (!is_open(m, above))
			m->results[above] = PLAN_SKIPPED;
		else
			m->results[above] = above == which ? one : most;
	}
}

/* Asks in the world that is set; *failed when the condition cannot be evaluated there. */
static bool
ask(struct maker *m, const struct plan_node *node, bool cancelled, struct forecast *f, bool *failed)
{
	struct plan_state state = state_of(m, cancelled);
	struct wf_error err;
	struct wf_str reason = { NULL, 0 };
	bool wanted = false;

	if (!plan_wanted(m->arena, &state, node->index, &wanted, &reason, &err)) {
		*failed = true;
		f->reason = wf_str_dup(m->arena, wf_str(err.msg));
		return false;
	}
	if (f->reason.n == 0)
		f->reason = reason;
	return wanted;
}

static const struct world {
	unsigned bit;
	enum plan_result most, one;
	bool cancelled;
} worlds[] = {
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

/* The kind of a node whose condition reads no job's answer. */
static enum forecast_kind
ask_worlds(struct maker *m, const struct plan_node *node, struct forecast *f)
{
	size_t nopen = 0;
	bool failed = false;

	for (size_t i = 0; i < node->nancestors; i++)
		nopen += is_open(m, node->ancestors[i]);
	for (size_t w = 0; w < WF_COUNT(worlds); w++) {
		bool mixed = worlds[w].most != worlds[w].one;

		if (mixed && nopen < 2)
			continue; /* one job alone is not different from the others */
		for (size_t i = 0; i < (mixed ? node->nancestors : 1); i++) {
			size_t which = mixed ? node->ancestors[i] : SIZE_MAX;

			if (mixed && !is_open(m, which))
				continue;
			set_world(m, node, worlds[w].most, which, worlds[w].one);
			if (ask(m, node, worlds[w].cancelled, f, &failed))
				f->when |= worlds[w].bit;
		}
	}
	if (failed)
		return FORECAST_FAILS;
	return f->when & ~(unsigned)FORECAST_ON_CANCEL ? FORECAST_RUNS : FORECAST_SKIPPED;
}

/* ---- instances ---- */

static void
expand(struct maker *m, const struct plan_node *node, struct forecast *f)
{
	struct reads reads = { m, node, &f->matrix_waits };
	struct forecast_names name_waits = { 0 };
	struct plan_state state = state_of(m, false);
	struct wf_error err;

	visit_token(node->def->strategy, &reads);
	if (f->matrix_waits.n > 0)
		return;
	reads.names = &name_waits;
	visit_token(node->def->name, &reads);
	f->named = name_waits.n == 0;
	set_world(m, node, PLAN_SUCCESS, SIZE_MAX, PLAN_SUCCESS);
	if (plan_expand(m->arena, &state, node->index, &f->jobs, &f->njobs, &err))
		return;
	f->kind = FORECAST_FAILS;
	f->reason = wf_str_dup(m->arena, wf_str(err.msg));
}

static void
look(struct maker *m, const struct plan_node *node)
{
	struct forecast *f = &m->out[node->index];
	struct reads reads = { m, node, &f->waits };

	f->node = node;
	expr_visit(node->def->cond, visit_context, &reads);
	f->kind = f->waits.n > 0 ? FORECAST_UNKNOWN : ask_worlds(m, node, f);
	if (f->kind == FORECAST_RUNS || f->kind == FORECAST_UNKNOWN)
		expand(m, node, f);
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

	for (size_t i = 0; i < plan->n; i++)
		order[i] = &plan->nodes[i];
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers */
	qsort(order, plan->n, sizeof(*order), by_ancestors);
	for (size_t i = 0; i < plan->n; i++)
		look(&m, order[i]);
	return m.out;
}
