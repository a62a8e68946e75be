/* SPDX-License-Identifier: MIT */
#include "expr/expr.h"
#include "expr/node.h"
#include "test.h"

/* The expression written back, or the kind and the message of its error. */
static struct wf_str
parsed(struct wf_arena *arena, struct wf_str text, const struct expr_names *names)
{
	static const char *const kinds[] = { "lexing", "parsing", "evaluation" };
	struct wf_buf out = WF_BUF_INIT;
	const struct expr *expr;
	enum expr_errkind kind;
	struct wf_error err;

	expr = expr_parse(arena, text, WF_NOWHERE, names, &kind, &err);
	if (!expr)
		return wf_strf(arena, "%s: %s", kinds[kind], err.msg);
	expr_print(&out, expr);
	return wf_buf_take(&out, arena);
}

struct row {
	const char *text, *want;
};

static void
check_rows(const struct row *rows, size_t n, const struct expr_names *names)
{
	for (size_t i = 0; i < n; i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(parsed(arena, wf_str(rows[i].text), names), rows[i].want);
	}
}

TEST(parse_binds_by_precedence)
{
	static const struct row rows[] = {
		{ "", "null" },
		{ "a || b && c == d < e", "(a || (b && (c == (d < e))))" },
		{ "a < b < c", "((a < b) < c)" },
		{ "!a.b == c", "(!a.b == c)" },
		{ "!!a", "!!a" },
		{ "!(a == b)", "!(a == b)" },
		{ "a && b && (c && d)", "(a && b && c && d)" },
		{ "a || (b || c) || d", "(a || b || c || d)" },
		{ "a && b || c && d", "((a && b) || (c && d))" },
		{ "a.b['c']['d e'][0].*[*].f", "a.b.c['d e'][0].*.*.f" },
		{ "f[g[h].i]", "f[g[h].i]" },
		{ "format('{0}', 'it''s', -0, 1e21, null, true)",
		    "format('{0}', 'it''s', -0, 1E+21, null, true)" },
		{ "join(a, b == c || d)", "join(a, ((b == c) || d))" },
		{ "((((1))))", "1" },
		{ "CONTAINS(a, b)[0]", "CONTAINS(a, b)[0]" },
	};

	check_rows(rows, WF_COUNT(rows), NULL);
}

TEST(parse_errors_are_worded_as_github_does)
{
	static const struct row rows[] = {
		{ "1 2", "parsing: Unexpected symbol: '2'. Located at position 3 within "
		         "expression: 1 2" },
		{ "a @b c", "lexing: Unexpected symbol: '@b'. Located at position 3 within "
		            "expression: a @b c" },
		{ "a &&",
		    "parsing: Unexpected end of expression: '&&'. Located at position 3 within "
		    "expression: a &&" },
		{ "(a", "parsing: Unexpected end of expression: 'a'. Located at position 2 within "
		        "expression: (a" },
		{ "join(a",
		    "parsing: Unexpected end of expression: 'a'. Located at position 6 within "
		    "expression: join(a" },
		{ "a.", "parsing: Unexpected end of expression: '.'. Located at position 2 within "
		        "expression: a." },
		{ "(a)[b",
		    "parsing: Unexpected end of expression: 'b'. Located at position 5 within "
		    "expression: (a)[b" },
		{ "nope()", "parsing: Unrecognized function: 'nope'. Located at position 1 within "
		            "expression: nope()" },
		{ "a && contains(b)",
		    "parsing: Too few parameters supplied: '('. Located at position 14 "
		    "within expression: a && contains(b)" },
		{ "toJSON(a, b)",
		    "parsing: Too many parameters supplied: '('. Located at position 7 "
		    "within expression: toJSON(a, b)" },
		{ "1 || case(a, b, c, d)",
		    "parsing: Even number of parameters supplied, requires an odd number of "
		    "parameters: "
		    "'case'. Located at position 6 within expression: 1 || case(a, b, c, d)" },
		{ "'\U0001F600ä' )",
		    "parsing: Unexpected symbol: ')'. Located at position 7 within "
		    "expression: '\U0001F600ä' )" },
	};

	check_rows(rows, WF_COUNT(rows), NULL);
}

