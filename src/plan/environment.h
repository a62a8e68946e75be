/* SPDX-License-Identifier: MIT */
/* environment.h - what `environment:` of a job says: a name, or a map of name, url and deployment
 * (semantics.md 5.11). `deployment` says whether GitHub records one, which has no other effect. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>

/* The name, which the server evaluates: the scope has github, inputs, vars, needs, strategy,
 * matrix. Empty when there is none, or it comes out so: then the job has no environment. */
bool environment_name(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct wf_str *out, struct wf_error *err);
/* The url, which is evaluated when the job ends, with what its steps left. Empty when none is
 * given. */
bool environment_url(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct wf_str *out, struct wf_error *err);
/* What of the token has to be known for the name to be known. */
const struct expr_token *environment_name_token(const struct expr_token *token);
