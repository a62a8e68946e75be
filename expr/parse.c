/* SPDX-License-Identifier: MIT */
/* parse.c - tokens to a tree, by two stacks.
 *
 * Operators wait on one stack, operands on the other, until an operator of lower precedence comes.
 * Nothing here calls itself, so that 20,000 brackets cost memory and no stack. The lexer has
 * refused every token that may not stand where it stands, so an operand is always there when one is
 * taken. Precedence, flattening of && and ||, and the order in which errors are found are GitHub's.
 */
#include "expr/lex.h"
#include "expr/memory.h"
#include "expr/node.h"
#include "expr/text.h"

#include <stdlib.h>

enum { FIRST_STACK = 8 };

/* An operator that waits, and the byte where it begins. */
struct operator
{
	enum expr_token_type type;
	size_t at;
};

struct parser {
	struct wf_arena *arena;
	struct expr_lexer lexer;
	struct wf_pos pos;
	const struct expr_names *names;
	enum expr_errkind *kind;
	struct wf_error *err;

	struct operator* operators;
	size_t noperators, operators_cap;
	struct expr_node **operands;
	size_t noperands, operands_cap;

	/* what nearly every expression makes do with */
	struct operator first_operators[FIRST_STACK];
	struct expr_node *first_operands[FIRST_STACK];
	char first_open[FIRST_STACK];
};

/* ---- errors ---- */

/* The place of byte `at`: the caller's, or inside the text when that is all there is. */
static struct wf_pos
place(const struct parser *p, size_t at)
{
	return p->pos.col ? p->pos : expr_text_pos(p->pos.file, p->lexer.text, at);
}

static bool
fail_whole(const struct parser *p, const char *what, int limit)
{
	if (p->kind)
		*p->kind = EXPR_ERR_PARSE;
	return wf_fail(p->err, WF_ERR_INVALID, place(p, 0), "%s %d", what, limit);
}

/* Blames the symbol `raw` that begins at byte `at`. */
static bool
fail_at(const struct parser *p, const char *what, struct wf_str raw, size_t at)
{
	struct wf_str text = p->lexer.text;

	if (p->kind)
		*p->kind = EXPR_ERR_PARSE;
	return wf_fail(p->err, WF_ERR_INVALID, place(p, at),
	    "%s: '%.*s'. Located at position %zu within expression: %.*s", what, WF_ARG(raw),
	    expr_text_units(wf_str_sub(text, 0, at)) + 1, WF_ARG(text));
}

static bool
fail_symbol(const struct parser *p, const struct expr_lex_token *token)
{
	fail_at(p, "Unexpected symbol", token->raw, token->at);
	if (p->kind && token->type == TOKEN_MALFORMED)
		*p->kind = EXPR_ERR_LEX;
	return false;
}

/* ---- the tree ---- */

static struct expr_node *
new_node(struct parser *p, enum expr_node_kind kind)
{
	struct expr_node *node = wf_new(p->arena, struct expr_node);

	node->kind = kind;
	node->height = 1;
	return node;
}

static void
push_operand(struct parser *p, struct expr_node *node)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers */
	*wf_push(p->arena, p->operands, p->noperands, p->operands_cap) = node;
}

/* Appends `n` nodes that are linked from first to last, the highest of them `height`. */
static inline void
add_args(struct expr_node *node, struct expr_node *first, struct expr_node *last, size_t n,
    int height)
{
	if (node->last)
		node->last->next = first;
	else
		node->first = first;
	node->last = last;
	node->nargs += n;
	if (node->height <= height)
		node->height = height + 1;
}

/* Appends an operand. Those of one of the same kind are taken over: a && b && c is one node. */
static inline void
add_operand(struct expr_node *node, struct expr_node *operand)
{
	if ((node->kind == NODE_AND || node->kind == NODE_OR) && operand->kind == node->kind)
		add_args(node, operand->first, operand->last, operand->nargs, operand->height - 1);
	else
		add_args(node, operand, operand, 1, operand->height);
}

