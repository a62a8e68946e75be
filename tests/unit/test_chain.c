/* SPDX-License-Identifier: MIT */
/* test_chain.c - the workflow_run event that a run raises. */
#include "event/chain.h"

#include "scratch.h"

static struct event
chain(struct scratch *s, const char *spec, const char *action, struct chain_run run)
{
	struct event_args args = { .spec = spec };
	struct event first, next;
	struct wf_error err;

	CHECK(event_make(s->arena, s->repo, &s->facts, &args, &first, &err));
	run.event = &first;
	CHECK(chain_event(s->arena, s->repo, &s->facts, &run, action, &next, &err));
	return next;
}

static struct wf_str
text(struct scratch *s, const struct event *event, const char *path)
{
	return expr_path_str(s->arena, expr_object_value(event->payload), path);
}

static const struct chain_run ci = {
	.workflow_name = { "CI", 2 },
	.workflow_path = { ".github/workflows/ci.yml", 24 },
	.run_id = 41,
	.run_number = 5,
	.run_attempt = 1,
	.conclusion = { "failure", 7 },
	.created = 1700000000,
	.started = 1700000001,
	.updated = 1700000002,
};

TEST(chain_of_a_tag_stands_on_the_default_branch)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git checkout -q -b topic; git commit -q --allow-empty -m t; git tag v1.2.3");
	struct event next;

	scratch_open(&s, "r");
	next = chain(&s, "tag=v1.2.3", "completed", ci);
	CHECK_STR(next.name, "workflow_run");
	CHECK_STR(next.action, "completed");
	CHECK_STR(next.ref, "refs/heads/main");
	CHECK_STR(next.ref_name, "main");
	CHECK_STR(next.filter_name, "v1.2.3");
	CHECK(wf_str_eq(next.sha, text(&s, &next, "workflow_run.head_sha")) == false);
	CHECK_STR(text(&s, &next, "workflow_run.head_branch"), "v1.2.3");
	CHECK_STR(text(&s, &next, "workflow_run.event"), "push");
	CHECK_STR(text(&s, &next, "workflow_run.conclusion"), "failure");
	CHECK_STR(text(&s, &next, "workflow_run.status"), "completed");
	CHECK_STR(text(&s, &next, "workflow_run.name"), "CI");
	CHECK_STR(text(&s, &next, "workflow_run.id"), "41");
	CHECK_STR(text(&s, &next, "workflow_run.run_started_at"), "2023-11-14T22:13:21Z");
	CHECK_STR(text(&s, &next, "workflow_run.head_commit.timestamp"),
	    "2023-11-14T23:13:20+01:00");
	CHECK_STR(text(&s, &next, "workflow.path"), ".github/workflows/ci.yml");
	CHECK(wf_str_eq(text(&s, &next, "workflow.id"),
	    text(&s, &next, "workflow_run.workflow_id")));
	scratch_close(&s);
}

TEST(chain_head_branch_follows_the_event)
{
	static const char *const rows[][2] = {
		{ "push", "topic" },
		{ "push=main", "main" },
		{ "pr", "topic" },
		{ "pull_request_target", "topic" },
		{ "release=v7", "v7" },
		{ "dispatch", "topic" },
		{ "dispatch=main", "main" },
		{ "schedule", "main" },
		{ "workflow_run=Other", "main" },
		{ "issues", "main" },
	};
	struct scratch s = scratch_new(SCRATCH_FIRST "git checkout -q -b topic");

	scratch_open(&s, "r");
	for (size_t i = 0; i < WF_COUNT(rows); i++)
		CHECK_STR(chain(&s, rows[i][0], "completed", ci).filter_name, rows[i][1]);
	scratch_close(&s);
}

TEST(chain_before_the_end_has_no_conclusion)
{
	struct scratch s = scratch_new(SCRATCH_FIRST);
	struct event next;
	struct wf_error err;

	scratch_open(&s, "r");
	next = chain(&s, "push", "requested", ci);
	CHECK_STR(text(&s, &next, "workflow_run.status"), "queued");
	CHECK_INT(expr_path(expr_object_value(next.payload), "workflow_run.conclusion").kind,
	    EXPR_NULL);
	next = chain(&s, "push", "in_progress", ci);
	CHECK_STR(text(&s, &next, "workflow_run.status"), "in_progress");
	CHECK(!chain_event(s.arena, s.repo, &s.facts, &ci, "finished", &next, &err));
	scratch_close(&s);
}

TEST(chain_of_a_pull_request_names_it)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "git checkout -q -b topic");
	struct event next;
	struct expr_value pulls;

	scratch_open(&s, "r");
	next = chain(&s, "pr", "completed", ci);
	pulls = expr_path(expr_object_value(next.payload), "workflow_run.pull_requests");
	CHECK_INT(pulls.array->n, 1);
	CHECK_STR(expr_path_str(s.arena, pulls.array->items[0], "head.ref"), "topic");
	CHECK_STR(expr_path_str(s.arena, pulls.array->items[0], "base.ref"), "main");
	next = chain(&s, "push", "completed", ci);
	pulls = expr_path(expr_object_value(next.payload), "workflow_run.pull_requests");
	CHECK_INT(pulls.array->n, 0);
	scratch_close(&s);
}
