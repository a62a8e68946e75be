/* SPDX-License-Identifier: MIT */
/* select.h - what of the woken workflows is wanted: --job, --matrix, --step.
 *
 * GitHub has nothing like it, so the rules are wfrun's own. A job is named by its id, one of a
 * called workflow by the ids that lead there, "test/unit"; letters have no case. What a named job
 * needs is selected with it. A leg is kept when its values are those that are asked for, in every
 * matrix that has the key. A named job ends with the last step that is named: what stands before it
 * runs, for that is where the step has its files and its environment from. A member of `parallel:`
 * stands for its group. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "model/workflow.h"
#include "plan/plan.h"

#include <stdbool.h>
#include <stddef.h>

/* As it stands on the command line; lists are NULL-ended, or NULL. */
struct select_wish {
	const char *const *jobs, *const *matrix, *const *steps;
};

/* How much of a job is wanted. */
enum select_part {
	SELECT_NONE,
	SELECT_PART, /* it calls a workflow, and of that the jobs that are named */
	SELECT_NEEDED, /* as a whole: a job that is named needs it, or no job is named */
	SELECT_NAMED, /* as a whole, up to the last step that is named */
};

struct select_names {
	struct wf_str *items;
	size_t n, cap;
};

struct select {
	struct select_names jobs; /* paths of ids; none: all jobs */
	struct select_names keys, values; /* of matrices, pair by pair */
	struct select_names steps;
};

/* Where called workflows are found: the workflow that `uses` names, or NULL. */
struct select_source {
	const struct workflow *(*find)(const void *data, struct wf_str uses);
	const void *data;
};

/* Reads the wish; *out is NULL when it is empty. WF_ERR_USAGE for what is not KEY=VALUE, and for
 * the number of a step without a job. */
bool select_read(struct wf_arena *arena, const struct select_wish *wish, struct select **out,
    struct wf_error *err);

/* Whether all names are known in the workflows that wake; WF_ERR_USAGE with the nearest or all
 * known ones. What a matrix will hold that is computed is not known, and passes. Steps without a
 * job select the jobs that have them: these are added to select->jobs. */
bool select_check(struct wf_arena *arena, struct select *select,
    const struct workflow *const *workflows, size_t n, const struct select_source *source,
    struct wf_error *err);

/* How much of each job of a workflow, by index, is wanted. `prefix` is "" for a workflow that woke
 * and "CALLER/" for a called one, `around` what is wanted of the caller (SELECT_PART at the top).
 */
enum select_part *select_jobs(struct wf_arena *arena, const struct select *select,
    const struct workflow *wf, struct wf_str prefix, enum select_part around);
/* Whether any job is wanted. */
bool select_any(const enum select_part *parts, size_t n);
/* Moves the instances that are wanted to the front, in their order, and gives their number. */
size_t select_legs(struct wf_arena *arena, const struct select *select, struct plan_job *jobs,
    size_t n);
/* How many steps of the job run: all, or up to the last one that is named. */
size_t select_steps(const struct select *select, enum select_part part, const struct job_def *def);

/* Why a job that is not wanted does not run, and one of which no leg is left. */
#define SELECT_REASON "not selected"
#define SELECT_NO_LEG "not selected: no leg of its matrix fits"
/* Why a workflow with no such job does not wake. */
#define SELECT_NO_JOB "none of its jobs is selected"
