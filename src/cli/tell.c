/* SPDX-License-Identifier: MIT */
/* tell.c - forecasts in words and as JSON; `wfrun why` and `wfrun plan` say it alike. */
#include "cli/tell.h"

#include <stdlib.h>

static const struct {
	unsigned bit;
	const char *text;
} ends[] = {
	{ FORECAST_ON_SUCCESS, "success" },
	{ FORECAST_ON_FAILURE, "failure" },
	{ FORECAST_ON_SKIP, "skip" },
	{ FORECAST_ON_CANCEL, "cancel" },
};

/* ---- words ---- */

/* What was appended from `from` on stays on its line. */
static void
flatten(struct wf_buf *out, size_t from)
{
	for (size_t i = from; i < out->n; i++)
		if (out->p[i] == '\n' || out->p[i] == '\r' || out->p[i] == '\t')
			out->p[i] = ' ';
}

struct wf_str
tell_line(struct wf_arena *arena, struct wf_str text)
{
	struct wf_buf out = WF_BUF_INIT;

	wf_buf_add(&out, text);
	flatten(&out, 0);
	return wf_buf_take(&out, arena);
}

static void
add_names(struct wf_buf *out, const struct forecast_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		wf_buf_addf(out, "%s%.*s", i > 0 ? ", " : "", WF_ARG(names->items[i]));
}

static void
add_needs(struct wf_buf *out, const struct job_def *def)
{
	for (size_t i = 0; i < def->nneeds; i++)
		wf_buf_addf(out, "%s%.*s", i > 0 ? ", " : "after ", WF_ARG(def->needs[i].id));
	if (def->nneeds == 0)
		wf_buf_adds(out, "at once");
}

/* Under which ends of the jobs above; success alone is what everybody expects. */
static void
add_when(struct wf_buf *out, unsigned when)
{
	const char *before = " on ";

	if (when == FORECAST_ON_SUCCESS)
		return;
	for (size_t i = 0; i < WF_COUNT(ends); i++)
		if (when & ends[i].bit) {
			wf_buf_addf(out, "%s%s", before, ends[i].text);
			before = ", ";
		}
}

static void
add_open(struct wf_buf *out, const struct forecast *f)
{
	if (f->matrix_waits.n > 0) {
		wf_buf_adds(out, "; matrix unknown, waits for ");
		add_names(out, &f->matrix_waits);
	}
	if (f->node->def->uses.n > 0)
		wf_buf_addf(out, "; calls %.*s", WF_ARG(f->node->def->uses));
}

static void
add_state(struct wf_buf *out, const struct forecast *f, struct wf_arena *arena)
{
	const struct job_def *def = f->node->def;
	struct wf_str values = forecast_values(arena, f);

	switch (f->kind) {
	case FORECAST_RUNS:
		add_needs(out, def);
		if (def->nneeds > 0)
			add_when(out, f->when);
		if (def->cond_source && values.n > 0)
			wf_buf_addf(out, "; its if: holds: %.*s", WF_ARG(values));
		add_open(out, f);
		return;
	case FORECAST_UNKNOWN:
		add_needs(out, def);
		wf_buf_adds(out, "; runs or not: unknown, its if: waits for ");
		add_names(out, &f->waits);
		add_open(out, f);
		return;
	case FORECAST_SKIPPED:
		wf_buf_addf(out, "skipped: %.*s", WF_ARG(f->reason));
		if (values.n > 0)
			wf_buf_addf(out, ": %.*s", WF_ARG(values));
		return;
	case FORECAST_FAILS: wf_buf_addf(out, "fails: %.*s", WF_ARG(f->reason)); return;
	}
	abort();
}

void
tell_state(struct wf_buf *out, const struct forecast *f, struct wf_arena *arena)
{
	size_t from = out->n;

	add_state(out, f, arena);
	flatten(out, from);
}

struct wf_str
tell_name(const struct forecast *f, size_t leg)
{
	return f->named && leg < f->njobs ? f->jobs[leg].name : f->node->def->id;
}

void
tell_environment(struct wf_buf *out, const struct forecast *f, size_t leg)
{
	size_t from = out->n;

	if (!f->node->def->environment || (f->kind != FORECAST_RUNS && f->kind != FORECAST_UNKNOWN))
		return;
	if (!f->environments || leg >= f->njobs)
		wf_buf_adds(out, "; environment unknown");
	else if (f->environments[leg].n > 0)
		wf_buf_addf(out, "; environment %.*s", WF_ARG(f->environments[leg]));
	flatten(out, from);
}

