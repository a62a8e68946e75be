/* SPDX-License-Identifier: MIT */
/* outlook.c - forecasts down through the calls. */
#include "plan/outlook.h"

#include "plan/reuse.h"

#define MAX_LEVELS 9 /* of calls below the first file, as GitHub allows */
#define MAX_CALLS 4096 /* legs that call legs that call: enough to see */

struct viewer {
	struct wf_arena *arena;
	const struct outlook_source *source;
	size_t ncalls;
};

static struct outlook *view(struct viewer *v, const struct workflow *wf,
    const struct expr_object *contexts, size_t level);

/* ---- inputs ---- */

/* A call while it is looked at. */
struct passing {
	struct viewer *viewer;
	const struct job_def *def;
	const struct workflow *callee;
	struct expr_object *seen; /* what `with` may read; unknown values in it */
};

static bool
is_known(const struct passing *p, const struct expr_token *token, struct expr_object *contexts)
{
	struct expr_scope scope = { .contexts = contexts };
	struct expr_reads waits = { 0 };

	return expr_token_known(p->viewer->arena, token, &scope, &waits);
}

/* Divides `with`: *known is what can be evaluated now, *names are the inputs that cannot. False
 * when not even the names of the inputs can be told. */
static bool
divide(const struct passing *p, struct expr_token *known, struct forecast_names *names)
{
	struct wf_arena *arena = p->viewer->arena;
	const struct expr_token *with = p->def->with;

	if (with->kind != EXPR_TOKEN_MAPPING)
		return is_known(p, with, p->seen);
	known->map.pairs = wf_new_array(arena, with->map.n, struct expr_token_pair);
	known->map.n = 0;
	for (size_t i = 0; i < with->map.n; i++) {
		const struct expr_token_pair *pair = &with->map.pairs[i];

		if (is_known(p, pair->key, p->seen) && is_known(p, pair->value, p->seen))
			known->map.pairs[known->map.n++] = *pair;
		else if (pair->key->kind == EXPR_TOKEN_LITERAL)
			*wf_push(arena, names->items, names->n, names->cap) = expr_to_string(arena,
			    pair->key->literal);
		else
			return false;
	}
	return true;
}

static struct expr_object *
all_unknown(struct wf_arena *arena, const struct when_event *on)
{
	struct expr_object *out = expr_object_new(arena);

	for (size_t i = 0; on && i < on->ninputs; i++)
		expr_object_set(out, on->inputs[i].id, expr_unknown(arena));
	return out;
}

/* The `inputs` of the callee. False and *err when the call fails by them. */
static bool
pass_inputs(const struct passing *p, struct expr_object **out, struct wf_error *err)
{
	struct wf_arena *arena = p->viewer->arena;
	const struct when_event *on = when_find(p->callee->on, WF_S("workflow_call"));
	struct job_def def = *p->def;
	struct expr_token known = { .kind = EXPR_TOKEN_MAPPING };
	struct forecast_names names = { 0 };
	struct expr_scope caller = { .contexts = forecast_plain(arena, p->seen) };
	struct expr_scope defaults = { .contexts = caller.contexts };
	struct reuse_call call = { &def, p->callee, &caller };

	if (def.with) {
		known = *def.with;
		if (!divide(p, &known, &names)) {
			*out = all_unknown(arena, on);
			return true;
		}
		def.with = &known;
	}
	if (!reuse_inputs(arena, &call, &defaults, out, err))
		return false;
	for (size_t i = 0; i < names.n; i++)
		if (expr_object_find(*out, names.items[i]))
			expr_object_set(*out, names.items[i], expr_unknown(arena));
	return true;
}

/* ---- calls ---- */

/* Why a called workflow is not shown. */
static struct wf_str
missing(struct wf_str uses)
{
	return wf_str_starts(uses, WF_S("./")) || wf_str_starts(uses, WF_S("$/"))
	           ? WF_S("it is not in this work tree")
	           : WF_S("it is not in the action store");
}

static void
enter(struct viewer *v, const struct workflow *caller, const struct job_def *def,
    struct expr_object *seen, struct outlook_call *call, size_t level)
{
	struct passing passing = {
		.viewer = v,
		.def = def,
		.callee = v->source->find(v->source->data, caller, def->uses),
		.seen = seen,
	};
	struct expr_object *contexts = expr_object_new(v->arena);
	struct wf_error err;

	if (!passing.callee)
		call->missing = missing(def->uses);
	else if (level == MAX_LEVELS || v->ncalls == MAX_CALLS)
		call->missing = WF_S("there are too many calls to look further");
	else if (!pass_inputs(&passing, &call->inputs, &err))
		call->missing = wf_str_dup(v->arena, wf_str(err.msg));
	if (call->missing.n > 0)
		return;
	v->ncalls++;
	expr_object_set(contexts, WF_S("github"), expr_object_get(seen, WF_S("github")));
	expr_object_set(contexts, WF_S("vars"), expr_object_get(seen, WF_S("vars")));
	expr_object_set(contexts, WF_S("inputs"), expr_object_value(call->inputs));
	call->callee = view(v, passing.callee, contexts, level + 1);
}

