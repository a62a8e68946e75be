/* SPDX-License-Identifier: MIT */
/* direct.h - globs of nothing but literals and stars, matched without a regular expression. */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

#define DIRECT_STEPS 16

enum direct_kind {
	DIRECT_LITERAL,
	/* these look and take nothing */
	DIRECT_NO_DOTS,
	DIRECT_NO_DOTS_AT_START,
	DIRECT_ONE_CHAR,
	/* these take any of several lengths */
	DIRECT_STAR,
	DIRECT_ALL,
	DIRECT_FILTER_FOLDERS,
	DIRECT_GLOBSTAR,
	DIRECT_ANY_FOLDERS,
	DIRECT_FIRST_FOLDERS,
	DIRECT_INNER_FOLDERS,
	DIRECT_LAST_FOLDERS,
};

struct direct_step {
	enum direct_kind kind;
	bool fixed; /* nothing but literals follow */
	size_t from, n; /* DIRECT_LITERAL: the bytes of `text` */
	size_t rest; /* how many bytes the literals behind it have */
};

struct direct {
	struct wf_buf text;
	struct direct_step steps[DIRECT_STEPS];
	size_t n;
	bool slash; /* one '/' may stand behind it all */
};

enum direct_answer { DIRECT_NO, DIRECT_YES, DIRECT_UNKNOWN };

/* False, with *out empty, when the expression (one that glob.h writes) is of another kind. */
bool direct_find(struct wf_str source, struct direct *out);
void direct_release(struct direct *direct);
/* For a name of ASCII: what the expression says, or DIRECT_UNKNOWN when that would take long. */
enum direct_answer direct_match(const struct direct *direct, struct wf_str name);
