/* SPDX-License-Identifier: MIT */
/* lint.c - walks through a workflow or an action once and hands its parts to the rules. */
#include "model/lint_walk.h"

#include "model/schema.h"

#include <stdlib.h>

/* ---- tokens ---- */

/* Whether it is an expression at any place of a file. */
static bool
is_expression(struct lint *l, struct wf_str text)
{
	static const unsigned places[] = { CTX_STEP, CTX_STEP_IF, CTX_JOB_IF, CTX_CALL_OUTPUT };

	for (size_t i = 0; i < WF_COUNT(places); i++)
		if (expr_parse(l->arena, text, WF_NOWHERE, context_names(places[i]), NULL, NULL))
			return true;
	return false;
}

/* $<< expr >>, complete and an expression: what template engines leave alone, and GitHub too. */
static void
check_spelling(struct lint *l, const struct expr_token *token)
{
	struct wf_str text = token->source;
	ptrdiff_t open, close;
	size_t at = 0;

	while ((open = wf_str_find(wf_str_skip(text, at), WF_S("$<<"))) >= 0) {
		size_t from = at + (size_t)open, inner = from + 3;
		struct lint_spot spot = { token->pos, text, from, from, 0 };
		struct wf_str expr;

		close = wf_str_find(wf_str_skip(text, inner), WF_S(">>"));
		if (close < 0)
			return;
		at = inner + (size_t)close + 2;
		expr = wf_str_trim(wf_str_sub(text, inner, inner + (size_t)close));
		spot.to = at;
		if (expr.n && is_expression(l, expr))
			lint_report(l, LINT_OTHER_SPELLING, &spot,
			    "GitHub takes this as text, where wfrun reads ${{ %.*s }}",
			    WF_ARG(expr));
	}
}

static void
walk_scalar(struct lint *l, const struct expr_token *token)
{
	if (l->spelled_otherwise)
		check_spelling(l, token);
	l->misled = lint_misleads(l, token);
	if (l->site == LINT_AT_SCRIPT)
		lint_script(l, token);
	if (token->kind == EXPR_TOKEN_EXPR)
		lint_expr(l, token, token->expr);
}

static void
walk_tokens(struct lint *l, const struct expr_token *token)
{
	if (!token)
		return;
	switch (token->kind) {
	case EXPR_TOKEN_LITERAL:
	case EXPR_TOKEN_EXPR: walk_scalar(l, token); return;
	case EXPR_TOKEN_INSERT: return;
	case EXPR_TOKEN_SEQUENCE:
		for (size_t i = 0; i < token->seq.n; i++)
			walk_tokens(l, token->seq.items[i]);
		return;
	case EXPR_TOKEN_MAPPING:
		for (size_t i = 0; i < token->map.n; i++) {
			walk_tokens(l, token->map.pairs[i].key);
			walk_tokens(l, token->map.pairs[i].value);
		}
		return;
	}
	abort();
}

static void
walk_at(struct lint *l, enum lint_site site, const struct expr_token *token)
{
	l->site = site;
	walk_tokens(l, token);
	l->site = LINT_AT_OTHER;
}

static void
walk_if(struct lint *l, const struct expr_token *token, const struct expr *cond)
{
	walk_at(l, LINT_AT_IF, token);
	if (token && token->kind == EXPR_TOKEN_LITERAL && token->source.n)
		lint_expr(l, token, cond);
	lint_if(l, token, cond);
}

/* ---- steps ---- */

static void
walk_with(struct lint *l, const struct step_def *step)
{
	bool script = wf_str_starts(step->uses, WF_S("actions/github-script@"));
	const struct expr_token *map = step->with;

	if (!map || map->kind != EXPR_TOKEN_MAPPING || !script) {
		walk_at(l, LINT_AT_VALUE, map);
		return;
	}
	for (size_t i = 0; i < map->map.n; i++) {
		bool code = wf_str_is(schema_text_of(map->map.pairs[i].key), "script");

		walk_at(l, code ? LINT_AT_SCRIPT : LINT_AT_VALUE, map->map.pairs[i].value);
	}
}

static void walk_steps(struct lint *l, struct step_def *const *steps, size_t n);

static void
walk_step(struct lint *l, const struct step_def *step)
{
	l->step = step;
	walk_at(l, LINT_AT_OTHER, step->name);
	walk_if(l, step->cond_source, step->cond);
	walk_at(l, LINT_AT_VALUE, step->env);
	walk_at(l, LINT_AT_OTHER, step->continue_on_error);
	walk_at(l, LINT_AT_OTHER, step->timeout_minutes);
	walk_at(l, LINT_AT_SCRIPT, step->run);
	walk_at(l, LINT_AT_OTHER, step->shell);
	walk_at(l, LINT_AT_OTHER, step->working_directory);
	walk_with(l, step);
	if (step->kind == STEP_USES)
		lint_step_uses(l, step);
	walk_steps(l, step->members, step->nmembers);
	if (step->has_id)
		wf_map_set(&l->past, step->id, (void *)step);
	l->step = NULL;
}

static void
walk_steps(struct lint *l, struct step_def *const *steps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		walk_step(l, steps[i]);
}

