/* SPDX-License-Identifier: MIT */
/* shelf.h - the repositories of actions that a job sees, at _actions/OWNER/REPO/REF as on GitHub.
 *
 * Each is an overlay over its folder in the action store: a job may write into it, and no other job
 * sees that. What is known when the job is set up is shown before its first step; an action that
 * only turns up later (one of a composite action that a checkout brought) when it is used. */
#pragma once

#include "base/error.h"
#include "runner/store/actions.h"

#include <stdbool.h>
#include <stddef.h>

struct job;

struct shelf_item {
	const char *host, *inside;
	bool shown;
};

/* Who is told when all are shown, or that one cannot be. */
struct shelf_waiter {
	void (*done)(void *data, const struct wf_error *err);
	void *data;
	struct shelf_waiter *next;
};

struct shelf {
	struct shelf_item *items;
	size_t n, cap;
	size_t pending; /* that the box is asked for, and one more while it is being asked */
	bool failed;
	struct wf_error error; /* why, the first of them */
	struct shelf_waiter *waiters;
};

/* Where the job sees the repository; from the next shelf_show() on. */
const char *shelf_place(struct job *job, const struct actions_tree *tree);
/* Whether something that was placed is not shown yet. */
bool shelf_waits(const struct job *job);
/* Shows all that was placed, then calls done, maybe from within. */
void shelf_show(struct job *job, void (*done)(void *data, const struct wf_error *err), void *data);
