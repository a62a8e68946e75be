/* SPDX-License-Identifier: MIT */
/* run.c - calls and their nodes: each is decided when its needs are done, its jobs are made, and
 * their results merged. Jobs that call a reusable workflow get a call of their own below them. */
#include "runner/run.h"

#include "event/chain.h"
#include "plan/reuse.h"
#include "runner/environment.h"
#include "runner/job.h"
#include "runner/job_limits.h"
#include "runner/scope.h"
#include "runner/session_state.h"

static void call_begin(struct call *call);
static void call_advance(struct call *call);

static struct plan_state
state_of(const struct call *call)
{
	return (struct plan_state){
		.plan = call->plan,
		.results = call->results,
		.outputs = call->outputs,
		.contexts = call->contexts,
		.cancelled = call->cancelled,
	};
}

static void
select_parts(struct call *call)
{
	const struct select *select = call->run->session->options->select;
	const struct job *caller = call->caller;
	enum select_part around = SELECT_PART;

	if (!select || call->run->depth > 0)
		return;
	if (caller)
		around = caller->call->parts[caller->plan.node->index];
	call->parts = select_jobs(call->run->arena, select, call->plan->wf,
	    caller ? call->id_prefix : WF_S(""), around);
}

static struct call *
call_new(struct run *run, struct job *caller, const struct workflow *wf)
{
	struct call *call = wf_new(run->arena, struct call);

	call->run = run;
	call->caller = caller;
	call->plan = plan_new(run->arena, wf);
	call->nodes = wf_new_array(run->arena, call->plan->n, struct run_node);
	call->results = wf_new_array(run->arena, call->plan->n, enum plan_result);
	call->outputs = wf_new_array(run->arena, call->plan->n, struct expr_value);
	for (size_t i = 0; i < call->plan->n; i++)
		call->outputs[i] = expr_object_value(expr_object_new(run->arena));
	call->contexts = expr_object_new(run->arena);
	if (caller) {
		call->id_prefix = wf_strf(run->arena, "%.*s/", WF_ARG(caller->rec->id));
		call->name_prefix = wf_strf(run->arena, "%.*s / ", WF_ARG(caller->rec->name));
	}
	select_parts(call);
	return call;
}

/* ---- the end of a node, a call, a run ---- */

/* The `jobs` context of `on.workflow_call.outputs` (3.6). */
static struct expr_object *
jobs_context(const struct call *call)
{
	struct wf_arena *arena = call->run->arena;
	struct expr_object *jobs = expr_object_new(arena);

	for (size_t i = 0; i < call->plan->n; i++) {
		struct expr_object *job = expr_object_new(arena);

		expr_object_set(job, WF_S("result"),
		    expr_cstring(plan_result_name(call->results[i])));
		expr_object_set(job, WF_S("outputs"), call->outputs[i]);
		expr_object_set(jobs, call->plan->nodes[i].def->id, expr_object_value(job));
	}
	return jobs;
}

static void
finish_caller(struct call *call, enum plan_result result)
{
	struct job *caller = call->caller;
	const struct expr_scope scope = { .contexts = call->contexts };
	struct wf_str reason = { NULL, 0 };
	struct wf_error err;

	expr_object_set(call->contexts, WF_S("jobs"), expr_object_value(jobs_context(call)));
	if (!reuse_outputs(call->run->arena, call->plan->wf, &scope, &caller->outputs, &err)) {
		caller->outputs = expr_object_new(call->run->arena);
		job_annotate_error(caller, NULL, &err);
		result = PLAN_FAILURE;
		reason = wf_str_dup(call->run->arena, wf_str(err.msg));
	}
	job_finish(caller, result, reason);
	sched_leave(call->run->session->sched, &caller->slot);
}

static void
finish_call(struct call *call)
{
	struct run *run = call->run;
	enum plan_result result = plan_conclusion(call->results, call->plan->n, call->cancelled);

	claims_leave(&call->claim);
	if (call->caller) {
		finish_caller(call, result);
		return;
	}
	run->result = result;
	session_run_done(run->session, run);
}

