/* SPDX-License-Identifier: MIT */
/* visible.c - takes control sequences out of text and shows control characters as ^X or <U+XXXX>.
 */
#include "cli/visible.h"

#include "base/arena.h"

#define ESCAPE 0x1B
#define BELL 0x07

/* The bytes at the start of s, at most n of them, that lie between first and last. */
static size_t
span(struct wf_str s, size_t from, unsigned char first, unsigned char last)
{
	size_t at = from;

	while (at < s.n && (unsigned char)s.p[at] >= first && (unsigned char)s.p[at] <= last)
		at++;
	return at;
}

/* A string sequence (OSC, DCS, ...) ends at BEL or ESC \, or not at all. */
static size_t
string_length(struct wf_str s)
{
	for (size_t i = 2; i < s.n; i++) {
		if (s.p[i] == BELL)
			return i + 1;
		if (s.p[i] == ESCAPE && i + 1 < s.n && s.p[i + 1] == '\\')
			return i + 2;
	}
	return s.n;
}

/* The length of the sequence that starts with the escape at s.p[0]; *sgr: it only sets colours. */
static size_t
sequence_length(struct wf_str s, bool *sgr)
{
	size_t params, end;

	*sgr = false;
	if (s.n < 2)
		return 1;
	if (s.p[1] == '[') {
		params = span(s, 2, '0', '?');
		end = span(s, params, ' ', '/');
		*sgr = end == params && end < s.n && s.p[end] == 'm' &&
		       span(s, 2, '0', ';') == params;
		return end < s.n && span(s, end, '@', '~') > end ? end + 1 : end;
	}
	if (strchr("]PX^_", s.p[1]) && s.p[1] != '\0')
		return string_length(s);
	end = span(s, 1, ' ', '/');
	return end < s.n && span(s, end, '0', '~') > end ? end + 1 : end;
}

/* What reorders or hides text, or what an 8-bit terminal takes for a control. */
static bool
is_deceiving(uint32_t cp)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x80, 0x9F }, /* C1: 0x9B starts a sequence as ESC [ does */
		{ 0x200E, 0x200F }, /* direction marks */
		{ 0x2028, 0x202E }, /* line and paragraph ends, embeddings, overrides */
		{ 0x2066, 0x2069 }, /* isolates */
	};

	for (size_t i = 0; i < WF_COUNT(ranges); i++)
		if (cp >= ranges[i].first && cp <= ranges[i].last)
			return true;
	return false;
}

/* Appends the character at the start of s and returns its length. */
static size_t
add_character(struct wf_buf *out, struct wf_str s)
{
	char bytes[4];
	size_t len;
	uint32_t cp = wf_utf8_get(s, &len);

	if ((cp < 0x20 && cp != '\t') || cp == 0x7F)
		wf_buf_addf(out, "^%c", (char)(cp ^ 0x40));
	else if (is_deceiving(cp))
		wf_buf_addf(out, "<U+%04X>", (unsigned)cp);
	else
		wf_buf_add(out, (struct wf_str){ bytes, wf_utf8_put(cp, bytes) });
	return len;
}

/* A progress bar draws itself again and again: the last drawing is what a terminal would show. */
static struct wf_str
last_drawing(struct wf_str line)
{
	ptrdiff_t cr;

	while (wf_str_ends(line, WF_S("\r")))
		line.n--;
	cr = wf_str_rfind_char(line, '\r');
	return wf_str_skip(line, (size_t)(cr + 1));
}

void
visible_add(struct wf_buf *out, struct wf_str line, bool color)
{
	struct wf_str s = last_drawing(line);
	bool colored = false, sgr;

	while (s.n > 0) {
		size_t plain = wf_str_plain(s, ESCAPE, ESCAPE), len;

		wf_buf_add(out, wf_str_sub(s, 0, plain));
		s = wf_str_skip(s, plain);
		if (s.n == 0)
			break;
		if (s.p[0] != ESCAPE) {
			s = wf_str_skip(s, add_character(out, s));
			continue;
		}
		len = sequence_length(s, &sgr);
		if (sgr && color) {
			wf_buf_add(out, wf_str_sub(s, 0, len));
			colored = true;
		}
		s = wf_str_skip(s, len);
	}
	if (colored)
		wf_buf_adds(out, "\x1b[0m");
}

size_t
visible_width(struct wf_str text)
{
	size_t width = 0, len;
	bool sgr;

	for (; text.n > 0; text = wf_str_skip(text, len)) {
		if (text.p[0] == ESCAPE) {
			len = sequence_length(text, &sgr);
		} else {
			wf_utf8_get(text, &len);
			width++;
		}
	}
	return width;
}
