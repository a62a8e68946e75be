/* SPDX-License-Identifier: MIT */
/* template.c - scalars with expressions in them: reading and evaluating.
 *
 * Text around an expression makes the scalar one format() call, built as text and parsed like any
 * other: so its length, its depth and its number of arguments meet the same limits as on GitHub,
 * and `wfrun parse` can show it. Each expression is parsed alone before that, since ${{ a, b }}
 * would be legal only inside the call. */
#include "expr/expr.h"

#include "expr/node.h"
#include "expr/text.h"

#include <stdlib.h>

#define DEPTH_MAX 100 /* of what an evaluation walks into */

/* ---- reading ---- */

struct segment {
	bool expression;
	struct wf_str text; /* trimmed when it is an expression */
};

struct scanner {
	struct wf_arena *arena;
	struct wf_str text;
	struct wf_pos pos;
	const struct expr_names *names;
	bool alt;
	struct wf_error *err;

	struct segment *segments;
	size_t n, cap;
	const struct expr *lone; /* the expression, when there is but one */
	bool insert; /* the directive was met */
};

static bool
fail_scan(const struct scanner *s, const char *msg)
{
	return wf_fail(s->err, WF_ERR_INVALID, s->pos, "%s", msg);
}

/* The byte where the next expression opens at or behind `from`, or the end of the text. */
static size_t
find_open(const struct scanner *s, size_t from)
{
	struct wf_str text = s->text;

	for (; from + 2 < text.n; from++) {
		const char *p = memchr(text.p + from, '$', text.n - 2 - from);

		if (!p)
			break;
		from = (size_t)(p - text.p);
		if (p[1] == p[2] && (p[1] == '{' || (p[1] == '<' && s->alt)))
			return from;
	}
	return text.n;
}

/* The byte behind the expression that opens at `from`, or 0 when it is not closed. Quotes hide what
 * they enclose; a doubled quote closes and opens again. */
static size_t
find_close(const struct scanner *s, size_t from)
{
	char close = s->text.p[from + 1] == '{' ? '}' : '>';
	bool quoted = false;

	for (size_t i = from + 3; i < s->text.n; i++) {
		if (s->text.p[i] == '\'')
			quoted = !quoted;
		else if (!quoted && s->text.p[i] == close && s->text.p[i - 1] == close)
			return i + 1;
	}
	return 0;
}

static void
add_segment(struct scanner *s, bool expression, size_t from, size_t to)
{
	struct segment *segment = wf_push(s->arena, s->segments, s->n, s->cap);

	segment->expression = expression;
	segment->text = wf_str_sub(s->text, from, to);
}

/* Counts the words behind a directive; blanks in quotes and brackets do not part them. */
static int
count_parameters(struct wf_str text)
{
	int n = 0, depth = 0;
	bool quoted = false, word = false;

	while (text.n) {
		size_t space = expr_text_space(text);

		if (space && !quoted && depth == 0) {
			n += word;
			word = false;
		} else {
			word = true;
			quoted ^= *text.p == '\'';
			depth += !quoted && *text.p == '(';
			depth -= !quoted && *text.p == ')';
		}
		text = wf_str_skip(text, space ? space : 1);
	}
	return n + word;
}

/* Whether text is the directive `insert`; with parameters it is an error. */
static bool
read_directive(struct scanner *s, struct wf_str text, bool *failed)
{
	struct wf_str rest = wf_str_skip(text, 6);
	int n;

	*failed = false;
	if (!wf_str_starts(text, WF_S("insert")) || (rest.n && !expr_text_space(rest)))
		return false;
	n = count_parameters(rest);
	*failed = n > 0;
	if (*failed)
		wf_fail(s->err, WF_ERR_INVALID, s->pos,
		    "Exactly 0 parameter(s) were expected following the directive 'insert'. Actual "
		    "parameter count: %d",
		    n);
	return !*failed;
}

/* Reads what stands between the braces from `from` to `to`. */
static bool
read_expression(struct scanner *s, size_t from, size_t to)
{
	static const char *const none[] = { NULL };
	static const struct expr_names nothing = { .contexts = none };
	const struct expr_names *names = s->names ? s->names : &nothing;
	struct wf_str text;
	bool failed;

	add_segment(s, true, from, to);
	text = expr_text_trim(s->segments[s->n - 1].text);
	s->segments[s->n - 1].text = text;
	if (!text.n)
		return fail_scan(s, "An expression was expected");
	if (read_directive(s, text, &failed)) {
		s->insert = true;
		return true;
	}
	if (failed)
		return false;
	s->lone = expr_parse(s->arena, text, s->pos, names, NULL, s->err);
	return s->lone != NULL;
}

