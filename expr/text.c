/* SPDX-License-Identifier: MIT */
/* text.c - comparison without case, white space and length of UTF-8 text.
 *
 * Nearly all text here is ASCII, so each loop takes a short way for bytes below 0x80, most of them
 * eight at a time, and decodes only the rest. An upper-case letter may be shorter in UTF-8 than its
 * lower case (U+2C65), so byte lengths prove nothing about equality. */
#include "expr/text.h"

#include "expr/upper.h"

/* Below this product of lengths a search compares at each place; above it, that could take hours
 * on hostile text, and copies for memmem() are worth their memory. */
#define SEARCH_NAIVE ((size_t)1 << 16)

static inline uint32_t
upper_ascii(unsigned char c)
{
	return c >= 'a' && c <= 'z' ? c - 32u : c;
}

/* Takes one code point off s and gives it upper-cased; s is not empty. */
static inline uint32_t
take_upper(struct wf_str *s)
{
	unsigned char c = (unsigned char)*s->p;
	size_t len = 1;
	uint32_t cp = c < 0x80 ? upper_ascii(c) : expr_upper(wf_utf8_get(*s, &len));

	s->p += len;
	s->n -= len;
	return cp;
}

int
expr_text_cmp(struct wf_str a, struct wf_str b)
{
	while (a.n && b.n) {
		uint32_t x = take_upper(&a), y = take_upper(&b);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.n > 0) - (b.n > 0);
}

#define EACH(byte) (0x0101010101010101u * (byte))

/* Whether eight ASCII bytes are the same letters. Adding to a byte below 0x80 carries into its own
 * high bit alone, which then says whether the byte is at least 'a', or beyond 'z'. */
static inline bool
same_letters(uint64_t a, uint64_t b)
{
	uint64_t differs = a ^ b, lower = a | EACH(0x20);
	uint64_t letters = (lower + EACH(0x80 - 'a')) & ~(lower + EACH(0x7F - 'z')) & EACH(0x80);

	return (differs & ~(letters >> 2)) == 0;
}

/* Whether the first n bytes of both are the same letters, up to `*at`: n, or a place before the
 * first that is not ASCII. */
static inline bool
same_ascii(struct wf_str a, struct wf_str b, size_t n, size_t *at)
{
	for (*at = 0; *at < n; *at += sizeof(uint64_t)) {
		uint64_t x = expr_text_eight(a.p + *at, n - *at),
		         y = expr_text_eight(b.p + *at, n - *at);

		if ((x | y) & EACH(0x80))
			return true;
		if (x != y && !same_letters(x, y))
			return false;
	}
	*at = n;
	return true;
}

/* Kept out of expr_text_eq(), which without it needs no stack. */
static __attribute__((noinline)) bool
same_from(struct wf_str a, struct wf_str b, size_t at)
{
	return expr_text_cmp(wf_str_skip(a, at), wf_str_skip(b, at)) == 0;
}

bool
expr_text_eq(struct wf_str a, struct wf_str b)
{
	size_t n = a.n < b.n ? a.n : b.n, at;

	if (!same_ascii(a, b, n, &at))
		return false;
	return at < n ? same_from(a, b, at) : a.n == b.n;
}

bool
expr_text_is(struct wf_str name, const char *cstr)
{
	/* nearly always written in the same case */
	if (strncmp(name.p, cstr, name.n) == 0)
		return !cstr[name.n];
	return expr_text_eq(name, wf_str(cstr));
}

bool
expr_text_starts(struct wf_str s, struct wf_str prefix)
{
	size_t n = s.n < prefix.n ? s.n : prefix.n, at;

	if (!same_ascii(s, prefix, n, &at))
		return false;
	s = wf_str_skip(s, at);
	prefix = wf_str_skip(prefix, at);
	while (s.n && prefix.n)
		if (take_upper(&s) != take_upper(&prefix))
			return false;
	return prefix.n == 0;
}

static size_t
code_points(struct wf_str s)
{
	size_t n = 0, len;

	for (; s.n; s = wf_str_skip(s, len), n++)
		wf_utf8_get(s, &len);
	return n;
}

