/* SPDX-License-Identifier: MIT */
/* list_schedule.c - all schedules of all workflows on one line of time. */
#include "cli/list_schedule.h"

#include <stdlib.h>
#include <time.h>

#include "base/zone.h"
#include "model/cron_times.h"

#define SECONDS_OF_DAY INT64_C(86400)
#define DAYS_OF_WEEK 7

static const char *const weekdays[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

/* An entry fires. */
struct firing {
	int64_t at;
	int offset; /* of the entry's zone */
	const struct session_workflow *workflow;
	const struct when_cron *entry;
	size_t order; /* of those at the same time: as they stand in the files */
};

struct firings {
	struct firing *items;
	size_t n, cap;
};

/* ---- finding ---- */

static int
offset_of(const void *data, int64_t at)
{
	const struct wf_zone *zone = data;

	return zone->entered ? wf_zone_offset(at) : 0;
}

static bool
add_entry(struct scene *scene, const struct session_workflow *workflow,
    const struct when_cron *entry, struct cron_span span, struct firings *out, struct wf_error *err)
{
	wf_auto(wf_zone_leave) struct wf_zone zone = { 0 };
	struct wf_arena *arena = scene->cmd->arena;
	struct cron cron;
	int64_t *times;
	size_t n;

	if (!cron_read(entry->cron, &cron))
		return wf_fail(err, WF_ERR_INVALID, entry->pos, "'%.*s' is no schedule",
		    WF_ARG(entry->cron));
	if (entry->timezone.n > 0 && !wf_zone_enter(&zone, entry->timezone, entry->pos, err))
		return false;
	n = cron_times(arena, &cron, span, offset_of, &zone, &times);
	for (size_t i = 0; i < n; i++) {
		struct firing *firing = wf_push(arena, out->items, out->n, out->cap);

		*firing = (struct firing){ times[i], offset_of(&zone, times[i]), workflow, entry,
			out->n };
	}
	return true;
}

static int
by_time(const void *a, const void *b)
{
	const struct firing *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static bool
find(struct scene *scene, struct cron_span span, struct firings *out, struct wf_error *err)
{
	for (size_t i = 0; i < scene->n; i++) {
		const struct session_workflow *workflow = &scene->workflows[i];
		const struct when_event *on = NULL;

		if (workflow->wf)
			on = when_find(workflow->wf->on, WF_S("schedule"));
		for (size_t k = 0; on && k < on->ncrons; k++)
			if (!add_entry(scene, workflow, &on->crons[k], span, out, err))
				return false;
	}
	if (out->n > 0)
		qsort(out->items, out->n, sizeof(*out->items), by_time);
	return true;
}

/* ---- the week ---- */

static bool
read_part(struct wf_str *rest, char sep, size_t digits, int *out)
{
	struct wf_str part = wf_str_cut(rest, sep);
	uint64_t number;

	if (part.n != digits || !wf_str_u64(part, &number))
		return false;
	*out = (int)number;
	return true;
}

/* "2026-11-23" */
static bool
read_day(struct wf_str text, struct cron_day *day)
{
	struct cron_day same;

	if (!read_part(&text, '-', 4, &day->year) || !read_part(&text, '-', 2, &day->month) ||
	    !read_part(&text, '-', 2, &day->day) || text.p || day->year < 1971 || day->month < 1 ||
	    day->month > 12)
		return false;
	same =
	    cron_day_of(cron_day_number(*day)); /* the 31st of a month that has none is another */
	return same.day == day->day && same.month == day->month;
}

static bool
read_week(const char *text, struct cron_span *span, struct wf_error *err)
{
	struct cron_day day;

	span->from = time(NULL);
	if (text && !read_day(wf_str(text), &day))
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "option '--week' takes a day such as 2026-11-23, not '%s'", text);
	if (text)
		span->from = cron_day_number(day) * SECONDS_OF_DAY;
	span->to = span->from + DAYS_OF_WEEK * SECONDS_OF_DAY;
	return true;
}

/* ---- output ---- */

/* "2026-11-23T05:30" */
static struct wf_str
time_text(struct wf_arena *arena, int64_t at, char between)
{
	struct cron_day day = cron_day_of(at / SECONDS_OF_DAY);

	return wf_strf(arena, "%04d-%02d-%02d%c%02d:%02d", day.year, day.month, day.day, between,
	    (int)(at / 3600 % 24), (int)(at / 60 % 60));
}

static void
print_firing(struct wf_buf *out, struct wf_arena *arena, const struct firing *firing)
{
	struct wf_str zone = firing->entry->timezone;
	int64_t local = firing->at + firing->offset;

	wf_buf_addf(out, "%s %.*s UTC  %.*s:%d  '%.*s'",
	    weekdays[cron_weekday(firing->at / SECONDS_OF_DAY)],
	    WF_ARG(time_text(arena, firing->at, ' ')), WF_ARG(firing->workflow->path),
	    firing->entry->pos.line, WF_ARG(firing->entry->cron));
	if (zone.n > 0)
		wf_buf_addf(out, "  %s %02d:%02d %.*s",
		    weekdays[cron_weekday(local / SECONDS_OF_DAY)], (int)(local / 3600 % 24),
		    (int)(local / 60 % 60), WF_ARG(zone));
	wf_buf_addc(out, '\n');
}

static struct expr_value
firing_json(struct wf_arena *arena, const struct firing *firing)
{
	struct expr_object *out = expr_object_new(arena);
	int minutes = abs(firing->offset) / 60;

	expr_object_set(out, WF_S("time"),
	    expr_string(wf_strf(arena, "%.*s:00Z", WF_ARG(time_text(arena, firing->at, 'T')))));
	expr_object_set(out, WF_S("path"), expr_string(firing->workflow->path));
	expr_object_set(out, WF_S("name"), expr_string(firing->workflow->wf->name));
	expr_object_set(out, WF_S("line"), expr_number(firing->entry->pos.line));
	expr_object_set(out, WF_S("cron"), expr_string(firing->entry->cron));
	if (firing->entry->timezone.n > 0) {
		expr_object_set(out, WF_S("timezone"), expr_string(firing->entry->timezone));
		expr_object_set(out, WF_S("local_time"),
		    expr_string(wf_strf(arena, "%.*s:00%c%02d:%02d",
		        WF_ARG(time_text(arena, firing->at + firing->offset, 'T')),
		        firing->offset < 0 ? '-' : '+', minutes / 60, minutes % 60)));
	}
	return expr_object_value(out);
}

bool
list_schedule(struct scene *scene, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	const struct args *args = scene->cmd->args;
	struct wf_arena *arena = scene->cmd->arena;
	struct expr_array *list = expr_array_new(arena);
	struct firings firings = { 0 };
	struct cron_span span = { 0 };

	if (!read_week(args->week, &span, err) || !find(scene, span, &firings, err))
		return false;
	for (size_t i = 0; i < firings.n; i++)
		if (args->json)
			expr_array_push(list, firing_json(arena, &firings.items[i]));
		else
			print_firing(&out, arena, &firings.items[i]);
	if (args->json)
		cmd_print_json(expr_array_value(list));
	else if (firings.n > 0)
		cmd_print_wrapped(&out);
	return true;
}