void
tell_inputs(struct wf_buf *out, const struct expr_object *inputs)
{
	size_t from = out->n;

	for (size_t i = 0; inputs && i < inputs->n; i++) {
		const struct expr_pair *pair = &inputs->pairs[i];

		wf_buf_addf(out, "%s%.*s: ", i > 0 ? ", " : "", WF_ARG(pair->key));
		if (expr_is_unknown(pair->value))
			wf_buf_adds(out, "unknown");
		else if (pair->value.kind == EXPR_STRING)
			wf_buf_addf(out, "'%.*s'", WF_ARG(pair->value.string));
		else
			expr_json_compact(out, pair->value);
	}
	flatten(out, from);
}

/* ---- order ---- */

size_t *
tell_levels(struct wf_arena *arena, const struct plan *plan)
{
	size_t *levels = wf_new_array(arena, plan->n, size_t);
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < plan->n; i++)
			for (size_t k = 0; k < plan->nodes[i].nneeds; k++) {
				size_t above = levels[plan->nodes[i].needs[k]] + 1;

				changed = changed || above > levels[i];
				levels[i] = above > levels[i] ? above : levels[i];
			}
	}
	return levels;
}

size_t *
tell_order(struct wf_arena *arena, const struct plan *plan)
{
	size_t *levels = tell_levels(arena, plan);
	size_t *order = wf_new_array(arena, plan->n, size_t);
	size_t n = 0;

	for (size_t level = 0; n < plan->n; level++)
		for (size_t i = 0; i < plan->n; i++)
			if (levels[i] == level)
				order[n++] = i;
	return order;
}

/* ---- JSON ---- */

static void
set_text(struct expr_object *out, const char *key, struct wf_str text)
{
	if (text.n > 0)
		expr_object_set(out, wf_str(key), expr_string(text));
}

static void
set_list(struct expr_object *out, const char *key, struct expr_array *list)
{
	if (list->n > 0)
		expr_object_set(out, wf_str(key), expr_array_value(list));
}

static struct expr_array *
names_json(struct wf_arena *arena, const struct forecast_names *names)
{
	struct expr_array *out = expr_array_new(arena);

	for (size_t i = 0; i < names->n; i++)
		expr_array_push(out, expr_string(names->items[i]));
	return out;
}

static struct expr_value
needs_json(struct wf_arena *arena, const struct job_def *def)
{
	struct expr_array *out = expr_array_new(arena);

	for (size_t i = 0; i < def->nneeds; i++)
		expr_array_push(out, expr_string(def->needs[i].id));
	return expr_array_value(out);
}

static struct expr_array *
when_json(struct wf_arena *arena, const struct forecast *f)
{
	struct expr_array *out = expr_array_new(arena);

	for (size_t i = 0; i < WF_COUNT(ends); i++)
		if (f->when & ends[i].bit)
			expr_array_push(out, expr_cstring(ends[i].text));
	return out;
}

static struct expr_value
values_json(struct wf_arena *arena, const struct forecast *f)
{
	struct expr_object *out = expr_object_new(arena);

	for (size_t i = 0; i < f->values.n; i++)
		if (f->values.items[i].context.n > 0)
			expr_object_set(out, f->values.items[i].text, f->values.items[i].value);
	return expr_object_value(out);
}

static struct expr_value job_json(struct wf_arena *arena, const struct outlook *outlook,
    size_t node);

/* The jobs of a workflow, in the order of the file. */
struct expr_array *
tell_jobs_json(struct wf_arena *arena, const struct outlook *outlook)
{
	struct expr_array *out = expr_array_new(arena);
	size_t *levels = tell_levels(arena, outlook->plan);

	for (size_t i = 0; i < outlook->plan->n; i++) {
		struct expr_value job = job_json(arena, outlook, i);

		expr_object_set(job.object, WF_S("order"), expr_number((double)levels[i]));
		expr_array_push(out, job);
	}
	return out;
}

