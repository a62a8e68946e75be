/* SPDX-License-Identifier: MIT */
/* foresee.c - asks of each workflow what the event would do, and of its end whom that wakes.
 *
 * What only a run can fill is unknown from the start: the number and the id of the run, and how a
 * run ends that others follow. */
#include "cli/foresee.h"

#include <string.h>

#include "event/chain.h"

#define MAX_FOLLOWERS 1000 /* all levels together: enough to see */

/* ---- the contexts of a run ---- */

static struct expr_object *
github_context(struct scene *scene, const struct foreseen *run)
{
	struct wf_arena *arena = scene->cmd->arena;
	struct event_run facts = {
		.workflow = run->wf->name,
		.workflow_path = run->wf->path,
		.run_attempt = 1,
		.workflow_ref_branch = wf_strf(arena, "refs/heads/%.*s",
		    WF_ARG(scene->facts.default_branch)),
		.workflow_sha = run->event->sha,
		.cron = run->verdict.pattern,
	};
	struct expr_object *github = event_github(arena, run->event, &scene->facts, &facts);

	expr_object_set(github, WF_S("run_id"), expr_unknown(arena));
	expr_object_set(github, WF_S("run_number"), expr_unknown(arena));
	return github;
}

static bool
contexts_of(struct scene *scene, const struct foreseen *run, struct expr_object **out,
    struct wf_error *err)
{
	struct wf_arena *arena = scene->cmd->arena;
	const struct when_event *dispatch = when_find(run->wf->on, WF_S("workflow_dispatch"));
	struct expr_object *inputs;

	*out = expr_object_new(arena);
	expr_object_set(*out, WF_S("github"), expr_object_value(github_context(scene, run)));
	expr_object_set(*out, WF_S("vars"), expr_object_value(scene->config.vars));
	if (!dispatch || !wf_str_is(run->event->name, "workflow_dispatch"))
		return true;
	if (!event_inputs(arena, run->event, dispatch, &inputs, err))
		return false;
	expr_object_set(*out, WF_S("inputs"), expr_object_value(inputs));
	return true;
}

/* ---- jobs ---- */

const struct workflow *
foresee_called(const void *data, struct wf_str uses)
{
	if (!wf_str_starts(uses, WF_S("./")) && !wf_str_starts(uses, WF_S("$/")))
		return NULL;
	return load_find(data, wf_str_skip(uses, 2));
}

bool
foresee_jobs(struct scene *scene, struct foreseen *run, struct wf_error *err)
{
	struct outlook_source source = { foresee_called, run->files };
	struct expr_object *contexts;

	if (!contexts_of(scene, run, &contexts, err))
		return false;
	run->outlook = outlook_make(scene->cmd->arena, run->wf, contexts, &source);
	return true;
}

bool
foresee(struct scene *scene, const struct load_files *files, const struct workflow *wf,
    const struct event *event, struct foreseen *out, struct wf_error *err)
{
	*out = (struct foreseen){ .wf = wf, .files = files, .event = event };
	if (!trigger_match(scene->cmd->arena, wf, event, &out->verdict, err))
		return false;
	return !out->verdict.wakes || foresee_jobs(scene, out, err);
}

/* ---- followers ---- */

/* The event that the run raises. How the run will have ended is not known. */
static bool
raise_event(struct scene *scene, const struct foreseen *run, const char *action, struct event *out,
    struct wf_error *err)
{
	static const char *const unknown[] = { "id", "run_number", "conclusion" };
	struct wf_arena *arena = scene->cmd->arena;
	struct chain_run facts = {
		.event = run->event,
		.workflow_name = run->wf->name,
		.workflow_path = run->wf->path,
		.display_title = run->wf->name,
		.run_attempt = 1,
	};
	struct expr_value raised;

	if (!chain_event(arena, scene->repo, &scene->facts, &facts, action, out, err))
		return false;
	raised = expr_object_get(out->payload, WF_S("workflow_run"));
	for (size_t i = 0; i < WF_COUNT(unknown); i++)
		if (strcmp(unknown[i], "conclusion") != 0 || strcmp(action, "completed") == 0)
			expr_object_set(raised.object, wf_str(unknown[i]), expr_unknown(arena));
	return true;
}

static bool follow(struct scene *scene, struct foreseen *run, size_t depth, size_t *budget,
    struct wf_error *err);

/* Those that one activity type wakes. */
static bool
follow_action(struct scene *scene, struct foreseen *run, const char *action, size_t depth,
    size_t *budget, struct wf_error *err)
{
	struct wf_arena *arena = scene->cmd->arena;
	struct event *event = wf_new(arena, struct event);
	const struct load_files *all = scene_followers(scene);

	if (!raise_event(scene, run, action, event, err))
		return false;
	for (size_t i = 0; i < all->n; i++) {
		struct foreseen found, *kept;
		struct foreseen_follower *follower;

		if (!all->items[i].wf)
			continue;
		if (!foresee(scene, all, all->items[i].wf, event, &found, err))
			return false;
		if (!found.verdict.wakes)
			continue;
		if (depth == CHAIN_MAX_DEPTH || *budget == 0) {
			run->cut = true;
			continue;
		}
		--*budget;
		kept = wf_new(arena, struct foreseen);
		*kept = found;
		follower = wf_push(arena, run->followers, run->nfollowers, run->cap);
		*follower = (struct foreseen_follower){ action, kept };
		if (!follow(scene, kept, depth + 1, budget, err))
			return false;
	}
	return true;
}

static bool
follow(struct scene *scene, struct foreseen *run, size_t depth, size_t *budget,
    struct wf_error *err)
{
	return follow_action(scene, run, "requested", depth, budget, err) &&
	       follow_action(scene, run, "in_progress", depth, budget, err) &&
	       follow_action(scene, run, "completed", depth, budget, err);
}

bool
foresee_followers(struct scene *scene, struct foreseen *run, struct wf_error *err)
{
	size_t budget = MAX_FOLLOWERS;

	if (!run->outlook || scene->cmd->args->no_chain || scene->select)
		return true;
	return follow(scene, run, 0, &budget, err);
}
