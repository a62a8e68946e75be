/* SPDX-License-Identifier: MIT */
/* session.c - from the command line's event to the last run of the chain.
 *
 * In order: make the event, read the workflows, decide which wake, look up all
 * that they and their followers need; only then is anything started. From there on the loop turns:
 * a run that ends raises workflow_run, which may start others, until nothing is left. */
#include "runner/session.h"

#include "event/chain.h"
#include "event/trigger.h"
#include "runner/engine/engine.h"
#include "runner/news.h"
#include "runner/outlet.h"
#include "runner/pick.h"
#include "runner/preflight.h"
#include "runner/service/service.h"
#include "runner/session_state.h"
#include "runner/stock.h"
#include "runner/uses.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- saying things once ---- */

static struct command_place
place_of(struct wf_pos pos)
{
	return (struct command_place){
		.file = wf_str(pos.file),
		.line = pos.line > 0 ? (unsigned)pos.line : 0,
		.col = pos.col > 0 ? (unsigned)pos.col : 0,
	};
}

void
session_note(struct session *session, enum record_kind kind, const struct record_run *run,
    struct wf_pos pos, struct wf_str text)
{
	const struct record_event event = {
		.kind = kind,
		.run = run,
		.mask = session->mask,
		.text = text,
		.place = place_of(pos),
	};
	struct wf_str key;

	/* a note once; a difference once for each of its places */
	key = kind == RECORD_DIFFERENCE
	          ? wf_strf(session->arena, "%s:%d:%d %.*s", pos.file ? pos.file : "", pos.line,
	                pos.col, WF_ARG(text))
	          : text;
	if (wf_map_has(&session->said, key))
		return;
	wf_map_set(&session->said, key, session);
	record_put(session->record, &event);
}

/* ---- which runs ---- */

/* Runs that are about to start. */
struct woken {
	struct run_cause *items;
	size_t n, cap;
};

static void
record_asleep(struct session *session, const struct workflow *wf,
    const struct trigger_verdict *verdict)
{
	const struct record_event event = {
		.kind = RECORD_WORKFLOW_ASLEEP,
		.mask = session->mask,
		.text = wf->name,
		.reason = verdict->reason,
		.place = place_of(verdict->pos),
	};

	record_put(session->record, &event);
}

static void
add_woken(struct session *session, struct woken *woken, const struct workflow *wf,
    const struct event *event, const struct trigger_verdict *verdict)
{
	struct run_cause *cause = wf_push(session->arena, woken->items, woken->n, woken->cap);

	*cause = (struct run_cause){ .wf = wf, .event = event, .files = &session->files };
	if (wf_str_is(event->name, "schedule"))
		cause->cron = verdict->pattern;
}

/* Asks whether the event wakes the workflow, and says so when it does not. One that was named and
 * does not listen to such events at all is an error. */
static bool
try_to_wake(struct session *session, const struct workflow *wf, bool named, struct woken *woken,
    struct wf_error *err)
{
	struct trigger_verdict verdict;

	if (!trigger_match(session->arena, wf, &session->event, &verdict, err))
		return false;
	if (named && !verdict.listens) {
		wf_fail(err, WF_ERR_USAGE, verdict.pos, "%.*s", WF_ARG(verdict.reason));
		return wf_hint(err, "choose one of its events with --event");
	}
	if (verdict.wakes)
		add_woken(session, woken, wf, &session->event, &verdict);
	else
		record_asleep(session, wf, &verdict);
	return true;
}

static bool
choose_named(struct session *session, struct woken *woken, struct wf_error *err)
{
	for (const char *const *name = session->options->workflows; *name; name++) {
		const struct session_workflow *picked;
		size_t index;

		if (!pick_workflow(session->files.items, session->files.n, *name, &index, err))
			return load_hint(&session->load, &session->files, *name, err);
		picked = &session->files.items[index];
		load_report(picked, &session->found, session->diags);
		if (!picked->wf)
			return wf_diags_first(session->diags, err);
		if (!try_to_wake(session, picked->wf, true, woken, err))
			return false;
	}
	return true;
}

