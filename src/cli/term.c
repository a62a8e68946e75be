/* SPDX-License-Identifier: MIT */
/* term.c - one line for all that starts or ends, and the output of steps behind the job's label.
 *
 *     == run 1: CI  push refs/tags/v1.2.3 9fceb02
 *     lint        | started (CI)
 *     test (3.11) | > Run tests
 *     test (3.11) |   + Install                 a group
 *     test (3.11) |     Collecting flake8         its lines
 *     test (3.11) |   error: a.py:3:5: undefined name 'x'
 *     test (3.11) | < Run tests: failure, exit code 1, 2.3s
 *     e2e         | > [2] Start server          in the background: the step's number
 *     e2e         |   [2] listening
 *     deploy      | skipped: if: github.event_name == 'pull_request' is false
 *     == run 1: CI failure, 12.3s
 *
 * In the quiet view the lines of a step wait in its tail until the step has failed. */
#include "cli/term.h"

#include "cli/label.h"
#include "cli/style.h"
#include "cli/visible.h"

#include <inttypes.h>
#include <stdlib.h>

/* A step that is running. */
struct live_step {
	uint64_t job; /* number */
	int step; /* number */
	bool in_group;
	struct wf_buf tail; /* quiet view: its last lines, each with a line feed */
	size_t dropped; /* lines that were in front of them */
};

struct term {
	struct record_sink sink;
	struct wf_arena *arena;
	FILE *out;
	enum term_detail detail;
	bool color;
	struct labels labels;
	struct live_step *steps;
	size_t n, cap;
	struct wf_buf body; /* the line in the making */
	struct wf_buf held; /* whole lines that are not written yet */
	int64_t flushed; /* when, milliseconds */
};

#define TAIL_MAX 65536 /* bytes of a step that wait for its end */
#define LINES_FLUSH_MS 100
#define HELD_LARGEST 65536
#define SHA_WIDTH 7

/* ---- lines ---- */

static void
add_label(struct term *term, const struct record_job *job)
{
	/* red and green are for results */
	static const char *const codes[] = { "36", "35", "34", "33", "96", "95", "94", "93" };
	struct wf_str label = labels_get(&term->labels, job);
	size_t width = visible_width(label);

	if (term->color)
		wf_buf_addf(&term->held, "\x1b[%sm", codes[job->number % WF_COUNT(codes)]);
	wf_buf_add(&term->held, label);
	for (; width < term->labels.width; width++)
		wf_buf_addc(&term->held, ' ');
	wf_buf_adds(&term->held, " |");
	if (term->color)
		wf_buf_adds(&term->held, "\x1b[0m");
}

/* Writes one line, behind the label when there is a job. */
static void
write_line(struct term *term, const struct record_job *job, struct wf_str body)
{
	if (job)
		add_label(term, job);
	if (job && body.n > 0)
		wf_buf_addc(&term->held, ' ');
	wf_buf_add(&term->held, body);
	wf_buf_addc(&term->held, '\n');
}

/* Writes and empties the body. */
static void
write_body(struct term *term, const struct record_job *job)
{
	write_line(term, job, wf_buf_str(&term->body));
	wf_buf_clear(&term->body);
}

static void
add(struct term *term, const char *text)
{
	wf_buf_adds(&term->body, text);
}

static void
add_styled(struct term *term, enum style style, const char *text)
{
	style_add(&term->body, style, wf_str(text), term->color);
}

/* Foreign text on one line: its line ends become spaces. */
static void
add_foreign(struct term *term, enum style style, struct wf_str text)
{
	wf_auto(wf_buf_release) struct wf_buf shown = WF_BUF_INIT;
	struct wf_str rest = text;

	while (rest.p) {
		visible_add(&shown, wf_str_cut(&rest, '\n'), false);
		if (rest.n > 0)
			wf_buf_addc(&shown, ' ');
	}
	style_add(&term->body, style, wf_buf_str(&shown), term->color);
}

static void
add_result(struct term *term, const char *result)
{
	add_styled(term, style_of(result), result ? result : "unknown");
}

static void
add_duration(struct term *term, int64_t ms)
{
	add(term, ", ");
	style_add_duration(&term->body, ms);
}

static void
add_reason(struct term *term, struct wf_str reason)
{
	if (reason.n == 0)
		return;
	add(term, ": ");
	add_foreign(term, STYLE_PLAIN, reason);
}

/* ---- runs and the chain between them ---- */

static void
add_run(struct term *term, const struct record_run *run)
{
	wf_buf_addf(&term->body, "== run %" PRIu64 ": ", run->number);
	add_foreign(term, STYLE_STRONG, run->workflow);
}

