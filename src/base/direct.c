/* SPDX-License-Identifier: MIT */
/* direct.c - the few pieces that most globs are made of, recognised in the expression and matched
 * by hand.
 *
 * The expression is the one that PCRE2 would get, so that both dialects come here and a glob means
 * what it means there. Each wildcard can end at a span of places; these are tried from the last to
 * the first, because folders mostly end at the last slash. Where only literals follow, a single
 * place is left. Trying takes long only for hostile texts: after TRIES places it is given up, and
 * PCRE2, which has limits of its own, must say. */
#include "base/direct.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/glob_piece.h"
#include "base/literal.h"

#define TRIES 256

/* ---- reading ---- */

static const struct piece {
	const char *text;
	enum direct_kind kind;
	bool first; /* known only at the start of the name */
} pieces[] = {
	{ ANY_FOLDERS, DIRECT_ANY_FOLDERS, true },
	{ FIRST_FOLDERS, DIRECT_FIRST_FOLDERS, true },
	{ INNER_FOLDERS OR_END, DIRECT_INNER_FOLDERS, false },
	{ LAST_FOLDERS, DIRECT_LAST_FOLDERS, false },
	{ GLOBSTAR, DIRECT_GLOBSTAR, false },
	{ NO_DOTS_AT_START, DIRECT_NO_DOTS_AT_START, true },
	{ NO_DOTS, DIRECT_NO_DOTS, false },
	{ ONE_CHAR, DIRECT_ONE_CHAR, false },
	{ STAR, DIRECT_STAR, false },
	{ "[^/]*", DIRECT_STAR, false },
	{ ".*", DIRECT_ALL, false },
	{ FILTER_FOLDERS "?", DIRECT_FILTER_FOLDERS, false },
};

/* Passes over a character that stands for itself and gives it, or gives -1. */
static int
take_char(struct wf_str *in)
{
	bool escaped = in->n > 1 && in->p[0] == '\\';
	unsigned char c = (unsigned char)in->p[escaped];

	if (escaped != !!ispunct(c) && c != '/' && c != '_')
		return -1;
	*in = wf_str_skip(*in, escaped ? 2 : 1);
	return c;
}

static struct direct_step *
add_step(struct direct *direct, enum direct_kind kind)
{
	struct direct_step *step = &direct->steps[direct->n++];

	*step = (struct direct_step){ .kind = kind, .from = direct->text.n };
	return step;
}

static bool
add_char(struct direct *direct, int c)
{
	struct direct_step *last = direct->n > 0 ? &direct->steps[direct->n - 1] : NULL;

	if (c < 0)
		return false;
	if (!last || last->kind != DIRECT_LITERAL) {
		if (direct->n == DIRECT_STEPS)
			return false;
		last = add_step(direct, DIRECT_LITERAL);
	}
	wf_buf_addc(&direct->text, (char)c);
	last->n++;
	return true;
}

/* Takes what *in begins with; false when that is unknown, or one too many. */
static bool
read_step(struct direct *direct, struct wf_str *in)
{
	for (size_t i = 0; i < WF_COUNT(pieces); i++) {
		struct wf_str text = wf_str(pieces[i].text);

		if (!wf_str_starts(*in, text))
			continue;
		if (direct->n == DIRECT_STEPS || (pieces[i].first && direct->n > 0))
			return false;
		*in = wf_str_skip(*in, text.n);
		add_step(direct, pieces[i].kind);
		return true;
	}
	return add_char(direct, take_char(in));
}

static void
set_rests(struct direct *direct)
{
	size_t rest = 0;
	bool fixed = true;

	for (size_t i = direct->n; i-- > 0;) {
		struct direct_step *step = &direct->steps[i];

		step->rest = rest;
		step->fixed = fixed;
		rest += step->n;
		fixed = fixed && step->kind == DIRECT_LITERAL;
	}
}

bool
direct_find(struct wf_str source, struct direct *out)
{
	bool known;

	*out = (struct direct){ 0 };
	known = literals_inside(&source, &out->slash) && source.n > 0;
	while (known && source.n > 0)
		known = read_step(out, &source);
	if (known)
		set_rests(out);
	else
		direct_release(out);
	return known;
}

