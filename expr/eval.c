/* SPDX-License-Identifier: MIT */
/* eval.c - walks the tree; operators, indices and filters. Functions are in func.c.
 *
 * The tree is at most 50 levels deep, so the walk calls itself. What GitHub leaves unevaluated
 * stays unevaluated: the right side of && and ||, the index of something that has no members. */
#include "expr/eval.h"

#include "expr/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

bool
expr_eval_fail(struct expr_evaluation *ev, const char *fmt, ...)
{
	struct wf_str msg;
	va_list ap;

	va_start(ap, fmt);
	msg = wf_vstrf(ev->arena, fmt, ap);
	va_end(ap);
	return wf_fail(ev->err, WF_ERR_EVAL, ev->expr->pos, "%.*s", WF_ARG(msg));
}

bool
expr_eval_too_large(struct expr_evaluation *ev, const struct expr_node *node)
{
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;

	ev->too_large = true;
	expr_print_node(&text, node);
	return wf_fail(ev->err, WF_ERR_EVAL, ev->expr->pos,
	    "The maximum allowed memory size was exceeded while evaluating the following "
	    "expression: %.*s",
	    WF_ARG(wf_buf_str(&text)));
}

/* ---- members ---- */

/* What stands in the brackets, in the forms that objects and arrays want. */
struct index {
	bool wildcard;
	bool has_key;
	struct wf_str key;
	struct expr_value value;
	double at; /* the value as a number, once has_number */
	bool has_number;
};

static void
index_from(struct wf_arena *arena, const struct expr_node *node, struct expr_value value,
    struct index *index)
{
	*index = (struct index){ .wildcard = node->kind == NODE_WILDCARD, .value = value };
	index->has_key = !index->wildcard && expr_is_primitive(value);
	if (index->has_key)
		index->key = expr_to_string(arena, value);
}

/* The member of an array that the index names; only there it is a number. */
static bool
item(const struct expr_array *array, struct index *index, struct expr_value *out)
{
	if (!index->has_number)
		index->at = expr_to_number(index->value);
	index->has_number = true;
	if (!(index->at >= 0 && index->at < 2147483648.0) || (size_t)index->at >= array->n)
		return false;
	*out = array->items[(size_t)index->at];
	return true;
}

/* The one member that the index names; false when there is none. */
static bool
member(struct expr_value of, struct index *index, struct expr_value *out)
{
	const struct expr_pair *pair;

	if (of.kind == EXPR_ARRAY)
		return item(of.array, index, out);
	if (of.kind != EXPR_OBJECT || !index->has_key)
		return false;
	pair = expr_object_find(of.object, index->key);
	if (pair)
		*out = pair->value;
	return pair != NULL;
}

/* Appends the members of `of` that the index names to a filtered array. */
static void
gather(struct expr_array *filtered, struct expr_value of, struct index *index)
{
	struct expr_value found;

	if (!index->wildcard) {
		if (member(of, index, &found))
			expr_array_push(filtered, found);
	} else if (of.kind == EXPR_ARRAY) {
		for (size_t i = 0; i < of.array->n; i++)
			expr_array_push(filtered, of.array->items[i]);
	} else if (of.kind == EXPR_OBJECT) {
		for (size_t i = 0; i < of.object->n; i++)
			expr_array_push(filtered, of.object->pairs[i].value);
	}
}

/* An empty array with room for `n`. */
static struct expr_array *
new_filtered(struct wf_arena *arena, size_t n)
{
	struct expr_array *filtered = expr_array_new(arena);

	filtered->items = wf_new_array(arena, n, struct expr_value);
	filtered->cap = n;
	filtered->filtered = true;
	return filtered;
}

/* How many members a wildcard names. */
static size_t
count(struct expr_value of)
{
	return of.kind == EXPR_ARRAY ? of.array->n : of.object->n;
}

/* Makes the filtered array of an index over `of`, and counts its memory. */
static bool
filter(struct expr_evaluation *ev, struct expr_value of, struct index *index,
    struct expr_value *out, size_t *bytes)
{
	bool nested = of.kind == EXPR_ARRAY && of.array->filtered;
	struct expr_array *filtered = new_filtered(ev->arena,
	    nested || index->wildcard ? count(of) : 1);

	*out = expr_array_value(filtered);
	*bytes = nested ? 0 : EXPR_MEMORY_OBJECT;
	if (!nested)
		gather(filtered, of, index);
	for (size_t i = 0; nested && i < of.array->n; i++) {
		gather(filtered, of.array->items[i], index);
		if (filtered->n * EXPR_MEMORY_POINTER > ev->memory.max)
			return false;
	}
	*bytes += filtered->n * EXPR_MEMORY_POINTER;
	return *bytes <= ev->memory.max;
}

static bool
eval_index(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out, size_t *bytes)
{
	const struct expr_node *inner = node->last;
	struct expr_value of, value;
	struct index index;

	if (!expr_eval_operand(ev, node->first, level + 1, &of))
		return false;
	*out = EXPR_NULL_VALUE;
	if (expr_is_primitive(of)) {
		if (inner->kind == NODE_WILDCARD) {
			*out = expr_array_value(expr_array_new(ev->arena));
			out->array->filtered = true;
		}
		return true;
	}
	if (!expr_eval_operand(ev, inner, level + 1, &value))
		return false;
	if (of.kind == EXPR_OBJECT && value.kind == EXPR_STRING && inner->kind != NODE_WILDCARD) {
		*out = expr_object_get(of.object, value.string);
		return true;
	}
	index_from(ev->arena, inner, value, &index);
	if (index.wildcard || (of.kind == EXPR_ARRAY && of.array->filtered))
		return filter(ev, of, &index, out, bytes) || expr_eval_too_large(ev, node);
	member(of, &index, out);
	return true;
}