static void
put_run_started(struct term *term, const struct record_event *event)
{
	const struct record_run *run = event->run;

	add_run(term, run);
	add(term, "  ");
	add_foreign(term, STYLE_PLAIN, run->event);
	add(term, " ");
	add_foreign(term, STYLE_PLAIN, run->ref);
	add(term, " ");
	add_foreign(term, STYLE_FAINT, wf_str_sub(run->sha, 0, SHA_WIDTH));
	if (run->head_branch.n > 0) {
		add(term, ", head_branch ");
		add_foreign(term, STYLE_PLAIN, run->head_branch);
	}
	if (run->title.n > 0) {
		add(term, "  \"");
		add_foreign(term, STYLE_PLAIN, run->title);
		add(term, "\"");
	}
	write_body(term, NULL);
}

static void
put_run_finished(struct term *term, const struct record_event *event)
{
	add_run(term, event->run);
	add(term, " ");
	add_result(term, event->result);
	add_duration(term, event->duration);
	add_reason(term, event->reason);
	write_body(term, NULL);
}

static void
put_asleep(struct term *term, const struct record_event *event)
{
	add(term, "-- ");
	add_foreign(term, STYLE_FAINT, event->text);
	add_styled(term, STYLE_FAINT, " does not wake");
	add_reason(term, event->reason);
	if (event->place.file.n > 0) {
		add(term, " (");
		style_add_place(&term->body, &event->place);
		add(term, ")");
	}
	write_body(term, NULL);
}

static void
put_chain(struct term *term, const struct record_event *event)
{
	const struct record_chain *chain = event->chain;

	add(term, "== ");
	add_foreign(term, STYLE_STRONG, event->run->workflow);
	add(term, " ");
	add_foreign(term, STYLE_PLAIN, chain->action);
	if (event->result) {
		add(term, " (");
		add_result(term, event->result);
		add(term, ")");
	}
	add(term, " -> wakes ");
	for (size_t i = 0; i < chain->nworkflows; i++) {
		add(term, i > 0 ? ", " : "");
		add_foreign(term, STYLE_STRONG, chain->workflows[i]);
	}
	add(term, chain->nworkflows == 0 ? "nothing" : "; ref ");
	if (chain->nworkflows > 0) {
		add_foreign(term, STYLE_PLAIN, chain->ref);
		add(term, ", head_branch ");
		add_foreign(term, STYLE_PLAIN, chain->head_branch);
	}
	write_body(term, NULL);
}

/* ---- jobs ---- */

static void
forget_step(struct term *term, struct live_step *live)
{
	wf_buf_release(&live->tail);
	*live = term->steps[--term->n];
}

static void
put_job_started(struct term *term, const struct record_event *event)
{
	add_styled(term, STYLE_STRONG, "started");
	add(term, " (");
	add_foreign(term, STYLE_PLAIN, event->run->workflow);
	add(term, ")");
	write_body(term, event->job);
}

static void
put_job_finished(struct term *term, const struct record_event *event)
{
	bool skipped = event->result && strcmp(event->result, "skipped") == 0;

	if (!skipped)
		add_styled(term, STYLE_STRONG, "finished: ");
	add_result(term, event->result);
	if (!skipped)
		add_duration(term, event->duration);
	add_reason(term, event->reason);
	write_body(term, event->job);
	for (size_t i = term->n; i-- > 0;) /* a job that was killed does not end its steps */
		if (term->steps[i].job == event->job->number)
			forget_step(term, &term->steps[i]);
}

/* ---- steps ---- */

static struct live_step *
find_step(struct term *term, const struct record_step *step)
{
	for (size_t i = term->n; i-- > 0;)
		if (term->steps[i].job == step->job->number && term->steps[i].step == step->number)
			return &term->steps[i];
	return NULL;
}

static struct live_step *
add_step(struct term *term, const struct record_step *step)
{
	struct live_step *live = wf_push(term->arena, term->steps, term->n, term->cap);

	*live = (struct live_step){ .job = step->job->number, .step = step->number };
	return live;
}

/* Drops the older half of a tail that has grown too long. */
static void
halve_tail(struct live_step *live)
{
	struct wf_str rest = wf_buf_str(&live->tail);

	while (rest.n > TAIL_MAX / 2) {
		wf_str_cut(&rest, '\n');
		live->dropped++;
	}
	memmove(live->tail.p, rest.p, rest.n);
	live->tail.n = rest.n;
	live->tail.p[rest.n] = '\0';
}

