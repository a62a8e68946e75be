/* SPDX-License-Identifier: MIT */
/* shape.h - evaluated values against the shape that the schema wants, and their place in the file.
 *
 * What an expression yields is checked as if it had been written (semantics.md 1.3 rule 3). The
 * place of a part is known as long as the file spells it out; below an expression it is the
 * expression's. A token may be NULL: then there is no place. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>
#include <stddef.h>

struct wf_pos shape_pos(const struct expr_token *token);
/* The value of `key` in a mapping that is spelled out, else the token itself. */
const struct expr_token *shape_member(const struct expr_token *token, struct wf_str key);
/* The i-th item of a sequence that is spelled out so far, else the token itself. */
const struct expr_token *shape_item(const struct expr_token *token, size_t i);

/* Sets *err to GitHub's words for a value of another kind than is wanted here; false. */
bool shape_unexpected(struct wf_arena *arena, struct wf_pos pos, struct expr_value value,
    struct wf_error *err);
