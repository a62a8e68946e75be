/* SPDX-License-Identifier: MIT */
/* shape.c - places of parts, and GitHub's words for a part of the wrong kind. */
#include "plan/shape.h"

struct wf_pos
shape_pos(const struct expr_token *token)
{
	return token ? token->pos : WF_NOWHERE;
}

const struct expr_token *
shape_member(const struct expr_token *token, struct wf_str key)
{
	if (!token || token->kind != EXPR_TOKEN_MAPPING)
		return token;
	for (size_t i = 0; i < token->map.n; i++) {
		const struct expr_token *name = token->map.pairs[i].key;

		if (name->kind == EXPR_TOKEN_LITERAL && name->literal.kind == EXPR_STRING &&
		    wf_str_ieq(name->literal.string, key))
			return token->map.pairs[i].value;
	}
	return token;
}

const struct expr_token *
shape_item(const struct expr_token *token, size_t i)
{
	if (!token || token->kind != EXPR_TOKEN_SEQUENCE || i >= token->seq.n)
		return token;
	/* an item that is an expression may stand for any number of items */
	for (size_t before = 0; before < i; before++)
		if (token->seq.items[before]->kind == EXPR_TOKEN_EXPR)
			return token;
	return token->seq.items[i];
}

bool
shape_unexpected(struct wf_arena *arena, struct wf_pos pos, struct expr_value value,
    struct wf_error *err)
{
	if (value.kind == EXPR_ARRAY)
		return wf_fail(err, WF_ERR_EVAL, pos, "A sequence was not expected");
	if (value.kind == EXPR_OBJECT)
		return wf_fail(err, WF_ERR_EVAL, pos, "A mapping was not expected");
	return wf_fail(err, WF_ERR_EVAL, pos, "Unexpected value '%.*s'",
	    WF_ARG(expr_to_string(arena, value)));
}
