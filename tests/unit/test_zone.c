/* SPDX-License-Identifier: MIT */
/* test_zone.c - time zones of the system. */
#include "base/zone.h"
#include "test.h"

#include <stdlib.h>

TEST(zone_gives_the_offset_of_a_time)
{
	wf_auto(wf_zone_leave) struct wf_zone zone = { 0 };
	struct wf_error err;

	CHECK(wf_zone_enter(&zone, WF_S("America/New_York"), WF_NOWHERE, &err));
	CHECK_INT(wf_zone_offset(1767268800), -5 * 3600); /* January 2026 */
	CHECK_INT(wf_zone_offset(1782907200), -4 * 3600); /* July 2026 */
}

TEST(zone_puts_the_old_one_back)
{
	struct wf_zone zone = { 0 };
	struct wf_error err;

	setenv("TZ", "UTC", 1);
	CHECK(wf_zone_enter(&zone, WF_S("Asia/Kolkata"), WF_NOWHERE, &err));
	CHECK_INT(wf_zone_offset(0), 5 * 3600 + 1800);
	wf_zone_leave(&zone);
	CHECK_STR(wf_str(getenv("TZ")), "UTC");
	CHECK_INT(wf_zone_offset(0), 0);
	unsetenv("TZ");
}

TEST(zone_refuses_what_is_none)
{
	static const char *const names[] = { "", "Mars/Olympus", "/etc/passwd", "../zoneinfo/UTC",
		"Europe", "UTC0", "Europe/Berlin\n" };

	for (size_t i = 0; i < WF_COUNT(names); i++) {
		struct wf_zone zone = { 0 };
		struct wf_error err;

		CHECK(!wf_zone_enter(&zone, wf_str(names[i]), WF_NOWHERE, &err));
		CHECK(!zone.entered);
	}
}
