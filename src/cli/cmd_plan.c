/* SPDX-License-Identifier: MIT */
/* cmd_plan.c - `wfrun plan`: which workflows wake, which of their jobs run, what waits for what. */

#include "cli/cmd.h"
#include "cli/scene.h"
#include "event/chain.h"
#include "plan/forecast.h"

/* A workflow that wakes, and what is known of its jobs. */
struct woken {
	const struct workflow *wf;
	struct trigger_verdict verdict;
	struct plan *plan;
	struct forecast *jobs;
	const struct workflow **followers; /* those that its end wakes by workflow_run */
	size_t nfollowers;
};

/* The contexts that conditions and matrices of jobs may read. Number and id of the run are those of
 * a first run, since there is none yet. */
static bool
contexts_of(struct scene *scene, const struct workflow *wf, struct expr_object **out,
    struct wf_error *err)
{
	struct wf_arena *arena = scene->cmd->arena;
	struct wf_str branch = wf_strf(arena, "refs/heads/%.*s",
	    WF_ARG(scene->facts.default_branch));
	struct event_run run = {
		.workflow = wf->name,
		.workflow_path = wf->path,
		.run_id = 1,
		.run_number = 1,
		.run_attempt = 1,
		.workflow_ref_branch = branch,
		.workflow_sha = scene->event.sha,
	};
	const struct when_event *dispatch = when_find(wf->on, WF_S("workflow_dispatch"));
	struct expr_object *inputs;

	*out = expr_object_new(arena);
	expr_object_set(*out, WF_S("github"),
	    expr_object_value(event_github(arena, &scene->event, &scene->facts, &run)));
	expr_object_set(*out, WF_S("vars"), expr_object_value(scene->config.vars));
	if (!dispatch || !wf_str_is(scene->event.name, "workflow_dispatch"))
		return true;
	if (!event_inputs(arena, &scene->event, dispatch, &inputs, err))
		return false;
	expr_object_set(*out, WF_S("inputs"), expr_object_value(inputs));
	return true;
}

/* Whether the work tree's files are those of the default branch, which decide on workflow_run. */
static bool
is_default(const struct scene *scene)
{
	const struct repo_facts *facts = &scene->facts;
	struct wf_str sha;

	return repo_resolve(scene->repo, scene->cmd->arena,
	           wf_cstr(scene->cmd->arena, facts->default_branch), &sha) &&
	       wf_str_eq(sha, facts->head_sha);
}

/* Who wakes when the workflow's run has completed, however it ended. */
static bool
find_followers(struct scene *scene, struct woken *woken, struct wf_error *err)
{
	struct wf_arena *arena = scene->cmd->arena;
	struct chain_run run = {
		.event = &scene->event,
		.workflow_name = woken->wf->name,
		.workflow_path = woken->wf->path,
		.display_title = woken->wf->name,
		.run_id = 1,
		.run_number = 1,
		.run_attempt = 1,
	};
	struct trigger_verdict verdict;
	struct event event;

	if (!is_default(scene))
		return true;
	if (!chain_event(arena, scene->repo, &scene->facts, &run, "completed", &event, err))
		return false;
	woken->followers = wf_new_array(arena, scene->nall, const struct workflow *);
	for (size_t i = 0; i < scene->nall; i++) {
		const struct workflow *wf = scene->all[i].wf;

		if (!wf)
			continue;
		if (!trigger_match(arena, wf, &event, &verdict, err))
			return false;
		if (verdict.wakes)
			woken->followers[woken->nfollowers++] = wf;
	}
	return true;
}

/* Fills *woken; woken->jobs stays NULL when the event does not wake the workflow. */
static bool
look(struct scene *scene, const struct workflow *wf, struct woken *woken, struct wf_error *err)
{
	struct wf_arena *arena = scene->cmd->arena;
	struct expr_object *contexts;

	woken->wf = wf;
	if (!trigger_match(arena, wf, &scene->event, &woken->verdict, err))
		return false;
	if (!woken->verdict.wakes)
		return true;
	if (!contexts_of(scene, wf, &contexts, err))
		return false;
	woken->plan = plan_new(arena, wf);
	woken->jobs = forecast_make(arena, woken->plan, contexts);
	return find_followers(scene, woken, err);
}

