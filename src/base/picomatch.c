/* SPDX-License-Identifier: MIT */
/* picomatch.c - picomatch's globs, with {dot: true}, as regular expressions.
 *
 * dorny/paths-filter hands each line of its filters to picomatch, so a rehearsal must agree with it
 * in the corners too: a star before a dot, `a/` followed by two stars matching `a` itself, an
 * unclosed brace that never matches. The text is read from left to right; a group is read by a
 * call of its own over the bytes up to its closing character. */
#include <ctype.h>
#include <stdlib.h>

#include "base/glob.h"
#include "base/glob_piece.h"

#define DEPTH_LIMIT 64

/* What the last thing was, as far as the next one cares. */
enum glob_prev {
	AT_START,
	AT_SLASH,
	AT_DOT,
	AT_OPEN,
	AT_PAREN,
	AT_BRACE,
	AT_BRACKET,
	AT_STAR,
	AT_TEXT
};

struct glob {
	struct wf_str in;
	size_t at, end; /* of the piece being read; in.n is the end of all */
	struct wf_buf *out;
	enum glob_prev prev;
	int parens, braces, depth;
	bool simple; /* no special character but stars and marks: the rest is literal */
	bool in_brace; /* the innermost group is a brace: a comma separates */
	bool bad;
};

static void read_all(struct glob *g);

static void
add(struct glob *g, const char *text, enum glob_prev prev)
{
	wf_buf_adds(g->out, text);
	g->prev = prev;
}

static void
add_literal(struct glob *g)
{
	size_t len;

	wf_utf8_get(wf_str_skip(g->in, g->at), &len);
	glob_add_literal(g->out, wf_str_sub(g->in, g->at, g->at + len));
	g->at += len;
	g->prev = AT_TEXT;
}

static int
peek(const struct glob *g, size_t ahead)
{
	return g->at + ahead < g->in.n ? (unsigned char)g->in.p[g->at + ahead] : -1;
}

/* The index of the closing character that belongs to the opening one at `from`, or in.n. */
static size_t
find_close(const struct glob *g, size_t from, char open, char close)
{
	int depth = 0;
	bool quoted = false;

	for (size_t i = from; i < g->end; i++) {
		char c = g->in.p[i];

		if (c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == open)
			depth++;
		else if (!quoted && c == close && --depth == 0)
			return i;
	}
	return g->in.n;
}

/* Reads the inside of a group up to `close`, which is passed over. */
static void
read_inside(struct glob *g, size_t close, bool brace)
{
	size_t end = g->end;
	bool in_brace = g->in_brace;

	if (++g->depth > DEPTH_LIMIT)
		g->bad = true;
	g->end = close;
	g->in_brace = brace;
	g->prev = brace ? AT_BRACE : AT_OPEN;
	*(brace ? &g->braces : &g->parens) += 1;
	if (!g->bad)
		read_all(g);
	*(brace ? &g->braces : &g->parens) -= 1;
	g->depth--;
	g->end = end;
	g->in_brace = in_brace;
	g->at = close + 1;
	g->prev = brace ? AT_BRACE : AT_PAREN;
}

/* ---- stars ---- */

static bool
takes_globstar(const struct glob *g)
{
	switch (g->prev) {
	case AT_START:
	case AT_SLASH:
	case AT_OPEN:
	case AT_PAREN: return true;
	case AT_BRACE: return g->braces > 0;
	case AT_DOT:
	case AT_BRACKET:
	case AT_STAR:
	case AT_TEXT: return false;
	}
	abort();
}

/* What keeps a wildcard from matching the segments "." and ".." where a segment begins. */
static void
guard_segment(struct glob *g, bool one_char)
{
	if (g->simple)
		return;
	if (g->prev == AT_START || g->prev == AT_SLASH)
		wf_buf_adds(g->out, NO_DOTS);
	else if (g->prev == AT_DOT)
		wf_buf_adds(g->out, NO_DOT);
	else
		return;
	if (one_char)
		wf_buf_adds(g->out, ONE_CHAR);
}

/* Passes over every further folder of two stars: they say nothing new. */
static void
skip_globstars(struct glob *g)
{
	while (peek(g, 0) == '/' && peek(g, 1) == '*' && peek(g, 2) == '*' &&
	       (peek(g, 3) == -1 || peek(g, 3) == '/'))
		g->at += 3;
}

