/* SPDX-License-Identifier: MIT */
/* eval.h - one evaluation, as eval.c and func.c share it. */
#pragma once

#include "expr/memory.h"
#include "expr/node.h"

struct expr_evaluation {
	struct wf_arena *arena;
	const struct expr *expr;
	const struct expr_scope *scope;
	struct expr_memory memory;
	/* Strings are charged for no less than their size, which need not be measured then. When
	 * that becomes too much, as hardly ever, expr_eval() begins again and measures them. */
	bool rough;
	bool too_large; /* the limit was met */
	struct wf_error *err;
};

/* Evaluates a node that stands `level` levels below the root. */
bool expr_eval_node(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out);
/* Evaluates a call of the built-in function node->builtin. */
bool expr_eval_builtin(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out);

bool expr_eval_fail(struct expr_evaluation *ev, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The error of a result of node that is larger than the limit. */
bool expr_eval_too_large(struct expr_evaluation *ev, const struct expr_node *node);

/* Charges the result of a node; `bytes` is 0 unless the node counts for itself. */
static inline bool
expr_eval_charge(struct expr_evaluation *ev, int level, size_t bytes,
    const struct expr_value *result)
{
	if (!bytes)
		bytes = ev->rough ? expr_memory_bound(*result) : expr_memory_of(*result);
	return expr_memory_add(&ev->memory, level, bytes, expr_is_primitive(*result)) ||
	       expr_eval_too_large(ev, ev->expr->root);
}

static inline struct expr_value
expr_eval_name(const struct expr_evaluation *ev, const struct expr_node *node)
{
	const struct expr_object *contexts = ev->scope->contexts;

	return contexts ? expr_object_get(contexts, node->name) : EXPR_NULL_VALUE;
}

/* expr_eval_node() for operands and arguments: most are literals and contexts, which need no more
 * than this. */
static inline bool
expr_eval_operand(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	if (node->kind == NODE_LITERAL)
		*out = node->literal;
	else if (node->kind == NODE_NAME)
		*out = expr_eval_name(ev, node);
	else
		return expr_eval_node(ev, node, level, out);
	return expr_eval_charge(ev, level, 0, out);
}
