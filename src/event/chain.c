/* SPDX-License-Identifier: MIT */
/* chain.c - the workflow_run event that a run raises (semantics.md 4.8).
 *
 * The run that wakes stands on the default branch, whatever the run stood on that raised it: only
 * the payload still tells of the tag or branch that began it all. */
#include "event/chain.h"

#include "event/event_make.h"
#include "event/shape.h"

struct wf_str
chain_head_branch(const struct event *event)
{
	return event->head_ref.n > 0 ? event->head_ref : event->ref_name;
}

struct wf_str
chain_head_sha(struct wf_arena *arena, const struct event *event)
{
	struct wf_str pull = expr_path_str(arena, expr_object_value(event->payload),
	    "pull_request.head.sha");

	return pull.n > 0 ? pull : event->sha;
}

static struct wf_str
head_branch(const struct chain_run *run)
{
	return run->head_branch.n > 0 ? run->head_branch : chain_head_branch(run->event);
}

static struct wf_str
api_url(struct wf_arena *arena, const struct repo_facts *facts, const char *what, double id,
    const char *rest)
{
	return wf_strf(arena, "https://api.github.com/repos/%.*s/%s/%.0f%s",
	    WF_ARG(facts->full_name), what, id, rest);
}

static const char *
run_status(const char *action)
{
	if (strcmp(action, "completed") == 0)
		return "completed";
	return strcmp(action, "in_progress") == 0 ? "in_progress" : "queued";
}

static struct expr_object *
workflow_object(struct wf_arena *arena, const struct repo_facts *facts, const struct chain_run *run)
{
	struct expr_object *workflow = expr_object_new(arena);
	double id = shape_id("Workflow", run->workflow_path);
	struct wf_str when = shape_time(arena, run->created);

	shape_number(workflow, "id", id);
	shape_text(workflow, "node_id", shape_node_id(arena, "Workflow", id));
	shape_text(workflow, "name", run->workflow_name);
	shape_text(workflow, "path", run->workflow_path);
	shape_text(workflow, "state", WF_S("active"));
	shape_text(workflow, "created_at", when);
	shape_text(workflow, "updated_at", when);
	shape_text(workflow, "url", api_url(arena, facts, "actions/workflows", id, ""));
	shape_text(workflow, "html_url",
	    wf_strf(arena, "https://github.com/%.*s/blob/%.*s/%.*s", WF_ARG(facts->full_name),
	        WF_ARG(facts->default_branch), WF_ARG(run->workflow_path)));
	shape_text(workflow, "badge_url",
	    wf_strf(arena, "https://github.com/%.*s/workflows/%.*s/badge.svg",
	        WF_ARG(facts->full_name), WF_ARG(run->workflow_name)));
	return workflow;
}

static void
add_urls(struct expr_object *object, const struct repo_facts *facts, const struct chain_run *run)
{
	static const struct {
		const char *key, *rest;
	} urls[] = {
		{ "url", "" },
		{ "jobs_url", "/jobs" },
		{ "logs_url", "/logs" },
		{ "artifacts_url", "/artifacts" },
		{ "cancel_url", "/cancel" },
		{ "rerun_url", "/rerun" },
	};
	struct wf_arena *arena = object->arena;
	double suite = shape_id("CheckSuite", run->event->sha);

	for (size_t i = 0; i < WF_COUNT(urls); i++)
		shape_text(object, urls[i].key,
		    api_url(arena, facts, "actions/runs", (double)run->run_id, urls[i].rest));
	shape_number(object, "check_suite_id", suite);
	shape_text(object, "check_suite_node_id", shape_node_id(arena, "CheckSuite", suite));
	shape_text(object, "check_suite_url", api_url(arena, facts, "check-suites", suite, ""));
	shape_text(object, "workflow_url",
	    api_url(arena, facts, "actions/workflows", shape_id("Workflow", run->workflow_path),
	        ""));
	shape_text(object, "html_url",
	    wf_strf(arena, "https://github.com/%.*s/actions/runs/%llu", WF_ARG(facts->full_name),
	        (unsigned long long)run->run_id));
	shape_null(object, "previous_attempt_url");
}

static void
add_times(struct expr_object *object, const struct chain_run *run)
{
	struct wf_arena *arena = object->arena;

	shape_text(object, "created_at", shape_time(arena, run->created));
	shape_text(object, "updated_at", shape_time(arena, run->updated));
	shape_text(object, "run_started_at", shape_time(arena, run->started));
}

