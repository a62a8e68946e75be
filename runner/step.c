/* SPDX-License-Identifier: MIT */
/* step.c - the life of one step, in the order of semantics.md 6.2: its environment, name and
 * condition; then its work (a script in step_exec.c, an action in uses.c); then its command files
 * and its outcome. What it prints is the matter of step_output.c. */
#include "runner/step.h"

#include "model/step.h"
#include "runner/job.h"
#include "runner/scope.h"
#include "runner/session_state.h"
#include "runner/uses.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>

#define LONGEST_MINUTES 360.0 /* of a step's timeout, on GitHub's machines */

static void
on_line(void *data, struct wf_str line, bool begins)
{
	struct step *step = data;

	if (begins)
		step_line(step, line);
	else
		step_say(step, RECORD_LINE, line); /* no command stands within a line */
}

/* A secret is in one piece of a line, or it would not be found. */
static size_t
on_cut(void *data, struct wf_str text, size_t at)
{
	const struct step *step = data;

	return mask_cut(step->job->mask, text, at);
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
	step->hashes.arena = arena;
	step->hashes.box = job->box;
	step->outputs = expr_object_new(job->arena);
	step->exit_code = -1;
	step->on_done = on_done;
	step->reader.echo = job->debug;
	step->contexts = list->contexts;
	step->scope = list->scope;
	step->changes = &job->env;
	for (size_t i = 0; i < WF_COUNT(step->lines); i++) {
		step->lines[i].on_line = on_line;
		step->lines[i].cut = on_cut;
		step->lines[i].data = step;
	}
	step->started = record_now(job->call->run->session->record);
	list->current = step;
	return step;
}

