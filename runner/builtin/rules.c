/* SPDX-License-Identifier: MIT */
/* rules.c - from YAML nodes to compiled patterns.
 *
 * A filter is flattened into items: a pattern alone, or `added|modified: PATTERNS`, one of which
 * must match a change of one of these kinds. */
#include "runner/builtin/rules.h"

#include <stdlib.h>

#include "base/pattern.h"
#include "model/tree.h"

struct item {
	struct wf_str kinds; /* "added|modified"; p == NULL: any change */
	struct glob {
		struct wf_pattern *pattern;
		bool negated; /* it begins with !, and matches what the rest of it does not */
	} * globs;
	size_t nglobs, cap;
};

struct filter_rule {
	struct wf_str name;
	struct item *items;
	size_t nitems, cap;
};

struct rules {
	struct wf_arena *arena;
	enum rules_quantifier quantifier;
	struct filter_rule *filters;
	size_t n, cap;
};

/* Where the reading is, and what goes wrong. */
struct reading {
	struct rules *rules;
	const struct tree_node *node, *end;
	struct wf_error *err;
};

__attribute__((format(printf, 2, 3))) static bool
refuse(struct reading *r, const char *fmt, ...)
{
	struct wf_str what;
	va_list ap;

	va_start(ap, fmt);
	what = wf_vstrf(r->rules->arena, fmt, ap);
	va_end(ap);
	return wf_fail(r->err, WF_ERR_EVAL, WF_NOWHERE, "Invalid filter YAML format: %.*s.",
	    WF_ARG(what));
}

/* What the language of the action calls the kind of a node. */
static const char *
type_name(const struct tree_node *node)
{
	if (node->kind != TREE_SCALAR)
		return "object";
	switch (node->value.kind) {
	case EXPR_BOOL: return "boolean";
	case EXPR_NUMBER: return "number";
	case EXPR_STRING: return "string";
	case EXPR_NULL:
	case EXPR_ARRAY:
	case EXPR_OBJECT: return "object";
	}
	abort();
}

static bool
is_text(const struct tree_node *node)
{
	return node->kind == TREE_SCALAR && node->value.kind == EXPR_STRING;
}

/* A leading ! negates; two of them do not, and !( begins a group. */
static bool
is_negated(struct wf_str text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] == '!' && !(n + 1 < text.n && text.p[n + 1] == '('))
		n++;
	return n % 2 == 1;
}

static bool
add_glob(struct reading *r, struct item *item, const struct tree_node *node)
{
	struct glob *glob;
	struct wf_pattern *pattern;

	if (!is_text(node) || node->value.string.n == 0)
		return wf_fail(r->err, WF_ERR_EVAL, WF_NOWHERE,
		    "Expected pattern to be a non-empty string");
	pattern = wf_pattern_new(WF_PATTERN_PICOMATCH, node->value.string, WF_NOWHERE, r->err);
	if (!pattern)
		return false;
	glob = wf_push(r->rules->arena, item->globs, item->nglobs, item->cap);
	glob->pattern = pattern;
	glob->negated = is_negated(node->value.string);
	return true;
}

static struct item *
new_item(struct reading *r, struct filter_rule *filter)
{
	return wf_push(r->rules->arena, filter->items, filter->nitems, filter->cap);
}

/* The patterns of `added: PATTERNS`: one, or a list of them in which lists may nest. */
static bool
read_globs(struct reading *r, struct item *item)
{
	size_t depth = 0;

	do {
		const struct tree_node *node = r->node++;

		if (node->kind == TREE_SEQUENCE)
			depth++;
		else if (node->kind == TREE_SEQUENCE_END)
			depth--;
		else if (!add_glob(r, item, node))
			return false;
	} while (depth > 0);
	return true;
}

/* A mapping of kinds of change to patterns. */
static bool
read_kinds(struct reading *r, struct filter_rule *filter)
{
	for (r->node++; r->node->kind != TREE_MAPPING_END;) {
		const struct tree_node *key = r->node++, *value = r->node;
		struct item *item;

		if (!is_text(value) && value->kind != TREE_SEQUENCE)
			return refuse(r,
			    "Expected [key:string]= pattern:string | string[], but [%.*s:string]= "
			    "%.*s:%s found",
			    WF_ARG(key->text), WF_ARG(value->text), type_name(value));
		item = new_item(r, filter);
		item->kinds = wf_str_dup(r->rules->arena, key->text);
		if (!read_globs(r, item))
			return false;
	}
	r->node++;
	return true;
}

/* One filter: patterns, kinds, and lists of these, however deep. */
static bool
read_filter(struct reading *r, struct filter_rule *filter)
{
	size_t depth = 0;

	do {
		const struct tree_node *node = r->node;

		if (node->kind == TREE_MAPPING) {
			if (!read_kinds(r, filter))
				return false;
			continue;
		}
		r->node++;
		if (node->kind == TREE_SEQUENCE)
			depth++;
		else if (node->kind == TREE_SEQUENCE_END)
			depth--;
		else if (node->value.kind == EXPR_NULL)
			return wf_fail(r->err, WF_ERR_EVAL, WF_NOWHERE,
			    "Cannot convert undefined or null to object");
		else if (!is_text(node))
			return refuse(r, "Unexpected element type '%s'", type_name(node));
		else if (!add_glob(r, new_item(r, filter), node))
			return false;
	} while (depth > 0);
	return true;
}

