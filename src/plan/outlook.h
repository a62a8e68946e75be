/* SPDX-License-Identifier: MIT */
/* outlook.h - a workflow with all that it calls, before any of it ran.
 *
 * A called workflow is forecast for each leg of the job that calls it, with the inputs that it will
 * get there; what an input takes from a job that has not run is unknown in it, too. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "expr/expr.h"
#include "model/workflow.h"
#include "plan/forecast.h"
#include "plan/plan.h"
#include "plan/select.h"

#include <stddef.h>

/* One call: of a leg, or of the job itself. */
struct outlook_call {
	const struct plan_job *leg; /* NULL: the matrix is unknown */
	struct expr_object *inputs; /* of the called workflow; NULL when it is not here */
	struct outlook *callee; /* NULL: see missing */
	struct wf_str missing; /* why it cannot be shown */
};

struct outlook {
	const struct workflow *wf;
	const struct plan *plan;
	struct forecast *jobs; /* by node of the plan */
	struct outlook_calls {
		struct outlook_call *items;
		size_t n;
	} * calls; /* by node; none for a job that calls nothing or will not run */
};

/* Where called workflows are found. */
struct outlook_source {
	/* The workflow that `uses` names in a job of caller, or NULL. */
	const struct workflow *(*find)(const void *data, const struct workflow *caller,
	    struct wf_str uses);
	const void *data;
};

/* `contexts` has github, inputs, vars; unknown values may stand in them. */
struct outlook *outlook_make(struct wf_arena *arena, const struct workflow *wf,
    const struct expr_object *contexts, const struct outlook_source *source);

/* Leaves of it what is selected: other jobs are skipped, other legs are not there. Returns how many
 * jobs of the workflow itself are selected. */
size_t outlook_narrow(struct wf_arena *arena, struct outlook *outlook, const struct select *select);
