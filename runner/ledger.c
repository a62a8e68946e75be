/* SPDX-License-Identifier: MIT */
/* ledger.c - numbers at once, rows by way of the pool. */
#include "runner/ledger.h"

#include "runner/store/home.h"
#include "runner/store/numbers.h"

#include <stdlib.h>

#define PATIENCE_MS 250 /* before what happened is written: a job that starts has better to do */

/* Rows on their way to the store. */
struct batch {
	struct wf_arena *arena;
	struct runs_change *changes;
	size_t n, cap;
};

struct ledger {
	struct record_sink sink;
	struct wf_arena *arena;
	uv_loop_t *loop;
	const char *common_dir;
	void (*note)(void *data, const struct wf_error *why);
	void *data;

	const char *folder; /* of the store; NULL: not made yet, or it cannot be */
	struct runs_run *begun; /* all that have begun, by id */
	size_t nbegun, cap;
	bool said; /* why the store cannot be used: then nothing more is written */

	struct batch pending, written; /* what waits, and what the pool has */
	uv_work_t work;
	bool writing;
	uv_timer_t timer; /* until what waits is written */
	bool timer_open, closing;
	/* the pool's while it writes */
	struct runs *runs; /* opened by the first batch */
	bool failed;
	struct wf_error error;
};

static void
say(struct ledger *ledger, const struct wf_error *why)
{
	if (!ledger->said)
		ledger->note(ledger->data, why);
	ledger->said = true;
}

void
ledger_begin(struct ledger *ledger, struct runs_run *run)
{
	struct numbers numbers = { .id = run->id, .number = 1 };
	struct wf_error err;

	if (!ledger->folder)
		ledger->folder = store_repository_folder(ledger->arena, ledger->common_dir, "runs",
		    &err);
	if (!ledger->folder || !numbers_take(ledger->folder, run->path, &numbers, &err))
		say(ledger, &err);
	run->id = numbers.id;
	run->number = numbers.number;
	*wf_push(ledger->arena, ledger->begun, ledger->nbegun, ledger->cap) = *run;
}

/* ---- writing ---- */

static void write_pending(struct ledger *ledger);

static void
on_work(uv_work_t *work)
{
	struct ledger *ledger = work->data;

	if (!ledger->runs)
		ledger->runs = runs_open(ledger->folder, &ledger->error);
	ledger->failed = !ledger->runs || !runs_write(ledger->runs, ledger->written.changes,
	                                      ledger->written.n, &ledger->error);
}

static void
on_written(uv_work_t *work, int status)
{
	struct ledger *ledger = work->data;

	(void)status; /* nobody cancels it */
	wf_arena_free(ledger->written.arena);
	ledger->written = (struct batch){ .n = 0 };
	ledger->writing = false;
	if (ledger->failed)
		say(ledger, &ledger->error);
	write_pending(ledger);
}

static void
write_pending(struct ledger *ledger)
{
	if (ledger->writing || ledger->pending.n == 0 || ledger->said)
		return;
	ledger->written = ledger->pending;
	ledger->pending = (struct batch){ .n = 0 };
	ledger->work.data = ledger;
	ledger->writing = uv_queue_work(ledger->loop, &ledger->work, on_work, on_written) == 0;
}

static struct runs_change *
add_change(struct ledger *ledger, enum runs_what what)
{
	struct batch *batch = &ledger->pending;
	struct runs_change *change;

	if (!batch->arena)
		batch->arena = wf_arena_new();
	change = wf_push(batch->arena, batch->changes, batch->n, batch->cap);
	change->what = what;
	return change;
}

/* Its texts are the session's, which waits for the pool. */
static void
put_new(struct ledger *ledger, const struct record_event *event)
{
	for (size_t i = 0; i < ledger->nbegun; i++)
		if (ledger->begun[i].id == event->run->id) {
			struct runs_change *change = add_change(ledger, RUNS_NEW);

			change->run = ledger->begun[i];
			change->run.title = event->run->title;
		}
}

