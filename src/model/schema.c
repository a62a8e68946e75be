/* SPDX-License-Identifier: MIT */
/* schema.c - walks a tree along the tables.
 *
 * The walk is GitHub's: a key that is not legal is reported and its value stepped over; a key that
 * only some of the possible mappings have decides for these; what is missing is told at the end of
 * the mapping. What GitHub throws as an exception (limits, the end of the tree) ends the walk. */
#include "model/schema.h"

#include "base/map.h"

#include <stdlib.h>

enum { TOKEN_COST = 24, STRING_COST = 26 }; /* GitHub's estimate of a .NET object and string */

struct walk {
	struct wf_arena *arena;
	const struct tree *tree;
	size_t at;
	const struct schema_options *options;
	struct schema_budget *budget;
	struct wf_diags *diags;
	bool stopped; /* by a limit or the end of the tree */
};

/* A place in the file: what is legal there, and the contexts, its own and those around it. */
struct spot {
	const struct schema_def *def;
	unsigned contexts;
};

const struct schema_def schema_any;

static const struct schema_map any_map = { NULL, &schema_string, &schema_any };
static const struct schema_map *const any_maps[] = { &any_map, NULL };

const struct schema_def schema_any = {
	.scalars = SCHEMA_NULL | SCHEMA_BOOL | SCHEMA_NUMBER | SCHEMA_STRING,
	.items = &schema_any,
	.maps = any_maps,
};
const struct schema_def schema_string = { .scalars = SCHEMA_STRING };
const struct schema_def schema_text = { .scalars = SCHEMA_TEXT };
const struct schema_def schema_boolean = { .scalars = SCHEMA_BOOL };
const struct schema_def schema_number = { .scalars = SCHEMA_NUMBER };
const struct schema_def schema_texts = { .items = &schema_text };

static struct spot
enter(struct spot outer, const struct schema_def *def)
{
	return (struct spot){ def, outer.contexts | def->contexts };
}

/* ---- problems ---- */

/* A line without a column: GitHub's message names the file alone. */
static struct expr_token *
stop(struct walk *w, const char *why)
{
	struct wf_pos pos = { .file = w->options->file };

	if (w->at > 0)
		pos.line = w->tree->nodes[w->at - 1].pos.line;
	if (!w->stopped)
		wf_diags_fail(w->diags, pos, "%s", why);
	w->stopped = true;
	return NULL;
}

/* An error, or a warning where GitHub is lenient. Gives the entry, for a hint. */
static struct wf_error *
unexpected(struct walk *w, struct wf_pos pos, struct wf_str text, bool lenient)
{
	struct wf_error err = { 0 };
	bool warn = lenient && !w->options->strict;

	wf_fail(&err, WF_ERR_INVALID, pos, "Unexpected value '%.*s'", WF_ARG(text));
	return &wf_diags_add(w->diags, warn ? WF_DIAG_WARNING : WF_DIAG_ERROR, &err)->error;
}

enum { MAX_CANDIDATES = 64 }; /* for "did you mean"; the largest table is half of it */

static size_t
add_names(const struct schema_map *map, struct wf_str *names, size_t room)
{
	size_t n = 0;

	for (const struct schema_key *key = map->keys; key && key->name && n < room; key++)
		names[n++] = wf_str(key->name);
	return n;
}

static void
suggest(struct wf_error *err, struct wf_str word, const struct wf_str *candidates, size_t n)
{
	struct wf_str nearest = wf_nearest(word, candidates, n);

	if (nearest.n)
		wf_hint(err, "did you mean '%.*s'?", WF_ARG(nearest));
}

/* ---- the budget ---- */

static bool
charge(struct walk *w, size_t bytes)
{
	w->budget->bytes += bytes;
	if (w->budget->bytes > w->budget->max_bytes)
		stop(w, "Maximum object size exceeded");
	return !w->stopped;
}

bool
schema_charge(struct schema_budget *budget, struct wf_str text)
{
	budget->bytes += STRING_COST + 2 * tree_units(text);
	return budget->bytes <= budget->max_bytes;
}

