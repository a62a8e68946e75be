/* SPDX-License-Identifier: MIT */
/* lint_expr.c - walks an expression once and hands each reference to the rules of its context. */
#include "model/lint_walk.h"

#include <stdlib.h>

struct walk {
	struct lint *lint;
	const struct expr_token *token;
	const struct expr *expr;
};

static const struct {
	const char *context;
	void (*look)(struct lint *l, const struct lint_ref *ref);
} rules[] = {
	{ "needs", lint_ref_need },
	{ "steps", lint_ref_step },
	{ "jobs", lint_ref_job },
	{ "inputs", lint_ref_input },
	{ "matrix", lint_ref_matrix },
	{ "github", lint_ref_github },
};

static void
look(struct lint *l, const struct lint_ref *ref)
{
	for (size_t i = 0; i < WF_COUNT(rules) && !lint_enough(l); i++)
		if (wf_str_ieq(ref->context, wf_str(rules[i].context)))
			rules[i].look(l, ref);
}

/* ---- the tree ---- */

/* How the value of a node is used. */
enum use {
	FLOWS = 1 << 0, /* it can become a part of the result */
	REPLACED = 1 << 1, /* something else is taken when it is empty */
};

static void walk_node(struct walk *w, const struct expr_node *node, unsigned use);

/* Functions that give a boolean or a hash: their arguments do not reach the result. */
static bool
keeps_back(const struct expr_node *call)
{
	static const char *const names[] = { "contains", "startsWith", "endsWith", "hashFiles",
		"success", "failure" };

	for (size_t i = 0; i < WF_COUNT(names); i++)
		if (wf_str_ieq(call->name, wf_str(names[i])))
			return true;
	return false;
}

/* Whether argument i of n of the node can become a part of its value. */
static bool
passes(const struct expr_node *node, size_t i, size_t n)
{
	switch (node->kind) {
	case NODE_OR: return true;
	case NODE_AND: return i + 1 == n; /* the others do when they are empty or false */
	case NODE_CALL:
		if (wf_str_ieq(node->name, WF_S("case")))
			return i % 2 == 1 || i + 1 == n;
		return !keeps_back(node);
	case NODE_INDEX: return i == 0;
	case NODE_LITERAL:
	case NODE_WILDCARD:
	case NODE_NAME:
	case NODE_NOT:
	case NODE_EQ:
	case NODE_NE:
	case NODE_LT:
	case NODE_LE:
	case NODE_GT:
	case NODE_GE: return false;
	}
	abort();
}

/* Takes x.y.z apart; false when x is no context. */
static bool
read_chain(const struct expr_node *node, struct lint_ref *ref)
{
	const struct expr_node *key = node->last;
	bool literal;

	if (node->kind == NODE_NAME) {
		ref->context = node->name;
		return true;
	}
	if (node->kind != NODE_INDEX || !read_chain(node->first, ref))
		return false;
	literal = key->kind == NODE_LITERAL && key->literal.kind == EXPR_STRING;
	if (ref->npath < LINT_PATH)
		ref->path[ref->npath++] = literal ? key->literal.string : WF_S("*");
	return true;
}

static void
walk_node(struct walk *w, const struct expr_node *node, unsigned use)
{
	struct lint_ref ref = {
		.token = w->token,
		.expr = w->expr,
		.flows = use & FLOWS,
		.replaced = use & REPLACED,
	};
	size_t i = 0;

	if (read_chain(node, &ref)) {
		look(w->lint, &ref);
		for (; node->kind == NODE_INDEX; node = node->first)
			walk_node(w, node->last, 0);
		return;
	}
	for (const struct expr_node *arg = node->first; arg; arg = arg->next, i++) {
		unsigned inner = passes(node, i, node->nargs) ? use & FLOWS : 0;

		if (node->kind == NODE_OR && arg->next)
			inner |= REPLACED;
		walk_node(w, arg, inner);
	}
}

void
lint_expr(struct lint *l, const struct expr_token *token, const struct expr *expr)
{
	struct walk w = { l, token, expr };

	walk_node(&w, expr->root, FLOWS);
}

/* ---- references ---- */

bool
lint_ref_has(const struct lint_ref *ref, size_t i)
{
	return i < ref->npath && !wf_str_is(ref->path[i], "*");
}

bool
lint_ref_is(const struct lint_ref *ref, size_t i, const char *key)
{
	return i < ref->npath && wf_str_ieq(ref->path[i], wf_str(key));
}

struct lint_spot
lint_spot_ref(const struct lint_ref *ref, size_t i)
{
	struct wf_str source = expr_source(ref->expr), key = ref->path[i];
	bool inside = key.p >= ref->context.p && key.p + key.n <= source.p + source.n;
	struct wf_str part = ref->context;

	if (inside) /* not so for a key whose doubled quotes were taken out */
		part.n = (size_t)(key.p + key.n - part.p);
	return lint_spot_part(ref->token, ref->expr, part, inside ? key.p : part.p);
}
