/* SPDX-License-Identifier: MIT */
/* table.h - all events that can wake a workflow (semantics.md 4.2), and how SPEC names them. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* Where the run of an event stands. */
enum event_place {
	EVENT_AT_PUSHED, /* the branch or tag that was pushed */
	EVENT_AT_PULL, /* refs/pull/N/merge */
	EVENT_AT_DEFAULT, /* the tip of the default branch */
	EVENT_AT_CHOSEN, /* a branch or tag that somebody chose; the one checked out by default */
	EVENT_AT_TAG, /* the tag of a release */
	EVENT_AT_QUEUE, /* a branch of the merge queue */
};

/* What stands behind '=' in SPEC. */
enum event_value {
	EVENT_VALUE_NONE,
	EVENT_VALUE_BRANCH,
	EVENT_VALUE_TAG,
	EVENT_VALUE_BASE,
	EVENT_VALUE_CRON,
	EVENT_VALUE_WORKFLOW,
};

struct event_def {
	const char *name;
	const char *types; /* all activity types, a blank between them; "": none, "*": any word */
	const char *woken_by; /* those that wake a workflow without `types:`; NULL: all */
	const char *usual; /* the one taken when SPEC names none */
	enum event_place place;
	enum event_value value;
};

/* The event of this name, or NULL. */
const struct event_def *event_def_find(struct wf_str name);
/* Whether `type` is a word of the list `types`. */
bool event_types_have(const char *types, struct wf_str type);
/* The types of a list as slices, for messages and nearest names. */
size_t event_types_list(struct wf_arena *arena, const char *types, struct wf_str **out);

/* SPEC taken apart: the event, or NULL when no event has this name (then `word` is what was
 * written); value behind '=', type behind ':'. */
struct event_spec {
	const struct event_def *def;
	enum event_value means; /* what the value is; a short form may say more than the event */
	struct wf_str word, value, type;
	bool has_value;
};
struct event_spec event_spec_read(const char *text);
