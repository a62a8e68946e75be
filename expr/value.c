/* SPDX-License-Identifier: MIT */
/* value.c - values, arrays and objects, and how they turn into each other.
 *
 * Small objects are searched from front to back, larger ones through a hash table of indices, so
 * that pairs stay in the order in which they came. The hash is seeded with the object's address:
 * keys come from payloads and from fromJSON(), and may have been made to collide. */
#include "expr/expr.h"

#include "expr/number.h"
#include "expr/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HASH_FROM 9 /* pairs; fewer are found sooner by looking at each */
#define SLOTS_FIRST 64

struct expr_value
expr_cstring(const char *s)
{
	return s ? expr_string(wf_str(s)) : EXPR_NULL_VALUE;
}

struct expr_value
expr_array_value(struct expr_array *array)
{
	return (struct expr_value){ .kind = EXPR_ARRAY, .array = array };
}

struct expr_value
expr_object_value(struct expr_object *object)
{
	return (struct expr_value){ .kind = EXPR_OBJECT, .object = object };
}

struct expr_array *
expr_array_new(struct wf_arena *arena)
{
	struct expr_array *array = wf_new(arena, struct expr_array);

	array->arena = arena;
	return array;
}

void
expr_array_push(struct expr_array *array, struct expr_value item)
{
	*wf_push(array->arena, array->items, array->n, array->cap) = item;
}

struct expr_object *
expr_object_new(struct wf_arena *arena)
{
	struct expr_object *object = wf_new(arena, struct expr_object);

	object->arena = arena;
	return object;
}

static bool
same_key(const struct expr_object *object, struct wf_str a, struct wf_str b)
{
	return object->exact ? wf_str_eq(a, b) : expr_text_eq(a, b);
}

static uint64_t
hash_key(const struct expr_object *object, struct wf_str key)
{
	uint64_t h = (uint64_t)(uintptr_t)object * 0x9E3779B97F4A7C15u;

	if (!object->exact)
		return expr_text_hash(key, h);
	for (size_t i = 0; i < key.n; i++) {
		h = (h ^ (unsigned char)key.p[i]) * 0x9E3779B97F4A7C15u;
		h ^= h >> 29;
	}
	return h;
}

/* The slot that holds the key's index, or the empty one where it belongs. */
static uint32_t *
slot_of(const struct expr_object *object, struct wf_str key)
{
	size_t i = hash_key(object, key) & (object->nslots - 1);

	while (object->slots[i] && !same_key(object, object->pairs[object->slots[i] - 1].key, key))
		i = (i + 1) & (object->nslots - 1);
	return &object->slots[i];
}

static void
fill_slots(struct expr_object *object)
{
	memset(object->slots, 0, object->nslots * sizeof(*object->slots));
	for (size_t i = 0; i < object->n; i++)
		*slot_of(object, object->pairs[i].key) = (uint32_t)(i + 1);
}

/* Gives the new last pair its slot; the table stays at most half full. */
static void
index_last(struct expr_object *object)
{
	if (object->n < HASH_FROM)
		return;
	if (object->n * 2 <= object->nslots) {
		*slot_of(object, object->pairs[object->n - 1].key) = (uint32_t)object->n;
		return;
	}
	object->nslots = object->nslots ? object->nslots * 4 : SLOTS_FIRST;
	object->slots = wf_new_array(object->arena, object->nslots, uint32_t);
	fill_slots(object);
}

struct expr_pair *
expr_object_find(const struct expr_object *object, struct wf_str key)
{
	struct expr_pair *pair = object->pairs;

	if (object->nslots) {
		uint32_t at = *slot_of(object, key);

		return at ? &object->pairs[at - 1] : NULL;
	}
	for (size_t i = 0; i < object->n; i++, pair++) {
		if (expr_text_differs(pair->key, key))
			continue;
		if (wf_str_eq(pair->key, key) || same_key(object, pair->key, key))
			return pair;
	}
	return NULL;
}

void
expr_object_set(struct expr_object *object, struct wf_str key, struct expr_value value)
{
	struct expr_pair *pair = expr_object_find(object, key);

	if (pair) {
		pair->value = value;
		return;
	}
	pair = wf_push(object->arena, object->pairs, object->n, object->cap);
	pair->key = key;
	pair->value = value;
	index_last(object);
}

struct expr_value
expr_object_get(const struct expr_object *object, struct wf_str key)
{
	const struct expr_pair *pair = expr_object_find(object, key);

	return pair ? pair->value : EXPR_NULL_VALUE;
}

void
expr_object_remove(struct expr_object *object, struct wf_str key)
{
	struct expr_pair *pair = expr_object_find(object, key);
	size_t at;

	if (!pair)
		return;
	at = (size_t)(pair - object->pairs);
	memmove(pair, pair + 1, (object->n - at - 1) * sizeof(*pair));
	object->n--;
	if (object->nslots)
		fill_slots(object);
}

