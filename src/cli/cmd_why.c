/* SPDX-License-Identifier: MIT */
/* cmd_why.c - `wfrun why`: for each workflow whether the event wakes it, and what decided; for each
 * of its jobs what its `if` and its `needs` say already. */

#include "cli/cmd.h"
#include "cli/foresee.h"
#include "cli/scene.h"
#include "cli/tell.h"
#include "cli/why_path.h"

struct answer {
	const struct session_workflow *workflow;
	struct foreseen run; /* wakes and reason only where the file is valid */
	bool pending; /* checks that are required would wait for ever: outlook says which */
	bool skip_ci;
};

/* ---- deciding ---- */

static bool
filter_has(const struct when_filter *filter, int line)
{
	if (!filter->given)
		return false;
	for (size_t i = 0; i < filter->n; i++)
		if (filter->items[i].pos.line == line)
			return true;
	return filter->pos.line == line;
}

/* Whether it is a filter of branches or paths that left the workflow out. A workflow left out so,
 * or by [skip ci], leaves its checks pending; one that is not asked for has none. */
static bool
is_filtered(const struct foreseen *run)
{
	const struct when_event *on = when_find(run->wf->on, run->event->name);
	int line = run->verdict.pos.line;

	return on && (filter_has(&on->branches, line) || filter_has(&on->branches_ignore, line) ||
	                 filter_has(&on->paths, line) || filter_has(&on->paths_ignore, line));
}

static bool
is_pull(const struct event *event)
{
	return wf_str_is(event->name, "pull_request") ||
	       wf_str_is(event->name, "pull_request_target");
}

static bool
decide(struct scene *scene, struct answer *answer, struct wf_error *err)
{
	const struct workflow *wf = answer->workflow->wf;
	struct foreseen *run = &answer->run;

	if (!wf) {
		run->verdict.reason = WF_S("the file is invalid, so that it wakes for nothing");
		if (wf_str_is(scene->event.name, "push"))
			run->verdict.reason = WF_S("the file is invalid: each push makes a run of "
			                           "it that fails at once");
		return true;
	}
	if (!foresee(scene, &scene->files, wf, &scene->event, run, err))
		return false;
	if (run->verdict.wakes || !run->verdict.listens)
		return true;
	answer->skip_ci = scene->event.skip_ci;
	answer->pending = is_pull(&scene->event) && (answer->skip_ci || is_filtered(run));
	return !answer->pending || foresee_jobs(scene, run, err);
}

/* ---- text ---- */

/* Whether there is anything that its keys decide. */
static bool
says_something(const struct job_def *def)
{
	return def->cond_source || def->nneeds > 0;
}

/* "deploy (prod) / " in front of what the leg calls. */
static struct wf_str
prefix_of(struct wf_arena *arena, struct wf_str prefix, const struct forecast *f, size_t leg)
{
	struct wf_str name = tell_line(arena, tell_name(f, leg));

	return wf_strf(arena, "%.*s%.*s / ", WF_ARG(prefix), WF_ARG(name));
}

static void
print_jobs(struct wf_buf *out, const struct outlook *outlook, struct wf_arena *arena,
    struct wf_str prefix)
{
	for (size_t i = 0; i < outlook->plan->n; i++) {
		const struct forecast *f = &outlook->jobs[i];
		const struct outlook_calls *calls = &outlook->calls[i];

		if (says_something(f->node->def)) {
			wf_buf_addf(out, "        %.*s%.*s:%d  ", WF_ARG(prefix),
			    WF_ARG(f->node->def->id), f->node->def->pos.line);
			tell_state(out, f, arena);
			wf_buf_addc(out, '\n');
		}
		for (size_t k = 0; k < calls->n; k++)
			if (calls->items[k].callee)
				print_jobs(out, calls->items[k].callee, arena,
				    prefix_of(arena, prefix, f, k));
	}
}

/* The names under which the checks would be asked for. */
static void
add_checks(struct expr_array *names, const struct outlook *outlook, struct wf_str prefix)
{
	for (size_t i = 0; i < outlook->plan->n; i++) {
		const struct forecast *f = &outlook->jobs[i];
		const struct outlook_calls *calls = &outlook->calls[i];

		for (size_t k = 0; k < calls->n; k++)
			if (calls->items[k].callee)
				add_checks(names, calls->items[k].callee,
				    prefix_of(names->arena, prefix, f, k));
		for (size_t k = 0; calls->n == 0 && k < (f->njobs > 0 ? f->njobs : 1); k++)
			expr_array_push(names, expr_string(wf_strf(names->arena, "%.*s%.*s",
			                           WF_ARG(prefix), WF_ARG(tell_name(f, k)))));
	}
}

