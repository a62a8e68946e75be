/* SPDX-License-Identifier: MIT */
/* literal.c - reads an expression only as far as it is certain.
 *
 * Most globs begin with a folder or end with an extension, and most paths have neither: to compare
 * a few bytes first saves most of the matching. */
#include "base/literal.h"

#include <ctype.h>

struct reader {
	struct wf_str in;
	size_t at;
	bool unsure; /* nothing that was found holds */
};

/* Passes over [...]. A '[' inside may begin a name of POSIX or not: that is for others to know. */
static void
skip_class(struct reader *r)
{
	size_t from = ++r->at;

	if (r->at < r->in.n && r->in.p[r->at] == '^')
		from = ++r->at;
	for (; r->at < r->in.n && (r->in.p[r->at] != ']' || r->at == from); r->at++) {
		r->unsure = r->unsure || r->in.p[r->at] == '[';
		r->at += r->in.p[r->at] == '\\';
	}
	r->at++;
}

/* Passes over (...), with all that is nested in it. */
static void
skip_group(struct reader *r)
{
	size_t depth = 0;

	while (r->at < r->in.n) {
		char c = r->in.p[r->at];

		if (c == '[') {
			skip_class(r);
			continue;
		}
		depth += c == '(';
		depth -= c == ')';
		r->at += c == '\\' ? 2 : 1;
		if (depth == 0)
			return;
	}
}

/* Takes one atom. The byte when it stands for itself, else 0. */
static char
read_atom(struct reader *r)
{
	char c = r->in.p[r->at];

	if (c == '(' || c == '[') {
		(c == '(' ? skip_group : skip_class)(r);
		return '\0';
	}
	r->at++;
	if (c == '\\' && r->at < r->in.n) {
		c = r->in.p[r->at++];
		return ispunct((unsigned char)c) ? c : '\0';
	}
	r->unsure = r->unsure || c == '|' || c == ')'; /* more than one way, or not what it seems */
	return (unsigned char)c < 0x80 && !strchr("^$.{}", c) ? c : '\0';
}

/* Takes the quantifiers that follow. */
static bool
read_quantifier(struct reader *r)
{
	size_t from = r->at;

	while (r->at < r->in.n && r->in.p[r->at] && strchr("*+?{", r->in.p[r->at]))
		r->at++;
	return r->at > from;
}

/* The inside of the expression; empty when it is not of the two forms. */
static struct wf_str
inside(struct wf_str source)
{
	static const struct {
		const char *head, *tail;
	} forms[] = { { "\\A", "\\z" }, { "^(?:", ")\\z" } };

	for (size_t i = 0; i < WF_COUNT(forms); i++) {
		struct wf_str head = wf_str(forms[i].head), tail = wf_str(forms[i].tail);

		if (source.n >= head.n + tail.n && wf_str_starts(source, head) &&
		    wf_str_ends(source, tail))
			return wf_str_sub(source, head.n, source.n - tail.n);
	}
	return WF_S("");
}

void
literal_ends(struct wf_str source, struct wf_buf *prefix, struct wf_buf *suffix)
{
	struct reader r = { .in = inside(source) };
	bool first = true; /* nothing but literals so far */

	while (r.at < r.in.n) {
		char c = read_atom(&r);

		if (read_quantifier(&r) || !c) {
			first = false;
			wf_buf_clear(suffix);
			continue;
		}
		if (first)
			wf_buf_addc(prefix, c);
		wf_buf_addc(suffix, c);
	}
	if (r.unsure || r.at > r.in.n) {
		wf_buf_clear(prefix);
		wf_buf_clear(suffix);
	}
}
