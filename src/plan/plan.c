/* SPDX-License-Identifier: MIT */
/* plan.c - nodes and needs, the `if:` of a node, and its instances.
 *
 * The status functions look at all ancestors of a node, not at its direct needs (5.2): that is what
 * makes one skipped job skip everything below it, and what a person asks about. So the functions
 * that an `if:` calls leave a note which of them was asked and what it answered, and the reason is
 * told from the note. */
#include "plan/plan.h"

#include <stdlib.h>

#include "base/graph.h"
#include "plan/matrix.h"
#include "plan/shape.h"

/* GitHub shows no longer names of jobs. */
#define MAX_NAME 100

/* ---- results ---- */

const char *
plan_result_name(enum plan_result result)
{
	static const char *const names[] = {
		[PLAN_PENDING] = "",
		[PLAN_SUCCESS] = "success",
		[PLAN_FAILURE] = "failure",
		[PLAN_CANCELLED] = "cancelled",
		[PLAN_SKIPPED] = "skipped",
	};

	return names[result];
}

enum plan_result
plan_merge(enum plan_result a, enum plan_result b)
{
	if (a == PLAN_PENDING || a == b)
		return b;
	if (b == PLAN_PENDING)
		return a;
	if (a == PLAN_FAILURE || b == PLAN_FAILURE || a == PLAN_CANCELLED || b == PLAN_CANCELLED)
		return PLAN_FAILURE;
	return PLAN_SUCCESS;
}

enum plan_result
plan_conclusion(const enum plan_result *results, size_t n, bool cancelled)
{
	bool seen[PLAN_SKIPPED + 1] = { false };

	for (size_t i = 0; i < n; i++)
		seen[results[i]] = true;
	if (cancelled)
		return PLAN_CANCELLED;
	if (seen[PLAN_FAILURE])
		return PLAN_FAILURE;
	if (seen[PLAN_CANCELLED])
		return PLAN_CANCELLED;
	if (seen[PLAN_SKIPPED] && !seen[PLAN_SUCCESS])
		return PLAN_SKIPPED;
	return PLAN_SUCCESS;
}

/* ---- nodes ---- */

struct plan *
plan_new(struct wf_arena *arena, const struct workflow *wf)
{
	struct plan *plan = wf_new(arena, struct plan);
	struct wf_graph needs, dependants;

	plan->wf = wf;
	plan->n = wf->njobs;
	plan->nodes = wf_new_array(arena, plan->n, struct plan_node);
	wf_graph_init(&needs, arena, plan->n);
	wf_graph_init(&dependants, arena, plan->n);
	for (size_t i = 0; i < plan->n; i++)
		for (size_t k = 0; k < wf->jobs[i]->nneeds; k++) {
			wf_graph_add(&needs, i, wf->jobs[i]->needs[k].index);
			wf_graph_add(&dependants, wf->jobs[i]->needs[k].index, i);
		}
	for (size_t i = 0; i < plan->n; i++) {
		struct plan_node *node = &plan->nodes[i];

		node->def = wf->jobs[i];
		node->index = i;
		node->needs = needs.nodes[i].needs;
		node->nneeds = needs.nodes[i].nneeds;
		node->dependants = dependants.nodes[i].needs;
		node->ndependants = dependants.nodes[i].nneeds;
		wf_graph_ancestors(&needs, i, &node->ancestors, &node->nancestors);
	}
	return plan;
}

struct expr_object *
plan_needs(struct wf_arena *arena, const struct plan_state *state, size_t node)
{
	const struct plan_node *self = &state->plan->nodes[node];
	struct expr_object *needs = expr_object_new(arena);

	for (size_t i = 0; i < self->nneeds; i++) {
		size_t need = self->needs[i];
		struct expr_object *entry = expr_object_new(arena);
		struct expr_value outputs = state->outputs[need];

		if (outputs.kind != EXPR_OBJECT)
			outputs = expr_object_value(expr_object_new(arena));
		expr_object_set(entry, WF_S("result"),
		    expr_cstring(plan_result_name(state->results[need])));
		expr_object_set(entry, WF_S("outputs"), outputs);
		expr_object_set(needs, state->plan->nodes[need].def->id, expr_object_value(entry));
	}
	return needs;
}

