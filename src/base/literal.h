/* SPDX-License-Identifier: MIT */
/* literal.h - what is in every text that a regular expression matches. */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct literals {
	/* The first and the last eight bytes of a text, where prefix and suffix say what they are.
	 */
	struct literal_word {
		uint64_t bytes, mask;
	} head, tail;
	bool told; /* the two words say all that prefix and suffix say */
	bool slash; /* one '/' may stand behind the suffix */
	bool begins, ends; /* a segment begins or ends with `inner` */
	/* All three are ASCII, and empty where nothing is certain. */
	struct wf_buf prefix, suffix; /* it begins and ends with them */
	struct wf_buf inner; /* the longest that is in it somewhere */
};

/* Cuts *source, an expression that glob.h writes, down to what is between its anchors, and to what
 * is before a "/?" at its end. False when it is of no such form. */
bool literals_inside(struct wf_str *source, bool *slash);

/* For the expressions that glob.h writes: "\A...\z" and "^(?:...)\z". */
void literals_find(struct wf_str source, struct literals *out);
void literals_release(struct literals *literals);
/* False when the text, one for which literals_may_be_in(), lacks one of them. */
bool literals_are_in(const struct literals *literals, struct wf_str s);

static inline bool
literal_word_is(const struct literal_word *word, const char *at)
{
	uint64_t bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return ((bytes ^ word->bytes) & word->mask) == 0;
}

/* The first question, which rules most texts out without a call. */
static inline bool
literals_may_be_in(const struct literals *literals, struct wf_str s)
{
	return s.n <= sizeof(uint64_t) ||
	       (literal_word_is(&literals->head, s.p) &&
	           (literal_word_is(&literals->tail, s.p + s.n - sizeof(uint64_t)) ||
	               (literals->slash && s.p[s.n - 1] == '/')));
}