/* 5.4: a later instance overwrites what it has a value for. */
static void
merge_outputs(struct expr_object *into, const struct expr_object *from)
{
	for (size_t i = 0; i < from->n; i++)
		if (!(from->pairs[i].value.kind == EXPR_STRING && !from->pairs[i].value.string.n))
			expr_object_set(into, from->pairs[i].key, from->pairs[i].value);
}

static void
cancel_job(struct job *job, struct wf_str reason, bool now)
{
	if (job->counted != PLAN_PENDING)
		return;
	if (job->callee)
		call_cancel(job->callee, reason, now);
	else
		job_cancel(job, reason, now);
}

/* 5.9: jobs whose condition still holds, always() for one, are not told to stop. */
static bool
goes_on(const struct call *call, size_t index)
{
	const struct plan_state state = state_of(call);
	struct wf_str reason;
	struct wf_error err;
	bool wanted;

	return call->nodes[index].njobs && call->results[index] == PLAN_PENDING &&
	       plan_wanted(call->run->arena, &state, index, &wanted, &reason, &err) && wanted;
}

/* Who waits for the end of a cancelled run wants to know for whom. */
static void
note_going_on(const struct call *call, size_t index)
{
	const struct job_def *def = call->plan->nodes[index].def;
	struct run *run = call->run;

	session_note(run->session, RECORD_NOTE, run->rec,
	    def->cond_source ? def->cond_source->pos : def->pos,
	    wf_strf(run->arena, "job '%.*s%.*s' is not told to stop: its 'if' still holds",
	        WF_ARG(call->id_prefix), WF_ARG(def->id)));
}

/* 5.6: the first failure of a matrix cancels what is left of it. */
static void
fail_fast(struct run_node *node, const struct job *failed)
{
	for (size_t i = 0; i < node->njobs; i++)
		if (node->jobs[i] != failed)
			cancel_job(node->jobs[i],
			    wf_strf(failed->call->run->arena, "'%.*s' failed (fail-fast)",
			        WF_ARG(failed->rec->name)),
			    false);
}

/* 5.3. Legs that a cancel met next to others that were done have not failed: the job is cancelled.
 */
static enum plan_result
node_result(const struct call *call, const struct run_node *node)
{
	enum plan_result merged = PLAN_PENDING;
	bool failed = false;

	for (size_t i = 0; i < node->njobs; i++) {
		merged = plan_merge(merged, node->jobs[i]->counted);
		failed = failed || node->jobs[i]->counted == PLAN_FAILURE;
	}
	return merged == PLAN_FAILURE && call->cancelled && !failed ? PLAN_CANCELLED : merged;
}

void
call_job_done(struct call *call, struct job *job)
{
	size_t index = job->plan.node->index;
	struct run_node *node = &call->nodes[index];

	node->ndone++;
	claims_leave(&job->claim);
	merge_outputs(call->outputs[index].object, job->outputs);
	if (job->counted == PLAN_FAILURE && job->plan.fail_fast)
		fail_fast(node, job);
	if (node->ndone < node->njobs || call->results[index] != PLAN_PENDING)
		return; /* the latter: fail-fast has ended the node from within */
	call->results[index] = node_result(call, node);
	call->ndone++;
	call_advance(call);
}

/* ---- the beginning of a node ---- */

static void
set_jobs(struct call *call, size_t index, const struct plan_job *plans, size_t n)
{
	struct run_node *node = &call->nodes[index];

	node->jobs = wf_new_array(call->run->arena, n, struct job *);
	node->njobs = n;
	node->group.limit = plans[0].max_parallel;
	for (size_t i = 0; i < n; i++)
		node->jobs[i] = job_new(call, &plans[i]);
}

/* A node that ends before it has instances stands in the record as one job. */
static void
finish_early(struct call *call, size_t index, enum plan_result result, struct wf_str reason)
{
	const struct job_def *def = call->plan->nodes[index].def;
	const struct plan_job plan = {
		.node = &call->plan->nodes[index],
		.total = 1,
		.name = def->name ? def->name->source : def->id,
	};

	set_jobs(call, index, &plan, 1);
	job_finish(call->nodes[index].jobs[0], result, reason);
}