/* The contexts of the state with `needs` of the node: what a job's own keys may see. */
static struct expr_object *
node_contexts(struct wf_arena *arena, const struct plan_state *state, size_t node)
{
	struct expr_object *all = expr_object_new(arena);

	for (size_t i = 0; i < state->contexts->n; i++)
		expr_object_set(all, state->contexts->pairs[i].key,
		    state->contexts->pairs[i].value);
	expr_object_set(all, WF_S("needs"), expr_object_value(plan_needs(arena, state, node)));
	return all;
}

bool
plan_fail_key(const struct plan *plan, const struct job_def *def, const char *key,
    const struct wf_error *cause, struct wf_error *err)
{
	struct wf_pos pos = cause->pos.line ? cause->pos : def->pos;

	return wf_fail(err, WF_ERR_EVAL, pos,
	    "Error when evaluating '%s' for job '%.*s'. %.*s (Line: %d, Col: %d): %s", key,
	    WF_ARG(def->id), WF_ARG(plan->wf->path), pos.line, pos.col, cause->msg);
}

/* ---- status functions ---- */

/* What the status functions of one `if:` look at, and what was asked. */
struct status {
	const struct plan_node *node;
	const struct plan_state *state;
	bool success_denied; /* success() was called and said no */
	bool asked_other; /* always(), cancelled() or failure() was called */
};

/* The ancestor of this id, or NULL. */
static const struct plan_node *
named_ancestor(const struct status *status, struct wf_str id)
{
	for (size_t i = 0; i < status->node->nancestors; i++) {
		const struct plan_node *node = &status->state->plan
		                                    ->nodes[status->node->ancestors[i]];

		if (wf_str_ieq(node->def->id, id))
			return node;
	}
	return NULL;
}

/* How many of the ancestors, or of those that args name, have this result; *total is how many were
 * asked. A name that is no ancestor has no result. */
static size_t
count_results(const struct status *status, struct wf_arena *arena, const struct expr_value *args,
    size_t nargs, enum plan_result result, size_t *total)
{
	const struct plan_node *asked = status->node;
	size_t hits = 0;

	*total = nargs > 0 ? nargs : asked->nancestors;
	for (size_t i = 0; i < nargs; i++) {
		const struct plan_node *node = named_ancestor(status,
		    expr_to_string(arena, args[i]));

		hits += node && status->state->results[node->index] == result;
	}
	for (size_t i = 0; nargs == 0 && i < asked->nancestors; i++)
		hits += status->state->results[asked->ancestors[i]] == result;
	return hits;
}

static bool
call_success(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	struct status *status = data;
	size_t total, hits = count_results(status, arena, args, n, PLAN_SUCCESS, &total);
	bool yes = !status->state->cancelled && hits == total;

	(void)err;
	status->success_denied |= !yes;
	*out = expr_bool(yes);
	return true;
}

static bool
call_failure(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	struct status *status = data;
	size_t total, hits = count_results(status, arena, args, n, PLAN_FAILURE, &total);

	(void)err;
	status->asked_other = true;
	*out = expr_bool(!status->state->cancelled && hits > 0);
	return true;
}

static bool
call_cancelled(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	struct status *status = data;

	(void)arena, (void)args, (void)n, (void)err;
	status->asked_other = true;
	*out = expr_bool(status->state->cancelled);
	return true;
}

static bool
call_always(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	struct status *status = data;

	(void)arena, (void)args, (void)n, (void)err;
	status->asked_other = true;
	*out = expr_bool(true);
	return true;
}

/* ---- reasons ---- */

/* The ancestor with which it began: not a success, and all above it is. A failure is named before a
 * cancelled or a skipped one. */