/* A file that GitHub cannot read: each push makes a run of it that fails when it starts. What else
 * might wake it is not known to GitHub either. */
static void
wake_broken(struct session *session, const struct session_workflow *file, struct woken *woken)
{
	const struct trigger_verdict verdict = { .wakes = true };
	const struct workflow *wf = session_stand_in(session, file);
	size_t first = session->diags->n;

	load_report(file, &session->found, session->diags);
	session_break(session, wf, first);
	if (wf_str_is(session->event.name, "push") && !session->event.skip_ci)
		add_woken(session, woken, wf, &session->event, &verdict);
}

static bool
choose_all(struct session *session, struct woken *woken, struct wf_error *err)
{
	for (size_t i = 0; i < session->files.n; i++) {
		const struct session_workflow *file = &session->files.items[i];

		if (!file->wf) {
			wake_broken(session, file, woken);
			continue;
		}
		load_report(file, &session->found, session->diags);
		if (!try_to_wake(session, file->wf, false, woken, err))
			return false;
	}
	return true;
}

/* ---- what is selected of them ---- */

static const struct workflow *
find_called(const void *data, const struct workflow *caller, struct wf_str uses)
{
	/* nothing of the session changes but what it has read */
	struct session *session = (struct session *)data;
	const struct foreign_call call = {
		.uses = uses,
		.files = &session->files,
		.fetch = true,
		.from = foreign_tree(&session->foreign, caller),
	};
	const struct actions_tree *from;
	struct wf_error err;

	return session_called(session, &call, &from, &err);
}

static bool
is_selected(struct session *session, const struct workflow *wf)
{
	const enum select_part *parts = select_jobs(session->arena, session->options->select, wf,
	    WF_S(""), SELECT_PART);

	return select_any(parts, wf->njobs);
}

/* Checks the names, and lets the workflows sleep of which no job is selected. */
static bool
keep_selected(struct session *session, struct woken *woken, struct wf_error *err)
{
	const struct workflow **all = wf_new_array(session->arena, woken->n,
	    const struct workflow *);
	const struct select_source source = { find_called, session };
	size_t kept = 0;

	for (size_t i = 0; i < woken->n; i++)
		all[i] = woken->items[i].wf;
	if (!select_check(session->arena, session->options->select, all, woken->n, &source, err))
		return false;
	for (size_t i = 0; i < woken->n; i++) {
		const struct trigger_verdict verdict = { .reason = WF_S(SELECT_NO_JOB) };

		if (is_selected(session, woken->items[i].wf))
			woken->items[kept++] = woken->items[i];
		else
			record_asleep(session, woken->items[i].wf, &verdict);
	}
	woken->n = kept;
	return true;
}

/* ---- the chain ---- */

static bool
listens_to(const struct workflow *follower, struct wf_str name)
{
	const struct when_event *when = when_find(follower->on, WF_S("workflow_run"));

	for (size_t i = 0; when && i < when->workflows.n; i++)
		if (wf_str_eq(when->workflows.items[i].text, name))
			return true;
	return false;
}

/* Looks up what a workflow needs. GitHub itself fails a run whose calls are wrong when it starts;
 * false: something is missing here, and nothing may start. */
static bool
can_start(struct session *session, const struct workflow *wf, const struct load_files *files)
{
	size_t first = session->diags->n;

	if (session_broken(session, wf))
		return true;
	switch (preflight(session, wf, files)) {
	case PREFLIGHT_GOOD: return true;
	case PREFLIGHT_BROKEN: session_break(session, wf, first); return true;
	case PREFLIGHT_MISSING: return false;
	}
	abort();
}

/* 4.8: it wakes up to three times, which few mean. */
static void
note_types(struct session *session, const struct workflow *follower)
{
	const struct when_event *when = when_find(follower->on, WF_S("workflow_run"));

	if (!when->types.given)
		session_note(session, RECORD_NOTE, NULL, when->pos,
		    wf_strf(session->arena,
		        "'%.*s' has no types: under workflow_run, so that it runs when a workflow "
		        "is "
		        "requested, when it is in progress, and when it is completed",
		        WF_ARG(follower->path)));
}