static void
fail_early(struct call *call, size_t index, const struct wf_error *err)
{
	finish_early(call, index, PLAN_FAILURE, wf_str_dup(call->run->arena, wf_str(err->msg)));
}

static bool
open_called(struct job *job, struct wf_error *err)
{
	struct run *run = job->call->run;
	const struct session_call called = {
		.uses = job->def->uses,
		.pos = job->def->uses_pos,
		.files = run->files,
		.from = job->call->from,
	};
	const struct actions_tree *from;
	const struct workflow *wf = session_called(run->session, &called, &from, err);
	const struct expr_scope caller = { .contexts = scope_node(run->arena, job) };
	const struct reuse_call passed = { .job = job->def, .callee = wf, .caller = &caller };
	struct expr_object *inputs, *secrets;
	struct call *callee;

	if (!wf)
		return false;
	callee = call_new(run, job, wf);
	callee->from = from;
	/* 4.9: github and vars are the caller's, all else passes by declaration */
	expr_object_set(callee->contexts, WF_S("github"),
	    expr_object_get(job->call->contexts, WF_S("github")));
	expr_object_set(callee->contexts, WF_S("vars"),
	    expr_object_get(job->call->contexts, WF_S("vars")));
	const struct expr_scope defaults = { .contexts = callee->contexts };
	if (!reuse_inputs(run->arena, &passed, &defaults, &inputs, err) ||
	    !reuse_secrets(run->arena, &passed, &secrets, err))
		return false;
	expr_object_set(callee->contexts, WF_S("inputs"), expr_object_value(inputs));
	expr_object_set(callee->contexts, WF_S("secrets"), expr_object_value(secrets));
	job->callee = callee;
	return true;
}

/* An error that ends a job before it could start. */
static void
fail_job(struct job *job, const struct wf_error *err)
{
	job->continue_on_error = false; /* that is for jobs which run */
	job_annotate_error(job, NULL, err);
	job_finish(job, PLAN_FAILURE, wf_str_dup(job->call->run->arena, wf_str(err->msg)));
}

static void
on_call_admitted(struct sched_item *item)
{
	struct job *job = WF_OWNER(item, struct job, slot);
	struct wf_error err;

	if (open_called(job, &err)) {
		call_begin(job->callee);
		return;
	}
	fail_job(job, &err);
	sched_leave(job->call->run->session->sched, &job->slot);
}

/* max-parallel counts calls, too (5.6). */
static void
queue_call(struct job *job)
{
	job->slot.admit = on_call_admitted;
	job->slot.group = &job->call->nodes[job->plan.node->index].group;
	job->slot.slotless = true;
	sched_enter(job->call->run->session->sched, &job->slot);
}

static void
on_job_granted(struct claim *claim)
{
	struct job *job = WF_OWNER(claim, struct job, claim);
	struct wf_str label;
	struct wf_error err;

	if (job->call->cancelled && !goes_on(job->call, job->plan.node->index)) {
		/* who held the group left it because all are being cancelled */
		cancel_job(job, job->call->cancel_reason, false);
	} else if (job->def->uses.n) {
		queue_call(job);
	} else if (!job_foreign_label(job, &label, &err)) {
		fail_job(job, &err);
	} else if (label.n) {
		job_finish(job, PLAN_SKIPPED,
		    wf_strf(job->call->run->arena, "runs-on: '%.*s' is not a Linux runner",
		        WF_ARG(label)));
	} else {
		job_start(job);
	}
}

static void
on_job_evicted(struct claim *claim, struct wf_str reason)
{
	struct job *job = WF_OWNER(claim, struct job, claim);

	cancel_job(job, reason, false);
}

static void
start_job(struct job *job)
{
	struct run *run = job->call->run;
	const struct expr_scope scope = { .contexts = scope_node(run->arena, job) };
	struct claims_wish wish;
	struct wf_error err;

	job->claim.grant = on_job_granted;
	job->claim.evict = on_job_evicted;
	job->claim.outer = &job->call->claim;
	job->claim.name = job->rec->name;
	if (!environment_choose(job, &err) || !job_limits_read(job, &err)) {
		fail_job(job, &err);
	} else if (!claims_read(run->arena, job->def->concurrency, &scope, &wish, &err)) {
		job_fail_key(job, "concurrency", &err);
		fail_job(job, &err);
	} else {
		claims_enter(run->session->claims, &job->claim, &wish);
	}
}