static const struct plan_node *
first_cause(const struct status *status)
{
	static const enum plan_result order[] = { PLAN_FAILURE, PLAN_CANCELLED, PLAN_SKIPPED };
	const enum plan_result *results = status->state->results;

	for (size_t k = 0; k < WF_COUNT(order); k++)
		for (size_t i = 0; i < status->node->nancestors; i++) {
			const struct plan_node *node = &status->state->plan
			                                    ->nodes[status->node->ancestors[i]];
			size_t good = 0;

			for (size_t a = 0; a < node->nancestors; a++)
				good += results[node->ancestors[a]] == PLAN_SUCCESS;
			if (results[node->index] == order[k] && good == node->nancestors)
				return node;
		}
	return NULL;
}

static bool
contains(const size_t *list, size_t n, size_t item)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == item)
			return true;
	return false;
}

/* The direct need that leads to `cause`, or NULL when that is a direct need itself. */
static const struct plan_node *
way_to(const struct status *status, const struct plan_node *cause)
{
	const struct plan_node *node = status->node;

	if (contains(node->needs, node->nneeds, cause->index))
		return NULL;
	for (size_t i = 0; i < node->nneeds; i++) {
		const struct plan_node *need = &status->state->plan->nodes[node->needs[i]];

		if (contains(need->ancestors, need->nancestors, cause->index))
			return need;
	}
	return NULL;
}

/* "needs 'changes', which was skipped", "needs 'build', which needs 'changes', which failed". */
static struct wf_str
reason_ancestor(struct wf_arena *arena, const struct status *status, const struct plan_node *cause)
{
	static const char *const what[] = {
		[PLAN_PENDING] = "has not finished",
		[PLAN_SUCCESS] = "succeeded",
		[PLAN_FAILURE] = "failed",
		[PLAN_CANCELLED] = "was cancelled",
		[PLAN_SKIPPED] = "was skipped",
	};
	const struct plan_node *way = way_to(status, cause);
	struct wf_str id = cause->def->id;
	const char *end = what[status->state->results[cause->index]];

	if (!way)
		return wf_strf(arena, "needs '%.*s', which %s", WF_ARG(id), end);
	if (contains(way->needs, way->nneeds, cause->index))
		return wf_strf(arena, "needs '%.*s', which needs '%.*s', which %s",
		    WF_ARG(way->def->id), WF_ARG(id), end);
	return wf_strf(arena, "needs '%.*s'; above it '%.*s' %s", WF_ARG(way->def->id), WF_ARG(id),
	    end);
}

/* "if: TEXT is false", the text as written but on one line. */
static struct wf_str
reason_text(struct wf_arena *arena, const struct expr_token *source)
{
	struct wf_str text = source ? source->source : WF_S("success()");
	struct wf_buf out = WF_BUF_INIT;

	wf_buf_adds(&out, "if: ");
	for (size_t i = 0; i < text.n; i++) {
		bool blank = text.p[i] == ' ' || text.p[i] == '\t' || text.p[i] == '\n';

		if (!blank)
			wf_buf_addc(&out, text.p[i]);
		else if (out.p[out.n - 1] != ' ')
			wf_buf_addc(&out, ' ');
	}
	if (out.p[out.n - 1] != ' ')
		wf_buf_addc(&out, ' ');
	wf_buf_adds(&out, "is false");
	return wf_buf_take(&out, arena);
}

static struct wf_str
reason_no(struct wf_arena *arena, const struct status *status)
{
	const struct plan_node *cause = first_cause(status);

	if (!status->success_denied || status->asked_other)
		return reason_text(arena, status->node->def->cond_source);
	if (status->state->cancelled)
		return WF_S("the run was cancelled");
	if (!cause)
		return reason_text(arena, status->node->def->cond_source);
	return reason_ancestor(arena, status, cause);
}

/* Room for the status functions and the end of the list. */
#define STATUS_FUNCS 5

static void
status_funcs(struct status *status, struct expr_func funcs[STATUS_FUNCS])
{
	funcs[0] = (struct expr_func){ "success", 0, 255, call_success, status };
	funcs[1] = (struct expr_func){ "failure", 0, 255, call_failure, status };
	funcs[2] = (struct expr_func){ "cancelled", 0, 0, call_cancelled, status };
	funcs[3] = (struct expr_func){ "always", 0, 0, call_always, status };
	funcs[4] = (struct expr_func){ NULL, 0, 0, NULL, NULL };
}

