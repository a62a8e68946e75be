/* SPDX-License-Identifier: MIT */
/* background.h - the background steps of a job, and the steps that wait for them or cancel them
 * (semantics.md 10.2).
 *
 * A step with `background: true` is prepared at its place in the list and then joins its job's set,
 * which starts it as soon as one of its ten places is free. What it leaves to later steps (outputs,
 * outcome, GITHUB_ENV, GITHUB_PATH) stays with its member until a wait, wait-all or cancel covers
 * it; a member lives as long as its job. Masks, matchers, annotations and lines count at once. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "model/step.h"
#include "model/workflow.h"
#include "plan/plan.h"
#include "runner/env.h"
#include "runner/steps.h"

#include <stdbool.h>
#include <stddef.h>

#define BACKGROUND_PLACES 10 /* steps in the background of one job that run at once */

enum background_state {
	BACKGROUND_QUEUED, /* waits for a place */
	BACKGROUND_RUNNING,
	BACKGROUND_OVER,
};

struct background_member {
	enum background_state state;
	bool covered; /* a control step has taken it in: a wait-all leaves it out */
	bool dismissed; /* a cancel has named it: that it was cancelled is what was asked for */
	struct step *step; /* until it is over */
	struct wf_str name; /* as shown */
	struct step_end end; /* once it is over */
	struct env env; /* only what it changes */
};

struct background {
	struct wf_arena *arena; /* the job's */
	struct background_member **items; /* in order of start */
	size_t n, cap;
	struct step *control; /* the wait, wait-all, cancel or parallel that waits now, or NULL */
	struct background_member **targets; /* what it waits for; NULL for one that never started */
	size_t ntargets;
	bool busy; /* steps are being started or stopped */
};

/* The list that runs in place of `steps`: the members of a `parallel` before it, since it is the
 * wait for them; and in the end a wait-all, when a background step is named by no wait or cancel
 * and has no wait-all behind it. The pointers are those of the definitions. */
struct step_list background_unfold(struct wf_arena *arena, struct step_def *const *steps, size_t n);

/* Takes a step that is wanted into the set. */
void background_add(struct background *set, struct step *step);
/* A member's step is over: its place is free, and a control step may have waited for it. */
void background_done(struct background *set, struct step *step);
/* Does the work of a control step, which settles from within or when its targets are over. */
void background_control(struct background *set, struct step *step);
/* The job is cancelled: all of them end. GitHub's runner links them to the cancel of the job, and
 * does not ask their conditions again. */
void background_cancel(struct background *set, bool now);

/* ---- pure ---- */

/* The worse of two results as GitHub's runner counts them: a failure replaces success, and nothing
 * replaces a cancellation. */
enum plan_result background_merge(enum plan_result a, enum plan_result b);
/* Whether all members are over. */
bool background_over(const struct background *set);
/* What all members together mean for the job, before its post steps: also a failure that only a
 * cancel has covered. All must be over. */
enum plan_result background_verdict(const struct background *set);
/* The next one to start, or NULL while there is none or no place. */
struct background_member *background_next(const struct background *set);
/* The member of this step id, or NULL. */
struct background_member *background_find(const struct background *set, struct wf_str id);
