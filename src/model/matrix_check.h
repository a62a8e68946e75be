/* SPDX-License-Identifier: MIT */
/* matrix_check.h - what is wrong with a matrix can often be seen before it is evaluated. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "expr/expr.h"

/* Checks the literal parts of `strategy:`, as GitHub does when it reads the file. */
void matrix_check(struct wf_arena *arena, const struct expr_token *strategy,
    struct wf_diags *diags);
