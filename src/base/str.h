/* SPDX-License-Identifier: MIT */
/* str.h - slices to read, builders to write, lines out of chunks.
 *
 * A `struct wf_str` is a slice that owns nothing: whoever made the bytes (an arena, a file, a
 * literal) decides how long it lives. It may hold any byte, NUL too, and has no NUL behind it
 * unless the function that made it says so. A `struct wf_buf` owns its bytes on the heap until
 * wf_buf_release(). */
#pragma once

#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wf_str {
	const char *p; /* may be NULL when n == 0 */
	size_t n;
};

#define WF_S(lit) ((struct wf_str){ (lit), sizeof(lit) - 1 })
#define WF_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct wf_str
wf_str(const char *cstr)
{
	return cstr ? (struct wf_str){ cstr, strlen(cstr) } : (struct wf_str){ NULL, 0 };
}

static inline bool
wf_str_eq(struct wf_str a, struct wf_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Equal to a C string. Most words of a table begin otherwise, and need not be measured. */
static inline bool
wf_str_is(struct wf_str s, const char *cstr)
{
	if (cstr && s.n > 0 && *s.p != *cstr)
		return false;
	return wf_str_eq(s, wf_str(cstr));
}

bool wf_str_ieq(struct wf_str a, struct wf_str b); /* ASCII letters without case */
int wf_str_cmp(struct wf_str a, struct wf_str b); /* bytes, as strcmp orders them */
bool wf_str_starts(struct wf_str s, struct wf_str prefix);
bool wf_str_ends(struct wf_str s, struct wf_str suffix);

/* The bytes [from, to) of s, clamped to it. */
static inline struct wf_str
wf_str_sub(struct wf_str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	return (struct wf_str){ s.p ? s.p + from : NULL, to - from };
}

/* s without its first n bytes (all of it when n is larger). */
static inline struct wf_str
wf_str_skip(struct wf_str s, size_t n)
{
	return wf_str_sub(s, n, s.n);
}

/* s without ASCII white space at both ends. */
struct wf_str wf_str_trim(struct wf_str s);
/* The index of the first `needle` in s, or -1. An empty needle is found at 0. */
ptrdiff_t wf_str_find(struct wf_str s, struct wf_str needle);
ptrdiff_t wf_str_find_char(struct wf_str s, char c);
ptrdiff_t wf_str_rfind_char(struct wf_str s, char c);

/* Cuts the text before the first `sep` off *rest and returns it; *rest is what follows it. Without
 * `sep` all of *rest is returned and *rest becomes empty with p == NULL, which ends a loop:
 *     while (rest.p) { struct wf_str part = wf_str_cut(&rest, ','); ... } */
struct wf_str wf_str_cut(struct wf_str *rest, char sep);

/* Line number `line` of a text, counted from 1; p is NULL when it has no such line. */
struct wf_str wf_str_line(struct wf_str text, int line);

/* Copies into the arena; the copy has a NUL behind it, so that .p serves as a C string. */
struct wf_str wf_str_dup(struct wf_arena *arena, struct wf_str s);
/* The same as a C string. A NUL inside s ends it early for C. */
char *wf_cstr(struct wf_arena *arena, struct wf_str s);
/* printf into the arena, with a NUL behind it. */
struct wf_str wf_strf(struct wf_arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct wf_str wf_vstrf(struct wf_arena *arena, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
/* ASCII letters folded. */
struct wf_str wf_str_upper(struct wf_arena *arena, struct wf_str s);
struct wf_str wf_str_lower(struct wf_arena *arena, struct wf_str s);

/* Bytes as lower-case hexadecimal digits, with a NUL behind them. */
struct wf_str wf_hex(struct wf_arena *arena, const unsigned char *bytes, size_t n);

/* Whole text as a decimal number without sign; false when it is not one or does not fit. */
bool wf_str_u64(struct wf_str s, uint64_t *out);

/* UTF-8: reads one code point at s.p, gives its length in *len (>= 1 while s.n > 0). A malformed
 * sequence gives U+FFFD and the length of its longest valid beginning, at least 1. */
uint32_t wf_utf8_get(struct wf_str s, size_t *len);
/* Writes cp as UTF-8 and returns the length, 1 to 4. */
size_t wf_utf8_put(uint32_t cp, char out[4]);
bool wf_utf8_valid(struct wf_str s);
/* How many bytes at the front of s are ASCII; looks at eight at a time, so that nearly all
 * of nearly every text is stepped over without a look at single bytes. */
static inline size_t
wf_ascii_run(struct wf_str s)
{
	size_t n = 0;
	uint64_t eight;

	for (; s.n - n >= sizeof(eight); n += sizeof(eight)) {
		memcpy(&eight, s.p + n, sizeof(eight));
		if (eight & 0x8080808080808080u)
			return n;
	}
	while (n < s.n && (unsigned char)s.p[n] < 0x80)
		n++;
	return n;
}

/* How many bytes at the front of s are printable ASCII and neither `a` nor `b`. */
size_t wf_str_plain(struct wf_str s, char a, char b);

/* Edit distance of two short texts, letters without case, for "did you mean". */
size_t wf_str_distance(struct wf_str a, struct wf_str b);

/* ---- builder ---- */

struct wf_buf {
	char *p; /* NUL-ended when not NULL */
	size_t n, cap;
};

#define WF_BUF_INIT ((struct wf_buf){ 0 })

void wf_buf_release(struct wf_buf *buf); /* frees, and is empty again; fits wf_auto() */
void wf_buf_clear(struct wf_buf *buf); /* empty, keeps its memory */
void wf_buf_reserve(struct wf_buf *buf, size_t more); /* room for `more` bytes behind n */
void wf_buf_add(struct wf_buf *buf, struct wf_str s);
void wf_buf_adds(struct wf_buf *buf, const char *cstr);
void wf_buf_addc(struct wf_buf *buf, char c);
void wf_buf_addf(struct wf_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Appends s as a JSON string with its quotes; invalid UTF-8 becomes U+FFFD. */
void wf_buf_add_json(struct wf_buf *buf, struct wf_str s);
/* A view of what was built, valid until the next change. */
struct wf_str wf_buf_str(const struct wf_buf *buf);
/* A copy in the arena; the builder is released. */
struct wf_str wf_buf_take(struct wf_buf *buf, struct wf_arena *arena);

/* ---- bytes to lines ---- */

/* Gathers chunks and hands out lines without their ends, which are LF, CR LF, and CR as .NET's
 * readers have it: GitHub shows each drawing of a progress bar as a line of its own. A line
 * longer than `limit` is handed out in pieces, so that a hostile stream costs bounded memory; a
 * piece never ends inside a UTF-8 sequence. */
struct wf_lines {
	struct wf_buf rest;
	size_t limit; /* bytes; 0: WF_LINE_LIMIT */
	bool after_cr; /* the last byte was a CR: an LF that follows belongs to it */
	bool spilled; /* the beginning of the line was handed out */
	/* begins: the text is a line, or its first piece, and not what follows one */
	void (*on_line)(void *data, struct wf_str line, bool begins);
	/* Where the text of a line beyond the limit is cut, best at `at`; 0: not before more of it
	 * is known. NULL: anywhere. */
	size_t (*cut)(void *data, struct wf_str text, size_t at);
	void *data;
};

#define WF_LINE_LIMIT (1u << 20)

void wf_lines_feed(struct wf_lines *lines, struct wf_str chunk);
/* Hands out what has no LF yet, and releases the memory. */
void wf_lines_finish(struct wf_lines *lines);