static void
note_ids(struct lint *l, struct step_def *const *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (steps[i]->has_id)
			wf_map_set(&l->all, steps[i]->id, steps[i]);
		note_ids(l, steps[i]->members, steps[i]->nmembers);
	}
}

static void
start_steps(struct lint *l, struct step_def *const *steps, size_t n)
{
	wf_map_init(&l->past, l->arena, true);
	wf_map_init(&l->all, l->arena, true);
	note_ids(l, steps, n);
	l->elsewhere = false;
	l->in_steps = true;
}

/* ---- jobs ---- */

#define TOKEN(member)                                                                              \
	_Generic(((struct job_def *)0)->member,                                                    \
	    const struct expr_token *: offsetof(struct job_def, member))

static const struct {
	size_t token;
	enum lint_site site;
} job_keys[] = {
	{ TOKEN(name), LINT_AT_OTHER },
	{ TOKEN(strategy), LINT_AT_OTHER },
	{ TOKEN(concurrency), LINT_AT_OTHER },
	{ TOKEN(runs_on), LINT_AT_OTHER },
	{ TOKEN(timeout_minutes), LINT_AT_OTHER },
	{ TOKEN(cancel_timeout_minutes), LINT_AT_OTHER },
	{ TOKEN(continue_on_error), LINT_AT_OTHER },
	{ TOKEN(container), LINT_AT_OTHER },
	{ TOKEN(services), LINT_AT_OTHER },
	{ TOKEN(env), LINT_AT_VALUE },
	{ TOKEN(snapshot), LINT_AT_OTHER },
	{ TOKEN(defaults.shell), LINT_AT_OTHER },
	{ TOKEN(defaults.working_directory), LINT_AT_OTHER },
	{ TOKEN(with), LINT_AT_VALUE },
	{ TOKEN(secrets), LINT_AT_OTHER },
};

static void
walk_job(struct lint *l, const struct job_def *job)
{
	l->job = job;
	lint_matrix_init(l, job->strategy);
	walk_if(l, job->cond_source, job->cond);
	for (size_t i = 0; i < WF_COUNT(job_keys); i++)
		walk_at(l, job_keys[i].site,
		    *(const struct expr_token *const *)((const char *)job + job_keys[i].token));
	lint_job_uses(l, job);
	start_steps(l, job->steps, job->nsteps);
	walk_steps(l, job->steps, job->nsteps);
	walk_at(l, LINT_AT_VALUE, job->outputs); /* these two when the steps are over */
	walk_at(l, LINT_AT_OTHER, job->environment);
	l->in_steps = false;
	l->job = NULL;
}

/* ---- files ---- */

static void
init(struct lint *l, struct wf_diags *diags)
{
	l->arena = diags->arena;
	l->diags = diags;
	l->spelled_otherwise = wf_str_find(l->source, WF_S("$<<")) >= 0;
	lint_refs_init(l);
}

/* What was found while reading and has no name of its own. */
static void
name_readers(struct wf_diags *diags)
{
	size_t n;
	const char *name = lint_rules(&n)[LINT_UNKNOWN_VALUE].name;

	for (size_t i = 0; i < diags->n; i++)
		if (diags->items[i]->severity != WF_DIAG_ERROR && !diags->items[i]->rule)
			diags->items[i]->rule = name;
}

void
lint_workflow(const struct workflow *wf, const struct lint_repository *repository,
    struct wf_diags *diags)
{
	struct lint l = {
		.repository = repository,
		.file = wf->file,
		.source = wf->source,
		.wf = wf,
		.wakes_on_chain = when_find(wf->on, WF_S("workflow_run")) != NULL,
	};
	const struct when_event *call = when_find(wf->on, WF_S("workflow_call"));

	init(&l, diags);
	name_readers(diags);
	lint_on(&l);
	walk_at(&l, LINT_AT_OTHER, wf->run_name);
	walk_at(&l, LINT_AT_VALUE, wf->env);
	walk_at(&l, LINT_AT_OTHER, wf->concurrency);
	for (size_t i = 0; call && i < call->ninputs; i++)
		walk_at(&l, LINT_AT_OTHER, call->inputs[i].fallback);
	for (size_t i = 0; call && i < call->noutputs; i++)
		walk_at(&l, LINT_AT_OTHER, call->outputs[i].value);
	for (size_t i = 0; i < wf->njobs; i++)
		walk_job(&l, wf->jobs[i]);
	lint_unreachable(&l);
}

void
lint_action(const struct action *action, const struct lint_repository *repository,
    struct wf_diags *diags)
{
	struct lint l = {
		.repository = repository,
		.file = action->file,
		.source = action->source,
		.action = action,
	};

	init(&l, diags);
	name_readers(diags);
	for (size_t i = 0; i < action->ninputs; i++)
		walk_at(&l, LINT_AT_OTHER, action->inputs[i].fallback);
	walk_at(&l, LINT_AT_OTHER, action->args);
	walk_at(&l, LINT_AT_VALUE, action->env);
	start_steps(&l, action->steps, action->nsteps);
	walk_steps(&l, action->steps, action->nsteps);
	for (size_t i = 0; i < action->noutputs; i++)
		walk_at(&l, LINT_AT_VALUE, action->outputs[i].value);
}