static bool
charge_token(struct walk *w, const struct expr_token *token)
{
	struct wf_str text = { 0 };
	bool string = true;

	if (token->kind == EXPR_TOKEN_EXPR)
		text = expr_source(token->expr);
	else if (token->kind == EXPR_TOKEN_LITERAL && token->literal.kind == EXPR_STRING)
		text = token->literal.string;
	else
		string = false;
	return charge(w, TOKEN_COST + (string ? STRING_COST + 2 * tree_units(text) : 0));
}

static bool
count_event(struct walk *w)
{
	if (w->budget->events++ >= w->budget->max_events)
		stop(w,
		    "Maximum events exceeded while evaluating the template. This may indicate an "
		    "infinite loop or too many nested loops.");
	return !w->stopped;
}

static bool
deeper(struct walk *w)
{
	if (w->budget->depth++ >= w->budget->max_depth)
		stop(w, "Maximum object depth exceeded");
	return !w->stopped;
}

/* ---- the tree ---- */

/* The node at hand; NULL when the walk is over. */
static const struct tree_node *
peek(struct walk *w)
{
	if (schema_enough(w->diags))
		stop(w, "There are more problems than these");
	if (w->stopped)
		return NULL;
	if (w->at < w->tree->n)
		return &w->tree->nodes[w->at];
	if (w->tree->failed)
		wf_diags_add(w->diags, WF_DIAG_ERROR, &w->tree->error);
	w->stopped = true;
	return NULL;
}

/* Steps over the end of a list or mapping; false while it is not there. Also true when the walk is
 * over, so that loops end. */
static bool
at_end(struct walk *w, enum tree_kind end)
{
	const struct tree_node *node = peek(w);

	if (!node)
		return true;
	if (node->kind != end)
		return false;
	w->at++;
	w->budget->depth--;
	return true;
}

/* Steps over one value, of whatever kind. */
static void
skip_value(struct walk *w)
{
	const struct tree_node *node = peek(w);
	size_t depth = 0;

	do {
		if (!node || !count_event(w))
			return;
		if (node->kind == TREE_SEQUENCE || node->kind == TREE_MAPPING) {
			depth++;
			if (!deeper(w))
				return;
		} else if (node->kind != TREE_SCALAR) {
			depth--;
			w->budget->depth--;
		}
		w->at++;
	} while (depth > 0 && (node = peek(w)));
}

/* ---- scalars ---- */

static struct expr_token *
new_token(struct walk *w, enum expr_token_kind kind, const struct tree_node *node)
{
	struct expr_token *token = wf_new(w->arena, struct expr_token);

	token->kind = kind;
	token->pos = node->pos;
	token->source = node->text;
	return token;
}

/* Most scalars have no dollar at all, which costs one look. */
static bool
may_hold_expression(const struct walk *w, struct wf_str text)
{
	ptrdiff_t dollar = wf_str_find_char(text, '$');

	if (dollar < 0)
		return false;
	text = wf_str_skip(text, (size_t)dollar);
	return wf_str_find(text, WF_S("${{")) >= 0 ||
	       (w->options->alt && wf_str_find(text, WF_S("$<<")) >= 0);
}

/* The scalar with its expressions taken apart; when these are wrong, its text as it stands. */
static struct expr_token *
parse_scalar(struct walk *w, const struct tree_node *node, unsigned contexts)
{
	struct expr_token *token;
	struct wf_error err;

	if (node->value.kind == EXPR_STRING && may_hold_expression(w, node->text)) {
		if (expr_token_read(w->arena, node->text, node->pos, context_names(contexts),
		        w->options->alt, &token, &err))
			return token;
		err.kind = WF_ERR_INVALID;
		wf_diags_add(w->diags, WF_DIAG_ERROR, &err);
	}
	token = new_token(w, EXPR_TOKEN_LITERAL, node);
	token->literal = node->value;
	return token;
}

static const struct schema_key *
find_key(const struct schema_map *map, struct wf_str name)
{
	for (const struct schema_key *key = map->keys; key && key->name; key++)
		if (wf_str_is(name, key->name))
			return key;
	return NULL;
}