bool
plan_wanted(struct wf_arena *arena, const struct plan_state *state, size_t node, bool *wanted,
    struct wf_str *reason, struct wf_error *err)
{
	const struct job_def *def = state->plan->nodes[node].def;
	struct status status = { .node = &state->plan->nodes[node], .state = state };
	struct expr_func funcs[STATUS_FUNCS];
	struct expr_scope scope = {
		.contexts = node_contexts(arena, state, node),
		.funcs = funcs,
	};
	struct expr_value value;
	struct wf_error cause;

	status_funcs(&status, funcs);
	if (!expr_eval(arena, def->cond, &scope, &value, &cause))
		return plan_fail_key(state->plan, def, "if", &cause, err);
	*wanted = expr_truthy(value);
	*reason = *wanted ? WF_S("") : reason_no(arena, &status);
	return true;
}

bool
plan_foresee(struct wf_arena *arena, const struct plan_state *state, size_t node,
    const struct expr_object *contexts, struct plan_prospect *out, struct wf_error *err)
{
	const struct job_def *def = state->plan->nodes[node].def;
	struct status status = { .node = &state->plan->nodes[node], .state = state };
	struct expr_func funcs[STATUS_FUNCS];
	struct expr_scope scope = { .contexts = contexts, .funcs = funcs };
	struct wf_error cause;

	status_funcs(&status, funcs);
	*out = (struct plan_prospect){ 0 };
	if (!expr_eval_partial(arena, def->cond, &scope, &out->cond, &cause))
		return plan_fail_key(state->plan, def, "if", &cause, err);
	if (!out->cond.may_hold)
		out->reason = reason_no(arena, &status);
	return true;
}

/* ---- instances ---- */

/* An evaluated `strategy:`. */
struct strategy {
	bool fail_fast;
	size_t max_parallel; /* 0: not given */
	struct matrix_leg *legs;
	size_t nlegs;
	bool has_matrix;
};

static bool
read_strategy_key(struct wf_arena *arena, const struct expr_pair *pair,
    const struct expr_token *source, struct strategy *out, struct wf_error *err)
{
	const struct expr_token *at = shape_member(source, pair->key);
	struct expr_value value = pair->value;

	if (wf_str_is(pair->key, "matrix")) {
		out->has_matrix = true;
		return matrix_expand(arena, value, at, &out->legs, &out->nlegs, err);
	}
	if (wf_str_is(pair->key, "fail-fast")) {
		if (value.kind != EXPR_BOOL)
			return shape_unexpected(arena, shape_pos(at), value, err);
		out->fail_fast = value.boolean;
		return true;
	}
	if (wf_str_is(pair->key, "max-parallel")) {
		if (value.kind != EXPR_NUMBER)
			return shape_unexpected(arena, shape_pos(at), value, err);
		out->max_parallel = value.number >= 1 && value.number < INT32_MAX
		                        ? (size_t)value.number
		                        : 0;
		return true;
	}
	return wf_fail(err, WF_ERR_EVAL, shape_pos(source), "Unexpected value '%.*s'",
	    WF_ARG(pair->key));
}

static bool
read_strategy(struct wf_arena *arena, const struct expr_token *source,
    const struct expr_scope *scope, struct strategy *out, struct wf_error *err)
{
	struct expr_value value;

	*out = (struct strategy){ .fail_fast = true };
	if (source) {
		if (!expr_token_eval(arena, source, scope, &value, err))
			return false;
		if (value.kind != EXPR_OBJECT)
			return shape_unexpected(arena, shape_pos(source), value, err);
		for (size_t i = 0; i < value.object->n; i++)
			if (!read_strategy_key(arena, &value.object->pairs[i], source, out, err))
				return false;
	}
	if (!out->has_matrix) {
		out->legs = wf_new(arena, struct matrix_leg);
		out->nlegs = 1;
	}
	return true;
}

