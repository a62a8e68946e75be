/* SPDX-License-Identifier: MIT */
/* report.c - the sink that remembers what the summary will say. */
#include "runner/output/report.h"

#include <stdlib.h>

/* How many annotations a step has, by level; step 0: the job outside of its steps. */
struct issues {
	uint64_t job;
	int step;
	size_t counts[3];
};

struct collector {
	struct record_sink sink;
	struct issues *issues; /* of what has not ended */
	size_t nissues, issues_cap;
	struct report report;
	struct report_job **jobs; /* by number, over all runs; NULL: not heard of */
	size_t njobs, cap;
};

static struct report_run *
find_run(struct collector *c, const struct record_run *run)
{
	struct report *report = &c->report;
	struct wf_arena *arena = report->arena;
	struct report_run *copy;

	if (!run)
		return NULL;
	for (size_t i = report->nruns; i-- > 0;)
		if (report->runs[i]->facts.number == run->number)
			return report->runs[i];
	copy = wf_new(arena, struct report_run);
	copy->facts = *run;
	copy->facts.workflow = wf_str_dup(arena, run->workflow);
	copy->facts.path = wf_str_dup(arena, run->path);
	copy->facts.event = wf_str_dup(arena, run->event);
	copy->facts.ref = wf_str_dup(arena, run->ref);
	copy->facts.sha = wf_str_dup(arena, run->sha);
	copy->facts.head_branch = wf_str_dup(arena, run->head_branch);
	copy->facts.title = wf_str_dup(arena, run->title);
	*wf_push(arena, report->runs, report->nruns, report->cap) = copy;
	return copy;
}

static struct report_job *
add_job(struct collector *c, const struct record_job *job)
{
	struct report_run *run = find_run(c, job->run);
	struct wf_arena *arena = c->report.arena;
	struct report_job *copy = wf_new(arena, struct report_job);

	copy->facts.run = &run->facts;
	copy->facts.number = job->number;
	copy->facts.id = wf_str_dup(arena, job->id);
	copy->facts.name = wf_str_dup(arena, job->name);
	copy->failed_exit = -1;
	*wf_push(arena, run->jobs, run->njobs, run->cap) = copy;
	return copy;
}

static struct report_job *
find_job(struct collector *c, const struct record_job *job)
{
	if (!job)
		return NULL;
	while (c->njobs <= job->number)
		(void)wf_push(c->report.arena, c->jobs, c->njobs, c->cap);
	if (!c->jobs[job->number])
		c->jobs[job->number] = add_job(c, job);
	return c->jobs[job->number];
}

/* The beginning of a text that is too long, without half a character at its end. */
static struct wf_str
shortened(struct wf_arena *arena, struct wf_str text)
{
	size_t end = REPORT_TEXT_MAX;

	if (text.n <= end)
		return wf_str_dup(arena, text);
	while (end > 0 && ((unsigned char)text.p[end] & 0xC0) == 0x80)
		end--;
	return wf_strf(arena, "%.*s ...", WF_ARG(wf_str_sub(text, 0, end)));
}

static void
add_text(struct collector *c, struct report_texts *list, const struct record_event *event)
{
	struct wf_arena *arena = c->report.arena;
	struct report_text *text;

	if (list->n == REPORT_TEXTS_MAX || list->bytes > (size_t)16 * REPORT_TEXT_MAX) {
		list->dropped++;
		return;
	}
	text = wf_push(arena, list->items, list->n, list->cap);
	text->text = shortened(arena, event->text);
	text->reason = shortened(arena, event->reason);
	text->place = event->place;
	text->place.file = shortened(arena, event->place.file);
	text->place.title = shortened(arena, event->place.title);
	text->level = event->level;
	text->run = find_run(c, event->run);
	text->job = find_job(c, event->job);
	if (event->step)
		text->step = shortened(arena, event->step->name);
	list->bytes += text->text.n;
}

static struct issues *
find_issues(struct collector *c, uint64_t job, int step)
{
	for (size_t i = c->nissues; i-- > 0;)
		if (c->issues[i].job == job && c->issues[i].step == step)
			return &c->issues[i];
	return NULL;
}

/* What has ended says nothing more. */
static void
forget_issues(struct collector *c, uint64_t job, int step)
{
	struct issues *issues = find_issues(c, job, step);

	if (issues)
		*issues = c->issues[--c->nissues];
}

static size_t
level_index(const char *level)
{
	static const char *const levels[] = { "error", "warning" };
	size_t i = 0;

	while (i < WF_COUNT(levels) && !(level && strcmp(level, levels[i]) == 0))
		i++;
	return i;
}

/* Whether GitHub has room for one more annotation of this step; the log has it in any case. */
static bool
has_room(struct collector *c, const struct record_event *event)
{
	struct issues *issues;
	int step;

	if (!event->job)
		return true;
	step = event->step ? event->step->number : 0;
	issues = find_issues(c, event->job->number, step);
	if (!issues) {
		issues = wf_push(c->report.arena, c->issues, c->nissues, c->issues_cap);
		*issues = (struct issues){ .job = event->job->number, .step = step };
	}
	return issues->counts[level_index(event->level)]++ < REPORT_ISSUES_MAX;
}

