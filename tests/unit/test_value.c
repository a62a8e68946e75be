/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "expr/expr.h"
#include "test.h"

TEST(value_object_keeps_first_place_and_spelling)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_object *object = expr_object_new(arena);

	expr_object_set(object, WF_S("Path"), expr_number(1));
	expr_object_set(object, WF_S("b"), expr_number(2));
	expr_object_set(object, WF_S("PATH"), expr_number(3));
	CHECK_INT(object->n, 2);
	CHECK_STR(object->pairs[0].key, "Path");
	CHECK(expr_object_get(object, WF_S("path")).number == 3);
	CHECK_INT(expr_object_get(object, WF_S("c")).kind, EXPR_NULL);
	CHECK(expr_object_find(object, WF_S("c")) == NULL);
}

TEST(value_exact_object_has_case)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_object *object = expr_object_new(arena);

	object->exact = true;
	expr_object_set(object, WF_S("Path"), expr_number(1));
	expr_object_set(object, WF_S("PATH"), expr_number(2));
	CHECK_INT(object->n, 2);
	CHECK_INT(expr_object_get(object, WF_S("path")).kind, EXPR_NULL);
}

static void
fill(struct expr_object *object, struct wf_arena *arena, int n)
{
	for (int i = 0; i < n; i++)
		expr_object_set(object, wf_strf(arena, "Key%d", i), expr_number(i));
}

TEST(value_large_object_finds_all_and_removes)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_object *object = expr_object_new(arena);

	fill(object, arena, 1000);
	fill(object, arena, 1000);
	CHECK_INT(object->n, 1000);
	for (int i = 0; i < 1000; i++)
		CHECK(expr_object_get(object, wf_strf(arena, "kEY%d", i)).number == i);
	for (int i = 0; i < 1000; i += 2)
		expr_object_remove(object, wf_strf(arena, "key%d", i));
	expr_object_remove(object, WF_S("not there"));
	CHECK_INT(object->n, 500);
	for (int i = 0; i < 1000; i++)
		CHECK((expr_object_find(object, wf_strf(arena, "key%d", i)) != NULL) ==
		      (i % 2 == 1));
	CHECK_STR(object->pairs[499].key, "Key999");
}

TEST(value_path_follows_objects)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_value value;

	CHECK(expr_json_read(arena, NULL, WF_S("{\"a\":{\"B\":{\"c\":1.5}},\"s\":\"x\"}"), &value,
	    NULL));
	CHECK_STR(expr_path_str(arena, value, "a.b.c"), "1.5");
	CHECK_STR(expr_path_str(arena, value, "S"), "x");
	CHECK_STR(expr_path_str(arena, value, "s.t"), "");
	CHECK_STR(expr_path_str(arena, value, "a.x.y"), "");
	CHECK_STR(expr_path_str(arena, value, "a"), "Object");
}

TEST(value_copy_is_deep_and_plain)
{
	struct wf_arena *first = wf_arena_new();
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct expr_value value, copy;

	CHECK(expr_json_read(first, NULL, WF_S("[{\"k\":[true,null,\"s\",2]}]"), &value, NULL));
	value.array->filtered = true;
	copy = expr_copy(arena, value);
	wf_arena_free(first);
	expr_json_compact(&out, copy);
	CHECK_STR(wf_buf_str(&out), "[{\"k\":[true,null,\"s\",2]}]");
	CHECK(!copy.array->filtered);
}

TEST(value_truth)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK(!expr_truthy(EXPR_NULL_VALUE));
	CHECK(!expr_truthy(expr_bool(false)));
	CHECK(!expr_truthy(expr_number(-0.0)));
	CHECK(!expr_truthy(expr_number(NAN)));
	CHECK(!expr_truthy(expr_cstring("")));
	CHECK(!expr_truthy(expr_cstring(NULL)));
	CHECK(expr_truthy(expr_cstring("false")));
	CHECK(expr_truthy(expr_cstring("0")));
	CHECK(expr_truthy(expr_array_value(expr_array_new(arena))));
	CHECK(expr_truthy(expr_object_value(expr_object_new(arena))));
}

TEST(value_to_number_and_text)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK(expr_to_number(EXPR_NULL_VALUE) == 0);
	CHECK(expr_to_number(expr_bool(true)) == 1);
	CHECK(expr_to_number(expr_cstring(" 0x10 ")) == 16);
	CHECK(isnan(expr_to_number(expr_array_value(expr_array_new(arena)))));
	CHECK_STR(expr_to_string(arena, EXPR_NULL_VALUE), "");
	CHECK_STR(expr_to_string(arena, expr_bool(false)), "false");
	CHECK_STR(expr_to_string(arena, expr_number(1e15)), "1E+15");
	CHECK_STR(expr_to_string(arena, expr_array_value(expr_array_new(arena))), "Array");
}

TEST(value_equality_coerces)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_value array = expr_array_value(expr_array_new(arena));
	struct expr_value other = expr_array_value(expr_array_new(arena));

	CHECK(expr_equal(EXPR_NULL_VALUE, expr_cstring("")));
	CHECK(expr_equal(expr_bool(true), expr_cstring("1")));
	CHECK(!expr_equal(expr_bool(true), expr_cstring("true")));
	CHECK(expr_equal(expr_cstring("ABC"), expr_cstring("abc")));
	CHECK(!expr_equal(expr_number(NAN), expr_number(NAN)));
	CHECK(expr_equal(array, array));
	CHECK(!expr_equal(array, other));
	CHECK(!expr_equal(array, expr_cstring("Array")));
}

TEST(value_order_of_kinds)
{
	CHECK(expr_less(expr_bool(false), expr_bool(true)));
	CHECK(!expr_less(expr_bool(true), expr_bool(true)));
	CHECK(expr_less(EXPR_NULL_VALUE, expr_cstring("1")));
	CHECK(!expr_less(EXPR_NULL_VALUE, EXPR_NULL_VALUE));
	CHECK(!expr_less(expr_number(NAN), expr_number(1)));
	CHECK(expr_less(expr_cstring("a"), expr_cstring("B")));
	CHECK(expr_less(expr_cstring("10"), expr_cstring("9"))); /* as text */
}
