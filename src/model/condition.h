/* SPDX-License-Identifier: MIT */
/* condition.h - the text of an `if:` to an expression; problems go to the diagnostics. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "expr/expr.h"

/* With the implicit success() (2.10); token == NULL: none was written. NULL when it is wrong. */
const struct expr *condition_read(struct wf_arena *arena, const struct expr_token *token,
    unsigned contexts, struct wf_diags *diags);
/* The text as it is, without success(). */
const struct expr *condition_read_plain(struct wf_arena *arena, struct wf_str text,
    struct wf_pos pos, unsigned contexts, struct wf_diags *diags);
