/* SPDX-License-Identifier: MIT */
/* matrix.h - an evaluated `strategy.matrix` to its configurations (semantics.md 5.5). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>
#include <stddef.h>

#define MATRIX_MAX_LEGS 256

struct matrix_leg {
	struct expr_value
	    values; /* the `matrix` context: an object, or null for the fallback leg */
	struct wf_str suffix; /* "apple, cat": the leaves of the leg before includes extended it */
};

/* Expands. `source` is what the matrix was evaluated from and gives errors their place; NULL: they
 * have none. An error has GitHub's wording and is WF_ERR_EVAL. There is always at least one leg; of
 * more than MATRIX_MAX_LEGS, which is for the caller to refuse, *n is the number and only the first
 * MATRIX_MAX_LEGS are in *out. */
bool matrix_expand(struct wf_arena *arena, struct expr_value matrix,
    const struct expr_token *source, struct matrix_leg **out, size_t *n, struct wf_error *err);
