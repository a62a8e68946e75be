/* SPDX-License-Identifier: MIT */
/* test_matrix.c - configurations, their order and their names, from matrices written as JSON. */
#include "test.h"

#include "base/error.h"
#include "expr/expr.h"
#include "plan/matrix.h"

/* The legs as text, one a line: the matrix as JSON, then the suffix in brackets. */
static struct wf_str
legs_text(struct wf_arena *arena, const struct matrix_leg *legs, size_t n)
{
	struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		expr_json_compact(&out, legs[i].values);
		wf_buf_addf(&out, " [%.*s]\n", WF_ARG(legs[i].suffix));
	}
	return wf_buf_take(&out, arena);
}

/* Expands the JSON text; an error is given as "error: MESSAGE". */
static struct wf_str
expand(struct wf_arena *arena, const char *json)
{
	struct expr_value matrix;
	struct matrix_leg *legs;
	struct wf_error err;
	size_t n;

	CHECK(expr_json_read(arena, NULL, wf_str(json), &matrix, &err));
	if (!matrix_expand(arena, matrix, NULL, &legs, &n, &err)) {
		CHECK_INT(err.kind, WF_ERR_EVAL);
		return wf_strf(arena, "error: %s", err.msg);
	}
	return legs_text(arena, legs, n);
}

struct row {
	const char *json, *want;
};

static void
check_rows(const struct row *rows, size_t n)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	for (size_t i = 0; i < n; i++)
		CHECK_STR(expand(arena, rows[i].json), rows[i].want);
}

