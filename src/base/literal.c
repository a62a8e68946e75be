/* SPDX-License-Identifier: MIT */
/* literal.c - reads an expression only as far as it is certain.
 *
 * Most globs begin with a folder or end with an extension, and most paths have neither: to compare
 * a few bytes first saves most of the matching. */
#include "base/literal.h"

#include <ctype.h>
#include <string.h>

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
	/* more than one way, or not what it seems */
	r->unsure = r->unsure || c == '|' || c == ')' || c == '\\';
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

bool
literals_inside(struct wf_str *source, bool *slash)
{
	static const struct {
		const char *head, *tail;
		bool slash;
	} forms[] = { { "\\A", "\\z", false }, { "^(?:", "/?)\\z", true },
		{ "^(?:", ")\\z", false } };

	for (size_t i = 0; i < WF_COUNT(forms); i++) {
		struct wf_str head = wf_str(forms[i].head), tail = wf_str(forms[i].tail);

		if (source->n < head.n + tail.n || !wf_str_starts(*source, head) ||
		    !wf_str_ends(*source, tail))
			continue;
		*source = wf_str_sub(*source, head.n, source->n - tail.n);
		*slash = forms[i].slash;
		return true;
	}
	return false;
}

static void
set_words(struct literals *literals)
{
	const struct wf_buf *prefix = &literals->prefix, *suffix = &literals->suffix;
	size_t n = prefix->n < sizeof(uint64_t) ? prefix->n : sizeof(uint64_t);

	if (n > 0) {
		memcpy(&literals->head.bytes, prefix->p, n);
		memset(&literals->head.mask, 0xff, n);
	}
	n = suffix->n < sizeof(uint64_t) ? suffix->n : sizeof(uint64_t);
	if (n > 0) {
		memcpy((char *)(&literals->tail.bytes + 1) - n, suffix->p + suffix->n - n, n);
		memset((char *)(&literals->tail.mask + 1) - n, 0xff, n);
	}
}

void
literals_find(struct wf_str source, struct literals *out)
{
	struct reader r = { 0 };
	bool first = true; /* nothing but literals so far */

	*out = (struct literals){ 0 };
	if (literals_inside(&source, &out->slash))
		r.in = source;
	while (r.at < r.in.n) {
		char c = read_atom(&r);

		if (read_quantifier(&r) || !c) {
			first = false;
			wf_buf_clear(&out->suffix);
			continue;
		}
		if (first)
			wf_buf_addc(&out->prefix, c);
		wf_buf_addc(&out->suffix, c);
		if (out->suffix.n > out->inner.n) {
			wf_buf_clear(&out->inner);
			wf_buf_add(&out->inner, wf_buf_str(&out->suffix));
		}
	}
	if (r.unsure || r.at > r.in.n)
		literals_release(out);
	else if (out->inner.n <= out->prefix.n || out->inner.n <= out->suffix.n)
		wf_buf_release(&out->inner); /* they say as much */
	set_words(out);
}

void
literals_release(struct literals *literals)
{
	wf_buf_release(&literals->prefix);
	wf_buf_release(&literals->suffix);
	wf_buf_release(&literals->inner);
}

static bool
contains(struct wf_str s, const struct wf_buf *needle)
{
	const char *last;

	if (needle->n > s.n)
		return false;
	last = s.p + s.n - needle->n;
	for (const char *at = s.p; at <= last; at++) {
		at = memchr(at, needle->p[0], (size_t)(last - at) + 1);
		if (!at)
			return false;
		/* the last byte first: it spares most calls */
		if (at[needle->n - 1] == needle->p[needle->n - 1] &&
		    memcmp(at, needle->p, needle->n) == 0)
			return true;
	}
	return false;
}

bool
literals_are_in(const struct literals *literals, struct wf_str s)
{
	const struct wf_buf *prefix = &literals->prefix, *suffix = &literals->suffix;
	const struct wf_buf *inner = &literals->inner;

	if (prefix->n > s.n)
		return false;
	if (prefix->n > 0 && memcmp(s.p, prefix->p, prefix->n) != 0)
		return false;
	if (literals->slash && s.n > 0 && s.p[s.n - 1] == '/' &&
	    !wf_str_ends(wf_buf_str(suffix), WF_S("/")))
		s.n--;
	if (suffix->n > s.n)
		return false;
	if (suffix->n > 0 && memcmp(s.p + s.n - suffix->n, suffix->p, suffix->n) != 0)
		return false;
	return inner->n == 0 || contains(s, inner);
}