struct step_end
step_end(const struct step *step)
{
	return (struct step_end){
		.def = step->def,
		.outputs = step->outputs,
		.outcome = step->outcome,
		.conclusion = step->conclusion,
	};
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

void
step_ask_hashes(struct step *step)
{
	step->hashes.asking = true;
	step->list->hashes = &step->hashes;
}

static bool
in_background(const struct step *step)
{
	return step->def->background && step->kind == STAGE_MAIN;
}

struct expr_object *
step_github(const struct step *step)
{
	return expr_object_get(step->contexts, WF_S("github")).object;
}

/* What a background step sees is what it has seen at its place: env, and a github context of its
 * own, so that the files and names of steps that run beside it are not in it (10.2). */
static void
part_contexts(struct step *step)
{
	struct expr_object *github = scope_copy(step->arena, step_github(step));

	step->contexts = scope_copy(step->arena, step->contexts);
	step->scope.contexts = step->contexts;
	expr_object_set(step->contexts, WF_S("github"), expr_object_value(github));
}

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
	if (step->def->env || list->outer || in_background(step)) {
		step->env = scope_copy(step->arena, job->env.values);
		merge_outer_env(step->env, list->outer);
	}
	expr_object_set(step->contexts, WF_S("env"), expr_object_value(step->env));
	if (!uses_scope(step, err))
		return false;
	if (!step->def->env)
		return true;
	if (!scope_env_map(step->arena, step->def->env, &step->scope, &step->own_env, err))
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

/* Of a step without `name:`; NULL for one that is named after what it runs. */
static const char *
control_name(enum step_kind kind)
{
	switch (kind) {
	case STEP_RUN:
	case STEP_USES: return NULL;
	case STEP_WAIT: return "Wait";
	case STEP_WAIT_ALL: return "Wait for all";
	case STEP_CANCEL: return "Cancel";
	case STEP_PARALLEL: return "Parallel group";
	}
	abort();
}

static struct wf_str
main_name(struct step *step)
{
	const struct step_def *def = step->def;
	const struct expr_token *token = def->name ? def->name : def->run;
	struct wf_str text;

	if (!def->name && step_controls(def))
		return wf_str(control_name(def->kind));
	if (!def->name && def->kind == STEP_USES)
		return wf_strf(step->arena, "Run %.*s", WF_ARG(def->uses));
	if (!expr_token_string(step->arena, token, &step->scope, &text, NULL))
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
	rec->background = in_background(step);
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

/* continue-on-error of a failed step; an error in it is reported and counts as false. It forgives
 * what a step does, not what hinders it to begin, and GitHub's runner does not read that of a wait.
 */
static bool
may_fail(struct step *step)
{
	struct wf_error err;
	bool may;

	if (step->broken || step_controls(step->def))
		return false;
	if (!expr_token_bool(step->arena, step->def->continue_on_error, &step->scope, false, &may,
	        &err)) {
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

static void finish(struct step *step, enum plan_result outcome);

static void
finish_again(void *data)
{
	struct step *step = data;

	finish(step, step->outcome);
}

/* Whether the step ends later: what a cancel has asked for is still being hashed, or its
 * continue-on-error asks for a hash. */
static bool
ends_later(struct step *step)
{
	if (step->hashes.request) {
		step->over = true;
		hashes_stop(&step->hashes);
		return true;
	}
	if (step->outcome != PLAN_FAILURE || !step->def->continue_on_error)
		return false;
	step_ask_hashes(step);
	hashes_look(step->arena, step->def->continue_on_error, &step->scope);
	return hashes_wait(&step->hashes, finish_again, step);
}

static void
finish(struct step *step, enum plan_result outcome)
{
	if (step->timer_open)
		uv_timer_stop(&step->timer);
	step->outcome = outcome;
	step->conclusion = outcome;
	if (ends_later(step))
		return;
	if (outcome == PLAN_FAILURE && may_fail(step))
		step->conclusion = PLAN_SUCCESS;
	if (step->list->hashes == &step->hashes)
		step->list->hashes = NULL;
	files_remove(&step->files);
	if (!step->list->outer)
		record_end(step);
	else if (outcome != PLAN_SKIPPED)
		step_say(step, RECORD_ENDGROUP, WF_S(""));
	step->on_done(step);
}

/* Why it was stopped, in the words of GitHub's runner. */
static void
say_stopped(struct step *step, enum plan_result result)
{
	bool said = step->inner.job ||
	            (step->cancelled && step->builtin.cancelled && result == PLAN_FAILURE);

	if (said) {
		return; /* by the steps inside, or by a built-in that was interrupted */
	} else if (step->timed_out && !step->cancelled && step->list->expired)
		job_annotate(step->job, step->rec, "error", "The action has timed out.");
	else if (step->timed_out && !step->cancelled)
		job_annotate(step->job, step->rec, "error",
		    "The %s '%.*s' has timed out after %.0f minutes.",
		    step->member ? "background step" : "action", WF_ARG(step->name),
		    step->timeout_minutes);
	else if (step->cancelled && !step->member)
		job_annotate(step->job, step->rec, "error", "The operation was canceled.");
}

void
step_settle(struct step *step, enum plan_result result)
{
	step->running = false;
	step_close_group(step);
	step_read_files(step);
	say_stopped(step, result);
	if (!step->broken)
		step_debug(step, "%s: %.*s", step->list->outer ? "Finished" : "Finishing",
		    WF_ARG(step->name));
	if (step->cancelled)
		result = PLAN_CANCELLED;
	else if (step->timed_out || step->failed)
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
	hashes_stop(&step->hashes);
	if (step->bring) {
		bring_cancel(step->bring);
	} else if (step->builtin.builtin) {
		step->builtin.cancelled = true;
	} else if (step->inner.job) {
		steps_cancel(&step->inner, false);
	} else if (step->running && step->kill == STEP_KILL_NONE) {
		open_timer(step);
		on_kill_timer(&step->timer);
	}
}

void
step_expire(struct step *step)
{
	step->timed_out = true;
	if (step->inner.job)
		steps_expire(&step->inner);
	else
		stop_work(step);
}

static void
on_timeout(uv_timer_t *timer)
{
	step_expire(timer->data);
}

/* GitHub's runner does not report it of a step in the background. */
static void
report_timeout_error(struct step *step, const struct wf_error *err)
{
	if (step->member)
		return;
	job_annotate(step->job, step->rec, "error",
	    "An error occurred when attempting to determine the step timeout.");
	job_annotate_error(step->job, step->rec, err);
}

static void
start_timeout(struct step *step)
{
	struct wf_error err;

	if (!step->def->timeout_minutes)
		return;
	if (!expr_token_number(step->arena, step->def->timeout_minutes, &step->scope, 0,
	        &step->timeout_minutes, &err)) {
		report_timeout_error(step, &err);
		return; /* as if there were none */
	}
	step->timeout_minutes = fmin(trunc(step->timeout_minutes), LONGEST_MINUTES);
	if (!(step->timeout_minutes > 0))
		return;
	open_timer(step);
	uv_timer_start(&step->timer, on_timeout, (uint64_t)(step->timeout_minutes * 60000), 0);
}

static bool
is_queued(const struct step *step)
{
	return step->member && step->member->state == BACKGROUND_QUEUED;
}

/* A background step that has not got a place yet. */
static void
give_up(struct step *step)
{
	step->reason = WF_S("cancelled before it could start");
	finish(step, PLAN_CANCELLED);
}

void
step_stop(struct step *step)
{
	step->cancelled = true;
	if (is_queued(step))
		give_up(step);
	else
		stop_work(step);
}

static void
cancel_again(void *data)
{
	struct step *step = data;

	if (step->over)
		finish(step, step->outcome);
	else if (!step->cancelled)
		step_cancel(step, false);
}

/* 5.9: asked again now that the job is cancelled; always() goes on. The answer may have to wait. */
static bool
is_kept(struct step *step)
{
	bool asks = !step->hashes.request;
	struct expr_value wanted;
	bool known;

	if (asks)
		step_ask_hashes(step);
	known = expr_eval(step->arena, step->cond, &step->scope, &wanted, NULL);
	if (asks && hashes_wait(&step->hashes, cancel_again, step))
		return true;
	return known && expr_truthy(wanted);
}

void
step_cancel(struct step *step, bool now)
{
	if (!now && is_kept(step))
		return;
	step->cancelled = true;
	if (is_queued(step))
		give_up(step);
	else if (now && step->bring)
		bring_cancel(step->bring);
	else if (now && step->inner.job)
		steps_cancel(&step->inner, true);
	else if (now && step->running && !step->builtin.builtin)
		box_signal(step->job->box, &step->exec, SIGINT, true);
	else
		stop_work(step);
}

/* ---- the way in ---- */

static bool
prepare(struct step *step, bool *wanted, struct wf_error *err)
{
	struct expr_value value;

	if (in_background(step))
		part_contexts(step);
	if (!step->list->outer && !step_controls(step->def))
		expr_object_set(step_github(step), WF_S("action"), expr_string(step->def->id));
	if (!evaluate_env(step, err))
		return false;
	if (!expr_eval(step->arena, step->cond, &step->scope, &value, err)) {
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
make_files(struct step *step, struct wf_error *err)
{
	struct job *job = step->job;
	const struct files_place place = {
		.arena = job->arena,
		.dir = job->commands_fd,
		.temp = job->box->layout.temp,
	};

	return files_create(&step->files, &place, ++job->nfiles, step_github(step), err);
}

static bool
start_work(struct step *step, struct wf_error *err)
{
	switch (step->def->kind) {
	case STEP_RUN:
		uses_no_identity(step);
		return make_files(step, err) && step_script(step, err);
	case STEP_USES:
		if (!make_files(step, err))
			return false;
		uses_start(step);
		return true;
	case STEP_WAIT:
	case STEP_WAIT_ALL:
	case STEP_CANCEL:
	case STEP_PARALLEL: background_control(&step->job->background, step); return true;
	}
	abort();
}

/* The step fails before it has begun (6.2): the job fails, whatever continue-on-error says. */
static void
break_off(struct step *step, const struct wf_error *err)
{
	record_start(step);
	step->broken = true;
	step_fail(step, err);
}

/* What GitHub's runner says of a step while it is debugged. */
static void
say_begin(struct step *step)
{
	wf_auto(wf_buf_release) struct wf_buf cond = WF_BUF_INIT;

	if (!step->job->debug)
		return;
	expr_print(&cond, step->cond);
	step_debug(step, "Evaluating condition for step: '%.*s'", WF_ARG(step->name));
	step_debug(step, "Evaluating: %.*s", WF_ARG(wf_buf_str(&cond)));
	step_debug(step, "Result: true");
	step_debug(step, "Starting: %.*s", WF_ARG(step->name));
}

/* Evaluates ahead what the work will evaluate, where that asks for hashFiles(). */
static void
look_ahead(struct step *step)
{
	const struct step_def *def = step->def;
	const struct expr_token *const tokens[] = { def->timeout_minutes, def->run, def->shell,
		def->working_directory, def->with };

	for (size_t i = 0; i < WF_COUNT(tokens); i++)
		hashes_look(step->arena, tokens[i], &step->scope);
}

/* It was told to end while its expressions waited for hashFiles(). */
static bool
is_cancelled_ahead(struct step *step)
{
	if (!step->cancelled)
		return false;
	record_start(step);
	step_settle(step, PLAN_CANCELLED);
	return true;
}

/* Evaluates what the work needs, and starts it once hashFiles() has answered all of it. */
static void
begin(void *data)
{
	struct step *step = data;
	struct wf_error err;

	if (is_cancelled_ahead(step))
		return;
	step_ask_hashes(step);
	look_ahead(step);
	if (hashes_wait(&step->hashes, begin, step))
		return;
	record_start(step);
	say_begin(step);
	if (step->list->expired) {
		step->timed_out = true;
		step_settle(step, PLAN_FAILURE);
		return;
	}
	start_timeout(step);
	if (!start_work(step, &err))
		step_fail(step, &err);
}

void
step_begin(struct step *step)
{
	if (step->member) /* it may have waited for a place */
		step->started = record_now(step->job->call->run->session->record);
	step->reader.allow_unsecure = step_env_says(step,
	    "ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS");
	begin(step);
}

/* Nothing outlasts this but the step's own memory until hashFiles() has answered all of it. */
static void
consider(void *data)
{
	struct step *step = data;
	struct steps *list = step->list;
	struct wf_error err;
	bool wanted = true, prepared;

	step_ask_hashes(step);
	prepared = prepare(step, &wanted, &err);
	evaluate_name(step);
	if (!step->cancelled && hashes_wait(&step->hashes, consider, step))
		return;
	list->hashes = NULL;
	make_record(step);
	if (!prepared && !step->cancelled) {
		break_off(step, &err);
	} else if (prepared && !wanted) {
		skip(step);
	} else if (in_background(step) && step->job->facts.cancelled) {
		give_up(step); /* GitHub's runner gives it no place any more, not even for always()
		                */
	} else if (in_background(step) && !step->cancelled) {
		list->current = NULL; /* the list goes on */
		background_add(&step->job->background, step);
		steps_advance(list);
	} else {
		step_begin(step);
	}
}

/* Not among the steps that the user asked for. */
static void
leave_out(struct step *step)
{
	step_ask_hashes(step); /* a name is not worth a hash here */
	evaluate_name(step);
	step->list->hashes = NULL;
	make_record(step);
	step->reason = WF_S(SELECT_REASON);
	finish(step, PLAN_SKIPPED);
}

void
step_start(struct steps *list, const struct step_order *order, void (*on_done)(struct step *step))
{
	struct step *step = step_new(list, order, on_done);

	if (order->left_out)
		leave_out(step);
	else
		consider(step);
}