static void
put_run(struct ledger *ledger, const struct record_event *event, const char *status)
{
	add_change(ledger, RUNS_RUN)->run = (struct runs_run){
		.id = event->run->id,
		.status = wf_str(status),
		.conclusion = wf_str(event->result ? event->result : ""),
		.updated = event->time,
	};
}

static void
put_job(struct ledger *ledger, const struct record_event *event, const char *status)
{
	add_change(ledger, RUNS_JOB)->job = (struct runs_job){
		.run = event->run->id,
		.number = event->job->number,
		.id = wf_str_dup(ledger->pending.arena, event->job->id),
		.name = wf_str_dup(ledger->pending.arena, event->job->name),
		.status = wf_str(status),
		.conclusion = wf_str(event->result ? event->result : ""),
		.started = event->time - event->duration,
		.completed = event->result ? event->time : 0,
	};
}

/* ---- the sink ---- */

static void
put(struct record_sink *sink, const struct record_event *event)
{
	struct ledger *ledger = WF_OWNER(sink, struct ledger, sink);

	if (ledger->said)
		return;
	switch (event->kind) {
	case RECORD_RUN_STARTED: put_new(ledger, event); return;
	case RECORD_JOB_STARTED:
		put_run(ledger, event, "in_progress");
		put_job(ledger, event, "in_progress");
		return;
	case RECORD_JOB_FINISHED: put_job(ledger, event, "completed"); return;
	case RECORD_RUN_FINISHED: put_run(ledger, event, "completed"); return;
	case RECORD_WORKFLOW_ASLEEP:
	case RECORD_STEP_STARTED:
	case RECORD_STEP_FINISHED:
	case RECORD_LINE:
	case RECORD_GROUP:
	case RECORD_ENDGROUP:
	case RECORD_ANNOTATION:
	case RECORD_DEBUG:
	case RECORD_STEP_SUMMARY:
	case RECORD_DIFFERENCE:
	case RECORD_NOTE:
	case RECORD_ARTIFACT:
	case RECORD_WOULD:
	case RECORD_CHAIN: return;
	}
	abort();
}

static void
on_timer(uv_timer_t *timer)
{
	write_pending(timer->data);
}

static void
flush(struct record_sink *sink)
{
	struct ledger *ledger = WF_OWNER(sink, struct ledger, sink);

	if (ledger->closing || ledger->pending.n == 0)
		return;
	if (!ledger->timer_open) {
		uv_timer_init(ledger->loop, &ledger->timer);
		ledger->timer.data = ledger;
		uv_unref((uv_handle_t *)&ledger->timer);
		ledger->timer_open = true;
	}
	if (!uv_is_active((uv_handle_t *)&ledger->timer))
		uv_timer_start(&ledger->timer, on_timer, PATIENCE_MS, 0);
}

static void
close_sink(struct record_sink *sink)
{
	struct ledger *ledger = WF_OWNER(sink, struct ledger, sink);

	wf_arena_free(ledger->arena);
}

struct record_sink *
ledger_sink(struct ledger *ledger)
{
	return &ledger->sink;
}

/* ---- open and close ---- */

struct ledger *
ledger_open(uv_loop_t *loop, const char *common_dir,
    void (*note)(void *data, const struct wf_error *why), void *data)
{
	struct wf_arena *arena = wf_arena_new();
	struct ledger *ledger = wf_new(arena, struct ledger);

	*ledger = (struct ledger){
		.sink = { .put = put, .flush = flush, .close = close_sink },
		.arena = arena,
		.loop = loop,
		.common_dir = common_dir,
		.note = note,
		.data = data,
	};
	return ledger;
}

void
ledger_finish(struct ledger *ledger)
{
	ledger->closing = true;
	if (ledger->timer_open)
		uv_close((uv_handle_t *)&ledger->timer, NULL);
	write_pending(ledger);
}

void
ledger_close(struct ledger *ledger)
{
	if (!ledger)
		return;
	runs_close(ledger->runs);
	wf_arena_free(ledger->pending.arena);
	ledger->runs = NULL;
	ledger->pending = (struct batch){ .n = 0 };
}