static bool
is_known(const struct rules *rules, struct wf_str name)
{
	for (size_t i = 0; i < rules->n; i++)
		if (wf_str_eq(rules->filters[i].name, name))
			return true;
	return false;
}

/* A mapping of names to filters; those of a list are called by their place in it. */
static bool
read_named(struct reading *r, bool list)
{
	enum tree_kind end = list ? TREE_SEQUENCE_END : TREE_MAPPING_END;
	struct rules *rules = r->rules;

	for (r->node++; r->node->kind != end;) {
		const struct tree_node *key = list ? NULL : r->node++;
		struct wf_str name = list ? wf_strf(rules->arena, "%zu", rules->n)
		                          : wf_str_dup(rules->arena, key->text);
		struct filter_rule *filter;

		if (key && is_known(rules, name))
			return wf_fail(r->err, WF_ERR_EVAL, WF_NOWHERE,
			    "duplicated mapping key (%d:%d)", key->pos.line, key->pos.col);
		filter = wf_push(rules->arena, rules->filters, rules->n, rules->cap);
		filter->name = name;
		if (!read_filter(r, filter))
			return false;
	}
	return true;
}

static bool
read_filters(struct reading *r)
{
	const struct tree_node *root = r->node;

	if (root < r->end && root->kind == TREE_SCALAR && root->value.kind == EXPR_NULL)
		return wf_fail(r->err, WF_ERR_EVAL, WF_NOWHERE,
		    "Cannot convert undefined or null to object");
	if (root == r->end || root->kind == TREE_SCALAR)
		return refuse(r, "Root element is not an object");
	return read_named(r, root->kind == TREE_SEQUENCE);
}

struct rules *
rules_read(struct wf_arena *arena, struct wf_str yaml, enum rules_quantifier quantifier,
    struct wf_error *err)
{
	struct rules *rules = wf_new(arena, struct rules);
	struct reading r = { .rules = rules, .err = err };
	struct tree tree;

	rules->arena = arena;
	rules->quantifier = quantifier;
	tree_read(arena, arena, NULL, yaml, &TREE_LIMITS, &tree);
	if (tree.failed) {
		*err = tree.error;
		return NULL;
	}
	r.node = tree.nodes;
	r.end = tree.nodes + tree.n;
	if (read_filters(&r))
		return rules;
	rules_free(rules);
	return NULL;
}

void
rules_free(struct rules *rules)
{
	for (size_t f = 0; rules && f < rules->n; f++)
		for (size_t i = 0; i < rules->filters[f].nitems; i++)
			for (size_t g = 0; g < rules->filters[f].items[i].nglobs; g++)
				wf_pattern_free(rules->filters[f].items[i].globs[g].pattern);
}

size_t
rules_count(const struct rules *rules)
{
	return rules->n;
}

struct wf_str
rules_name(const struct rules *rules, size_t filter)
{
	return rules->filters[filter].name;
}

const char *
rules_status_name(enum repo_change_kind status)
{
	static const char *const names[] = {
		[REPO_ADDED] = "added",
		[REPO_MODIFIED] = "modified",
		[REPO_DELETED] = "deleted",
		[REPO_RENAMED] = "renamed",
	};

	return names[status];
}

/* ---- matching ---- */

static bool
has_kind(const struct item *item, enum repo_change_kind status)
{
	struct wf_str rest = item->kinds, name = wf_str(rules_status_name(status));

	if (!rest.p)
		return true;
	while (rest.p)
		if (wf_str_ieq(wf_str_trim(wf_str_cut(&rest, '|')), name))
			return true;
	return false;
}

static bool
any_glob(const struct item *item, struct wf_str path)
{
	for (size_t i = 0; i < item->nglobs; i++)
		if (wf_pattern_match(item->globs[i].pattern, path))
			return true;
	return false;
}

/* Whether a glob of this polarity speaks for the path: a plain one matches it, a negated one, which
 * matches all that it does not exclude, does not. */
static bool
speaks(const struct item *item, struct wf_str path, bool negated)
{
	for (size_t i = 0; i < item->nglobs; i++)
		if (item->globs[i].negated == negated &&
		    wf_pattern_match(item->globs[i].pattern, path) != negated)
			return true;
	return false;
}

/* How many items of the filter hold for the change. */
static size_t
count_items(const struct filter_rule *filter, struct wf_str path, enum repo_change_kind status)
{
	size_t n = 0;

	for (size_t i = 0; i < filter->nitems; i++)
		n += has_kind(&filter->items[i], status) && any_glob(&filter->items[i], path);
	return n;
}

static bool
any_speaks(const struct filter_rule *filter, struct wf_str path, enum repo_change_kind status,
    bool negated)
{
	for (size_t i = 0; i < filter->nitems; i++)
		if (has_kind(&filter->items[i], status) && speaks(&filter->items[i], path, negated))
			return true;
	return false;
}

bool
rules_match(const struct rules *rules, size_t filter, struct wf_str path,
    enum repo_change_kind status)
{
	const struct filter_rule *f = &rules->filters[filter];

	switch (rules->quantifier) {
	case RULES_SOME: return count_items(f, path, status) > 0;
	case RULES_EVERY: return count_items(f, path, status) == f->nitems;
	case RULES_SOME_WITH_EXCLUDES:
		return any_speaks(f, path, status, false) && !any_speaks(f, path, status, true);
	}
	abort();
}
