/* SPDX-License-Identifier: MIT */
/* lint_place.c - from a piece of a token to its place in the file, and the report with it.
 *
 * A token knows where its scalar begins; what stands in the scalar is found again in the file by
 * its own text: as often as it occurs in the scalar before the piece, it occurs in the file behind
 * the beginning. So quotes, indentation and escapes between need not be understood. */
#include "model/lint_walk.h"

#include <stdarg.h>
#include <stdio.h>

enum { MAX_NAMES = 500 }; /* among which the nearest is looked for */

/* ---- places in the file ---- */

static void
index_lines(struct lint *l)
{
	struct wf_str rest = l->source;
	size_t n = 1;

	for (size_t i = 0; i < rest.n; i++)
		n += rest.p[i] == '\n';
	l->lines = wf_new_array(l->arena, n, const char *);
	while (rest.p && l->nlines < n) {
		l->lines[l->nlines++] = rest.p;
		wf_str_cut(&rest, '\n');
	}
	if (l->nlines > 0 && wf_str_starts(l->source, WF_S("\xef\xbb\xbf")))
		l->lines[0] += 3; /* the byte order mark is no character of the line */
}

/* The file from this place on; empty when there is no such place. */
static struct wf_str
source_from(struct lint *l, struct wf_pos pos)
{
	struct wf_str rest = { 0 };
	size_t len;

	if (!l->lines)
		index_lines(l);
	if (pos.line < 1 || (size_t)pos.line > l->nlines)
		return rest;
	rest.p = l->lines[pos.line - 1];
	rest.n = (size_t)(l->source.p + l->source.n - rest.p);
	for (int col = 1; col < pos.col && rest.n > 0; col++) {
		wf_utf8_get(rest, &len);
		rest = wf_str_skip(rest, len);
	}
	return rest;
}

/* Moves pos over text that it stands before. */
static struct wf_pos
advance(struct wf_pos pos, struct wf_str text)
{
	size_t len;

	for (; text.n > 0; text = wf_str_skip(text, len)) {
		bool newline = wf_utf8_get(text, &len) == '\n';

		pos.line += newline;
		pos.col = newline ? 1 : pos.col + 1;
	}
	return pos;
}

static size_t
count(struct wf_str text, struct wf_str needle)
{
	size_t n = 0;
	ptrdiff_t at;

	while ((at = wf_str_find(text, needle)) >= 0) {
		n++;
		text = wf_str_skip(text, (size_t)at + needle.n);
	}
	return n;
}

/* Finds the spot in the file; its beginning is all there is to say when that fails. */
static struct wf_pos
locate(struct lint *l, const struct lint_spot *spot, int *end)
{
	struct wf_str needle = wf_str_sub(spot->text, spot->from, spot->to);
	struct wf_str source = source_from(l, spot->pos), rest = source;
	size_t skip = needle.n ? count(wf_str_sub(spot->text, 0, spot->from), needle) : 0;
	struct wf_pos pos;
	ptrdiff_t at;

	*end = 0;
	for (size_t i = 0; needle.n && (at = wf_str_find(rest, needle)) >= 0; i++) {
		rest = wf_str_skip(rest, (size_t)at);
		if (i < skip) {
			rest = wf_str_skip(rest, needle.n);
			continue;
		}
		pos = advance(spot->pos, (struct wf_str){ source.p, (size_t)(rest.p - source.p) });
		pos = advance(pos, wf_str_sub(needle, 0, spot->at - spot->from));
		*end = advance(pos, wf_str_skip(needle, spot->at - spot->from)).col;
		return pos;
	}
	return spot->pos;
}

/* ---- spots ---- */

struct lint_spot
lint_spot(struct wf_pos pos, struct wf_str text)
{
	return (struct lint_spot){ .pos = pos, .text = text, .to = text.n };
}

struct lint_spot
lint_spot_token(const struct expr_token *token)
{
	struct wf_str rest = token->source, line = wf_str_cut(&rest, '\n');

	return (struct lint_spot){ .pos = token->pos, .text = token->source, .to = line.n };
}