/* Leaves the legs that are selected. */
static size_t
keep_legs(struct call *call, struct plan_job *plans, size_t n)
{
	return call->parts
	           ? select_legs(call->run->arena, call->run->session->options->select, plans, n)
	           : n;
}

static void
decide(struct call *call, size_t index)
{
	struct wf_arena *arena = call->run->arena;
	const struct plan_state state = state_of(call);
	struct run_node *node = &call->nodes[index];
	struct wf_str reason = { NULL, 0 };
	struct plan_job *plans = NULL;
	struct wf_error err;
	bool wanted = false;
	size_t n = 0;

	node->decided = true;
	if (call->stopped) {
		finish_early(call, index, PLAN_CANCELLED, call->cancel_reason);
	} else if (call->parts && call->parts[index] == SELECT_NONE) {
		finish_early(call, index, PLAN_SKIPPED, WF_S(SELECT_REASON));
	} else if (!plan_wanted(arena, &state, index, &wanted, &reason, &err) ||
	           (wanted && !plan_expand(arena, &state, index, &plans, &n, &err))) {
		fail_early(call, index, &err);
	} else if (!wanted) {
		finish_early(call, index, PLAN_SKIPPED, reason);
	} else if ((n = keep_legs(call, plans, n)) == 0) {
		finish_early(call, index, PLAN_SKIPPED, WF_S(SELECT_NO_LEG));
	} else {
		set_jobs(call, index, plans, n);
		for (size_t i = 0; i < n; i++)
			if (node->jobs[i]->counted == PLAN_PENDING) /* fail-fast was faster */
				start_job(node->jobs[i]);
	}
}

static bool
is_ready(const struct call *call, size_t index)
{
	const struct plan_node *node = &call->plan->nodes[index];

	if (call->nodes[index].decided)
		return false;
	for (size_t i = 0; i < node->nneeds; i++)
		if (call->results[node->needs[i]] == PLAN_PENDING)
			return false;
	return true;
}

static void
call_advance(struct call *call)
{
	bool again = true;

	if (call->advancing || call->claim.state == CLAIM_WAITS)
		return; /* a node ended while it was being decided; the loop below goes on */
	call->advancing = true;
	while (again) {
		again = false;
		for (size_t i = 0; i < call->plan->n; i++)
			if (is_ready(call, i)) {
				decide(call, i);
				again = true;
			}
	}
	call->advancing = false;
	if (call->ndone == call->plan->n && !call->finished) {
		call->finished = true;
		finish_call(call);
	}
}

static void
on_call_granted(struct claim *claim)
{
	struct call *call = WF_OWNER(claim, struct call, claim);

	if (!call->caller && call->run->session->cancelled)
		call_cancel(call, WF_S("the run was cancelled"), true); /* it never started */
	else
		call_advance(call);
}

static void
on_call_evicted(struct claim *claim, struct wf_str reason)
{
	struct call *call = WF_OWNER(claim, struct call, claim);

	/* one that never started starts nothing, not even always() */
	call_cancel(call, reason, claim->state == CLAIM_NONE);
}

/* Starts a call as soon as the concurrency group of its file is free. */
static void
call_begin(struct call *call)
{
	const struct expr_scope scope = { .contexts = call->contexts };
	struct claims_wish wish;
	struct wf_error err;

	call->claim.grant = on_call_granted;
	call->claim.evict = on_call_evicted;
	if (call->caller) {
		call->claim.outer = &call->caller->claim;
		call->claim.name = call->caller->rec->name;
		call->claim.called = true;
	}
	if (claims_read(call->run->arena, call->plan->wf->concurrency, &scope, &wish, &err)) {
		claims_enter(call->run->session->claims, &call->claim, &wish);
		return;
	}
	session_note(call->run->session, RECORD_NOTE, call->run->rec, err.pos,
	    wf_str_dup(call->run->arena, wf_str(err.msg)));
	call_cancel(call, WF_S("concurrency cannot be evaluated"), true);
}

