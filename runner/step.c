/* SPDX-License-Identifier: MIT */
/* step.c - the life of one step, in the order of semantics.md 6.2: its environment, name and
 * condition; then its work (a script here, an action in uses.c); then its command files and its
 * outcome. What it prints is the matter of step_output.c. */
#include "runner/step.h"

#include "base/fs.h"
#include "runner/job.h"
#include "runner/offer.h"
#include "runner/scope.h"
#include "runner/script.h"
#include "runner/session_state.h"
#include "runner/uses.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define LONGEST_MINUTES 360.0 /* of a step's timeout, on GitHub's machines */

static void on_process_output(struct box_exec *exec, int stream, struct wf_str chunk);
static void on_process_end(struct box_exec *exec, const struct box_end *end);

static void
on_line(void *data, struct wf_str line)
{
	step_line(data, line);
}

static struct step *
step_new(struct steps *list, const struct step_order *order, void (*on_done)(struct step *step))
{
	struct wf_arena *arena = wf_arena_new();
	struct step *step = wf_new(arena, struct step);
	struct job *job = list->job;

	step->list = list;
	step->job = job;
	step->def = order->def;
	step->kind = order->kind;
	step->stage = order->stage;
	step->cond = order->kind == STAGE_MAIN ? order->def->cond
	                                       : stage_condition(order->stage, order->kind);
	step->arena = arena;
	step->line_arena = wf_arena_new();
	step->outputs = expr_object_new(job->arena);
	step->exit_code = -1;
	step->on_done = on_done;
	for (size_t i = 0; i < WF_COUNT(step->lines); i++) {
		step->lines[i].on_line = on_line;
		step->lines[i].data = step;
	}
	step->started = record_now(job->call->run->session->record);
	list->current = step;
	return step;
}

static void
free_memory(struct step *step)
{
	command_reader_release(&step->reader);
	matcher_stream_free(step->matchers);
	wf_arena_free(step->line_arena);
	wf_arena_free(step->arena);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free_memory(handle->data);
}

void
step_free(struct step *step)
{
	if (step->timer_open)
		uv_close((uv_handle_t *)&step->timer, on_timer_closed);
	else
		free_memory(step);
}

/* ---- before it runs ---- */

/* The own env of the enclosing composite steps, outermost first. */
static void
merge_outer_env(struct expr_object *into, const struct step *outer)
{
	if (!outer)
		return;
	merge_outer_env(into, outer->list->outer);
	scope_overlay(into, outer->own_env);
}

/* 3.7: the map is evaluated as a whole against the env before it, then merged. */
static bool
evaluate_env(struct step *step, struct wf_error *err)
{
	struct job *job = step->job;
	struct steps *list = step->list;

	step->env = job->env.values;
	if (step->def->env || list->outer) {
		step->env = scope_copy(step->arena, job->env.values);
		merge_outer_env(step->env, list->outer);
	}
	expr_object_set(list->contexts, WF_S("env"), expr_object_value(step->env));
	if (!step->def->env)
		return true;
	if (!scope_env_map(step->arena, step->def->env, &list->scope, &step->own_env, err))
		return false;
	scope_overlay(step->env, step->own_env);
	return true;
}

/* The first line of a text, without white space around it. */
static struct wf_str
first_line(struct wf_str text)
{
	text = wf_str_trim(text);
	return wf_str_trim(wf_str_cut(&text, '\n'));
}

static struct wf_str
main_name(struct step *step)
{
	const struct step_def *def = step->def;
	const struct expr_token *token = def->name ? def->name : def->run;
	struct wf_str text;

	if (!def->name && def->kind == STEP_USES)
		return wf_strf(step->arena, "Run %.*s", WF_ARG(def->uses));
	if (!expr_token_string(step->arena, token, &step->list->scope, &text, NULL))
		text = token->source;
	text = first_line(text);
	return def->name ? text : wf_strf(step->arena, "Run %.*s", WF_ARG(text));
}

/* 6.2, Names: best effort; the raw text where it cannot be evaluated. */
static void
evaluate_name(struct step *step)
{
	static const char *const prefixes[] = {
		[STAGE_MAIN] = "",
		[STAGE_PRE] = "Pre ",
		[STAGE_POST] = "Post ",
	};

	step->name = wf_strf(step->arena, "%s%.*s", prefixes[step->kind], WF_ARG(main_name(step)));
}

