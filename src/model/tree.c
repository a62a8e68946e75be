/* SPDX-License-Identifier: MIT */
/* tree.c - libyaml's events to typed nodes.
 *
 * From the first anchor on, each event is kept as it came (`struct raw`), too. An
 * alias replays the events from its anchor to the end of that node; aliases met on the way are
 * replayed the same way, with the anchors as they stand now. So an alias is a plain copy of the
 * text, line numbers included, and the limit on nodes bounds what a chain of aliases can cost. */
#include "model/tree.h"

#include "base/map.h"

#include <math.h>
#include <yaml.h>

struct raw {
	bool alias;
	struct wf_str anchor; /* of an alias: its target; else the name given to the node */
	struct tree_node node;
};

struct replay {
	size_t index; /* of the raw event to replay next */
	size_t depth; /* open sequences and mappings of this replay */
};

struct reader {
	struct wf_arena *arena; /* of texts */
	struct wf_arena *scratch; /* of all else */
	const char *file;
	const struct tree_limits *limits;
	struct tree *out;
	struct raw *raws;
	size_t nraws, raws_cap;
	struct wf_map anchors; /* name to index of the raw event */
	struct replay *replays;
	size_t nreplays, replays_cap;
	size_t depth;
};

static struct wf_pos
pos_of(const struct reader *r, yaml_mark_t mark)
{
	return (struct wf_pos){ r->file, (int)mark.line + 1, (int)mark.column + 1 };
}

/* Where GitHub names the file alone, a line without a column: it is shown to a person, and left out
 * of GitHub's form of the message. */
static struct wf_pos
line_of(const struct tree_node *node)
{
	return (struct wf_pos){ .file = node->pos.file, .line = node->pos.line };
}

static struct wf_pos
whole_file(const struct reader *r)
{
	return (struct wf_pos){ .file = r->file };
}

#define FAIL(reader, pos, ...)                                                                     \
	((reader)->out->failed = true,                                                             \
	    wf_fail(&(reader)->out->error, WF_ERR_INVALID, (pos), __VA_ARGS__))

/* ---- scalars ---- */

static bool
one_of(struct wf_str s, const char *const *words)
{
	for (; *words; words++)
		if (wf_str_is(s, *words))
			return true;
	return false;
}

static bool
match_null(struct wf_str s, struct expr_value *out)
{
	static const char *const words[] = { "", "null", "Null", "NULL", "~", NULL };

	*out = EXPR_NULL_VALUE;
	return one_of(s, words);
}

static bool
match_bool(struct wf_str s, struct expr_value *out)
{
	static const char *const yes[] = { "true", "True", "TRUE", NULL };
	static const char *const no[] = { "false", "False", "FALSE", NULL };

	*out = expr_bool(one_of(s, yes));
	return out->boolean || one_of(s, no);
}

static size_t
digits(struct wf_str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
		n++;
	return n;
}

static size_t
sign(struct wf_str s, size_t at)
{
	return at < s.n && (s.p[at] == '-' || s.p[at] == '+');
}

/* 0x1F, 0o17: all of the rest must be digits of the base. */
static bool
is_prefixed(struct wf_str s, char letter, const char *allowed)
{
	if (s.n < 3 || s.p[0] != '0' || s.p[1] != letter)
		return false;
	for (size_t i = 2; i < s.n; i++)
		if (!s.p[i] || !strchr(allowed, s.p[i]))
			return false;
	return true;
}

static bool
match_int(struct wf_str s, struct expr_value *out)
{
	size_t start = sign(s, 0), n = digits(s, start);
	bool decimal = n && start + n == s.n;

	if (!decimal && !is_prefixed(s, 'x', "0123456789abcdefABCDEF") &&
	    !is_prefixed(s, 'o', "01234567"))
		return false;
	*out = expr_number(expr_parse_number(s));
	return true;
}

static bool
match_special_float(struct wf_str s, struct expr_value *out)
{
	static const char *const inf[] = { ".inf", ".Inf", ".INF", NULL };
	static const char *const nan[] = { ".nan", ".NaN", ".NAN", NULL };

	if (one_of(s, nan)) {
		*out = expr_number(NAN);
		return true;
	}
	*out = expr_number(sign(s, 0) && s.p[0] == '-' ? -INFINITY : INFINITY);
	return one_of(wf_str_skip(s, sign(s, 0)), inf);
}

