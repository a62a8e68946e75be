/* SPDX-License-Identifier: MIT */
#include "expr/expr.h"
#include "expr_case.h"

TEST(eval_operators)
{
	static const struct expr_case cases[] = {
		{ "", "null" },
		{ "1 && 'a' && ''", "\"\"" },
		{ "0 || '' || null", "null" },
		{ "true && 'x' || 'y'", "\"x\"" },
		{ "!null", "true" },
		{ "null >= null", "true" },
		{ "null > null", "false" },
		{ "'abc' == 'ABC'", "true" },
		{ "'a' < 'B'", "true" },
		{ "'_' > 'z'", "true" },
		{ "'0x10' == 16", "true" },
		{ "true == 'true'", "false" },
		{ "NaN == NaN", "false" },
		{ "NaN != NaN", "true" },
		{ "'infinity' == Infinity", "true" },
		{ "0xFFFFFFFF", "-1" },
		{ "1 < 2 == true", "true" },
		{ "3 > 2 > 1", "false" },
	};

	expr_case_check(cases, WF_COUNT(cases), NULL);
}

TEST(eval_index_of_anything)
{
	const char *contexts = "{\"a\":[10,[11,12]],\"o\":{\"K\":1,\"\":2,\"1.5\":3,\"true\":4},"
	                       "\"s\":\"text\",\"n\":null}";
	const struct expr_case cases[] = {
		{ "a[0]", "10", contexts },
		{ "a['1'][0.9]", "11", contexts },
		{ "a[-1]", "null", contexts },
		{ "a[2]", "null", contexts },
		{ "a.name", "null", contexts },
		{ "a[Infinity]", "null", contexts },
		{ "a[o]", "null", contexts },
		{ "o.k", "1", contexts },
		{ "o[null]", "2", contexts },
		{ "o[1.50]", "3", contexts },
		{ "o[true]", "4", contexts },
		{ "o[a]", "null", contexts },
		{ "s[0]", "null", contexts },
		{ "n.x.y.z", "null", contexts },
		{ "N", "null", contexts },
		{ "missing.x", "null", contexts },
		/* what has no members leaves its index alone */
		{ "n[fromJSON('bad')]", "null", contexts },
	};

	expr_case_check(cases, WF_COUNT(cases), NULL);
}

TEST(eval_filters)
{
	const char
	    *contexts = "{\"a\":[{\"n\":\"x\",\"t\":[1,2]},{\"n\":\"y\"},{\"t\":[3]},4,null],"
	                "\"o\":{\"p\":{\"q\":1},\"r\":{\"q\":2}},\"s\":\"text\"}";
	const struct expr_case cases[] = {
		{ "a.*.n", "[\"x\",\"y\"]", contexts },
		{ "a[*].t", "[[1,2],[3]]", contexts },
		{ "a.*.t.*", "[1,2,3]", contexts },
		{ "a.*.t[0]", "[1,3]", contexts },
		{ "(a.*.t)[0]", "[1,3]", contexts },
		{ "(a.*.t || 1)[1]", "[2]", contexts },
		{ "(true && a.*.t)[1]", "[2]", contexts },
		{ "fromJSON(toJSON(a.*.n))[0]", "\"x\"", contexts },
		{ "a.*.n[0]", "[]", contexts },
		{ "o.*.q", "[1,2]", contexts },
		{ "o.*.*", "[1,2]", contexts },
		{ "s.*", "[]", contexts },
		{ "missing.*.x", "[]", contexts },
		{ "contains(a.*.n, 'Y')", "true", contexts },
		{ "join(o.*.q, '-')", "\"1-2\"", contexts },
		{ "a.*[o]", "[]", contexts },
		{ "a.* == a.*", "false", contexts },
		{ "a == a", "true", contexts },
	};

	expr_case_check(cases, WF_COUNT(cases), NULL);
}

TEST(eval_is_lazy)
{
	static const struct expr_case cases[] = {
		{ "false && fromJSON('bad')", "false" },
		{ "1 || fromJSON('bad')", "1" },
		{ "true && fromJSON('bad')", "Error parsing fromJson" },
		{ "case(true, 1, fromJSON('bad'))", "1" },
		{ "contains(fromJSON('{}'), fromJSON('bad'))", "false" },
		{ "contains(fromJSON('[]'), fromJSON('bad'))", "false" },
		{ "startsWith(fromJSON('[]'), fromJSON('bad'))", "false" },
		{ "format('{1}', fromJSON('bad'), 2)", "\"2\"" },
		{ "join('a', fromJSON('bad'))", "\"a\"" },
		{ "join(fromJSON('[1]'), fromJSON('bad'))", "\"1\"" },
		{ "join(fromJSON('[1,2]'), fromJSON('bad'))", "Error parsing fromJson" },
	};

	expr_case_check(cases, WF_COUNT(cases), NULL);
}

TEST(eval_env_context_has_case)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_object *env = expr_object_new(arena), *contexts = expr_object_new(arena);
	struct expr_scope scope = { .contexts = contexts };
	const struct expr_case cases[] = { { "env.Path", "1" }, { "ENV.PATH", "null" } };

	env->exact = true;
	expr_object_set(env, WF_S("Path"), expr_number(1));
	expr_object_set(contexts, WF_S("env"), expr_object_value(env));
	expr_case_check(cases, WF_COUNT(cases), &scope);
}