static bool
lies_in(struct wf_str whole, const char *p)
{
	return whole.n > 0 && p >= whole.p && p <= whole.p + whole.n;
}

/* Cuts the last ${{ ... }} off *text and gives what stands in it, trimmed; p is NULL when there is
 * none. */
static struct wf_str
cut_last(struct wf_str *text)
{
	size_t close = text->n < 2 ? 0 : text->n - 2;
	size_t open;

	while (close > 0 && (text->p[close] != '}' || text->p[close + 1] != '}'))
		close--;
	for (open = close; open >= 3; open--) {
		struct wf_str inner = wf_str_sub(*text, open, close);

		if (memcmp(inner.p - 3, "${{", 3) != 0)
			continue;
		text->n = open - 3;
		return wf_str_trim(inner);
	}
	return (struct wf_str){ 0 };
}

/* An expression with text around it was parsed from a format() call whose last arguments are the
 * expressions, each behind ", ". Gives the place of `p` in the token's text, counted from the end.
 */
static const char *
in_format(const struct expr_token *token, const struct expr *expr, const char *p)
{
	struct wf_str call = expr_source(expr), text = token->source, inner;
	size_t left = (size_t)(call.p + call.n - p) - 1; /* without the bracket that closes it */

	while ((inner = cut_last(&text)).p) {
		if (left <= inner.n)
			return inner.p + (inner.n - left);
		if (left < inner.n + 2)
			return NULL;
		left -= inner.n + 2;
	}
	return NULL;
}

struct lint_spot
lint_spot_part(const struct expr_token *token, const struct expr *expr, struct wf_str part,
    const char *at)
{
	static const char implied[] = "success() && ("; /* what expr_condition() puts before */
	struct wf_str source = expr_source(expr);
	const char *p = part.p;

	if (lies_in(source, p) && !lies_in(token->source, p)) {
		if (token->kind == EXPR_TOKEN_EXPR)
			p = in_format(token, expr, p);
		else
			p = token->source.p + (p - source.p) - (sizeof(implied) - 1);
	}
	if (!p || !lies_in(token->source, p) || !lies_in(token->source, p + part.n))
		return lint_spot_token(token);
	return (struct lint_spot){
		.pos = token->pos,
		.text = token->source,
		.from = (size_t)(p - token->source.p),
		.at = (size_t)(p - token->source.p) + (size_t)(at - part.p),
		.to = (size_t)(p - token->source.p) + part.n,
	};
}

/* ---- reports ---- */

struct wf_diag *
lint_report(struct lint *l, enum lint_id id, const struct lint_spot *spot, const char *fmt, ...)
{
	size_t n;
	const struct lint_rule *rule = &lint_rules(&n)[id];
	struct wf_error err = { .kind = WF_ERR_INVALID };
	struct wf_diag *diag;
	va_list ap;
	int end;

	if (lint_enough(l))
		return &l->unread;
	l->nreports++;
	va_start(ap, fmt);
	vsnprintf(err.msg, sizeof(err.msg), fmt, ap);
	va_end(ap);
	err.pos = locate(l, spot, &end);
	diag = wf_diags_add(l->diags, rule->severity, &err);
	diag->rule = rule->name;
	diag->end = end;
	return diag;
}

void
lint_suggest(struct wf_diag *diag, struct wf_str word, const struct wf_str *names, size_t n)
{
	struct wf_str nearest = wf_nearest(word, names, n < MAX_NAMES ? n : MAX_NAMES);

	if (nearest.n)
		wf_hint(&diag->error, "did you mean '%.*s'?", WF_ARG(nearest));
}

void
lint_suggest_key(struct wf_diag *diag, struct wf_str word, const struct wf_map *map)
{
	size_t n = map->n < MAX_NAMES ? map->n : MAX_NAMES;
	struct wf_str names[MAX_NAMES];

	for (size_t i = 0; i < n; i++)
		names[i] = map->items[i].key;
	lint_suggest(diag, word, names, n);
}