/* Looks up what the followers of a workflow need, down to the depth that GitHub follows. */
static bool
preflight_followers(struct session *session, const struct workflow *wf, unsigned depth)
{
	const struct load_files *all;
	bool good = true;

	if (!session->options->chain || depth >= CHAIN_MAX_DEPTH)
		return true;
	all = session_followers(session);
	for (size_t i = 0; i < all->n; i++) {
		const struct workflow *follower = all->items[i].wf;

		if (!follower || !listens_to(follower, wf->name))
			continue;
		note_types(session, follower);
		if (!can_start(session, follower, all) ||
		    !preflight_followers(session, follower, depth + 1))
			good = false;
	}
	return good;
}

static struct chain_run
chain_facts(const struct run *run)
{
	int64_t now = record_now(run->session->record) / 1000;
	bool over = run->result != PLAN_PENDING;

	return (struct chain_run){
		.event = run->event,
		.workflow_name = run->wf->name,
		.workflow_path = run->wf->path,
		.display_title = run->rec->title,
		.run_id = run->facts.run_id,
		.run_number = run->facts.run_number,
		.run_attempt = run->facts.run_attempt,
		.conclusion = over ? wf_str(plan_result_name(run->result))
		                   : (struct wf_str){ NULL, 0 },
		.created = run->created / 1000,
		.started = run->created / 1000,
		.updated = now,
	};
}

static void
put_chain(const struct run *parent, const char *action, const struct event *event,
    const struct woken *woken)
{
	struct session *session = parent->session;
	struct wf_str *names = wf_new_array(session->arena, woken->n, struct wf_str);
	const struct record_chain chain = {
		.action = wf_str(action),
		.ref = event->ref,
		.sha = event->sha,
		.head_branch = event->filter_name,
		.workflows = names,
		.nworkflows = woken->n,
	};
	const struct record_event put = {
		.kind = RECORD_CHAIN,
		.run = parent->rec,
		.mask = session->mask,
		.result = parent->result ? plan_result_name(parent->result) : NULL,
		.chain = &chain,
	};

	for (size_t i = 0; i < woken->n; i++)
		names[i] = woken->items[i].wf->name;
	record_put(session->record, &put);
}

static void
find_followers(struct session *session, const struct run *run, const struct event *event,
    struct woken *woken)
{
	const struct load_files *all = session_followers(session);
	bool completed = wf_str_is(event->action, "completed"); /* other types are rarely meant */

	for (size_t i = 0; i < all->n; i++) {
		const struct workflow *wf = all->items[i].wf;
		struct trigger_verdict verdict;

		if (!wf || !listens_to(wf, run->wf->name) ||
		    !trigger_match(session->arena, wf, event, &verdict, NULL))
			continue;
		if (verdict.wakes) {
			add_woken(session, woken, wf, event, &verdict);
			woken->items[woken->n - 1].files = all;
		} else if (completed) {
			record_asleep(session, wf, &verdict);
		}
	}
}

/* Those that would wake, were the chain not at its end. */
static void
refuse_deeper(struct session *session, const struct woken *woken)
{
	for (size_t i = 0; i < woken->n; i++) {
		const struct when_event *when = when_find(woken->items[i].wf->on,
		    WF_S("workflow_run"));
		const struct trigger_verdict verdict = {
			.pos = when->pos,
			.reason = wf_strf(session->arena,
			    "workflow_run is followed %d levels deep, no further", CHAIN_MAX_DEPTH),
		};

		record_asleep(session, woken->items[i].wf, &verdict);
	}
}

static void
start_run(struct session *session, struct run *run)
{
	*session->runs_tail = run;
	session->runs_tail = &run->next;
	run_start(run);
}

