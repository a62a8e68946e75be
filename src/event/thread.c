/* SPDX-License-Identifier: MIT */
/* thread.c - pull requests and issues in payloads, and what is said about them. */
#include "event/event_make.h"
#include "event/shape.h"

#define MAX_COUNTED 3000 /* files of a pull request that GitHub shows */

static struct wf_str
subject(const struct event_maker *maker)
{
	struct repo_commit commit;
	struct wf_str message;

	if (!event_head_commit(maker, &commit))
		return WF_S("");
	message = commit.message;
	return wf_str_trim(wf_str_cut(&message, '\n'));
}

/* ---- pull requests ---- */

static struct expr_object *
pull_side(const struct event_maker *maker, struct wf_str ref, struct wf_str sha)
{
	struct expr_object *side = expr_object_new(maker->arena);

	shape_text(side, "ref", ref);
	shape_text(side, "sha", sha);
	shape_text(side, "label",
	    wf_strf(maker->arena, "%.*s:%.*s", WF_ARG(maker->facts->owner), WF_ARG(ref)));
	shape_object(side, "repo", shape_repository(maker->arena, maker->facts, event_time(maker)));
	shape_object(side, "user", shape_user(maker->arena, maker->facts->owner));
	return side;
}

/* Where a pull request or issue is in the API; `folder` is "pulls" or "issues". */
static struct wf_str
api_url(const struct event_maker *maker, const char *folder, double number)
{
	struct wf_str api = shape_api(maker->arena, maker->facts);

	return wf_strf(maker->arena, "%.*s/%s/%.0f", WF_ARG(api), folder, number);
}

/* What pull requests and issues have in common; `page` is "pull" or "issues". */
static struct expr_object *
numbered(const struct event_maker *maker, const char *kind, const char *page, double number)
{
	struct expr_object *object = expr_object_new(maker->arena);
	struct wf_str name = wf_strf(maker->arena, "%.*s#%.0f", WF_ARG(maker->facts->full_name),
	    number);
	bool closed = wf_str_is(maker->event->action, "closed");
	double id = shape_id(kind, name);

	shape_number(object, "id", id);
	shape_text(object, "node_id", shape_node_id(maker->arena, kind, id));
	shape_number(object, "number", number);
	shape_text(object, "title", subject(maker));
	shape_text(object, "state", closed ? WF_S("closed") : WF_S("open"));
	shape_bool(object, "locked", wf_str_is(maker->event->action, "locked"));
	shape_object(object, "user", shape_user(maker->arena, maker->event->actor));
	shape_text(object, "html_url",
	    event_web_url(maker, page, wf_strf(maker->arena, "%.0f", number)));
	shape_links(object, api_url(maker, "issues", number), "comments_url:/comments");
	shape_members(object,
	    "body:null closed_at:null assignee:null milestone:null active_lock_reason:null "
	    "labels:[] assignees:[] comments:0 author_association:OWNER");
	event_put_dates(maker, object,
	    closed ? "created_at updated_at closed_at" : "created_at updated_at");
	if (event_types_have("milestoned demilestoned", maker->event->action))
		shape_object(object, "milestone", event_subject(maker, "milestone"));
	return object;
}

/* Only the payload file can say that a pull request was merged. */
static void
fill_merged(const struct event_maker *maker, struct expr_object *pull)
{
	bool merged = expr_truthy(expr_path(maker->given, "pull_request.merged"));

	shape_bool(pull, "merged", merged);
	if (merged) {
		shape_text(pull, "merged_at", shape_time(maker->arena, event_time(maker)));
		shape_object(pull, "merged_by", shape_user(maker->arena, maker->event->actor));
		return;
	}
	shape_null(pull, "merged_at");
	shape_null(pull, "merged_by");
}

/* A member of `_links`. */
static void
put_link(struct expr_object *links, const char *key, struct expr_value address)
{
	struct expr_object *link = expr_object_new(links->arena);

	expr_object_set(link, WF_S("href"), address);
	shape_object(links, key, link);
}