TEST(parse_knows_names_of_the_place)
{
	static const char *const contexts[] = { "github", "needs", NULL };
	static const struct expr_func funcs[] = { { "success", 0, 1, NULL, NULL }, { 0 } };
	static const struct expr_names names = { contexts, funcs };
	static const struct row rows[] = {
		{ "GitHub.x && Success()", "(GitHub.x && Success())" },
		{ "steps.x",
		    "parsing: Unrecognized named-value: 'steps'. Located at position 1 within "
		    "expression: steps.x" },
		{ "success(1, 2)",
		    "parsing: Too many parameters supplied: '('. Located at position 8 "
		    "within expression: success(1, 2)" },
		{ "failure()",
		    "parsing: Unrecognized function: 'failure'. Located at position 1 within "
		    "expression: failure()" },
	};

	check_rows(rows, WF_COUNT(rows), &names);
}

static struct wf_str
repeat(struct wf_arena *arena, const char *head, const char *part, size_t n, const char *tail)
{
	struct wf_buf out = WF_BUF_INIT;

	wf_buf_adds(&out, head);
	while (n-- > 0)
		wf_buf_adds(&out, part);
	wf_buf_adds(&out, tail);
	return wf_buf_take(&out, arena);
}

TEST(parse_depth_is_limited_to_50)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *deep = "parsing: Exceeded max expression depth 50";

	CHECK(expr_parse(arena, repeat(arena, "a", ".b", 49, ""), WF_NOWHERE, NULL, NULL, NULL));
	CHECK_STR(parsed(arena, repeat(arena, "a", ".b", 50, ""), NULL), deep);
	CHECK(expr_parse(arena, repeat(arena, "", "!", 49, "a"), WF_NOWHERE, NULL, NULL, NULL));
	CHECK_STR(parsed(arena, repeat(arena, "", "!", 50, "a"), NULL), deep);
	CHECK_STR(parsed(arena, repeat(arena, "a", ".b", 10000, ""), NULL), deep);
	/* one level only: nested && are taken into one node */
	CHECK(expr_parse(arena, repeat(arena, "a", "&&a", 6000, ""), WF_NOWHERE, NULL, NULL, NULL));
}

TEST(parse_brackets_are_no_depth)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_buf text = WF_BUF_INIT;

	for (int i = 0; i < 10000; i++)
		wf_buf_addc(&text, '(');
	wf_buf_addc(&text, 'a');
	for (int i = 0; i < 10000; i++)
		wf_buf_addc(&text, ')');
	CHECK_STR(parsed(arena, wf_buf_take(&text, arena), NULL), "a");
}

TEST(parse_length_is_limited_in_utf16)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *longer = "parsing: Exceeded max expression length 21000";

	CHECK(expr_parse(arena, repeat(arena, "'", "€", 20998, "'"), WF_NOWHERE, NULL, NULL, NULL));
	CHECK_STR(parsed(arena, repeat(arena, "'", "€", 20999, "'"), NULL), longer);
	CHECK_STR(parsed(arena, repeat(arena, "'", "\U0001F600", 10500, "'"), NULL), longer);
}

TEST(parse_error_points_into_a_text_that_stands_alone)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_pos alone = { "expression", 0, 0 }, scalar = { "ci.yml", 7, 9 };
	struct wf_error err;

	CHECK(!expr_parse(arena, WF_S("a &&\n 'ü' b"), alone, NULL, NULL, &err));
	CHECK_INT(err.pos.line, 2);
	CHECK_INT(err.pos.col, 6);
	CHECK(!expr_parse(arena, WF_S("a b"), scalar, NULL, NULL, &err));
	CHECK_INT(err.pos.line, 7);
	CHECK_INT(err.pos.col, 9);
	CHECK_STR(wf_str(err.pos.file), "ci.yml");
}

TEST(parse_keeps_its_source)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK_STR(expr_source(expr_parse(arena, WF_S(" a  == b "), WF_NOWHERE, NULL, NULL, NULL)),
	    " a  == b ");
}