/* Two stars stay any number of folders only before what can end a segment. */
static bool
keeps_globstar(const struct glob *g)
{
	int next = peek(g, 0);

	if (next == '@')
		return peek(g, 1) == '(' && peek(g, 2) != '?';
	if (next == ',' || next == '}')
		return g->braces > 0;
	return next == -1 || strchr("/(){", next);
}

static void
read_stars(struct glob *g)
{
	bool folders = !g->simple && takes_globstar(g);
	size_t n = 0;

	while (peek(g, n) == '*')
		n++;
	if (n > 1 && (n == 2 || !folders) && peek(g, n) == '(' && peek(g, n + 1) != '?')
		n--; /* the last one opens a group */
	if (n != 2 || !folders) {
		guard_segment(g, n == 1);
		g->at += n;
		add(g, STAR, AT_STAR);
		return;
	}
	g->at += 2;
	skip_globstars(g);
	if (g->prev == AT_START && peek(g, 0) == '/') {
		g->at++;
		add(g, FIRST_FOLDERS, AT_SLASH);
		return;
	}
	guard_segment(g, false);
	add(g, keeps_globstar(g) ? GLOBSTAR : STAR, AT_STAR);
}

/* A slash, together with two stars when they are the whole next segment: the slash before them may
 * then be left out with them. */
static void
read_slash(struct glob *g)
{
	bool first = g->prev == AT_START, after_star = g->prev == AT_STAR;
	size_t slash = g->at++;

	if (!first && peek(g, 0) == '*' && peek(g, 1) == '*') {
		g->at += 2;
		skip_globstars(g);
		if (peek(g, 0) == -1 && !after_star) {
			add(g, LAST_FOLDERS, AT_STAR);
			return;
		}
		if (peek(g, 0) == '/') {
			g->at++;
			add(g, INNER_FOLDERS, AT_SLASH);
			add(g, peek(g, 0) == -1 ? ")" : OR_END, AT_SLASH);
			return;
		}
		g->at = slash + 1;
	}
	add(g, "/", AT_SLASH);
}

/* ---- groups ---- */

/* After !(...) the kind of rest decides how far the exclusion looks. */
static void
close_negation(struct glob *g, struct wf_str inner)
{
	const char *star = inner.n > 1 && wf_str_find_char(inner, '/') >= 0 ? GLOBSTAR : STAR;
	struct wf_str rest = wf_str_skip(g->in, g->at);
	size_t parens = 0;

	while (parens < rest.n && rest.p[parens] == ')')
		parens++;
	if (wf_str_find_char(inner, '*') >= 0 && rest.n > 1 && rest.p[0] == '.' &&
	    wf_str_find_char(wf_str_skip(rest, 1), '.') < 0 && wf_str_find_char(rest, '/') < 0 &&
	    wf_str_find_char(rest, '\\') < 0) {
		struct glob tail = *g;

		tail.in = rest;
		tail.at = 0;
		tail.end = rest.n;
		tail.prev = AT_START;
		wf_buf_adds(g->out, ")");
		if (++tail.depth > DEPTH_LIMIT)
			g->bad = true;
		else
			read_all(&tail);
		g->bad = g->bad || tail.bad;
		wf_buf_adds(g->out, ")");
	} else if (parens == rest.n || star[0] == '(') {
		wf_buf_adds(g->out, ")\\z)");
	} else {
		wf_buf_adds(g->out, "))");
	}
	wf_buf_adds(g->out, star);
	wf_buf_addc(g->out, ')');
}

/* Reads X(...) for X of ! ? + * at g->at. */
static void
read_extglob(struct glob *g)
{
	char kind = g->in.p[g->at];
	size_t close = find_close(g, g->at + 1, '(', ')');
	struct wf_str inner;

	if (close >= g->end) {
		g->bad = true;
		return;
	}
	if (g->out->n == 0)
		wf_buf_adds(g->out, ONE_CHAR);
	wf_buf_adds(g->out, kind == '!' ? "(?:(?!(?:" : "(?:");
	g->at += 2;
	inner = wf_str_sub(g->in, g->at, close);
	read_inside(g, close, false);
	if (kind == '!') {
		close_negation(g, inner);
	} else {
		wf_buf_addc(g->out, ')');
		wf_buf_addc(g->out, kind);
	}
}

