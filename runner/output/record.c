/* SPDX-License-Identifier: MIT */
/* record.c - the one door through which facts pass to those who show or keep them. */
#include "runner/output/record.h"

#include <stdlib.h>

struct record {
	struct wf_arena *arena;
	struct wf_arena *scratch; /* masked texts of one event */
	struct wf_buf buf;
	int64_t (*now)(void *data);
	void *data;
	int64_t held; /* the time of all events; 0: the clock is asked */
	struct record_sink **sinks;
	size_t n, cap;
};

const char *
record_kind_name(enum record_kind kind)
{
	switch (kind) {
#define X(suffix, name)                                                                            \
	case RECORD_##suffix: return name;
		RECORD_KINDS(X)
#undef X
	}
	abort();
}

/* text as the mask leaves it; made anew in scratch when something was covered. */
static struct wf_str
masked(struct record *record, const struct mask *mask, struct wf_str text)
{
	struct wf_str covered = mask_apply(mask, text, &record->buf);

	return covered.p == text.p ? text : wf_str_dup(record->scratch, covered);
}

/* GitHub masks a summary line by line and so ends each line with a line feed. */
static struct wf_str
masked_lines(struct record *record, const struct mask *mask, struct wf_str text)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct wf_str rest = text;

	if (!mask_hits(mask, text))
		return text;
	while (rest.n > 0) {
		struct wf_str line = wf_str_cut(&rest, '\n');

		if (wf_str_ends(line, WF_S("\r")))
			line.n--;
		wf_buf_add(&out, mask_apply(mask, line, &record->buf));
		wf_buf_addc(&out, '\n');
	}
	return wf_buf_take(&out, record->scratch);
}

static const struct command_pair *
masked_pairs(struct record *record, const struct mask *mask, const struct command_pair *pairs,
    size_t n)
{
	struct command_pair *copy = wf_new_array(record->scratch, n, struct command_pair);

	for (size_t i = 0; i < n; i++) {
		copy[i].name = masked(record, mask, pairs[i].name);
		copy[i].value = masked(record, mask, pairs[i].value);
	}
	return copy;
}

/* A line has but its text; there are millions of them. */
static void
mask_line(struct record *record, struct record_event *event, struct record_step *step)
{
	event->text = masked(record, event->mask, event->text);
	if (event->step) {
		*step = *event->step;
		step->name = WF_S("");
		event->step = step;
	}
}

/* Replaces all that came from a step or an expression on the machine. */
static void
mask_event(struct record *record, struct record_event *event, struct record_step *step)
{
	const struct mask *mask = event->mask;

	if (event->kind == RECORD_STEP_SUMMARY)
		event->text = masked_lines(record, mask, event->text);
	else
		event->text = masked(record, mask, event->text);
	event->reason = masked(record, mask, event->reason);
	event->place.file = masked(record, mask, event->place.file);
	event->place.title = masked(record, mask, event->place.title);
	if (event->noutputs)
		event->outputs = masked_pairs(record, mask, event->outputs, event->noutputs);
	if (event->step) {
		*step = *event->step;
		step->name = masked(record, mask, step->name);
		event->step = step;
	}
}

void
record_put(struct record *record, const struct record_event *event)
{
	struct record_event seen = *event;
	struct record_step step;

	seen.time = record_now(record);
	if (!seen.job && seen.step)
		seen.job = seen.step->job;
	if (!seen.run && seen.job)
		seen.run = seen.job->run;
	if (seen.mask && seen.kind == RECORD_LINE)
		mask_line(record, &seen, &step);
	else if (seen.mask)
		mask_event(record, &seen, &step);
	for (size_t i = 0; i < record->n; i++)
		record->sinks[i]->put(record->sinks[i], &seen);
	if (wf_arena_used(record->scratch))
		wf_arena_reset(record->scratch);
}

int64_t
record_now(const struct record *record)
{
	return record->held ? record->held : record->now(record->data);
}

void
record_hold_time(struct record *record)
{
	record->held = record->now(record->data);
}

void
record_release_time(struct record *record)
{
	record->held = 0;
}

void
record_flush(struct record *record)
{
	for (size_t i = 0; i < record->n; i++)
		if (record->sinks[i]->flush)
			record->sinks[i]->flush(record->sinks[i]);
}

void
record_add_sink(struct record *record, struct record_sink *sink)
{
	*wf_push(record->arena, record->sinks, record->n, record->cap) = sink;
}

struct record *
record_new(int64_t (*now)(void *data), void *data)
{
	struct wf_arena *arena = wf_arena_new();
	struct record *record = wf_new(arena, struct record);

	record->arena = arena;
	record->scratch = wf_arena_new();
	record->now = now;
	record->data = data;
	return record;
}

void
record_free(struct record *record)
{
	if (!record)
		return;
	for (size_t i = 0; i < record->n; i++)
		record->sinks[i]->close(record->sinks[i]);
	wf_buf_release(&record->buf);
	wf_arena_free(record->scratch);
	wf_arena_free(record->arena);
}