/* The pull request that the run was for, in the short form that stands here. */
static struct expr_array *
pull_requests(struct wf_arena *arena, const struct event *event)
{
	static const char *const paths[] = { "head.ref", "head.sha", "base.ref", "base.sha" };
	struct expr_value pull = expr_object_get(event->payload, WF_S("pull_request"));
	struct expr_array *list = expr_array_new(arena);
	struct expr_object *item, *side;

	if (pull.kind != EXPR_OBJECT)
		return list;
	item = expr_object_new(arena);
	expr_object_set(item, WF_S("id"), expr_path(pull, "id"));
	expr_object_set(item, WF_S("number"), expr_path(pull, "number"));
	for (size_t i = 0; i < WF_COUNT(paths); i += 2) {
		side = expr_object_new(arena);
		shape_text(side, "ref", expr_path_str(arena, pull, paths[i]));
		shape_text(side, "sha", expr_path_str(arena, pull, paths[i + 1]));
		shape_object(item, i == 0 ? "head" : "base", side);
	}
	expr_array_push(list, expr_object_value(item));
	return list;
}

/* head_commit here is a shorter form than in a push. */
static void
add_head_commit(struct expr_object *object, struct repo *repo, const struct repo_facts *facts,
    struct wf_str sha)
{
	struct expr_object *shape;
	struct repo_commit commit;
	struct wf_error ignored;

	if (!repo_commit(repo, object->arena, sha.p, &commit, &ignored)) {
		shape_null(object, "head_commit");
		return;
	}
	shape = shape_commit(object->arena, facts, &commit);
	expr_object_remove(shape, WF_S("distinct"));
	expr_object_remove(shape, WF_S("url"));
	shape_object(object, "head_commit", shape);
}

static struct expr_object *
run_object(struct wf_arena *arena, struct repo *repo, const struct repo_facts *facts,
    const struct chain_run *run, const char *action)
{
	struct expr_object *object = expr_object_new(arena);
	const struct event *event = run->event;
	struct wf_str head = chain_head_sha(arena, event);

	shape_number(object, "id", (double)run->run_id);
	shape_text(object, "node_id", shape_node_id(arena, "WorkflowRun", (double)run->run_id));
	shape_text(object, "name", run->workflow_name);
	shape_text(object, "path", run->workflow_path);
	shape_text(object, "display_title",
	    run->display_title.n > 0 ? run->display_title : run->workflow_name);
	shape_text(object, "head_branch", head_branch(run));
	shape_text(object, "head_sha", head);
	shape_number(object, "run_number", (double)run->run_number);
	shape_number(object, "run_attempt", (double)run->run_attempt);
	shape_text(object, "event", event->name);
	shape_text(object, "status", wf_str(run_status(action)));
	shape_number(object, "workflow_id", shape_id("Workflow", run->workflow_path));
	if (strcmp(action, "completed") == 0)
		shape_text(object, "conclusion", run->conclusion);
	else
		shape_null(object, "conclusion");
	add_urls(object, facts, run);
	add_times(object, run);
	add_head_commit(object, repo, facts, head);
	shape_array(object, "pull_requests", pull_requests(arena, event));
	shape_array(object, "referenced_workflows", expr_array_new(arena));
	shape_object(object, "actor", shape_user(arena, event->actor));
	shape_object(object, "triggering_actor", shape_user(arena, event->actor));
	shape_object(object, "repository", shape_repository(arena, facts, run->created));
	shape_object(object, "head_repository", shape_repository(arena, facts, run->created));
	return object;
}

static struct expr_object *
payload(struct wf_arena *arena, struct repo *repo, const struct repo_facts *facts,
    const struct chain_run *run, const char *action)
{
	struct expr_object *object = expr_object_new(arena);

	shape_text(object, "action", wf_str_dup(arena, wf_str(action)));
	shape_object(object, "workflow", workflow_object(arena, facts, run));
	shape_object(object, "workflow_run", run_object(arena, repo, facts, run, action));
	shape_object(object, "repository", shape_repository(arena, facts, run->created));
	shape_object(object, "sender", shape_user(arena, run->event->actor));
	return event_merge(arena, object, EXPR_NULL_VALUE);
}

bool
chain_event(struct wf_arena *arena, struct repo *repo, const struct repo_facts *facts,
    const struct chain_run *run, const char *action, struct event *out, struct wf_error *err)
{
	if (!event_types_have("requested in_progress completed", wf_str(action)))
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "the event 'workflow_run' has no activity type '%s'", action);
	*out = (struct event){ 0 };
	out->name = WF_S("workflow_run");
	out->action = wf_str_dup(arena, wf_str(action));
	out->ref = wf_strf(arena, "refs/heads/%.*s", WF_ARG(facts->default_branch));
	out->ref_name = facts->default_branch;
	out->ref_type = WF_S("branch");
	out->filter_name = head_branch(run);
	out->actor = run->event->actor;
	if (!event_default_tip(arena, repo, facts, &out->sha))
		out->sha = facts->head_sha;
	out->payload = payload(arena, repo, facts, run, action);
	return true;
}
