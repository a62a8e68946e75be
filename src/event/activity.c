/* SPDX-License-Identifier: MIT */
/* activity.c - what a payload has for some activity types only: the label of `labeled`. */
#include "event/event_make.h"
#include "event/shape.h"

static void
fill_label(const struct event_maker *maker, struct expr_object *payload)
{
	shape_object(payload, "label", event_subject(maker, "label"));
}

static void
fill_milestone(const struct event_maker *maker, struct expr_object *payload)
{
	shape_object(payload, "milestone", event_subject(maker, "milestone"));
}

static void
fill_assignee(const struct event_maker *maker, struct expr_object *payload)
{
	shape_object(payload, "assignee", shape_user(maker->arena, maker->event->actor));
}

static void
fill_reviewer(const struct event_maker *maker, struct expr_object *payload)
{
	shape_object(payload, "requested_reviewer", shape_user(maker->arena, maker->event->actor));
}

/* What stood there before: nobody but the payload file knows. */
static void
fill_changes(const struct event_maker *maker, struct expr_object *payload)
{
	(void)maker;
	shape_members(payload, "changes:{}");
}

static void
fill_pull_reason(const struct event_maker *maker, struct expr_object *payload)
{
	(void)maker;
	shape_members(payload, "reason:");
}

static void
fill_group_reason(const struct event_maker *maker, struct expr_object *payload)
{
	(void)maker;
	shape_members(payload, "reason:merged");
}

static void
fill_asked(const struct event_maker *maker, struct expr_object *payload)
{
	struct expr_object *asked = expr_object_new(maker->arena);

	shape_members(asked, "identifier:");
	shape_object(payload, "requested_action", asked);
}

static const struct {
	const char *events, *types; /* a blank between them */
	void (*fill)(const struct event_maker *maker, struct expr_object *payload);
} activities[] = {
#define THREADS "pull_request pull_request_target issues"
#define PULLS "pull_request pull_request_target"
	{ THREADS " discussion", "labeled unlabeled", fill_label },
	{ THREADS, "milestoned demilestoned", fill_milestone },
	{ THREADS, "assigned unassigned", fill_assignee },
	{ PULLS, "review_requested review_request_removed", fill_reviewer },
	{ PULLS, "dequeued auto_merge_enabled auto_merge_disabled", fill_pull_reason },
	{ THREADS " issue_comment pull_request_review pull_request_review_comment discussion "
	          "discussion_comment label milestone release project project_card project_column "
	          "branch_protection_rule",
	    "edited converted category_changed", fill_changes },
	{ "merge_group", "destroyed", fill_group_reason },
	{ "check_run", "requested_action", fill_asked },
};

void
event_fill_activity(const struct event_maker *maker, struct expr_object *payload)
{
	for (size_t i = 0; i < WF_COUNT(activities); i++)
		if (event_types_have(activities[i].events, maker->event->name) &&
		    event_types_have(activities[i].types, maker->event->action))
			activities[i].fill(maker, payload);
}
