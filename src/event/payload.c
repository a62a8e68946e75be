/* SPDX-License-Identifier: MIT */
/* payload.c - the payload of each kind of event (semantics.md 4.12).
 *
 * What git cannot know (titles, labels, comments) is empty; a payload file fills it in. */
#include <stdlib.h>

#include "event/event_make.h"
#include "event/shape.h"

bool
event_head_commit(const struct event_maker *maker, struct repo_commit *out)
{
	struct wf_error ignored;

	return repo_commit(maker->repo, maker->arena, maker->event->sha.p, out, &ignored);
}

static int64_t
event_time(const struct event_maker *maker)
{
	struct repo_commit commit;

	return event_head_commit(maker, &commit) ? commit.committer_time : 0;
}

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

static struct wf_str
web_url(const struct event_maker *maker, const char *path, struct wf_str name)
{
	return wf_strf(maker->arena, "https://github.com/%.*s/%s/%.*s",
	    WF_ARG(maker->facts->full_name), path, WF_ARG(name));
}

/* ---- push ---- */

static void
fill_commits(const struct event_maker *maker, struct expr_object *payload)
{
	struct expr_array *commits = expr_array_new(maker->arena);
	struct repo_commit head;

	for (size_t i = 0; i < maker->ncommits; i++)
		expr_array_push(commits, expr_object_value(shape_commit(maker->arena, maker->facts,
		                             &maker->commits[i])));
	shape_array(payload, "commits", commits);
	if (!maker->deleted && event_head_commit(maker, &head))
		shape_object(payload, "head_commit",
		    shape_commit(maker->arena, maker->facts, &head));
	else
		shape_null(payload, "head_commit");
}

static struct wf_str
compare_url(const struct event_maker *maker)
{
	const struct event *event = maker->event;
	struct wf_str range = event->ref_name;

	if (maker->deleted)
		range = wf_strf(maker->arena, "%.12s...%.12s", maker->before.p, REPO_ZERO_SHA);
	else if (!maker->created)
		range = wf_strf(maker->arena, "%.12s...%.12s", maker->before.p, event->sha.p);
	return web_url(maker, "compare", range);
}

/* The branch a new ref was made from: the default branch when its tip is the same commit. */
static void
fill_base_ref(const struct event_maker *maker, struct expr_object *payload)
{
	struct wf_str tip, branch = maker->facts->default_branch;

	if (maker->created && !wf_str_eq(branch, maker->event->ref_name) &&
	    event_branch_tip(maker, branch, REPO_LOCAL, &tip) && wf_str_eq(tip, maker->event->sha))
		shape_text(payload, "base_ref",
		    wf_strf(maker->arena, "refs/heads/%.*s", WF_ARG(branch)));
	else
		shape_null(payload, "base_ref");
}

