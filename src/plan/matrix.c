/* SPDX-License-Identifier: MIT */
/* matrix.c - the product of the vectors, less the excludes, extended and appended to by the
 * includes.
 *
 * First the map is sorted into vectors, includes and excludes and checked; then the product is gone
 * through, first vector slowest. An include entry is cut in two: its keys that are vectors say
 * which configurations it extends, the others are what it adds. An entry that extended none becomes
 * a configuration of its own. */
#include "plan/matrix.h"

#include <stdio.h>
#include <stdlib.h>

#include "plan/shape.h"

/* More combinations than this are not looked at, so that a hostile file cannot hold the processor:
 * their number is an error. GitHub's own limit is the memory that they take. */
#define MAX_COMBINATIONS 100000

struct include {
	struct expr_object *filter, *extra;
	bool used; /* it extended a configuration */
};

struct expansion {
	struct wf_arena *arena;
	const struct expr_token *source;
	struct expr_object *vectors; /* name to array */
	struct include *includes;
	size_t nincludes, includes_cap;
	struct expr_value *excludes; /* objects */
	size_t nexcludes, excludes_cap;
	struct matrix_leg *legs;
	size_t nlegs, legs_cap; /* at most MATRIX_MAX_LEGS */
	size_t total; /* legs, made or only counted */
	struct wf_error *err;
};

/* ---- reading ---- */

static bool
add_vector(struct expansion *ex, const struct expr_token *at, const struct expr_pair *pair)
{
	if (pair->value.kind != EXPR_ARRAY)
		return shape_unexpected(ex->arena, shape_pos(at), pair->value, ex->err);
	if (pair->value.array->n == 0)
		return wf_fail(ex->err, WF_ERR_EVAL, shape_pos(at),
		    "Matrix vector '%.*s' does not contain any values", WF_ARG(pair->key));
	expr_object_set(ex->vectors, pair->key, pair->value);
	return true;
}

static bool
add_include(struct expansion *ex, const struct expr_token *at, struct expr_value item)
{
	struct include *include;

	if (item.kind != EXPR_OBJECT)
		return shape_unexpected(ex->arena, shape_pos(at), item, ex->err);
	if (item.object->n == 0)
		return wf_fail(ex->err, WF_ERR_EVAL, shape_pos(at),
		    "Matrix include mapping does not contain any values");
	include = wf_push(ex->arena, ex->includes, ex->nincludes, ex->includes_cap);
	include->filter = expr_object_new(ex->arena);
	include->extra = expr_object_new(ex->arena);
	for (size_t i = 0; i < item.object->n; i++) {
		const struct expr_pair *pair = &item.object->pairs[i];
		bool is_vector = expr_object_find(ex->vectors, pair->key) != NULL;

		expr_object_set(is_vector ? include->filter : include->extra, pair->key,
		    pair->value);
	}
	return true;
}

static bool
add_exclude(struct expansion *ex, const struct expr_token *at, struct expr_value item)
{
	if (item.kind != EXPR_OBJECT)
		return shape_unexpected(ex->arena, shape_pos(at), item, ex->err);
	if (item.object->n == 0)
		return wf_fail(ex->err, WF_ERR_EVAL, shape_pos(at),
		    "Matrix exclude filter must not be empty");
	for (size_t i = 0; i < item.object->n; i++) {
		struct wf_str key = item.object->pairs[i].key;

		if (!expr_object_find(ex->vectors, key))
			return wf_fail(ex->err, WF_ERR_EVAL, shape_pos(at),
			    "Matrix exclude key '%.*s' does not match any key within the matrix",
			    WF_ARG(key));
	}
	*wf_push(ex->arena, ex->excludes, ex->nexcludes, ex->excludes_cap) = item;
	return true;
}

/* Hands each item of an include or exclude list to `add`. */
static bool
add_each(struct expansion *ex, const struct expr_token *at, struct expr_value list,
    bool (*add)(struct expansion *ex, const struct expr_token *at, struct expr_value item))
{
	for (size_t i = 0; i < list.array->n; i++)
		if (!add(ex, shape_item(at, i), list.array->items[i]))
			return false;
	return true;
}

