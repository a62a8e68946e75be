/* SPDX-License-Identifier: MIT */
/* test_cron.c - when a schedule fires, also where the clocks are changed. */
#include <stdio.h>

#include "base/zone.h"
#include "model/cron_times.h"
#include "test.h"

static int
offset_of_zone(const void *data, int64_t at)
{
	return data ? wf_zone_offset(at) : 0;
}

/* The minutes of local time at which it fires in the hours from `from` on: "29T05:30 ...". */
static struct wf_str
times(struct wf_arena *arena, const char *text, const char *zone_name, struct cron_day from,
    int hours)
{
	wf_auto(wf_zone_leave) struct wf_zone zone = { 0 };
	struct wf_buf out = WF_BUF_INIT;
	struct cron_span span = { .from = cron_day_number(from) * 86400 };
	struct cron cron;
	struct wf_error err;
	int64_t *at;
	size_t n;

	span.to = span.from + (int64_t)hours * 3600;
	CHECK(cron_read(wf_str(text), &cron));
	if (zone_name)
		CHECK(wf_zone_enter(&zone, wf_str(zone_name), WF_NOWHERE, &err));
	n = cron_times(arena, &cron, span, offset_of_zone, zone_name, &at);
	for (size_t i = 0; i < n; i++) {
		int64_t minute = (at[i] + offset_of_zone(zone_name, at[i])) / 60;

		wf_buf_addf(&out, "%s%02dT%02d:%02d", i > 0 ? " " : "",
		    cron_day_of(minute / 1440).day, (int)(minute / 60 % 24), (int)(minute % 60));
	}
	return wf_buf_take(&out, arena);
}

TEST(cron_knows_the_days_of_the_calendar)
{
	static const struct {
		struct cron_day day;
		int64_t number;
		int weekday;
	} rows[] = {
		{ { 1970, 1, 1 }, 0, 4 },
		{ { 1999, 12, 31 }, 10956, 5 },
		{ { 2000, 2, 29 }, 11016, 2 },
		{ { 2000, 3, 1 }, 11017, 3 },
		{ { 2026, 11, 21 }, 20778, 6 },
		{ { 2100, 3, 1 }, 47541, 1 },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct cron_day back = cron_day_of(rows[i].number);

		CHECK_INT(cron_day_number(rows[i].day), rows[i].number);
		CHECK_INT(cron_weekday(rows[i].number), rows[i].weekday);
		CHECK_INT(back.year, rows[i].day.year);
		CHECK_INT(back.month, rows[i].day.month);
		CHECK_INT(back.day, rows[i].day.day);
	}
	for (int64_t n = 0; n < 60000; n++)
		CHECK_INT(cron_day_number(cron_day_of(n)), n);
}

TEST(cron_fires_at_the_minutes_that_are_named)
{
	static const struct {
		const char *text;
		const char *want; /* from Friday, the 20th of November 2026, four days */
	} rows[] = {
		{ "30 5 * * *", "20T05:30 21T05:30 22T05:30 23T05:30" },
		{ "0 0 21 * *", "21T00:00" },
		{ "0 12 * * 1-5", "20T12:00 23T12:00" },
		{ "0 12 * * SUN", "22T12:00" },
		{ "0 0 23 * 5", "20T00:00 23T00:00" }, /* either day */
		{ "0 0 */2 * 5", "" }, /* '*' restricts nothing: both */
		{ "0 0 * JAN *", "" },
		{ "50/5 1 22 11 *", "22T01:50 22T01:55" },
		{ "0 2-8/3 22 11 *", "22T02:00 22T05:00 22T08:00" },
		{ "5,0 0 22 NOV *", "22T00:00 22T00:05" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct cron_day from = { 2026, 11, 20 };

		CHECK_STR(times(arena, rows[i].text, NULL, from, 96), rows[i].want);
	}
}

TEST(cron_heeds_the_change_of_clocks)
{
	static const struct {
		const char *text;
		int month, day;
		const char *want; /* of 23 hours in Berlin, from midnight UTC */
	} rows[] = {
		/* put forward from 2:00 to 3:00 */
		{ "30 2 * * *", 3, 29, "29T03:00" },
		{ "*/30 1-3 * * *", 3, 29, "29T01:00 29T01:30 29T03:00 29T03:30" },
		{ "0 3 * * *", 3, 29, "29T03:00" },
		/* put back from 3:00 to 2:00 */
		{ "30 2 * * *", 10, 25, "25T02:30" },
		{ "30 2-3 * * *", 10, 25, "25T02:30 25T02:30 25T03:30" },
		{ "0 3 * * *", 10, 25, "25T03:00" },
		{ "0 0 * * *", 7, 1, "02T00:00" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct cron_day from = { 2026, rows[i].month, rows[i].day };

		CHECK_STR(times(arena, rows[i].text, "Europe/Berlin", from, 23), rows[i].want);
	}
}

TEST(cron_takes_steps_of_any_size)
{
	struct cron cron;

	CHECK(cron_read(WF_S("*/18446744073709551615 * * * *"), &cron));
	CHECK_INT(cron.values[CRON_MINUTE], 1);
	CHECK(cron_read(WF_S("7-7/2 * * * *"), &cron));
	CHECK_INT(cron.values[CRON_MINUTE], 1 << 7);
	CHECK(!cron_read(WF_S("*/0 * * * *"), &cron));
	CHECK(!cron_read(WF_S("* * * * 7"), &cron));
}
