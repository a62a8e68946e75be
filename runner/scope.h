/* SPDX-License-Identifier: MIT */
/* scope.h - the contexts that expressions see in a job (semantics.md section 3). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "expr/expr.h"
#include "runner/output/command.h"

#include <stdbool.h>

struct job;
struct step;

/* What an instance sees before it has a machine: github, inputs, vars, secrets of its call, needs,
 * strategy, matrix. For runs-on, with, secrets. */
struct expr_object *scope_node(struct wf_arena *arena, const struct job *job);
/* Fills job->contexts, ->github, ->runner_context and ->job_context: github with what the runner
 * adds to the server's part, env, vars, secrets, inputs, needs, strategy, matrix, job, runner.
 * false and *err when what belongs to its environment cannot be read. */
bool scope_job(struct job *job, struct wf_error *err);
/* The contexts of a composite action: its own inputs and steps, a copy of github with action_path;
 * no secrets, vars, needs (7.4). */
struct expr_object *scope_composite(struct wf_arena *arena, const struct expr_object *around,
    struct wf_str path, struct expr_object *inputs);
/* Evaluates an `env:` map; values become strings. *out is exact and lives in the arena. A NULL
 * token gives an empty map. */
bool scope_env_map(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct expr_object **out, struct wf_error *err);
/* A copy of the pairs; values are shared. */
struct expr_object *scope_copy(struct wf_arena *arena, const struct expr_object *object);
/* Sets the pairs of a layer over what is there; values are shared, and NULL is no layer. */
void scope_overlay(struct expr_object *into, const struct expr_object *layer);
/* The pairs as text, for the record; there are object->n of them. */
struct command_pair *scope_pairs(struct wf_arena *arena, const struct expr_object *object);
