/* SPDX-License-Identifier: MIT */
/* visit.c - what an expression names: functions, and members of contexts. */
#include "expr/node.h"

#include "expr/text.h"

#define PATH_KEYS 4

/* x.y['z'] taken apart: the context x, and its keys from the left up to the first that is no
 * literal text. */
struct chain {
	const struct expr_node *context; /* NULL: x is no context */
	struct wf_str path[PATH_KEYS];
	size_t npath;
	bool ended;
};

static bool
calls(const struct expr_node *node, struct wf_str function)
{
	if (node->kind == NODE_CALL && expr_text_eq(node->name, function))
		return true;
	for (const struct expr_node *arg = node->first; arg; arg = arg->next)
		if (calls(arg, function))
			return true;
	return false;
}

bool
expr_calls(const struct expr *expr, const char *function)
{
	return calls(expr->root, wf_str(function));
}

static void
follow(const struct expr_node *node, struct chain *chain)
{
	const struct expr_node *key = node->last;

	if (node->kind == NODE_NAME)
		chain->context = node;
	if (node->kind != NODE_INDEX)
		return;
	follow(node->first, chain);
	if (key->kind != NODE_LITERAL || key->literal.kind != EXPR_STRING)
		chain->ended = true;
	if (!chain->ended && chain->npath < PATH_KEYS)
		chain->path[chain->npath++] = key->literal.string;
}

void
expr_node_path(const struct expr_node *node, struct expr_read *read)
{
	struct chain chain = { 0 };

	follow(node, &chain);
	if (chain.context)
		read->context = chain.context->name;
	read->npath = chain.npath;
	for (size_t i = 0; i < chain.npath; i++)
		read->path[i] = chain.path[i];
}

typedef void visit_fn(void *data, struct wf_str context, const struct wf_str *path, size_t npath);

static void
visit_node(const struct expr_node *node, visit_fn *visit, void *data)
{
	struct chain chain = { 0 };

	follow(node, &chain);
	if (chain.context)
		visit(data, chain.context->name, chain.path, chain.npath);
	for (; chain.context && node->kind == NODE_INDEX; node = node->first)
		visit_node(node->last, visit, data);
	for (const struct expr_node *arg = node->first; arg; arg = arg->next)
		visit_node(arg, visit, data);
}

void
expr_visit(const struct expr *expr,
    void (*visit)(void *data, struct wf_str context, const struct wf_str *path, size_t npath),
    void *data)
{
	visit_node(expr->root, visit, data);
}