void
direct_release(struct direct *direct)
{
	wf_buf_release(&direct->text);
	direct->n = 0;
}

/* ---- matching ---- */

struct match {
	const struct direct *direct;
	struct wf_str name;
	size_t end; /* where the last step must end */
	int tries; /* left */
};

/* Where a step may end: at `here`, and from `from` on up to `to`. */
struct span {
	size_t here, from, to;
	bool slashes; /* of the places in the span only those behind a slash */
};

#define NOWHERE SIZE_MAX

/* A whole segment "." or "..". */
static bool
is_dots(struct wf_str name, size_t at)
{
	size_t n = 0;

	while (n < 3 && at + n < name.n && name.p[at + n] == '.')
		n++;
	return (n == 1 || n == 2) && (at + n == name.n || name.p[at + n] == '/');
}

static bool
begins_dots(struct wf_str name)
{
	return is_dots(name, 0) || (name.n > 0 && name.p[0] == '/' && is_dots(name, 1));
}

/* Has the top bit of some byte set when one of the eight is c; rarely otherwise, too. */
static uint64_t
find_byte(uint64_t eight, char c)
{
	uint64_t ones = 0x0101010101010101u, rest = eight ^ ones * (unsigned char)c;

	return (rest - ones) & ~rest & ones << 7;
}

/* Whether GLOBSTAR may have to stop at one of the eight bytes; looks at one more. */
static bool
may_stop(const char *at)
{
	uint64_t here, next;

	memcpy(&here, at, sizeof(here));
	memcpy(&next, at + 1, sizeof(next));
	return (find_byte(here, '\n') | (find_byte(here, '/') & find_byte(next, '.'))) != 0;
}

/* How far GLOBSTAR can go: it takes no newline and does not go into a segment of dots. */
static size_t
reach(struct wf_str name, size_t at)
{
	const size_t step = sizeof(uint64_t);

	if (at == 0 && is_dots(name, 0))
		return 0;
	while (name.n - at > step && !may_stop(name.p + at))
		at += step;
	/* the last eight bytes that have one behind them overlap those before */
	if (name.n > step && name.n - at <= step && !may_stop(name.p + name.n - step - 1) &&
	    name.p[name.n - 1] != '\n')
		return name.n;
	for (; at < name.n && name.p[at] != '\n'; at++)
		if (name.p[at] == '/' && is_dots(name, at + 1))
			break;
	return at;
}

static struct span
star_span(struct wf_str name, size_t at)
{
	const char *slash = at < name.n ? memchr(name.p + at, '/', name.n - at) : NULL;

	return (struct span){ NOWHERE, at, slash ? (size_t)(slash - name.p) : name.n, false };
}

/* The span of what begins with a slash, or is the end of the name. */
static struct span
slash_span(struct wf_str name, size_t at, bool last)
{
	struct span span = { NOWHERE, 1, 0, !last };

	if (at == name.n)
		span.here = at;
	if (at == name.n || name.p[at] != '/')
		return span;
	if (!last)
		span.here = at + 1;
	if (is_dots(name, at + 1))
		return span;
	span.from = last ? at + 1 : at + 2;
	span.to = reach(name, at + 1) + (last ? 0 : 1);
	return span;
}

static struct span
find_span(enum direct_kind kind, struct wf_str name, size_t at)
{
	switch (kind) {
	case DIRECT_STAR: return star_span(name, at);
	case DIRECT_ALL: return (struct span){ NOWHERE, at, name.n, false };
	case DIRECT_FILTER_FOLDERS: return (struct span){ at, at + 2, name.n, true };
	case DIRECT_GLOBSTAR: return (struct span){ NOWHERE, at, reach(name, at), false };
	case DIRECT_ANY_FOLDERS:
		if (begins_dots(name))
			return (struct span){ at, 1, 0, true };
		return (struct span){ at, at + 1, reach(name, at) + 1, true };
	case DIRECT_FIRST_FOLDERS: return (struct span){ at, at + 1, reach(name, at) + 1, true };
	case DIRECT_INNER_FOLDERS: return slash_span(name, at, false);
	case DIRECT_LAST_FOLDERS: return slash_span(name, at, true);
	case DIRECT_LITERAL:
	case DIRECT_NO_DOTS:
	case DIRECT_NO_DOTS_AT_START:
	case DIRECT_ONE_CHAR: break;
	}
	abort();
}