static bool
match_float(struct wf_str s, struct expr_value *out)
{
	size_t at = sign(s, 0), whole = digits(s, at), fraction = 0, exponent;

	if (match_special_float(s, out))
		return true;
	at += whole;
	if (at < s.n && s.p[at] == '.') {
		fraction = digits(s, at + 1);
		at += 1 + fraction;
	}
	if (!whole && !fraction)
		return false;
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		at += 1 + sign(s, at + 1);
		exponent = digits(s, at);
		if (!exponent)
			return false;
		at += exponent;
	}
	*out = expr_number(expr_parse_number(s));
	return at == s.n;
}

#define TAG "tag:yaml.org,2002:"

static const struct scalar_type {
	const char *tag;
	bool (*match)(struct wf_str text, struct expr_value *out);
} scalar_types[] = {
	/* in the order in which a plain scalar is tried */
	{ TAG "null", match_null },
	{ TAG "bool", match_bool },
	{ TAG "int", match_int },
	{ TAG "float", match_float },
};

static bool
bad_value(struct reader *r, const struct tree_node *node, const char *tag)
{
	return FAIL(r, line_of(node),
	    "The value '%.*s' on line %d and column %d is invalid for the type '%s'",
	    WF_ARG(node->text), node->pos.line, node->pos.col, tag);
}

/* Whether the text begins as one that a type takes; nearly all begin otherwise. */
static bool
may_be_typed(struct wf_str text)
{
	return text.n == 0 || memchr("~nNtTfF.+-0123456789", text.p[0], 20);
}

/* Gives the node the type, or fails. A number that no type can hold is told by its own name. */
static bool
apply_type(struct reader *r, struct tree_node *node, const struct scalar_type *type)
{
	if (!type->match(node->text, &node->value))
		return bad_value(r, node, type->tag);
	if (type->match == match_int && isnan(node->value.number))
		return bad_value(r, node, type->tag);
	return true;
}

static const char *
style_name(yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE: return "SingleQuoted";
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return "DoubleQuoted";
	case YAML_LITERAL_SCALAR_STYLE: return "Literal";
	case YAML_FOLDED_SCALAR_STYLE: return "Folded";
	case YAML_PLAIN_SCALAR_STYLE:
	case YAML_ANY_SCALAR_STYLE: return "Plain";
	}
	abort();
}

static bool
read_tagged(struct reader *r, struct tree_node *node, const char *tag, yaml_scalar_style_t style)
{
	if (!strcmp(tag, TAG "str"))
		return true;
	if (style != YAML_PLAIN_SCALAR_STYLE)
		return FAIL(r, line_of(node),
		    "The scalar style '%s' on line %d and column %d is not valid with the tag '%s'",
		    style_name(style), node->pos.line, node->pos.col, tag);
	for (size_t i = 0; i < WF_COUNT(scalar_types); i++)
		if (!strcmp(tag, scalar_types[i].tag))
			return apply_type(r, node, &scalar_types[i]);
	FAIL(r, line_of(node), "Unexpected tag '%s'", tag);
	if (tag[0] == '!')
		return wf_hint(&r->out->error,
		    "line %d: a value that starts with '!' is a YAML tag; put it in quotes or in "
		    "${{ }}",
		    node->pos.line);
	return false;
}

static bool
read_scalar(struct reader *r, struct tree_node *node, const yaml_event_t *event)
{
	const char *tag = (const char *)event->data.scalar.tag;

	node->kind = TREE_SCALAR;
	node->text = wf_str_dup(r->arena,
	    (struct wf_str){ (const char *)event->data.scalar.value, event->data.scalar.length });
	node->value = expr_string(node->text);
	if (tag)
		return read_tagged(r, node, tag, event->data.scalar.style);
	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || !may_be_typed(node->text))
		return true;
	for (size_t i = 0; i < WF_COUNT(scalar_types); i++)
		if (scalar_types[i].match(node->text, &node->value))
			return apply_type(r, node, &scalar_types[i]);
	node->value = expr_string(node->text);
	return true;
}

