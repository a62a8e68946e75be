/* SPDX-License-Identifier: MIT */
/* test_event_payload.c - what actions read out of payloads, and what each activity type adds.
 *
 * The repository has main (with the tag v1) and topic, one commit ahead and checked out. */
#include "event/event.h"
#include "scratch.h"

#define API "https://api.github.com/repos/octo/app"
#define WEB "https://github.com/octo/app"
#define ONE "{\"number\": 7}"

static const struct {
	const char *spec, *given; /* the payload file, or NULL */
	const char *path, *says; /* as text, "" for null; NULL: an object is there */
} rows[] = {
	/* what all have */
	{ "push", NULL, "repository.contents_url", API "/contents/{+path}" },
	{ "push", NULL, "repository.compare_url", API "/compare/{base}...{head}" },
	{ "push", NULL, "repository.svn_url", WEB },
	{ "push", NULL, "repository.git_url", "git://github.com/octo/app.git" },
	{ "push", NULL, "repository.custom_properties", NULL },
	{ "push", NULL, "repository.has_discussions", "false" },
	{ "push", NULL, "repository.open_issues", "0" },
	{ "push", NULL, "repository.owner.repos_url", "https://api.github.com/users/octo/repos" },
	{ "push", NULL, "sender.gravatar_id", "" },
	/* pull requests */
	{ "pr", ONE, "pull_request.url", API "/pulls/7" },
	{ "pr", ONE, "pull_request.issue_url", API "/issues/7" },
	{ "pr", ONE, "pull_request.comments_url", API "/issues/7/comments" },
	{ "pr", ONE, "pull_request.review_comments_url", API "/pulls/7/comments" },
	{ "pr", ONE, "pull_request.diff_url", WEB "/pull/7.diff" },
	{ "pr", ONE, "pull_request._links.self.href", API "/pulls/7" },
	{ "pr", ONE, "pull_request._links.html.href", WEB "/pull/7" },
	{ "pr", ONE, "pull_request._links.review_comment.href", API "/pulls/comments{/number}" },
	{ "pr", NULL, "pull_request.additions", "2" },
	{ "pr", NULL, "pull_request.deletions", "1" },
	{ "pr", NULL, "pull_request.changed_files", "2" },
	{ "pr", NULL, "pull_request.mergeable_state", "clean" },
	{ "pr", NULL, "pull_request.closed_at", "" },
	{ "pull_request:locked", NULL, "pull_request.locked", "true" },
	{ "pull_request:labeled", "{\"label\": {\"name\": \"bug\"}}", "label.name", "bug" },
	{ "pull_request:labeled", NULL, "label.color", "ededed" },
	{ "pull_request:assigned", NULL, "assignee.type", "User" },
	{ "pull_request:review_requested", NULL, "requested_reviewer.type", "User" },
	{ "pull_request:edited", NULL, "changes", NULL },
	{ "pull_request:milestoned", NULL, "pull_request.milestone.number", "1" },
	{ "pull_request_target:labeled", NULL, "label.default", "false" },
	{ "pull_request_review", NULL, "review.state", "approved" },
	{ "pull_request_review:dismissed", NULL, "review.state", "dismissed" },
	{ "pull_request_review", ONE, "review.pull_request_url", API "/pulls/7" },
	{ "pull_request_review", ONE, "review._links.pull_request.href", API "/pulls/7" },
	{ "pull_request_review_comment", NULL, "comment.side", "RIGHT" },
	{ "pull_request_review_comment", NULL, "comment.reactions.total_count", "0" },
	/* issues */
	{ "issues", NULL, "issue.labels_url", API "/issues/1/labels{/name}" },
	{ "issues", NULL, "issue.repository_url", API },
	{ "issues", NULL, "issue.comments", "0" },
	{ "issues:labeled", NULL, "label", NULL },
	{ "issue_comment", NULL, "comment.issue_url", API "/issues/1" },
	{ "issue_comment", NULL, "comment.author_association", "OWNER" },
	/* releases and deployments */
	{ "release=v1", NULL, "release.zipball_url", API "/zipball/v1" },
	{ "release=v1", NULL, "release.html_url", WEB "/releases/tag/v1" },
	{ "release=v1", NULL, "release.draft", "false" },
	{ "deployment", NULL, "deployment.original_environment", "production" },
	{ "deployment_status", NULL, "deployment_status.creator", NULL },
	{ "create", NULL, "master_branch", "main" },
	{ "delete=old", NULL, "master_branch", "" },
	/* checks, groups, discussions */
	{ "check_run:completed", NULL, "check_run.conclusion", "success" },
	{ "check_run", NULL, "check_run.status", "queued" },
	{ "check_run", NULL, "check_run.app.slug", "github-actions" },
	{ "check_run:requested_action", NULL, "requested_action", NULL },
	{ "status", NULL, "commit.commit.author.email", "ann@example.com" },
	{ "merge_group:destroyed", NULL, "reason", "merged" },
	{ "discussion", NULL, "discussion.category.emoji", ":speech_balloon:" },
	{ "milestone:closed", NULL, "milestone.state", "closed" },
	{ "page_build", NULL, "build.status", "built" },
};

