/* SPDX-License-Identifier: MIT */
/* forecast.h - what can be said of a workflow's jobs before any of them ran.
 *
 * Nothing is guessed: a condition or a matrix is decided where what is known decides it, whatever
 * the rest will be, else it is unknown, together with what it waits for. A condition is asked with
 * every way in which the jobs above it can end. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "plan/plan.h"

#include <stdbool.h>
#include <stddef.h>

enum forecast_kind {
	FORECAST_RUNS, /* `when` says under which ends of the jobs above it */
	FORECAST_SKIPPED, /* however they end; `reason` */
	FORECAST_UNKNOWN, /* `waits` says whose answer decides */
	FORECAST_FAILS, /* its `if:` or matrix cannot be evaluated; `reason` */
};
const char *forecast_kind_name(enum forecast_kind kind);

/* The ends of the jobs above under which a job runs, as bits. */
enum {
	FORECAST_ON_SUCCESS = 1 << 0,
	FORECAST_ON_FAILURE = 1 << 1,
	FORECAST_ON_SKIP = 1 << 2,
	FORECAST_ON_CANCEL = 1 << 3,
};

/* What is waited for: ids of jobs as written in `needs`; of other contexts what is read of them,
 * "inputs.target". */
struct forecast_names {
	struct wf_str *items;
	size_t n, cap;
};

struct forecast {
	const struct plan_node *node;
	enum forecast_kind kind;
	unsigned when;
	struct wf_str reason; /* without the values */
	struct expr_reads values; /* that decided the condition */
	struct forecast_names waits; /* of the condition */
	struct forecast_names matrix_waits; /* of the matrix: then jobs is empty */
	struct plan_job *jobs; /* the instances; none when skipped or unknown */
	size_t njobs;
	bool named; /* the instances' display names are known, too */
	struct wf_str *environments; /* [njobs] of their names, each may be empty; NULL: unknown */
};

/* One forecast per node of the plan, indexed like its nodes. `contexts` has github, inputs, vars;
 * what of them is to come may be unknown (expr_unknown()). */
struct forecast *forecast_make(struct wf_arena *arena, const struct plan *plan,
    const struct expr_object *contexts);

/* "github.event_name is 'push', inputs.n is 3": the values that decided, empty when there is none
 * that says more than the reason. */
struct wf_str forecast_values(struct wf_arena *arena, const struct forecast *f);
/* The contexts that keys of a job may read, with an unknown `needs` where a job has not run. */
struct expr_object *forecast_contexts(struct wf_arena *arena, const struct forecast *all,
    const struct plan_node *node, const struct expr_object *contexts);
/* The contexts with null in place of what is unknown. */
struct expr_object *forecast_plain(struct wf_arena *arena, const struct expr_object *contexts);
/* Adds what the unknown values among the reads wait for. */
void forecast_wait(struct wf_arena *arena, const struct forecast *all, const struct plan_node *node,
    const struct expr_reads *reads, struct forecast_names *out);
