/* SPDX-License-Identifier: MIT */
/* buf.c - the growing builder of str.h, and lines out of chunks. */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

void
wf_buf_release(struct wf_buf *buf)
{
	free(buf->p);
	*buf = WF_BUF_INIT;
}

void
wf_buf_clear(struct wf_buf *buf)
{
	buf->n = 0;
	if (buf->p)
		buf->p[0] = '\0';
}

void
wf_buf_reserve(struct wf_buf *buf, size_t more)
{
	size_t need, cap = buf->cap ? buf->cap : 64;
	char *p;

	if (__builtin_add_overflow(buf->n, more + 1, &need))
		abort();
	if (need <= buf->cap)
		return;
	while (cap < need)
		if (__builtin_mul_overflow(cap, 2, &cap))
			abort();
	p = realloc(buf->p, cap);
	if (!p)
		abort();
	buf->p = p;
	buf->cap = cap;
}

void
wf_buf_add(struct wf_buf *buf, struct wf_str s)
{
	if (s.n >= buf->cap - buf->n) /* both 0 at first */
		wf_buf_reserve(buf, s.n);
	if (s.n)
		memcpy(buf->p + buf->n, s.p, s.n);
	buf->n += s.n;
	buf->p[buf->n] = '\0';
}

void
wf_buf_adds(struct wf_buf *buf, const char *cstr)
{
	wf_buf_add(buf, wf_str(cstr));
}

void
wf_buf_addc(struct wf_buf *buf, char c)
{
	wf_buf_add(buf, (struct wf_str){ &c, 1 });
}

void
wf_buf_addf(struct wf_buf *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	wf_buf_reserve(buf, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(buf->p + buf->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf->n += (size_t)n;
}

/* The two-character escapes of JSON, by byte; 0: none. */
static const char json_escapes[256] = {
	['"'] = '"',
	['\\'] = '\\',
	['\b'] = 'b',
	['\f'] = 'f',
	['\n'] = 'n',
	['\r'] = 'r',
	['\t'] = 't',
};

static size_t
add_json_character(struct wf_buf *buf, struct wf_str s)
{
	char bytes[4];
	size_t len;
	uint32_t cp = wf_utf8_get(s, &len);

	if (cp < 0x80 && json_escapes[cp]) {
		wf_buf_addc(buf, '\\');
		wf_buf_addc(buf, json_escapes[cp]);
	} else if (cp < 0x20) {
		wf_buf_addf(buf, "\\u%04x", (unsigned)cp);
	} else {
		wf_buf_add(buf, (struct wf_str){ bytes, wf_utf8_put(cp, bytes) });
	}
	return len;
}

void
wf_buf_add_json(struct wf_buf *buf, struct wf_str s)
{
	wf_buf_addc(buf, '"');
	while (s.n) {
		size_t plain = wf_str_plain(s, '"', '\\'); /* most text is nothing else */

		wf_buf_add(buf, wf_str_sub(s, 0, plain));
		s = wf_str_skip(s, plain);
		if (s.n)
			s = wf_str_skip(s, add_json_character(buf, s));
	}
	wf_buf_addc(buf, '"');
}

struct wf_str
wf_buf_str(const struct wf_buf *buf)
{
	return (struct wf_str){ buf->p, buf->n };
}

struct wf_str
wf_buf_take(struct wf_buf *buf, struct wf_arena *arena)
{
	struct wf_str copy = wf_str_dup(arena, wf_buf_str(buf));

	wf_buf_release(buf);
	return copy;
}

/* How much of s may be handed out without cutting a UTF-8 sequence at its end. */
static size_t
whole_characters(struct wf_str s)
{
	size_t back = 1;

	while (back < 4 && back < s.n && ((unsigned char)s.p[s.n - back] & 0xC0) == 0x80)
		back++;
	if (back < s.n && (unsigned char)s.p[s.n - back] >= 0xC0)
		return s.n - back;
	return s.n;
}

/* Hands out a line, or its last piece. */
static void
hand_out(struct wf_lines *lines, struct wf_str line)
{
	bool begins = !lines->spilled;

	lines->spilled = false;
	lines->on_line(lines->data, line, begins);
}

/* Hands out pieces while what is gathered exceeds the limit. */
static void
spill(struct wf_lines *lines, size_t limit)
{
	while (lines->rest.n > limit) {
		struct wf_str piece = wf_str_sub(wf_buf_str(&lines->rest), 0, limit);
		size_t left;

		piece.n = whole_characters(piece);
		if (lines->cut)
			piece.n = lines->cut(lines->data, wf_buf_str(&lines->rest), piece.n);
		if (piece.n == 0)
			return;
		lines->on_line(lines->data, piece, !lines->spilled);
		lines->spilled = true;
		left = lines->rest.n - piece.n;
		memmove(lines->rest.p, lines->rest.p + piece.n, left);
		lines->rest.n = left;
	}
}

/* Hands out the line that `piece` ends. */
static void
end_line(struct wf_lines *lines, struct wf_str piece, size_t limit)
{
	if (lines->rest.n == 0 && piece.n <= limit) {
		hand_out(lines, piece);
		return;
	}
	wf_buf_add(&lines->rest, piece);
	spill(lines, limit);
	hand_out(lines, wf_buf_str(&lines->rest));
	wf_buf_clear(&lines->rest);
}

/* The lines of a text with no LF in it, each ended by a CR; returns what has no end. */
static struct wf_str
end_drawings(struct wf_lines *lines, struct wf_str text, size_t limit)
{
	ptrdiff_t at;

	while ((at = wf_str_find_char(text, '\r')) >= 0) {
		end_line(lines, wf_str_sub(text, 0, (size_t)at), limit);
		text = wf_str_skip(text, (size_t)at + 1);
		lines->after_cr = text.n == 0;
	}
	return text;
}

void
wf_lines_feed(struct wf_lines *lines, struct wf_str chunk)
{
	size_t limit = lines->limit ? lines->limit : WF_LINE_LIMIT;
	ptrdiff_t at;

	if (lines->after_cr && chunk.n) {
		lines->after_cr = false;
		if (chunk.p[0] == '\n')
			chunk = wf_str_skip(chunk, 1);
	}
	while ((at = wf_str_find_char(chunk, '\n')) >= 0) {
		struct wf_str line = wf_str_sub(chunk, 0, (size_t)at);

		chunk = wf_str_skip(chunk, (size_t)at + 1);
		line = end_drawings(lines, line, limit);
		if (!lines->after_cr)
			end_line(lines, line, limit);
		lines->after_cr = false; /* CR LF is one end */
	}
	chunk = end_drawings(lines, chunk, limit);
	wf_buf_add(&lines->rest, chunk);
	spill(lines, limit);
}

void
wf_lines_finish(struct wf_lines *lines)
{
	if (lines->rest.n)
		hand_out(lines, wf_buf_str(&lines->rest));
	wf_buf_release(&lines->rest);
}