/* ---- operators ---- */

static bool
eval_logical(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	bool stop_at = node->kind == NODE_OR;

	for (const struct expr_node *arg = node->first; arg; arg = arg->next) {
		if (!expr_eval_operand(ev, arg, level + 1, out))
			return false;
		if (expr_truthy(*out) == stop_at)
			break;
	}
	return true;
}

/* expr_equal(), which most ask about two strings. */
static inline bool
equal(struct expr_value a, struct expr_value b)
{
	if (a.kind == EXPR_STRING && b.kind == EXPR_STRING)
		return expr_text_eq(a.string, b.string);
	return expr_equal(a, b);
}

static inline bool
compare(enum expr_node_kind kind, struct expr_value a, struct expr_value b)
{
	switch (kind) {
	case NODE_EQ: return equal(a, b);
	case NODE_NE: return !equal(a, b);
	case NODE_LT: return expr_less(a, b);
	case NODE_LE: return expr_equal(a, b) || expr_less(a, b);
	case NODE_GT: return expr_less(b, a);
	case NODE_GE: return expr_equal(a, b) || expr_less(b, a);
	case NODE_LITERAL:
	case NODE_WILDCARD:
	case NODE_NAME:
	case NODE_CALL:
	case NODE_INDEX:
	case NODE_NOT:
	case NODE_AND:
	case NODE_OR: break; /* compare nothing */
	}
	abort();
}

static bool
eval_comparison(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	struct expr_value a, b;

	if (!expr_eval_operand(ev, node->first, level + 1, &a) ||
	    !expr_eval_operand(ev, node->last, level + 1, &b))
		return false;
	*out = expr_bool(compare(node->kind, a, b));
	return true;
}

static bool
eval_not(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	if (!expr_eval_node(ev, node->first, level + 1, out))
		return false;
	*out = expr_bool(!expr_truthy(*out));
	return true;
}

/* ---- calls ---- */

/* Calls a function of the caller, which wants its arguments evaluated. */
static bool
eval_foreign(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	const struct expr_func *func = expr_find_func(ev->scope->funcs, node->name);
	struct expr_value *args = wf_new_array(ev->arena, node->nargs, struct expr_value);
	size_t n = 0;

	if (!func || !func->call)
		return expr_eval_fail(ev, "The function '%.*s' cannot be evaluated here",
		    WF_ARG(node->name));
	for (const struct expr_node *arg = node->first; arg; arg = arg->next)
		if (!expr_eval_node(ev, arg, level + 1, &args[n++]))
			return false;
	if (func->call(func->data, ev->arena, args, n, out, ev->err))
		return true;
	if (ev->err && !ev->err->pos.line)
		ev->err->pos = ev->expr->pos;
	return false;
}

static bool
eval_call(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	if (node->builtin < 0)
		return eval_foreign(ev, node, level, out);
	return expr_eval_builtin(ev, node, level, out);
}

/* ---- all of it ---- */

/* Evaluates without charging the result; *bytes stays as it is unless the node counts for itself.
 */
static bool
eval_core(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out, size_t *bytes)
{
	switch (node->kind) {
	case NODE_LITERAL:
	case NODE_WILDCARD: *out = node->literal; return true;
	case NODE_NAME: *out = expr_eval_name(ev, node); return true;
	case NODE_CALL: return eval_call(ev, node, level, out);
	case NODE_INDEX: return eval_index(ev, node, level, out, bytes);
	case NODE_NOT: return eval_not(ev, node, level, out);
	case NODE_AND:
	case NODE_OR: return eval_logical(ev, node, level, out);
	case NODE_EQ:
	case NODE_NE:
	case NODE_LT:
	case NODE_LE:
	case NODE_GT:
	case NODE_GE: return eval_comparison(ev, node, level, out);
	}
	abort();
}

bool
expr_eval_node(struct expr_evaluation *ev, const struct expr_node *node, int level,
    struct expr_value *out)
{
	size_t bytes = 0;

	*out = EXPR_NULL_VALUE;
	return eval_core(ev, node, level, out, &bytes) && expr_eval_charge(ev, level, bytes, out);
}

static bool
eval_root(struct expr_evaluation *ev, bool rough, struct expr_value *out)
{
	size_t max = ev->scope->max_memory;

	expr_memory_init(&ev->memory, max ? max : EXPR_MEMORY_DEFAULT);
	ev->rough = rough;
	ev->too_large = false;
	return expr_eval_node(ev, ev->expr->root, 0, out);
}

bool
expr_eval(struct wf_arena *arena, const struct expr *expr, const struct expr_scope *scope,
    struct expr_value *out, struct wf_error *err)
{
	struct expr_evaluation ev; /* its memory is set as far as it is used */
	struct expr_value value;

	ev.arena = arena;
	ev.expr = expr;
	ev.scope = scope;
	ev.err = err;
	if (!eval_root(&ev, true, &value) && !(ev.too_large && eval_root(&ev, false, &value)))
		return false;
	*out = value;
	return true;
}
