/* SPDX-License-Identifier: MIT */
/* subject.c - what the payloads of smaller events are about: a label, a milestone, a check.
 *
 * One object each, under the key where GitHub has it. A row says what is always the same there;
 * what git knows is put in by the row's function. */
#include <stdlib.h>

#include "event/event_make.h"
#include "event/shape.h"

struct subject {
	const char *event, *key; /* key NULL: the members stand in the payload itself */
	const char *kind; /* for id and node_id; NULL: it has none */
	const char *members; /* what is always the same: shape_members() */
	const char *path, *links; /* where it is in the API, and shape_links() from there; a path
	                           * that ends in '/' goes on with the id. NULL: nowhere */
	const char *dates; /* members that are the time of the event; NULL: none */
	void (*fill)(const struct event_maker *maker, struct expr_object *object);
};

static void
put_url(const struct event_maker *maker, struct expr_object *object, const char *path)
{
	shape_text(object, "html_url",
	    wf_strf(maker->arena, "https://github.com/%.*s/%s", WF_ARG(maker->facts->full_name),
	        path));
}

static void
put_user(const struct event_maker *maker, struct expr_object *object, const char *key)
{
	shape_object(object, key, shape_user(maker->arena, maker->event->actor));
}

static void
put_commit(const struct event_maker *maker, struct expr_object *object, const char *key)
{
	struct repo_commit commit;

	if (event_head_commit(maker, &commit))
		shape_object(object, key, shape_short_commit(maker->arena, maker->facts, &commit));
	else
		shape_null(object, key);
}

void
event_put_dates(const struct event_maker *maker, struct expr_object *object, const char *keys)
{
	struct wf_str when = shape_time(maker->arena, event_time(maker));
	struct wf_str rest = wf_str(keys);

	while (rest.n > 0)
		expr_object_set(object, wf_str_cut(&rest, ' '), expr_string(when));
}

/* ---- checks and statuses ---- */

/* The checks are those that a run of a workflow makes. */
static struct expr_object *
shape_app(const struct event_maker *maker)
{
	struct expr_object *app = expr_object_new(maker->arena);
	double id = shape_id("App", WF_S("github-actions"));

	shape_number(app, "id", id);
	shape_text(app, "node_id", shape_node_id(maker->arena, "App", id));
	shape_text(app, "name", WF_S("GitHub Actions"));
	shape_object(app, "owner", shape_user(maker->arena, WF_S("github")));
	shape_members(app, "slug:github-actions description: permissions:{} events:[] "
	                   "external_url:https://help.github.com/en/actions "
	                   "html_url:https://github.com/apps/github-actions");
	event_put_dates(maker, app, "created_at updated_at");
	return app;
}

/* Only what was created a moment ago is not over. */
static bool
is_over(const struct event_maker *maker)
{
	return !wf_str_is(maker->event->action, "created");
}

static void
put_state(const struct event_maker *maker, struct expr_object *object)
{
	bool over = is_over(maker);

	shape_text(object, "head_sha", maker->event->sha);
	shape_text(object, "status", over ? WF_S("completed") : WF_S("queued"));
	if (over)
		shape_text(object, "conclusion", WF_S("success"));
	else
		shape_null(object, "conclusion");
	shape_object(object, "app", shape_app(maker));
}

static void
fill_check_suite(const struct event_maker *maker, struct expr_object *object)
{
	struct repo_commit head;

	put_state(maker, object);
	shape_text(object, "head_branch", maker->facts->default_branch);
	shape_text(object, "after", maker->event->sha);
	if (event_head_commit(maker, &head) && head.parent.n > 0)
		shape_text(object, "before", head.parent);
	put_commit(maker, object, "head_commit");
}

static void
fill_check_run(const struct event_maker *maker, struct expr_object *object)
{
	struct expr_object *output = expr_object_new(maker->arena);
	struct wf_str url = expr_path_str(maker->arena, expr_object_value(object), "url");
	struct wf_str id = expr_path_str(maker->arena, expr_object_value(object), "id");

	put_state(maker, object);
	event_put_dates(maker, object, is_over(maker) ? "started_at completed_at" : "started_at");
	shape_members(output, "title:null summary:null text:null annotations_count:0");
	shape_links(output, url, "annotations_url:/annotations");
	shape_object(object, "output", output);
	shape_text(object, "html_url", event_web_url(maker, "runs", id));
	shape_object(object, "check_suite", event_subject(maker, "check_suite"));
}