/* A pull request is an issue as well, hence some of its addresses. */
static void
put_addresses(const struct event_maker *maker, struct expr_object *pull)
{
	static const char *const members[][2] = {
		/* the link, and the member that has the same address */
		{ "self", "url" },
		{ "html", "html_url" },
		{ "issue", "issue_url" },
		{ "comments", "comments_url" },
		{ "review_comments", "review_comments_url" },
		{ "review_comment", "review_comment_url" },
		{ "commits", "commits_url" },
		{ "statuses", "statuses_url" },
	};
	struct wf_str api = shape_api(maker->arena, maker->facts);
	struct expr_object *links = expr_object_new(maker->arena);

	shape_links(pull, api_url(maker, "pulls", maker->number),
	    "url: commits_url:/commits review_comments_url:/comments");
	shape_links(pull,
	    event_web_url(maker, "pull", wf_strf(maker->arena, "%.0f", maker->number)),
	    "diff_url:.diff patch_url:.patch");
	shape_links(pull, api, "review_comment_url:/pulls/comments{/number}");
	shape_text(pull, "issue_url", api_url(maker, "issues", maker->number));
	shape_text(pull, "statuses_url",
	    wf_strf(maker->arena, "%.*s/statuses/%.*s", WF_ARG(api), WF_ARG(maker->head_sha)));
	for (size_t i = 0; i < WF_COUNT(members); i++)
		put_link(links, members[i][0], expr_path(expr_object_value(pull), members[i][1]));
	shape_object(pull, "_links", links);
}

/* How large the change is. Counting lines reads every file: not where nobody would read them. */
static void
put_size(const struct event_maker *maker, struct expr_object *pull)
{
	const struct event *event = maker->event;
	struct repo_line_count lines;
	struct wf_error ignored;

	if (!event->has_changes)
		return;
	shape_number(pull, "changed_files", (double)event->nchanges);
	if (maker->args->changed || event->nchanges > MAX_COUNTED ||
	    !repo_count_lines(maker->repo, event->diff_base.p, maker->head_sha.p,
	        event->diff_from_worktree, &lines, &ignored))
		return;
	shape_number(pull, "additions", (double)lines.added);
	shape_number(pull, "deletions", (double)lines.deleted);
}

static struct expr_object *
pull_request(const struct event_maker *maker)
{
	const struct event *event = maker->event;
	struct expr_object *pull = numbered(maker, "PullRequest", "pull", maker->number);

	put_addresses(maker, pull);
	shape_members(pull, "auto_merge:null mergeable:true rebaseable:true mergeable_state:clean "
	                    "maintainer_can_modify:false review_comments:0 requested_reviewers:[] "
	                    "requested_teams:[]");
	shape_bool(pull, "draft", wf_str_is(event->action, "converted_to_draft"));
	fill_merged(maker, pull);
	shape_text(pull, "merge_commit_sha", event->sha);
	shape_object(pull, "head", pull_side(maker, event->head_ref, maker->head_sha));
	shape_object(pull, "base", pull_side(maker, event->base_ref, maker->base_sha));
	shape_number(pull, "commits", (double)maker->ncommits);
	put_size(maker, pull);
	return pull;
}

void
event_fill_pull(const struct event_maker *maker, struct expr_object *payload)
{
	struct repo_commit head;

	shape_number(payload, "number", maker->number);
	shape_object(payload, "pull_request", pull_request(maker));
	if (!wf_str_is(maker->event->action, "synchronize") || !event_head_commit(maker, &head))
		return;
	shape_text(payload, "before", head.parent.n > 0 ? head.parent : maker->base_sha);
	shape_text(payload, "after", maker->head_sha);
}

/* What somebody wrote: about an issue, a pull request, or a line of it. `page` is where its anchor
 * is, `anchor` how the anchor begins. */
