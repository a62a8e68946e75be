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
	struct wf_error *err;
};

/* Evaluates a node that stands `level` levels below the root. */
bool expr_eval_node(
    struct expr_evaluation *ev, const struct expr_node *node, int level, struct expr_value *out);
/* Evaluates a call of the built-in function node->builtin. */
bool expr_eval_builtin(
    struct expr_evaluation *ev, const struct expr_node *node, int level, struct expr_value *out);

bool expr_eval_fail(struct expr_evaluation *ev, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The error of a result of node that is larger than the limit. */
bool expr_eval_too_large(struct expr_evaluation *ev, const struct expr_node *node);
