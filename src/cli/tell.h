/* SPDX-License-Identifier: MIT */
/* tell.h - what is foreseen, in words and as JSON. */
#pragma once

#include "base/str.h"
#include "cli/foresee.h"
#include "expr/expr.h"
#include "plan/outlook.h"

#include <stddef.h>

/* "after build on failure", "skipped: ...", "after a; runs or not: unknown, its if: waits for a".
 */
void tell_state(struct wf_buf *out, const struct forecast *f, struct wf_arena *arena);
/* Names and values as part of a line: what would break it becomes a blank. */
struct wf_str tell_line(struct wf_arena *arena, struct wf_str text);
/* How an instance is called: its display name where that is known. */
struct wf_str tell_name(const struct forecast *f, size_t leg);
/* "; environment staging" of an instance that may run; nothing when it has none. */
void tell_environment(struct wf_buf *out, const struct forecast *f, size_t leg);
/* The values of a call's inputs: "target: 'x', n: unknown"; nothing when it has none. */
void tell_inputs(struct wf_buf *out, const struct expr_object *inputs);

/* How many jobs one after the other stand before each node, at the most: the order of a plan. */
size_t *tell_levels(struct wf_arena *arena, const struct plan *plan);
/* The nodes by level, those of one level as they stand in the file. */
size_t *tell_order(struct wf_arena *arena, const struct plan *plan);

/* The jobs of a workflow, in the order of the file, with what they call. */
struct expr_array *tell_jobs_json(struct wf_arena *arena, const struct outlook *outlook);
/* A run: the jobs when it wakes, and the runs that follow. */
struct expr_value tell_run_json(struct wf_arena *arena, const struct foreseen *run);