bool
expr_text_ends(struct wf_str s, struct wf_str suffix)
{
	size_t have = code_points(s), want = code_points(suffix), len;

	if (have < want)
		return false;
	for (; have > want; have--, s = wf_str_skip(s, len))
		wf_utf8_get(s, &len);
	return expr_text_eq(s, suffix);
}

static struct wf_str
upper_copy(struct wf_arena *arena, struct wf_str s)
{
	/* a byte that is no UTF-8 becomes the three bytes of U+FFFD */
	char *out = wf_alloc_array(arena, s.n, 3, 1);
	size_t n = 0;

	while (s.n)
		n += wf_utf8_put(take_upper(&s), out + n);
	return (struct wf_str){ out, n };
}

bool
expr_text_contains(struct wf_arena *arena, struct wf_str s, struct wf_str needle)
{
	size_t len, work;

	if (!needle.n)
		return true;
	if (__builtin_mul_overflow(s.n, needle.n, &work) || work > SEARCH_NAIVE) {
		s = upper_copy(arena, s);
		needle = upper_copy(arena, needle);
		return s.n && memmem(s.p, s.n, needle.p, needle.n);
	}
	for (; s.n; s = wf_str_skip(s, len)) {
		if (expr_text_starts(s, needle))
			return true;
		wf_utf8_get(s, &len);
	}
	return false;
}

uint64_t
expr_text_hash(struct wf_str s, uint64_t seed)
{
	uint64_t h = seed;

	while (s.n) {
		h = (h ^ take_upper(&s)) * 0x9E3779B97F4A7C15u;
		h ^= h >> 29;
	}
	return h;
}

static bool
is_wide_space(uint32_t cp)
{
	switch (cp) {
	case 0x0085:
	case 0x00A0:
	case 0x1680:
	case 0x2028:
	case 0x2029:
	case 0x202F:
	case 0x205F:
	case 0x3000: return true;
	default: return cp >= 0x2000 && cp <= 0x200A;
	}
}

size_t
expr_text_space(struct wf_str s)
{
	unsigned char c = s.n ? (unsigned char)*s.p : 'x';
	size_t len;

	if (c < 0x80)
		return c == ' ' || (c >= '\t' && c <= '\r');
	return is_wide_space(wf_utf8_get(s, &len)) ? len : 0;
}

/* The length of the white space character that s ends with. */
static size_t
space_at_end(struct wf_str s)
{
	size_t len = 1;

	while (len < s.n && len < 3 && ((unsigned char)s.p[s.n - len] & 0xC0) == 0x80)
		len++;
	return s.n && expr_text_space(wf_str_skip(s, s.n - len)) == len ? len : 0;
}

struct wf_str
expr_text_trim(struct wf_str s)
{
	size_t len;

	while ((len = expr_text_space(s)) > 0)
		s = wf_str_skip(s, len);
	while ((len = space_at_end(s)) > 0)
		s.n -= len;
	return s;
}

size_t
expr_text_wide_units(struct wf_str s)
{
	size_t n = 0, i = 0;

	for (;;) {
		unsigned char c;
		size_t run = wf_ascii_run(wf_str_skip(s, i));

		i += run;
		n += run;
		if (i >= s.n)
			return n;
		c = (unsigned char)s.p[i++];
		n += ((c & 0xC0) != 0x80) + (c >= 0xF0);
	}
}

struct wf_pos
expr_text_pos(const char *file, struct wf_str text, size_t at)
{
	struct wf_pos pos = { file, 1, 1 };

	for (size_t i = 0; i < at && i < text.n; i++) {
		pos.col += ((unsigned char)text.p[i] & 0xC0) != 0x80;
		if (text.p[i] == '\n') {
			pos.line++;
			pos.col = 1;
		}
	}
	return pos;
}

static bool
is_name_char(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
		return true;
	return !first && ((c >= '0' && c <= '9') || c == '-');
}

bool
expr_text_is_name(struct wf_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_name_char(s.p[i], i == 0))
			return false;
	return s.n > 0;
}
