/* SPDX-License-Identifier: MIT */
/* cron_times.h - when a schedule fires. */
#pragma once

#include "base/arena.h"
#include "model/cron.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A day of the calendar, from the year 1 on. */
struct cron_day {
	int year, month, day; /* month and day from 1 */
};
/* The number of days since 1970-01-01, and back; 0 is Sunday. */
int64_t cron_day_number(struct cron_day day);
struct cron_day cron_day_of(int64_t number);
int cron_weekday(int64_t number);

/* Whether a minute since 1970 is named. Where both the day of the month and the weekday are
 * restricted, either is enough. */
bool cron_has_minute(const struct cron *cron, int64_t minute);

/* How far local time is before UTC at a time, in seconds; it changes at quarters of an hour. */
typedef int cron_offset(const void *data, int64_t at);

struct cron_span {
	int64_t from, to; /* seconds since 1970; `to` is outside */
};

/* The times of the span at which the schedule fires, in order; gives their number. What is due in
 * an hour that the clocks leave out fires when they have been put forward, as GitHub documents. Of
 * an hour that comes twice GitHub says nothing: it fires the first time only, but for a schedule of
 * minutes or hours that go on. */
size_t cron_times(struct wf_arena *arena, const struct cron *cron, struct cron_span span,
    cron_offset *offset, const void *data, int64_t **out);
