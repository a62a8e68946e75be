/* SPDX-License-Identifier: MIT */
/* cron_times.c - walks over the minutes of UTC and looks at what a clock on the wall shows. */
#include "model/cron_times.h"

/* ---- days ---- */

#define DAYS_OF_400_YEARS 146097
#define MINUTES_OF_DAY INT64_C(1440)

int64_t
cron_day_number(struct cron_day day)
{
	/* years that begin in March have the leap day at their end */
	int64_t year = day.month > 2 ? day.year : day.year - 1;
	int64_t month = (day.month + 9) % 12;

	return year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day.day -
	       1 - 719468; /* from March of the year 0 to 1970 */
}

struct cron_day
cron_day_of(int64_t number)
{
	int64_t since = number + 719468;
	int64_t era = since / DAYS_OF_400_YEARS, rest = since % DAYS_OF_400_YEARS;
	int64_t year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
	int64_t of_year = rest - (year * 365 + year / 4 - year / 100);
	int64_t month = (of_year * 5 + 2) / 153;

	return (struct cron_day){
		.year = (int)(era * 400 + year + (month >= 10)),
		.month = (int)(month < 10 ? month + 3 : month - 9),
		.day = (int)(of_year - (month * 153 + 2) / 5 + 1),
	};
}

int
cron_weekday(int64_t number)
{
	return (int)((number + 4) % 7); /* 1970-01-01 was a Thursday */
}

static bool
has_day(const struct cron *cron, int64_t number)
{
	struct cron_day day = cron_day_of(number);
	bool by_day = cron->values[CRON_DAY] >> day.day & 1;
	bool by_weekday = cron->values[CRON_WEEKDAY] >> cron_weekday(number) & 1;

	if (!(cron->values[CRON_MONTH] >> day.month & 1))
		return false;
	if (cron->any[CRON_DAY] || cron->any[CRON_WEEKDAY])
		return by_day && by_weekday;
	return by_day || by_weekday;
}

bool
cron_has_minute(const struct cron *cron, int64_t minute)
{
	return cron->values[CRON_MINUTE] >> minute % 60 & 1 &&
	       cron->values[CRON_HOUR] >> minute / 60 % 24 & 1 &&
	       has_day(cron, minute / MINUTES_OF_DAY);
}

/* ---- times ---- */

#define QUARTER 15
#define LOOK_BACK MINUTES_OF_DAY /* clocks are never set back by more */

/* The minutes of a span of time as a clock on the wall shows them. */
struct wall {
	cron_offset *offset;
	const void *data;
	int64_t latest; /* the latest that was shown so far */
	bool jumped; /* minutes from `skipped` on were left out just before this one */
	int64_t skipped;
};

/* What the clock shows at a minute of UTC. Asked minute by minute. */
static int64_t
show(struct wall *wall, int64_t minute, int *shift)
{
	int64_t shown;

	if (minute % QUARTER == 0)
		*shift = wall->offset(wall->data, minute * 60) / 60;
	shown = minute + *shift;
	wall->jumped = shown > wall->latest + 1;
	wall->skipped = wall->latest + 1;
	return shown;
}

/* Whether it fires when the clock has come to `shown`: what was due in an hour that is left out
 * fires behind it; in an hour that comes twice only what goes on all the time fires twice. */
static bool
fires(const struct cron *cron, const struct wall *wall, int64_t shown)
{
	if (shown <= wall->latest && !cron->interval)
		return false;
	for (int64_t minute = wall->jumped ? wall->skipped : shown; minute <= shown; minute++)
		if (cron_has_minute(cron, minute))
			return true;
	return false;
}

size_t
cron_times(struct wf_arena *arena, const struct cron *cron, struct cron_span span,
    cron_offset *offset, const void *data, int64_t **out)
{
	int64_t from = (span.from + 59) / 60, to = (span.to + 59) / 60;
	int64_t minute = (from - LOOK_BACK) / QUARTER * QUARTER;
	struct wall wall = { .offset = offset, .data = data };
	size_t n = 0, cap = 0;
	int shift = 0;

	*out = NULL;
	wall.latest = minute - 1 + offset(data, minute * 60) / 60;
	for (; minute < to; minute++) {
		int64_t shown = show(&wall, minute, &shift);

		if (minute >= from && fires(cron, &wall, shown))
			*wf_push(arena, *out, n, cap) = minute * 60;
		if (shown > wall.latest)
			wall.latest = shown;
	}
	return n;
}
