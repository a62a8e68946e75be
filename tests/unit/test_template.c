/* SPDX-License-Identifier: MIT */
#include "expr/expr.h"
#include "test.h"

static const struct wf_pos at = { "ci.yml", 4, 7 };
static const struct expr_names all = { 0 };

static struct expr_token *
read_token(struct wf_arena *arena, const char *text, bool alt)
{
	struct expr_token *token;
	struct wf_error err;

	if (!expr_token_read(arena, wf_str(text), at, &all, alt, &token, &err))
		fail_msg("%s: %s", text, err.msg);
	return token;
}

/* What the scalar was read as: l(iteral) or e(xpression) or i(nsert), and its text. */
static struct wf_str
reading(struct wf_arena *arena, const char *text, bool alt)
{
	const struct expr_token *token = read_token(arena, text, alt);

	CHECK_STR(token->source, text);
	if (token->kind == EXPR_TOKEN_INSERT)
		return WF_S("i");
	if (token->kind == EXPR_TOKEN_EXPR)
		return wf_strf(arena, "e %.*s", WF_ARG(expr_source(token->expr)));
	return wf_strf(arena, "l %.*s", WF_ARG(token->literal.string));
}

TEST(template_scalar_is_read_as_github_does)
{
	static const struct {
		const char *text, *want;
		bool alt;
	} rows[] = {
		{ "", "l " },
		{ "plain $ {{ }}", "l plain $ {{ }}" },
		{ "$", "l $" },
		{ "$${{a}}", "e format('${0}', a)" },
		{ "${{ a.b }}", "e a.b" },
		{ "${{a}}${{ b }}", "e format('{0}{1}', a, b)" },
		{ " ${{ true }}", "e format(' {0}', true)" },
		{ "it's {x} ${{ a }}", "e format('it''s {{x}} {0}', a)" },
		{ "${{ 'text' }}", "l text" },
		{ "${{ '{{ it''s }}' }}", "l {{ it's }}" },
		{ "${{ '${{' }}", "l ${{" },
		{ "${{ ('a') }}", "e ('a')" },
		{ "${{ '}}' == a }}", "e '}}' == a" },
		{ "${{ 'it''s }}' == a }}", "e 'it''s }}' == a" },
		{ "a\n${{ b }}\n", "e format('a\n{0}\n', b)" },
		{ "${{ insert }}", "i" },
		{ "${{ inserted }}", "e inserted" },
		{ "$<< a >>", "l $<< a >>" },
		{ "$<< a >>", "e a", true },
		{ "$<< a > b >>-${{ c }}", "e format('{0}-{1}', a > b, c)", true },
		{ "$<< a", "l $<< a",
		    true }, /* not complete, or no expression: text, as for GitHub */
		{ "cat $<<E F >>log", "l cat $<<E F >>log", true },
		{ "$<< >>", "l $<< >>", true },
		{ "$<<x y>> $<< a >>", "e format('$<<x y>> {0}', a)", true },
		{ "$<< 'x }}' >>", "l x }}", true },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(reading(arena, rows[i].text, rows[i].alt), rows[i].want);
	}
}