static bool
is_word(const struct schema_def *def, struct wf_str text)
{
	for (const char *const *word = def->words; word && *word; word++)
		if (wf_str_is(text, *word))
			return true;
	return def->names && find_key(def->names, text);
}

bool
schema_takes(const struct schema_def *def, struct expr_value value)
{
	switch (value.kind) {
	case EXPR_NULL: return def->scalars & SCHEMA_NULL;
	case EXPR_BOOL: return def->scalars & SCHEMA_BOOL;
	case EXPR_NUMBER: return def->scalars & SCHEMA_NUMBER;
	case EXPR_STRING:
		return def->scalars & SCHEMA_STRING ||
		       (def->scalars & SCHEMA_TEXT && value.string.n > 0) ||
		       is_word(def, value.string);
	case EXPR_ARRAY:
	case EXPR_OBJECT: return false;
	}
	abort();
}

static void
suggest_word(struct wf_error *err, const struct schema_def *def, struct wf_str text)
{
	struct wf_str words[MAX_CANDIDATES];
	size_t n = 0;

	for (const char *const *word = def->words; word && *word && n < WF_COUNT(words); word++)
		words[n++] = wf_str(*word);
	if (def->names)
		n += add_names(def->names, words + n, WF_COUNT(words) - n);
	suggest(err, text, words, n);
}

/* Holds a literal against the place; a scalar that is legal only as text becomes text. */
static void
check_literal(struct walk *w, struct expr_token *token, const struct schema_def *def)
{
	struct expr_value text;

	if (schema_takes(def, token->literal))
		return;
	text = expr_string(expr_to_string(w->arena, token->literal));
	if (schema_takes(def, text))
		token->literal = text;
	else
		suggest_word(unexpected(w, token->pos, text.string, def->lenient), def,
		    text.string);
}

static void
check_scalar(struct walk *w, struct expr_token *token, struct spot spot)
{
	if (token->kind == EXPR_TOKEN_LITERAL)
		check_literal(w, token, spot.def);
	else if (token->kind == EXPR_TOKEN_INSERT)
		unexpected(w, token->pos, WF_S("${{ insert }}"), false);
	else if (!spot.contexts)
		wf_diags_fail(w->diags, token->pos,
		    "A template expression is not allowed in this context");
}

/* ---- mappings ---- */

static struct expr_token *read_value(struct walk *w, struct spot spot);

enum { MAX_MAPS = 8 }; /* of one schema_def */

/* A mapping while it is read. */
struct mapping {
	struct spot spot;
	struct expr_token *token;
	size_t cap;
	const struct schema_map *maps[MAX_MAPS]; /* those that the keys so far allow */
	size_t nmaps;
	struct wf_map seen; /* keys, letters without case */
	bool has_expression; /* as a key */
};

/* The key in the maps that are still possible; those that lack it are out from now on. */
static const struct schema_key *
match_key(struct mapping *m, struct wf_str name)
{
	const struct schema_key *found = NULL, *key;
	size_t kept = 0;

	for (size_t i = 0; i < m->nmaps && !found; i++)
		found = find_key(m->maps[i], name);
	if (!found)
		return NULL;
	for (size_t i = 0; i < m->nmaps; i++) {
		key = find_key(m->maps[i], name);
		if (key)
			m->maps[kept++] = m->maps[i];
	}
	m->nmaps = kept;
	return found;
}

static void
unknown_key(struct walk *w, const struct mapping *m, const struct expr_token *key)
{
	struct wf_error *err = unexpected(w, key->pos, key->literal.string, m->spot.def->lenient);
	struct wf_str names[MAX_CANDIDATES];
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < m->nmaps; i++)
		n += add_names(m->maps[i], names + n, WF_COUNT(names) - n);
	for (size_t i = 0; i < n; i++)
		if (!wf_map_has(&m->seen, names[i]))
			names[kept++] = names[i];
	suggest(err, key->literal.string, names, kept);
}

static void
add_pair(struct walk *w, struct mapping *m, struct expr_token *key, const struct schema_def *def)
{
	struct expr_token *value;

	if (!charge_token(w, key))
		return;
	value = read_value(w, enter(m->spot, def));
	if (value)
		*wf_push(w->arena, m->token->map.pairs, m->token->map.n,
		    m->cap) = (struct expr_token_pair){ key, value };
}