static struct expr_object *
api_person(const struct event_maker *maker, struct wf_str name, struct wf_str email, int64_t when)
{
	struct expr_object *person = expr_object_new(maker->arena);

	shape_text(person, "name", name);
	shape_text(person, "email", email);
	shape_text(person, "date", shape_time(maker->arena, when));
	return person;
}

/* What git knows of a commit, as the API gives it. */
static struct expr_object *
api_git_commit(const struct event_maker *maker, const struct repo_commit *commit)
{
	struct expr_object *object = expr_object_new(maker->arena);
	struct expr_object *tree = expr_object_new(maker->arena);
	struct wf_str api = shape_api(maker->arena, maker->facts);

	shape_object(object, "author",
	    api_person(maker, commit->author_name, commit->author_email, commit->author_time));
	shape_object(object, "committer",
	    api_person(maker, commit->committer_name, commit->committer_email,
	        commit->committer_time));
	shape_text(object, "message", shape_message(commit->message));
	shape_text(tree, "sha", commit->tree);
	shape_text(tree, "url",
	    wf_strf(maker->arena, "%.*s/git/trees/%.*s", WF_ARG(api), WF_ARG(commit->tree)));
	shape_object(object, "tree", tree);
	shape_text(object, "url",
	    wf_strf(maker->arena, "%.*s/git/commits/%.*s", WF_ARG(api), WF_ARG(commit->sha)));
	shape_members(object, "comment_count:0");
	return object;
}

/* A commit in the words of the API, which are not those of a push. */
static struct expr_object *
api_commit(const struct event_maker *maker)
{
	struct expr_object *object = expr_object_new(maker->arena);
	struct wf_str sha = maker->event->sha, api = shape_api(maker->arena, maker->facts);
	struct repo_commit commit;

	shape_text(object, "sha", sha);
	shape_text(object, "node_id",
	    shape_node_id(maker->arena, "Commit", shape_id("Commit", sha)));
	shape_text(object, "html_url", event_web_url(maker, "commit", sha));
	shape_links(object, wf_strf(maker->arena, "%.*s/commits/%.*s", WF_ARG(api), WF_ARG(sha)),
	    "url: comments_url:/comments");
	shape_members(object, "author:null committer:null parents:[]");
	if (event_head_commit(maker, &commit))
		shape_object(object, "commit", api_git_commit(maker, &commit));
	return object;
}

static void
fill_status(const struct event_maker *maker, struct expr_object *object)
{
	struct expr_array *branches = expr_array_new(maker->arena);
	struct expr_object *branch = expr_object_new(maker->arena);
	struct expr_object *tip = expr_object_new(maker->arena);
	struct wf_str sha = maker->event->sha, api = shape_api(maker->arena, maker->facts);

	shape_text(tip, "sha", sha);
	shape_text(tip, "url",
	    wf_strf(maker->arena, "%.*s/commits/%.*s", WF_ARG(api), WF_ARG(sha)));
	shape_text(branch, "name", maker->facts->default_branch);
	shape_object(branch, "commit", tip);
	shape_bool(branch, "protected", false);
	expr_array_push(branches, expr_object_value(branch));
	shape_text(object, "sha", sha);
	shape_text(object, "name", maker->facts->full_name);
	shape_array(object, "branches", branches);
	shape_object(object, "commit", api_commit(maker));
}

/* ---- what people write ---- */

static void
fill_discussion(const struct event_maker *maker, struct expr_object *object)
{
	struct expr_object *category = expr_object_new(maker->arena);
	double id = shape_id("DiscussionCategory", WF_S("general"));

	shape_number(category, "id", id);
	shape_text(category, "node_id", shape_node_id(maker->arena, "DiscussionCategory", id));
	shape_number(category, "repository_id", shape_id("Repository", maker->facts->full_name));
	shape_members(category, "name:General slug:general description: emoji::speech_balloon: "
	                        "is_answerable:false");
	event_put_dates(maker, category, "created_at updated_at");
	shape_bool(object, "locked", wf_str_is(maker->event->action, "locked"));
	shape_object(object, "category", category);
	shape_text(object, "repository_url", shape_api(maker->arena, maker->facts));
	put_user(maker, object, "user");
	put_url(maker, object, "discussions/1");
}

static void
fill_discussion_comment(const struct event_maker *maker, struct expr_object *object)
{
	shape_number(object, "discussion_id", shape_id("Discussion", maker->facts->full_name));
	shape_text(object, "repository_url", shape_api(maker->arena, maker->facts));
	shape_object(object, "reactions", shape_reactions(maker->arena, WF_S("")));
	put_user(maker, object, "user");
	put_url(maker, object, "discussions/1#discussioncomment");
}