/* A plain group is a group of the regular expression, lookaround included. */
static void
read_group(struct glob *g)
{
	static const char *const openings[] = { "(?:", "(?=", "(?!", "(?<=", "(?<!" };
	size_t close = find_close(g, g->at, '(', ')');
	struct wf_str rest = wf_str_skip(g->in, g->at);

	if (close >= g->end) {
		add_literal(g);
		return;
	}
	for (size_t i = 0; i < WF_COUNT(openings); i++)
		if (wf_str_starts(rest, wf_str(openings[i]))) {
			wf_buf_adds(g->out, openings[i]);
			g->at += strlen(openings[i]);
			break;
		}
	if (wf_str_skip(g->in, g->at).n == rest.n) {
		wf_buf_addc(g->out, '(');
		g->at++;
	}
	read_inside(g, close, false);
	wf_buf_addc(g->out, ')');
}

/* Whether {...} has a comma of its own, or else two dots. */
static void
classify_brace(const struct glob *g, size_t close, bool *comma, bool *dots)
{
	int depth = 0;

	*comma = *dots = false;
	for (size_t i = g->at + 1; i < close; i++) {
		char c = g->in.p[i];

		if (c == '\\')
			i++;
		else if (c == '{' || c == '(')
			depth++;
		else if (c == '}' || c == ')')
			depth--;
		else if (depth == 0 && c == ',')
			*comma = true;
		else if (depth == 0 && c == '.' && i + 1 < close && g->in.p[i + 1] == '.')
			*dots = true;
	}
}

/* {a..c}: picomatch makes the class [a-c] of it, the ends in the order of their bytes. */
static void
read_range(struct glob *g, size_t close)
{
	struct wf_str inner = wf_str_sub(g->in, g->at + 1, close);
	ptrdiff_t dots = wf_str_find(inner, WF_S(".."));
	struct wf_str from = wf_str_sub(inner, 0, (size_t)dots);
	struct wf_str to = wf_str_skip(inner, (size_t)dots + 2);
	bool swap = wf_str_cmp(from, to) > 0;

	for (size_t i = 0; i < inner.n; i++)
		if (!isalnum((unsigned char)inner.p[i]) && inner.p[i] != '.')
			g->bad = true; /* not a range of plain ends: no expression comes of it */
	wf_buf_addc(g->out, '[');
	wf_buf_add(g->out, swap ? to : from);
	wf_buf_addc(g->out, '-');
	wf_buf_add(g->out, swap ? from : to);
	wf_buf_addc(g->out, ']');
	g->at = close + 1;
	g->prev = AT_BRACE;
}

static void
read_brace(struct glob *g)
{
	size_t close = find_close(g, g->at, '{', '}');
	bool comma, dots;

	if (close >= g->end) {
		g->bad = true;
		return;
	}
	classify_brace(g, close, &comma, &dots);
	if (dots && !comma) {
		read_range(g, close);
		return;
	}
	g->at++;
	wf_buf_adds(g->out, comma ? "(" : "\\{");
	read_inside(g, close, true);
	wf_buf_adds(g->out, comma ? ")" : "\\}");
}

/* ---- classes ---- */

/* Appends the inside of a class; only a leading ^, ranges and [:names:] keep a meaning. */
static void
add_class(struct glob *g, struct wf_str inner)
{
	size_t i = 0, len;

	wf_buf_addc(g->out, '[');
	if (inner.n > 0 && inner.p[0] == '^') {
		wf_buf_addc(g->out, '^');
		if (wf_str_find_char(inner, '/') < 0)
			wf_buf_addc(g->out, '/');
		i++;
	}
	for (; i < inner.n; i += len) {
		struct wf_str rest = wf_str_skip(inner, i);
		ptrdiff_t colon = wf_str_find(rest, WF_S(":]"));

		len = 1;
		if (wf_str_starts(rest, WF_S("[:")) && colon > 0) {
			len = (size_t)colon + 2;
			wf_buf_add(g->out, wf_str_sub(rest, 0, len));
		} else if (rest.p[0] == '-') {
			wf_buf_addc(g->out, '-');
		} else if (rest.p[0] == '\\' && rest.n > 1 && strchr("dDwWsS", rest.p[1])) {
			len = 2;
			wf_buf_add(g->out, wf_str_sub(rest, 0, len));
		} else if (rest.p[0] != '\\' || rest.n == 1) {
			wf_utf8_get(rest, &len);
			glob_add_literal(g->out, wf_str_sub(rest, 0, len));
		}
	}
	wf_buf_addc(g->out, ']');
}