static bool
fail_unclosed(const struct scanner *s)
{
	return wf_fail(s->err, WF_ERR_INVALID, s->pos,
	    "The expression is not closed. An unescaped ${{ sequence was found, but the closing }} "
	    "sequence was not found.");
}

/* `$<<` begins an expression only when one stands there, complete; else it is the text that GitHub
 * takes it for. */
static bool
is_mere_text(const struct scanner *s, size_t open, size_t close)
{
	struct wf_str text;

	if (s->text.p[open + 1] == '{')
		return false;
	if (!close || !s->names)
		return true;
	text = expr_text_trim(wf_str_sub(s->text, open + 3, close - 2));
	return !text.n || !expr_parse(s->arena, text, s->pos, s->names, NULL, NULL);
}

static bool
fail_insert(const struct scanner *s)
{
	return fail_scan(s,
	    "The directive 'insert' is not allowed in this context. Directives are not supported "
	    "for expressions that are embedded within a string. Directives are only supported when "
	    "the entire value is an expression.");
}

/* Cuts the text into segments. */
static bool
scan(struct scanner *s)
{
	size_t at = 0, cut = 0, open; /* all before `cut` is in segments */

	while ((open = find_open(s, at)) < s->text.n) {
		size_t close = find_close(s, open);

		if (is_mere_text(s, open, close)) {
			at = open + 3;
			continue;
		}
		if (open > cut)
			add_segment(s, false, cut, open);
		if (!close)
			return fail_unclosed(s);
		if (!read_expression(s, open + 3, close - 2))
			return false;
		if (s->insert && (open > 0 || close < s->text.n))
			return fail_insert(s);
		at = cut = close;
	}
	if (cut < s->text.n)
		add_segment(s, false, cut, s->text.n);
	return true;
}

/* Writes text as it stands in the quoted format of format(). */
static void
add_escaped(struct wf_buf *out, struct wf_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		wf_buf_addc(out, text.p[i]);
		if (text.p[i] == '\'' || text.p[i] == '{' || text.p[i] == '}')
			wf_buf_addc(out, text.p[i]);
	}
}

/* Makes the format() call of the segments. */
static const struct expr *
read_format(struct scanner *s)
{
	struct wf_buf text = WF_BUF_INIT;
	size_t n = 0;

	wf_buf_adds(&text, "format('");
	for (size_t i = 0; i < s->n; i++) {
		if (s->segments[i].expression)
			wf_buf_addf(&text, "{%zu}", n++);
		else
			add_escaped(&text, s->segments[i].text);
	}
	wf_buf_addc(&text, '\'');
	for (size_t i = 0; i < s->n; i++) {
		if (!s->segments[i].expression)
			continue;
		wf_buf_adds(&text, ", ");
		wf_buf_add(&text, s->segments[i].text);
	}
	wf_buf_addc(&text, ')');
	return expr_parse(s->arena, wf_buf_take(&text, s->arena), s->pos, s->names, NULL, s->err);
}

/* Makes the token of an expression that is the whole scalar; a lone string is a literal. */
static bool
finish_lone(struct scanner *s, struct expr_token *token)
{
	const struct expr_node *root = s->insert ? NULL : s->lone->root;

	if (root && root->kind == NODE_LITERAL && root->literal.kind == EXPR_STRING &&
	    s->lone->source.p[0] == '\'') {
		token->kind = EXPR_TOKEN_LITERAL;
		token->literal = root->literal;
		return true;
	}
	if (!s->names)
		return fail_scan(s, "A template expression is not allowed in this context");
	token->kind = s->insert ? EXPR_TOKEN_INSERT : EXPR_TOKEN_EXPR;
	token->expr = s->lone;
	return true;
}

static bool
finish(struct scanner *s, struct expr_token *token)
{
	if (s->n == 0 || (s->n == 1 && !s->segments[0].expression)) {
		token->kind = EXPR_TOKEN_LITERAL;
		token->literal = expr_string(s->text);
		return true;
	}
	if (s->n == 1)
		return finish_lone(s, token);
	if (!s->names)
		return fail_scan(s, "A template expression is not allowed in this context");
	token->kind = EXPR_TOKEN_EXPR;
	token->expr = read_format(s);
	return token->expr != NULL;
}

