/* SPDX-License-Identifier: MIT */
/* func.c - the built-in functions.
 *
 * Each evaluates its own arguments, because GitHub's do: contains() leaves the second alone when
 * the first is an object, case() stops at the first true, and format() reads its text to the end,
 * with all errors that it may hold, before the first argument is evaluated. */
#include "expr/eval.h"
#include "expr/json.h"
#include "expr/text.h"

#define ARGS_MAX 255

typedef bool builtin_fn(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out);

static bool
eval_arg(struct expr_evaluation *ev, const struct expr_node *arg, int level, struct expr_value *out)
{
	return expr_eval_operand(ev, arg, level + 1, out);
}

/* expr_to_string(), mostly of what is a string already. */
static inline struct wf_str
text_of(struct expr_evaluation *ev, struct expr_value value)
{
	return value.kind == EXPR_STRING ? value.string : expr_to_string(ev->arena, value);
}

/* ---- case ---- */

static bool
call_case(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	const struct expr_node *arg = node->first;

	for (; arg->next; arg = arg->next->next) {
		if (!eval_arg(ev, arg, level, out))
			return false;
		if (out->kind != EXPR_BOOL)
			return expr_eval_fail(ev,
			    "case predicate must evaluate to a boolean value");
		if (out->boolean) {
			arg = arg->next;
			break;
		}
	}
	return eval_arg(ev, arg, level, out);
}

/* ---- contains, startsWith, endsWith ---- */

static bool
array_holds(const struct expr_array *array, struct expr_value value)
{
	for (size_t i = 0; i < array->n; i++)
		if (expr_equal(value, array->items[i]))
			return true;
	return false;
}

static bool
call_contains(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	struct expr_value in, what;

	if (!eval_arg(ev, node->first, level, &in))
		return false;
	*out = expr_bool(false);
	if (in.kind == EXPR_OBJECT || (in.kind == EXPR_ARRAY && in.array->n == 0))
		return true;
	if (!eval_arg(ev, node->last, level, &what))
		return false;
	if (in.kind == EXPR_ARRAY)
		*out = expr_bool(array_holds(in.array, what));
	else if (expr_is_primitive(what))
		*out = expr_bool(expr_text_contains(ev->arena, text_of(ev, in), text_of(ev, what)));
	return true;
}

static bool
test_text(struct expr_evaluation *ev, const struct expr_node *node, int level,
    bool (*test)(struct wf_str, struct wf_str), struct expr_value *out)
{
	struct expr_value in, what;

	if (!eval_arg(ev, node->first, level, &in))
		return false;
	*out = expr_bool(false);
	if (!expr_is_primitive(in))
		return true;
	if (!eval_arg(ev, node->last, level, &what))
		return false;
	if (expr_is_primitive(what))
		*out = expr_bool(test(text_of(ev, in), text_of(ev, what)));
	return true;
}

static bool
call_starts_with(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	return test_text(ev, node, level, expr_text_starts, out);
}

static bool
call_ends_with(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	return test_text(ev, node, level, expr_text_ends, out);
}

/* ---- pieces of text that become one ---- */

/* Text in pieces, each counted against the limit before the whole is made. */
struct pieces {
	struct wf_str *items;
	size_t n, cap;
	size_t length, cost;
};

static inline bool
charge(struct expr_evaluation *ev, const struct expr_node *node, struct pieces *pieces,
    struct wf_str piece)
{
	pieces->cost += ev->rough ? expr_memory_bound_of_text(piece) : expr_memory_of_text(piece);
	return pieces->cost <= ev->memory.max || expr_eval_too_large(ev, node);
}

static inline void
push_piece(struct wf_arena *arena, struct pieces *pieces, struct wf_str piece)
{
	*wf_push(arena, pieces->items, pieces->n, pieces->cap) = piece;
	pieces->length += piece.n;
}

static bool
add_piece(struct expr_evaluation *ev, const struct expr_node *node, struct pieces *pieces,
    struct wf_str piece)
{
	push_piece(ev->arena, pieces, piece);
	return charge(ev, node, pieces, piece);
}

static struct expr_value
join_pieces(struct wf_arena *arena, const struct pieces *pieces)
{
	char *text, *p;

	if (pieces->n == 1)
		return expr_string(pieces->items[0]);
	p = text = wf_alloc(arena, pieces->length, 1);
	for (size_t i = 0; i < pieces->n; i++)
		if (pieces->items[i].n)
			p = mempcpy(p, pieces->items[i].p, pieces->items[i].n);
	return expr_string((struct wf_str){ text, pieces->length });
}

/* ---- join ---- */

static bool
read_separator(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct wf_str *out)
{
	struct expr_value value;

	*out = WF_S(",");
	if (node->nargs < 2)
		return true;
	if (!eval_arg(ev, node->last, level, &value))
		return false;
	if (expr_is_primitive(value))
		*out = text_of(ev, value);
	return true;
}

