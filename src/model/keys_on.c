/* SPDX-License-Identifier: MIT */
/* keys_on.c - the events of `on:` with their activity types and filters (semantics.md 4.2).
 *
 * GitHub's editor is stricter than the service that decides what a push wakes: the latter takes
 * unknown activity types and filters without a word, they just never match. Such places are lenient
 * here, so that they are a warning where the editor shows an error. */
#include "model/keys.h"

/* ---- activity types ---- */

#define TYPES(...)                                                                                 \
	{                                                                                          \
		.scalars = SCHEMA_NULL, .words = SCHEMA_WORDS(__VA_ARGS__),                        \
		.items = &(const struct schema_def){ .words = SCHEMA_WORDS(__VA_ARGS__),           \
			.lenient = true },                                                         \
		.lenient = true                                                                    \
	}

static const struct schema_def changed_types = TYPES("created", "edited", "deleted");
static const struct schema_def check_run_types = TYPES("created", "rerequested", "completed",
    "requested_action");
static const struct schema_def check_suite_types = TYPES("completed");
static const struct schema_def discussion_types = TYPES("created", "edited", "deleted",
    "transferred", "pinned", "unpinned", "labeled", "unlabeled", "locked", "unlocked",
    "category_changed", "answered", "unanswered");
static const struct schema_def image_version_types = TYPES("created", "ready", "deleted");
static const struct schema_def issues_types = TYPES("opened", "edited", "deleted", "transferred",
    "pinned", "unpinned", "closed", "reopened", "assigned", "unassigned", "labeled", "unlabeled",
    "locked", "unlocked", "milestoned", "demilestoned", "field_added", "field_removed", "typed",
    "untyped");
static const struct schema_def merge_group_types = TYPES("checks_requested");
static const struct schema_def milestone_types = TYPES("created", "closed", "opened", "edited",
    "deleted");
static const struct schema_def project_types = TYPES("created", "closed", "reopened", "edited",
    "deleted");
static const struct schema_def project_card_types = TYPES("created", "moved", "converted", "edited",
    "deleted");
static const struct schema_def project_column_types = TYPES("created", "updated", "moved",
    "deleted");
static const struct schema_def pull_request_types = TYPES("assigned", "unassigned", "labeled",
    "unlabeled", "opened", "edited", "closed", "reopened", "synchronize", "converted_to_draft",
    "locked", "unlocked", "enqueued", "dequeued", "milestoned", "demilestoned", "ready_for_review",
    "review_requested", "review_request_removed", "auto_merge_enabled", "auto_merge_disabled",
    "stacked");
static const struct schema_def review_types = TYPES("submitted", "edited", "dismissed");
static const struct schema_def package_types = TYPES("published", "updated");
static const struct schema_def release_types = TYPES("published", "unpublished", "created",
    "edited", "deleted", "prereleased", "released");
static const struct schema_def watch_types = TYPES("started");
static const struct schema_def workflow_run_types = TYPES("requested", "in_progress", "completed");

/* Names that anybody may make up: patterns, workflows, types of repository_dispatch. */
static const struct schema_def texts = {
	.scalars = SCHEMA_NULL | SCHEMA_TEXT,
	.items = &schema_text,
};

/* ---- workflow_dispatch ---- */

static const struct schema_def dispatch_input_type = {
	.words = SCHEMA_WORDS("string", "boolean", "number", "choice", "environment"),
};
static const struct schema_def dispatch_default = {
	.scalars = SCHEMA_STRING | SCHEMA_BOOL | SCHEMA_NUMBER,
};
static const struct schema_def strings = { .items = &schema_string };
static const struct schema_def dispatch_required = {
	.scalars = SCHEMA_BOOL,
	.lenient = true, /* 'true' in quotes */
};