TEST(template_scalar_errors)
{
	static const char *const none[] = { "github", NULL };
	static const struct expr_names names = { .contexts = none };
	static const struct {
		const char *text, *want;
		bool nowhere; /* where no expression is allowed */
	} rows[] = {
		{ "a ${{ b",
		    "The expression is not closed. An unescaped ${{ sequence was found, but the "
		    "closing }} sequence was not found." },
		{ "${{ 'a }}",
		    "The expression is not closed. An unescaped ${{ sequence was found, but the "
		    "closing }} sequence was not found." },
		{ "${{}",
		    "The expression is not closed. An unescaped ${{ sequence was found, but the "
		    "closing }} sequence was not found." },
		{ "${{}}", "An expression was expected" },
		{ "x${{  }}", "An expression was expected" },
		{ "${{ secrets.a }}",
		    "Unrecognized named-value: 'secrets'. Located at position 1 within "
		    "expression: secrets.a" },
		{ "a ${{ github, github }}", "Unexpected symbol: ','. Located at position 7 within "
		                             "expression: github, github" },
		{ "${{ insert x }}", "Exactly 0 parameter(s) were expected following the directive "
		                     "'insert'. Actual parameter count: 1" },
		{ "${{ insert 'a b' (c d) }}", "Exactly 0 parameter(s) were expected following the "
		                               "directive 'insert'. Actual parameter count: 2" },
		{ "a${{ insert }}", "The directive 'insert' is not allowed in this context. "
		                    "Directives are not supported "
		                    "for expressions that are embedded within a string. Directives "
		                    "are only supported "
		                    "when the entire value is an expression." },
		{ "${{ 1 }}", "A template expression is not allowed in this context", true },
		{ "a ${{ 1 }}", "A template expression is not allowed in this context", true },
		{ "${{ insert }}", "A template expression is not allowed in this context", true },
		{ "${{ github.x }}",
		    "Unrecognized named-value: 'github'. Located at position 1 within "
		    "expression: github.x",
		    true },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		const struct expr_names *here = rows[i].nowhere ? NULL : &names;
		struct expr_token *token;
		struct wf_error err;

		CHECK(!expr_token_read(arena, wf_str(rows[i].text), at, here, false, &token, &err));
		CHECK_STR(wf_str(err.msg), rows[i].want);
		CHECK_INT(err.kind, WF_ERR_INVALID);
		CHECK_INT(err.pos.line, 4);
	}
}

TEST(template_lone_string_is_allowed_anywhere)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_token *token;

	CHECK(expr_token_read(arena, WF_S("${{ 'a' }}"), at, NULL, false, &token, NULL));
	CHECK_INT(token->kind, EXPR_TOKEN_LITERAL);
	CHECK_STR(token->literal.string, "a");
}

TEST(template_text_counts_for_the_length_of_its_format)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	size_t n = 21000;
	char *text = wf_alloc(arena, n, 1);
	struct expr_token *token;
	struct wf_error err;

	memset(text, 'x', n);
	memcpy(text, "${{ a }}", 8);
	CHECK(!expr_token_read(arena, (struct wf_str){ text, n }, at, &all, false, &token, &err));
	CHECK_STR(wf_str(err.msg), "Exceeded max expression length 21000");
}

/* ---- evaluating ---- */

/* A context `x`, and whatever else the tests below name. */
static struct expr_scope
scope_of(struct wf_arena *arena, const char *json)
{
	struct expr_value value;

	CHECK(expr_json_read(arena, NULL, wf_str(json), &value, NULL));
	return (struct expr_scope){ .contexts = value.object };
}

static struct expr_token *
sequence(struct wf_arena *arena, const char *const *texts, size_t n)
{
	struct expr_token *token = wf_new(arena, struct expr_token);

	token->kind = EXPR_TOKEN_SEQUENCE;
	token->pos = at;
	token->seq.items = wf_new_array(arena, n, struct expr_token *);
	for (; token->seq.n < n; token->seq.n++)
		token->seq.items[token->seq.n] = read_token(arena, texts[token->seq.n], false);
	return token;
}

/* A mapping of the texts, key and value in turn. */
static struct expr_token *
mapping(struct wf_arena *arena, const char *const *texts, size_t n)
{
	struct expr_token *token = wf_new(arena, struct expr_token);

	token->kind = EXPR_TOKEN_MAPPING;
	token->pos = at;
	token->map.n = n / 2;
	token->map.pairs = wf_new_array(arena, n / 2, struct expr_token_pair);
	for (size_t i = 0; i < n / 2; i++) {
		token->map.pairs[i].key = read_token(arena, texts[2 * i], false);
		token->map.pairs[i].value = read_token(arena, texts[2 * i + 1], false);
	}
	return token;
}

