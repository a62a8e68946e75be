/* SPDX-License-Identifier: MIT */
/* plan.h - which jobs: nodes and needs of one workflow, and the job instances of a node. Pure: no
 * clock, no files, no processes; called again when needs are known. The front door of src/plan/.
 *
 * A `struct plan` stands for one workflow file as it is run or called once. The caller keeps the
 * results of its nodes and hands them in when it asks. Rules: semantics.md section 5. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "model/workflow.h"

#include <stdbool.h>
#include <stddef.h>

enum plan_result {
	PLAN_PENDING, /* not finished */
	PLAN_SUCCESS,
	PLAN_FAILURE,
	PLAN_CANCELLED,
	PLAN_SKIPPED,
};
/* "success", "failure", "cancelled", "skipped"; "" for PLAN_PENDING. */
const char *plan_result_name(enum plan_result result);

struct plan_node {
	const struct job_def *def;
	size_t index; /* in plan.nodes, the same as def->index */
	size_t *needs; /* direct, as indices */
	size_t nneeds;
	size_t *ancestors; /* all that is above it, ascending */
	size_t nancestors;
	size_t *dependants; /* nodes that need this one directly */
	size_t ndependants;
};

struct plan {
	const struct workflow *wf;
	struct plan_node *nodes;
	size_t n;
};

/* Never fails: workflow_read() has refused cycles and unknown needs. */
struct plan *plan_new(struct wf_arena *arena, const struct workflow *wf);

/* What is known so far. */
struct plan_state {
	const struct plan *plan;
	const enum plan_result *results; /* by node, after continue-on-error */
	const struct expr_value *outputs; /* by node, objects or null */
	const struct expr_object *contexts; /* github, inputs, vars; `needs` is added here */
	bool cancelled; /* the whole run was */
};

/* The `needs` context of a node (3.6), direct needs only; state->contexts is not looked at. */
struct expr_object *plan_needs(struct wf_arena *arena, const struct plan_state *state, size_t node);

/* Whether the node's `if:` says yes (5.1, 5.2). *reason says in one line what decided when it says
 * no: "if: github.event_name == 'pull_request' is false", "needs 'changes', which was skipped". An
 * `if:` that cannot be evaluated is false and WF_ERR_EVAL: the job fails by it. */
bool plan_wanted(struct wf_arena *arena, const struct plan_state *state, size_t node, bool *wanted,
    struct wf_str *reason, struct wf_error *err);

/* What can be said of an `if:` before all that it reads is known. */
struct plan_prospect {
	struct expr_partial cond;
	struct wf_str reason; /* as plan_wanted() gives it, when it is certainly no */
};

/* As plan_wanted(), of results that are supposed; `contexts` is all that the `if:` sees, `needs`
 * included, and may hold unknown values. */
bool plan_foresee(struct wf_arena *arena, const struct plan_state *state, size_t node,
    const struct expr_object *contexts, struct plan_prospect *out, struct wf_error *err);

/* One instance: a matrix leg, or the job itself when it has no matrix. */
struct plan_job {
	const struct plan_node *node;
	size_t index, total; /* strategy.job-index, job-total */
	struct expr_value matrix; /* object or null */
	struct expr_value strategy; /* object: fail-fast, job-index, job-total, max-parallel */
	struct wf_str name; /* display name, "test (3.11)" */
	bool fail_fast;
	size_t max_parallel; /* 0: no limit */
};

/* Evaluates strategy and names, and gives the instances in order (5.5). An error is WF_ERR_EVAL:
 * the job fails by it. */
bool plan_expand(struct wf_arena *arena, const struct plan_state *state, size_t node,
    struct plan_job **out, size_t *n, struct wf_error *err);

/* What GitHub says when a key of a job cannot be evaluated (5.1): *err from its cause, WF_ERR_EVAL.
 * Always false. */
bool plan_fail_key(const struct plan *plan, const struct job_def *def, const char *key,
    const struct wf_error *cause, struct wf_error *err);

/* The result of a matrix job from those of its instances, one after the other (5.3): starts as
 * PLAN_PENDING, which changes nothing. */
enum plan_result plan_merge(enum plan_result a, enum plan_result b);
/* The conclusion of a run, or of a called workflow, from its jobs (4.9, 5.3): cancelled when
 * `cancelled`, else failure before cancelled before success; skipped when all jobs were. */
enum plan_result plan_conclusion(const enum plan_result *results, size_t n, bool cancelled);