/* Steps of a composite action speak under the number of the step that uses it. */
static void
make_record(struct step *step)
{
	struct job *job = step->job;
	struct wf_arena *arena = job->call->run->arena;
	struct record_step *rec;

	if (step->list->outer) {
		step->rec = step->list->outer->rec;
		return;
	}
	rec = wf_new(arena, struct record_step);
	rec->job = job->rec;
	rec->number = ++job->next_step_number;
	if (step->def->has_id)
		rec->id = step->def->id;
	rec->name = wf_str_dup(arena, step->name);
	step->rec = rec;
}

static void
record_start(struct step *step)
{
	const struct record_event event = {
		.kind = step->list->outer ? RECORD_GROUP : RECORD_STEP_STARTED,
		.text = step->name,
	};

	step_record(step, event);
}

/* ---- after it ran ---- */

/* continue-on-error of a failed step; an error in it is reported and counts as false. */
static bool
may_fail(struct step *step)
{
	struct wf_error err;
	bool may;

	if (!expr_token_bool(step->arena, step->def->continue_on_error, &step->list->scope, false,
	        &may, &err)) {
		job_annotate_error(step->job, step->rec, &err);
		return false;
	}
	return may;
}

static void
record_end(struct step *step)
{
	struct session *session = step->job->call->run->session;
	const struct record_event event = {
		.kind = RECORD_STEP_FINISHED,
		.text = step->name,
		.result = plan_result_name(step->conclusion),
		.outcome = plan_result_name(step->outcome),
		.reason = step->reason,
		.duration = record_now(session->record) - step->started,
		.exit_code = step->exit_code,
		.outputs = scope_pairs(step->arena, step->outputs),
		.noutputs = step->outputs->n,
	};

	step_record(step, event);
}

static void
finish(struct step *step, enum plan_result outcome)
{
	step->outcome = outcome;
	step->conclusion = outcome;
	if (outcome == PLAN_FAILURE && may_fail(step))
		step->conclusion = PLAN_SUCCESS;
	if (step->timer_open)
		uv_timer_stop(&step->timer);
	files_remove(&step->files);
	if (!step->list->outer)
		record_end(step);
	else if (outcome != PLAN_SKIPPED)
		step_say(step, RECORD_ENDGROUP, WF_S(""));
	step->on_done(step);
}

void
step_settle(struct step *step, enum plan_result result)
{
	step->running = false;
	step_close_group(step);
	step_read_files(step);
	if (step->cancelled) {
		/* steps inside, and a built-in that was interrupted, have said so */
		bool said = step->inner.job || (step->builtin.cancelled && result == PLAN_FAILURE);

		result = PLAN_CANCELLED;
		if (!said)
			job_annotate(step->job, step->rec, "error", "The operation was canceled.");
	} else if (step->timed_out || step->failed)
		result = PLAN_FAILURE;
	finish(step, result);
}

void
step_fail(struct step *step, const struct wf_error *err)
{
	job_annotate_error(step->job, step->rec, err);
	step_settle(step, PLAN_FAILURE);
}

/* ---- its end before its time ---- */

static void
on_kill_timer(uv_timer_t *timer)
{
	struct step *step = timer->data;

	if (!step->running)
		return;
	/* INT and TERM go to the entry process alone, as GitHub's runner sends them; KILL to all */
	switch (step->kill) {
	case STEP_KILL_NONE:
		step->kill = STEP_KILL_INT;
		box_signal(step->job->box, &step->exec, SIGINT, false);
		uv_timer_start(timer, on_kill_timer, 7500, 0);
		return;
	case STEP_KILL_INT:
		step->kill = STEP_KILL_TERM;
		box_signal(step->job->box, &step->exec, SIGTERM, false);
		uv_timer_start(timer, on_kill_timer, 2500, 0);
		return;
	case STEP_KILL_TERM:
	case STEP_KILL_KILL:
		step->kill = STEP_KILL_KILL;
		box_signal(step->job->box, &step->exec, SIGKILL, true);
		return;
	}
	abort();
}

static void
open_timer(struct step *step)
{
	if (step->timer_open)
		return;
	uv_timer_init(&step->job->call->run->session->loop, &step->timer);
	step->timer.data = step;
	step->timer_open = true;
}