static bool
read_matrix(struct expansion *ex, const struct expr_object *matrix)
{
	struct expr_value include = expr_array_value(expr_array_new(ex->arena));
	struct expr_value exclude = include;
	const struct expr_token *include_at = ex->source, *exclude_at = ex->source;

	for (size_t i = 0; i < matrix->n; i++) {
		const struct expr_pair *pair = &matrix->pairs[i];
		const struct expr_token *at = shape_member(ex->source, pair->key);
		bool is_include = wf_str_is(pair->key, "include");

		if (!is_include && !wf_str_is(pair->key, "exclude")) {
			if (!add_vector(ex, at, pair))
				return false;
			continue;
		}
		if (pair->value.kind != EXPR_ARRAY)
			return shape_unexpected(ex->arena, shape_pos(at), pair->value, ex->err);
		*(is_include ? &include : &exclude) = pair->value;
		*(is_include ? &include_at : &exclude_at) = at;
	}
	if (ex->vectors->n == 0 && include.array->n == 0)
		return wf_fail(ex->err, WF_ERR_EVAL, shape_pos(ex->source),
		    "Matrix must define at least one vector");
	return add_each(ex, include_at, include, add_include) &&
	       add_each(ex, exclude_at, exclude, add_exclude);
}

/* ---- matching ---- */

/* value[key] and value[index] as the expression language reads them; null where there is none. */
static struct expr_value
member(struct expr_value value, struct wf_str key)
{
	double index;

	if (value.kind == EXPR_OBJECT)
		return expr_object_get(value.object, key);
	if (value.kind != EXPR_ARRAY)
		return EXPR_NULL_VALUE;
	index = expr_parse_number(key);
	if (!(index >= 0 && index < (double)value.array->n))
		return EXPR_NULL_VALUE;
	return value.array->items[(size_t)index];
}

static struct expr_value
element(struct expr_value value, size_t index)
{
	char key[24];
	int len = snprintf(key, sizeof(key), "%zu", index);

	return member(value, (struct wf_str){ key, (size_t)len });
}

/* Whether every scalar in `want`, followed to its leaf, equals what `have` holds at that path. */
static bool
matches(struct expr_value want, struct expr_value have)
{
	switch (want.kind) {
	case EXPR_OBJECT:
		for (size_t i = 0; i < want.object->n; i++) {
			const struct expr_pair *pair = &want.object->pairs[i];

			if (!matches(pair->value, member(have, pair->key)))
				return false;
		}
		return true;
	case EXPR_ARRAY:
		for (size_t i = 0; i < want.array->n; i++)
			if (!matches(want.array->items[i], element(have, i)))
				return false;
		return true;
	case EXPR_NULL:
	case EXPR_BOOL:
	case EXPR_NUMBER:
	case EXPR_STRING: return expr_equal(have, want);
	}
	abort();
}

static bool
excluded(const struct expansion *ex, struct expr_value combination)
{
	for (size_t i = 0; i < ex->nexcludes; i++)
		if (matches(ex->excludes[i], combination))
			return true;
	return false;
}

/* ---- making the legs ---- */

static void
add_all(struct expr_object *to, const struct expr_object *from)
{
	for (size_t i = 0; i < from->n; i++)
		expr_object_set(to, from->pairs[i].key, from->pairs[i].value);
}

/* Appends the texts of all scalars below value, as the display name lists them. */
static void
add_leaves(struct wf_arena *arena, struct wf_buf *out, struct expr_value value)
{
	struct wf_str text;

	switch (value.kind) {
	case EXPR_NULL: return;
	case EXPR_OBJECT:
		for (size_t i = 0; i < value.object->n; i++)
			add_leaves(arena, out, value.object->pairs[i].value);
		return;
	case EXPR_ARRAY:
		for (size_t i = 0; i < value.array->n; i++)
			add_leaves(arena, out, value.array->items[i]);
		return;
	case EXPR_BOOL:
	case EXPR_NUMBER:
	case EXPR_STRING:
		text = expr_to_string(arena, value);
		if (out->n > 0 && text.n > 0)
			wf_buf_adds(out, ", ");
		wf_buf_add(out, text);
		return;
	}
	abort();
}

