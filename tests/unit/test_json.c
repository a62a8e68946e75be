/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "expr/expr.h"
#include "expr/json.h"
#include "test.h"

/* The text read and written again in compact form, or the error with its place. */
static struct wf_str
again(struct wf_arena *arena, struct wf_str text, bool lenient)
{
	struct wf_buf out = WF_BUF_INIT;
	struct expr_value value;
	struct wf_error err;

	if (lenient ? !expr_json_read_lenient(arena, text, &value, &err)
	            : !expr_json_read(arena, NULL, text, &value, &err))
		return wf_strf(arena, "%d:%d %s", err.pos.line, err.pos.col, err.msg);
	expr_json_compact(&out, value);
	return wf_buf_take(&out, arena);
}

struct row {
	const char *text, *want;
};

static void
check_rows(const struct row *rows, size_t n, bool lenient)
{
	for (size_t i = 0; i < n; i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(again(arena, wf_str(rows[i].text), lenient), rows[i].want);
	}
}

TEST(json_strict_reads_all_of_it)
{
	static const struct row rows[] = {
		{ " null ", "null" },
		{ "[true,false,null]", "[true,false,null]" },
		{ "{\"a\":1,\"b\":{\"c\":[]},\"A\":2}", "{\"a\":2,\"b\":{\"c\":[]}}" },
		{ "[0,-0.5,1e2,1E+2,12.50,123456789012345678]",
		    "[0,-0.5,100,100,12.5,123456789012345680]" },
		{ "\"\\u0041\\n\\\"\\/\\u20ac\\ud83d\\ude00\"", "\"A\\n\\\"/€\U0001F600\"" },
		{ "\"\\ud83d x\"", "\"\uFFFD x\"" },
		{ "\"\\ude00\\ud83d\\u0041\"", "\"\uFFFD\uFFFDA\"" },
		{ "[1e400,-1e400]", "[\"Infinity\",\"-Infinity\"]" },
	};

	check_rows(rows, WF_COUNT(rows), false);
}

TEST(json_strict_errors_have_their_place)
{
	static const struct row rows[] = {
		{ "", "1:1 a JSON value was expected, but the JSON text ends here" },
		{ "{\"a\":1,}", "1:8 a key in double quotes was expected, not '}'" },
		{ "{\n  \"ä\": x\n}", "2:8 a JSON value was expected, not 'x'" },
		{ "[1 2]", "1:4 ',' or ']' was expected, not '2'" },
		{ "{\"a\" 1}", "1:6 ':' was expected, not '1'" },
		{ "[1,]", "1:4 a JSON value was expected, not ']'" },
		{ "1 x", "1:3 the end of the JSON text was expected, not 'x'" },
		{ "\"abc", "1:1 a JSON string that is not closed" },
		{ "\"a\\", "1:1 a JSON string that is not closed" },
		{ "\"a\\x\"", "1:3 no such escape in a JSON string" },
		{ "\"\\u12\"", "1:2 no such escape in a JSON string" },
		{ "\"a\tb\"", "1:3 a control character in a JSON string" },
		{ "'a'", "1:1 a JSON value was expected, not '''" },
		{ "01", "1:1 not a JSON number" },
		{ "1.", "1:1 not a JSON number" },
		{ "1e", "1:1 not a JSON number" },
		{ "-", "1:1 not a JSON number" },
		{ ".5", "1:1 a JSON value was expected, not '.'" },
		{ "NaN", "1:1 a JSON value was expected, not 'N'" },
		{ "/* c */ 1", "1:1 a JSON value was expected, not '/'" },
		{ "truex", "1:5 the end of the JSON text was expected, not 'x'" },
	};

	check_rows(rows, WF_COUNT(rows), false);
}

TEST(json_lenient_reads_what_github_reads)
{
	static const struct row rows[] = {
		{ "1 x", "1" },
		{ "{} trailing", "{}" },
		{ "\"a\"b", "\"a\"" },
		{ "[1,2,]", "[1,2]" },
		{ "{'a': 'it\\'s', b_$1: [],}", "{\"a\":\"it's\",\"b_$1\":[]}" },
		{ "/* c */ [1, // one\n 2 /* two */]", "[1,2]" },
		{ "[NaN,Infinity,-Infinity]", "[\"NaN\",\"Infinity\",\"-Infinity\"]" },
		{ "[0x1F,0XfF,017,.5,5.,-010]", "[31,255,15,0.5,5,-10]" },
		{ "0xFFFFFFFFFFFFFFFF", "-1" },
		{ "\"a\nb\"", "\"a\\nb\"" },
		{ "\u00A0[\u20031]", "[1]" },
		{ "{\"a\":1,\"A\":2}", "{\"a\":2}" },
	};

	check_rows(rows, WF_COUNT(rows), true);
}

TEST(json_lenient_still_refuses)
{
	static const char *const rows[] = { "", " ", "x", "1x", "truex", "nul", "08", "0x", "1e",
		"0xFFFFFFFFFFFFFFFFF", "[", "[1", "[1 2]", "[,1]", "{", "{a}", "{a:}",
		"{\"a\":1 \"b\":2}", "'a", "\"\\q\"", "+1", "/* open", "// only", "-", "{1 2:3}" };
	struct expr_value value;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK(!expr_json_read_lenient(arena, wf_str(rows[i]), &value, NULL));
	}
}

TEST(json_depth_is_limited)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_value value;
	char text[202];

	memset(text, '[', 101);
	memset(text + 101, ']', 101);
	CHECK(expr_json_read(arena, NULL, (struct wf_str){ text + 1, 200 }, &value, NULL));
	CHECK(!expr_json_read(arena, NULL, (struct wf_str){ text, 202 }, &value, NULL));
	CHECK(expr_json_read_lenient(arena, (struct wf_str){ text + 37, 128 }, &value, NULL));
	CHECK(!expr_json_read_lenient(arena, (struct wf_str){ text + 36, 130 }, &value, NULL));
}

TEST(json_strict_value_outlives_its_text)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_value value;
	char text[] = "[\"abc\"]";

	CHECK(expr_json_read(arena, NULL, wf_str(text), &value, NULL));
	memset(text, 'x', sizeof(text));
	CHECK_STR(value.array->items[0].string, "abc");
}

static struct wf_str
pretty(struct wf_arena *arena, const char *text)
{
	struct wf_buf out = WF_BUF_INIT;
	struct expr_value value;

	CHECK(expr_json_read(arena, NULL, wf_str(text), &value, NULL));
	expr_json_pretty(&out, value);
	return wf_buf_take(&out, arena);
}

TEST(json_pretty_is_to_json)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK_STR(pretty(arena, "{\"a\":[1,{}],\"b\":{\"c\":[]},\"d\":1e21}"),
	    "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {\n    \"c\": []\n  },\n  \"d\": "
	    "1E+21\n}");
	CHECK_STR(pretty(arena, "\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\\u007f\\u00e4\""),
	    "\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\x7f\u00e4\"");
	CHECK_STR(pretty(arena, "\"\\u0085\\u2028\\u2029\\u2027\""),
	    "\"\\u0085\\u2028\\u2029\u2027\"");
}

TEST(json_pretty_stops_at_the_limit)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct expr_value value;

	/* pieces: [ and "\n  1" and ",\n  2" and "\n]", 26 bytes each and 2 for each character */
	CHECK(expr_json_read(arena, NULL, WF_S("[1,2]"), &value, NULL));
	CHECK(expr_json_pretty_within(&out, value, 4 * 26 + 2 * 12));
	CHECK(!expr_json_pretty_within(&out, value, 4 * 26 + 2 * 12 - 1));
}
