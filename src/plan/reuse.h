/* SPDX-License-Identifier: MIT */
/* reuse.h - a call of a reusable workflow: its inputs, secrets and outputs (semantics.md 4.9).
 *
 * Finding and reading the called file is the caller's matter (a callback of floor 5); here is only
 * what passes over the border. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "model/workflow.h"

#include <stdbool.h>

/* A call that starts. `caller` sees what `with` and `secrets` of the job may name. */
struct reuse_call {
	const struct job_def *job;
	const struct workflow *callee;
	const struct expr_scope *caller;
};

/* The callee's `inputs` context: `with` evaluated in the caller's scope, types enforced, defaults
 * filled in (evaluated with `defaults`: github, vars of the callee). */
bool reuse_inputs(struct wf_arena *arena, const struct reuse_call *call,
    const struct expr_scope *defaults, struct expr_object **out, struct wf_error *err);

/* The callee's `secrets`: what is mapped, or all of the caller's with `inherit`. GITHUB_TOKEN
 * passes always. */
bool reuse_secrets(struct wf_arena *arena, const struct reuse_call *call, struct expr_object **out,
    struct wf_error *err);

/* The outputs of the call: `value` of each workflow_call output, evaluated with `jobs`. */
bool reuse_outputs(struct wf_arena *arena, const struct workflow *callee,
    const struct expr_scope *scope, struct expr_object **out, struct wf_error *err);