/* A key that is an expression may become any key; its value is checked when that is known. */
static void
read_expression_key(struct walk *w, struct mapping *m, struct expr_token *key)
{
	bool all_loose = m->nmaps == 1 && !m->maps[0]->keys;

	m->has_expression = true;
	if (m->spot.contexts) {
		add_pair(w, m, key, all_loose ? m->maps[0]->value : &schema_any);
		return;
	}
	wf_diags_fail(w->diags, key->pos, "A template expression is not allowed in this context");
	skip_value(w);
}

static void
read_pair(struct walk *w, struct mapping *m, struct expr_token *key, const struct schema_map *loose)
{
	const struct schema_key *known;
	struct wf_str name;

	if (key->kind != EXPR_TOKEN_LITERAL) {
		read_expression_key(w, m, key);
		return;
	}
	name = expr_to_string(w->arena, key->literal);
	key->literal = expr_string(name);
	if (wf_map_has(&m->seen, name)) {
		wf_diags_fail(w->diags, key->pos, "'%.*s' is already defined", WF_ARG(name));
		skip_value(w);
		return;
	}
	wf_map_set(&m->seen, name, key);
	known = match_key(m, name);
	if (known) {
		add_pair(w, m, key, known->def);
	} else if (loose->key) {
		check_literal(w, key, loose->key);
		add_pair(w, m, key, loose->value);
	} else {
		unknown_key(w, m, key);
		skip_value(w);
	}
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys that only one of the maps has would decide. */
static void
undecided(struct walk *w, const struct mapping *m)
{
	wf_auto(wf_buf_release) struct wf_buf list = WF_BUF_INIT;
	const char *names[128];
	size_t n = 0, hits;

	for (size_t i = 0; i < m->nmaps; i++)
		for (const struct schema_key *k = m->maps[i]->keys; k && k->name; k++) {
			hits = 0;
			for (size_t j = 0; j < m->nmaps; j++)
				hits += find_key(m->maps[j], wf_str(k->name)) != NULL;
			if (hits == 1 && n < WF_COUNT(names))
				names[n++] = k->name;
		}
	qsort(names, n, sizeof(names[0]), compare_names);
	for (size_t i = 0; i < n; i++)
		wf_buf_addf(&list, "%s%s", i ? ", " : "", names[i]);
	wf_diags_fail(w->diags, m->token->pos,
	    "There's not enough info to determine what you meant. Add one of these properties: "
	    "%.*s",
	    WF_ARG(wf_buf_str(&list)));
}

static void
check_required(struct walk *w, const struct mapping *m)
{
	for (const struct schema_key *k = m->maps[0]->keys; k && k->name; k++)
		if (k->required && !wf_map_has(&m->seen, wf_str(k->name)))
			wf_diags_fail(w->diags, m->token->pos, "Required property is missing: %s",
			    k->name);
}

static struct expr_token *
read_mapping(struct walk *w, struct spot spot, struct expr_token *token)
{
	struct mapping m = { .spot = spot, .token = token };
	const struct schema_map *loose;
	const struct tree_node *node;

	do {
		m.maps[m.nmaps] = spot.def->maps[m.nmaps];
		m.nmaps++;
	} while (m.nmaps < MAX_MAPS && spot.def->maps[m.nmaps]);
	loose = m.maps[0];
	wf_map_init(&m.seen, w->arena, true);
	while ((node = peek(w)) && node->kind == TREE_SCALAR) {
		w->at++;
		read_pair(w, &m, parse_scalar(w, node, spot.contexts), loose);
	}
	if (node && node->kind != TREE_MAPPING_END)
		return stop(w, "Expected mapping end"); /* a list or mapping as a key */
	if (w->stopped)
		return NULL;
	if (m.nmaps > 1)
		undecided(w, &m);
	else if (!m.has_expression)
		check_required(w, &m);
	at_end(w, TREE_MAPPING_END);
	return token;
}

/* ---- values ---- */

static struct expr_token *
read_sequence(struct walk *w, struct spot spot, struct expr_token *token)
{
	struct expr_token *item;
	size_t cap = 0;

	while (!at_end(w, TREE_SEQUENCE_END)) {
		item = read_value(w, enter(spot, spot.def->items));
		if (item)
			/* NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers */
			*wf_push(w->arena, token->seq.items, token->seq.n, cap) = item;
	}
	return w->stopped ? NULL : token;
}

/* A list or mapping where none may be: told once, its content is not looked at. */
static struct expr_token *
misplaced(struct walk *w, struct expr_token *token, const char *what, enum tree_kind end)
{
	wf_diags_fail(w->diags, token->pos, "A %s was not expected", what);
	while (!at_end(w, end))
		skip_value(w);
	return w->stopped ? NULL : token;
}

static struct expr_token *
read_value(struct walk *w, struct spot spot)
{
	const struct tree_node *node = peek(w);
	struct expr_token *token;

	if (!node || !count_event(w))
		return NULL;
	w->at++;
	if (node->kind == TREE_SCALAR) {
		token = parse_scalar(w, node, spot.contexts);
		check_scalar(w, token, spot);
		return charge_token(w, token) ? token : NULL;
	}
	token = new_token(w, node->kind == TREE_SEQUENCE ? EXPR_TOKEN_SEQUENCE : EXPR_TOKEN_MAPPING,
	    node);
	if (!deeper(w) || !charge(w, TOKEN_COST))
		return NULL;
	if (node->kind == TREE_SEQUENCE)
		return spot.def->items ? read_sequence(w, spot, token)
		                       : misplaced(w, token, "sequence", TREE_SEQUENCE_END);
	return spot.def->maps ? read_mapping(w, spot, token)
	                      : misplaced(w, token, "mapping", TREE_MAPPING_END);
}

struct expr_token *
schema_read(struct wf_arena *arena, const struct tree *tree, const struct schema_def *root,
    const struct schema_options *options, struct schema_budget *budget, struct wf_diags *diags)
{
	struct walk w = {
		.arena = arena,
		.tree = tree,
		.options = options,
		.budget = budget,
		.diags = diags,
	};
	struct expr_token *token;

	budget->depth = 0;
	token = read_value(&w, (struct spot){ root, root->contexts });
	if (!w.stopped && tree->failed)
		peek(&w); /* what stands behind the document */
	return w.stopped ? NULL : token;
}

/* ---- reading the tokens ---- */

const struct expr_token *
schema_get(const struct expr_token *mapping, const char *key)
{
	const struct expr_token *name;

	if (!mapping || mapping->kind != EXPR_TOKEN_MAPPING)
		return NULL;
	for (size_t i = 0; i < mapping->map.n; i++) {
		name = mapping->map.pairs[i].key;
		if (name->kind == EXPR_TOKEN_LITERAL && wf_str_is(name->literal.string, key))
			return mapping->map.pairs[i].value;
	}
	return NULL;
}

struct wf_str
schema_text_of(const struct expr_token *token)
{
	if (token && token->kind == EXPR_TOKEN_LITERAL && token->literal.kind == EXPR_STRING)
		return token->literal.string;
	return (struct wf_str){ 0 };
}

bool
schema_is_expression(const struct expr_token *token)
{
	return token->kind == EXPR_TOKEN_EXPR || token->kind == EXPR_TOKEN_INSERT;
}

bool
schema_has_expression(const struct expr_token *token)
{
	switch (token->kind) {
	case EXPR_TOKEN_LITERAL: return false;
	case EXPR_TOKEN_EXPR:
	case EXPR_TOKEN_INSERT: return true;
	case EXPR_TOKEN_SEQUENCE:
		for (size_t i = 0; i < token->seq.n; i++)
			if (schema_has_expression(token->seq.items[i]))
				return true;
		return false;
	case EXPR_TOKEN_MAPPING:
		for (size_t i = 0; i < token->map.n; i++)
			if (schema_has_expression(token->map.pairs[i].key) ||
			    schema_has_expression(token->map.pairs[i].value))
				return true;
		return false;
	}
	abort();
}
