/* SPDX-License-Identifier: MIT */
/* steps.h - steps that run one after the other: those of a job, or of a composite action.
 *
 * A list has a scope of its own: its `steps` context, its status, and for a composite action its
 * inputs. Steps that need no process end at once, so steps_advance() is a loop, not a recursion. */
#pragma once

#include "base/arena.h"
#include "expr/expr.h"
#include "model/workflow.h"
#include "plan/plan.h"

#include <stdbool.h>
#include <stddef.h>

struct hashes;
struct job;
struct step;

#define STEPS_FUNCS 6 /* success failure cancelled always hashFiles, and the end */

struct steps {
	struct job *job;
	struct step *outer; /* the step whose action this is; NULL for the job's own list */
	struct step_def *const *defs;
	size_t n, next;
	unsigned depth; /* of composite actions */
	struct expr_object *contexts; /* what its expressions see; `env` is set for each step */
	struct expr_object *results; /* the steps context */
	enum plan_result status; /* success, failure or cancelled so far */
	struct expr_func funcs[STEPS_FUNCS];
	struct expr_scope scope; /* over contexts and funcs */
	struct step *current;
	struct hashes *hashes; /* of the step whose expressions are evaluated; NULL: none */
	bool advancing, stopped;
	void (*on_done)(struct steps *steps);
};

/* Prepares a list; contexts must hold all but `steps` and `env`, which are set here. */
void steps_init(struct steps *steps, struct job *job, struct step *outer,
    struct expr_object *contexts);
/* Starts the next step, and the one after it when that ended at once; on_done at the end. */
void steps_advance(struct steps *steps);
/* The running step shall end, and the status is cancelled from here on. */
void steps_cancel(struct steps *steps, bool now);
