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

int64_t
event_time(const struct event_maker *maker)
{
	struct repo_commit commit;

	return event_head_commit(maker, &commit) ? commit.committer_time : 0;
}

struct wf_str
event_web_url(const struct event_maker *maker, const char *path, struct wf_str name)
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
	return event_web_url(maker, "compare", range);
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

/* ---- releases, refs, deployments ---- */

static void
fill_release(const struct event_maker *maker, struct expr_object *payload)
{
	const struct event *event = maker->event;
	struct expr_object *release = expr_object_new(maker->arena);
	struct wf_str api = shape_api(maker->arena, maker->facts), tag = event->ref_name;
	double id = shape_id("Release", tag);

	shape_number(release, "id", id);
	shape_text(release, "node_id", shape_node_id(maker->arena, "Release", id));
	shape_text(release, "tag_name", tag);
	shape_text(release, "target_commitish", maker->facts->default_branch);
	shape_text(release, "name", tag);
	shape_members(release, "body: draft:false immutable:false assets:[] published_at:null");
	shape_bool(release, "prerelease", wf_str_is(event->action, "prereleased"));
	event_put_dates(maker, release, "created_at updated_at");
	if (!wf_str_is(event->action, "unpublished"))
		event_put_dates(maker, release, "published_at");
	shape_object(release, "author", shape_user(maker->arena, event->actor));
	shape_text(release, "html_url", event_web_url(maker, "releases/tag", tag));
	shape_text(release, "upload_url",
	    wf_strf(maker->arena,
	        "https://uploads.github.com/repos/%.*s/releases/%.0f/assets{?name,label}",
	        WF_ARG(maker->facts->full_name), id));
	shape_links(release, wf_strf(maker->arena, "%.*s/releases/%.0f", WF_ARG(api), id),
	    "url: assets_url:/assets");
	shape_text(release, "tarball_url",
	    wf_strf(maker->arena, "%.*s/tarball/%.*s", WF_ARG(api), WF_ARG(tag)));
	shape_text(release, "zipball_url",
	    wf_strf(maker->arena, "%.*s/zipball/%.*s", WF_ARG(api), WF_ARG(tag)));
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
	if (wf_str_is(maker->event->name, "create")) {
		shape_text(payload, "master_branch", maker->facts->default_branch);
		shape_null(payload, "description");
	}
	shape_text(payload, "pusher_type", WF_S("user"));
}

/* Where the deployment is in the API. */
static struct wf_str
deployment_url(const struct event_maker *maker)
{
	struct wf_str api = shape_api(maker->arena, maker->facts);

	return wf_strf(maker->arena, "%.*s/deployments/%.0f", WF_ARG(api),
	    shape_id("Deployment", maker->event->ref));
}

/* What deployments and their statuses have in common. */
static struct expr_object *
deployed(const struct event_maker *maker, const char *kind)
{
	struct expr_object *object = expr_object_new(maker->arena);
	double id = shape_id(kind, maker->event->ref);

	shape_number(object, "id", id);
	shape_text(object, "node_id", shape_node_id(maker->arena, kind, id));
	shape_members(object, "environment:production");
	shape_text(object, "repository_url", shape_api(maker->arena, maker->facts));
	shape_object(object, "creator", shape_user(maker->arena, maker->event->actor));
	event_put_dates(maker, object, "created_at updated_at");
	return object;
}

static void
fill_deployment(const struct event_maker *maker, struct expr_object *payload)
{
	const struct event *event = maker->event;
	struct expr_object *deployment = deployed(maker, "Deployment");

	shape_text(deployment, "sha", event->sha);
	shape_text(deployment, "ref", event->ref.n > 0 ? event->ref_name : event->sha);
	shape_members(deployment,
	    "task:deploy original_environment:production description:null payload:{} "
	    "transient_environment:false production_environment:true "
	    "performed_via_github_app:null");
	shape_links(deployment, deployment_url(maker), "url: statuses_url:/statuses");
	shape_text(payload, "action", WF_S("created")); /* though no `types:` can name it */
	shape_members(payload, "workflow:null workflow_run:null");
	shape_object(payload, "deployment", deployment);
}

static void
fill_deployment_status(const struct event_maker *maker, struct expr_object *payload)
{
	struct expr_object *status = deployed(maker, "DeploymentStatus");
	struct wf_str id = expr_path_str(maker->arena, expr_object_value(status), "id");
	struct wf_str url = deployment_url(maker);

	shape_members(status, "state:success description: environment_url: target_url: log_url: "
	                      "performed_via_github_app:null");
	shape_text(status, "deployment_url", url);
	shape_text(status, "url",
	    wf_strf(maker->arena, "%.*s/statuses/%.*s", WF_ARG(url), WF_ARG(id)));
	fill_deployment(maker, payload);
	shape_members(payload, "check_run:null");
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
		shape_object(group, "head_commit",
		    shape_short_commit(maker->arena, maker->facts, &head));
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
	{ "pull_request", event_fill_pull },
	{ "pull_request_target", event_fill_pull },
	{ "pull_request_review", event_fill_review },
	{ "pull_request_review_comment", event_fill_review_comment },
	{ "issues", event_fill_issue },
	{ "issue_comment", event_fill_issue_comment },
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
	event_fill_activity(maker, payload);
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