static size_t
class_end(const struct glob *g)
{
	size_t i = g->at + 1;

	if (i < g->end && g->in.p[i] == '^')
		i++;
	if (i < g->end && g->in.p[i] == ']')
		i++; /* a first ']' is a member */
	while (i < g->end && g->in.p[i] != ']') {
		ptrdiff_t colon = wf_str_find(wf_str_sub(g->in, i, g->end), WF_S(":]"));

		if (g->in.p[i] == '\\')
			i++;
		else if (g->in.p[i] == '[' && i + 1 < g->end && g->in.p[i + 1] == ':' && colon > 0)
			i += (size_t)colon + 1;
		i++;
	}
	return i;
}

/* A class without special characters matches its own text, too. */
static void
read_class(struct glob *g)
{
	size_t end = class_end(g);
	struct wf_str inner;
	bool plain = true;

	if (end >= g->end) {
		add_literal(g);
		return;
	}
	inner = wf_str_sub(g->in, g->at + 1, end);
	for (size_t i = 0; i < inner.n; i++)
		if (strchr("-*+?.^${}(|)[]", inner.p[i]))
			plain = false;
	if (plain) {
		wf_buf_adds(g->out, "(?:");
		for (size_t i = g->at; i <= end; i = g->at)
			add_literal(g);
		wf_buf_addc(g->out, '|');
	}
	add_class(g, inner);
	if (plain)
		wf_buf_addc(g->out, ')');
	g->at = end + 1;
	g->prev = AT_BRACKET;
}

/* ---- single characters ---- */

static void
read_escape(struct glob *g)
{
	int next = peek(g, 1);

	g->at++;
	if (next == '/' || next == '.' || next == ';')
		return; /* picomatch drops the backslash and reads on */
	if (next == -1 || g->at >= g->end) {
		add(g, "\\\\", AT_TEXT);
	} else if (strchr("dDwWsSbB", next)) {
		wf_buf_addc(g->out, '\\');
		wf_buf_addc(g->out, (char)next);
		g->at++;
		g->prev = AT_TEXT;
	} else {
		add_literal(g);
	}
}

static void
read_quoted(struct glob *g)
{
	g->at++;
	while (g->at < g->end && g->in.p[g->at] != '"')
		add_literal(g);
	g->at += g->at < g->end;
}

static void
read_mark(struct glob *g)
{
	if (g->prev == AT_OPEN)
		add(g, "\\?", AT_TEXT);
	else if (g->prev == AT_PAREN)
		add(g, "?", AT_TEXT);
	else
		add(g, "[^/]", AT_TEXT);
	g->at++;
}

/* JavaScript has no possessive quantifiers: a plus behind a quantifier makes no expression. */
static bool
ends_quantified(const struct wf_buf *out)
{
	return out->n > 1 && strchr("+*?", out->p[out->n - 1]) && out->p[out->n - 2] != '\\';
}

static void
read_plus(struct glob *g)
{
	bool repeats = g->prev == AT_BRACKET || g->prev == AT_PAREN || g->prev == AT_BRACE ||
	               (g->parens > 0 && g->prev != AT_OPEN);

	if (repeats && ends_quantified(g->out))
		g->bad = true;
	add(g, repeats ? "+" : "\\+", AT_TEXT);
	g->at++;
}

static void
read_dot(struct glob *g)
{
	bool starts = g->prev == AT_START || g->prev == AT_SLASH || g->braces + g->parens > 0;

	if (g->prev == AT_START && peek(g, 1) == '/') {
		g->at += 2; /* a leading "./" is dropped */
		return;
	}
	add(g, "\\.", starts ? AT_DOT : AT_TEXT);
	g->at++;
}

static bool
opens_extglob(const struct glob *g, char c)
{
	int third = peek(g, 2);

	if (g->simple || !strchr("!?+*", c) || peek(g, 1) != '(')
		return false;
	if (c == '?' && g->prev == AT_OPEN)
		return false;
	return third != '?' || (c == '!' && (peek(g, 3) == -1 || !strchr("!=<:", peek(g, 3))));
}

static void
read_one(struct glob *g)
{
	char c = g->in.p[g->at];

	if (opens_extglob(g, c)) {
		read_extglob(g);
		return;
	}
	switch (c) {
	case '\\': read_escape(g); break;
	case '"': read_quoted(g); break;
	case '*': read_stars(g); break;
	case '?': read_mark(g); break;
	case '+': read_plus(g); break;
	case '.': read_dot(g); break;
	case '/': read_slash(g); break;
	case '[': read_class(g); break;
	case '(': read_group(g); break;
	case '{': read_brace(g); break;
	case '@':
		if (peek(g, 1) == '(' && peek(g, 2) != '?')
			g->at++; /* exactly one: what a group means anyway */
		else
			add_literal(g);
		break;
	case '|':
	case ',':
		if (c == '|' ? g->simple : !g->in_brace) {
			add_literal(g);
			break;
		}
		add(g, "|", c == ',' ? AT_BRACE : AT_TEXT);
		g->at++;
		break;
	default: add_literal(g);
	}
}

