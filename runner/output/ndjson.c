/* SPDX-License-Identifier: MIT */
/* ndjson.c - the record for programs: one JSON object a line, as doc/record.md promises.
 *
 * A table says which fields belong to a kind. Lines of output are written out at the latest when
 * the loop waits; everything else at once. A slow reader stops the loop, and so the steps: nothing
 * is gathered for it. */
#include "runner/output/record.h"

#include <stdlib.h>
#include <time.h>

struct ndjson {
	struct record_sink sink;
	FILE *out;
	struct wf_buf held; /* what is not written yet */
	struct wf_buf head; /* what stands between time and text in the lines of one step */
	uint64_t head_job; /* the number of its job, and its own; 0: none */
	int head_step;
	int64_t second; /* the one that `stamp` is of; lines come many to the second */
	char stamp[32];
	int64_t flushed; /* time of the last flush, milliseconds */
};

#define LINES_FLUSH_MS 100
#define HELD_LARGEST ((size_t)1 << 17) /* pages written whole cost the file system least */

enum {
	RUN_FACTS = 1 << 0, /* workflow, path, event, ref ... */
	JOB_NAME = 1 << 1,
	STEP_NAME = 1 << 2,
	RESULT = 1 << 3,
	OUTCOME = 1 << 4, /* and the exit code */
	DURATION = 1 << 5,
	OUTPUTS = 1 << 6,
	LEVEL = 1 << 7,
	PLACE = 1 << 8,
	CHAIN = 1 << 9,
	ARTIFACT = 1 << 10,
};

static const struct shape {
	const char *text; /* the key of event->text; NULL: it has none */
	unsigned fields;
	const char *reason; /* the key of event->reason; NULL: "reason" */
} shapes[] = {
	[RECORD_WORKFLOW_ASLEEP] = { "workflow", PLACE },
	[RECORD_RUN_STARTED] = { NULL, RUN_FACTS },
	[RECORD_RUN_FINISHED] = { NULL, RESULT | DURATION },
	[RECORD_JOB_STARTED] = { NULL, JOB_NAME },
	[RECORD_JOB_FINISHED] = { NULL, JOB_NAME | RESULT | DURATION | OUTPUTS },
	[RECORD_STEP_STARTED] = { NULL, STEP_NAME },
	[RECORD_STEP_FINISHED] = { NULL, STEP_NAME | RESULT | OUTCOME | DURATION | OUTPUTS },
	[RECORD_LINE] = { "text", 0 },
	[RECORD_GROUP] = { "text", 0 },
	[RECORD_ENDGROUP] = { NULL, 0 },
	[RECORD_ANNOTATION] = { "text", LEVEL | PLACE },
	[RECORD_DEBUG] = { "text", 0 },
	[RECORD_STEP_SUMMARY] = { "text", 0 },
	[RECORD_DIFFERENCE] = { "text", PLACE },
	[RECORD_NOTE] = { "text", PLACE },
	[RECORD_ARTIFACT] = { "name", ARTIFACT },
	[RECORD_WOULD] = { "call", 0, "body" },
	[RECORD_CHAIN] = { NULL, RESULT | CHAIN },
};

static void
add_key(struct wf_buf *buf, const char *key)
{
	wf_buf_adds(buf, ",\"");
	wf_buf_adds(buf, key);
	wf_buf_adds(buf, "\":");
}

static void
add_text(struct wf_buf *buf, const char *key, struct wf_str text)
{
	add_key(buf, key);
	wf_buf_add_json(buf, text);
}

/* The field is left out when there is nothing to say. */
static void
add_some_text(struct wf_buf *buf, const char *key, struct wf_str text)
{
	if (text.n > 0)
		add_text(buf, key, text);
}

static void
add_number(struct wf_buf *buf, const char *key, uint64_t number)
{
	char digits[20];
	size_t n = sizeof(digits);

	do
		digits[--n] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	add_key(buf, key);
	wf_buf_add(buf, (struct wf_str){ digits + n, sizeof(digits) - n });
}

