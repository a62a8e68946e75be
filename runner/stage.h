/* SPDX-License-Identifier: MIT */
/* stage.h - the uses of actions in a job, and their stages: pre before the job's first step, main,
 * post after its last.
 *
 * The stages of one use share their state (GITHUB_STATE) and inputs. A post is registered when the
 * pre or main of its action starts, and posts run last in first out; both also those of actions
 * inside composite actions (semantics.md 6.1, 7.5). All memory is the job's arena. */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "model/action.h"
#include "model/workflow.h"
#include "runner/uses.h"

#include <stdbool.h>

struct job;
struct step;

enum stage_kind { STAGE_MAIN, STAGE_PRE, STAGE_POST };

/* One use of an action in a job. */
struct stage {
	const struct stage
	    *outer; /* the use of the composite action that it is in; NULL: the job */
	const struct step_def *def;
	struct uses_place place;
	struct action *action; /* NULL until it was read */
	struct wf_str path; /* the action's folder, as the job sees it */
	struct expr_object *inputs; /* of its main, for its post */
	struct expr_object *state;
	bool has_post; /* registered */
	struct stage *next; /* of all */
	struct stage *below; /* in the stack of posts */
};

/* What a job keeps of them. */
struct stages {
	struct stage *all;
	struct stage *posts; /* the last registered on top */
	struct stage **pres; /* in step order */
	size_t npres, cap, next_pre;
};

/* The use of an action by this step, made when there is none yet. */
struct stage *stage_of(struct job *job, const struct stage *outer, const struct step_def *def);
/* Looks at the actions of the job and at those inside of them: finds the pres, those below ./ never
 * have one (7.1), puts what comes out of the action store on the shelf, and wants the images of
 * container actions. */
bool stage_find_pres(struct job *job, struct wf_error *err);
/* The next one in turn, or NULL. */
struct stage *stage_next_pre(struct job *job);
struct stage *stage_next_post(struct job *job);
/* Registers the post of an action that starts, if it has one. */
void stage_register_post(struct job *job, struct stage *stage);
/* The file of the stage below the action's folder, or the entrypoint of its container, and its
 * condition. Empty: there is no such stage; of a main, the container's own. */
struct wf_str stage_file(const struct stage *stage, enum stage_kind kind);
const struct expr *stage_condition(const struct stage *stage, enum stage_kind kind);
/* Remembers a value for the later stages. */
void stage_save(struct job *job, struct stage *stage, struct wf_str name, struct wf_str value);