/* The beginning of a message, cut where .NET would cut it, without half a character at its end. */
static struct wf_str
cut_message(struct wf_str text)
{
	size_t at = 0, units = 0, len;

	while (at < text.n) {
		units += wf_utf8_get(wf_str_skip(text, at), &len) > 0xFFFF ? 2 : 1;
		if (units > REPORT_MESSAGE_MAX)
			break;
		at += len;
	}
	return wf_str_sub(text, 0, at);
}

static void
add_annotation(struct collector *c, const struct record_event *event)
{
	struct record_event cut = *event;

	if (!has_room(c, event)) {
		c->report.annotations.dropped++;
		return;
	}
	cut.text = cut_message(event->text);
	add_text(c, &c->report.annotations, &cut);
}

static void
add_summary(struct collector *c, const struct record_event *event)
{
	struct report_job *job = find_job(c, event->job);

	if (job && job->nsummaries++ >= REPORT_SUMMARIES_MAX)
		c->report.summaries.dropped++;
	else
		add_text(c, &c->report.summaries, event);
}

static void
add_artifact(struct collector *c, const struct record_event *event)
{
	struct report *report = &c->report;
	struct wf_arena *arena = report->arena;
	struct report_artifact *artifact = NULL;

	for (size_t i = 0; i < report->nartifacts; i++) /* one that was overwritten is said once */
		if (wf_str_eq(report->artifacts[i].path, event->place.file))
			artifact = &report->artifacts[i];
	if (!artifact && report->nartifacts == REPORT_TEXTS_MAX)
		return;
	if (!artifact)
		artifact = wf_push(arena, report->artifacts, report->nartifacts,
		    report->artifacts_cap);
	artifact->name = shortened(arena, event->text);
	artifact->path = shortened(arena, event->place.file);
	artifact->facts = *event->artifact;
}

static void
finish_run(struct collector *c, const struct record_event *event)
{
	struct report_run *run = find_run(c, event->run);

	run->result = event->result;
	run->duration = event->duration;
	run->reason = shortened(c->report.arena, event->reason);
}

static void
finish_job(struct collector *c, const struct record_event *event)
{
	struct report_job *job = find_job(c, event->job);

	forget_issues(c, event->job->number, 0);
	job->result = event->result;
	job->duration = event->duration;
	job->reason = shortened(c->report.arena, event->reason);
	job->facts.environment = shortened(c->report.arena, event->job->environment);
	job->facts.environment_url = shortened(c->report.arena, event->job->environment_url);
}

static void
finish_step(struct collector *c, const struct record_event *event)
{
	struct report_job *job = find_job(c, event->job);

	forget_issues(c, event->job->number, event->step->number);
	job->nsteps++;
	if (job->failed_step.n > 0 || !event->result || strcmp(event->result, "failure") != 0)
		return;
	job->failed_step = shortened(c->report.arena, event->step->name);
	job->failed_exit = event->exit_code > 0 ? event->exit_code : -1;
}

static void
put(struct record_sink *sink, const struct record_event *event)
{
	struct collector *c = (struct collector *)sink;
	struct report *report = &c->report;

	if (!report->first)
		report->first = event->time;
	report->last = event->time;
	switch (event->kind) {
	case RECORD_WORKFLOW_ASLEEP: add_text(c, &report->asleep, event); return;
	case RECORD_RUN_STARTED: find_run(c, event->run); return;
	case RECORD_RUN_FINISHED: finish_run(c, event); return;
	case RECORD_JOB_STARTED: find_job(c, event->job); return;
	case RECORD_JOB_FINISHED: finish_job(c, event); return;
	case RECORD_STEP_FINISHED: finish_step(c, event); return;
	case RECORD_ANNOTATION: add_annotation(c, event); return;
	case RECORD_STEP_SUMMARY: add_summary(c, event); return;
	case RECORD_DIFFERENCE: add_text(c, &report->differences, event); return;
	case RECORD_NOTE: add_text(c, &report->notes, event); return;
	case RECORD_ARTIFACT: add_artifact(c, event); return;
	case RECORD_WOULD: add_text(c, &report->writes, event); return;
	case RECORD_STEP_STARTED:
	case RECORD_LINE:
	case RECORD_GROUP:
	case RECORD_ENDGROUP:
	case RECORD_DEBUG:
	case RECORD_CHAIN: return;
	}
	abort();
}

static void
close_sink(struct record_sink *sink)
{
	struct collector *c = (struct collector *)sink;

	wf_arena_free(c->report.arena);
}

struct record_sink *
record_report_new(const struct report **report)
{
	struct wf_arena *arena = wf_arena_new();
	struct collector *c = wf_new(arena, struct collector);

	c->sink = (struct record_sink){ .put = put, .close = close_sink };
	c->report.arena = arena;
	*report = &c->report;
	return &c->sink;
}