static struct wf_str
payload_file(struct scratch *s, const char *json)
{
	const char *path = wf_join(s->arena, s->dir, "payload.json");
	FILE *f = fopen(path, "we");

	CHECK(f != NULL);
	fputs(json, f);
	fclose(f);
	return wf_str(path);
}

TEST(payload_has_what_actions_read)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git tag v1; git remote add origin https://github.com/octo/app.git;"
	    "git update-ref refs/remotes/origin/main HEAD; git checkout -q -b topic;"
	    "echo other >a.txt; echo two >two; git add .; git commit -qm topic");

	scratch_open(&s, "r");
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct event_args args = { .spec = rows[i].spec };
		struct wf_error err = { 0 };
		struct expr_value found;
		struct event event;

		if (rows[i].given)
			args.payload_file = payload_file(&s, rows[i].given).p;
		CHECK(event_make(s.arena, s.repo, &s.facts, &args, &event, &err));
		found = expr_path(expr_object_value(event.payload), rows[i].path);
		if (!rows[i].says)
			CHECK(found.kind != EXPR_NULL);
		else if (!wf_str_is(expr_to_string(s.arena, found), rows[i].says)) {
			print_error("%s: %s\n", rows[i].spec, rows[i].path);
			CHECK_STR(expr_to_string(s.arena, found), rows[i].says);
		}
	}
	scratch_close(&s);
}

/* An address that has an id in it has that of its object. */
TEST(payload_addresses_name_their_object)
{
	static const struct {
		const char *spec, *id, *address, *before, *behind;
	} ids[] = {
		{ "release=v1", "release.id", "release.upload_url",
		    "https://uploads.github.com/repos/octo/app/releases/", "/assets{?name,label}" },
		{ "check_suite", "check_suite.id", "check_suite.check_runs_url",
		    API "/check-suites/", "/check-runs" },
		{ "deployment_status", "deployment.id", "deployment_status.deployment_url",
		    API "/deployments/", "" },
		{ "issue_comment", "comment.id", "comment.html_url", WEB "/issues/1#issuecomment-",
		    "" },
	};
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git tag v1; git remote add origin https://github.com/octo/app.git");

	scratch_open(&s, "r");
	for (size_t i = 0; i < WF_COUNT(ids); i++) {
		struct event_args args = { .spec = ids[i].spec };
		struct wf_error err = { 0 };
		struct expr_value payload;
		struct event event;

		CHECK(event_make(s.arena, s.repo, &s.facts, &args, &event, &err));
		payload = expr_object_value(event.payload);
		CHECK_STR(expr_path_str(s.arena, payload, ids[i].address),
		    wf_strf(s.arena, "%s%.*s%s", ids[i].before,
		        WF_ARG(expr_path_str(s.arena, payload, ids[i].id)), ids[i].behind)
		        .p);
	}
	scratch_close(&s);
}