/* ---- nodes and their replay ---- */

static bool
push_node(struct reader *r, const struct tree_node *node)
{
	if (r->out->n >= r->limits->nodes)
		return FAIL(r, line_of(node), "Maximum YAML nodes exceeded");
	if (node->kind == TREE_SEQUENCE || node->kind == TREE_MAPPING) {
		if (++r->depth > TREE_MAX_DEPTH)
			return FAIL(r, line_of(node), "Maximum object depth exceeded");
	} else if (node->kind != TREE_SCALAR) {
		r->depth--;
	}
	*wf_push(r->scratch, r->out->nodes, r->out->n, r->out->cap) = *node;
	return true;
}

/* Starts the replay of the node that the alias names. */
static bool
follow(struct reader *r, const struct raw *alias)
{
	const size_t *index = wf_map_get(&r->anchors, alias->anchor);

	if (!index)
		return FAIL(r, line_of(&alias->node), "Unknown anchor '%.*s'",
		    WF_ARG(alias->anchor));
	if (r->nreplays >= r->limits->nodes)
		return FAIL(r, line_of(&alias->node), "Maximum YAML nodes exceeded");
	*wf_push(r->scratch, r->replays, r->nreplays,
	    r->replays_cap) = (struct replay){ .index = *index };
	return true;
}

/* Takes one event of the innermost replay. A replay is over with the node it began with. */
static bool
replay_step(struct reader *r)
{
	struct replay *top = &r->replays[r->nreplays - 1];
	const struct raw *raw = &r->raws[top->index++];

	if (raw->node.kind == TREE_SEQUENCE || raw->node.kind == TREE_MAPPING)
		top->depth++;
	else if (raw->node.kind != TREE_SCALAR)
		top->depth--;
	if (!top->depth)
		r->nreplays--;
	return raw->alias ? follow(r, raw) : push_node(r, &raw->node);
}

static bool
take(struct reader *r, const struct raw *raw)
{
	size_t *index;

	if (raw->anchor.p || r->nraws > 0)
		*wf_push(r->scratch, r->raws, r->nraws, r->raws_cap) = *raw;
	if (raw->anchor.p && r->limits->no_anchors)
		return FAIL(r, line_of(&raw->node),
		    "Anchors are not currently supported. Remove the anchor '%.*s'",
		    WF_ARG(raw->anchor));
	if (raw->anchor.p && !raw->alias) {
		index = wf_new(r->scratch, size_t);
		*index = r->nraws - 1;
		wf_map_set(&r->anchors, raw->anchor, index);
	}
	if (!raw->alias)
		return push_node(r, &raw->node);
	if (!follow(r, raw))
		return false;
	while (r->nreplays > 0)
		if (!replay_step(r))
			return false;
	return true;
}

/* ---- events ---- */

static struct wf_str
name_of(struct reader *r, const yaml_char_t *name)
{
	return name ? wf_str_dup(r->scratch, wf_str((const char *)name)) : (struct wf_str){ 0 };
}

/* Sets *raw from an event that is part of a node. False: the error is set. */
static bool
read_node(struct reader *r, const yaml_event_t *event, struct raw *raw)
{
	*raw = (struct raw){ .node.pos = pos_of(r, event->start_mark) };
	switch ((int)event->type) {
	case YAML_ALIAS_EVENT:
		raw->alias = true;
		raw->anchor = name_of(r, event->data.alias.anchor);
		return true;
	case YAML_SCALAR_EVENT:
		raw->anchor = name_of(r, event->data.scalar.anchor);
		return read_scalar(r, &raw->node, event);
	case YAML_SEQUENCE_START_EVENT:
		raw->node.kind = TREE_SEQUENCE;
		raw->anchor = name_of(r, event->data.sequence_start.anchor);
		return true;
	case YAML_MAPPING_START_EVENT:
		raw->node.kind = TREE_MAPPING;
		raw->anchor = name_of(r, event->data.mapping_start.anchor);
		return true;
	case YAML_SEQUENCE_END_EVENT: raw->node.kind = TREE_SEQUENCE_END; return true;
	case YAML_MAPPING_END_EVENT: raw->node.kind = TREE_MAPPING_END; return true;
	}
	abort();
}