static void
fill_creator(const struct event_maker *maker, struct expr_object *object)
{
	put_user(maker, object, "creator");
}

static void
fill_project(const struct event_maker *maker, struct expr_object *object)
{
	shape_text(object, "owner_url", shape_api(maker->arena, maker->facts));
	put_url(maker, object, "projects/1");
	fill_creator(maker, object);
}

static void
fill_milestone(const struct event_maker *maker, struct expr_object *object)
{
	bool closed = wf_str_is(maker->event->action, "closed");

	shape_text(object, "state", closed ? WF_S("closed") : WF_S("open"));
	if (closed)
		event_put_dates(maker, object, "closed_at");
	fill_creator(maker, object);
	put_url(maker, object, "milestone/1");
}

/* ---- the repository and what is made of it ---- */

static void
fill_rule(const struct event_maker *maker, struct expr_object *object)
{
	shape_number(object, "repository_id", shape_id("Repository", maker->facts->full_name));
	shape_text(object, "name", maker->facts->default_branch);
}

static void
fill_fork(const struct event_maker *maker, struct expr_object *object)
{
	struct repo_facts copy = *maker->facts;
	struct expr_object *forkee;

	copy.owner = maker->event->actor;
	copy.full_name = wf_strf(maker->arena, "%.*s/%.*s", WF_ARG(copy.owner), WF_ARG(copy.name));
	forkee = shape_repository(maker->arena, &copy, event_time(maker));
	shape_bool(forkee, "fork", true);
	shape_object(object, "forkee", forkee);
}

static void
fill_page_build(const struct event_maker *maker, struct expr_object *object)
{
	struct expr_object *error = expr_object_new(maker->arena);
	struct expr_object *build = expr_object_new(maker->arena);

	shape_members(error, "message:null");
	shape_members(build, "status:built duration:0");
	shape_object(build, "error", error);
	shape_text(build, "commit", maker->event->sha);
	shape_links(build, shape_api(maker->arena, maker->facts), "url:/pages/builds/latest");
	event_put_dates(maker, build, "created_at updated_at");
	put_user(maker, build, "pusher");
	shape_object(object, "build", build);
}

static void
fill_package(const struct event_maker *maker, struct expr_object *object)
{
	struct expr_object *version = expr_object_new(maker->arena);
	double id = shape_id("PackageVersion", maker->event->ref_name);

	shape_number(version, "id", id);
	shape_text(version, "version", maker->event->ref_name);
	shape_text(version, "name", maker->event->ref_name);
	shape_text(version, "target_commitish", maker->event->ref_name);
	shape_text(version, "target_oid", maker->event->sha);
	shape_text(version, "package_url",
	    wf_strf(maker->arena, "ghcr.io/%.*s:%.*s", WF_ARG(maker->facts->full_name),
	        WF_ARG(maker->event->ref_name)));
	shape_text(version, "html_url",
	    event_web_url(maker, "packages", wf_strf(maker->arena, "%.0f", id)));
	shape_members(version, "description: summary: body: manifest: metadata:[] "
	                       "container_metadata:{} installation_command: package_files:[]");
	event_put_dates(maker, version, "created_at updated_at");
	put_user(maker, version, "author");
	shape_text(object, "name", maker->facts->name);
	shape_text(object, "namespace", maker->facts->owner);
	shape_object(object, "package_version", version);
	put_url(maker, object, "packages");
	put_user(maker, object, "owner");
}

#define DATES "created_at updated_at"
#define CLOSABLE                                                                                   \
	"title: body: state:open number:1 comments:0 active_lock_reason:null "                     \
	"author_association:OWNER answer_chosen_at:null answer_chosen_by:null "                    \
	"answer_html_url:null"