/* ---- text ---- */

static void
print_names(struct wf_buf *out, const struct forecast_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		wf_buf_addf(out, "%s%.*s", i > 0 ? ", " : "", WF_ARG(names->items[i]));
}

static void
print_needs(struct wf_buf *out, const struct job_def *def)
{
	for (size_t i = 0; i < def->nneeds; i++)
		wf_buf_addf(out, "%s%.*s", i > 0 ? ", " : "after ", WF_ARG(def->needs[i].id));
}

/* Under which ends of the jobs above; success alone is what everybody expects. */
static void
print_when(struct wf_buf *out, unsigned when)
{
	static const struct {
		unsigned bit;
		const char *text;
	} ends[] = {
		{ FORECAST_ON_SUCCESS, "success" },
		{ FORECAST_ON_FAILURE, "failure" },
		{ FORECAST_ON_SKIP, "skip" },
		{ FORECAST_ON_CANCEL, "cancel" },
	};
	const char *before = " on ";

	if (when == FORECAST_ON_SUCCESS)
		return;
	for (size_t i = 0; i < WF_COUNT(ends); i++)
		if (when & ends[i].bit) {
			wf_buf_addf(out, "%s%s", before, ends[i].text);
			before = ", ";
		}
}

static void
print_state(struct wf_buf *out, const struct forecast *f)
{
	const struct job_def *def = f->node->def;

	switch (f->kind) {
	case FORECAST_RUNS:
		print_needs(out, def);
		if (def->nneeds > 0)
			print_when(out, f->when);
		else
			wf_buf_adds(out, "at once");
		break;
	case FORECAST_SKIPPED: wf_buf_addf(out, "skipped: %.*s", WF_ARG(f->reason)); return;
	case FORECAST_FAILS: wf_buf_addf(out, "fails: %.*s", WF_ARG(f->reason)); return;
	case FORECAST_UNKNOWN:
		print_needs(out, def);
		wf_buf_adds(out, "; runs or not: unknown, its if: waits for ");
		print_names(out, &f->waits);
		break;
	}
	if (f->matrix_waits.n > 0) {
		wf_buf_adds(out, "; matrix unknown, waits for ");
		print_names(out, &f->matrix_waits);
	}
	if (def->uses.n > 0)
		wf_buf_addf(out, "; calls %.*s", WF_ARG(def->uses));
}

static struct wf_str
job_name(const struct forecast *f, size_t i)
{
	return f->named && i < f->njobs ? f->jobs[i].name : f->node->def->id;
}

static void
print_job(struct wf_buf *out, const struct forecast *f)
{
	for (size_t i = 0; i < (f->njobs > 0 ? f->njobs : 1); i++) {
		wf_buf_addf(out, "  %-30.*s  ", WF_ARG(job_name(f, i)));
		print_state(out, f);
		wf_buf_addc(out, '\n');
	}
}

static void
print_workflow(struct wf_buf *out, const struct woken *woken)
{
	const struct trigger_verdict *verdict = &woken->verdict;

	wf_buf_addf(out, "%.*s:%d", WF_ARG(woken->wf->path), verdict->pos.line);
	if (!wf_str_eq(woken->wf->name, woken->wf->path))
		wf_buf_addf(out, "  %.*s", WF_ARG(woken->wf->name));
	wf_buf_addf(out, "  %s%.*s\n",
	    woken->jobs ? "" : "stays asleep: ", WF_ARG(verdict->reason));
	for (size_t i = 0; woken->jobs && i < woken->plan->n; i++)
		print_job(out, &woken->jobs[i]);
	for (size_t i = 0; i < woken->nfollowers; i++)
		wf_buf_addf(out, "  then wakes %.*s (%.*s), however it ends\n",
		    WF_ARG(woken->followers[i]->name), WF_ARG(woken->followers[i]->path));
}

/* ---- JSON ---- */

static struct expr_value
names_json(struct wf_arena *arena, const struct forecast_names *names)
{
	struct expr_array *out = expr_array_new(arena);

	for (size_t i = 0; i < names->n; i++)
		expr_array_push(out, expr_string(names->items[i]));
	return expr_array_value(out);
}

