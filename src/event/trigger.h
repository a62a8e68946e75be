/* SPDX-License-Identifier: MIT */
/* trigger.h - whether an event wakes a workflow, and why. The front door of src/event/. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "event/event.h"
#include "model/workflow.h"

#include <stdbool.h>

struct trigger_verdict {
	bool wakes;
	struct wf_pos pos; /* the line that decided: the event, the filter, or `on:` */
	struct wf_str reason; /* "branches: 'main' does not match tag pushes", one line */
	struct wf_str pattern; /* the pattern that decided, or empty; schedule: the cron text */
	struct wf_str matched; /* the path or name that it matched, or empty */
	bool listens; /* the workflow has this event at all */
};

/* Decides as GitHub does: event name, activity type, branch, tag and path filters, [skip ci]. */
bool trigger_match(struct wf_arena *arena, const struct workflow *wf, const struct event *event,
    struct trigger_verdict *out, struct wf_error *err);