/* "While parsing a block mapping, did not find expected key." */
static bool
syntax_error(struct reader *r, const yaml_parser_t *parser)
{
	const char *context = parser->context, *problem = parser->problem;
	struct wf_pos pos = pos_of(r, parser->problem_mark);

	if (!problem)
		problem = "not valid YAML";
	if (!context)
		return FAIL(r, pos, "%c%s.", problem[0] & ~0x20, problem + 1);
	return FAIL(r, pos, "%c%s, %s.", context[0] & ~0x20, context + 1, problem);
}

static bool
read_event(struct reader *r, yaml_parser_t *parser, bool *end)
{
	struct raw raw;
	yaml_event_t event;
	bool ok = true;

	if (!yaml_parser_parse(parser, &event))
		return syntax_error(r, parser);
	switch ((int)event.type) {
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT: break;
	case YAML_DOCUMENT_START_EVENT:
		if (r->out->n > 0)
			ok = FAIL(r, pos_of(r, event.start_mark),
			    "Expected stream end parse event");
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_END_EVENT: *end = true; break;
	default: ok = read_node(r, &event, &raw) && take(r, &raw); break;
	}
	yaml_event_delete(&event);
	return ok;
}

/* ---- the text as a whole ---- */

size_t
tree_units(struct wf_str s)
{
	size_t n = 0, len;

	for (;;) {
		len = wf_ascii_run(s);
		n += len;
		s = wf_str_skip(s, len);
		if (s.n == 0)
			return n;
		n += wf_utf8_get(s, &len) >= 0x10000 ? 2 : 1;
		s = wf_str_skip(s, len);
	}
}

/* The place of a byte of the text. */
static struct wf_pos
place(const struct reader *r, struct wf_str text, size_t at)
{
	struct wf_pos pos = { r->file, 1, 1 };
	size_t len;

	for (size_t i = 0; i < at; i += len) {
		wf_utf8_get(wf_str_skip(text, i), &len);
		pos.line += text.p[i] == '\n';
		pos.col = text.p[i] == '\n' ? 1 : pos.col + 1;
	}
	return pos;
}

static size_t
first_malformed(struct wf_str text)
{
	size_t len = 1;

	for (size_t i = 0; i < text.n; i += len)
		if (wf_utf8_get(wf_str_skip(text, i), &len) == 0xfffd &&
		    !wf_utf8_valid(wf_str_sub(text, i, i + len)))
			return i;
	return text.n;
}

/* What libyaml would report by a byte offset, or read as another encoding. */
static bool
check_text(struct reader *r, struct wf_str text)
{
	const char *nul = text.n ? memchr(text.p, '\0', text.n) : NULL;

	if (text.n > r->limits->size && tree_units(text) > r->limits->size)
		return FAIL(r, whole_file(r),
		    "The maximum file size of %zu characters has been exceeded", r->limits->size);
	if (!wf_utf8_valid(text))
		return FAIL(r, place(r, text, first_malformed(text)), "The file is not UTF-8 text");
	if (nul)
		return FAIL(r, place(r, text, (size_t)(nul - text.p)), "The file has a NUL byte");
	return true;
}

void
tree_read(struct wf_arena *arena, struct wf_arena *scratch, const char *file, struct wf_str text,
    const struct tree_limits *limits, struct tree *out)
{
	struct reader r = {
		.arena = arena,
		.scratch = scratch,
		.file = file,
		.limits = limits,
		.out = out,
	};
	yaml_parser_t parser;
	bool end = false;

	*out = (struct tree){ 0 };
	wf_map_init(&r.anchors, scratch, false);
	if (wf_str_starts(text, WF_S("\xef\xbb\xbf")))
		text = wf_str_skip(text,
		    3); /* the byte order mark is no character of the first line */
	if (!check_text(&r, text))
		return;
	if (!yaml_parser_initialize(&parser))
		abort(); /* out of memory */
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)(text.p ? text.p : ""),
	    text.n);
	while (!end)
		if (!read_event(&r, &parser, &end))
			break;
	yaml_parser_delete(&parser);
	if (!out->failed && !out->n) {
		FAIL(&r, whole_file(&r), "Expected document start parse event");
		wf_hint(&out->error, "the file is empty");
	}
}