/* 4.8: a run raises workflow_run when it is requested, in progress, and completed. */
void
session_raise(struct run *run, const char *action)
{
	struct session *session = run->session;
	struct event *event = wf_new(session->arena, struct event);
	struct chain_run facts = chain_facts(run);
	struct woken woken = { .n = 0 };
	struct wf_error err;

	if (!session->options->chain || session->cancelled)
		return;
	if (!chain_event(session->arena, session->repo, &session->facts, &facts, action, event,
	        &err)) {
		session_note(session, RECORD_NOTE, run->rec, err.pos,
		    wf_str_dup(session->arena, wf_str(err.msg)));
		return;
	}
	find_followers(session, run, event, &woken);
	if (run->depth >= CHAIN_MAX_DEPTH) {
		if (run->result != PLAN_PENDING) /* once, not for each type */
			refuse_deeper(session, &woken);
		return;
	}
	if (woken.n)
		put_chain(run, action, event, &woken);
	for (size_t i = 0; i < woken.n; i++) {
		struct run *next = run_new(session, &woken.items[i], run, &err);

		if (next)
			start_run(session, next);
	}
}

void
session_run_done(struct session *session, struct run *run)
{
	const struct record_event event = {
		.kind = RECORD_RUN_FINISHED,
		.run = run->rec,
		.mask = run->mask,
		.result = plan_result_name(run->result),
		.duration = record_now(session->record) - run->created,
	};

	record_put(session->record, &event);
	if (run->result == PLAN_FAILURE || run->result == PLAN_CANCELLED)
		session->failed = true;
	session_raise(run, "completed");
}

/* ---- the loop ---- */

static void
note_elsewhere(struct session *session)
{
	struct wf_str text = load_note(&session->load, &session->files, &session->event);

	if (text.n > 0)
		session_note(session, RECORD_NOTE, NULL, WF_NOWHERE, text);
}

/* `now` as for run_cancel(). */
static void
cancel_all(struct session *session, bool now)
{
	session->cancelled = true;
	stock_cancel(session->stock);
	session->ending = now;
	for (struct run *run = session->runs; run; run = run->next)
		if (run->result == PLAN_PENDING)
			run_cancel(run, now);
}

/* Ctrl-C is what "Cancel workflow" is on GitHub; a second one is "Force cancel". Who sends another
 * signal does not come back to send a second, and expects an end. */
static void
on_signal(uv_signal_t *handle, int signum)
{
	struct session *session = handle->data;
	bool gently = signum == SIGINT && !session->cancelled;

	if (session->ending)
		return;
	if (gently)
		session_note(session, RECORD_NOTE, NULL, WF_NOWHERE,
		    WF_S("cancelling: what says always() or cancelled() still runs; a second "
		         "Ctrl-C ends everything at once"));
	cancel_all(session, !gently);
}

void
session_abort(struct session *session, const struct wf_error *err)
{
	if (session->aborted)
		return;
	session->aborted = true;
	session->abort_error = *err;
	cancel_all(session, true);
}

/* The loop is about to wait: what sinks hold back becomes visible. */
static void
on_prepare(uv_prepare_t *handle)
{
	const struct session *session = handle->data;

	record_flush(session->record);
}

/* SIGPIPE: the reader of the output has gone, as in `wfrun | head -1`. */
static const int end_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
_Static_assert(WF_COUNT(end_signals) == SESSION_SIGNALS, "one watcher for each");

/* Whoever started wfrun had it ignored, as nohup does. */
static bool
is_ignored(int signum)
{
	struct sigaction action;

	return sigaction(signum, NULL, &action) == 0 && !(action.sa_flags & SA_SIGINFO) &&
	       action.sa_handler == SIG_IGN;
}

static void
watch_loop(struct session *session)
{
	for (size_t i = 0; i < WF_COUNT(end_signals); i++) {
		uv_signal_t *handle = &session->signals[i];

		uv_signal_init(&session->loop, handle);
		handle->data = session;
		if (!is_ignored(end_signals[i]))
			uv_signal_start(handle, on_signal, end_signals[i]);
		uv_unref((uv_handle_t *)handle); /* the loop ends when the jobs have */
	}
	uv_prepare_init(&session->loop, &session->prepare);
	session->prepare.data = session;
	uv_prepare_start(&session->prepare, on_prepare);
	uv_unref((uv_handle_t *)&session->prepare);
	outlet_attach(session->options->outlet, &session->loop, &session->valve);
}