/* Makes the last `n` operands the arguments of node. */
static inline void
take_operands(struct parser *p, struct expr_node *node, size_t n)
{
	struct expr_node **operands = &p->operands[p->noperands -= n];

	for (size_t i = 0; i < n; i++)
		add_operand(node, operands[i]);
}

/* ---- operators ---- */

struct op {
	int precedence; /* 0: no operator */
	size_t arity; /* operands that its node takes */
	enum expr_node_kind node;
	bool barrier; /* stays on the stack until its bracket closes */
};

static const struct op ops[] = {
	[TOKEN_GROUP_OPEN] = { .precedence = 20, .barrier = true },
	[TOKEN_CALL_OPEN] = { .precedence = 19, .barrier = true },
	[TOKEN_INDEX_OPEN] = { 19, 2, NODE_INDEX, .barrier = true },
	[TOKEN_DOT] = { .precedence = 19 }, /* never waits: see read_member() */
	[TOKEN_NOT] = { 16, 1, NODE_NOT },
	[TOKEN_LT] = { 11, 2, NODE_LT },
	[TOKEN_LE] = { 11, 2, NODE_LE },
	[TOKEN_GT] = { 11, 2, NODE_GT },
	[TOKEN_GE] = { 11, 2, NODE_GE },
	[TOKEN_EQ] = { 10, 2, NODE_EQ },
	[TOKEN_NE] = { 10, 2, NODE_NE },
	[TOKEN_AND] = { 6, 2, NODE_AND },
	[TOKEN_OR] = { 5, 2, NODE_OR },
	[TOKEN_COMMA] = { .precedence = 1, .barrier = true },
	[TOKEN_GROUP_CLOSE] = { .precedence = 1 },
	[TOKEN_CALL_CLOSE] = { .precedence = 1 },
	[TOKEN_INDEX_CLOSE] = { .precedence = 1 },
	[TOKEN_NAME] = { 0 }, /* the last operand: the table covers all types */
};

static enum expr_token_type
top_operator(const struct parser *p)
{
	return p->operators[p->noperators - 1].type;
}

/* Takes the top operator off its stack and pushes the node that it makes of its operands. */
static void
reduce(struct parser *p)
{
	const struct op *op = &ops[top_operator(p)];
	struct expr_node *node = new_node(p, op->node);

	p->noperators--;
	take_operands(p, node, op->arity);
	push_operand(p, node);
}

static void
reduce_from(struct parser *p, int precedence)
{
	while (p->noperators && !ops[top_operator(p)].barrier &&
	       precedence <= ops[top_operator(p)].precedence)
		reduce(p);
}

/* The function of this name at the place, which is `builtin` of the built-in ones unless that is
 * -1; NULL when there is none. */
static const struct expr_func *
function_of(const struct parser *p, int builtin, struct wf_str name)
{
	if (builtin >= 0)
		return &expr_builtins()[builtin];
	return p->names ? expr_find_func(p->names->funcs, name) : NULL;
}

/* Checks the number of arguments of a call, whose bracket opens at byte `open`. */
static bool
check_arity(struct parser *p, const struct expr_node *call, size_t open)
{
	const struct expr_func *func = function_of(p, call->builtin, call->name);

	if (call->nargs < (size_t)func->min)
		return fail_at(p, "Too few parameters supplied", WF_S("("), open);
	if (call->nargs > (size_t)func->max)
		return fail_at(p, "Too many parameters supplied", WF_S("("), open);
	if (call->nargs % 2 == 0 && call->builtin >= 0 && strcmp(func->name, "case") == 0)
		return fail_at(p,
		    "Even number of parameters supplied, requires an odd number of parameters",
		    call->name, (size_t)(call->name.p - p->lexer.text.p));
	return true;
}

static bool
close_call(struct parser *p, enum expr_token_type last)
{
	size_t open, nargs = last != TOKEN_CALL_OPEN;
	struct expr_node *call;

	for (; top_operator(p) == TOKEN_COMMA; p->noperators--)
		nargs++;
	open = p->operators[--p->noperators].at;
	call = p->operands[p->noperands - nargs - 1];
	take_operands(p, call, nargs);
	return check_arity(p, call, open);
}

