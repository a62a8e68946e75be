/* SPDX-License-Identifier: MIT */
/* ledger.c - a thread opens the store, the pool writes to it, the record says what. */
#include "runner/ledger.h"

#include "runner/store/home.h"

#include <stdlib.h>

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

	uv_thread_t opener;
	bool opening, said;
	uv_mutex_t mutex; /* one thread at a time may use the store */
	struct runs *runs; /* NULL: it cannot be used */
	struct wf_error error; /* why, or why the last batch was not written */
	bool failed;

	struct batch pending, written; /* what waits, and what the pool has */
	uv_work_t work;
	bool writing;
	size_t nunfinished; /* runs that have begun */
};

/* ---- opening ---- */

static void
open_store(void *data)
{
	struct ledger *ledger = data;
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	const char *folder = store_repository_folder(scratch, ledger->common_dir, "runs",
	    &ledger->error);

	ledger->runs = folder ? runs_open(folder, &ledger->error) : NULL;
	ledger->failed = !ledger->runs;
}

static void
say_failure(struct ledger *ledger)
{
	if (ledger->failed && !ledger->said) {
		ledger->said = true;
		ledger->note(ledger->data, &ledger->error);
	}
}

static void
wait_open(struct ledger *ledger)
{
	if (ledger->opening)
		uv_thread_join(&ledger->opener);
	ledger->opening = false;
}

void
ledger_begin(struct ledger *ledger, struct runs_run *run)
{
	run->number = 1;
	wait_open(ledger);
	uv_mutex_lock(&ledger->mutex);
	if (ledger->runs && runs_begin(ledger->runs, run, &ledger->error))
		ledger->nunfinished++;
	else
		ledger->failed = true;
	uv_mutex_unlock(&ledger->mutex);
	say_failure(ledger);
}

/* ---- writing ---- */

static void write_pending(struct ledger *ledger);

static void
on_work(uv_work_t *work)
{
	struct ledger *ledger = work->data;

	uv_mutex_lock(&ledger->mutex);
	if (!runs_write(ledger->runs, ledger->written.changes, ledger->written.n, &ledger->error))
		ledger->failed = true;
	uv_mutex_unlock(&ledger->mutex);
}

static void
on_written(uv_work_t *work, int status)
{
	struct ledger *ledger = work->data;

	(void)status; /* nobody cancels it */
	wf_arena_free(ledger->written.arena);
	ledger->written = (struct batch){ .n = 0 };
	ledger->writing = false;
	say_failure(ledger);
	write_pending(ledger);
}

static void
write_pending(struct ledger *ledger)
{
	if (ledger->writing || ledger->pending.n == 0 || !ledger->runs)
		return;
	ledger->written = ledger->pending;
	ledger->pending = (struct batch){ .n = 0 };
	ledger->work.data = ledger;
	ledger->writing = uv_queue_work(ledger->loop, &ledger->work, on_work, on_written) == 0;
}

static struct runs_change *
add_change(struct ledger *ledger)
{
	struct batch *batch = &ledger->pending;

	if (!batch->arena)
		batch->arena = wf_arena_new();
	return wf_push(batch->arena, batch->changes, batch->n, batch->cap);
}

static void
put_run(struct ledger *ledger, const struct record_event *event, const char *status)
{
	struct runs_change *change = add_change(ledger);

	change->run = (struct runs_run){
		.id = event->run->id,
		.title = wf_str_dup(ledger->pending.arena, event->run->title),
		.status = wf_str(status),
		.conclusion = wf_str(event->result ? event->result : ""),
		.updated = event->time,
	};
}

static void
put_job(struct ledger *ledger, const struct record_event *event, const char *status)
{
	struct runs_change *change = add_change(ledger);
	int64_t ended = event->result ? event->time : 0;

	change->is_job = true;
	change->job = (struct runs_job){
		.run = event->run->id,
		.number = event->job->number,
		.id = wf_str_dup(ledger->pending.arena, event->job->id),
		.name = wf_str_dup(ledger->pending.arena, event->job->name),
		.status = wf_str(status),
		.conclusion = wf_str(event->result ? event->result : ""),
		.started = event->time - event->duration,
		.completed = ended,
	};
}

/* ---- the sink ---- */

static void
put(struct record_sink *sink, const struct record_event *event)
{
	struct ledger *ledger = WF_OWNER(sink, struct ledger, sink);

	if (ledger->opening || !ledger->runs)
		return; /* no run has begun, or none can be noted */
	switch (event->kind) {
	case RECORD_RUN_STARTED: put_run(ledger, event, "queued"); return;
	case RECORD_JOB_STARTED:
		put_run(ledger, event, "in_progress");
		put_job(ledger, event, "in_progress");
		return;
	case RECORD_JOB_FINISHED: put_job(ledger, event, "completed"); return;
	case RECORD_RUN_FINISHED:
		put_run(ledger, event, "completed");
		ledger->nunfinished -= ledger->nunfinished > 0;
		return;
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
	case RECORD_CHAIN: return;
	}
	abort();
}

static void
flush(struct record_sink *sink)
{
	write_pending(WF_OWNER(sink, struct ledger, sink));
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
	uv_mutex_init(&ledger->mutex);
	ledger->opening = uv_thread_create(&ledger->opener, open_store, ledger) == 0;
	if (!ledger->opening)
		open_store(ledger);
	return ledger;
}

void
ledger_close(struct ledger *ledger)
{
	if (!ledger)
		return;
	wait_open(ledger);
	if (ledger->runs && ledger->nunfinished > 0)
		runs_abandon(ledger->runs, NULL);
	runs_close(ledger->runs);
	ledger->runs = NULL;
	wf_arena_free(ledger->pending.arena);
	uv_mutex_destroy(&ledger->mutex);
}