static struct wf_str
evaluated(struct wf_arena *arena, const struct expr_token *token, const char *contexts)
{
	struct expr_scope scope = scope_of(arena, contexts);
	struct wf_buf out = WF_BUF_INIT;
	struct expr_value value;
	struct wf_error err;

	if (!expr_token_eval(arena, token, &scope, &value, &err)) {
		CHECK_INT(err.kind, WF_ERR_EVAL);
		CHECK_INT(err.pos.line, 4);
		return wf_strf(arena, "%s", err.msg);
	}
	expr_json_compact(&out, value);
	return wf_buf_take(&out, arena);
}

TEST(template_sequence_splices_lists)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *const texts[] = { "a", "${{ x }}", "${{ 1 }}", "-${{ 2 }}", "${{ null }}" };
	const struct expr_token *token = sequence(arena, texts, WF_COUNT(texts));

	CHECK_STR(evaluated(arena, token, "{\"x\":[1,[2]]}"), "[\"a\",1,[2],1,\"-2\",null]");
	CHECK_STR(evaluated(arena, token, "{\"x\":[]}"), "[\"a\",1,\"-2\",null]");
	CHECK_STR(evaluated(arena, token, "{\"x\":{}}"), "[\"a\",{},1,\"-2\",null]");
}

TEST(template_mapping_evaluates_keys_and_inserts)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *const texts[] = { "a", "1", "${{ insert }}", "${{ x }}", "${{ y }}",
		"${{ x.k }}" };
	const struct expr_token *token = mapping(arena, texts, WF_COUNT(texts));

	CHECK_STR(evaluated(arena, token, "{\"x\":{\"k\":2,\"l\":[]},\"y\":5}"),
	    "{\"a\":\"1\",\"k\":2,\"l\":[],\"5\":2}");
	CHECK_STR(evaluated(arena, token, "{\"x\":{\"A\":2}}"), "'A' is already defined");
	CHECK_STR(evaluated(arena, token, "{\"x\":{},\"y\":\"a\"}"), "'a' is already defined");
	CHECK_STR(evaluated(arena, token, "{\"x\":{},\"y\":[]}"), "Expected a string");
	CHECK_STR(evaluated(arena, token, "{\"x\":[]}"), "Expected a mapping");
}

TEST(template_insert_stands_only_at_a_key)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK_STR(evaluated(arena, read_token(arena, "${{ insert }}", false), "{}"),
	    "The expression directive 'insert' is not supported in this context");
}

TEST(template_filter_mark_ends_with_its_expression)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_scope scope = scope_of(arena, "{\"x\":[1,2]}");
	struct expr_value value;

	CHECK(expr_token_eval(arena, read_token(arena, "${{ x.* }}", false), &scope, &value, NULL));
	CHECK_INT(value.array->n, 2);
	CHECK(!value.array->filtered);
}

TEST(template_depth_is_limited)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_token *token = read_token(arena, "x", false);

	for (int i = 0; i <= 100; i++) {
		struct expr_token *outer = sequence(arena, NULL, 0);

		outer->seq.items = wf_new(arena, struct expr_token *);
		outer->seq.items[0] = token;
		outer->seq.n = 1;
		token = outer;
	}
	CHECK_STR(evaluated(arena, token, "{}"), "Maximum object depth exceeded");
	CHECK(wf_str_starts(evaluated(arena, token->seq.items[0], "{}"), WF_S("[[[[")));
}

static struct wf_str
text_of(struct wf_arena *arena, const char *text, const char *contexts)
{
	struct expr_scope scope = scope_of(arena, contexts);
	struct wf_error err;
	struct wf_str out;

	if (!expr_token_string(arena, read_token(arena, text, false), &scope, &out, &err))
		return wf_strf(arena, "error: %s", err.msg);
	return out;
}