static void
read_all(struct glob *g)
{
	while (g->at < g->end && !g->bad)
		read_one(g);
}

/* ---- whole patterns ---- */

/* A few common shapes have expressions of their own in picomatch, which want a character after the
 * dot where the general road does not. An extension may follow. */
static bool
add_common(struct wf_str in, struct wf_buf *out)
{
	static const struct {
		const char *glob, *regex;
	} shapes[] = {
		{ "*", NO_DOTS_AT_START ONE_CHAR STAR },
		{ ".*", "\\." ONE_CHAR STAR },
		{ "*.*", NO_DOTS_AT_START STAR "\\." ONE_CHAR STAR },
		{ "*/*", NO_DOTS_AT_START STAR "/" ONE_CHAR NO_DOTS STAR },
		{ "**", NO_DOTS_AT_START GLOBSTAR },
		{ "**/*", ANY_FOLDERS NO_DOTS ONE_CHAR STAR },
		{ "**/*.*", ANY_FOLDERS NO_DOTS STAR "\\." ONE_CHAR STAR },
		{ "**/.*", "(?:" NO_DOTS_AT_START GLOBSTAR "/)?\\." ONE_CHAR STAR },
	};
	ptrdiff_t dot = wf_str_rfind_char(in, '.');
	struct wf_str extension = wf_str_skip(in, (size_t)(dot + 1));

	for (size_t i = 0; i < WF_COUNT(shapes); i++)
		if (wf_str_is(in, shapes[i].glob)) {
			wf_buf_adds(out, shapes[i].regex);
			return true;
		}
	if (dot < 0 || extension.n == 0)
		return false;
	for (size_t i = 0; i < extension.n; i++)
		if (!isalnum((unsigned char)extension.p[i]) && extension.p[i] != '_')
			return false;
	if (!add_common(wf_str_sub(in, 0, (size_t)dot), out))
		return false;
	wf_buf_adds(out, "\\.");
	wf_buf_add(out, extension);
	return true;
}

static bool
is_simple(struct wf_str in)
{
	for (size_t i = 0; i < in.n; i++)
		if (strchr("/()[]{}\"", in.p[i]))
			return false;
	return in.n > 0 && in.p[0] != '*' && in.p[0] != '!';
}

/* Whether the '!' at the front opens a group and is no negation. */
static bool
is_negative_group(const struct glob *g)
{
	int look = peek(g, 3);

	return peek(g, 1) == '(' && (peek(g, 2) != '?' || look < 0 || !strchr("!=<:", look));
}

/* Passes over the '!' at the front; an even number of them says nothing. */
static bool
read_negation(struct glob *g)
{
	bool negated = true;

	if (peek(g, 0) != '!' || is_negative_group(g))
		return false;
	for (g->at++; peek(g, 0) == '!' && (peek(g, 1) != '(' || peek(g, 2) == '?'); g->at++)
		negated = !negated;
	return negated;
}

static struct wf_str
without_dot_slash(struct wf_str in)
{
	return wf_str_starts(in, WF_S("./")) ? wf_str_skip(in, 2) : in;
}

bool
glob_from_picomatch(struct wf_str text, struct wf_buf *out)
{
	wf_auto(wf_buf_release) struct wf_buf body = WF_BUF_INIT;
	struct glob g = { .in = without_dot_slash(text), .out = &body };
	bool negated = false;

	g.end = g.in.n;
	g.simple = is_simple(g.in);
	if (text.n > 0 && strchr(".*", text.p[0]) && add_common(g.in, &body)) {
		wf_buf_adds(&body, "/?");
	} else {
		negated = read_negation(&g);
		read_all(&g);
		if (!g.simple && (g.prev == AT_STAR || g.prev == AT_BRACKET))
			wf_buf_adds(&body, "/?");
	}
	wf_buf_adds(out, negated ? "^(?!^(?:" : "^(?:");
	wf_buf_add(out, wf_buf_str(&body));
	wf_buf_adds(out, negated ? ")\\z).*\\z" : ")\\z");
	return !g.bad;
}