static const struct schema_map dispatch_input_map = {
	.keys = SCHEMA_KEYS({ "description", &schema_string }, { "type", &dispatch_input_type },
	    { "required", &dispatch_required }, { "default", &dispatch_default },
	    { "options", &strings }),
};
static const struct schema_def dispatch_input = {
	.scalars = SCHEMA_NULL,
	.maps = SCHEMA_MAPS(&dispatch_input_map),
	.lenient = true,
};
static const struct schema_map dispatch_inputs_map = { NULL, &schema_text, &dispatch_input };
static const struct schema_def dispatch_inputs = {
	.scalars = SCHEMA_NULL,
	.maps = SCHEMA_MAPS(&dispatch_inputs_map),
};
static const struct schema_map dispatch_map = {
	.keys = SCHEMA_KEYS({ "inputs", &dispatch_inputs }),
};

/* ---- workflow_call: as strict as the jobs ---- */

static const struct schema_def call_input_type = {
	.words = SCHEMA_WORDS("string", "boolean", "number"),
};
static const struct schema_def call_default = {
	.name = "workflow-call-input-default",
	.contexts = CTX_RUN,
	.scalars = SCHEMA_STRING | SCHEMA_BOOL | SCHEMA_NUMBER,
};
static const struct schema_map call_input_map = {
	.keys = SCHEMA_KEYS({ "description", &schema_string }, { "type", &call_input_type, true },
	    { "required", &schema_boolean }, { "default", &call_default }),
};
static const struct schema_def call_input = { .maps = SCHEMA_MAPS(&call_input_map) };
static const struct schema_map call_inputs_map = { NULL, &schema_text, &call_input };
static const struct schema_def call_inputs = { .maps = SCHEMA_MAPS(&call_inputs_map) };

static const struct schema_map call_secret_map = {
	.keys = SCHEMA_KEYS({ "description", &schema_string }, { "required", &schema_boolean }),
};
static const struct schema_def call_secret = {
	.scalars = SCHEMA_NULL,
	.maps = SCHEMA_MAPS(&call_secret_map),
};
static const struct schema_map call_secrets_map = { NULL, &schema_text, &call_secret };
static const struct schema_def call_secrets = { .maps = SCHEMA_MAPS(&call_secrets_map) };

static const struct schema_def call_output_value = {
	.name = "workflow-output-context",
	.contexts = CTX_CALL_OUTPUT,
	.scalars = SCHEMA_STRING,
};
static const struct schema_map call_output_map = {
	.keys = SCHEMA_KEYS({ "description", &schema_string },
	    { "value", &call_output_value, true }),
};
static const struct schema_def call_output = { .maps = SCHEMA_MAPS(&call_output_map) };
static const struct schema_map call_outputs_map = { NULL, &schema_text, &call_output };
static const struct schema_def call_outputs = { .maps = SCHEMA_MAPS(&call_outputs_map) };

static const struct schema_map call_map = {
	.keys = SCHEMA_KEYS({ "inputs", &call_inputs }, { "secrets", &call_secrets },
	    { "outputs", &call_outputs }),
};

/* ---- events ---- */

static const struct schema_map nothing_map = { 0 };

static const struct schema_map pull_request_map = {
	.keys = SCHEMA_KEYS({ "branches", &texts }, { "branches-ignore", &texts },
	    { "paths", &texts }, { "paths-ignore", &texts }, { "types", &pull_request_types }),
};
static const struct schema_map push_map = {
	.keys = SCHEMA_KEYS({ "branches", &texts }, { "branches-ignore", &texts },
	    { "tags", &texts }, { "tags-ignore", &texts }, { "paths", &texts },
	    { "paths-ignore", &texts }),
};
static const struct schema_map merge_group_map = {
	.keys = SCHEMA_KEYS({ "branches", &texts }, { "branches-ignore", &texts },
	    { "types", &merge_group_types }),
};
static const struct schema_map image_version_map = {
	.keys = SCHEMA_KEYS({ "types", &image_version_types }, { "names", &texts },
	    { "versions", &texts }),
};
static const struct schema_map workflow_run_map = {
	.keys = SCHEMA_KEYS({ "types", &workflow_run_types }, { "workflows", &texts },
	    { "branches", &texts }, { "branches-ignore", &texts }),
};
static const struct schema_map cron_map = {
	.keys = SCHEMA_KEYS({ "cron", &schema_text, true }, { "timezone", &schema_text }),
};
static const struct schema_def cron = { .maps = SCHEMA_MAPS(&cron_map) };
static const struct schema_def schedule = { .scalars = SCHEMA_NULL, .items = &cron };

