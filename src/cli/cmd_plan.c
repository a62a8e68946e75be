/* SPDX-License-Identifier: MIT */
/* cmd_plan.c - `wfrun plan`: which workflows wake, which of their jobs run, what waits for what. */

#include "cli/cmd.h"
#include "cli/foresee.h"
#include "cli/graph.h"
#include "cli/scene.h"
#include "cli/tell.h"

#define NAME_WIDTH 30

static void print_jobs(struct wf_buf *out, const struct outlook *outlook, struct wf_arena *arena,
    int indent);

static void
print_call(struct wf_buf *out, const struct outlook_call *call, struct wf_arena *arena, int indent)
{
	if (call->inputs && call->inputs->n > 0) {
		wf_buf_addf(out, "%*swith ", indent, "");
		tell_inputs(out, call->inputs);
		wf_buf_addc(out, '\n');
	}
	if (call->missing.n > 0)
		wf_buf_addf(out, "%*snot shown: %.*s\n", indent, "", WF_ARG(call->missing));
	if (call->callee)
		print_jobs(out, call->callee, arena, indent);
}

/* A line for each instance, below it what it calls. */
static void
print_job(struct wf_buf *out, const struct outlook *outlook, size_t node, struct wf_arena *arena,
    int indent)
{
	const struct forecast *f = &outlook->jobs[node];
	const struct outlook_calls *calls = &outlook->calls[node];
	int width = NAME_WIDTH + 2 - indent;

	for (size_t i = 0; i < (f->njobs > 0 ? f->njobs : 1); i++) {
		wf_buf_addf(out, "%*s%-*.*s  ", indent, "", width > 0 ? width : 0,
		    WF_ARG(tell_line(arena, tell_name(f, i))));
		tell_state(out, f, arena);
		tell_environment(out, f, i);
		wf_buf_addc(out, '\n');
		if (i < calls->n)
			print_call(out, &calls->items[i], arena, indent + 2);
	}
}

static void
print_jobs(struct wf_buf *out, const struct outlook *outlook, struct wf_arena *arena, int indent)
{
	size_t *order = tell_order(arena, outlook->plan);

	for (size_t i = 0; i < outlook->plan->n; i++)
		print_job(out, outlook, order[i], arena, indent);
}

/* When a follower wakes. */
static const char *
follow_words(const char *action)
{
	static const char *const words[][2] = {
		{ "requested", "as soon as it is requested" },
		{ "in_progress", "as soon as it is in progress" },
		{ "completed", "however it ends" },
	};

	for (size_t i = 0; i < WF_COUNT(words); i++)
		if (wf_str_is(wf_str(words[i][0]), action))
			return words[i][1];
	return action;
}

static void
print_followers(struct wf_buf *out, const struct foreseen *run, struct wf_arena *arena, int indent)
{
	for (size_t i = 0; i < run->nfollowers; i++) {
		const struct foreseen *next = run->followers[i].run;

		wf_buf_addf(out, "%*sthen wakes %.*s (%.*s), %s%s\n", indent, "",
		    WF_ARG(tell_line(arena, next->wf->name)), WF_ARG(next->wf->path),
		    follow_words(run->followers[i].action),
		    when_find(next->wf->on, next->event->name)->types.given
		        ? ""
		        : " (it has no types:)");
		print_jobs(out, next->outlook, arena, indent + 2);
		print_followers(out, next, arena, indent + 2);
	}
	if (run->cut)
		wf_buf_addf(out, "%*sworkflow_run is followed no further\n", indent, "");
}

static void
print_run(struct wf_buf *out, const struct foreseen *run, struct wf_arena *arena)
{
	const struct trigger_verdict *verdict = &run->verdict;

	wf_buf_addf(out, "%.*s:%d", WF_ARG(run->wf->path), verdict->pos.line);
	if (!wf_str_eq(run->wf->name, run->wf->path))
		wf_buf_addf(out, "  %.*s", WF_ARG(tell_line(arena, run->wf->name)));
	wf_buf_addf(out, "  %s%.*s\n",
	    run->outlook ? "" : "stays asleep: ", WF_ARG(verdict->reason));
	if (run->outlook)
		print_jobs(out, run->outlook, arena, 2);
	print_followers(out, run, arena, 2);
}