static void
fill_push(const struct event_maker *maker, struct expr_object *payload)
{
	struct expr_object *pusher = expr_object_new(maker->arena);
	struct wf_str email = WF_S("");

	repo_config(maker->repo, maker->arena, "user.email", &email);
	shape_text(pusher, "name", maker->event->actor);
	shape_text(pusher, "email", email);
	shape_text(payload, "ref", maker->event->ref);
	shape_text(payload, "before", maker->before);
	shape_text(payload, "after", maker->deleted ? WF_S(REPO_ZERO_SHA) : maker->event->sha);
	fill_base_ref(maker, payload);
	shape_bool(payload, "created", maker->created);
	shape_bool(payload, "deleted", maker->deleted);
	shape_bool(payload, "forced", maker->forced);
	shape_text(payload, "compare", compare_url(maker));
	fill_commits(maker, payload);
	shape_object(payload, "pusher", pusher);
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

/* The members that say nothing yet on a pull request or issue that was just opened. */
static void
fill_untouched(struct expr_object *object)
{
	static const char *const nulls[] = { "body", "closed_at", "assignee", "milestone" };
	static const char *const lists[] = { "labels", "assignees" };

	for (size_t i = 0; i < WF_COUNT(nulls); i++)
		shape_null(object, nulls[i]);
	for (size_t i = 0; i < WF_COUNT(lists); i++)
		shape_array(object, lists[i], expr_array_new(object->arena));
}

/* What pull requests and issues have in common; `path` is "pull" or "issues". */
static struct expr_object *
numbered(const struct event_maker *maker, const char *kind, const char *path, double number)
{
	struct expr_object *object = expr_object_new(maker->arena);
	struct wf_str name = wf_strf(maker->arena, "%.*s#%.0f", WF_ARG(maker->facts->full_name),
	    number);
	struct wf_str when = shape_time(maker->arena, event_time(maker));
	bool closed = wf_str_is(maker->event->action, "closed");
	double id = shape_id(kind, name);

	shape_number(object, "id", id);
	shape_text(object, "node_id", shape_node_id(maker->arena, kind, id));
	shape_number(object, "number", number);
	shape_text(object, "title", subject(maker));
	shape_text(object, "state", closed ? WF_S("closed") : WF_S("open"));
	shape_bool(object, "locked", false);
	shape_object(object, "user", shape_user(maker->arena, maker->event->actor));
	shape_text(object, "author_association", WF_S("OWNER"));
	shape_text(object, "created_at", when);
	shape_text(object, "updated_at", when);
	shape_text(object, "html_url", web_url(maker, path, wf_strf(maker->arena, "%.0f", number)));
	shape_text(object, "url",
	    wf_strf(maker->arena, "https://api.github.com/repos/%.*s/%s/%.0f",
	        WF_ARG(maker->facts->full_name), strcmp(path, "pull") == 0 ? "pulls" : path,
	        number));
	fill_untouched(object);
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

static struct expr_object *
pull_request(const struct event_maker *maker)
{
	const struct event *event = maker->event;
	struct expr_object *pull = numbered(maker, "PullRequest", "pull", maker->number);

	shape_bool(pull, "draft", wf_str_is(event->action, "converted_to_draft"));
	fill_merged(maker, pull);
	shape_null(pull, "auto_merge");
	shape_bool(pull, "mergeable", true);
	shape_text(pull, "merge_commit_sha", event->sha);
	shape_array(pull, "requested_reviewers", expr_array_new(maker->arena));
	shape_array(pull, "requested_teams", expr_array_new(maker->arena));
	shape_object(pull, "head", pull_side(maker, event->head_ref, maker->head_sha));
	shape_object(pull, "base", pull_side(maker, event->base_ref, maker->base_sha));
	shape_number(pull, "commits", (double)maker->ncommits);
	if (event->has_changes)
		shape_number(pull, "changed_files", (double)event->nchanges);
	return pull;
}

static void
fill_pull(const struct event_maker *maker, struct expr_object *payload)
{
	struct repo_commit head;

	shape_number(payload, "number", maker->number);
	shape_object(payload, "pull_request", pull_request(maker));
	if (!wf_str_is(maker->event->action, "synchronize") || !event_head_commit(maker, &head))
		return;
	shape_text(payload, "before", head.parent.n > 0 ? head.parent : maker->base_sha);
	shape_text(payload, "after", maker->head_sha);
}

static struct expr_object *
remark(const struct event_maker *maker, const char *kind)
{
	struct expr_object *object = expr_object_new(maker->arena);

	shape_number(object, "id", shape_id(kind, maker->facts->full_name));
	shape_text(object, "body", WF_S(""));
	shape_object(object, "user", shape_user(maker->arena, maker->event->actor));
	return object;
}

static void
fill_review(const struct event_maker *maker, struct expr_object *payload)
{
	struct expr_object *review = remark(maker, "PullRequestReview");

	shape_text(review, "state", WF_S("approved"));
	shape_text(review, "commit_id", maker->event->sha);
	shape_object(payload, "review", review);
	shape_object(payload, "pull_request", pull_request(maker));
}

static void
fill_review_comment(const struct event_maker *maker, struct expr_object *payload)
{
	shape_object(payload, "comment", remark(maker, "PullRequestReviewComment"));
	shape_object(payload, "pull_request", pull_request(maker));
}

/* ---- issues, releases, refs, deployments ---- */

static void
fill_issue(const struct event_maker *maker, struct expr_object *payload)
{
	shape_object(payload, "issue", numbered(maker, "Issue", "issues", 1));
}

static void
fill_issue_comment(const struct event_maker *maker, struct expr_object *payload)
{
	fill_issue(maker, payload);
	shape_object(payload, "comment", remark(maker, "IssueComment"));
}

static void
fill_release(const struct event_maker *maker, struct expr_object *payload)
{
	const struct event *event = maker->event;
	struct expr_object *release = expr_object_new(maker->arena);
	struct wf_str when = shape_time(maker->arena, event_time(maker));

	shape_number(release, "id", shape_id("Release", event->ref_name));
	shape_text(release, "tag_name", event->ref_name);
	shape_text(release, "target_commitish", maker->facts->default_branch);
	shape_text(release, "name", event->ref_name);
	shape_text(release, "body", WF_S(""));
	shape_bool(release, "draft", false);
	shape_bool(release, "prerelease", wf_str_is(event->action, "prereleased"));
	shape_text(release, "created_at", when);
	shape_text(release, "published_at", when);
	shape_array(release, "assets", expr_array_new(maker->arena));
	shape_object(release, "author", shape_user(maker->arena, event->actor));
	shape_text(release, "html_url", web_url(maker, "releases/tag", event->ref_name));
	shape_object(payload, "release", release);
}

static void
fill_ref(const struct event_maker *maker, struct expr_object *payload)
{
	struct wf_str ref = maker->spec.has_value ? event_branch_or_tag(maker, maker->spec.value)
	                                          : maker->event->ref;
	bool tag = wf_str_starts(ref, WF_S("refs/tags/"));

	shape_text(payload, "ref", wf_str_skip(ref, strlen(tag ? "refs/tags/" : "refs/heads/")));
	shape_text(payload, "ref_type", tag ? WF_S("tag") : WF_S("branch"));
	shape_text(payload, "master_branch", maker->facts->default_branch);
	shape_null(payload, "description");
	shape_text(payload, "pusher_type", WF_S("user"));
}

static void
fill_deployment(const struct event_maker *maker, struct expr_object *payload)
{
	const struct event *event = maker->event;
	struct expr_object *deployment = expr_object_new(maker->arena);

	shape_number(deployment, "id", shape_id("Deployment", event->ref));
	shape_text(deployment, "sha", event->sha);
	shape_text(deployment, "ref", event->ref.n > 0 ? event->ref_name : event->sha);
	shape_text(deployment, "task", WF_S("deploy"));
	shape_text(deployment, "environment", WF_S("production"));
	shape_object(deployment, "payload", expr_object_new(maker->arena));
	shape_object(deployment, "creator", shape_user(maker->arena, event->actor));
	shape_text(payload, "action", WF_S("created")); /* though no `types:` can name it */
	shape_object(payload, "deployment", deployment);
}

static void
fill_deployment_status(const struct event_maker *maker, struct expr_object *payload)
{
	struct expr_object *status = expr_object_new(maker->arena);

	shape_number(status, "id", shape_id("DeploymentStatus", maker->event->ref));
	shape_text(status, "state", WF_S("success"));
	shape_text(status, "environment_url", WF_S(""));
	fill_deployment(maker, payload);
	shape_object(payload, "deployment_status", status);
}

static void
fill_merge_group(const struct event_maker *maker, struct expr_object *payload)
{
	struct expr_object *group = expr_object_new(maker->arena);
	struct repo_commit head;

	shape_text(group, "head_sha", maker->event->sha);
	shape_text(group, "head_ref", maker->event->ref);
	shape_text(group, "base_sha", maker->base_sha);
	shape_text(group, "base_ref",
	    wf_strf(maker->arena, "refs/heads/%.*s", WF_ARG(maker->event->filter_name)));
	if (event_head_commit(maker, &head))
		shape_object(group, "head_commit", shape_commit(maker->arena, maker->facts, &head));
	shape_object(payload, "merge_group", group);
}

/* ---- what somebody started ---- */

/* What depends on the workflow that runs (its path, its inputs' defaults) event_github() adds. */
static void
fill_dispatch(const struct event_maker *maker, struct expr_object *payload)
{
	shape_text(payload, "ref", maker->event->ref);
	shape_null(payload, "inputs");
}

static void
fill_schedule(const struct event_maker *maker, struct expr_object *payload)
{
	if (maker->spec.has_value)
		shape_text(payload, "schedule", maker->spec.value);
}

static void
fill_repository_dispatch(const struct event_maker *maker, struct expr_object *payload)
{
	shape_text(payload, "branch", maker->facts->default_branch);
	shape_object(payload, "client_payload", expr_object_new(maker->arena));
}

/* Those that are not here are in subject.c, or have no more than the activity type, the repository
 * and the sender. */
static const struct {
	const char *event;
	void (*fill)(const struct event_maker *maker, struct expr_object *payload);
} fillers[] = {
	{ "push", fill_push },
	{ "pull_request", fill_pull },
	{ "pull_request_target", fill_pull },
	{ "pull_request_review", fill_review },
	{ "pull_request_review_comment", fill_review_comment },
	{ "issues", fill_issue },
	{ "issue_comment", fill_issue_comment },
	{ "release", fill_release },
	{ "create", fill_ref },
	{ "delete", fill_ref },
	{ "deployment", fill_deployment },
	{ "deployment_status", fill_deployment_status },
	{ "merge_group", fill_merge_group },
	{ "workflow_dispatch", fill_dispatch },
	{ "schedule", fill_schedule },
	{ "repository_dispatch", fill_repository_dispatch },
};

/* ---- merging ---- */

static void
merge_object(struct expr_object *into, const struct expr_object *over)
{
	for (size_t i = 0; i < over->n; i++) {
		const struct expr_pair *pair = &over->pairs[i];
		struct expr_pair *old = expr_object_find(into, pair->key);

		if (old && old->value.kind == EXPR_OBJECT && pair->value.kind == EXPR_OBJECT)
			merge_object(old->value.object, pair->value.object);
		else
			expr_object_set(into, pair->key, pair->value);
	}
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct expr_pair *one = a, *two = b;

	return wf_str_cmp(one->key, two->key);
}

static struct expr_value sorted(struct wf_arena *arena, struct expr_value value);

static struct expr_object *
sorted_object(struct wf_arena *arena, const struct expr_object *object)
{
	struct expr_object *out = expr_object_new(arena);
	struct expr_pair *pairs = wf_new_array(arena, object->n, struct expr_pair);

	for (size_t i = 0; i < object->n; i++)
		pairs[i] = object->pairs[i];
	if (object->n > 0)
		qsort(pairs, object->n, sizeof(*pairs), compare_pairs);
	for (size_t i = 0; i < object->n; i++)
		expr_object_set(out, pairs[i].key, sorted(arena, pairs[i].value));
	return out;
}

/* A copy whose objects are in the order of their keys. Nesting is bounded: what is read from a
 * file by the reader of JSON, what is built here by this file. */
static struct expr_value
sorted(struct wf_arena *arena, struct expr_value value)
{
	struct expr_array *items;

	if (value.kind == EXPR_OBJECT)
		return expr_object_value(sorted_object(arena, value.object));
	if (value.kind != EXPR_ARRAY)
		return value;
	items = expr_array_new(arena);
	for (size_t i = 0; i < value.array->n; i++)
		expr_array_push(items, sorted(arena, value.array->items[i]));
	return expr_array_value(items);
}

struct expr_object *
event_merge(struct wf_arena *arena, struct expr_object *payload, struct expr_value over)
{
	if (over.kind == EXPR_OBJECT)
		merge_object(payload, over.object);
	return sorted_object(arena, payload);
}

/* The inputs of the payload file with those of the command line over them. */
static struct expr_object *
find_inputs(const struct event_maker *maker)
{
	struct expr_value given = expr_path(maker->given, "inputs");
	struct expr_object *inputs = expr_object_new(maker->arena);

	if (!maker->args->inputs && given.kind != EXPR_OBJECT)
		return NULL;
	if (given.kind == EXPR_OBJECT)
		merge_object(inputs, given.object);
	if (maker->args->inputs)
		merge_object(inputs, maker->args->inputs);
	return inputs;
}

void
event_fill_payload(struct event_maker *maker)
{
	struct event *event = maker->event;
	struct expr_object *payload = expr_object_new(maker->arena);

	if (event->action.n > 0)
		shape_text(payload, "action", event->action);
	for (size_t i = 0; i < WF_COUNT(fillers); i++)
		if (wf_str_is(event->name, fillers[i].event))
			fillers[i].fill(maker, payload);
	event_fill_subject(maker, payload);
	shape_object(payload, "repository",
	    shape_repository(maker->arena, maker->facts, event_time(maker)));
	shape_object(payload, "sender", shape_user(maker->arena, event->actor));
	event->payload = event_merge(maker->arena, payload, maker->given);
	if (!wf_str_is(event->name, "workflow_dispatch"))
		return;
	event->inputs = find_inputs(maker);
	if (event->inputs)
		shape_object(event->payload, "inputs", event->inputs);
}
