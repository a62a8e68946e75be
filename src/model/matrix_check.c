/* SPDX-License-Identifier: MIT */
/* matrix_check.c - early checks of a matrix: what holds an expression is left alone. */
#include "model/matrix_check.h"

#include "base/map.h"
#include "model/schema.h"

struct check {
	struct wf_diags *diags;
	struct wf_map vectors; /* names of those with values, letters without case */
	bool has_vector, has_include;
};

static void
check_vector(struct check *c, const struct expr_token_pair *pair)
{
	struct wf_str name = schema_text_of(pair->key);

	c->has_vector = true;
	if (schema_has_expression(pair->value))
		return;
	if (!pair->value->seq.n)
		wf_diags_fail(c->diags, pair->value->pos,
		    "Matrix vector '%.*s' does not contain any values", WF_ARG(name));
	else
		wf_map_set(&c->vectors, name, c);
}

static void
check_entry(struct check *c, const struct expr_token_pair *pair)
{
	struct wf_str name = schema_text_of(pair->key);

	if (schema_is_expression(pair->key))
		c->has_vector = true; /* it may become one */
	else if (wf_str_is(name, "include"))
		c->has_include = schema_has_expression(pair->value) || pair->value->seq.n > 0;
	else if (!wf_str_is(name, "exclude"))
		check_vector(c, pair);
}

static void
check_includes(struct check *c, const struct expr_token *include)
{
	for (size_t i = 0; include && i < include->seq.n; i++)
		if (!include->seq.items[i]->map.n)
			wf_diags_fail(c->diags, include->seq.items[i]->pos,
			    "Matrix include mapping does not contain any values");
}

static void
check_exclude(struct check *c, const struct expr_token *item)
{
	const struct expr_token *key;

	if (!item->map.n)
		wf_diags_fail(c->diags, item->pos, "Matrix exclude filter must not be empty");
	for (size_t i = 0; i < item->map.n; i++) {
		key = item->map.pairs[i].key;
		if (!wf_map_has(&c->vectors, schema_text_of(key)))
			wf_diags_fail(c->diags, key->pos,
			    "Matrix exclude key '%.*s' does not match any key within the matrix",
			    WF_ARG(schema_text_of(key)));
	}
}

void
matrix_check(struct wf_arena *arena, const struct expr_token *strategy, struct wf_diags *diags)
{
	struct check c = { .diags = diags };
	const struct expr_token *matrix = schema_get(strategy, "matrix"), *exclude;

	if (!matrix || schema_is_expression(matrix))
		return;
	wf_map_init(&c.vectors, arena, true);
	for (size_t i = 0; i < matrix->map.n; i++)
		check_entry(&c, &matrix->map.pairs[i]);
	if (!c.has_vector && !c.has_include)
		wf_diags_fail(diags, matrix->pos, "Matrix must define at least one vector");
	if (schema_has_expression(strategy))
		return;
	check_includes(&c, schema_get(matrix, "include"));
	exclude = schema_get(matrix, "exclude");
	for (size_t i = 0; exclude && i < exclude->seq.n; i++)
		check_exclude(&c, exclude->seq.items[i]);
}
