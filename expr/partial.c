/* SPDX-License-Identifier: MIT */
/* partial.c - evaluates while a part of what an expression reads is not known yet.
 *
 * What a value that is to come cannot change is decided now: `false && unknown` is false. The
 * ordinary evaluator stays ordinary: a node whose arguments are known is given to it with the
 * values in the place of the arguments. An argument that is not known stands there as a call that
 * fails when it is made, an argument that fails stays as it was: so each function itself shows
 * whether it looks at them. Only && and ||, case(), and arrays with some members unknown are
 * decided here.
 *
 * A result that is not known may still be known to be true or false, as in `unknown && 'a' || 'b'`.
 */
#include "expr/eval.h"

#include <stdlib.h>

struct expr_value
expr_unknown(struct wf_arena *arena)
{
	struct expr_object *object = expr_object_new(arena);

	object->unknown = true;
	return expr_object_value(object);
}

bool
expr_is_unknown(struct expr_value value)
{
	return value.kind == EXPR_OBJECT && value.object->unknown;
}

static struct expr_value
plain_object(struct wf_arena *arena, const struct expr_object *object, bool *changed)
{
	struct expr_object *out = expr_object_new(arena);

	out->exact = object->exact;
	for (size_t i = 0; i < object->n; i++) {
		struct expr_value value = object->pairs[i].value;
		struct expr_value known = expr_plain(arena, value);

		if (value.kind == EXPR_OBJECT)
			*changed |= known.kind != EXPR_OBJECT || known.object != value.object;
		expr_object_set(out, object->pairs[i].key, known);
	}
	return expr_object_value(out);
}

struct expr_value
expr_plain(struct wf_arena *arena, struct expr_value value)
{
	bool changed = false;
	struct expr_value out;

	if (expr_is_unknown(value))
		return EXPR_NULL_VALUE;
	if (value.kind != EXPR_OBJECT)
		return value;
	out = plain_object(arena, value.object, &changed);
	return changed ? out : value;
}

/* What is known of the result of a node. */
struct outcome {
	bool known;
	struct expr_value value; /* when it is known */
	bool boolean; /* not known, but true or false and nothing else */
	bool may_hold, may_not; /* could be truthy, could be falsy; both only when not known */
};

struct partial {
	struct expr_evaluation ev; /* of nodes whose arguments are known */
	struct expr_scope scope;
	bool in_path; /* x.y of x.y.z: only the whole is a read */
	bool touched; /* the ordinary evaluator met a value that is not known */
	bool may_fail; /* what may be evaluated, or reads a value that is not known, could fail */
	struct expr_reads risks; /* what decides whether it does */
	struct expr_reads reads; /* so far; a node that decides nothing takes its own back */
};

static bool walk(struct partial *p, const struct expr_node *node, int level, struct outcome *out);

static struct outcome
known(struct expr_value value)
{
	bool holds = expr_truthy(value);

	return (struct outcome){ true, value, false, holds, !holds };
}

static struct outcome
undecided(bool boolean)
{
	return (struct outcome){ .boolean = boolean, .may_hold = true, .may_not = true };
}

/* A boolean of which one value is left is known. */
static struct outcome
settled(struct outcome outcome)
{
	if (!outcome.known && outcome.boolean && outcome.may_hold != outcome.may_not)
		return known(expr_bool(outcome.may_hold));
	return outcome;
}

/* The result is one of the two. */
static struct outcome
either(struct outcome a, struct outcome b)
{
	bool booleans = (a.boolean || (a.known && a.value.kind == EXPR_BOOL)) &&
	                (b.boolean || (b.known && b.value.kind == EXPR_BOOL));

	if (a.known && b.known && a.value.kind == b.value.kind && expr_is_primitive(a.value) &&
	    a.value.kind != EXPR_STRING && expr_equal(a.value, b.value))
		return a;
	return settled((struct outcome){ .boolean = booleans,
	    .may_hold = a.may_hold || b.may_hold,
	    .may_not = a.may_not || b.may_not });
}

/* ---- values that hold what is not known ---- */

