/* SPDX-License-Identifier: MIT */
/* literal.c - reads an expression only as far as it is certain.
 *
 * Most globs begin with a folder or end with an extension, and most paths have neither: to compare
 * a few bytes first saves most of the matching. */
#include "base/literal.h"

#include <ctype.h>
#include <string.h>

#include "base/glob_piece.h"

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
	literals->told = prefix->n <= sizeof(uint64_t) && suffix->n <= sizeof(uint64_t);
}

/* How long the folders at the front are, behind which a segment begins. */
static size_t
skip_folders(struct wf_str in)
{
	static const char *const folders[] = { FIRST_FOLDERS, FILTER_FOLDERS "?" };

	for (size_t i = 0; i < WF_COUNT(folders); i++)
		if (wf_str_starts(in, wf_str(folders[i])))
			return strlen(folders[i]);
	return 0;
}

/* Whether a segment must end before what is read next. */
static bool
ends_segment(struct wf_str in)
{
	return wf_str_starts(in, WF_S(INNER_FOLDERS)) || wf_str_starts(in, WF_S(LAST_FOLDERS));
}

/* Reads the literals that follow one another from here. */
static void
read_run(struct reader *r, struct wf_buf *run)
{
	wf_buf_clear(run);
	while (r->at < r->in.n) {
		size_t from = r->at;
		char c = read_atom(r);

		if (read_quantifier(r) || !c) {
			r->at = from;
			return;
		}
		wf_buf_addc(run, c);
	}
}

void
literals_find(struct wf_str source, struct literals *out)
{
	struct reader r = { 0 };
	size_t folders;

	*out = (struct literals){ 0 };
	if (literals_inside(&source, &out->slash))
		r.in = source;
	folders = skip_folders(r.in);
	while (r.at < r.in.n) {
		size_t from = r.at;

		read_run(&r, &out->suffix);
		if (from == 0)
			wf_buf_add(&out->prefix, wf_buf_str(&out->suffix));
		if (out->suffix.n > out->inner.n) {
			wf_buf_clear(&out->inner);
			wf_buf_add(&out->inner, wf_buf_str(&out->suffix));
			out->begins = folders > 0 && from == folders;
			out->ends = ends_segment(wf_str_skip(r.in, r.at));
		}
		if (r.at == r.in.n)
			break;
		wf_buf_clear(&out->suffix);
		read_atom(&r);
		read_quantifier(&r);
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

/* Whether the inner literal is at this place of s. */
static bool
is_inner(const struct literals *literals, struct wf_str s, const char *at)
{
	const struct wf_buf *inner = &literals->inner;
	const char *end = at + inner->n;

	/* single bytes first: they spare most calls */
	return end[-1] == inner->p[inner->n - 1] &&
	       (!literals->ends || end == s.p + s.n || *end == '/') &&
	       (!literals->begins || at == s.p || at[-1] == '/') &&
	       memcmp(at, inner->p, inner->n) == 0;
}

static bool
has_inner(const struct literals *literals, struct wf_str s)
{
	const char *last;

	if (literals->inner.n > s.n)
		return false;
	last = s.p + s.n - literals->inner.n;
	for (const char *at = s.p; at <= last; at++) {
		at = memchr(at, literals->inner.p[0], (size_t)(last - at) + 1);
		if (!at)
			return false;
		if (is_inner(literals, s, at))
			return true;
	}
	return false;
}

static bool
has_ends(const struct literals *literals, struct wf_str s)
{
	const struct wf_buf *prefix = &literals->prefix, *suffix = &literals->suffix;
	struct wf_str body = s; /* what the suffix ends */

	if (literals->slash && s.n > 0 && s.p[s.n - 1] == '/' &&
	    !wf_str_ends(wf_buf_str(suffix), WF_S("/")))
		body.n--;
	return wf_str_starts(s, wf_buf_str(prefix)) && wf_str_ends(body, wf_buf_str(suffix));
}

bool
literals_are_in(const struct literals *literals, struct wf_str s)
{
	bool told = literals->told && s.n > sizeof(uint64_t) && s.p[s.n - 1] != '/';

	return (told || has_ends(literals, s)) &&
	       (literals->inner.n == 0 || has_inner(literals, s));
}