static struct expr_object *
remark(const struct event_maker *maker, const char *kind, const char *page, const char *anchor)
{
	struct expr_object *object = expr_object_new(maker->arena);
	double id = shape_id(kind, maker->facts->full_name);
	double number = maker->number > 0 ? maker->number : 1;

	shape_number(object, "id", id);
	shape_text(object, "node_id", shape_node_id(maker->arena, kind, id));
	shape_members(object, "body: author_association:OWNER");
	shape_object(object, "user", shape_user(maker->arena, maker->event->actor));
	shape_text(object, "html_url",
	    event_web_url(maker, page, wf_strf(maker->arena, "%.0f#%s%.0f", number, anchor, id)));
	return object;
}

/* A comment and its reactions, in `folder` of the API. */
static struct expr_object *
comment(const struct event_maker *maker, struct expr_object *object, const char *folder)
{
	struct wf_str id = expr_path_str(maker->arena, expr_object_value(object), "id");
	struct wf_str api = shape_api(maker->arena, maker->facts), url;

	url = wf_strf(maker->arena, "%.*s/%s/%.*s", WF_ARG(api), folder, WF_ARG(id));
	shape_text(object, "url", url);
	shape_object(object, "reactions", shape_reactions(maker->arena, url));
	event_put_dates(maker, object, "created_at updated_at");
	return object;
}

/* What is said about a pull request names it, and the commit that was looked at. */
static void
put_pull(const struct event_maker *maker, struct expr_object *object)
{
	struct wf_str url = api_url(maker, "pulls", maker->number);
	struct expr_value self = expr_object_value(object);
	struct expr_object *links = expr_object_new(maker->arena);

	put_link(links, "html", expr_path(self, "html_url"));
	put_link(links, "pull_request", expr_string(url));
	if (expr_path(self, "url").kind == EXPR_STRING)
		put_link(links, "self", expr_path(self, "url"));
	shape_text(object, "pull_request_url", url);
	shape_text(object, "commit_id", maker->head_sha);
	shape_object(object, "_links", links);
}

void
event_fill_review(const struct event_maker *maker, struct expr_object *payload)
{
	struct expr_object *review = remark(maker, "PullRequestReview", "pull",
	    "pullrequestreview-");
	bool dismissed = wf_str_is(maker->event->action, "dismissed");

	put_pull(maker, review);
	shape_text(review, "state", dismissed ? WF_S("dismissed") : WF_S("approved"));
	event_put_dates(maker, review, "submitted_at updated_at");
	shape_object(payload, "review", review);
	shape_object(payload, "pull_request", pull_request(maker));
}

void
event_fill_review_comment(const struct event_maker *maker, struct expr_object *payload)
{
	struct expr_object *object = remark(maker, "PullRequestReviewComment", "pull",
	    "discussion_r");

	put_pull(maker, comment(maker, object, "pulls/comments"));
	shape_text(object, "original_commit_id", maker->head_sha);
	shape_number(object, "pull_request_review_id",
	    shape_id("PullRequestReview", maker->facts->full_name));
	shape_members(object,
	    "path: diff_hunk: position:null line:null side:RIGHT start_line:null start_side:null "
	    "original_line:1 original_position:1 original_start_line:null subject_type:line");
	shape_object(payload, "comment", object);
	shape_object(payload, "pull_request", pull_request(maker));
}

void
event_fill_issue(const struct event_maker *maker, struct expr_object *payload)
{
	struct expr_object *issue = numbered(maker, "Issue", "issues", 1);
	struct wf_str url = api_url(maker, "issues", 1);

	shape_links(issue, url,
	    "url: events_url:/events labels_url:/labels{/name} timeline_url:/timeline");
	shape_text(issue, "repository_url", shape_api(maker->arena, maker->facts));
	shape_object(issue, "reactions", shape_reactions(maker->arena, url));
	shape_members(issue, "performed_via_github_app:null state_reason:null");
	shape_object(payload, "issue", issue);
}

void
event_fill_issue_comment(const struct event_maker *maker, struct expr_object *payload)
{
	struct expr_object *object = remark(maker, "IssueComment", "issues", "issuecomment-");

	comment(maker, object, "issues/comments");
	shape_text(object, "issue_url", api_url(maker, "issues", 1));
	shape_members(object, "performed_via_github_app:null");
	event_fill_issue(maker, payload);
	shape_object(payload, "comment", object);
}