/* Whether anything in the value is not known; what is nested too deeply counts as that. */
static bool
holds_unknown(struct expr_value value, int depth)
{
	if (expr_is_unknown(value) || depth > EXPR_DEPTH_MAX)
		return true;
	if (value.kind == EXPR_ARRAY)
		for (size_t i = 0; i < value.array->n; i++)
			if (holds_unknown(value.array->items[i], depth + 1))
				return true;
	if (value.kind == EXPR_OBJECT)
		for (size_t i = 0; i < value.object->n; i++)
			if (holds_unknown(value.object->pairs[i].value, depth + 1))
				return true;
	return false;
}

/* ---- what was read ---- */

static bool
is_path(const struct expr_node *node)
{
	for (; node->kind == NODE_INDEX; node = node->first)
		if (node->last->kind != NODE_LITERAL && node->last->kind != NODE_WILDCARD)
			return false;
	return node->kind == NODE_NAME;
}

static void
push_read(struct wf_arena *arena, struct expr_reads *reads, const struct expr_read *read)
{
	*wf_push(arena, reads->items, reads->n, reads->cap) = *read;
}

static void
note(struct partial *p, const struct expr_node *node, const struct outcome *outcome)
{
	struct wf_buf text = WF_BUF_INIT;
	struct expr_read read = { .value = outcome->value };

	read.known = outcome->known && !holds_unknown(outcome->value, 0);
	expr_print_node(&text, node);
	read.text = wf_buf_take(&text, p->ev.arena);
	expr_node_path(node, &read);
	push_read(p->ev.arena, &p->reads, &read);
}

/* The reads from `from` up to `to` are not what decided: forgets them. Those that are not known
 * stay while the value hangs on them. */
static void
forget(struct partial *p, size_t from, size_t to, bool valued)
{
	size_t n = from;

	for (size_t i = from; i < p->reads.n; i++)
		if (i >= to || (!valued && !p->reads.items[i].known))
			p->reads.items[n++] = p->reads.items[i];
	p->reads.n = n;
}

/* Of the reads from `from` on only those that are known, or those that are not, matter. */
static void
keep(struct partial *p, size_t from, bool known_ones)
{
	size_t n = from;

	for (size_t i = from; i < p->reads.n; i++)
		if (p->reads.items[i].known == known_ones)
			p->reads.items[n++] = p->reads.items[i];
	p->reads.n = n;
}

/* What was read from `from` on and is not known may make the evaluation fail. */
static void
risk(struct partial *p, size_t from)
{
	p->may_fail = true;
	for (size_t i = from; i < p->reads.n; i++)
		if (!p->reads.items[i].known)
			push_read(p->ev.arena, &p->risks, &p->reads.items[i]);
}

/* ---- the ordinary evaluator, with values in place of arguments ---- */

static const struct expr_node poison = { .kind = NODE_CALL,
	.name = { "(unknown)", 9 },
	.builtin = -1,
	.height = 1 };

static bool
call_poison(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	struct partial *p = data;

	(void)arena, (void)args, (void)n, (void)out;
	p->touched = true;
	return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE, "not known");
}

/* The functions of the scope and the one that stands for what is not known. */
static const struct expr_func *
with_poison(struct partial *p, const struct expr_func *funcs)
{
	struct expr_func *all;
	size_t n = 0;

	while (funcs && funcs[n].name)
		n++;
	all = wf_new_array(p->ev.arena, n + 2, struct expr_func);
	for (size_t i = 0; i < n; i++)
		all[i] = funcs[i];
	all[n] = (struct expr_func){ "(unknown)", 0, 0, call_poison, p };
	return all;
}

/* What stands in place of an argument: its value, what fails when asked, or the argument itself,
 * whose evaluation has failed and will again if it is asked for. */
static void
stand_in(const struct expr_node *arg, bool good, const struct outcome *outcome,
    struct expr_node *out)
{
	*out = *arg;
	if (good && outcome->known && arg->kind != NODE_WILDCARD)
		*out = (struct expr_node){ .kind = NODE_LITERAL,
			.height = 1,
			.literal = outcome->value };
	else if (good && !outcome->known)
		*out = poison;
}

/* Evaluates a node whose arguments are `args`. */
static bool
evaluate(struct partial *p, const struct expr_node *node, struct expr_node *args, int level,
    struct outcome *out)
{
	struct expr_node copy = *node;
	struct expr_value value;

