/* SPDX-License-Identifier: MIT */
/* print.c - an expression as GitHub writes it back, in messages and logs. */
#include "expr/node.h"

#include "expr/number.h"
#include "expr/text.h"

#include <math.h>
#include <stdlib.h>

static void
print_quoted(struct wf_buf *out, struct wf_str s)
{
	wf_buf_addc(out, '\'');
	while (s.p) {
		wf_buf_add(out, wf_str_cut(&s, '\''));
		if (s.p)
			wf_buf_adds(out, "''");
	}
	wf_buf_addc(out, '\'');
}

static void
print_literal(struct wf_buf *out, struct expr_value value)
{
	char text[EXPR_NUMBER_TEXT];

	switch (value.kind) {
	case EXPR_NULL: wf_buf_adds(out, "null"); return;
	case EXPR_BOOL: wf_buf_adds(out, value.boolean ? "true" : "false"); return;
	case EXPR_NUMBER:
		/* only here does .NET's "-0" show */
		if (value.number == 0 && signbit(value.number))
			wf_buf_addc(out, '-');
		wf_buf_add(out, (struct wf_str){ text, expr_number_write(value.number, text) });
		return;
	case EXPR_STRING: print_quoted(out, value.string); return;
	case EXPR_ARRAY:
	case EXPR_OBJECT: wf_buf_adds(out, expr_kind_name(value.kind)); return;
	}
	abort();
}

static void
print_args(struct wf_buf *out, const struct expr_node *node, const char *between)
{
	for (const struct expr_node *arg = node->first; arg; arg = arg->next) {
		expr_print_node(out, arg);
		if (arg->next)
			wf_buf_adds(out, between);
	}
}

static void
print_binary(struct wf_buf *out, const struct expr_node *node, const char *operator_)
{
	wf_buf_addc(out, '(');
	print_args(out, node, operator_);
	wf_buf_addc(out, ')');
}

static void
print_call(struct wf_buf *out, const struct expr_node *node)
{
	wf_buf_add(out, node->name);
	wf_buf_addc(out, '(');
	print_args(out, node, ", ");
	wf_buf_addc(out, ')');
}

static void
print_index(struct wf_buf *out, const struct expr_node *node)
{
	const struct expr_node *index = node->last;

	expr_print_node(out, node->first);
	if (index->kind == NODE_WILDCARD) {
		wf_buf_adds(out, ".*");
	} else if (index->kind == NODE_LITERAL && index->literal.kind == EXPR_STRING &&
	           expr_text_is_name(index->literal.string)) {
		wf_buf_addc(out, '.');
		wf_buf_add(out, index->literal.string);
	} else {
		wf_buf_addc(out, '[');
		expr_print_node(out, index);
		wf_buf_addc(out, ']');
	}
}

void
expr_print_node(struct wf_buf *out, const struct expr_node *node)
{
	switch (node->kind) {
	case NODE_LITERAL: print_literal(out, node->literal); return;
	case NODE_WILDCARD: wf_buf_addc(out, '*'); return;
	case NODE_NAME: wf_buf_add(out, node->name); return;
	case NODE_CALL: print_call(out, node); return;
	case NODE_INDEX: print_index(out, node); return;
	case NODE_NOT:
		wf_buf_addc(out, '!');
		expr_print_node(out, node->first);
		return;
	case NODE_AND: print_binary(out, node, " && "); return;
	case NODE_OR: print_binary(out, node, " || "); return;
	case NODE_EQ: print_binary(out, node, " == "); return;
	case NODE_NE: print_binary(out, node, " != "); return;
	case NODE_LT: print_binary(out, node, " < "); return;
	case NODE_LE: print_binary(out, node, " <= "); return;
	case NODE_GT: print_binary(out, node, " > "); return;
	case NODE_GE: print_binary(out, node, " >= "); return;
	}
	abort();
}

void
expr_print(struct wf_buf *out, const struct expr *expr)
{
	expr_print_node(out, expr->root);
}