/* A function of the caller: gives its arguments and `data` joined, or fails without any. */
static bool
call_echo(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	struct wf_buf text = WF_BUF_INIT;

	if (n == 0)
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE, "nothing to echo");
	for (size_t i = 0; i < n; i++)
		wf_buf_addf(&text, "%.*s;", WF_ARG(expr_to_string(arena, args[i])));
	wf_buf_adds(&text, data);
	*out = expr_string(wf_buf_take(&text, arena));
	return true;
}

TEST(eval_calls_functions_of_the_caller)
{
	char data[] = "end";
	const struct expr_func funcs[] = { { "echo", 0, 3, call_echo, data },
		{ "later", 0, 0, NULL, NULL }, { 0 } };
	struct expr_scope scope = { .funcs = funcs };
	static const struct expr_case cases[] = {
		{ "Echo(1, null, 'a' == 'A')", "\"1;;true;end\"" },
		{ "echo()", "nothing to echo" },
		{ "false && echo()", "false" },
		{ "later()", "The function 'later' cannot be evaluated here" },
	};

	expr_case_check(cases, WF_COUNT(cases), &scope);
}

TEST(eval_error_has_the_place_of_its_expression)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_scope scope = { 0 };
	struct wf_pos pos = { "ci.yml", 3, 5 };
	struct expr_value value = expr_number(7);
	struct wf_error err;

	CHECK(!expr_eval(arena, expr_parse(arena, WF_S("fromJSON('{')"), pos, NULL, NULL, NULL),
	    &scope, &value, &err));
	CHECK_INT(err.kind, WF_ERR_EVAL);
	CHECK_INT(err.pos.line, 3);
	CHECK_INT(err.pos.col, 5);
	CHECK_STR(wf_str(err.hint), "line 1, column 2 of the JSON text: a key in double quotes was "
	                            "expected, but the JSON text ends here");
	CHECK(value.number == 7); /* untouched */
}

/* What an expression over a context `big` of 1,000 characters gives with so much memory. */
static struct wf_str
within(struct wf_arena *arena, const char *text, size_t max)
{
	struct expr_object *contexts = expr_object_new(arena);
	struct expr_scope scope = { .contexts = contexts, .max_memory = max };
	char *big = wf_alloc(arena, 1000, 1);
	struct expr_case test = { .expr = text };

	memset(big, 'x', 1000);
	expr_object_set(contexts, WF_S("big"), expr_string((struct wf_str){ big, 1000 }));
	expr_object_set(contexts, WF_S("wide"),
	    expr_cstring("\u20AC\u20AC\u20AC\u20AC\u20AC\u20AC\u20AC\u20AC\u20AC\u20AC"
	                 "\u20AC\u20AC\u20AC\u20AC\u20AC\u20AC\u20AC\u20AC\u20AC\u20AC"));
	return expr_case_answer(arena, &test, &scope);
}

#define TOO_LARGE                                                                                  \
	"The maximum allowed memory size was exceeded while evaluating the following expression: "

TEST(eval_memory_is_that_of_utf16)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	/* 20 characters are 66 bytes of UTF-16, and 146 if each byte of UTF-8 were one */
	CHECK_STR(within(arena, "wide == wide", 66 + 66 + 24), "true");
	CHECK_STR(within(arena, "wide == wide", 66 + 66 - 1), TOO_LARGE "(wide == wide)");
	CHECK_STR(within(arena, "format('{0}', wide) == 1", 66 + 66), "false");
	CHECK_STR(within(arena, "format('{0}{0}', wide) == 1", 66 + 66 - 1),
	    TOO_LARGE "format('{0}{0}', wide)");
}

TEST(eval_memory_is_limited)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK_STR(within(arena, "big == big", 4500), "true"); /* 2,026 bytes each */
	CHECK_STR(within(arena, "big == big", 4000), TOO_LARGE "(big == big)");
	CHECK_STR(within(arena, "!big && !big && !big", 4000), "false");
	CHECK_STR(within(arena, "1 == format('{0}{0}', big)", 4000),
	    TOO_LARGE "format('{0}{0}', big)");
	CHECK_STR(within(arena, "1 == join(fromJSON('[1,2,3,4]'), big)", 4000),
	    TOO_LARGE "join(fromJSON('[1,2,3,4]'), big)");
	CHECK_STR(within(arena, "toJSON(fromJSON('[1,2,3,4]'))", 150),
	    TOO_LARGE "toJSON(fromJSON('[1,2,3,4]'))");
}

TEST(eval_memory_has_the_default_of_github)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_buf text = WF_BUF_INIT;
	struct wf_str got;

	/* 1,000 characters, 20 times in one format() of a format(): 2,026 * 20 * 20 * 20 bytes */
	wf_buf_adds(&text, "format('");
	for (int i = 0; i < 20; i++)
		wf_buf_adds(&text, "{0}");
	wf_buf_adds(&text, "', format('");
	for (int i = 0; i < 20; i++)
		wf_buf_adds(&text, "{0}");
	wf_buf_adds(&text, "', format('");
	for (int i = 0; i < 20; i++)
		wf_buf_adds(&text, "{0}");
	wf_buf_adds(&text, "', big))) == ''");
	got = within(arena, wf_cstr(arena, wf_buf_str(&text)), 0);
	CHECK(wf_str_starts(got, WF_S(TOO_LARGE "format(")));
	wf_buf_release(&text);
}