/* Shows the body now, or keeps it for the end of the step. A step without a start is shown. */
static void
step_line(struct term *term, const struct record_event *event)
{
	struct live_step *live = event->step ? find_step(term, event->step) : NULL;

	if (term->detail != TERM_QUIET || !live) {
		write_body(term, event->job);
		return;
	}
	wf_buf_add(&live->tail, wf_buf_str(&term->body));
	wf_buf_addc(&live->tail, '\n');
	wf_buf_clear(&term->body);
	if (live->tail.n > TAIL_MAX)
		halve_tail(live);
}

/* Steps in the background say their number, for others speak between their lines. */
static void
add_number(struct term *term, const struct record_step *step)
{
	wf_auto(wf_buf_release) struct wf_buf number = WF_BUF_INIT;

	if (!step || !step->background)
		return;
	wf_buf_addf(&number, "[%d]", step->number);
	style_add(&term->body, STYLE_FAINT, wf_buf_str(&number), term->color);
	add(term, " ");
}

/* The space in front of a step's output. */
static void
add_indent(struct term *term, const struct record_event *event)
{
	const struct live_step *live = event->step ? find_step(term, event->step) : NULL;

	add(term, live && live->in_group ? "    " : "  ");
	add_number(term, event->step);
}

static void
add_step_name(struct term *term, const char *mark, const struct record_step *step)
{
	add(term, mark);
	add_number(term, step);
	add_foreign(term, STYLE_STRONG, step->name);
}

static void
put_step_started(struct term *term, const struct record_event *event)
{
	add_step(term, event->step);
	add_step_name(term, "> ", event->step);
	if (term->detail == TERM_QUIET)
		wf_buf_clear(&term->body);
	else
		write_body(term, event->job);
}

static void
write_tail(struct term *term, const struct record_event *event, const struct live_step *live)
{
	struct wf_str rest = wf_buf_str(&live->tail);

	add_step_name(term, "> ", event->step);
	write_body(term, event->job);
	if (live->dropped > 0) {
		wf_buf_addf(&term->body, "  ... %zu lines left out", live->dropped);
		write_body(term, event->job);
	}
	while (rest.n > 0)
		write_line(term, event->job, wf_str_cut(&rest, '\n'));
}

static void
write_step_end(struct term *term, const struct record_event *event)
{
	bool skipped = event->result && strcmp(event->result, "skipped") == 0;
	bool forgiven = event->outcome && event->result &&
	                strcmp(event->outcome, event->result) != 0;

	add_step_name(term, skipped ? "- " : "< ", event->step);
	add(term, ": ");
	add_result(term, forgiven ? event->outcome : event->result);
	if (forgiven)
		add(term, " (continue-on-error)");
	if (event->exit_code > 0)
		wf_buf_addf(&term->body, ", exit code %d", event->exit_code);
	if (!skipped)
		add_duration(term, event->duration);
	add_reason(term, event->reason);
	write_body(term, event->job);
}

static void
put_step_finished(struct term *term, const struct record_event *event)
{
	struct live_step *live = find_step(term, event->step);
	bool failed = event->outcome && strcmp(event->outcome, "failure") == 0;

	if (term->detail == TERM_QUIET && failed && live)
		write_tail(term, event, live);
	if (term->detail != TERM_QUIET || failed)
		write_step_end(term, event);
	if (live)
		forget_step(term, live);
}

/* ---- what a step prints ---- */

static void
put_line(struct term *term, const struct record_event *event)
{
	if (event->text.n > 0) {
		add_indent(term, event);
		visible_add(&term->body, event->text, term->color);
	}
	step_line(term, event);
}

static void
put_group(struct term *term, const struct record_event *event)
{
	struct live_step *live = event->step ? find_step(term, event->step) : NULL;

	add(term, "  + ");
	add_number(term, event->step);
	add_foreign(term, STYLE_STRONG, event->text);
	step_line(term, event);
	if (live)
		live->in_group = true;
}

static void
put_endgroup(struct term *term, const struct record_event *event)
{
	struct live_step *live = event->step ? find_step(term, event->step) : NULL;

	if (live)
		live->in_group = false;
}

static void
put_debug(struct term *term, const struct record_event *event)
{
	bool asked = term->detail == TERM_NORMAL && event->job && event->job->debug;

	if (term->detail != TERM_VERBOSE && !asked)
		return;
	add_indent(term, event);
	add_styled(term, STYLE_FAINT, "debug: ");
	add_foreign(term, STYLE_FAINT, event->text);
	step_line(term, event);
}