	for (size_t i = 0; i < node->nargs; i++)
		args[i].next = i + 1 < node->nargs ? &args[i + 1] : NULL;
	copy.first = node->nargs > 0 ? &args[0] : NULL;
	copy.last = node->nargs > 0 ? &args[node->nargs - 1] : NULL;
	p->touched = false;
	expr_memory_init(&p->ev.memory, p->ev.memory.max);
	if (expr_eval_node(&p->ev, &copy, level, &value))
		*out = known(value);
	else if (p->touched)
		*out = undecided(false);
	else
		return false;
	return true;
}

/* ---- functions that look inside ---- */

static bool
is_builtin(const struct expr_node *node, const char *name)
{
	return node->kind == NODE_CALL && node->builtin >= 0 &&
	       wf_str_ieq(wf_str(expr_builtins()[node->builtin].name), wf_str(name));
}

/* contains() of an array: a member that is known can say yes, only all of them can say no. */
static struct expr_array *
known_members(struct wf_arena *arena, const struct expr_array *array)
{
	struct expr_array *out = expr_array_new(arena);

	for (size_t i = 0; i < array->n; i++)
		if (!expr_is_unknown(array->items[i]))
			expr_array_push(out, array->items[i]);
	return out;
}

/* Whether an index would be asked of members that are not known. */
static bool
maps_unknown(const struct expr_node *node, struct expr_value of)
{
	if (node->kind != NODE_INDEX || of.kind != EXPR_ARRAY || !of.array->filtered)
		return false;
	for (size_t i = 0; i < of.array->n; i++)
		if (expr_is_unknown(of.array->items[i]))
			return true;
	return false;
}

/* Prepares the argument of a node that looks into arrays and objects. Gives whether its answer "no"
 * will not be final. */
static bool
look_inside(struct partial *p, const struct expr_node *node, struct expr_node *args)
{
	struct expr_node *in = &args[0];
	bool array = in->literal.kind == EXPR_ARRAY;

	if (in->kind != NODE_LITERAL || !holds_unknown(in->literal, 0))
		return false;
	if (array && is_builtin(node, "contains")) {
		in->literal = expr_array_value(known_members(p->ev.arena, in->literal.array));
		return true;
	}
	if (maps_unknown(node, in->literal) || is_builtin(node, "toJSON") ||
	    (array && is_builtin(node, "join")))
		*in = poison;
	return false;
}

/* ---- nodes ---- */

/* Whether the node gives a boolean, whatever its arguments are. */
static bool
gives_boolean(const struct expr_node *node)
{
	return (node->kind != NODE_INDEX && node->kind != NODE_CALL) ||
	       is_builtin(node, "contains") || is_builtin(node, "startsWith") ||
	       is_builtin(node, "endsWith");
}

/* Whether the node can fail by a value that is not known yet. */
static bool
can_fail(const struct expr_node *node)
{
	return is_builtin(node, "fromJSON") || is_builtin(node, "format");
}

/* Evaluates an argument for what stands in its place; whether its error counts is for the node to
 * say. */
static bool
walk_arg(struct partial *p, const struct expr_node *arg, int level, struct expr_node *out)
{
	struct wf_error *err = p->ev.err, ignored;
	struct outcome value;
	bool good;

	p->ev.err = &ignored;
	good = walk(p, arg, level, &value);
	p->ev.err = err;
	stand_in(arg, good, &value, out);
	return good;
}

/* Evaluates the arguments and the node with what came out. */
static bool
walk_strict(struct partial *p, const struct expr_node *node, int level, struct outcome *out)
{
	struct expr_node *args = wf_new_array(p->ev.arena, node->nargs, struct expr_node);
	bool some = false, good = true;
	size_t i = 0, start = p->reads.n;

	for (const struct expr_node *arg = node->first; arg; arg = arg->next)
		good &= walk_arg(p, arg, level + 1, &args[i++]);
	if (node->nargs > 0)
		some = look_inside(p, node, args);
	if (!evaluate(p, node, args, level, out))
		return false;
	if (expr_is_unknown(out->value) || (some && out->may_not))
		*out = undecided(false);
	if (out->known) {
		keep(p, start, true);
	} else {
		out->boolean = gives_boolean(node);
		if (!good || can_fail(node))
			risk(p, start);
	}
	return true;
}

