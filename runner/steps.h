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

struct actions_tree;
struct hashes;
struct job;
struct step;

#define STEPS_FUNCS 6 /* success failure cancelled always hashFiles, and the end */

/* What later steps see of one that has ended. */
struct step_end {
	const struct step_def *def;
	struct expr_object *outputs; /* job's arena */
	enum plan_result outcome, conclusion;
};

struct steps {
	struct job *job;
	struct step *outer; /* the step whose action this is; NULL for the job's own list */
	struct step_def *const *defs;
	size_t n, next;
	unsigned depth; /* of composite actions */
	const struct actions_tree *from; /* the repository of its file; NULL: the one that runs */
	struct expr_object *contexts; /* what its expressions see; `env` is set for each step */
	struct expr_object *results; /* the steps context */
	enum plan_result status; /* success, failure or cancelled so far */
	struct expr_func funcs[STEPS_FUNCS];
	struct expr_scope scope; /* over contexts and funcs */
	struct step
	    *current; /* the one that the next waits for; others may run in the background */
	struct hashes *hashes; /* of the step whose expressions are evaluated; NULL: none */
	bool advancing, stopped;
	bool expired; /* the time of the composite action is over */
	bool ended; /* on_done has been called */
	bool joined; /* the background steps are over and have had their say */
	void (*on_done)(struct steps *steps);
};

/* Prepares a list; contexts must hold all but `steps` and `env`, which are set here. */
void steps_init(struct steps *steps, struct job *job, struct step *outer,
    struct expr_object *contexts);
/* Starts the next step, and the one after it when that ended at once; on_done at the end. */
void steps_advance(struct steps *steps);
/* Puts a step into the steps context, unless its id was made up. */
void steps_publish(struct steps *steps, const struct step_end *end);
/* The time of a composite action is over: its running step ends, and what still begins fails. */
void steps_expire(struct steps *steps);
/* The running steps shall end, and the status is cancelled from here on. */
void steps_cancel(struct steps *steps, bool now);