static enum direct_answer match_from(struct match *m, size_t i, size_t at);

/* Moves the end of the span back to the last place where step i may begin; false: there is none.
 */
static bool
find_place(const struct match *m, size_t i, struct span *span)
{
	const struct direct *direct = m->direct;
	bool literal = i < direct->n && direct->steps[i].kind == DIRECT_LITERAL;
	const char *p = m->name.p, *hit;

	if (!literal && !span->slashes)
		return span->from <= span->to;
	for (; span->from <= span->to; span->to--) {
		size_t n = span->to - span->from + 1;

		if (!literal) {
			hit = memrchr(p + span->from - 1, '/', n);
			span->to = hit ? (size_t)(hit - p) + 1 : 0;
			return hit;
		}
		hit = memrchr(p + span->from, direct->text.p[direct->steps[i].from], n);
		if (!hit)
			return false;
		span->to = (size_t)(hit - p);
		if (!span->slashes || hit[-1] == '/')
			return true;
	}
	return false;
}

/* The step before i ends somewhere in the span. */
static enum direct_answer
match_span(struct match *m, size_t i, struct span span)
{
	const struct direct_step *step = &m->direct->steps[i - 1];
	enum direct_answer answer = DIRECT_NO;

	if (step->rest > m->end)
		return DIRECT_NO;
	if (span.to > m->end - step->rest)
		span.to = m->end - step->rest;
	if (step->fixed && span.from < m->end - step->rest)
		span.from = m->end - step->rest;
	while (answer == DIRECT_NO && find_place(m, i, &span)) {
		answer = match_from(m, i, span.to);
		if (span.to-- == 0)
			break;
	}
	if (answer == DIRECT_NO && span.here != NOWHERE)
		answer = match_from(m, i, span.here);
	return answer;
}

/* What a step that takes one length at most says at `*at`; moves it. */
static bool
match_step(const struct match *m, const struct direct_step *step, size_t *at)
{
	struct wf_str name = m->name;

	if (step->kind == DIRECT_NO_DOTS)
		return !is_dots(name, *at);
	if (step->kind == DIRECT_NO_DOTS_AT_START)
		return !begins_dots(name);
	if (step->kind == DIRECT_ONE_CHAR)
		return *at < name.n && name.p[*at] != '\n';
	if (name.n - *at < step->n ||
	    memcmp(name.p + *at, m->direct->text.p + step->from, step->n) != 0)
		return false;
	*at += step->n;
	return true;
}

/* Steps i and on, from `at` to the end. */
static enum direct_answer
match_from(struct match *m, size_t i, size_t at)
{
	const struct direct *direct = m->direct;

	if (m->tries-- <= 0)
		return DIRECT_UNKNOWN;
	for (; i < direct->n && direct->steps[i].kind < DIRECT_STAR; i++)
		if (!match_step(m, &direct->steps[i], &at))
			return DIRECT_NO;
	if (i == direct->n)
		return at == m->end ? DIRECT_YES : DIRECT_NO;
	return match_span(m, i + 1, find_span(direct->steps[i].kind, m->name, at));
}

enum direct_answer
direct_match(const struct direct *direct, struct wf_str name)
{
	struct match m = { direct, { name.p ? name.p : "", name.n }, name.n, TRIES };
	enum direct_answer answer = match_from(&m, 0, 0);

	if (answer != DIRECT_NO || !direct->slash || name.n == 0 || name.p[name.n - 1] != '/')
		return answer;
	m.end--;
	return match_from(&m, 0, 0);
}