static void
add_some_number(struct wf_buf *buf, const char *key, uint64_t number)
{
	if (number > 0)
		add_number(buf, key, number);
}

static void
add_time(struct ndjson *ndjson, int64_t time)
{
	int64_t second = time / 1000;
	int ms = (int)(time % 1000);
	const char tail[] = { '.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10),
		(char)('0' + ms % 10), 'Z' };
	struct tm tm;

	if (second != ndjson->second || ndjson->stamp[0] == '\0') {
		gmtime_r(&(time_t){ second }, &tm);
		strftime(ndjson->stamp, sizeof(ndjson->stamp), "%Y-%m-%dT%H:%M:%S", &tm);
		ndjson->second = second;
	}
	wf_buf_adds(&ndjson->held, ndjson->stamp);
	wf_buf_add(&ndjson->held, (struct wf_str){ tail, sizeof(tail) });
}

static void
add_run_facts(struct wf_buf *buf, const struct record_run *run)
{
	add_number(buf, "run_id", run->id);
	add_some_number(buf, "parent", run->parent);
	add_text(buf, "workflow", run->workflow);
	add_text(buf, "path", run->path);
	add_text(buf, "event", run->event);
	add_text(buf, "ref", run->ref);
	add_text(buf, "sha", run->sha);
	add_some_text(buf, "head_branch", run->head_branch);
	add_some_text(buf, "title", run->title);
}

static void
add_place(struct wf_buf *buf, const struct command_place *place)
{
	add_some_text(buf, "file", place->file);
	add_some_number(buf, "line", place->line);
	add_some_number(buf, "end_line", place->end_line);
	add_some_number(buf, "col", place->col);
	add_some_number(buf, "end_col", place->end_col);
	add_some_text(buf, "title", place->title);
}

static void
add_outputs(struct wf_buf *buf, const struct command_pair *outputs, size_t n)
{
	add_key(buf, "outputs");
	wf_buf_addc(buf, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			wf_buf_addc(buf, ',');
		wf_buf_add_json(buf, outputs[i].name);
		wf_buf_addc(buf, ':');
		wf_buf_add_json(buf, outputs[i].value);
	}
	wf_buf_addc(buf, '}');
}

static void
add_chain(struct wf_buf *buf, const struct record_chain *chain)
{
	add_text(buf, "action", chain->action);
	add_text(buf, "ref", chain->ref);
	add_text(buf, "sha", chain->sha);
	add_some_text(buf, "head_branch", chain->head_branch);
	add_key(buf, "wakes");
	wf_buf_addc(buf, '[');
	for (size_t i = 0; i < chain->nworkflows; i++) {
		if (i > 0)
			wf_buf_addc(buf, ',');
		wf_buf_add_json(buf, chain->workflows[i]);
	}
	wf_buf_addc(buf, ']');
}

static void
add_artifact(struct wf_buf *buf, const struct record_event *event)
{
	const struct record_artifact *artifact = event->artifact;

	add_text(buf, "path", event->place.file);
	add_number(buf, "artifact_id", artifact->id);
	add_number(buf, "size", artifact->size);
	add_number(buf, "files", artifact->files);
}

/* run, job and step: who it is about. */
static void
add_who(struct wf_buf *buf, const struct record_event *event)
{
	if (event->run)
		add_number(buf, "run", event->run->number);
	if (event->job) {
		add_number(buf, "job", event->job->number);
		add_text(buf, "job_id", event->job->id);
	}
	if (event->step)
		add_number(buf, "step", (uint64_t)event->step->number);
}

static void
add_names(struct wf_buf *buf, const struct record_event *event, unsigned fields)
{
	if (fields & RUN_FACTS && event->run)
		add_run_facts(buf, event->run);
	if (fields & JOB_NAME && event->job) {
		add_text(buf, "name", event->job->name);
		add_some_text(buf, "environment", event->job->environment);
		add_some_text(buf, "environment_url", event->job->environment_url);
	}
	if (fields & STEP_NAME && event->step) {
		add_some_text(buf, "step_id", event->step->id);
		add_text(buf, "name", event->step->name);
		if (event->step->background)
			wf_buf_adds(buf, ",\"background\":true");
	}
}