/* Ends what the step is doing, wherever that is. */
static void
stop_work(struct step *step)
{
	if (step->builtin.builtin) {
		step->builtin.cancelled = true;
	} else if (step->inner.job) {
		steps_cancel(&step->inner, false);
	} else if (step->running && step->kill == STEP_KILL_NONE) {
		open_timer(step);
		on_kill_timer(&step->timer);
	}
}

static void
on_timeout(uv_timer_t *timer)
{
	struct step *step = timer->data;

	step->timed_out = true;
	job_annotate(step->job, step->rec, "error",
	    "The action '%.*s' has timed out after %.0f minutes.", WF_ARG(step->name),
	    step->timeout_minutes);
	stop_work(step);
}

static void
start_timeout(struct step *step)
{
	struct wf_error err;

	if (!step->def->timeout_minutes)
		return;
	if (!expr_token_number(step->arena, step->def->timeout_minutes, &step->list->scope, 0,
	        &step->timeout_minutes, &err)) {
		job_annotate_error(step->job, step->rec, &err);
		return; /* reported, then as if there were none */
	}
	step->timeout_minutes = fmin(trunc(step->timeout_minutes), LONGEST_MINUTES);
	if (!(step->timeout_minutes > 0))
		return;
	open_timer(step);
	uv_timer_start(&step->timer, on_timeout, (uint64_t)(step->timeout_minutes * 60000), 0);
}

void
step_cancel(struct step *step, bool now)
{
	struct expr_value wanted;

	/* 5.9: asked again now that the job is cancelled; always() goes on */
	if (!now && expr_eval(step->arena, step->cond, &step->list->scope, &wanted, NULL) &&
	    expr_truthy(wanted))
		return;
	step->cancelled = true;
	if (now && step->inner.job)
		steps_cancel(&step->inner, true);
	else if (now && step->running && !step->builtin.builtin)
		box_signal(step->job->box, &step->exec, SIGINT, true);
	else
		stop_work(step);
}

/* ---- processes and scripts ---- */

const char *const *
step_environ(struct step *step, const struct expr_object *inputs)
{
	struct expr_value github = expr_object_get(step->list->contexts, WF_S("github"));
	const struct env_layers layers = {
		.context = step->env,
		.inputs = inputs,
		.state = step->stage ? step->stage->state : NULL,
		.github = github.object,
		.runner = step->job->runner_context,
		.service = offer_variables(step, inputs != NULL),
	};

	return env_process(step->arena, &step->job->env, &layers);
}

void
step_exec(struct step *step, const char *const *argv, const char *cwd,
    const struct expr_object *inputs)
{
	step->exec = (struct box_exec){
		.argv = argv,
		.env = step_environ(step, inputs),
		.cwd = cwd,
		.on_output = on_process_output,
		.on_end = on_process_end,
		.data = step,
	};
	step->running = true;
	box_exec(step->job->box, &step->exec);
}

static void
on_process_output(struct box_exec *exec, int stream, struct wf_str chunk)
{
	struct step *step = exec->data;

	wf_lines_feed(&step->lines[stream == 2], chunk);
}

static void
on_process_end(struct box_exec *exec, const struct box_end *end)
{
	struct step *step = exec->data;

	for (size_t i = 0; i < WF_COUNT(step->lines); i++)
		wf_lines_finish(&step->lines[i]);
	if (!end->started) {
		step_fail(step, &end->error);
		return;
	}
	step->exit_code = end->signal ? 128 + end->signal : end->status;
	if (step->exit_code != 0 && !step->cancelled && !step->timed_out)
		job_annotate(step->job, step->rec, "error", "Process completed with exit code %d.",
		    step->exit_code);
	step_settle(step, step->exit_code == 0 ? PLAN_SUCCESS : PLAN_FAILURE);
}

static bool
write_script(struct step *step, const char *name, struct wf_str body, struct wf_error *err)
{
	wf_auto(wf_close_fd) int fd = openat(step->job->temp_fd, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd < 0)
		return wf_fail_sys(err, errno, "%s", name);
	if (!wf_write_all(fd, body))
		return wf_fail_sys(err, errno, "%s", name);
	return true;
}