bool
expr_token_read(struct wf_arena *arena, struct wf_str text, struct wf_pos pos,
    const struct expr_names *names, bool alt, struct expr_token **out, struct wf_error *err)
{
	struct scanner s = { .arena = arena,
		.text = text,
		.pos = pos,
		.names = names,
		.alt = alt,
		.err = err };
	struct expr_token *token;

	if (!scan(&s))
		return false;
	token = wf_new(arena, struct expr_token);
	token->pos = pos;
	token->source = text;
	if (!finish(&s, token))
		return false;
	*out = token;
	return true;
}

/* ---- evaluating ---- */

struct walk {
	struct wf_arena *arena;
	const struct expr_scope *scope;
	int depth;
	struct wf_error *err;
};

static bool
fail_token(const struct walk *w, const struct expr_token *token, const char *msg)
{
	return wf_fail(w->err, WF_ERR_EVAL, token->pos, "%s", msg);
}

static bool eval_token(struct walk *w, const struct expr_token *token, struct expr_value *out);

/* A filter's mark ends with its expression: what a template makes is an ordinary array. */
static struct expr_value
unfiltered(struct wf_arena *arena, struct expr_value value)
{
	struct expr_array *plain;

	if (value.kind != EXPR_ARRAY || !value.array->filtered)
		return value;
	plain = expr_array_new(arena);
	*plain = *value.array;
	plain->filtered = false;
	return expr_array_value(plain);
}

static bool
eval_expr(struct walk *w, const struct expr_token *token, struct expr_value *out)
{
	if (!expr_eval(w->arena, token->expr, w->scope, out, w->err))
		return false;
	*out = unfiltered(w->arena, *out);
	return true;
}

static bool
eval_sequence(struct walk *w, const struct expr_token *token, struct expr_value *out)
{
	struct expr_array *array = expr_array_new(w->arena);
	struct expr_value value;

	for (size_t i = 0; i < token->seq.n; i++) {
		const struct expr_token *item = token->seq.items[i];

		if (!eval_token(w, item, &value))
			return false;
		if (item->kind != EXPR_TOKEN_EXPR || value.kind != EXPR_ARRAY) {
			expr_array_push(array, value);
			continue;
		}
		for (size_t k = 0; k < value.array->n; k++)
			expr_array_push(array, value.array->items[k]);
	}
	*out = expr_array_value(array);
	return true;
}

static bool
add_pair(struct walk *w, const struct expr_token *at, struct expr_object *object,
    const struct expr_pair *pair)
{
	if (expr_object_find(object, pair->key))
		return wf_fail(w->err, WF_ERR_EVAL, at->pos, "'%.*s' is already defined",
		    WF_ARG(pair->key));
	expr_object_set(object, pair->key, pair->value);
	return true;
}

/* Puts the pairs of `${{ insert }}: value` where the key stands. */
static bool
insert_pairs(struct walk *w, const struct expr_token_pair *pair, struct expr_object *object)
{
	struct expr_value value = EXPR_NULL_VALUE;

	if (!eval_token(w, pair->value, &value))
		return false;
	if (value.kind != EXPR_OBJECT)
		return fail_token(w, pair->value, "Expected a mapping");
	for (size_t i = 0; i < value.object->n; i++)
		if (!add_pair(w, pair->key, object, &value.object->pairs[i]))
			return false;
	return true;
}

static bool
eval_key(struct walk *w, const struct expr_token *key, struct wf_str *out)
{
	struct expr_value value = EXPR_NULL_VALUE;

	if (!eval_token(w, key, &value))
		return false;
	if (!expr_is_primitive(value))
		return fail_token(w, key, "Expected a string");
	*out = expr_to_string(w->arena, value);
	return true;
}

static bool
eval_mapping(struct walk *w, const struct expr_token *token, struct expr_value *out)
{
	struct expr_object *object = expr_object_new(w->arena);
	struct expr_pair made;

	for (size_t i = 0; i < token->map.n; i++) {
		const struct expr_token_pair *pair = &token->map.pairs[i];

		if (pair->key->kind == EXPR_TOKEN_INSERT) {
			if (!insert_pairs(w, pair, object))
				return false;
			continue;
		}
		if (!eval_key(w, pair->key, &made.key) ||
		    !eval_token(w, pair->value, &made.value) ||
		    !add_pair(w, pair->key, object, &made))
			return false;
	}
	*out = expr_object_value(object);
	return true;
}

static bool
eval_nested(struct walk *w, const struct expr_token *token, struct expr_value *out)
{
	bool good;

	if (w->depth == DEPTH_MAX)
		return fail_token(w, token, "Maximum object depth exceeded");
	w->depth++;
	good = token->kind == EXPR_TOKEN_SEQUENCE ? eval_sequence(w, token, out)
	                                          : eval_mapping(w, token, out);
	w->depth--;
	return good;
}

