/* SPDX-License-Identifier: MIT */
/* when.h - the `on:` block: which events, with which filters, and what they take.
 *
 * Plain data with positions, read-only after workflow_read(). Rules: semantics.md 4.1 to 4.10. */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>
#include <stddef.h>

/* A filter list, `branches: [main, 'v*']`. */
struct when_filter {
	bool given;
	struct wf_pos pos; /* of the key */
	struct when_pattern {
		struct wf_str text; /* as written, with a leading '!' */
		struct wf_pos pos;
	} * items;
	size_t n;
};

enum when_input_type {
	WHEN_INPUT_STRING,
	WHEN_INPUT_BOOLEAN,
	WHEN_INPUT_NUMBER,
	WHEN_INPUT_CHOICE,
	WHEN_INPUT_ENVIRONMENT,
};

/* One input of workflow_dispatch or workflow_call. */
struct when_input {
	struct wf_str id;
	struct wf_pos pos;
	enum when_input_type type;
	bool required;
	struct wf_str description;
	const struct expr_token *fallback; /* `default:`, NULL: none */
	struct wf_str *options; /* WHEN_INPUT_CHOICE */
	size_t noptions;
};

struct when_secret {
	struct wf_str id;
	struct wf_pos pos;
	bool required;
};

struct when_output {
	struct wf_str id;
	struct wf_pos pos;
	const struct expr_token *value;
};

struct when_cron {
	struct wf_str cron, timezone;
	struct wf_pos pos;
};

/* One event that the workflow listens to. */
struct when_event {
	struct wf_str name; /* "push" */
	struct wf_pos pos;
	struct when_filter types;
	struct when_filter branches, branches_ignore;
	struct when_filter tags, tags_ignore;
	struct when_filter paths, paths_ignore;
	struct when_filter workflows; /* workflow_run */
	struct when_filter names, versions; /* image_version */
	struct when_input *inputs; /* workflow_dispatch, workflow_call */
	size_t ninputs;
	struct when_secret *secrets; /* workflow_call */
	size_t nsecrets;
	struct when_output *outputs; /* workflow_call */
	size_t noutputs;
	struct when_cron *crons; /* schedule */
	size_t ncrons;
};

struct when {
	struct wf_pos pos;
	struct when_event *events; /* in file order */
	size_t n;
};

/* The entry for the event of this name, or NULL when the workflow does not listen to it. */
const struct when_event *when_find(const struct when *when, struct wf_str event);