/* What is selected is looked for in what wakes. */
static bool
narrow(struct scene *scene, struct foreseen *runs, size_t n, struct wf_error *err)
{
	struct wf_arena *arena = scene->cmd->arena;
	const struct workflow **woken = wf_new_array(arena, n, const struct workflow *);
	const struct select_source source = { foresee_called, &scene->files };
	size_t nwoken = 0;

	for (size_t i = 0; i < n; i++)
		if (runs[i].outlook)
			woken[nwoken++] = runs[i].wf;
	if (!scene->select || nwoken == 0)
		return true;
	if (!select_check(arena, scene->select, woken, nwoken, &source, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (runs[i].outlook && outlook_narrow(arena, runs[i].outlook, scene->select) == 0) {
			runs[i].outlook = NULL;
			runs[i].verdict.reason = WF_S(SELECT_NO_JOB);
		}
	return true;
}

static bool
look(struct scene *scene, struct foreseen *runs, size_t *n, struct wf_error *err)
{
	for (size_t i = 0; i < scene->n; i++) {
		if (!scene->workflows[i].wf)
			continue; /* its problems are shown */
		if (!foresee(scene, &scene->files, scene->workflows[i].wf, &scene->event, &runs[*n],
		        err) ||
		    !foresee_followers(scene, &runs[*n], err))
			return false;
		++*n;
	}
	return narrow(scene, runs, *n, err);
}

/* The files that GitHub refuses; their problems are shown as well. */
static void
print_broken(struct wf_buf *out, const struct scene *scene)
{
	bool push = wf_str_is(scene->event.name, "push");

	for (size_t i = 0; i < scene->n; i++)
		if (!scene->workflows[i].wf)
			wf_buf_addf(out, "%.*s  the file is invalid%s\n",
			    WF_ARG(scene->workflows[i].path),
			    push ? ": a run of it fails at once" : "");
}

static void
print_remarks(struct wf_buf *out, const struct scene *scene)
{
	struct load_remark *remarks;
	size_t n;

	load_remarks(scene->cmd->arena, &scene->files, &scene->followers, &remarks, &n);
	for (size_t i = 0; i < n; i++)
		wf_buf_addf(out, "note: %.*s\n", WF_ARG(remarks[i].text));
}

static void
print_text(const struct scene *scene, const struct foreseen *runs, size_t n)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	size_t nasleep = 0;

	scene_print_event(scene, &out);
	for (size_t i = 0; i < n; i++)
		if (runs[i].outlook || scene->cmd->args->words.n > 0)
			print_run(&out, &runs[i], scene->cmd->arena);
		else
			nasleep++;
	if (nasleep > 0)
		wf_buf_addf(&out, "%zu more stay asleep: 'wfrun why' says why\n", nasleep);
	print_broken(&out, scene);
	if (scene->followers_read)
		print_remarks(&out, scene);
	cmd_print_wrapped(&out);
}

static void
print_json(const struct scene *scene, const struct foreseen *runs, size_t n)
{
	struct expr_array *list = expr_array_new(scene->cmd->arena);

	for (size_t i = 0; i < n; i++)
		expr_array_push(list, tell_run_json(scene->cmd->arena, &runs[i]));
	for (size_t i = 0; i < scene->n; i++) {
		struct expr_object *broken = expr_object_new(scene->cmd->arena);

		expr_object_set(broken, WF_S("path"), expr_string(scene->workflows[i].path));
		expr_object_set(broken, WF_S("valid"), expr_bool(false));
		if (!scene->workflows[i].wf)
			expr_array_push(list, expr_object_value(broken));
	}
	scene_print_json(scene, list);
}

static void
print_graph(const struct scene *scene, const struct foreseen *runs, size_t n)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct wf_arena *arena = scene->cmd->arena;
	struct graph *graph = graph_make(arena, runs, n);

	switch ((enum graph_form)scene->cmd->args->graph) {
	case GRAPH_NONE:
	case GRAPH_TEXT: graph_text(&out, graph, arena); break;
	case GRAPH_DOT: graph_dot(&out, graph); break;
	case GRAPH_MERMAID: graph_mermaid(&out, graph); break;
	case GRAPH_SVG: graph_svg(&out, graph, arena); break;
	}
	if (out.n > 0)
		cmd_print(&out);
}

int
cmd_plan(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(scene_close) struct scene scene = { 0 };
	struct foreseen *runs;
	size_t n = 0;

	if (!scene_open(&scene, cmd, err) || !scene_settings(&scene, err) ||
	    !scene_event(&scene, err) || !scene_load(&scene, err))
		return CMD_FAILED;
	runs = wf_new_array(cmd->arena, scene.n, struct foreseen);
	if (!look(&scene, runs, &n, err))
		return CMD_FAILED;
	if (cmd->args->json)
		print_json(&scene, runs, n);
	else if (cmd->args->graph != GRAPH_NONE)
		print_graph(&scene, runs, n);
	else
		print_text(&scene, runs, n);
	return scene_status(&scene);
}