static struct expr_value
job_json(struct wf_arena *arena, const struct forecast *f)
{
	struct expr_object *out = expr_object_new(arena);
	struct expr_array *needs = expr_array_new(arena), *jobs = expr_array_new(arena);
	const struct job_def *def = f->node->def;

	for (size_t i = 0; i < def->nneeds; i++)
		expr_array_push(needs, expr_string(def->needs[i].id));
	for (size_t i = 0; f->named && i < f->njobs; i++)
		expr_array_push(jobs, expr_string(f->jobs[i].name));
	expr_object_set(out, WF_S("id"), expr_string(def->id));
	expr_object_set(out, WF_S("line"), expr_number(def->pos.line));
	expr_object_set(out, WF_S("needs"), expr_array_value(needs));
	expr_object_set(out, WF_S("state"), expr_cstring(forecast_kind_name(f->kind)));
	if (f->reason.n > 0 && (f->kind == FORECAST_SKIPPED || f->kind == FORECAST_FAILS))
		expr_object_set(out, WF_S("reason"), expr_string(f->reason));
	if (f->waits.n > 0)
		expr_object_set(out, WF_S("if_waits_for"), names_json(arena, &f->waits));
	if (f->matrix_waits.n > 0)
		expr_object_set(out, WF_S("matrix_waits_for"), names_json(arena, &f->matrix_waits));
	if (f->njobs > 0 && f->named)
		expr_object_set(out, WF_S("jobs"), expr_array_value(jobs));
	if (def->uses.n > 0)
		expr_object_set(out, WF_S("calls"), expr_string(def->uses));
	return expr_object_value(out);
}

static struct expr_value
workflow_json(struct wf_arena *arena, const struct woken *woken)
{
	struct expr_object *out = expr_object_new(arena);
	struct expr_array *jobs = expr_array_new(arena), *followers = expr_array_new(arena);

	for (size_t i = 0; woken->jobs && i < woken->plan->n; i++)
		expr_array_push(jobs, job_json(arena, &woken->jobs[i]));
	for (size_t i = 0; i < woken->nfollowers; i++)
		expr_array_push(followers, expr_string(woken->followers[i]->path));
	expr_object_set(out, WF_S("path"), expr_string(woken->wf->path));
	expr_object_set(out, WF_S("name"), expr_string(woken->wf->name));
	expr_object_set(out, WF_S("wakes"), expr_bool(woken->jobs != NULL));
	expr_object_set(out, WF_S("reason"), expr_string(woken->verdict.reason));
	expr_object_set(out, WF_S("line"), expr_number(woken->verdict.pos.line));
	if (woken->jobs)
		expr_object_set(out, WF_S("jobs"), expr_array_value(jobs));
	if (woken->nfollowers > 0)
		expr_object_set(out, WF_S("then_wakes"), expr_array_value(followers));
	return expr_object_value(out);
}

int
cmd_plan(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	wf_auto(scene_close) struct scene scene = { 0 };
	struct expr_array *list = expr_array_new(cmd->arena);
	size_t nasleep = 0;

	if (!scene_open(&scene, cmd, err) || !scene_load(&scene, err) ||
	    !scene_settings(&scene, err) || !scene_event(&scene, err))
		return CMD_FAILED;
	scene_print_event(&scene, &out);
	for (size_t i = 0; i < scene.n; i++) {
		struct woken woken = { 0 };

		if (!scene.workflows[i].wf)
			continue; /* its problems are shown */
		if (!look(&scene, scene.workflows[i].wf, &woken, err))
			return CMD_FAILED;
		if (woken.jobs || cmd->args->words.n > 0)
			print_workflow(&out, &woken);
		else
			nasleep++;
		expr_array_push(list, workflow_json(cmd->arena, &woken));
	}
	if (nasleep > 0)
		wf_buf_addf(&out, "%zu more stay asleep: 'wfrun why' says why\n", nasleep);
	if (cmd->args->json)
		scene_print_json(&scene, list);
	else
		cmd_print(&out);
	return scene_status(&scene);
}