static struct expr_array *
check_names(struct wf_arena *arena, const struct outlook *outlook)
{
	struct expr_array *names = expr_array_new(arena);

	add_checks(names, outlook, WF_S(""));
	return names;
}

static void
print_pending(struct wf_buf *out, const struct answer *answer, struct wf_arena *arena)
{
	struct expr_array *names = check_names(arena, answer->run.outlook);

	wf_buf_adds(out, "        a required check of this name would stay pending: ");
	for (size_t i = 0; i < names->n; i++)
		wf_buf_addf(out, "%s%.*s", i > 0 ? ", " : "",
		    WF_ARG(tell_line(arena, names->items[i].string)));
	wf_buf_addc(out, '\n');
}

static void
print_answer(struct wf_buf *out, const struct answer *answer, size_t width, struct wf_arena *arena)
{
	const struct trigger_verdict *verdict = &answer->run.verdict;
	struct wf_str path = answer->workflow->path;

	wf_buf_addf(out, "%s  ", verdict->wakes ? "runs" : "no  ");
	if (verdict->pos.line > 0)
		wf_buf_addf(out, "%.*s:%-*d", WF_ARG(path), (int)(width - path.n) + 5,
		    verdict->pos.line);
	else
		wf_buf_addf(out, "%-*.*s", (int)width + 6, WF_ARG(path));
	wf_buf_addf(out, " %.*s\n", WF_ARG(verdict->reason));
	if (answer->pending)
		print_pending(out, answer, arena);
	else if (answer->run.outlook)
		print_jobs(out, answer->run.outlook, arena, WF_S(""));
}

static void
print_text(const struct scene *scene, const struct answer *answers)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	size_t width = 0;

	for (size_t i = 0; i < scene->n; i++)
		if (answers[i].workflow->path.n > width)
			width = answers[i].workflow->path.n;
	scene_print_event(scene, &out);
	for (size_t i = 0; i < scene->n; i++)
		print_answer(&out, &answers[i], width, scene->cmd->arena);
	cmd_print_wrapped(&out);
}

/* ---- JSON ---- */

static struct expr_value
answer_json(struct wf_arena *arena, const struct answer *answer)
{
	const struct trigger_verdict *verdict = &answer->run.verdict;
	struct expr_object *out = expr_object_new(arena);

	expr_object_set(out, WF_S("path"), expr_string(answer->workflow->path));
	if (answer->workflow->wf)
		expr_object_set(out, WF_S("name"), expr_string(answer->workflow->wf->name));
	expr_object_set(out, WF_S("valid"), expr_bool(answer->workflow->wf != NULL));
	expr_object_set(out, WF_S("runs"), expr_bool(verdict->wakes));
	why_verdict_json(out, verdict);
	if (answer->skip_ci)
		expr_object_set(out, WF_S("skip_ci"), expr_bool(true));
	if (answer->pending)
		expr_object_set(out, WF_S("pending_checks"),
		    expr_array_value(check_names(arena, answer->run.outlook)));
	else if (answer->run.outlook)
		expr_object_set(out, WF_S("jobs"),
		    expr_array_value(tell_jobs_json(arena, answer->run.outlook)));
	return expr_object_value(out);
}

static void
print_json(const struct scene *scene, const struct answer *answers)
{
	struct expr_array *list = expr_array_new(scene->cmd->arena);

	for (size_t i = 0; i < scene->n; i++)
		expr_array_push(list, answer_json(scene->cmd->arena, &answers[i]));
	scene_print_json(scene, list);
}

int
cmd_why(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(scene_close) struct scene scene = { 0 };
	struct answer *answers;

	if (!scene_open(&scene, cmd, err) || !scene_settings(&scene, err) ||
	    ((cmd->args->event || !cmd->args->paths.n) && !scene_event(&scene, err)) ||
	    !scene_load(&scene, err))
		return CMD_FAILED;
	if (cmd->args->paths.n > 0)
		return why_paths(&scene, err) ? scene_status(&scene) : CMD_FAILED;
	answers = wf_new_array(cmd->arena, scene.n, struct answer);
	for (size_t i = 0; i < scene.n; i++) {
		answers[i].workflow = &scene.workflows[i];
		if (!decide(&scene, &answers[i], err))
			return CMD_FAILED;
	}
	if (cmd->args->json)
		print_json(&scene, answers);
	else
		print_text(&scene, answers);
	return scene_status(&scene);
}
