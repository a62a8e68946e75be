/* SPDX-License-Identifier: MIT */
/* text.h - text as the expression language sees it: compared without case, measured in UTF-16.
 *
 * Comparison is .NET's OrdinalIgnoreCase on UTF-8 text: code points are upper-cased one by one and
 * compared by number, free of any locale. White space is what .NET's Char.IsWhiteSpace says. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* The first eight bytes of n, or all of fewer in an order that depends on n alone; n is not 0. */
static inline uint64_t
expr_text_eight(const char *p, size_t n)
{
	uint64_t eight;
	uint32_t first, last;

	if (n >= sizeof(eight)) {
		memcpy(&eight, p, sizeof(eight));
		return eight;
	}
	if (n >= sizeof(first)) {
		memcpy(&first, p, sizeof(first));
		memcpy(&last, p + n - sizeof(last), sizeof(last));
		return first | (uint64_t)last << 32;
	}
	return (unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 |
	       (uint64_t)(unsigned char)p[n - 1] << 16;
}

bool expr_text_eq(struct wf_str a, struct wf_str b);
/* Whether their first letters alone show that they are not equal, as with most keys that are not
 * the one looked for. */
static inline bool
expr_text_differs(struct wf_str a, struct wf_str b)
{
	unsigned char x = a.n ? (unsigned char)*a.p : 0, y = b.n ? (unsigned char)*b.p : 0;

	return (x | y) < 0x80 && ((x ^ y) & ~0x20) != 0;
}

/* The same of a name, which is ASCII without NUL, and a C string, which is not measured first. */
bool expr_text_is(struct wf_str name, const char *cstr);
int expr_text_cmp(struct wf_str a, struct wf_str b);
bool expr_text_starts(struct wf_str s, struct wf_str prefix);
bool expr_text_ends(struct wf_str s, struct wf_str suffix);
/* Scratch memory comes from the arena when the texts are long. */
bool expr_text_contains(struct wf_arena *arena, struct wf_str s, struct wf_str needle);
/* Equal for texts that expr_text_eq() calls equal. */
uint64_t expr_text_hash(struct wf_str s, uint64_t seed);

/* The length of the white space that s begins with, in bytes: 0, or one character's. */
size_t expr_text_space(struct wf_str s);
struct wf_str expr_text_trim(struct wf_str s);
/* The place of byte `at` in a text that is a file of its own. */
struct wf_pos expr_text_pos(const char *file, struct wf_str text, size_t at);
size_t expr_text_wide_units(struct wf_str s);

/* The length in UTF-16 units, as GitHub counts characters. */
static inline size_t
expr_text_units(struct wf_str s)
{
	uint64_t bits = 0;
	size_t i = 0;

	for (; s.n - i > sizeof(bits); i += sizeof(bits))
		bits |= expr_text_eight(s.p + i, sizeof(bits));
	if (i < s.n)
		bits |= expr_text_eight(s.p + i, s.n - i);
	return bits & 0x8080808080808080u ? expr_text_wide_units(s) : s.n;
}

/* [A-Za-z_][A-Za-z0-9_-]*: what may follow a dot. */
bool expr_text_is_name(struct wf_str s);
