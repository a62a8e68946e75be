/* SPDX-License-Identifier: MIT */
/* environment.c - the parts of `environment:`, spelled out or from one expression. */
#include "plan/environment.h"

#include <string.h>

#include "plan/shape.h"

/* The part that is spelled out, NULL when it is not; *whole: all of it is one scalar. */
static const struct expr_token *
part_of(const struct expr_token *token, const char *key, bool *whole)
{
	const struct expr_token *part = token ? shape_member(token, wf_str(key)) : NULL;

	*whole = token && token->kind != EXPR_TOKEN_MAPPING;
	return *whole || part != token ? part : NULL;
}

/* A part of the whole that one expression gives: text is the name. */
static bool
pick(struct wf_arena *arena, const struct expr_token *token, struct expr_value value,
    const char *key, struct wf_str *out, struct wf_error *err)
{
	if (value.kind == EXPR_OBJECT)
		value = expr_object_get(value.object, wf_str(key));
	else if (strcmp(key, "name") != 0)
		value = EXPR_NULL_VALUE;
	if (value.kind == EXPR_ARRAY || value.kind == EXPR_OBJECT)
		return shape_unexpected(arena, shape_pos(token), value, err);
	*out = expr_to_string(arena, value);
	return true;
}

static bool
read_part(struct wf_arena *arena, const struct expr_token *token, const char *key,
    const struct expr_scope *scope, struct wf_str *out, struct wf_error *err)
{
	bool whole;
	const struct expr_token *part = part_of(token, key, &whole);
	struct expr_value value;

	*out = WF_S("");
	if (!part)
		return true;
	if (!whole)
		return expr_token_string(arena, part, scope, out, err);
	return expr_token_eval(arena, token, scope, &value, err) &&
	       pick(arena, token, value, key, out, err);
}

bool
environment_name(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct wf_str *out, struct wf_error *err)
{
	return read_part(arena, token, "name", scope, out, err);
}

bool
environment_url(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct wf_str *out, struct wf_error *err)
{
	return read_part(arena, token, "url", scope, out, err);
}

const struct expr_token *
environment_name_token(const struct expr_token *token)
{
	bool whole;

	return part_of(token, "name", &whole);
}