static bool
prepare_runs(struct session *session, const struct woken *woken, struct run **runs,
    struct wf_error *err)
{
	bool good = true;

	for (size_t i = 0; i < woken->n; i++) {
		const struct workflow *wf = woken->items[i].wf;

		if (!can_start(session, wf, &session->files) ||
		    (session->options->workflows && session_broken(session, wf)) ||
		    !preflight_followers(session, wf, 0))
			good = false;
	}
	if (!good)
		return wf_diags_first(session->diags, err);
	for (size_t i = 0; i < woken->n; i++) {
		runs[i] = run_new(session, &woken->items[i], NULL, err);
		if (!runs[i])
			return false;
	}
	return true;
}

static void
note_unnumbered(void *data, const struct wf_error *why)
{
	struct session *session = data;

	session_note(session, RECORD_NOTE, NULL, WF_NOWHERE,
	    wf_strf(session->arena, "the run store cannot be used: %s%s%s", why->msg,
	        why->hint[0] ? "; " : "", why->hint));
}

static void
note_private(void *data, const struct wf_error *why)
{
	struct session *session = data;

	session_note(session, RECORD_NOTE, NULL, WF_NOWHERE,
	    wf_strf(session->arena, "concurrency groups hold within this wfrun only: %s",
	        why->msg));
}

static const char *
make_private(void *data, struct wf_error *err)
{
	struct session *session = data;

	return scratch_folder(session->scratch, session->arena, "queues", err);
}

static bool
turn(struct session *session, struct wf_error *err)
{
	struct woken woken = { .n = 0 };
	struct run **runs;

	if (!(session->options->workflows ? choose_named : choose_all)(session, &woken, err))
		return false;
	if (session->options->select && woken.n > 0 && !keep_selected(session, &woken, err))
		return false;
	note_elsewhere(session);
	runs = wf_new_array(session->arena, woken.n, struct run *);
	if (!prepare_runs(session, &woken, runs, err))
		return false;
	if (woken.n == 0)
		return true;
	session->scratch = scratch_new(err);
	if (!session->scratch)
		return false;
	watch_loop(session);
	for (size_t i = 0; i < woken.n; i++)
		start_run(session, runs[i]);
	uv_run(&session->loop, UV_RUN_DEFAULT);
	news_take(session); /* what the last job uploaded */
	uv_run(&session->loop, UV_RUN_DEFAULT);
	news_close(session);
	for (size_t i = 0; i < WF_COUNT(end_signals); i++)
		uv_close((uv_handle_t *)&session->signals[i], NULL);
	uv_close((uv_handle_t *)&session->prepare, NULL);
	outlet_detach(session->options->outlet);
	ledger_finish(session->ledger);
	uv_run(&session->loop, UV_RUN_DEFAULT);
	return true;
}

/* ---- open and close ---- */

bool
session_node(struct session *session, struct wf_error *err)
{
	return session->node.program || node_find(session->arena, session->stubs,
	                                    uses_stubs_inside(session), &session->node, err);
}

static void
add_secret_masks(struct session *session)
{
	const struct expr_object *secrets = session->options->secrets;

	session->mask = mask_new(NULL);
	mask_add_token(session->mask, WF_S(RUN_DUMMY_TOKEN));
	for (size_t i = 0; secrets && i < secrets->n; i++)
		mask_add(session->mask, expr_to_string(session->arena, secrets->pairs[i].value));
	if (secrets)
		mask_add_token(session->mask,
		    expr_to_string(session->arena, expr_object_get(secrets, WF_S("GITHUB_TOKEN"))));
}

static bool
find_stubs(struct session *session, struct wf_error *err)
{
	const char *stubs = session->options->stubs;
	char path[PATH_MAX];

	if (!stubs)
		return true;
	if (!realpath(stubs, path)) {
		wf_fail_sys(err, errno, "--stubs %s", stubs);
		err->kind = WF_ERR_USAGE;
		return false;
	}
	session->stubs = wf_cstr(session->arena, wf_str(path));
	return true;
}