static void
cancel_node(struct call *call, size_t index, struct wf_str reason, bool now)
{
	const struct run_node *node = &call->nodes[index];

	if (!now && goes_on(call, index)) {
		note_going_on(call, index);
		return;
	}
	for (size_t i = 0; i < node->njobs; i++)
		cancel_job(node->jobs[i], reason, now);
}

void
call_cancel(struct call *call, struct wf_str reason, bool now)
{
	bool advancing = call->advancing;

	if (call->finished)
		return;
	call->cancelled = true;
	call->cancel_reason = reason;
	/* one that never started starts nothing, not even always() */
	if (now || call->claim.state == CLAIM_WAITS)
		call->stopped = true;
	if (call->claim.state == CLAIM_WAITS)
		claims_leave(&call->claim);
	call->advancing = true; /* what follows is decided when all have been told */
	for (size_t i = 0; i < call->plan->n; i++)
		cancel_node(call, i, reason, now);
	call->advancing = advancing;
	call_advance(call);
}

/* ---- the run ---- */

/* 1.1: `run-name`, else what the event is about. */
static struct wf_str
title_of(struct run *run)
{
	const struct expr_scope scope = { .contexts = run->root->contexts };
	struct expr_value payload = expr_object_value(run->event->payload);
	struct wf_str title = { NULL, 0 };

	if (run->wf->run_name)
		expr_token_string(run->arena, run->wf->run_name, &scope, &title, NULL);
	if (!wf_str_trim(title).n && wf_str_is(run->event->name, "push"))
		title = expr_path_str(run->arena, payload, "head_commit.message");
	if (!wf_str_trim(title).n && wf_str_starts(run->event->name, WF_S("pull_request")))
		title = expr_path_str(run->arena, payload, "pull_request.title");
	if (!wf_str_trim(title).n)
		title = run->wf->name;
	title = wf_str_trim(title);
	return wf_str_cut(&title, '\n');
}

static void
make_record(struct run *run, const struct run *parent)
{
	struct record_run *rec = wf_new(run->arena, struct record_run);

	*rec = (struct record_run){
		.id = run->facts.run_id,
		.number = ++run->session->nruns,
		.parent = parent ? parent->rec->number : 0,
		.workflow = run->wf->name,
		.path = run->wf->path,
		.event = run->event->name,
		.ref = run->event->ref,
		.sha = run->event->sha,
		.title = title_of(run),
	};
	if (wf_str_is(run->event->name, "workflow_run"))
		rec->head_branch = run->event->filter_name;
	run->rec = rec;
}

static struct expr_object *
secrets_context(struct run *run)
{
	const struct expr_object *given = run->session->options->secrets;
	struct expr_object *secrets = expr_object_new(run->arena);

	scope_overlay(secrets, given);
	if (!expr_object_find(secrets, WF_S("GITHUB_TOKEN")))
		expr_object_set(secrets, WF_S("GITHUB_TOKEN"), expr_string(WF_S(RUN_DUMMY_TOKEN)));
	return secrets;
}

/* workflow_dispatch: what was given, checked, with the defaults of the rest (4.7). */
static bool
read_inputs(struct run *run, struct expr_object **inputs, struct wf_error *err)
{
	const struct when_event *when = when_find(run->wf->on, run->event->name);

	*inputs = expr_object_new(run->arena);
	if (!when || !wf_str_is(run->event->name, "workflow_dispatch"))
		return true;
	if (!event_inputs(run->arena, run->event, when, inputs, err))
		return false;
	run->facts.inputs = *inputs;
	return true;
}

/* 5.11: the number counts the runs of the file. */
static void
take_numbers(struct run *run, const struct run *parent)
{
	struct session *session = run->session;
	struct runs_run row = {
		.id = session->run_id_base + session->nruns + 1,
		.attempt = run->facts.run_attempt,
		.parent = parent ? parent->facts.run_id : 0,
		.workflow = run->wf->name,
		.path = run->wf->path,
		.event = run->event->name,
		.ref = run->event->ref,
		.head_branch = chain_head_branch(run->event),
		.head_sha = chain_head_sha(run->arena, run->event),
		.status = WF_S("queued"),
		.created = run->created,
		.updated = run->created,
	};

	ledger_begin(session->ledger, &row);
	run->facts.run_id = row.id;
	run->facts.run_number = row.number;
}

