/* SPDX-License-Identifier: MIT */
/* node.h - the tree that parse.c makes, and that eval.c, print.c and model/lint_expr.c walk. */
#pragma once

#include "expr/expr.h"

#define EXPR_LENGTH_MAX 21000 /* UTF-16 units of an expression */

enum expr_node_kind {
	NODE_LITERAL,
	NODE_WILDCARD, /* the index of x.*; its literal is the string '*' */
	NODE_NAME, /* a context */
	NODE_CALL,
	NODE_INDEX, /* x.y, x['y'], x.*: two arguments */
	NODE_NOT,
	NODE_AND, /* two arguments or more: nested ones are taken in */
	NODE_OR,
	NODE_EQ,
	NODE_NE,
	NODE_LT,
	NODE_LE,
	NODE_GT,
	NODE_GE,
};

struct expr_node {
	enum expr_node_kind kind;
	int height; /* 1 for a leaf */
	struct expr_node *next;
	struct expr_node *first, *last; /* the arguments, linked by next */
	size_t nargs;
	union {
		struct expr_value literal; /* NODE_LITERAL, NODE_WILDCARD */
		struct {
			struct wf_str name; /* NODE_NAME, NODE_CALL: as written */
			int builtin; /* NODE_CALL: which of expr_builtins(), or -1 */
		};
	};
};

struct expr {
	struct wf_str source;
	struct wf_pos pos;
	const struct expr_node *root;
};

/* The function of this name in a list that a name of NULL ends, or NULL; funcs may be NULL. */
const struct expr_func *expr_find_func(const struct expr_func *funcs, struct wf_str name);
/* The index in expr_builtins() of the function of this name, or -1. */
int expr_find_builtin(struct wf_str name);

/* Sets the context and the path of what x.y['z'] reads; nothing of another node. */
void expr_node_path(const struct expr_node *node, struct expr_read *read);

/* The node as GitHub prints it. */
void expr_print_node(struct wf_buf *out, const struct expr_node *node);
