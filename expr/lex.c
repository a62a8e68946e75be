/* SPDX-License-Identifier: MIT */
/* lex.c - reads tokens and refuses each that may not follow the one before it.
 *
 * What a token may follow is all of the grammar that GitHub checks while it reads; the table below
 * is that grammar. Because of it the parser never meets a missing operand, and the first illegal
 * symbol is reported, not the first one that a deeper rule trips over. */
#include "expr/lex.h"

#include "expr/number.h"
#include "expr/text.h"

#include <math.h>

#define BIT(type) (1u << (type))
#define OPERATORS                                                                                  \
	(BIT(TOKEN_NOT) | BIT(TOKEN_AND) | BIT(TOKEN_OR) | BIT(TOKEN_EQ) | BIT(TOKEN_NE) |         \
	    BIT(TOKEN_LT) | BIT(TOKEN_LE) | BIT(TOKEN_GT) | BIT(TOKEN_GE))
/* where an operand may begin */
#define START                                                                                      \
	(OPERATORS | BIT(TOKEN_NONE) | BIT(TOKEN_COMMA) | BIT(TOKEN_GROUP_OPEN) |                  \
	    BIT(TOKEN_CALL_OPEN) | BIT(TOKEN_INDEX_OPEN))
/* what may have members */
#define PLACE                                                                                      \
	(BIT(TOKEN_GROUP_CLOSE) | BIT(TOKEN_CALL_CLOSE) | BIT(TOKEN_INDEX_CLOSE) |                 \
	    BIT(TOKEN_WILDCARD) | BIT(TOKEN_PROPERTY) | BIT(TOKEN_NAME))
/* where an operand may have ended */
#define OPERAND (PLACE | BIT(TOKEN_LITERAL))

static const unsigned may_follow[] = {
	[TOKEN_GROUP_OPEN] = START,
	[TOKEN_GROUP_CLOSE] = OPERAND,
	[TOKEN_CALL_OPEN] = BIT(TOKEN_FUNCTION),
	[TOKEN_CALL_CLOSE] = OPERAND | BIT(TOKEN_CALL_OPEN),
	[TOKEN_INDEX_OPEN] = PLACE,
	[TOKEN_INDEX_CLOSE] = OPERAND,
	[TOKEN_COMMA] = OPERAND,
	[TOKEN_DOT] = PLACE,
	[TOKEN_NOT] = START,
	[TOKEN_AND] = OPERAND,
	[TOKEN_OR] = OPERAND,
	[TOKEN_EQ] = OPERAND,
	[TOKEN_NE] = OPERAND,
	[TOKEN_LT] = OPERAND,
	[TOKEN_LE] = OPERAND,
	[TOKEN_GT] = OPERAND,
	[TOKEN_GE] = OPERAND,
	[TOKEN_WILDCARD] = BIT(TOKEN_INDEX_OPEN) | BIT(TOKEN_DOT),
	[TOKEN_LITERAL] = START,
	[TOKEN_PROPERTY] = BIT(TOKEN_DOT),
	[TOKEN_FUNCTION] = START,
	[TOKEN_NAME] = START,
};

/* What a byte is: the sets that it belongs to. */
enum {
	SPACE = 1,
	ENDS = 2, /* ends a bare token */
	NAME_START = 4,
	NAME = 8,
	WIDE = 16, /* part of a character that is not ASCII, which may be white space */
};

#define LETTER(upper, lower) [upper] = NAME_START | NAME, [lower] = NAME_START | NAME

#define WIDE_4(c) [c] = WIDE, [(c) + 1] = WIDE, [(c) + 2] = WIDE, [(c) + 3] = WIDE
#define WIDE_32(c)                                                                                 \
	WIDE_4(c), WIDE_4((c) + 4), WIDE_4((c) + 8), WIDE_4((c) + 12), WIDE_4((c) + 16),           \
	    WIDE_4((c) + 20), WIDE_4((c) + 24), WIDE_4((c) + 28)