static bool
make_contexts(struct run *run, const struct run *parent, struct wf_error *err)
{
	struct session *session = run->session;
	struct expr_object *contexts = run->root->contexts, *vars = session->options->vars;
	struct expr_object *inputs, *github;
	wf_auto(wf_buf_release) struct wf_buf json = WF_BUF_INIT;

	if (!read_inputs(run, &inputs, err))
		return false;
	take_numbers(run, parent);
	github = event_github(run->arena, run->event, &session->facts, &run->facts);
	expr_json_pretty(&json, expr_object_get(github, WF_S("event")));
	run->event_json = wf_str_dup(run->arena, wf_buf_str(&json));
	expr_object_set(contexts, WF_S("github"), expr_object_value(github));
	expr_object_set(contexts, WF_S("inputs"), expr_object_value(inputs));
	expr_object_set(contexts, WF_S("vars"),
	    expr_object_value(vars ? vars : expr_object_new(run->arena)));
	expr_object_set(contexts, WF_S("secrets"), expr_object_value(secrets_context(run)));
	return true;
}

/* The ref of the file that a run executes: the default branch for what wakes there, else the
 * event's own (4.1). */
static struct wf_str
file_ref(const struct run *run)
{
	if (run->depth)
		return wf_strf(run->arena, "refs/heads/%.*s",
		    WF_ARG(run->session->facts.default_branch));
	return run->event->ref;
}

struct run *
run_new(struct session *session, const struct run_cause *cause, const struct run *parent,
    struct wf_error *err)
{
	struct run *run = wf_new(session->arena, struct run);

	run->session = session;
	run->arena = session->arena;
	run->wf = cause->wf;
	run->event = cause->event;
	run->files = cause->files;
	run->mask = session->mask;
	run->depth = parent ? parent->depth + 1 : 0;
	run->created = record_now(session->record);
	run->facts = (struct event_run){
		.workflow = run->wf->name,
		.workflow_path = run->wf->path,
		.cron = cause->cron,
		.run_attempt = 1,
		.workflow_ref_branch = file_ref(run),
		.workflow_sha = run->event->sha,
	};
	run->root = call_new(run, NULL, run->wf);
	if (!make_contexts(run, parent, err))
		return NULL;
	make_record(run, parent);
	return run;
}

/* GitHub shows a run of a file that it refuses: without jobs, and failed at once. */
static void
fail_start(struct run *run, const struct session_problems *problems)
{
	struct session *session = run->session;

	for (size_t i = 0; i < problems->n; i++) {
		const struct wf_diag *diag = session->diags->items[problems->first + i];
		const struct wf_pos *pos = &diag->error.pos;
		const struct record_event event = {
			.kind = RECORD_ANNOTATION,
			.run = run->rec,
			.mask = run->mask,
			.level = "error",
			.text = wf_str(diag->error.msg),
			.place = { .title = WF_S("Invalid workflow file"),
			    .file = wf_str(pos->file),
			    .line = pos->line > 0 ? (unsigned)pos->line : 0,
			    .col = pos->col > 0 ? (unsigned)pos->col : 0 },
		};

		if (diag->severity == WF_DIAG_ERROR)
			record_put(session->record, &event);
	}
	run->result = PLAN_FAILURE;
	session_run_done(session, run);
}

void
run_start(struct run *run)
{
	const struct session_problems *problems = session_broken(run->session, run->wf);
	const struct record_event event = {
		.kind = RECORD_RUN_STARTED,
		.run = run->rec,
		.mask = run->mask,
	};

	record_put(run->session->record, &event);
	if (problems) {
		fail_start(run, problems);
		return;
	}
	session_raise(run, "requested");
	call_begin(run->root);
}

void
run_in_progress(struct run *run)
{
	if (run->in_progress)
		return;
	run->in_progress = true;
	session_raise(run, "in_progress");
}

void
run_cancel(struct run *run, bool now)
{
	call_cancel(run->root, WF_S("the run was cancelled"), now);
}