static struct expr_value
strategy_context(struct wf_arena *arena, const struct strategy *strategy, size_t index)
{
	struct expr_object *context = expr_object_new(arena);
	size_t parallel = strategy->max_parallel ? strategy->max_parallel : strategy->nlegs;

	expr_object_set(context, WF_S("fail-fast"), expr_bool(strategy->fail_fast));
	expr_object_set(context, WF_S("job-index"), expr_number((double)index));
	expr_object_set(context, WF_S("job-total"), expr_number((double)strategy->nlegs));
	expr_object_set(context, WF_S("max-parallel"), expr_number((double)parallel));
	return expr_object_value(context);
}

/* Cut where GitHub cuts, which counts UTF-16 units; a character is never halved. */
static struct wf_str
cut_name(struct wf_arena *arena, struct wf_str name)
{
	size_t units = 0, keep = 0;

	for (size_t i = 0, len; i < name.n; i += len) {
		units += wf_utf8_get(wf_str_skip(name, i), &len) > 0xffff ? 2 : 1;
		if (units <= MAX_NAME - 3)
			keep = i + len;
	}
	return units <= MAX_NAME ? name : wf_strf(arena, "%.*s...", (int)keep, name.p);
}

/* The display name: an evaluated `name:` as it is, a plain one or the id with the leg's values. */
static bool
make_name(struct wf_arena *arena, const struct job_def *def, const struct expr_scope *scope,
    struct wf_str suffix, struct wf_str *out, struct wf_error *err)
{
	struct wf_str name;

	if (!expr_token_string(arena, def->name, scope, &name, err))
		return false;
	if (name.n == 0)
		name = def->id;
	else if (def->name->kind != EXPR_TOKEN_LITERAL)
		suffix = WF_S("");
	if (suffix.n > 0)
		name = wf_strf(arena, "%.*s (%.*s)", WF_ARG(name), WF_ARG(suffix));
	*out = cut_name(arena, name);
	return true;
}

static bool
make_job(struct wf_arena *arena, const struct strategy *strategy, size_t index,
    struct expr_object *contexts, struct plan_job *job, struct wf_error *err)
{
	struct expr_scope scope = { .contexts = contexts };
	const struct matrix_leg *leg = &strategy->legs[index];

	job->index = index;
	job->total = strategy->nlegs;
	job->matrix = leg->values;
	job->strategy = strategy_context(arena, strategy, index);
	job->fail_fast = strategy->fail_fast;
	job->max_parallel = strategy->max_parallel;
	expr_object_set(contexts, WF_S("matrix"), job->matrix);
	expr_object_set(contexts, WF_S("strategy"), job->strategy);
	return make_name(arena, job->node->def, &scope, leg->suffix, &job->name, err);
}

bool
plan_expand(struct wf_arena *arena, const struct plan_state *state, size_t node,
    struct plan_job **out, size_t *n, struct wf_error *err)
{
	const struct job_def *def = state->plan->nodes[node].def;
	struct expr_object *all = node_contexts(arena, state, node);
	struct expr_scope scope = { .contexts = all };
	struct strategy strategy;
	struct wf_error cause;

	if (!read_strategy(arena, def->strategy, &scope, &strategy, &cause))
		return plan_fail_key(state->plan, def, "strategy", &cause, err);
	if (strategy.nlegs > MATRIX_MAX_LEGS)
		return wf_fail(err, WF_ERR_EVAL, def->strategy->pos,
		    "Strategy for job '%.*s' produced %zu configurations which exceeds the maximum "
		    "of %d configurations",
		    WF_ARG(def->id), strategy.nlegs, MATRIX_MAX_LEGS);
	*n = strategy.nlegs;
	*out = wf_new_array(arena, *n, struct plan_job);
	for (size_t i = 0; i < *n; i++) {
		(*out)[i].node = &state->plan->nodes[node];
		if (!make_job(arena, &strategy, i, all, &(*out)[i], &cause))
			return plan_fail_key(state->plan, def, "name", &cause, err);
	}
	return true;
}
