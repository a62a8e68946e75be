/* SPDX-License-Identifier: MIT */
/* str.c - slices and what is asked of them; UTF-8. Builders and lines are in buf.c. */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c & ~0x20) : c;
}

bool
wf_str_ieq(struct wf_str a, struct wf_str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

int
wf_str_cmp(struct wf_str a, struct wf_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	if (order)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

bool
wf_str_starts(struct wf_str s, struct wf_str prefix)
{
	return s.n >= prefix.n && wf_str_eq(wf_str_sub(s, 0, prefix.n), prefix);
}

bool
wf_str_ends(struct wf_str s, struct wf_str suffix)
{
	return s.n >= suffix.n && wf_str_eq(wf_str_skip(s, s.n - suffix.n), suffix);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct wf_str
wf_str_trim(struct wf_str s)
{
	while (s.n && is_space(s.p[0]))
		s = wf_str_skip(s, 1);
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* memchr() is much faster than memmem(), and what is looked for often begins with a rare byte.
 * Where it is not rare, memmem() takes over, whose time does not grow with the product of both. */
ptrdiff_t
wf_str_find(struct wf_str s, struct wf_str needle)
{
	enum { TRIES = 8 };
	const char *at = s.p, *last;

	if (needle.n == 0)
		return 0;
	if (s.n < needle.n)
		return -1;
	last = s.p + s.n - needle.n;
	for (int i = 0; at <= last && i < TRIES; i++, at++) {
		at = memchr(at, needle.p[0], (size_t)(last - at) + 1);
		if (!at)
			return -1;
		if (memcmp(at, needle.p, needle.n) == 0)
			return at - s.p;
	}
	at = memmem(at, (size_t)(s.p + s.n - at), needle.p, needle.n);
	return at ? at - s.p : -1;
}

ptrdiff_t
wf_str_find_char(struct wf_str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? at - s.p : -1;
}

ptrdiff_t
wf_str_rfind_char(struct wf_str s, char c)
{
	const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;

	return at ? at - s.p : -1;
}

struct wf_str
wf_str_cut(struct wf_str *rest, char sep)
{
	ptrdiff_t at = wf_str_find_char(*rest, sep);
	struct wf_str part = *rest;

	if (at < 0) {
		*rest = (struct wf_str){ NULL, 0 };
		return part;
	}
	part.n = (size_t)at;
	*rest = wf_str_skip(*rest, part.n + 1);
	return part;
}

struct wf_str
wf_str_line(struct wf_str text, int line)
{
	for (; text.p && line > 1; line--)
		wf_str_cut(&text, '\n');
	return text.p ? wf_str_cut(&text, '\n') : text;
}

struct wf_str
wf_str_dup(struct wf_arena *arena, struct wf_str s)
{
	char *copy = wf_alloc_raw(arena, s.n + 1, 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return (struct wf_str){ copy, s.n };
}

char *
wf_cstr(struct wf_arena *arena, struct wf_str s)
{
	return (char *)wf_str_dup(arena, s).p;
}

struct wf_str
wf_hex(struct wf_arena *arena, const unsigned char *bytes, size_t n)
{
	char *text = wf_alloc(arena, 2 * n + 1, 1);

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	return (struct wf_str){ text, 2 * n };
}

struct wf_str
wf_vstrf(struct wf_arena *arena, const char *fmt, va_list ap)
{
	char first[200]; /* long enough for most */
	va_list again;
	int n;
	char *p;

	va_copy(again, ap);
	n = vsnprintf(first, sizeof(first), fmt, again);
	va_end(again);
	if (n < 0)
		abort();
	if ((size_t)n < sizeof(first))
		return wf_str_dup(arena, (struct wf_str){ first, (size_t)n });
	p = wf_alloc_raw(arena, (size_t)n + 1, 1);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	return (struct wf_str){ p, (size_t)n };
}

struct wf_str
wf_strf(struct wf_arena *arena, const char *fmt, ...)
{
	struct wf_str s;
	va_list ap;

	va_start(ap, fmt);
	s = wf_vstrf(arena, fmt, ap);
	va_end(ap);
	return s;
}

static struct wf_str
mapped(struct wf_arena *arena, struct wf_str s, char (*map)(char))
{
	struct wf_str copy = wf_str_dup(arena, s);
	char *p = (char *)copy.p;

	for (size_t i = 0; i < s.n; i++)
		p[i] = map(p[i]);
	return copy;
}

struct wf_str
wf_str_upper(struct wf_arena *arena, struct wf_str s)
{
	return mapped(arena, s, upper);
}

struct wf_str
wf_str_lower(struct wf_arena *arena, struct wf_str s)
{
	return mapped(arena, s, lower);
}

bool
wf_str_u64(struct wf_str s, uint64_t *out)
{
	uint64_t value = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'), &value))
			return false;
	}
	*out = value;
	return true;
}

#define REPLACEMENT 0xFFFDu

/* The smallest code point that each length may spell, so that overlong forms are refused. */
static const uint32_t utf8_least[] = { 0, 0, 0x80, 0x800, 0x10000 };

uint32_t
wf_utf8_get(struct wf_str s, size_t *len)
{
	unsigned char c = s.n ? (unsigned char)s.p[0] : 0;
	size_t want = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
	uint32_t cp;
	size_t i;

	*len = 1;
	if (want == 1)
		return c;
	if (want == 0)
		return REPLACEMENT;
	cp = c & (0x7Fu >> want);
	for (i = 1; i < want && i < s.n && ((unsigned char)s.p[i] & 0xC0) == 0x80; i++)
		cp = cp << 6 | ((unsigned char)s.p[i] & 0x3F);
	if (i < want) {
		*len = i;
		return REPLACEMENT;
	}
	if (cp < utf8_least[want] || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		return REPLACEMENT;
	*len = want;
	return cp;
}

size_t
wf_utf8_put(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

/* Whether U+FFFD came from its own three bytes and not from broken ones. */
static bool
is_written_replacement(struct wf_str s)
{
	return s.n >= 3 && memcmp(s.p, "\xEF\xBF\xBD", 3) == 0;
}

bool
wf_utf8_valid(struct wf_str s)
{
	size_t len;

	while ((s = wf_str_skip(s, wf_ascii_run(s))).n) {
		if (wf_utf8_get(s, &len) == REPLACEMENT && !is_written_replacement(s))
			return false;
		s = wf_str_skip(s, len);
	}
	return true;
}

#define EACH(byte) (0x0101010101010101u * (unsigned char)(byte))

/* Not 0 when a byte of the eight is 0; bytes above the first such may be wrong. */
static uint64_t
has_zero(uint64_t eight)
{
	return (eight - EACH(1)) & ~eight & EACH(0x80);
}

size_t
wf_str_plain(struct wf_str s, char a, char b)
{
	const uint64_t all_a = EACH(a), all_b = EACH(b);
	size_t n = 0;
	uint64_t x;

	for (; s.n - n >= sizeof(x); n += sizeof(x)) {
		memcpy(&x, s.p + n, sizeof(x));
		if ((x & EACH(0x80)) | ((x - EACH(' ')) & ~x & EACH(0x80)) |
		    has_zero(x ^ EACH(0x7F)) | has_zero(x ^ all_a) | has_zero(x ^ all_b))
			break;
	}
	while (n < s.n && s.p[n] >= ' ' && s.p[n] <= '~' && s.p[n] != a && s.p[n] != b)
		n++;
	return n;
}

#define DISTANCE_LONGEST 64

size_t
wf_str_distance(struct wf_str a, struct wf_str b)
{
	size_t row[DISTANCE_LONGEST + 1];

	if (a.n > DISTANCE_LONGEST || b.n > DISTANCE_LONGEST)
		return a.n > b.n ? a.n : b.n;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t change = diagonal + (lower(a.p[i - 1]) != lower(b.p[j - 1]));
			size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

			diagonal = row[j];
			row[j] = change < best ? change : best;
		}
	}
	return row[b.n];
}