/* Makes a leg: its name shows `values`, its matrix has `extra` as well. */
static void
add_leg(struct expansion *ex, const struct expr_object *values, const struct expr_object *extra)
{
	struct expr_object *matrix = expr_object_new(ex->arena);
	struct wf_buf suffix = WF_BUF_INIT;
	struct matrix_leg *leg;

	leg = wf_push(ex->arena, ex->legs, ex->nlegs, ex->legs_cap);
	add_all(matrix, values);
	leg->values = expr_object_value(matrix);
	add_leaves(ex->arena, &suffix, leg->values);
	leg->suffix = wf_buf_take(&suffix, ex->arena);
	add_all(matrix, extra);
}

/* Sets `values` to the index-th combination, the last vector changing fastest. `size` is the number
 * of all combinations. */
static void
combine(const struct expansion *ex, size_t index, size_t size, struct expr_object *values)
{
	for (size_t i = 0; i < ex->vectors->n; i++) {
		const struct expr_pair *vector = &ex->vectors->pairs[i];
		const struct expr_array *array = vector->value.array;

		size /= array->n;
		expr_object_set(values, vector->key, array->items[index / size % array->n]);
	}
}

/* What the includes add to a combination; later entries win. */
static struct expr_object *
extras(struct expansion *ex, struct expr_value values)
{
	struct expr_object *extra = expr_object_new(ex->arena);

	for (size_t i = 0; i < ex->nincludes; i++) {
		struct include *include = &ex->includes[i];

		if (!matches(expr_object_value(include->filter), values))
			continue;
		include->used = true;
		add_all(extra, include->extra);
	}
	return extra;
}

static bool
add_product(struct expansion *ex)
{
	struct expr_object *values = expr_object_new(ex->arena); /* the same one for all */
	size_t size = ex->vectors->n > 0 ? 1 : 0;

	for (size_t i = 0; i < ex->vectors->n; i++) {
		size *= ex->vectors->pairs[i].value.array->n;
		if (size > MAX_COMBINATIONS)
			return wf_fail(ex->err, WF_ERR_EVAL, shape_pos(ex->source),
			    "Maximum object size exceeded");
	}
	for (size_t i = 0; i < size; i++) {
		combine(ex, i, size, values);
		if (excluded(ex, expr_object_value(values)))
			continue;
		if (ex->total++ < MATRIX_MAX_LEGS)
			add_leg(ex, values, extras(ex, expr_object_value(values)));
	}
	return true;
}

static void
add_unused_includes(struct expansion *ex)
{
	const struct expr_object *nothing = expr_object_new(ex->arena);

	for (size_t i = 0; i < ex->nincludes; i++) {
		struct include *include = &ex->includes[i];

		if (include->used)
			continue;
		/* no combination will be matched against the filter any more: it becomes the leg */
		add_all(include->filter, include->extra);
		if (ex->total++ < MATRIX_MAX_LEGS)
			add_leg(ex, include->filter, nothing);
	}
}

bool
matrix_expand(struct wf_arena *arena, struct expr_value matrix, const struct expr_token *source,
    struct matrix_leg **out, size_t *n, struct wf_error *err)
{
	struct expansion ex = {
		.arena = arena,
		.source = source,
		.vectors = expr_object_new(arena),
		.err = err,
	};

	if (matrix.kind != EXPR_OBJECT)
		return shape_unexpected(arena, shape_pos(source), matrix, err);
	if (!read_matrix(&ex, matrix.object) || !add_product(&ex))
		return false;
	add_unused_includes(&ex);
	if (ex.total == 0) { /* all excluded: the job runs once, and its matrix is null */
		ex.legs = wf_new(arena, struct matrix_leg);
		ex.total = 1;
	}
	*out = ex.legs;
	*n = ex.total;
	return true;
}
