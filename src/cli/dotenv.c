/* SPDX-License-Identifier: MIT */
/* dotenv.c - a hand-written reader: one pass over the bytes, positions kept for messages. */
#include "cli/dotenv.h"

#include <ctype.h>

struct reader {
	struct wf_arena *arena;
	const char *file;
	struct wf_str text; /* all of it */
	size_t at; /* the next byte */
};

static int
peek(const struct reader *r)
{
	return r->at < r->text.n ? (unsigned char)r->text.p[r->at] : -1;
}

static bool
at_line_end(const struct reader *r)
{
	int c = peek(r);

	return c == -1 || c == '\n' ||
	       (c == '\r' && (r->at + 1 == r->text.n || r->text.p[r->at + 1] == '\n'));
}

static void
skip_blanks(struct reader *r)
{
	while (peek(r) == ' ' || peek(r) == '\t')
		r->at++;
}

static void
skip_line(struct reader *r)
{
	while (peek(r) != -1 && peek(r) != '\n')
		r->at++;
	if (peek(r) == '\n')
		r->at++;
}

/* Columns count characters: the bytes that continue one are passed over. */
static struct wf_pos
place(const struct reader *r, size_t at)
{
	struct wf_pos pos = { r->file, 1, 1 };

	for (size_t i = 0; i < at; i++) {
		if (r->text.p[i] == '\n') {
			pos.line++;
			pos.col = 1;
		} else if (((unsigned char)r->text.p[i] & 0xc0) != 0x80) {
			pos.col++;
		}
	}
	return pos;
}

static bool
is_name(int c, bool first)
{
	return c == '_' || (c > 0 && c < 128 && isalpha(c)) ||
	       (!first && (c == '.' || c == '-' || (c >= '0' && c <= '9')));
}

static struct wf_str
read_name(struct reader *r)
{
	size_t start = r->at;

	while (is_name(peek(r), r->at == start))
		r->at++;
	return wf_str_sub(r->text, start, r->at);
}

/* Up to the end of the line, or to white space with a # behind it. */
static struct wf_str
read_bare(struct reader *r)
{
	size_t start = r->at;

	while (!at_line_end(r)) {
		if (peek(r) == '#' &&
		    (r->at == start || r->text.p[r->at - 1] == ' ' || r->text.p[r->at - 1] == '\t'))
			break;
		r->at++;
	}
	return wf_str_dup(r->arena, wf_str_trim(wf_str_sub(r->text, start, r->at)));
}

static void
add_escape(struct wf_buf *out, char c)
{
	static const char letters[] = "nrt\"\\$", bytes[] = "\n\r\t\"\\$";
	const char *known = c ? strchr(letters, c) : NULL;

	if (known)
		c = bytes[known - letters];
	else
		wf_buf_addc(out, '\\');
	wf_buf_addc(out, c);
}

/* The text between two quotes; r->at stands on the first. */
static bool
read_quoted(struct reader *r, struct wf_str *out, struct wf_error *err)
{
	struct wf_buf buf = WF_BUF_INIT;
	size_t start = r->at;
	char quote = r->text.p[r->at++];

	for (; r->at < r->text.n; r->at++) {
		char c = r->text.p[r->at];

		if (c == quote) {
			r->at++;
			*out = wf_buf_take(&buf, r->arena);
			return true;
		}
		if (c == '\\' && quote == '"' && r->at + 1 < r->text.n)
			add_escape(&buf, r->text.p[++r->at]);
		else
			wf_buf_addc(&buf, c);
	}
	wf_buf_release(&buf);
	return wf_fail(err, WF_ERR_USAGE, place(r, start), "this quote is not closed");
}

static bool
read_value(struct reader *r, struct wf_str *out, struct wf_error *err)
{
	skip_blanks(r);
	if (peek(r) != '"' && peek(r) != '\'') {
		*out = read_bare(r);
		return true;
	}
	if (!read_quoted(r, out, err))
		return false;
	skip_blanks(r);
	if (at_line_end(r) || peek(r) == '#')
		return true;
	return wf_fail(err, WF_ERR_USAGE, place(r, r->at),
	    "only a comment may follow the closing quote");
}

/* NAME=value, with `export` before it or not; r->at stands on the first letter. */
static bool
read_pair(struct reader *r, struct expr_object *out, struct wf_error *err)
{
	struct wf_str name = read_name(r), value = { NULL, 0 };

	if (wf_str_is(name, "export") && (peek(r) == ' ' || peek(r) == '\t')) {
		skip_blanks(r);
		if (peek(r) != '=')
			name = read_name(r);
	}
	skip_blanks(r);
	if (name.n == 0 || peek(r) != '=')
		return wf_fail(err, WF_ERR_USAGE, place(r, r->at), "expected NAME=VALUE");
	r->at++;
	if (!read_value(r, &value, err))
		return false;
	expr_object_set(out, wf_str_dup(r->arena, name), expr_string(value));
	return true;
}

bool
dotenv_read(struct wf_arena *arena, const char *file, struct wf_str text, struct expr_object *out,
    struct wf_error *err)
{
	struct reader r = { arena, file, text, 0 };

	if (wf_str_starts(text, WF_S("\xef\xbb\xbf")))
		r.text = wf_str_skip(text, 3);
	while (peek(&r) != -1) {
		skip_blanks(&r);
		if (!at_line_end(&r) && peek(&r) != '#' && !read_pair(&r, out, err))
			return false;
		skip_line(&r);
	}
	return true;
}