static const unsigned char classes[256] = {
	['\t'] = SPACE | ENDS,
	['\n'] = SPACE | ENDS,
	['\v'] = SPACE | ENDS,
	['\f'] = SPACE | ENDS,
	['\r'] = SPACE | ENDS,
	[' '] = SPACE | ENDS,
	['('] = ENDS,
	['['] = ENDS,
	[')'] = ENDS,
	[']'] = ENDS,
	[','] = ENDS,
	['.'] = ENDS,
	['!'] = ENDS,
	['>'] = ENDS,
	['<'] = ENDS,
	['='] = ENDS,
	['&'] = ENDS,
	['|'] = ENDS,
	LETTER('A', 'a'),
	LETTER('B', 'b'),
	LETTER('C', 'c'),
	LETTER('D', 'd'),
	LETTER('E', 'e'),
	LETTER('F', 'f'),
	LETTER('G', 'g'),
	LETTER('H', 'h'),
	LETTER('I', 'i'),
	LETTER('J', 'j'),
	LETTER('K', 'k'),
	LETTER('L', 'l'),
	LETTER('M', 'm'),
	LETTER('N', 'n'),
	LETTER('O', 'o'),
	LETTER('P', 'p'),
	LETTER('Q', 'q'),
	LETTER('R', 'r'),
	LETTER('S', 's'),
	LETTER('T', 't'),
	LETTER('U', 'u'),
	LETTER('V', 'v'),
	LETTER('W', 'w'),
	LETTER('X', 'x'),
	LETTER('Y', 'y'),
	LETTER('Z', 'z'),
	['_'] = NAME_START | NAME,
	['0'] = NAME,
	['1'] = NAME,
	['2'] = NAME,
	['3'] = NAME,
	['4'] = NAME,
	['5'] = NAME,
	['6'] = NAME,
	['7'] = NAME,
	['8'] = NAME,
	['9'] = NAME,
	['-'] = NAME,
	WIDE_32(0x80),
	WIDE_32(0xA0),
	WIDE_32(0xC0),
	WIDE_32(0xE0),
};

/* The sets of the byte at `at`; a byte that is not there ends what is before it. */
static inline unsigned
class_at(const struct expr_lexer *lexer, size_t at)
{
	return at < lexer->text.n ? classes[(unsigned char)lexer->text.p[at]] : ENDS;
}

static inline char
char_at(const struct expr_lexer *lexer, size_t at)
{
	return at < lexer->text.n ? lexer->text.p[at] : '\0';
}

/* The text from byte `from` up to `to`, which are in order and inside. */
static inline struct wf_str
slice(const struct expr_lexer *lexer, size_t from, size_t to)
{
	return (struct wf_str){ lexer->text.p + from, to - from };
}

/* The white space at byte `at`, in bytes. */
static inline size_t
space_at(const struct expr_lexer *lexer, size_t at)
{
	unsigned class = class_at(lexer, at);

	if (class & WIDE)
		return expr_text_space(slice(lexer, at, lexer->text.n));
	return class & SPACE;
}

static __attribute__((noinline)) size_t
skip_more_space(const struct expr_lexer *lexer, size_t at)
{
	size_t len;

	while ((len = space_at(lexer, at)) > 0)
		at += len;
	return at;
}

/* Moves *at over white space and gives the sets of the byte that follows. Between most tokens is
 * one blank or none. */
static inline unsigned
skip_space(const struct expr_lexer *lexer, size_t *at)
{
	unsigned class = class_at(lexer, *at);

	if (class & SPACE)
		class = class_at(lexer, ++*at);
	if (class & (SPACE | WIDE)) {
		*at = skip_more_space(lexer, *at);
		class = class_at(lexer, *at);
	}
	return class;
}

/* The end of a bare token that begins before `at`. */
static size_t
bare_end(const struct expr_lexer *lexer, size_t at, bool number)
{
	for (; at < lexer->text.n; at++) {
		unsigned class = class_at(lexer, at);

		if (number && lexer->text.p[at] == '.')
			continue;
		if (class & ENDS || (class & WIDE && space_at(lexer, at) > 0))
			break;
	}
	return at;
}

/* Moves *at to the end of the name that goes on there; false when something else follows than what
 * ends a bare token. */
static inline bool
end_name(const struct expr_lexer *lexer, size_t *at)
{
	const unsigned char *text = (const unsigned char *)lexer->text.p;
	const unsigned char *p = text + *at, *end = text + lexer->text.n;

	while (p < end && classes[*p] & NAME)
		p++;
	*at = (size_t)(p - text);
	return p == end || classes[*p] & ENDS || (classes[*p] & WIDE && space_at(lexer, *at) > 0);
}