static bool
eval_token(struct walk *w, const struct expr_token *token, struct expr_value *out)
{
	switch (token->kind) {
	case EXPR_TOKEN_LITERAL: *out = token->literal; return true;
	case EXPR_TOKEN_EXPR: return eval_expr(w, token, out);
	case EXPR_TOKEN_SEQUENCE:
	case EXPR_TOKEN_MAPPING: return eval_nested(w, token, out);
	case EXPR_TOKEN_INSERT:
		return fail_token(w, token,
		    "The expression directive 'insert' is not supported in this context");
	}
	abort();
}

bool
expr_token_eval(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct expr_value *out, struct wf_error *err)
{
	struct walk w = { .arena = arena, .scope = scope, .err = err };

	*out = EXPR_NULL_VALUE;
	return !token || eval_token(&w, token, out);
}

/* ---- typed evaluation ---- */

/* The error of a value that the field cannot take. */
static bool
fail_unexpected(const struct expr_token *token, struct expr_value value, struct wf_arena *arena,
    struct wf_error *err)
{
	if (value.kind == EXPR_ARRAY)
		return wf_fail(err, WF_ERR_EVAL, token->pos, "A sequence was not expected");
	if (value.kind == EXPR_OBJECT)
		return wf_fail(err, WF_ERR_EVAL, token->pos, "A mapping was not expected");
	return wf_fail(err, WF_ERR_EVAL, token->pos, "Unexpected value '%.*s'",
	    WF_ARG(expr_to_string(arena, value)));
}

bool
expr_token_string(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct wf_str *out, struct wf_error *err)
{
	struct expr_value value;

	*out = WF_S("");
	if (!token)
		return true;
	if (!expr_token_eval(arena, token, scope, &value, err))
		return false;
	if (!expr_is_primitive(value))
		return fail_unexpected(token, value, arena, err);
	*out = expr_to_string(arena, value);
	return true;
}

bool
expr_token_bool(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, bool fallback, bool *out, struct wf_error *err)
{
	struct expr_value value;

	*out = fallback;
	if (!token)
		return true;
	if (!expr_token_eval(arena, token, scope, &value, err))
		return false;
	if (value.kind != EXPR_BOOL)
		return fail_unexpected(token, value, arena, err);
	*out = value.boolean;
	return true;
}

bool
expr_token_number(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, double fallback, double *out, struct wf_error *err)
{
	struct expr_value value;

	*out = fallback;
	if (!token)
		return true;
	if (!expr_token_eval(arena, token, scope, &value, err))
		return false;
	if (value.kind != EXPR_NUMBER)
		return fail_unexpected(token, value, arena, err);
	*out = value.number;
	return true;
}

/* ---- if: ---- */

/* The text of an `if:`, which is an expression even without braces. */
static bool
condition_text(struct wf_arena *arena, const struct expr_token *token, struct wf_str *out,
    struct wf_error *err)
{
	*out = WF_S("");
	if (!token)
		return true;
	switch (token->kind) {
	case EXPR_TOKEN_LITERAL: *out = expr_to_string(arena, token->literal); return true;
	case EXPR_TOKEN_EXPR: *out = token->expr->source; return true;
	case EXPR_TOKEN_SEQUENCE:
		return wf_fail(err, WF_ERR_INVALID, token->pos, "A sequence was not expected");
	case EXPR_TOKEN_MAPPING:
		return wf_fail(err, WF_ERR_INVALID, token->pos, "A mapping was not expected");
	case EXPR_TOKEN_INSERT:
		return wf_fail(err, WF_ERR_INVALID, token->pos,
		    "The expression directive 'insert' is not supported in this context");
	}
	abort();
}

static bool
asks_status(const struct expr *expr)
{
	static const char *const functions[] = { "always", "cancelled", "failure", "success" };

	for (size_t i = 0; i < WF_COUNT(functions); i++)
		if (expr_calls(expr, functions[i]))
			return true;
	return false;
}

const struct expr *
expr_condition(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_names *names, struct wf_error *err)
{
	struct wf_pos pos = token ? token->pos : WF_NOWHERE;
	const struct expr *expr;
	struct wf_str text;

	if (!condition_text(arena, token, &text, err))
		return NULL;
	if (!expr_text_trim(text).n)
		return expr_parse(arena, WF_S("success()"), pos, names, NULL, err);
	expr = expr_parse(arena, text, pos, names, NULL, err);
	if (!expr || asks_status(expr))
		return expr;
	text = wf_strf(arena, "success() && (%.*s)", WF_ARG(text));
	return expr_parse(arena, text, pos, names, NULL, err);
}