TEST(template_text_field_takes_any_scalar)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_scope scope = { 0 };
	struct wf_str out;

	CHECK_STR(text_of(arena, "v${{ x }}", "{\"x\":1.10}"), "v1.1");
	CHECK_STR(text_of(arena, "${{ x }}", "{\"x\":true}"), "true");
	CHECK_STR(text_of(arena, "${{ x }}", "{\"x\":null}"), "");
	CHECK_STR(text_of(arena, "${{ x }}", "{\"x\":[]}"), "error: A sequence was not expected");
	CHECK_STR(text_of(arena, "${{ x }}", "{\"x\":{}}"), "error: A mapping was not expected");
	CHECK(expr_token_string(arena, NULL, &scope, &out, NULL));
	CHECK_STR(out, "");
}

TEST(template_boolean_and_number_fields_are_strict)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_scope scope = scope_of(arena, "{\"t\":true,\"s\":\"true\",\"n\":5,\"o\":{}}");
	struct wf_error err;
	double number;
	bool flag;

	CHECK(expr_token_bool(arena, NULL, &scope, true, &flag, NULL) && flag);
	CHECK(expr_token_bool(arena, read_token(arena, "${{ t }}", false), &scope, false, &flag,
	    NULL));
	CHECK(flag);
	CHECK(!expr_token_bool(arena, read_token(arena, "${{ s }}", false), &scope, false, &flag,
	    &err));
	CHECK_STR(wf_str(err.msg), "Unexpected value 'true'");
	CHECK(!expr_token_bool(arena, read_token(arena, "${{ o }}", false), &scope, false, &flag,
	    &err));
	CHECK_STR(wf_str(err.msg), "A mapping was not expected");
	CHECK(expr_token_number(arena, NULL, &scope, 360, &number, NULL) && number == 360);
	CHECK(expr_token_number(arena, read_token(arena, "${{ n }}", false), &scope, 0, &number,
	    NULL));
	CHECK(number == 5);
	CHECK(!expr_token_number(arena, read_token(arena, "${{ '5' }}", false), &scope, 0, &number,
	    &err));
	CHECK_STR(wf_str(err.msg), "Unexpected value '5'");
}

/* ---- if: ---- */

static struct wf_str
condition(struct wf_arena *arena, const struct expr_token *token)
{
	static const struct expr_func funcs[] = { { "always", 0, 0, NULL, NULL },
		{ "success", 0, 0, NULL, NULL }, { "failure", 0, 0, NULL, NULL }, { 0 } };
	static const char *const contexts[] = { "x", NULL };
	static const struct expr_names names = { contexts, funcs };
	const struct expr *expr;
	struct wf_error err;

	expr = expr_condition(arena, token, &names, &err);
	return expr ? expr_source(expr) : wf_strf(arena, "error: %s", err.msg);
}

TEST(template_condition_asks_for_success)
{
	static const char *const rows[][2] = {
		{ "", "success()" },
		{ "  \n", "success()" },
		{ "x.y", "success() && (x.y)" },
		{ "${{ x.y }}", "success() && (x.y)" },
		{ "${{ x }} == 'y'", "success() && (format('{0} == ''y''', x))" },
		{ "false && Always() || x", "false && Always() || x" },
		{ "!failure()", "!failure()" },
		{ "success",
		    "error: Unrecognized named-value: 'success'. Located at position 1 within "
		    "expression: success" },
		{ "x &&", "error: Unexpected end of expression: '&&'. Located at position 3 within "
		          "expression: x &&" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(condition(arena, read_token(arena, rows[i][0], false)), rows[i][1]);
	}
}

TEST(template_condition_of_other_scalars)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_token token = { .kind = EXPR_TOKEN_LITERAL, .literal = expr_bool(false) };

	CHECK_STR(condition(arena, NULL), "success()");
	CHECK_STR(condition(arena, &token), "success() && (false)");
	token.literal = EXPR_NULL_VALUE;
	CHECK_STR(condition(arena, &token), "success()");
	CHECK_STR(condition(arena, sequence(arena, NULL, 0)), "error: A sequence was not expected");
	CHECK_STR(condition(arena, mapping(arena, NULL, 0)), "error: A mapping was not expected");
}