static char
innermost(const struct expr_lexer *lexer)
{
	if (!lexer->nopen)
		return '\0';
	return lexer->open[lexer->nopen - 1];
}

/* Ends the token at byte `end`; what is illegal there becomes TOKEN_MISPLACED. */
static inline void
finish(struct expr_lexer *lexer, struct expr_lex_token *token, enum expr_token_type type,
    size_t end)
{
	token->raw = slice(lexer, token->at, end);
	token->type = may_follow[type] & BIT(lexer->last) ? type : TOKEN_MISPLACED;
	lexer->from = token->at;
	lexer->at = end;
	lexer->last = token->type;
}

static void
malformed(struct expr_lexer *lexer, struct expr_lex_token *token, size_t end)
{
	token->raw = slice(lexer, token->at, end);
	token->type = TOKEN_MALFORMED;
	lexer->at = end;
}

static void
read_open(struct expr_lexer *lexer, struct expr_lex_token *token, enum expr_token_type type,
    char bracket)
{
	finish(lexer, token, type, token->at + 1);
	if (token->type == type)
		*wf_push(lexer->arena, lexer->open, lexer->nopen, lexer->open_cap) = bracket;
}

static void
read_close(struct expr_lexer *lexer, struct expr_lex_token *token, enum expr_token_type type,
    char bracket)
{
	finish(lexer, token, type, token->at + 1);
	if (innermost(lexer) != bracket)
		token->type = TOKEN_MISPLACED;
	else if (token->type == type)
		lexer->nopen--;
}

static void
read_comma(struct expr_lexer *lexer, struct expr_lex_token *token)
{
	finish(lexer, token, TOKEN_COMMA, token->at + 1);
	if (innermost(lexer) != 'c')
		token->type = TOKEN_MISPLACED;
}

/* Reads an operator of two characters, of which the other is `second`, or of the first alone. */
static void
read_operator(struct expr_lexer *lexer, struct expr_lex_token *token, char second,
    enum expr_token_type both, enum expr_token_type alone)
{
	if (char_at(lexer, token->at + 1) == second)
		finish(lexer, token, both, token->at + 2);
	else if (alone != TOKEN_NONE)
		finish(lexer, token, alone, token->at + 1);
	else
		malformed(lexer, token, bare_end(lexer, token->at + 1, false));
}

static void
read_number(struct expr_lexer *lexer, struct expr_lex_token *token)
{
	size_t end = bare_end(lexer, token->at + 1, true);
	double number = expr_parse_number(slice(lexer, token->at, end));

	if (isnan(number)) {
		malformed(lexer, token, end);
		return;
	}
	token->literal = expr_number(number);
	finish(lexer, token, TOKEN_LITERAL, end);
}

/* The text between the quotes, with '' made ' when there are any. */
static struct wf_str
unquote(struct wf_arena *arena, struct wf_str raw, bool doubled)
{
	struct wf_str inner = { raw.p + 1, raw.n - 2 };
	char *copy;
	size_t n = 0;

	if (!doubled)
		return inner;
	copy = wf_alloc(arena, inner.n, 1);
	for (size_t i = 0; i < inner.n; i++) {
		copy[n++] = inner.p[i];
		i += inner.p[i] == '\'';
	}
	return (struct wf_str){ copy, n };
}

static void
read_string(struct expr_lexer *lexer, struct expr_lex_token *token)
{
	const char *p = lexer->text.p + token->at + 1, *end = lexer->text.p + lexer->text.n;
	bool doubled = false;

	for (; (p = memchr(p, '\'', (size_t)(end - p))); p += 2, doubled = true) {
		if (p + 1 < end && p[1] == '\'')
			continue;
		finish(lexer, token, TOKEN_LITERAL, (size_t)(p + 1 - lexer->text.p));
		token->literal = expr_string(unquote(lexer->arena, token->raw, doubled));
		return;
	}
	malformed(lexer, token, lexer->text.n);
}