TEST(matrix_worked_example_of_includes)
{
	static const struct row rows[] = {
		{ "{\"fruit\":[\"apple\",\"pear\"],\"animal\":[\"cat\",\"dog\"],\"include\":["
		  "{\"color\":\"green\"},{\"color\":\"pink\",\"animal\":\"cat\"},"
		  "{\"fruit\":\"apple\",\"shape\":\"circle\"},{\"fruit\":\"banana\"},"
		  "{\"fruit\":\"banana\",\"animal\":\"cat\"}]}",
		    "{\"fruit\":\"apple\",\"animal\":\"cat\",\"color\":\"pink\",\"shape\":"
		    "\"circle\"} "
		    "[apple, cat]\n"
		    "{\"fruit\":\"apple\",\"animal\":\"dog\",\"color\":\"green\",\"shape\":"
		    "\"circle\"} "
		    "[apple, dog]\n"
		    "{\"fruit\":\"pear\",\"animal\":\"cat\",\"color\":\"pink\"} [pear, cat]\n"
		    "{\"fruit\":\"pear\",\"animal\":\"dog\",\"color\":\"green\"} [pear, dog]\n"
		    "{\"fruit\":\"banana\"} [banana]\n"
		    "{\"fruit\":\"banana\",\"animal\":\"cat\"} [banana, cat]\n" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(matrix_first_vector_varies_slowest_and_values_keep_their_types)
{
	static const struct row rows[] = {
		{ "{\"a\":[1,true],\"b\":[\"x\",null]}",
		    "{\"a\":1,\"b\":\"x\"} [1, x]\n{\"a\":1,\"b\":null} [1]\n"
		    "{\"a\":true,\"b\":\"x\"} [true, x]\n{\"a\":true,\"b\":null} [true]\n" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(matrix_excludes_match_partial_objects_without_case)
{
	static const struct row rows[] = {
		{ "{\"os\":[{\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"v\":1}],\"exclude\":[{\"os\":{"
		  "\"n\":\"A\"}}]}",
		    "{\"os\":{\"n\":\"b\",\"v\":1}} [b, 1]\n" },
		{ "{\"os\":[{\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"v\":1}],\"exclude\":[{\"os\":{"
		  "\"v\":\"1\"}}]}",
		    "null []\n" },
		{ "{\"v\":[[1,2],[1,3]],\"exclude\":[{\"v\":[1]}]}", "null []\n" },
		{ "{\"v\":[[1,2],[1,3]],\"exclude\":[{\"v\":[1,3]}]}", "{\"v\":[1,2]} [1, 2]\n" },
		{ "{\"V\":[1,2],\"exclude\":[{\"v\":2}]}", "{\"V\":1} [1]\n" },
		/* a leaf that is null equals what is not there */
		{ "{\"v\":[{\"a\":1},{\"b\":1}],\"exclude\":[{\"v\":{\"b\":null}}]}",
		    "{\"v\":{\"b\":1}} [1]\n" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(matrix_excludes_run_before_includes_and_never_remove_them)
{
	static const struct row rows[] = {
		{ "{\"a\":[1,2],\"exclude\":[{\"a\":1}],\"include\":[{\"a\":1,\"b\":3}]}",
		    "{\"a\":2} [2]\n{\"a\":1,\"b\":3} [1, 3]\n" },
		{ "{\"a\":[1],\"exclude\":[{\"a\":1}],\"include\":[{\"b\":3}]}",
		    "{\"b\":3} [3]\n" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(matrix_include_only_makes_one_configuration_an_entry)
{
	static const struct row rows[] = {
		{ "{\"include\":[{\"b\":2,\"a\":1},{\"b\":2}]}",
		    "{\"b\":2,\"a\":1} [2, 1]\n{\"b\":2} [2]\n" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(matrix_unmatched_include_has_its_vector_keys_first)
{
	static const struct row rows[] = {
		{ "{\"a\":[1],\"include\":[{\"z\":9,\"a\":2}]}",
		    "{\"a\":1} [1]\n{\"a\":2,\"z\":9} [2, 9]\n" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(matrix_errors_have_the_words_of_github)
{
	static const struct row rows[] = {
		{ "{\"os\":[],\"v\":[1]}",
		    "error: Matrix vector 'os' does not contain any values" },
		{ "{}", "error: Matrix must define at least one vector" },
		{ "{\"include\":[]}", "error: Matrix must define at least one vector" },
		{ "{\"a\":[1],\"exclude\":[{}]}",
		    "error: Matrix exclude filter must not be empty" },
		{ "{\"a\":[1],\"include\":[{}]}",
		    "error: Matrix include mapping does not contain any values" },
		{ "{\"a\":[1],\"exclude\":[{\"b\":1}]}",
		    "error: Matrix exclude key 'b' does not match any key within the matrix" },
		{ "[1]", "error: A sequence was not expected" },
		{ "\"\"", "error: Unexpected value ''" },
		{ "{\"a\":\"x\"}", "error: Unexpected value 'x'" },
		{ "{\"a\":{\"b\":1}}", "error: A mapping was not expected" },
		{ "{\"include\":{\"a\":1}}", "error: A mapping was not expected" },
		{ "{\"include\":[[1]]}", "error: A sequence was not expected" },
	};

	check_rows(rows, WF_COUNT(rows));
}

/* A matrix of `vectors` vectors with ten values each. */
static struct expr_value
tens(struct wf_arena *arena, size_t vectors)
{
	struct expr_object *matrix = expr_object_new(arena);

	for (size_t v = 0; v < vectors; v++) {
		struct expr_array *values = expr_array_new(arena);

		for (int i = 0; i < 10; i++)
			expr_array_push(values, expr_number(i));
		expr_object_set(matrix, wf_strf(arena, "v%zu", v), expr_array_value(values));
	}
	return expr_object_value(matrix);
}

TEST(matrix_counts_what_is_too_many_without_making_it)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct matrix_leg *legs;
	struct wf_error err;
	size_t n;

	CHECK(matrix_expand(arena, tens(arena, 3), NULL, &legs, &n, &err));
	CHECK_INT(n, 1000);
	CHECK_STR(legs[MATRIX_MAX_LEGS - 1].suffix, "2, 5, 5");
}

TEST(matrix_of_a_hostile_size_is_an_error)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct matrix_leg *legs;
	struct wf_error err;
	size_t n;

	CHECK(!matrix_expand(arena, tens(arena, 40), NULL, &legs, &n, &err));
	CHECK_STR(wf_str(err.msg), "Maximum object size exceeded");
}
