/* SPDX-License-Identifier: MIT */
/* forecast.h - what can be said of a workflow's jobs before any of them ran.
 *
 * Nothing is guessed: a condition or a matrix that reads what another job will only say at run time
 * is unknown, together with the jobs it waits for. A condition that reads no such thing is asked
 * with every way in which the jobs above it can end. */
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
	FORECAST_UNKNOWN, /* `waits` are the jobs whose answer decides */
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

struct forecast_names {
	struct wf_str *items; /* job ids, as written in `needs` */
	size_t n, cap;
};

struct forecast {
	const struct plan_node *node;
	enum forecast_kind kind;
	unsigned when;
	struct wf_str reason;
	struct forecast_names waits; /* of the condition */
	struct forecast_names matrix_waits; /* of the matrix: then jobs is empty */
	struct plan_job *jobs; /* the instances; none when skipped or unknown */
	size_t njobs;
	bool named; /* the instances' display names are known, too */
};

/* One forecast per node of the plan, indexed like its nodes. `contexts` has github, inputs, vars.
 */
struct forecast *forecast_make(struct wf_arena *arena, const struct plan *plan,
    const struct expr_object *contexts);