static bool
walk_name(struct partial *p, const struct expr_node *node, int level, struct outcome *out)
{
	struct expr_value value;

	if (!expr_eval_node(&p->ev, node, level, &value))
		return false;
	*out = expr_is_unknown(value) ? undecided(false) : known(value);
	return true;
}

/* x.y.z is read as one; so is a call of a function of the scope. */
static bool
walk_read(struct partial *p, const struct expr_node *node, int level, struct outcome *out)
{
	bool path = is_path(node), in_path = p->in_path, good;
	size_t start = p->reads.n;

	p->in_path = path;
	good = node->kind == NODE_NAME ? walk_name(p, node, level, out)
	                               : walk_strict(p, node, level, out);
	p->in_path = in_path;
	if (!good)
		return false;
	if ((path || node->kind == NODE_CALL) && !in_path) {
		p->reads.n = start;
		note(p, node, out);
	}
	return true;
}

static bool
walk_not(struct partial *p, const struct expr_node *node, int level, struct outcome *out)
{
	struct outcome value;

	if (!walk(p, node->first, level + 1, &value))
		return false;
	*out = settled((struct outcome){ .boolean = true,
	    .may_hold = value.may_not,
	    .may_not = value.may_hold });
	return true;
}

/* Of several results any one may be it. */
struct choice {
	bool open; /* there is one already */
	struct outcome so_far;
};

static struct outcome
choose(const struct choice *choice, struct outcome last)
{
	return choice->open ? either(choice->so_far, last) : last;
}

static void
add_choice(struct choice *choice, struct outcome outcome)
{
	choice->so_far = choose(choice, settled(outcome));
	choice->open = true;
}

/* Evaluates what is perhaps not asked for: when it fails, that may be a failure or not. */
static bool
walk_perhaps(struct partial *p, const struct expr_node *node, int level, bool perhaps, size_t start,
    struct outcome *out)
{
	if (walk(p, node, level, out))
		return true;
	if (!perhaps)
		return false;
	risk(p, start);
	*out = undecided(false);
	return true;
}

/* && and ||: the first argument that stops decides, else the last. An argument that may or may not
 * stop leaves the value open, and what follows it may fail without any harm. */
static bool
walk_logical(struct partial *p, const struct expr_node *node, int level, struct outcome *out)
{
	bool or_ = node->kind == NODE_OR;
	size_t start = p->reads.n;
	struct choice choice = { 0 };

	for (const struct expr_node *arg = node->first; arg; arg = arg->next) {
		size_t from = p->reads.n;
		struct outcome value;
		bool stops;

		if (!walk_perhaps(p, arg, level + 1, choice.open, start, &value))
			return false;
		stops = or_ ? !value.may_not : !value.may_hold;
		if (stops || !arg->next) {
			*out = choose(&choice, value);
			if (stops)
				forget(p, start, from, out->known);
			break;
		}
		if (or_ ? !value.may_hold : !value.may_not)
			continue;
		/* if it stops here, it is by the half that stops */
		value.may_hold = or_;
		value.may_not = !or_;
		add_choice(&choice, value);
	}
	if (out->may_hold && out->may_not)
		keep(p, start, false);
	return true;
}

/* A predicate of case(): true, false, or not known. */
static bool
walk_predicate(struct partial *p, const struct expr_node *node, int level, bool perhaps,
    struct outcome *out)
{
	size_t start = p->reads.n;

	if (!walk_perhaps(p, node, level, perhaps, start, out))
		return false;
	if (out->known && out->value.kind != EXPR_BOOL) {
		if (!perhaps)
			return expr_eval_fail(&p->ev,
			    "case predicate must evaluate to a boolean value");
		*out = undecided(false);
	}
	if (!out->known && !out->boolean)
		risk(p, start);
	return true;
}

/* case(): the first predicate that is true; one that is not known leaves both ways open. */
static bool
walk_case(struct partial *p, const struct expr_node *node, int level, struct outcome *out)
{
	const struct expr_node *arg = node->first;
	size_t start = p->reads.n;
	struct choice choice = { 0 };
	struct outcome value;

	for (; arg->next; arg = arg->next->next) {
		if (!walk_predicate(p, arg, level + 1, choice.open, &value))
			return false;
		if (value.known && !value.value.boolean)
			continue;
		if (value.known) {
			arg = arg->next;
			break;
		}
		if (!walk_perhaps(p, arg->next, level + 1, true, start, &value))
			return false;
		add_choice(&choice, value);
	}
	if (!walk_perhaps(p, arg, level + 1, choice.open, start, &value))
		return false;
	*out = choose(&choice, value);
	return true;
}