/* Closes the bracket that opened last, with all operators in it made nodes. */
static bool
close_bracket(struct parser *p, enum expr_token_type type, enum expr_token_type last)
{
	reduce_from(p, ops[type].precedence);
	if (type == TOKEN_CALL_CLOSE)
		return close_call(p, last);
	if (type == TOKEN_INDEX_CLOSE)
		reduce(p);
	else
		p->noperators--;
	return true;
}

/* Puts an operator on its stack, once those that bind closer are nodes. */
static inline void
push_operator(struct parser *p, const struct expr_lex_token *token)
{
	if (token->type != TOKEN_GROUP_OPEN && token->type != TOKEN_NOT)
		reduce_from(p, ops[token->type].precedence);
	*wf_push(p->arena, p->operators, p->noperators,
	    p->operators_cap) = (struct operator){ token->type, token->at };
}

/* ---- operands ---- */

static bool
known_context(const struct parser *p, struct wf_str name)
{
	const char *const *context = p->names ? p->names->contexts : NULL;

	if (!context)
		return true;
	for (; *context; context++)
		if (((*name.p ^ **context) & ~0x20) == 0 && expr_text_is(name, *context))
			return true;
	return false;
}

static bool
read_function(struct parser *p, const struct expr_lex_token *token)
{
	struct expr_node *node;
	int builtin = expr_find_builtin(token->raw);

	if (!function_of(p, builtin, token->raw))
		return fail_at(p, "Unrecognized function", token->raw, token->at);
	node = new_node(p, NODE_CALL);
	node->name = token->raw;
	node->builtin = builtin;
	push_operand(p, node);
	return true;
}

/* x.name, x.*: nothing binds closer, so the last operand is x. */
static void
read_member(struct parser *p, struct expr_node *key)
{
	struct expr_node *node = new_node(p, NODE_INDEX);
	struct expr_node *of = p->operands[p->noperands - 1];

	of->next = key;
	node->first = of;
	node->last = key;
	node->nargs = 2;
	node->height = of->height + 1; /* the key is a leaf */
	p->operands[p->noperands - 1] = node;
}

static struct expr_node *
literal_node(struct parser *p, struct expr_value value)
{
	struct expr_node *node = new_node(p, NODE_LITERAL);

	node->literal = value;
	return node;
}

/* The members that follow a context or another member at once. */
static void
read_members(struct parser *p)
{
	struct wf_str name;

	while (expr_lex_member(&p->lexer, &name))
		read_member(p, literal_node(p, expr_string(name)));
}

/* The name behind a dot, where they do not stand close together: `a. b`. */
static void
read_property(struct parser *p, const struct expr_lex_token *token)
{
	read_member(p, literal_node(p, expr_string(token->raw)));
	read_members(p);
}

static bool
read_context(struct parser *p, const struct expr_lex_token *token)
{
	struct expr_node *node;

	if (!known_context(p, token->raw))
		return fail_at(p, "Unrecognized named-value", token->raw, token->at);
	node = new_node(p, NODE_NAME);
	node->name = token->raw;
	push_operand(p, node);
	read_members(p);
	return true;
}

static void
read_wildcard(struct parser *p, const struct expr_lex_token *token, enum expr_token_type last)
{
	struct expr_node *node = literal_node(p, expr_string(token->raw));

	node->kind = NODE_WILDCARD;
	if (last != TOKEN_DOT) {
		push_operand(p, node);
		return;
	}
	read_member(p, node);
	read_members(p);
}

/* ---- all of it ---- */