static bool
join_array(struct expr_evaluation *ev, const struct expr_node *node, int level,
    const struct expr_array *array, struct expr_value *out)
{
	struct wf_str separator = WF_S("");
	struct pieces pieces = { 0 };

	if (array->n > 1 && !read_separator(ev, node, level, &separator))
		return false;
	for (size_t i = 0; i < array->n; i++) {
		if (i && !add_piece(ev, node, &pieces, separator))
			return false;
		if (!add_piece(ev, node, &pieces, text_of(ev, array->items[i])))
			return false;
	}
	*out = join_pieces(ev->arena, &pieces);
	return true;
}

static bool
call_join(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	struct expr_value items;

	if (!eval_arg(ev, node->first, level, &items))
		return false;
	if (items.kind == EXPR_ARRAY)
		return join_array(ev, node, level, items.array, out);
	*out = expr_string(expr_is_primitive(items) ? text_of(ev, items) : WF_S(""));
	return true;
}

/* ---- format ---- */

/* A part of a format: text, or the place of an argument. */
struct part {
	struct wf_str text; /* of an argument: its specifiers, still escaped */
	int arg; /* -1: text */
};

/* An argument of format(), evaluated when it is first needed. */
struct format_arg {
	const struct expr_node *node;
	bool done;
	enum expr_kind kind;
	struct wf_str text;
};

enum { FIRST_PARTS = 8 };

/* A format that was read: its parts, and the pieces that they become. */
struct format {
	struct part *parts;
	size_t n, cap;
	struct format_arg *args;
	struct pieces pieces;

	/* what nearly every format makes do with */
	struct part first_parts[FIRST_PARTS];
	struct wf_str first_pieces[FIRST_PARTS];
	struct format_arg first_args[FIRST_PARTS];
};

static char
char_at(struct wf_str s, size_t at)
{
	if (at >= s.n)
		return '\0';
	return s.p[at];
}

/* Reads {N} or {N:specifiers} at *at; N is a byte there, hence 255. */
static bool
read_place(struct wf_str format, size_t *at, struct part *part)
{
	size_t from = *at + 1, to = from;

	part->arg = 0;
	for (char c; c = char_at(format, to), c >= '0' && c <= '9'; to++) {
		part->arg = part->arg * 10 + (c - '0');
		if (part->arg > 255)
			return false;
	}
	part->text = WF_S("");
	if (to == from || (char_at(format, to) != '}' && char_at(format, to) != ':'))
		return false;
	if (format.p[to] == ':') {
		for (from = ++to; char_at(format, to) != '}' || char_at(format, to + 1) == '}';
		     to++) {
			if (to >= format.n)
				return false;
			to += format.p[to] == '}';
		}
		part->text = wf_str_sub(format, from, to);
	}
	*at = to + 1;
	return true;
}

/* Reads the part at *at, which is not the end; false when a brace stands where it may not. */
static bool
read_part(struct wf_str format, size_t *at, struct part *part)
{
	size_t from = *at, brace = from;

	while (brace < format.n && format.p[brace] != '{' && format.p[brace] != '}')
		brace++;
	part->arg = -1;
	if (brace < format.n && char_at(format, brace + 1) == format.p[brace]) {
		part->text = wf_str_sub(format, from, brace + 1);
		*at = brace + 2;
		return true;
	}
	if (brace > from) {
		part->text = wf_str_sub(format, from, brace);
		*at = brace;
		return true;
	}
	return format.p[brace] == '{' && read_place(format, at, part);
}

static struct wf_str
specifier_text(struct wf_arena *arena, struct wf_str escaped)
{
	char *text = wf_alloc(arena, escaped.n, 1);
	size_t n = 0;

	for (size_t i = 0; i < escaped.n; i++) {
		text[n++] = escaped.p[i];
		i += escaped.p[i] == '}';
	}
	return (struct wf_str){ text, n };
}

/* Reads the whole format, so that an error in it comes before any error of an argument. */
static bool
read_format(struct expr_evaluation *ev, const struct expr_node *node, struct wf_str text,
    struct format *format)
{
	size_t at = 0;

	while (at < text.n) {
		struct part *part = wf_push(ev->arena, format->parts, format->n, format->cap);

		if (!read_part(text, &at, part))
			return expr_eval_fail(ev, "The following format string is invalid: %.*s",
			    WF_ARG(text));
		if (part->arg >= 0 && (size_t)part->arg + 2 > node->nargs)
			return expr_eval_fail(ev,
			    "The following format string references more arguments than were "
			    "supplied: %.*s",
			    WF_ARG(text));
		if (part->arg < 0 && !charge(ev, node, &format->pieces, part->text))
			return false;
	}
	return true;
}