/* Whether word is a literal by name; these names have no other case. */
static inline bool
named_literal(struct wf_str word, struct expr_value *out)
{
	switch (*word.p) {
	case 'n': *out = EXPR_NULL_VALUE; return wf_str_is(word, "null");
	case 't': *out = expr_bool(true); return wf_str_is(word, "true");
	case 'f': *out = expr_bool(false); return wf_str_is(word, "false");
	case 'N': *out = expr_number(NAN); return wf_str_is(word, "NaN");
	case 'I': *out = expr_number(INFINITY); return wf_str_is(word, "Infinity");
	default: return false;
	}
}

/* Whether a bracket that makes the name before it a function opens at byte `at` or behind blanks.
 */
static inline bool
opens_call(const struct expr_lexer *lexer, size_t at)
{
	if (class_at(lexer, at) & (SPACE | WIDE))
		skip_space(lexer, &at);
	return char_at(lexer, at) == '(';
}

static void
read_word(struct expr_lexer *lexer, struct expr_lex_token *token)
{
	size_t end = token->at + 1;

	if (!end_name(lexer, &end))
		malformed(lexer, token, bare_end(lexer, token->at + 1, false));
	else if (lexer->last == TOKEN_DOT)
		finish(lexer, token, TOKEN_PROPERTY, end);
	else if (named_literal(slice(lexer, token->at, end), &token->literal))
		finish(lexer, token, TOKEN_LITERAL, end);
	else if (opens_call(lexer, end))
		finish(lexer, token, TOKEN_FUNCTION, end);
	else
		finish(lexer, token, TOKEN_NAME, end);
}

/* Reads what is neither a name nor the end. */
static void
read_symbol(struct expr_lexer *lexer, struct expr_lex_token *token)
{
	switch (lexer->text.p[token->at]) {
	case '(':
		if (lexer->last == TOKEN_FUNCTION)
			read_open(lexer, token, TOKEN_CALL_OPEN, 'c');
		else
			read_open(lexer, token, TOKEN_GROUP_OPEN, '(');
		return;
	case '[': read_open(lexer, token, TOKEN_INDEX_OPEN, '['); return;
	case ']': read_close(lexer, token, TOKEN_INDEX_CLOSE, '['); return;
	case ')':
		if (innermost(lexer) == 'c')
			read_close(lexer, token, TOKEN_CALL_CLOSE, 'c');
		else
			read_close(lexer, token, TOKEN_GROUP_CLOSE, '(');
		return;
	case ',': read_comma(lexer, token); return;
	case '*': finish(lexer, token, TOKEN_WILDCARD, token->at + 1); return;
	case '\'': read_string(lexer, token); return;
	case '!': read_operator(lexer, token, '=', TOKEN_NE, TOKEN_NOT); return;
	case '>': read_operator(lexer, token, '=', TOKEN_GE, TOKEN_GT); return;
	case '<': read_operator(lexer, token, '=', TOKEN_LE, TOKEN_LT); return;
	case '=': read_operator(lexer, token, '=', TOKEN_EQ, TOKEN_NONE); return;
	case '&': read_operator(lexer, token, '&', TOKEN_AND, TOKEN_NONE); return;
	case '|': read_operator(lexer, token, '|', TOKEN_OR, TOKEN_NONE); return;
	case '.':
		if (START & BIT(lexer->last))
			read_number(lexer, token);
		else
			finish(lexer, token, TOKEN_DOT, token->at + 1);
		return;
	case '-':
	case '+':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9': read_number(lexer, token); return;
	default: malformed(lexer, token, bare_end(lexer, token->at + 1, false)); return;
	}
}

void
expr_lex_next(struct expr_lexer *lexer, struct expr_lex_token *token)
{
	size_t at = lexer->at;
	unsigned class = skip_space(lexer, &at);

	token->at = at;
	if (class & NAME_START)
		read_word(lexer, token);
	else if (at < lexer->text.n)
		read_symbol(lexer, token);
	else
		token->type = TOKEN_END;
}

bool
expr_lex_member(struct expr_lexer *lexer, struct wf_str *name)
{
	size_t from = lexer->at + 1, end = from + 1;

	if (char_at(lexer, lexer->at) != '.' || !(PLACE & BIT(lexer->last)))
		return false;
	if (!(class_at(lexer, from) & NAME_START) || !end_name(lexer, &end))
		return false;
	*name = slice(lexer, from, end);
	lexer->from = from;
	lexer->at = end;
	lexer->last = TOKEN_PROPERTY;
	return true;
}
