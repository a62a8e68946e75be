/* SPDX-License-Identifier: MIT */
/* context.c - the `github` context as the server fills it (semantics.md 3.1). */
#include "event/event.h"
#include "event/event_make.h"
#include "event/shape.h"

/* github.event.inputs holds text, whatever the type of the input. */
static struct expr_object *
inputs_as_text(struct wf_arena *arena, const struct expr_object *inputs)
{
	struct expr_object *out = expr_object_new(arena);

	for (size_t i = 0; i < inputs->n; i++)
		expr_object_set(out, inputs->pairs[i].key,
		    expr_string(expr_to_string(arena, inputs->pairs[i].value)));
	return out;
}

/* The payload with what depends on the workflow that runs. */
static struct expr_object *
payload_for(struct wf_arena *arena, const struct event *event, const struct event_run *run)
{
	struct expr_object *over;
	bool dispatch = wf_str_is(event->name, "workflow_dispatch");
	bool schedule = wf_str_is(event->name, "schedule");

	if (!dispatch && !schedule)
		return event->payload;
	over = expr_object_new(arena);
	shape_text(over, "workflow", run->workflow_path);
	if (dispatch && run->inputs)
		shape_object(over, "inputs", inputs_as_text(arena, run->inputs));
	if (schedule && run->cron.n > 0)
		shape_text(over, "schedule", run->cron);
	return event_merge(arena, expr_copy(arena, expr_object_value(event->payload)).object,
	    expr_object_value(over));
}

static void
put_number_text(struct expr_object *github, const char *key, uint64_t number)
{
	shape_text(github, key, wf_strf(github->arena, "%llu", (unsigned long long)number));
}

static void
put_id_text(struct expr_object *github, const char *key, const char *kind, struct wf_str name)
{
	shape_text(github, key, wf_strf(github->arena, "%.0f", shape_id(kind, name)));
}

static void
put_repository(struct expr_object *github, const struct repo_facts *facts)
{
	shape_text(github, "repository", facts->full_name);
	shape_text(github, "repository_owner", facts->owner);
	put_id_text(github, "repository_owner_id", "User", facts->owner);
	shape_text(github, "repositoryUrl",
	    wf_strf(github->arena, "git://github.com/%.*s.git", WF_ARG(facts->full_name)));
	put_id_text(github, "repository_id", "Repository", facts->full_name);
	shape_text(github, "repository_visibility", WF_S("public"));
}

static void
put_run(struct expr_object *github, const struct repo_facts *facts, const struct event_run *run)
{
	put_number_text(github, "run_id", run->run_id);
	put_number_text(github, "run_number", run->run_number);
	put_number_text(github, "run_attempt", run->run_attempt);
	shape_text(github, "retention_days", WF_S("90"));
	shape_text(github, "workflow", run->workflow);
	shape_text(github, "workflow_ref",
	    wf_strf(github->arena, "%.*s/%.*s@%.*s", WF_ARG(facts->full_name),
	        WF_ARG(run->workflow_path), WF_ARG(run->workflow_ref_branch)));
	shape_text(github, "workflow_sha", run->workflow_sha);
}

static void
put_actor(struct expr_object *github, struct wf_str actor)
{
	shape_text(github, "actor", actor);
	put_id_text(github, "actor_id", "User", actor);
	shape_text(github, "triggering_actor", actor);
}

struct expr_object *
event_github(struct wf_arena *arena, const struct event *event, const struct repo_facts *facts,
    const struct event_run *run)
{
	struct expr_object *github = expr_object_new(arena);

	shape_text(github, "ref", event->ref);
	shape_text(github, "sha", event->sha);
	put_repository(github, facts);
	put_run(github, facts, run);
	put_actor(github, event->actor);
	shape_text(github, "head_ref", event->head_ref);
	shape_text(github, "base_ref", event->base_ref);
	shape_text(github, "event_name", event->name);
	shape_object(github, "event", payload_for(arena, event, run));
	shape_text(github, "server_url", WF_S("https://github.com"));
	shape_text(github, "api_url", WF_S("https://api.github.com"));
	shape_text(github, "graphql_url", WF_S("https://api.github.com/graphql"));
	shape_text(github, "ref_name", event->ref_name);
	shape_bool(github, "ref_protected", false);
	shape_text(github, "ref_type", event->ref_type);
	shape_text(github, "secret_source", WF_S("Actions"));
	return github;
}
