/* SPDX-License-Identifier: MIT */
/* table.c - the events of GitHub as rows. */
#include "event/table.h"

#include "event/event.h"

/* Sorted by name: event_names() hands them out as they stand. */
static const struct event_def defs[] = {
	{ "branch_protection_rule", "created edited deleted", NULL, "created", EVENT_AT_DEFAULT,
	    EVENT_VALUE_NONE },
	{ "check_run", "created rerequested completed requested_action", NULL, "created",
	    EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "check_suite", "completed", NULL, "completed", EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "create", "", NULL, "", EVENT_AT_CHOSEN, EVENT_VALUE_BRANCH },
	{ "delete", "", NULL, "", EVENT_AT_DEFAULT, EVENT_VALUE_BRANCH },
	{ "deployment", "", NULL, "", EVENT_AT_CHOSEN, EVENT_VALUE_BRANCH },
	{ "deployment_status", "", NULL, "", EVENT_AT_CHOSEN, EVENT_VALUE_BRANCH },
	{ "discussion",
	    "created edited deleted transferred pinned unpinned labeled unlabeled locked unlocked "
	    "category_changed answered unanswered",
	    NULL, "created", EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "discussion_comment", "created edited deleted", NULL, "created", EVENT_AT_DEFAULT,
	    EVENT_VALUE_NONE },
	{ "fork", "", NULL, "", EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "gollum", "", NULL, "", EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "image_version", "created ready deleted", NULL, "ready", EVENT_AT_DEFAULT,
	    EVENT_VALUE_NONE },
	{ "issue_comment", "created edited deleted", NULL, "created", EVENT_AT_DEFAULT,
	    EVENT_VALUE_NONE },
	{ "issues",
	    "opened edited deleted transferred pinned unpinned closed reopened assigned unassigned "
	    "labeled unlabeled locked unlocked milestoned demilestoned field_added field_removed "
	    "typed untyped",
	    NULL, "opened", EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "label", "created edited deleted", NULL, "created", EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "merge_group", "checks_requested destroyed", "checks_requested", "checks_requested",
	    EVENT_AT_QUEUE, EVENT_VALUE_BASE },
	{ "milestone", "created closed opened edited deleted", NULL, "created", EVENT_AT_DEFAULT,
	    EVENT_VALUE_NONE },
	{ "page_build", "", NULL, "", EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "project", "created closed reopened edited deleted", NULL, "created", EVENT_AT_DEFAULT,
	    EVENT_VALUE_NONE },
	{ "project_card", "created moved converted edited deleted", NULL, "created",
	    EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "project_column", "created updated moved deleted", NULL, "created", EVENT_AT_DEFAULT,
	    EVENT_VALUE_NONE },
	{ "public", "", NULL, "", EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
#define PULL_TYPES                                                                                 \
	"opened synchronize reopened assigned unassigned labeled unlabeled edited closed "         \
	"converted_to_draft locked unlocked enqueued dequeued milestoned demilestoned "            \
	"ready_for_review review_requested review_request_removed auto_merge_enabled "             \
	"auto_merge_disabled stacked"
	{ "pull_request", PULL_TYPES, "opened synchronize reopened", "opened", EVENT_AT_PULL,
	    EVENT_VALUE_BASE },
	{ "pull_request_review", "submitted edited dismissed", NULL, "submitted", EVENT_AT_PULL,
	    EVENT_VALUE_BASE },
	{ "pull_request_review_comment", "created edited deleted", NULL, "created", EVENT_AT_PULL,
	    EVENT_VALUE_BASE },
	{ "pull_request_target", PULL_TYPES, "opened synchronize reopened", "opened",
	    EVENT_AT_DEFAULT, EVENT_VALUE_BASE },
	{ "push", "", NULL, "", EVENT_AT_PUSHED, EVENT_VALUE_BRANCH },
	{ "registry_package", "published updated", NULL, "published", EVENT_AT_CHOSEN,
	    EVENT_VALUE_BRANCH },
	{ "release", "published unpublished created edited deleted prereleased released", NULL,
	    "published", EVENT_AT_TAG, EVENT_VALUE_TAG },
	{ "repository_dispatch", "*", NULL, "dispatch", EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "schedule", "", NULL, "", EVENT_AT_DEFAULT, EVENT_VALUE_CRON },
	{ "status", "", NULL, "", EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "watch", "started", NULL, "started", EVENT_AT_DEFAULT, EVENT_VALUE_NONE },
	{ "workflow_dispatch", "", NULL, "", EVENT_AT_CHOSEN, EVENT_VALUE_BRANCH },
	{ "workflow_run", "requested in_progress completed", NULL, "completed", EVENT_AT_DEFAULT,
	    EVENT_VALUE_WORKFLOW },
};

static const struct {
	const char *word, *event;
	enum event_value means;
} short_forms[] = {
	{ "tag", "push", EVENT_VALUE_TAG },
	{ "pr", "pull_request", EVENT_VALUE_BASE },
	{ "dispatch", "workflow_dispatch", EVENT_VALUE_BRANCH },
};

const struct event_def *
event_def_find(struct wf_str name)
{
	for (size_t i = 0; i < WF_COUNT(defs); i++)
		if (wf_str_is(name, defs[i].name))
			return &defs[i];
	return NULL;
}

size_t
event_names(struct wf_arena *arena, const struct wf_str **names)
{
	struct wf_str *out = wf_new_array(arena, WF_COUNT(defs), struct wf_str);

	for (size_t i = 0; i < WF_COUNT(defs); i++)
		out[i] = wf_str(defs[i].name);
	*names = out;
	return WF_COUNT(defs);
}

bool
event_types_have(const char *types, struct wf_str type)
{
	struct wf_str rest = wf_str(types);

	if (strcmp(types, "*") == 0)
		return true;
	while (rest.p)
		if (wf_str_eq(wf_str_cut(&rest, ' '), type))
			return true;
	return false;
}

size_t
event_types_list(struct wf_arena *arena, const char *types, struct wf_str **out)
{
	struct wf_str rest = wf_str(types);
	size_t n = 0, cap = 0;

	*out = NULL;
	while (rest.n > 0)
		*wf_push(arena, *out, n, cap) = wf_str_cut(&rest, ' ');
	return n;
}

struct event_spec
event_spec_read(const char *text)
{
	struct event_spec spec = { .word = wf_str(text) };
	size_t n = strcspn(text, "=:");

	spec.word.n = n;
	if (text[n] == '=') {
		spec.has_value = true;
		spec.value = wf_str(text + n + 1);
	} else if (text[n] == ':') {
		spec.type = wf_str(text + n + 1);
	}
	for (size_t i = 0; i < WF_COUNT(short_forms); i++)
		if (wf_str_is(spec.word, short_forms[i].word)) {
			spec.def = event_def_find(wf_str(short_forms[i].event));
			spec.means = short_forms[i].means;
			return spec;
		}
	spec.def = event_def_find(spec.word);
	if (spec.def)
		spec.means = spec.def->value;
	return spec;
}
