/* SPDX-License-Identifier: MIT */
/* schema.h - what may stand where in a file, as tables, and the reader that follows them.
 *
 * A `struct schema_def` says which scalars, lists and mappings are legal at a place and which
 * contexts expressions may use there; the tables are keys.c and its kin. schema_read() walks a tree
 * along them and gives the same file as a tree of tokens. Every problem goes to the diagnostics,
 * with GitHub's words and place; reading goes on behind it. Rules: semantics.md 1.3. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "model/context.h"
#include "model/tree.h"

#include <stdbool.h>
#include <stddef.h>

/* Scalars that are legal at a place. */
enum {
	SCHEMA_NULL = 1 << 0,
	SCHEMA_BOOL = 1 << 1,
	SCHEMA_NUMBER = 1 << 2,
	SCHEMA_STRING = 1 << 3, /* takes any scalar, as text */
	SCHEMA_TEXT = 1 << 4, /* the same, but not empty */
};

struct schema_def {
	const char *name; /* in GitHub's schema, where somebody asks by name */
	unsigned contexts; /* CTX_: legal here beside those of the places around */
	unsigned scalars; /* SCHEMA_ */
	const char *const *words; /* strings that are legal, too; NULL-ended, or NULL */
	const struct schema_map *names; /* its keys are such words; NULL: none */
	const struct schema_def *items; /* a list of these is legal; NULL: no list is */
	const struct schema_map *const *maps; /* one of these, by its keys; NULL-ended, or NULL */
	bool lenient; /* GitHub takes unknown keys and words in silence: warn */
};

struct schema_map {
	const struct schema_key *keys; /* ended by name == NULL; NULL: none */
	const struct schema_def *key, *value; /* of all other keys; NULL: there are no others */
};

struct schema_key {
	const char *name;
	const struct schema_def *def;
	bool required;
};

/* Null, scalars, lists and mappings of anything. */
extern const struct schema_def schema_any;
extern const struct schema_def schema_string, schema_text, schema_boolean, schema_number;
extern const struct schema_def schema_texts; /* a list of non-empty strings */

/* What a file may cost, over all files of one load. The counting is GitHub's own (a string is 26
 * bytes and 2 a character, a token 24), so that the same files pass. */
struct schema_budget {
	size_t max_depth, max_bytes, max_events;
	size_t depth, bytes, events;
};

#define SCHEMA_BUDGET                                                                              \
	((struct schema_budget){ .max_depth = 50, .max_bytes = 10u << 20, .max_events = 1000000 })

struct schema_options {
	const char *file; /* for problems that have no line */
	bool strict; /* what is lenient is an error, too */
	bool alt; /* $<< expr >> is ${{ expr }} */
};

/* The tree as tokens; NULL when it ended too early. Adds to diags. */
struct expr_token *schema_read(struct wf_arena *arena, const struct tree *tree,
    const struct schema_def *root, const struct schema_options *options,
    struct schema_budget *budget, struct wf_diags *diags);

/* Counts a string against the budget; false: "Maximum object size exceeded" is due. */
bool schema_charge(struct schema_budget *budget, struct wf_str text);

/* Nobody reads more problems than this; a hostile file could have tens of thousands. */
#define SCHEMA_MAX_PROBLEMS 100

static inline bool
schema_enough(const struct wf_diags *diags)
{
	return diags->nerrors >= SCHEMA_MAX_PROBLEMS;
}

/* Whether a literal may stand at a place: what a call's `with` is held against (4.9). */
bool schema_takes(const struct schema_def *def, struct expr_value value);

/* ---- reading the tokens ---- */

/* The value of a key of a mapping, exactly spelled; NULL when it is not there. */
const struct expr_token *schema_get(const struct expr_token *mapping, const char *key);
/* The text of a literal; empty for anything else. */
struct wf_str schema_text_of(const struct expr_token *token);
bool schema_is_expression(const struct expr_token *token);
/* Whether an expression stands anywhere in it. */
bool schema_has_expression(const struct expr_token *token);
