/* SPDX-License-Identifier: MIT */
/* lex.h - the text of an expression to tokens, each legal where it stands (2.2). */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>
#include <stddef.h>

enum expr_token_type {
	TOKEN_NONE, /* before the first token */
	TOKEN_END,
	TOKEN_MALFORMED, /* no token at all: @abc, 'unclosed, 0x01p2 */
	TOKEN_MISPLACED, /* a token that may not follow the one before it */

	TOKEN_GROUP_OPEN, /* ( */
	TOKEN_GROUP_CLOSE,
	TOKEN_CALL_OPEN, /* ( behind the name of a function */
	TOKEN_CALL_CLOSE,
	TOKEN_INDEX_OPEN,
	TOKEN_INDEX_CLOSE,
	TOKEN_COMMA,
	TOKEN_DOT,
	TOKEN_NOT,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_EQ,
	TOKEN_NE,
	TOKEN_LT,
	TOKEN_LE,
	TOKEN_GT,
	TOKEN_GE,

	TOKEN_WILDCARD,
	TOKEN_LITERAL, /* null, true, false, a number, a string */
	TOKEN_PROPERTY, /* name behind a dot */
	TOKEN_FUNCTION,
	TOKEN_NAME,
};

struct expr_lex_token {
	enum expr_token_type type;
	struct wf_str raw; /* as it is written */
	size_t at; /* byte of the text where it begins */
	struct expr_value literal; /* of a TOKEN_LITERAL */
};

struct expr_lexer {
	struct wf_arena *arena;
	struct wf_str text;
	size_t from, at; /* where the last token begins and ends */
	enum expr_token_type last;
	char *open; /* the brackets that are open, innermost last: '(' group, 'c' call, '[' index */
	size_t nopen, open_cap;
};

/* Reads the next token; TOKEN_END, TOKEN_MALFORMED and TOKEN_MISPLACED are the last. */
void expr_lex_next(struct expr_lexer *lexer, struct expr_lex_token *token);
/* Reads `.name` as one where it stands close behind what may have members, as nearly always; the
 * last token is the name then. False, with nothing read, for all else, legal or not. */
bool expr_lex_member(struct expr_lexer *lexer, struct wf_str *name);
