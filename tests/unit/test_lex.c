/* SPDX-License-Identifier: MIT */
#include "expr/lex.h"
#include "test.h"

/* The tokens of text as letters: those of the table below, '!' malformed, '?' misplaced. */
static struct wf_str
tokens(struct wf_arena *arena, const char *text)
{
	static const char letters[] = {
		[TOKEN_END] = '.',
		[TOKEN_MALFORMED] = '!',
		[TOKEN_MISPLACED] = '?',
		[TOKEN_GROUP_OPEN] = 'g',
		[TOKEN_GROUP_CLOSE] = 'G',
		[TOKEN_CALL_OPEN] = 'c',
		[TOKEN_CALL_CLOSE] = 'C',
		[TOKEN_INDEX_OPEN] = 'i',
		[TOKEN_INDEX_CLOSE] = 'I',
		[TOKEN_COMMA] = ',',
		[TOKEN_DOT] = 'd',
		[TOKEN_NOT] = 'N',
		[TOKEN_AND] = '&',
		[TOKEN_OR] = '|',
		[TOKEN_EQ] = '=',
		[TOKEN_NE] = '#',
		[TOKEN_LT] = '<',
		[TOKEN_LE] = 'l',
		[TOKEN_GT] = '>',
		[TOKEN_GE] = 'm',
		[TOKEN_WILDCARD] = '*',
		[TOKEN_LITERAL] = '1',
		[TOKEN_PROPERTY] = 'p',
		[TOKEN_FUNCTION] = 'f',
		[TOKEN_NAME] = 'n',
	};
	struct expr_lexer lexer = { .arena = arena, .text = wf_str(text) };
	struct wf_buf out = WF_BUF_INIT;
	struct expr_lex_token token;

	do {
		expr_lex_next(&lexer, &token);
		wf_buf_addc(&out, letters[token.type]);
	} while (token.type > TOKEN_MISPLACED);
	return wf_buf_take(&out, arena);
}

TEST(lex_reads_each_token_where_it_may_stand)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "." },
		{ " \u00A0\n ", "." },
		{ "f ( ) ", "fcC." },
		{ "f(1,(a))", "fc1,gnGC." },
		{ "a.b[0].*", "ndpi1Id*." },
		{ "github . true . null", "ndpdp." },
		{ "!a && b || c == d", "Nn&n|n=n." },
		{ "1<2<=3>4>=5!=6", "1<1l1>1m1#1." },
		{ ".5 == [", "1=?" },
		{ "a[.5]", "ni1I." },
		{ "-Infinity", "1." },
		{ "'a''b'", "1." },
		{ "'it''s", "!" },
		{ "a.5", "nd?" },
		{ "1 2", "1?" },
		{ "'abc'[0]", "1?" },
		{ "null.x", "1?" },
		{ "1-2", "!" },
		{ "1.2.3", "!" },
		{ "+", "!" },
		{ "a = b", "n!" },
		{ "a & b", "n!" },
		{ "\"x\"", "!" },
		{ "foo*", "!" },
		{ "a,b", "n?" },
		{ "(a,b)", "gn?" },
		{ "f(a]", "fcn?" },
		{ "(a]", "gn?" },
		{ "a)", "n?" },
		{ "f(,)", "fc?" },
		{ "f(a,)", "fcn,?" },
		{ "()", "g?" },
		{ "a[]", "ni?" },
		{ "*", "?" },
		{ "a..b", "nd?" },
		{ "a!b", "n?" },
		{ "f(a)(b)", "fcnC?" },
		{ "a.b(c)", "ndp?" },
		{ "True", "n." },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(tokens(arena, rows[i].text), rows[i].want);
	}
}

TEST(lex_token_knows_its_text_and_value)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_lexer lexer = { .arena = arena, .text = WF_S("  'a''b' == 0x10") };
	struct expr_lex_token token;

	expr_lex_next(&lexer, &token);
	CHECK_STR(token.raw, "'a''b'");
	CHECK_STR(token.literal.string, "a'b");
	CHECK_INT(token.at, 2);
	expr_lex_next(&lexer, &token);
	expr_lex_next(&lexer, &token);
	CHECK(token.literal.number == 16);
}

TEST(lex_member_is_read_only_where_it_stands_close)
{
	static const struct {
		const char *text, *name; /* NULL: left to the tokens */
	} rows[] = {
		{ "a.b.c", "b" },
		{ "a.b==1", "b" },
		{ "a.b", "b" },
		{ "a.b-1 ", "b-1" },
		{ "a .b", NULL },
		{ "a. b", NULL },
		{ "a.*", NULL },
		{ "a.1", NULL },
		{ "a.b@", NULL },
		{ "a.", NULL },
		{ "a", NULL },
		{ "1 .b", NULL },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct expr_lexer lexer = { .text = wf_str(rows[i].text) };
		struct expr_lex_token token;
		struct wf_str name = WF_S("");

		expr_lex_next(&lexer, &token);
		CHECK_INT(expr_lex_member(&lexer, &name), rows[i].name != NULL);
		if (rows[i].name)
			CHECK_STR(name, rows[i].name);
		CHECK_INT(lexer.last == TOKEN_PROPERTY, rows[i].name != NULL);
	}
}