/* "error: file:line:col: title: message", further lines of the message below it. */
static void
put_annotation(struct term *term, const struct record_event *event)
{
	struct wf_str rest = event->text;

	add_indent(term, event);
	add_styled(term, style_of(event->level), event->level ? event->level : "notice");
	add(term, ": ");
	if (event->place.file.n > 0) {
		style_add_place(&term->body, &event->place);
		add(term, ": ");
	}
	if (event->place.title.n > 0) {
		add_foreign(term, STYLE_STRONG, event->place.title);
		add(term, ": ");
	}
	add_foreign(term, STYLE_PLAIN, wf_str_cut(&rest, '\n'));
	step_line(term, event);
	while (rest.n > 0) {
		add_indent(term, event);
		add(term, "  ");
		add_foreign(term, STYLE_PLAIN, wf_str_cut(&rest, '\n'));
		step_line(term, event);
	}
}

/* ---- what wfrun itself has to say ---- */

static void
put_remark(struct term *term, const struct record_event *event)
{
	bool difference = event->kind == RECORD_DIFFERENCE;

	add_styled(term, difference ? STYLE_CAREFUL : STYLE_HINT,
	    difference ? "difference: " : "note: ");
	if (event->place.file.n > 0) {
		style_add_place(&term->body, &event->place);
		add(term, ": ");
	}
	add_foreign(term, STYLE_PLAIN, event->text);
	write_body(term, event->job);
}

static void
put_artifact(struct term *term, const struct record_event *event)
{
	add_styled(term, STYLE_HINT, "artifact: ");
	add_foreign(term, STYLE_PLAIN, event->text);
	add(term, " in ");
	add_foreign(term, STYLE_PLAIN, event->place.file);
	write_body(term, event->job);
}

static void
put_write(struct term *term, const struct record_event *event)
{
	add_styled(term, STYLE_HINT, "not done on GitHub: ");
	add_foreign(term, STYLE_PLAIN, event->text);
	write_body(term, event->job);
}

static void
show(struct term *term, const struct record_event *event)
{
	switch (event->kind) {
	case RECORD_WORKFLOW_ASLEEP: put_asleep(term, event); return;
	case RECORD_RUN_STARTED: put_run_started(term, event); return;
	case RECORD_RUN_FINISHED: put_run_finished(term, event); return;
	case RECORD_JOB_STARTED: put_job_started(term, event); return;
	case RECORD_JOB_FINISHED: put_job_finished(term, event); return;
	case RECORD_STEP_STARTED: put_step_started(term, event); return;
	case RECORD_STEP_FINISHED: put_step_finished(term, event); return;
	case RECORD_LINE: put_line(term, event); return;
	case RECORD_GROUP: put_group(term, event); return;
	case RECORD_ENDGROUP: put_endgroup(term, event); return;
	case RECORD_ANNOTATION: put_annotation(term, event); return;
	case RECORD_DEBUG: put_debug(term, event); return;
	case RECORD_STEP_SUMMARY: return; /* the summary at the end has it */
	case RECORD_DIFFERENCE:
	case RECORD_NOTE: put_remark(term, event); return;
	case RECORD_ARTIFACT: put_artifact(term, event); return;
	case RECORD_WOULD: put_write(term, event); return;
	case RECORD_CHAIN: put_chain(term, event); return;
	}
	abort();
}

static void
flush(struct record_sink *sink)
{
	struct term *term = (struct term *)sink;

	if (term->held.n > 0)
		fwrite(term->held.p, 1, term->held.n, term->out);
	fflush(term->out);
	wf_buf_clear(&term->held);
}

static void
put(struct record_sink *sink, const struct record_event *event)
{
	struct term *term = (struct term *)sink;

	show(term, event);
	if (event->kind != RECORD_LINE || term->held.n >= HELD_LARGEST ||
	    event->time - term->flushed >= LINES_FLUSH_MS) {
		flush(sink);
		term->flushed = event->time;
	}
}

static void
close_sink(struct record_sink *sink)
{
	struct term *term = (struct term *)sink;

	flush(sink);
	while (term->n > 0)
		forget_step(term, &term->steps[term->n - 1]);
	wf_buf_release(&term->body);
	wf_buf_release(&term->held);
	wf_arena_free(term->arena);
}

struct record_sink *
term_new(FILE *out, enum term_detail detail, bool color)
{
	struct wf_arena *arena = wf_arena_new();
	struct term *term = wf_new(arena, struct term);

	term->sink = (struct record_sink){ .put = put, .flush = flush, .close = close_sink };
	term->arena = arena;
	term->out = out;
	term->detail = detail;
	term->color = color;
	labels_init(&term->labels, arena);
	return &term->sink;
}