/* Step, else (for steps of the job itself) its defaults.run (6.4). */
static bool
evaluate_place(struct step *step, struct wf_str *shell, const char **cwd, struct wf_error *err)
{
	const struct step_def *def = step->def;
	const struct expr_scope *scope = &step->list->scope;
	const char *workspace = step->job->box->layout.workspace;
	struct wf_str folder;

	if (!expr_token_string(step->arena, def->shell, scope, shell, err) ||
	    !expr_token_string(step->arena, def->working_directory, scope, &folder, err))
		return false;
	if (!step->list->outer && !shell->n)
		*shell = step->job->default_shell;
	if (!step->list->outer && !folder.n)
		folder = step->job->default_directory;
	*cwd = folder.n ? wf_join(step->arena, workspace, wf_cstr(step->arena, folder)) : workspace;
	return true;
}

static bool
script_start(struct step *step, struct wf_error *err)
{
	struct job *job = step->job;
	struct script_request request = { .has_bash = job->has_bash };
	struct script script;
	struct wf_str name;
	const char *cwd;

	if (!expr_token_string(step->arena, step->def->run, &step->list->scope, &request.text,
	        err) ||
	    !evaluate_place(step, &request.shell, &cwd, err))
		return false;
	name = wf_strf(step->arena, "%u%s", ++job->nscripts, script_extension(request.shell));
	request.path = wf_strf(step->arena, "%s/%s", job->box->layout.temp, name.p).p;
	if (!script_build(step->arena, &request, &script, err) ||
	    !write_script(step, name.p, script.body, err))
		return false;
	step->files.script = name;
	step_say(step, RECORD_DEBUG, wf_strf(step->arena, "shell: %.*s", WF_ARG(script.shown)));
	step_exec(step, script.argv, cwd, NULL);
	return true;
}

/* ---- the way in ---- */

static bool
prepare(struct step *step, bool *wanted, struct wf_error *err)
{
	struct expr_value value;

	if (!evaluate_env(step, err))
		return false;
	if (!expr_eval(step->arena, step->cond, &step->list->scope, &value, err)) {
		if (step->kind == STAGE_MAIN && step->def->cond_source)
			err->pos = step->def->cond_source->pos;
		return false;
	}
	*wanted = expr_truthy(value);
	return true;
}

static void
skip(struct step *step)
{
	const struct expr_token *cond = step->def->cond_source;

	if (step->kind != STAGE_MAIN)
		step->reason = wf_strf(step->arena, "%s: %.*s",
		    step->kind == STAGE_PRE ? "pre-if" : "post-if",
		    WF_ARG(expr_source(step->cond)));
	else if (cond)
		step->reason = wf_strf(step->arena, "if: %.*s", WF_ARG(first_line(cond->source)));
	else
		step->reason = step->list->status == PLAN_CANCELLED
		                   ? WF_S("the job was cancelled")
		                   : WF_S("a step before has failed");
	finish(step, PLAN_SKIPPED);
}

static bool
start_work(struct step *step, struct wf_error *err)
{
	struct job *job = step->job;
	const struct files_place place = {
		.arena = job->arena,
		.dir = job->commands_fd,
		.temp = job->box->layout.temp,
	};
	struct expr_object *github = expr_object_get(step->list->contexts, WF_S("github")).object;

	if (!files_create(&step->files, &place, ++job->nfiles, github, err))
		return false;
	if (!step->list->outer)
		expr_object_set(job->github, WF_S("action"), expr_string(step->def->id));
	switch (step->def->kind) {
	case STEP_RUN: return script_start(step, err);
	case STEP_USES: uses_start(step); return true;
	case STEP_WAIT:
	case STEP_WAIT_ALL:
	case STEP_CANCEL:
	case STEP_PARALLEL: break; /* preflight refuses them */
	}
	abort();
}

void
step_start(struct steps *list, const struct step_order *order, void (*on_done)(struct step *step))
{
	struct step *step = step_new(list, order, on_done);
	struct wf_error err;
	bool wanted = false, prepared = order->left_out || prepare(step, &wanted, &err);

	evaluate_name(step);
	make_record(step);
	if (order->left_out) {
		step->reason = WF_S(SELECT_REASON);
		finish(step, PLAN_SKIPPED);
		return;
	}
	if (prepared && !wanted) {
		skip(step);
		return;
	}
	record_start(step);
	if (prepared)
		start_timeout(step);
	if (!prepared || !start_work(step, &err))
		step_fail(step, &err);
}
