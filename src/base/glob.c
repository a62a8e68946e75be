/* SPDX-License-Identifier: MIT */
/* glob.c - the filter dialect, translated one atom at a time.
 *
 * A `?` or `+` belongs to the atom before it, and more of them may follow. Written out as they
 * stand they would mean something else to PCRE2 (`a++` is possessive, `a+?` lazy), so an atom is
 * held back until it is known how often it may stand. */
#include "base/glob.h"
#include "base/glob_piece.h"

#include <ctype.h>

struct atom {
	struct wf_buf text;
	bool none, many; /* may be left out; may repeat */
};

void
glob_add_literal(struct wf_buf *out, struct wf_str ch)
{
	char utf8[4];
	size_t len;

	if (ch.n == 1 && (unsigned char)ch.p[0] < 0x80) {
		if (ispunct((unsigned char)ch.p[0]))
			wf_buf_addc(out, '\\');
		if (ch.p[0])
			wf_buf_addc(out, ch.p[0]);
		else
			wf_buf_adds(out, "\\x{0}");
		return;
	}
	wf_buf_add(out, (struct wf_str){ utf8, wf_utf8_put(wf_utf8_get(ch, &len), utf8) });
}

/* Writes the atom with its quantifier, and makes room for the next. */
static void
flush(struct atom *atom, struct wf_buf *out)
{
	wf_buf_add(out, wf_buf_str(&atom->text));
	if (atom->none || atom->many)
		wf_buf_adds(out, atom->none && atom->many ? "*" : atom->many ? "+" : "?");
	wf_buf_clear(&atom->text);
	atom->none = atom->many = false;
}

static void
start(struct atom *atom, struct wf_buf *out, const char *text, bool none, bool many)
{
	flush(atom, out);
	wf_buf_adds(&atom->text, text);
	atom->none = none;
	atom->many = many;
}

/* Both ends of a range are letters, or both are digits. */
static bool
is_range(unsigned char from, unsigned char to)
{
	return ((isalpha(from) && isalpha(to)) || (isdigit(from) && isdigit(to))) && from <= to;
}

/* Reads [...] at text.p[*at] into the atom. */
static const char *
read_class(struct wf_str text, size_t *at, struct wf_buf *out)
{
	size_t i = *at + 1;

	if (i < text.n && text.p[i] == ']')
		return "there is nothing between '[' and ']'";
	wf_buf_addc(out, '[');
	for (; i < text.n && text.p[i] != ']'; i++) {
		if (!isalnum((unsigned char)text.p[i]))
			return "between '[' and ']' only letters, digits and ranges of them may "
			       "stand";
		wf_buf_addc(out, text.p[i]);
		if (i + 1 >= text.n || text.p[i + 1] != '-')
			continue;
		if (i + 2 >= text.n ||
		    !is_range((unsigned char)text.p[i], (unsigned char)text.p[i + 2]))
			return "a range goes from a letter to a later letter or from a digit to a "
			       "later one";
		i += 2;
		wf_buf_addc(out, '-');
		wf_buf_addc(out, text.p[i]);
	}
	if (i >= text.n)
		return "the ']' is missing after '['";
	wf_buf_addc(out, ']');
	*at = i + 1;
	return NULL;
}

/* Reads the stars at text.p[*at]; two stars followed by a slash are any number of folders. */
static void
read_stars(struct wf_str text, size_t *at, struct atom *atom, struct wf_buf *out)
{
	struct wf_str rest = wf_str_skip(text, *at);

	if (wf_str_starts(rest, WF_S("**/"))) {
		start(atom, out, FILTER_FOLDERS, true, false);
		*at += 3;
	} else if (wf_str_starts(rest, WF_S("**"))) {
		start(atom, out, ".", true, true);
		*at += 2;
	} else {
		start(atom, out, "[^/]", true, true);
		*at += 1;
	}
}

/* Takes the next atom or quantifier; gives the problem or NULL. */
static const char *
read_one(struct wf_str text, size_t *at, struct atom *atom, struct wf_buf *out)
{
	char c = text.p[*at];
	size_t len;

	if (c == '*') {
		read_stars(text, at, atom, out);
		return NULL;
	}
	if ((c == '?' || c == '+') && *at > 0) {
		*(c == '?' ? &atom->none : &atom->many) = true;
		++*at;
		return NULL;
	}
	flush(atom, out);
	if (c == '[')
		return read_class(text, at, &atom->text);
	if (c == '\\' && ++*at >= text.n)
		return "a character must follow '\\'";
	wf_utf8_get(wf_str_skip(text, *at), &len);
	glob_add_literal(&atom->text, wf_str_sub(text, *at, *at + len));
	*at += len;
	return NULL;
}

bool
glob_from_filter(struct wf_str text, struct wf_buf *out, const char **problem)
{
	struct atom atom = { 0 };

	*problem = NULL;
	wf_buf_adds(out, "\\A");
	for (size_t at = 0; at < text.n && !*problem;)
		*problem = read_one(text, &at, &atom, out);
	flush(&atom, out);
	wf_buf_adds(out, "\\z");
	wf_buf_release(&atom.text);
	return !*problem;
}
