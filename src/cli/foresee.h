/* SPDX-License-Identifier: MIT */
/* foresee.h - the runs that an event would set going, and those that would follow by workflow_run.
 */
#pragma once

#include "base/error.h"
#include "cli/scene.h"
#include "event/event.h"
#include "event/trigger.h"
#include "model/workflow.h"
#include "plan/outlook.h"

#include <stdbool.h>
#include <stddef.h>

struct foreseen {
	const struct workflow *wf;
	const struct load_files *files; /* what it was read with; those that it calls are there */
	const struct event *event;
	struct trigger_verdict verdict;
	struct outlook *outlook; /* NULL: the event does not wake the workflow */
	struct foreseen_follower {
		const char *action; /* "requested", "in_progress", "completed" */
		struct foreseen *run;
	} * followers;
	size_t nfollowers, cap;
	bool cut; /* there are more followers than are looked at */
};

/* Whether the event wakes the workflow; if so its jobs. */
bool foresee(struct scene *scene, const struct load_files *files, const struct workflow *wf,
    const struct event *event, struct foreseen *out, struct wf_error *err);
/* The workflow that a job calls by `uses`, or NULL; data is the struct load_files of the caller. */
const struct workflow *foresee_called(const void *data, struct wf_str uses);
/* The jobs of a workflow as if the event had woken it. */
bool foresee_jobs(struct scene *scene, struct foreseen *run, struct wf_error *err);
/* The runs that its end, or its start, wakes, down to the depth that GitHub follows; none where
 * jobs are selected. */
bool foresee_followers(struct scene *scene, struct foreseen *run, struct wf_error *err);