/* Whether the text may end behind its last token. */
static bool
check_end(const struct parser *p)
{
	const struct expr_lexer *lexer = &p->lexer;
	enum expr_token_type last = lexer->last;
	bool closes = last == TOKEN_GROUP_CLOSE || last == TOKEN_CALL_CLOSE ||
	              last == TOKEN_INDEX_CLOSE;

	if (lexer->nopen || (!closes && ops[last].precedence))
		return fail_at(p, "Unexpected end of expression",
		    wf_str_sub(lexer->text, lexer->from, lexer->at), lexer->from);
	return true;
}

/* Takes one token, which follows `last`. */
static inline bool
read_token(struct parser *p, const struct expr_lex_token *token, enum expr_token_type last)
{
	switch (token->type) {
	case TOKEN_LITERAL: push_operand(p, literal_node(p, token->literal)); return true;
	case TOKEN_NAME: return read_context(p, token);
	case TOKEN_FUNCTION: return read_function(p, token);
	case TOKEN_WILDCARD: read_wildcard(p, token, last); return true;
	case TOKEN_PROPERTY: read_property(p, token); return true;
	case TOKEN_DOT: return true; /* what follows it makes the node */
	case TOKEN_GROUP_CLOSE:
	case TOKEN_CALL_CLOSE:
	case TOKEN_INDEX_CLOSE: return close_bracket(p, token->type, last);
	case TOKEN_GROUP_OPEN:
	case TOKEN_CALL_OPEN:
	case TOKEN_INDEX_OPEN:
	case TOKEN_COMMA:
	case TOKEN_NOT:
	case TOKEN_AND:
	case TOKEN_OR:
	case TOKEN_EQ:
	case TOKEN_NE:
	case TOKEN_LT:
	case TOKEN_LE:
	case TOKEN_GT:
	case TOKEN_GE: push_operator(p, token); return true;
	case TOKEN_MALFORMED:
	case TOKEN_MISPLACED: return fail_symbol(p, token);
	case TOKEN_NONE:
	case TOKEN_END: break; /* not read */
	}
	abort();
}

static bool
read_tokens(struct parser *p)
{
	struct expr_lex_token token;

	for (;;) {
		enum expr_token_type last = p->lexer.last;

		expr_lex_next(&p->lexer, &token);
		if (token.type == TOKEN_END)
			return true;
		if (!read_token(p, &token, last))
			return false;
	}
}

static struct expr_node *
parse(struct parser *p)
{
	if (p->lexer.text.n > EXPR_LENGTH_MAX && expr_text_units(p->lexer.text) > EXPR_LENGTH_MAX) {
		fail_whole(p, "Exceeded max expression length", EXPR_LENGTH_MAX);
		return NULL;
	}
	if (!read_tokens(p))
		return NULL;
	if (p->lexer.last == TOKEN_NONE)
		return new_node(p, NODE_LITERAL);
	if (!check_end(p))
		return NULL;
	while (p->noperators)
		reduce(p);
	if (p->operands[0]->height > EXPR_DEPTH_MAX) {
		fail_whole(p, "Exceeded max expression depth", EXPR_DEPTH_MAX);
		return NULL;
	}
	return p->operands[0];
}

struct expr *
expr_parse(struct wf_arena *arena, struct wf_str text, struct wf_pos pos,
    const struct expr_names *names, enum expr_errkind *kind, struct wf_error *err)
{
	struct parser p; /* all but the stacks is set below: zeroing them would take longest */
	const struct expr_node *root;
	struct expr *expr;

	p.arena = arena;
	p.lexer = (struct expr_lexer){ .arena = arena,
		.text = text,
		.open = p.first_open,
		.open_cap = FIRST_STACK };
	p.pos = pos;
	p.names = names;
	p.kind = kind;
	p.err = err;
	p.operators = p.first_operators;
	p.operands = p.first_operands;
	p.operators_cap = p.operands_cap = FIRST_STACK;
	p.noperators = p.noperands = 0;
	root = parse(&p);
	if (!root)
		return NULL;
	expr = wf_new(arena, struct expr);
	expr->source = text;
	expr->pos = pos;
	expr->root = root;
	return expr;
}

struct wf_str
expr_source(const struct expr *expr)
{
	return expr->source;
}
