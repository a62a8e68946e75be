/* SPDX-License-Identifier: MIT */
/* lint_if.c - conditions that are decided before anything runs, and jobs that nothing reaches. */
#include "model/lint_walk.h"

#include <stdlib.h>

/* ---- what an expression is without its contexts ---- */

enum truth { DEPENDS, ALWAYS, NEVER };

static enum truth truth_of(const struct expr_node *node);

static enum truth
known(bool value)
{
	return value ? ALWAYS : NEVER;
}

/* && and || from one of their arguments on: `end` decides at once. */
static enum truth
truth_of_list(const struct expr_node *arg, enum truth end, enum truth other)
{
	enum truth all = other;

	for (; arg; arg = arg->next) {
		enum truth one = truth_of(arg);

		if (one == end)
			return end;
		if (one == DEPENDS)
			all = DEPENDS;
	}
	return all;
}

static enum truth
truth_of_equality(const struct expr_node *node, bool wanted)
{
	if (node->first->kind != NODE_LITERAL || node->last->kind != NODE_LITERAL)
		return DEPENDS;
	return known(expr_equal(node->first->literal, node->last->literal) == wanted);
}

static enum truth
truth_of_not(const struct expr_node *node)
{
	enum truth inner = truth_of(node->first);

	return inner == DEPENDS ? DEPENDS : known(inner == NEVER);
}

static enum truth
truth_of(const struct expr_node *node)
{
	switch (node->kind) {
	case NODE_LITERAL: return known(expr_truthy(node->literal));
	case NODE_NOT: return truth_of_not(node);
	case NODE_AND: return truth_of_list(node->first, NEVER, ALWAYS);
	case NODE_OR: return truth_of_list(node->first, ALWAYS, NEVER);
	case NODE_EQ: return truth_of_equality(node, true);
	case NODE_NE: return truth_of_equality(node, false);
	case NODE_WILDCARD:
	case NODE_NAME:
	case NODE_CALL:
	case NODE_INDEX:
	case NODE_LT:
	case NODE_LE:
	case NODE_GT:
	case NODE_GE: return DEPENDS;
	}
	abort();
}

/* ---- a condition ---- */

/* Whether GitHub put success() && (...) around what is written. */
static bool
is_implied(const struct expr_token *token, const struct expr *cond)
{
	struct wf_str source = expr_source(cond), text = token->source;

	if (token->kind == EXPR_TOKEN_EXPR)
		text = expr_source(token->expr);
	return !wf_str_eq(source, text);
}

/* Text around ${{ }} makes a string of it all, and a string that is not empty is true. */
static bool
is_text(const struct expr_token *token)
{
	struct wf_str source;

	if (token->kind != EXPR_TOKEN_EXPR)
		return false;
	source = expr_source(token->expr);
	return source.p < token->source.p || source.p > token->source.p + token->source.n;
}

static void
report_text(struct lint *l, const struct expr_token *token)
{
	struct lint_spot spot = lint_spot_token(token);
	struct wf_diag *diag = lint_report(l, LINT_ALWAYS_TRUE, &spot,
	    "this condition is always true: the text around ${{ }} makes a string of it");

	if (wf_str_ends(wf_str_trim(token->source), WF_S("}}")) &&
	    wf_str_find(wf_str_skip(token->source, 3), WF_S("${{")) < 0 &&
	    wf_str_starts(wf_str_trim(token->source), WF_S("${{")))
		wf_hint(&diag->error, "the line break at the end counts: leave ${{ }} away");
	else
		wf_hint(&diag->error, "put ${{ }} around the whole condition, or leave it away");
}

/* The condition as it is written, without the success() before it. */
static enum truth
truth_as_written(const struct expr_token *token, const struct expr *cond)
{
	if (token->kind == EXPR_TOKEN_EXPR)
		return truth_of(token->expr->root);
	if (is_implied(token, cond) && cond->root->kind == NODE_AND)
		return truth_of_list(cond->root->first->next, NEVER, ALWAYS);
	return truth_of(cond->root);
}

/* `false && ...` switches something off, and everybody can see it. */
static bool
has_switch(const struct expr_node *node)
{
	if (node->kind == NODE_LITERAL && node->literal.kind == EXPR_BOOL)
		return true;
	for (const struct expr_node *arg = node->first; arg; arg = arg->next)
		if (has_switch(arg))
			return true;
	return false;
}

void
lint_if(struct lint *l, const struct expr_token *token, const struct expr *cond)
{
	struct lint_spot spot;
	enum truth truth;

	if (!token || !token->source.n)
		return;
	if (is_text(token)) {
		report_text(l, token);
		return;
	}
	truth = truth_as_written(token, cond);
	if (truth == DEPENDS || has_switch(cond->root))
		return;
	spot = lint_spot_token(token);
	lint_report(l, LINT_CONSTANT_CONDITION, &spot, "this condition is always %s",
	    truth == ALWAYS ? "true" : "false");
}

/* ---- jobs that never run ---- */

static bool
never_runs(const struct job_def *job)
{
	const struct expr_token *token = job->cond_source;

	return token && token->source.n && !is_text(token) &&
	       truth_as_written(token, job->cond) == NEVER;
}

/* A job without a status function of its own is skipped with any job that it needs. */
static const struct need_def *
skipping_need(const struct job_def *job, const bool *skipped)
{
	if (job->cond_source && job->cond_source->source.n &&
	    !is_implied(job->cond_source, job->cond))
		return NULL;
	for (size_t i = 0; i < job->nneeds; i++)
		if (skipped[job->needs[i].index])
			return &job->needs[i];
	return NULL;
}

void
lint_unreachable(struct lint *l)
{
	const struct workflow *wf = l->wf;
	bool *skipped = wf_new_array(l->arena, wf->njobs, bool), changed = false;

	for (size_t i = 0; i < wf->njobs; i++)
		changed |= skipped[i] = never_runs(wf->jobs[i]);
	while (changed) {
		changed = false;
		for (size_t i = 0; i < wf->njobs; i++) {
			const struct need_def *need = NULL;
			struct lint_spot spot;

			if (!skipped[i])
				need = skipping_need(wf->jobs[i], skipped);
			if (!need)
				continue;
			changed = skipped[i] = true;
			spot = lint_spot(need->pos, need->id);
			lint_report(l, LINT_UNREACHABLE_JOB, &spot,
			    "job '%.*s' never runs: job '%.*s', which it needs, is always skipped",
			    WF_ARG(wf->jobs[i]->id), WF_ARG(need->id));
		}
	}
}