static const struct subject subjects[] = {
	{ "branch_protection_rule", "rule", "BranchProtectionRule",
	    "admin_enforced:false allow_deletions_enforcement_level:off "
	    "allow_force_pushes_enforcement_level:off authorized_actor_names:[] "
	    "authorized_actors_only:false authorized_dismissal_actors_only:false "
	    "dismiss_stale_reviews_on_push:false ignore_approvals_from_contributors:false "
	    "linear_history_requirement_enforcement_level:off merge_queue_enforcement_level:off "
	    "pull_request_reviews_enforcement_level:off require_code_owner_review:false "
	    "required_approving_review_count:0 required_conversation_resolution_level:off "
	    "required_deployments_enforcement_level:off required_status_checks:[] "
	    "required_status_checks_enforcement_level:off "
	    "strict_required_status_checks_policy:false "
	    "signature_requirement_enforcement_level:off",
	    NULL, NULL, DATES, fill_rule },
	{ "check_run", "check_run", "CheckRun",
	    "name:check details_url: external_id: completed_at:null pull_requests:[]",
	    "check-runs/", "url:", NULL, fill_check_run },
	{ "check_suite", "check_suite", "CheckSuite",
	    "before:null after:null pull_requests:[] latest_check_runs_count:1 rerequestable:true "
	    "runs_rerequestable:true",
	    "check-suites/", "url: check_runs_url:/check-runs", DATES, fill_check_suite },
	{ "discussion", "discussion", "Discussion", CLOSABLE, NULL, NULL, DATES, fill_discussion },
	{ "discussion_comment", "discussion", "Discussion", CLOSABLE, NULL, NULL, DATES,
	    fill_discussion },
	{ "discussion_comment", "comment", "DiscussionComment",
	    "body: author_association:OWNER child_comment_count:0 parent_id:null", NULL, NULL,
	    DATES, fill_discussion_comment },
	{ "fork", NULL, NULL, "", NULL, NULL, NULL, fill_fork },
	{ "gollum", NULL, NULL, "pages:[]", NULL, NULL, NULL, NULL },
	{ "image_version", "image_version", "ImageVersion", "name: version: state:ready", NULL,
	    NULL, NULL, NULL },
	{ "label", "label", "Label", "name: color:ededed default:false description:null", "labels",
	    "url:", NULL, NULL },
	{ "milestone", "milestone", "Milestone",
	    "number:1 title: description:null due_on:null closed_at:null open_issues:0 "
	    "closed_issues:0",
	    "milestones/1", "url: labels_url:/labels", DATES, fill_milestone },
	{ "page_build", NULL, "PageBuild", "", NULL, NULL, NULL, fill_page_build },
	{ "project", "project", "Project", "number:1 name: body:null state:open", "projects/",
	    "url: columns_url:/columns", DATES, fill_project },
	{ "project_card", "project_card", "ProjectCard",
	    "note:null archived:false column_id:0 after_id:null", "projects/columns/cards/",
	    "url: column_url: project_url:", DATES, fill_creator },
	{ "project_column", "project_column", "ProjectColumn", "name:", "projects/columns/",
	    "url: cards_url:/cards project_url:", DATES, NULL },
	{ "registry_package", "registry_package", "Package",
	    "package_type:CONTAINER ecosystem:CONTAINER description: registry:{}", NULL, NULL,
	    DATES, fill_package },
	{ "status", NULL, "Status",
	    "context:default state:success description:null target_url:null", NULL, NULL, DATES,
	    fill_status },
};

static void
fill_object(const struct event_maker *maker, const struct subject *subject,
    struct expr_object *object)
{
	struct wf_str api = shape_api(maker->arena, maker->facts), at;
	double id = 0;

	if (subject->kind) {
		id = shape_id(subject->kind, maker->facts->full_name);
		shape_number(object, "id", id);
		shape_text(object, "node_id", shape_node_id(maker->arena, subject->kind, id));
	}
	shape_members(object, subject->members);
	if (subject->path) {
		at = wf_strf(maker->arena, "%.*s/%s", WF_ARG(api), subject->path);
		if (wf_str_ends(at, WF_S("/")))
			at = wf_strf(maker->arena, "%.*s%.0f", WF_ARG(at), id);
		shape_links(object, at, subject->links);
	}
	if (subject->dates)
		event_put_dates(maker, object, subject->dates);
	if (subject->fill)
		subject->fill(maker, object);
}

struct expr_object *
event_subject(const struct event_maker *maker, const char *name)
{
	struct expr_object *object = expr_object_new(maker->arena);

	for (size_t i = 0; i < WF_COUNT(subjects); i++)
		if (strcmp(subjects[i].event, name) == 0) {
			fill_object(maker, &subjects[i], object);
			return object;
		}
	abort();
}

void
event_fill_subject(const struct event_maker *maker, struct expr_object *payload)
{
	for (size_t i = 0; i < WF_COUNT(subjects); i++) {
		const struct subject *subject = &subjects[i];
		struct expr_object *object = payload;

		if (!wf_str_is(maker->event->name, subject->event))
			continue;
		if (subject->key) {
			object = expr_object_new(maker->arena);
			shape_object(payload, subject->key, object);
		}
		fill_object(maker, subject, object);
	}
}
