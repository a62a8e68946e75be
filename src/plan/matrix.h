/* SPDX-License-Identifier: MIT */
/* matrix.h - an evaluated `strategy.matrix` to its configurations (semantics.md 5.5). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>
#include <stddef.h>

struct matrix_leg {
	struct expr_value values; /* the `matrix` context: an object, or null for the fallback leg */
	struct wf_str suffix; /* "apple, cat": the leaves of the leg before includes extended it */
};

/* Expands. An error has GitHub's wording; its place is that of `pos`. */
bool matrix_expand(struct wf_arena *arena, struct expr_value matrix, struct wf_pos pos,
    struct matrix_leg **out, size_t *n, struct wf_error *err);