static void
add_end(struct wf_buf *buf, const struct record_event *event, unsigned fields)
{
	if (fields & RESULT && event->result)
		add_text(buf, "result", wf_str(event->result));
	if (fields & OUTCOME && event->outcome)
		add_text(buf, "outcome", wf_str(event->outcome));
	if (fields & OUTCOME && event->exit_code >= 0)
		add_number(buf, "exit_code", (uint64_t)event->exit_code);
	if (fields & DURATION && event->duration >= 0)
		add_number(buf, "duration_ms", (uint64_t)event->duration);
	if (fields & OUTPUTS && event->noutputs)
		add_outputs(buf, event->outputs, event->noutputs);
}

static void
flush(struct record_sink *sink)
{
	struct ndjson *ndjson = (struct ndjson *)sink;

	if (ndjson->held.n > 0)
		fwrite(ndjson->held.p, 1, ndjson->held.n, ndjson->out);
	fflush(ndjson->out);
	wf_buf_clear(&ndjson->held);
}

static void
add_kind(struct wf_buf *buf, const struct record_event *event)
{
	add_text(buf, "type", wf_str(record_kind_name(event->kind)));
	add_who(buf, event);
}

/* A line of output: there are millions of them, and the same step has said the one before. */
static void
add_line(struct ndjson *ndjson, const struct record_event *event)
{
	uint64_t job = event->step ? event->job->number : 0;
	int step = event->step ? event->step->number : 0;

	if (!job || job != ndjson->head_job || step != ndjson->head_step) {
		wf_buf_clear(&ndjson->head);
		add_kind(&ndjson->head, event);
		add_key(&ndjson->head, shapes[RECORD_LINE].text);
		ndjson->head_job = job;
		ndjson->head_step = step;
	}
	wf_buf_add(&ndjson->held, wf_buf_str(&ndjson->head));
	wf_buf_add_json(&ndjson->held, event->text);
}

static void
add_facts(struct wf_buf *buf, const struct record_event *event)
{
	const struct shape *shape = &shapes[event->kind];

	add_kind(buf, event);
	add_names(buf, event, shape->fields);
	if (shape->fields & LEVEL && event->level)
		add_text(buf, "level", wf_str(event->level));
	if (shape->text)
		add_text(buf, shape->text, event->text);
	if (shape->fields & PLACE)
		add_place(buf, &event->place);
	add_end(buf, event, shape->fields);
	add_some_text(buf, shape->reason ? shape->reason : "reason", event->reason);
	if (shape->fields & CHAIN && event->chain)
		add_chain(buf, event->chain);
	if (shape->fields & ARTIFACT && event->artifact)
		add_artifact(buf, event);
}

static void
put(struct record_sink *sink, const struct record_event *event)
{
	struct ndjson *ndjson = (struct ndjson *)sink;
	bool is_line = event->kind == RECORD_LINE;

	wf_buf_adds(&ndjson->held, "{\"time\":\"");
	add_time(ndjson, event->time);
	wf_buf_addc(&ndjson->held, '"');
	if (is_line)
		add_line(ndjson, event);
	else
		add_facts(&ndjson->held, event);
	wf_buf_adds(&ndjson->held, "}\n");
	if (!is_line || ndjson->held.n >= HELD_LARGEST ||
	    event->time - ndjson->flushed >= LINES_FLUSH_MS) {
		flush(sink);
		ndjson->flushed = event->time;
	}
}

static void
close_sink(struct record_sink *sink)
{
	struct ndjson *ndjson = (struct ndjson *)sink;

	flush(sink);
	wf_buf_release(&ndjson->held);
	wf_buf_release(&ndjson->head);
	free(ndjson);
}

struct record_sink *
record_ndjson_new(FILE *out)
{
	struct ndjson *ndjson = calloc(1, sizeof(*ndjson));

	if (!ndjson)
		abort();
	ndjson->sink = (struct record_sink){ .put = put, .flush = flush, .close = close_sink };
	ndjson->out = out;
	return &ndjson->sink;
}