#define EVENT(map)                                                                                 \
	(&(const struct schema_def){ .scalars = SCHEMA_NULL,                                       \
	    .maps = SCHEMA_MAPS(&(map)),                                                           \
	    .lenient = true })
#define EVENT_OF_TYPES(types)                                                                      \
	(&(const struct schema_def){ .scalars = SCHEMA_NULL,                                       \
	    .maps = SCHEMA_MAPS(&(const struct schema_map){ SCHEMA_KEYS({ "types", &(types) }) }), \
	    .lenient = true })

static const struct schema_def workflow_call = {
	.scalars = SCHEMA_NULL,
	.maps = SCHEMA_MAPS(&call_map),
};

static const struct schema_map on_map = {
	.keys = SCHEMA_KEYS({ "branch_protection_rule", EVENT_OF_TYPES(changed_types) },
	    { "check_run", EVENT_OF_TYPES(check_run_types) },
	    { "check_suite", EVENT_OF_TYPES(check_suite_types) }, { "create", EVENT(nothing_map) },
	    { "delete", EVENT(nothing_map) }, { "deployment", EVENT(nothing_map) },
	    { "deployment_status", EVENT(nothing_map) },
	    { "discussion", EVENT_OF_TYPES(discussion_types) },
	    { "discussion_comment", EVENT_OF_TYPES(changed_types) }, { "fork", EVENT(nothing_map) },
	    { "gollum", EVENT(nothing_map) }, { "image_version", EVENT(image_version_map) },
	    { "issue_comment", EVENT_OF_TYPES(changed_types) },
	    { "issues", EVENT_OF_TYPES(issues_types) }, { "label", EVENT_OF_TYPES(changed_types) },
	    { "merge_group", EVENT(merge_group_map) },
	    { "milestone", EVENT_OF_TYPES(milestone_types) }, { "page_build", EVENT(nothing_map) },
	    { "project", EVENT_OF_TYPES(project_types) },
	    { "project_card", EVENT_OF_TYPES(project_card_types) },
	    { "project_column", EVENT_OF_TYPES(project_column_types) },
	    { "public", EVENT(nothing_map) }, { "pull_request", EVENT(pull_request_map) },
	    { "pull_request_comment", EVENT_OF_TYPES(changed_types) },
	    { "pull_request_review", EVENT_OF_TYPES(review_types) },
	    { "pull_request_review_comment", EVENT_OF_TYPES(changed_types) },
	    { "pull_request_target", EVENT(pull_request_map) }, { "push", EVENT(push_map) },
	    { "registry_package", EVENT_OF_TYPES(package_types) },
	    { "release", EVENT_OF_TYPES(release_types) },
	    { "repository_dispatch", EVENT_OF_TYPES(texts) }, { "schedule", &schedule },
	    { "status", EVENT(nothing_map) }, { "watch", EVENT_OF_TYPES(watch_types) },
	    { "workflow_call", &workflow_call }, { "workflow_dispatch", EVENT(dispatch_map) },
	    { "workflow_run", EVENT(workflow_run_map) }),
};

static const struct schema_def event_name = { .names = &on_map };

const struct schema_def keys_on = {
	.names = &on_map,
	.items = &event_name,
	.maps = SCHEMA_MAPS(&on_map),
};