bool
session_look(struct session *session, struct wf_error *err)
{
	const struct session_options *options = session->options;

	session->arena = session->diags->arena; /* positions of errors point into what is read */
	session->record = options->record;
	wf_map_init(&session->said, session->arena, false);
	wf_map_init(&session->manifests, session->arena, false);
	wf_map_init(&session->checked, session->arena, false);
	wf_map_init(&session->broken, session->arena, false);
	wf_map_init(&session->selves, session->arena, false);
	session->repo = options->repo;
	session->facts = *options->facts;
	if (!find_stubs(session, err))
		return false;
	session->actions = actions_new(session->arena, &options->actions, err);
	foreign_init(&session->foreign, session->arena, session->actions, session->stubs);
	session->load = (struct load){
		.arena = session->arena,
		.repo = session->repo,
		.facts = &session->facts,
		.args = &options->event,
		.worktree = options->workflows_from == SESSION_WORKFLOWS_WORKTREE,
		.chain_worktree = options->chain_from == SESSION_CHAIN_WORKTREE,
	};
	session->found.arena = session->arena;
	return session->actions != NULL;
}

static bool
open_session(struct session *session, struct wf_error *err)
{
	const struct session_options *options = session->options;
	unsigned slots = options->max_jobs ? options->max_jobs : uv_available_parallelism();

	session->arena = session->diags->arena;
	session->record = options->record;
	session->runs_tail = &session->runs;
	/* like GitHub's ids: large, growing with time, and different in every run */
	session->run_id_base = (uint64_t)record_now(session->record) / 1000 * 100;
	session->sched = sched_new(session->arena, slots);
	uv_loop_init(&session->loop);
	nest_open(&session->nest, &session->loop); /* gets ready while the event is looked at */
	add_secret_masks(session);
	if (!session_look(session, err))
		return false;
	session->claims = claims_new(session->arena,
	    &(struct claims_place){ &session->loop, repo_commondir(session->repo), make_private,
	        note_private, session });
	session->ledger = ledger_open(&session->loop, repo_commondir(session->repo),
	    note_unnumbered, session);
	record_add_sink(session->record, ledger_sink(session->ledger));
	if (!event_make(session->arena, session->repo, &session->facts, &options->event,
	        &session->event, err))
		return false;
	load_files(&session->load, &session->event, &session->files, &session->found);
	return true;
}

static void
close_session(struct session *session)
{
	claims_close(session->claims);
	ledger_close(session->ledger);
	service_stop(session->service);
	nest_close(&session->nest);
	scratch_free(session->scratch);
	stock_close(session->stock);
	engine_close(session->engine);
	mask_free(session->mask);
	uv_run(&session->loop, UV_RUN_DEFAULT); /* what was closed, goes */
	if (uv_loop_close(&session->loop) != 0)
		abort(); /* a handle was left open */
}

/* An error that ends the session is said past the record. */
static void
hide_secrets(const struct session *session, char *text, size_t size)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;
	struct wf_str masked = mask_apply(session->mask, wf_str(text), &buf);

	if (masked.p != text)
		snprintf(text, size, "%.*s", WF_ARG(masked));
}

bool
session_run(const struct session_options *options, struct session_result *result,
    struct wf_diags *diags, struct wf_error *err)
{
	struct session session = { .options = options, .diags = diags };
	bool ok = open_session(&session, err) && turn(&session, err);

	if (session.aborted) {
		*err = session.abort_error;
		hide_secrets(&session, err->msg, sizeof(err->msg));
		hide_secrets(&session, err->hint, sizeof(err->hint));
		ok = false;
	}
	close_session(&session);
	result->forced = session.ending;
	result->status = session.cancelled ? 130
	                 : session.invalid ? wf_error_status(WF_ERR_INVALID)
	                                   : session.failed;
	return ok;
}
