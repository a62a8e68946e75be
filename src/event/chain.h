/* SPDX-License-Identifier: MIT */
/* chain.h - a run that was requested, started or finished raises a workflow_run event (4.8). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "event/event.h"

#include <stdint.h>

/* What the next workflow sees of the run that raised it. */
struct chain_run {
	const struct event *event; /* of the run itself */
	struct wf_str workflow_name, workflow_path, display_title;
	uint64_t run_id, run_number, run_attempt;
	struct wf_str
	    head_branch; /* empty: derived from the event (tag name for a tag push, head branch
	                  * of a pull request, default branch for what runs there) */
	struct wf_str conclusion; /* "success", "failure", ...; empty while not completed */
	int64_t created, started, updated; /* seconds since 1970 */
};

#define CHAIN_MAX_DEPTH 3

/* The branch that GitHub says a run of this event is for: a tag's name, a pull request's head. */
struct wf_str chain_head_branch(const struct event *event);
/* The commit: of a pull request its head, not the merge. */
struct wf_str chain_head_sha(struct wf_arena *arena, const struct event *event);

/* Builds the workflow_run event of this activity type (requested, in_progress, completed): ref and
 * sha are those of the default branch, filter_name is the head branch of `run`. */
bool chain_event(struct wf_arena *arena, struct repo *repo, const struct repo_facts *facts,
    const struct chain_run *run, const char *action, struct event *out, struct wf_error *err);