static struct expr_value
call_json(struct wf_arena *arena, const struct forecast *f, const struct outlook_call *call)
{
	struct expr_object *out = expr_object_new(arena), *inputs = expr_object_new(arena);
	struct expr_array *unknown = expr_array_new(arena);

	if (call->leg)
		set_text(out, "name", tell_name(f, (size_t)(call->leg - f->jobs)));
	for (size_t i = 0; call->inputs && i < call->inputs->n; i++)
		if (expr_is_unknown(call->inputs->pairs[i].value))
			expr_array_push(unknown, expr_string(call->inputs->pairs[i].key));
		else
			expr_object_set(inputs, call->inputs->pairs[i].key,
			    call->inputs->pairs[i].value);
	expr_object_set(out, WF_S("inputs"), expr_object_value(inputs));
	set_list(out, "unknown_inputs", unknown);
	set_text(out, "missing", call->missing);
	if (call->callee)
		set_list(out, "jobs", tell_jobs_json(arena, call->callee));
	return expr_object_value(out);
}

static struct expr_array *
legs_json(struct wf_arena *arena, const struct forecast *f)
{
	struct expr_array *out = expr_array_new(arena);

	for (size_t i = 0; i < f->njobs && f->jobs[i].matrix.kind == EXPR_OBJECT; i++)
		expr_array_push(out, f->jobs[i].matrix);
	return out;
}

static struct expr_array *
environments_json(struct wf_arena *arena, const struct forecast *f)
{
	struct expr_array *out = expr_array_new(arena);

	for (size_t i = 0; f->node->def->environment && f->environments && i < f->njobs; i++)
		expr_array_push(out, expr_string(f->environments[i]));
	return out;
}

static struct expr_value
job_json(struct wf_arena *arena, const struct outlook *outlook, size_t node)
{
	const struct forecast *f = &outlook->jobs[node];
	const struct outlook_calls *calls = &outlook->calls[node];
	const struct job_def *def = f->node->def;
	struct expr_object *out = expr_object_new(arena);
	struct expr_array *names = expr_array_new(arena), *called = expr_array_new(arena);

	for (size_t i = 0; f->named && i < f->njobs; i++)
		expr_array_push(names, expr_string(f->jobs[i].name));
	for (size_t i = 0; i < calls->n; i++)
		expr_array_push(called, call_json(arena, f, &calls->items[i]));
	set_text(out, "id", def->id);
	expr_object_set(out, WF_S("line"), expr_number(def->pos.line));
	expr_object_set(out, WF_S("needs"), needs_json(arena, def));
	expr_object_set(out, WF_S("state"), expr_cstring(forecast_kind_name(f->kind)));
	if (f->kind == FORECAST_SKIPPED || f->kind == FORECAST_FAILS)
		set_text(out, "reason", f->reason);
	else if (def->nneeds > 0)
		set_list(out, "when", when_json(arena, f));
	if (def->cond_source)
		expr_object_set(out, WF_S("values"), values_json(arena, f));
	set_list(out, "if_waits_for", names_json(arena, &f->waits));
	set_list(out, "matrix_waits_for", names_json(arena, &f->matrix_waits));
	set_list(out, "jobs", names);
	set_list(out, "matrix", legs_json(arena, f));
	set_list(out, "environments", environments_json(arena, f));
	set_text(out, "calls", def->uses);
	set_list(out, "called", called);
	return expr_object_value(out);
}

struct expr_value
tell_run_json(struct wf_arena *arena, const struct foreseen *run)
{
	struct expr_object *out = expr_object_new(arena);
	struct expr_array *then = expr_array_new(arena), *paths = expr_array_new(arena);

	set_text(out, "path", run->wf->path);
	set_text(out, "name", run->wf->name);
	expr_object_set(out, WF_S("wakes"), expr_bool(run->outlook != NULL));
	set_text(out, "reason", run->verdict.reason);
	expr_object_set(out, WF_S("line"), expr_number(run->verdict.pos.line));
	if (run->outlook)
		expr_object_set(out, WF_S("jobs"),
		    expr_array_value(tell_jobs_json(arena, run->outlook)));
	for (size_t i = 0; i < run->nfollowers; i++) {
		struct expr_value follower = tell_run_json(arena, run->followers[i].run);

		expr_object_set(follower.object, WF_S("on"),
		    expr_cstring(run->followers[i].action));
		expr_array_push(then, follower);
		expr_array_push(paths, expr_string(run->followers[i].run->wf->path));
	}
	set_list(out, "then_wakes", paths);
	set_list(out, "then", then);
	return expr_object_value(out);
}