static void
view_calls(struct viewer *v, const struct outlook *outlook, size_t node,
    const struct expr_object *contexts, size_t level)
{
	const struct forecast *f = &outlook->jobs[node];
	struct outlook_calls *calls = &outlook->calls[node];
	struct expr_object *seen = forecast_contexts(v->arena, outlook->jobs, f->node, contexts);
	bool legs = f->matrix_waits.n == 0;

	if (f->node->def->uses.n == 0 || f->kind == FORECAST_SKIPPED || f->kind == FORECAST_FAILS)
		return;
	calls->n = legs ? f->njobs : 1;
	calls->items = wf_new_array(v->arena, calls->n, struct outlook_call);
	for (size_t i = 0; i < calls->n; i++) {
		calls->items[i].leg = legs ? &f->jobs[i] : NULL;
		expr_object_set(seen, WF_S("matrix"),
		    legs ? f->jobs[i].matrix : expr_unknown(v->arena));
		expr_object_set(seen, WF_S("strategy"),
		    legs ? f->jobs[i].strategy : expr_unknown(v->arena));
		enter(v, outlook->wf, f->node->def, seen, &calls->items[i], level);
	}
}

static struct outlook *
view(struct viewer *v, const struct workflow *wf, const struct expr_object *contexts, size_t level)
{
	struct outlook *outlook = wf_new(v->arena, struct outlook);

	outlook->wf = wf;
	outlook->plan = plan_new(v->arena, wf);
	outlook->jobs = forecast_make(v->arena, outlook->plan, contexts);
	outlook->calls = wf_new_array(v->arena, outlook->plan->n, struct outlook_calls);
	for (size_t i = 0; i < outlook->plan->n; i++)
		view_calls(v, outlook, i, contexts, level);
	return outlook;
}

struct outlook *
outlook_make(struct wf_arena *arena, const struct workflow *wf, const struct expr_object *contexts,
    const struct outlook_source *source)
{
	struct viewer viewer = { .arena = arena, .source = source };

	return view(&viewer, wf, contexts, 0);
}

/* ---- what is selected of it ---- */

static void
drop_job(struct outlook *outlook, size_t node, struct wf_str reason)
{
	outlook->jobs[node] = (struct forecast){
		.node = outlook->jobs[node].node,
		.kind = FORECAST_SKIPPED,
		.reason = reason,
	};
	outlook->calls[node].n = 0;
}

/* The calls of the legs that are left, which have moved. */
static void
narrow_calls(struct outlook_calls *calls, const struct forecast *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < calls->n; i++)
		for (size_t k = 0; calls->items[i].leg && k < f->njobs; k++)
			if (calls->items[i].leg->index == f->jobs[k].index) {
				calls->items[kept] = calls->items[i];
				calls->items[kept++].leg = &f->jobs[k];
				break;
			}
	calls->n = kept;
}

static void
narrow_legs(struct wf_arena *arena, struct outlook *outlook, size_t node,
    const struct select *select)
{
	struct forecast *f = &outlook->jobs[node];
	struct plan_job *jobs = wf_new_array(arena, f->njobs, struct plan_job);

	if (f->njobs == 0)
		return;
	memcpy(jobs, f->jobs, f->njobs * sizeof(*jobs));
	f->njobs = select_legs(arena, select, jobs, f->njobs);
	f->jobs = jobs;
	narrow_calls(&outlook->calls[node], f);
	if (f->njobs == 0)
		drop_job(outlook, node, WF_S(SELECT_NO_LEG));
}

static size_t
narrow(struct wf_arena *arena, struct outlook *outlook, const struct select *select,
    struct wf_str prefix, enum select_part around)
{
	enum select_part *parts = select_jobs(arena, select, outlook->wf, prefix, around);
	size_t n = 0;

	for (size_t i = 0; i < outlook->plan->n; i++) {
		struct wf_str below = wf_strf(arena, "%.*s%.*s/", WF_ARG(prefix),
		    WF_ARG(outlook->plan->nodes[i].def->id));

		n += parts[i] != SELECT_NONE;
		if (parts[i] == SELECT_NONE)
			drop_job(outlook, i, WF_S(SELECT_REASON));
		else
			narrow_legs(arena, outlook, i, select);
		for (size_t k = 0; k < outlook->calls[i].n; k++)
			if (outlook->calls[i].items[k].callee)
				narrow(arena, outlook->calls[i].items[k].callee, select, below,
				    parts[i]);
	}
	return n;
}

size_t
outlook_narrow(struct wf_arena *arena, struct outlook *outlook, const struct select *select)
{
	return narrow(arena, outlook, select, WF_S(""), SELECT_PART);
}