struct expr_value
expr_path(struct expr_value value, const char *path)
{
	struct wf_str rest = wf_str(path);

	while (rest.p) {
		struct wf_str key = wf_str_cut(&rest, '.');

		if (value.kind != EXPR_OBJECT)
			return EXPR_NULL_VALUE;
		value = expr_object_get(value.object, key);
	}
	return value;
}

struct wf_str
expr_path_str(struct wf_arena *arena, struct expr_value value, const char *path)
{
	return expr_to_string(arena, expr_path(value, path));
}

static struct expr_value
copy_array(struct wf_arena *arena, const struct expr_array *from)
{
	struct expr_array *array = expr_array_new(arena);

	for (size_t i = 0; i < from->n; i++)
		expr_array_push(array, expr_copy(arena, from->items[i]));
	return expr_array_value(array);
}

static struct expr_value
copy_object(struct wf_arena *arena, const struct expr_object *from)
{
	struct expr_object *object = expr_object_new(arena);

	object->exact = from->exact;
	for (size_t i = 0; i < from->n; i++)
		expr_object_set(object, wf_str_dup(arena, from->pairs[i].key),
		    expr_copy(arena, from->pairs[i].value));
	return expr_object_value(object);
}

struct expr_value
expr_copy(struct wf_arena *arena, struct expr_value value)
{
	switch (value.kind) {
	case EXPR_NULL:
	case EXPR_BOOL:
	case EXPR_NUMBER: return value;
	case EXPR_STRING: return expr_string(wf_str_dup(arena, value.string));
	case EXPR_ARRAY: return copy_array(arena, value.array);
	case EXPR_OBJECT: return copy_object(arena, value.object);
	}
	abort();
}

/* ---- coercions ---- */

bool
expr_truthy(struct expr_value value)
{
	switch (value.kind) {
	case EXPR_NULL: return false;
	case EXPR_BOOL: return value.boolean;
	case EXPR_NUMBER: return value.number != 0 && !isnan(value.number);
	case EXPR_STRING: return value.string.n > 0;
	case EXPR_ARRAY:
	case EXPR_OBJECT: return true;
	}
	abort();
}

double
expr_to_number(struct expr_value value)
{
	switch (value.kind) {
	case EXPR_NULL: return 0;
	case EXPR_BOOL: return value.boolean;
	case EXPR_NUMBER: return value.number;
	case EXPR_STRING: return expr_parse_number(value.string);
	case EXPR_ARRAY:
	case EXPR_OBJECT: return NAN;
	}
	abort();
}

const char *
expr_kind_name(enum expr_kind kind)
{
	switch (kind) {
	case EXPR_NULL: return "Null";
	case EXPR_BOOL: return "Boolean";
	case EXPR_NUMBER: return "Number";
	case EXPR_STRING: return "String";
	case EXPR_ARRAY: return "Array";
	case EXPR_OBJECT: return "Object";
	}
	abort();
}

struct wf_str
expr_to_string(struct wf_arena *arena, struct expr_value value)
{
	switch (value.kind) {
	case EXPR_NULL: return WF_S("");
	case EXPR_BOOL: return value.boolean ? WF_S("true") : WF_S("false");
	case EXPR_NUMBER: return expr_number_text(arena, value.number);
	case EXPR_STRING: return value.string;
	case EXPR_ARRAY:
	case EXPR_OBJECT: return wf_str(expr_kind_name(value.kind));
	}
	abort();
}

/* Makes two primitives of different kinds into two numbers; false when that leads nowhere. */
static bool
coerce(struct expr_value *a, struct expr_value *b)
{
	if (a->kind == b->kind)
		return true;
	if (!expr_is_primitive(*a) || !expr_is_primitive(*b))
		return false;
	*a = expr_number(expr_to_number(*a));
	*b = expr_number(expr_to_number(*b));
	return true;
}

bool
expr_equal(struct expr_value a, struct expr_value b)
{
	if (!coerce(&a, &b))
		return false;
	switch (a.kind) {
	case EXPR_NULL: return true;
	case EXPR_BOOL: return a.boolean == b.boolean;
	case EXPR_NUMBER: return a.number == b.number;
	case EXPR_STRING: return expr_text_eq(a.string, b.string);
	case EXPR_ARRAY: return a.array == b.array;
	case EXPR_OBJECT: return a.object == b.object;
	}
	abort();
}

bool
expr_less(struct expr_value a, struct expr_value b)
{
	if (!coerce(&a, &b))
		return false;
	switch (a.kind) {
	case EXPR_BOOL: return !a.boolean && b.boolean;
	case EXPR_NUMBER: return a.number < b.number;
	case EXPR_STRING: return expr_text_cmp(a.string, b.string) < 0;
	case EXPR_NULL:
	case EXPR_ARRAY:
	case EXPR_OBJECT: return false;
	}
	abort();
}