static bool
eval_format_arg(struct expr_evaluation *ev, struct format_arg *arg, int level)
{
	struct expr_value value;

	if (arg->done)
		return true;
	if (!eval_arg(ev, arg->node, level, &value))
		return false;
	arg->done = true;
	arg->kind = value.kind;
	arg->text = text_of(ev, value);
	return true;
}

static bool
fill_part(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct format *format, const struct part *part)
{
	struct format_arg *arg = part->arg < 0 ? NULL : &format->args[part->arg];

	if (!arg) {
		push_piece(ev->arena, &format->pieces, part->text);
		return true;
	}
	if (!eval_format_arg(ev, arg, level))
		return false;
	if (part->text.n)
		return expr_eval_fail(ev,
		    "The format specifiers '%.*s' are not valid for objects of type '%s'",
		    WF_ARG(specifier_text(ev->arena, part->text)), expr_kind_name(arg->kind));
	push_piece(ev->arena, &format->pieces, arg->text);
	return !arg->text.n || charge(ev, node, &format->pieces, arg->text);
}

static bool
call_format(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	struct format format; /* all but the arrays is set: zeroing them would take longest */
	struct expr_value text;
	size_t n = 0;

	format.parts = format.first_parts;
	format.n = 0;
	format.cap = FIRST_PARTS;
	format.pieces = (struct pieces){ .items = format.first_pieces, .cap = FIRST_PARTS };
	if (!eval_arg(ev, node->first, level, &text) ||
	    !read_format(ev, node, text_of(ev, text), &format))
		return false;
	format.args = format.first_args;
	if (node->nargs > FIRST_PARTS)
		format.args = wf_new_array(ev->arena, node->nargs, struct format_arg);
	for (const struct expr_node *arg = node->first->next; arg; arg = arg->next)
		format.args[n++] = (struct format_arg){ .node = arg };
	for (size_t i = 0; i < format.n; i++)
		if (!fill_part(ev, node, level, &format, &format.parts[i]))
			return false;
	*out = join_pieces(ev->arena, &format.pieces);
	return true;
}

/* ---- JSON ---- */

static bool
call_to_json(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;
	struct expr_value value;

	if (!eval_arg(ev, node->first, level, &value))
		return false;
	if (!expr_json_pretty_within(&text, value, ev->memory.max))
		return expr_eval_too_large(ev, node);
	*out = expr_string(wf_buf_take(&text, ev->arena));
	return true;
}

static bool
call_from_json(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	struct expr_value value;
	struct wf_error why;

	if (!eval_arg(ev, node->first, level, &value))
		return false;
	if (expr_json_read_lenient(ev->arena, text_of(ev, value), out, &why))
		return true;
	expr_eval_fail(ev, "Error parsing fromJson");
	return wf_hint(ev->err, "line %d, column %d of the JSON text: %s", why.pos.line,
	    why.pos.col, why.msg);
}

/* ---- the table ---- */

#define BUILTINS(X)                                                                                \
	X("contains", 2, 2, call_contains)                                                         \
	X("endsWith", 2, 2, call_ends_with)                                                        \
	X("format", 1, ARGS_MAX, call_format)                                                      \
	X("join", 1, 2, call_join)                                                                 \
	X("startsWith", 2, 2, call_starts_with)                                                    \
	X("toJSON", 1, 1, call_to_json)                                                            \
	X("fromJSON", 1, 1, call_from_json)                                                        \
	X("case", 3, ARGS_MAX, call_case)

static const struct expr_func builtins[] = {
#define ROW(name, min, max, call) { name, min, max, NULL, NULL },
	BUILTINS(ROW)
#undef ROW
	    { 0 }
};

static builtin_fn *const calls[] = {
#define ROW(name, min, max, call) call,
	BUILTINS(ROW)
#undef ROW
};

const struct expr_func *
expr_find_func(const struct expr_func *funcs, struct wf_str name)
{
	for (; funcs && funcs->name; funcs++)
		if (expr_text_is(name, funcs->name))
			return funcs;
	return NULL;
}

int
expr_find_builtin(struct wf_str name)
{
	static const size_t lengths[] = {
#define ROW(word, min, max, call) sizeof(word) - 1,
		BUILTINS(ROW)
#undef ROW
	};

	for (size_t i = 0; i < WF_COUNT(lengths); i++)
		if (lengths[i] == name.n &&
		    expr_text_eq(name, (struct wf_str){ builtins[i].name, lengths[i] }))
			return (int)i;
	return -1;
}

const struct expr_func *
expr_builtins(void)
{
	return builtins;
}

bool
expr_eval_builtin(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	return calls[node->builtin](ev, node, level, out);
}
