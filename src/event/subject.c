/* SPDX-License-Identifier: MIT */
/* subject.c - what the payloads of smaller events are about: a label, a milestone, a check.
 *
 * One object each, under the key where GitHub has it. A row says what is always text or null there;
 * what git knows is put in by the row's function. */
#include "event/event_make.h"
#include "event/shape.h"

#define MAX_FIELDS 8

struct subject {
	const char *event, *key; /* key NULL: the members stand in the payload itself */
	const char *kind; /* for id and node_id; NULL: it has none */
	struct {
		const char *key, *text; /* text NULL: null */
	} fields[MAX_FIELDS];
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
put_commit(const struct event_maker *maker, struct expr_object *object, const char *key)
{
	struct repo_commit commit;

	if (event_head_commit(maker, &commit))
		shape_object(object, key, shape_commit(maker->arena, maker->facts, &commit));
	else
		shape_null(object, key);
}

/* ---- checks and statuses ---- */

/* What is over when the activity type says so. */
static void
put_state(const struct event_maker *maker, struct expr_object *object)
{
	bool over = wf_str_is(maker->event->action, "completed");

	shape_text(object, "head_sha", maker->event->sha);
	shape_text(object, "status", over ? WF_S("completed") : WF_S("queued"));
	if (over)
		shape_text(object, "conclusion", WF_S("success"));
	else
		shape_null(object, "conclusion");
	shape_array(object, "pull_requests", expr_array_new(maker->arena));
}

static void
fill_check_suite(const struct event_maker *maker, struct expr_object *object)
{
	put_state(maker, object);
	shape_text(object, "head_branch", maker->facts->default_branch);
	put_commit(maker, object, "head_commit");
}

static void
fill_check_run(const struct event_maker *maker, struct expr_object *object)
{
	struct expr_object *suite = expr_object_new(maker->arena);

	shape_number(suite, "id", shape_id("CheckSuite", maker->event->sha));
	fill_check_suite(maker, suite);
	put_state(maker, object);
	shape_object(object, "check_suite", suite);
}

static void
fill_status(const struct event_maker *maker, struct expr_object *object)
{
	struct expr_array *branches = expr_array_new(maker->arena);
	struct expr_object *branch = expr_object_new(maker->arena);

	shape_text(branch, "name", maker->facts->default_branch);
	expr_array_push(branches, expr_object_value(branch));
	shape_text(object, "sha", maker->event->sha);
	shape_text(object, "name", maker->facts->full_name);
	shape_array(object, "branches", branches);
	put_commit(maker, object, "commit");
}

/* ---- what people write ---- */

static void
put_user(const struct event_maker *maker, struct expr_object *object, const char *key)
{
	shape_object(object, key, shape_user(maker->arena, maker->event->actor));
}

static void
fill_discussion(const struct event_maker *maker, struct expr_object *object)
{
	struct expr_object *category = expr_object_new(maker->arena);

	shape_text(category, "name", WF_S("General"));
	shape_text(category, "slug", WF_S("general"));
	shape_number(object, "number", 1);
	shape_bool(object, "locked", wf_str_is(maker->event->action, "locked"));
	shape_object(object, "category", category);
	put_user(maker, object, "user");
	put_url(maker, object, "discussions/1");
}

static void
fill_comment(const struct event_maker *maker, struct expr_object *object)
{
	put_user(maker, object, "user");
}

static void
fill_creator(const struct event_maker *maker, struct expr_object *object)
{
	put_user(maker, object, "creator");
}

static void
fill_project(const struct event_maker *maker, struct expr_object *object)
{
	shape_number(object, "number", 1);
	fill_creator(maker, object);
}

static void
fill_milestone(const struct event_maker *maker, struct expr_object *object)
{
	bool closed = wf_str_is(maker->event->action, "closed");

	shape_number(object, "number", 1);
	shape_number(object, "open_issues", 0);
	shape_number(object, "closed_issues", 0);
	shape_text(object, "state", closed ? WF_S("closed") : WF_S("open"));
	fill_creator(maker, object);
	put_url(maker, object, "milestone/1");
}

static void
fill_wiki(const struct event_maker *maker, struct expr_object *object)
{
	shape_array(object, "pages", expr_array_new(maker->arena));
}

/* ---- the repository and what is made of it ---- */

static void
fill_fork(const struct event_maker *maker, struct expr_object *object)
{
	struct repo_facts copy = *maker->facts;
	struct expr_object *forkee;
	struct repo_commit head;
	bool known = event_head_commit(maker, &head);

	copy.owner = maker->event->actor;
	copy.full_name = wf_strf(maker->arena, "%.*s/%.*s", WF_ARG(copy.owner), WF_ARG(copy.name));
	forkee = shape_repository(maker->arena, &copy, known ? head.committer_time : 0);
	shape_bool(forkee, "fork", true);
	shape_object(object, "forkee", forkee);
}

static void
fill_page_build(const struct event_maker *maker, struct expr_object *object)
{
	struct expr_object *error = expr_object_new(maker->arena);

	shape_null(error, "message");
	shape_object(object, "error", error);
	shape_text(object, "commit", maker->event->sha);
	shape_number(object, "duration", 0);
	put_user(maker, object, "pusher");
}

static void
fill_package(const struct event_maker *maker, struct expr_object *object)
{
	struct expr_object *version = expr_object_new(maker->arena);

	shape_text(version, "version", maker->event->ref_name);
	shape_text(version, "target_commitish", maker->event->ref_name);
	shape_text(version, "target_oid", maker->event->sha);
	shape_text(object, "name", maker->facts->name);
	shape_text(object, "namespace", maker->facts->owner);
	shape_object(object, "package_version", version);
	put_user(maker, object, "owner");
}

static const struct subject subjects[] = {
	{ "branch_protection_rule", "rule", "BranchProtectionRule", { { "name", "main" } }, NULL },
	{ "check_run", "check_run", "CheckRun", { { "name", "check" }, { "details_url", "" } },
	    fill_check_run },
	{ "check_suite", "check_suite", "CheckSuite", { { "before" }, { "after" } },
	    fill_check_suite },
	{ "discussion", "discussion", "Discussion",
	    { { "title", "" }, { "body", "" }, { "state", "open" } }, fill_discussion },
	{ "discussion_comment", "discussion", "Discussion",
	    { { "title", "" }, { "body", "" }, { "state", "open" } }, fill_discussion },
	{ "discussion_comment", "comment", "DiscussionComment", { { "body", "" } }, fill_comment },
	{ "fork", NULL, NULL, { { NULL } }, fill_fork },
	{ "gollum", NULL, NULL, { { NULL } }, fill_wiki },
	{ "image_version", "image_version", "ImageVersion",
	    { { "name", "" }, { "version", "" }, { "state", "ready" } }, NULL },
	{ "label", "label", "Label",
	    { { "name", "" }, { "color", "ededed" }, { "description" }, { "url", "" } }, NULL },
	{ "milestone", "milestone", "Milestone",
	    { { "title", "" }, { "description" }, { "due_on" }, { "closed_at" } }, fill_milestone },
	{ "page_build", "build", NULL, { { "status", "built" } }, fill_page_build },
	{ "project", "project", "Project", { { "name", "" }, { "body" }, { "state", "open" } },
	    fill_project },
	{ "project_card", "project_card", "ProjectCard", { { "note" } }, fill_creator },
	{ "project_column", "project_column", "ProjectColumn", { { "name", "" } }, NULL },
	{ "registry_package", "registry_package", "Package", { { "package_type", "CONTAINER" } },
	    fill_package },
	{ "status", NULL, "Status",
	    { { "context", "default" }, { "state", "success" }, { "description" },
	        { "target_url" } },
	    fill_status },
};

static void
fill_object(const struct event_maker *maker, const struct subject *subject,
    struct expr_object *object)
{
	double id;

	if (subject->kind) {
		id = shape_id(subject->kind, maker->facts->full_name);
		shape_number(object, "id", id);
		shape_text(object, "node_id", shape_node_id(maker->arena, subject->kind, id));
	}
	for (size_t i = 0; i < MAX_FIELDS && subject->fields[i].key; i++)
		if (subject->fields[i].text)
			shape_text(object, subject->fields[i].key, wf_str(subject->fields[i].text));
		else
			shape_null(object, subject->fields[i].key);
	if (subject->fill)
		subject->fill(maker, object);
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