static bool
walk(struct partial *p, const struct expr_node *node, int level, struct outcome *out)
{
	*out = (struct outcome){ 0 };
	switch (node->kind) {
	case NODE_LITERAL:
	case NODE_WILDCARD: *out = known(node->literal); return true;
	case NODE_NAME:
	case NODE_INDEX: return walk_read(p, node, level, out);
	case NODE_CALL:
		if (node->builtin < 0)
			return walk_read(p, node, level, out);
		return is_builtin(node, "case") ? walk_case(p, node, level, out)
		                                : walk_strict(p, node, level, out);
	case NODE_NOT: return walk_not(p, node, level, out);
	case NODE_AND:
	case NODE_OR: return walk_logical(p, node, level, out);
	case NODE_EQ:
	case NODE_NE:
	case NODE_LT:
	case NODE_LE:
	case NODE_GT:
	case NODE_GE: return walk_strict(p, node, level, out);
	}
	abort();
}

/* ---- the front ---- */

static bool
has_read(const struct expr_reads *reads, struct wf_str text)
{
	for (size_t i = 0; i < reads->n; i++)
		if (wf_str_ieq(reads->items[i].text, text))
			return true;
	return false;
}

/* Each text once, in the order of the first. */
static void
take_reads(struct wf_arena *arena, const struct expr_reads *from, bool known_ones,
    struct expr_reads *out)
{
	for (size_t i = 0; i < from->n; i++)
		if (from->items[i].known == known_ones && !has_read(out, from->items[i].text))
			push_read(arena, out, &from->items[i]);
}

bool
expr_eval_partial(struct wf_arena *arena, const struct expr *expr, const struct expr_scope *scope,
    struct expr_partial *out, struct wf_error *err)
{
	struct wf_error ignored;
	struct partial p = {
		.ev = { .arena = arena,
		    .expr = expr,
		    .memory.max = scope->max_memory ? scope->max_memory : EXPR_MEMORY_DEFAULT,
		    .err = err ? err : &ignored },
		.scope = *scope,
	};
	struct outcome outcome;
	bool decided;

	p.ev.scope = &p.scope;
	p.scope.funcs = with_poison(&p, scope->funcs);
	if (!walk(&p, expr->root, 0, &outcome))
		return false;
	if (p.may_fail)
		outcome = undecided(false);
	decided = outcome.may_hold != outcome.may_not;
	*out = (struct expr_partial){
		.known = outcome.known && !holds_unknown(outcome.value, 0),
		.value = outcome.value,
		.may_hold = outcome.may_hold,
		.may_not = outcome.may_not,
		.may_fail = p.may_fail,
	};
	take_reads(arena, &p.reads, decided, &out->reads);
	if (!decided)
		take_reads(arena, &p.risks, false, &out->reads);
	return true;
}

static bool
expr_known(struct wf_arena *arena, const struct expr *expr, const struct expr_scope *scope,
    struct expr_reads *waits)
{
	struct expr_partial found;

	if (!expr_eval_partial(arena, expr, scope, &found, NULL))
		return true; /* it fails, whatever the values will be */
	if (found.known)
		return true;
	take_reads(arena, &found.reads, false, waits);
	return false;
}

bool
expr_token_known(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct expr_reads *waits)
{
	bool all = true;

	if (!token)
		return true;
	switch (token->kind) {
	case EXPR_TOKEN_LITERAL:
	case EXPR_TOKEN_INSERT: return true;
	case EXPR_TOKEN_EXPR: return expr_known(arena, token->expr, scope, waits);
	case EXPR_TOKEN_SEQUENCE:
		for (size_t i = 0; i < token->seq.n; i++)
			all &= expr_token_known(arena, token->seq.items[i], scope, waits);
		return all;
	case EXPR_TOKEN_MAPPING:
		for (size_t i = 0; i < token->map.n; i++) {
			all &= expr_token_known(arena, token->map.pairs[i].key, scope, waits);
			all &= expr_token_known(arena, token->map.pairs[i].value, scope, waits);
		}
		return all;
	}
	abort();
}
