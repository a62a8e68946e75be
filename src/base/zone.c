/* SPDX-License-Identifier: MIT */
/* zone.c - asks the C library, which takes any TZ without complaint; so the file is looked at
 * first.
 */
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MAX_NAME 100
#define ZONES "/usr/share/zoneinfo"

/* Names are paths below the folder of the zones and lead nowhere else. */
static bool
is_name(struct wf_str name)
{
	if (name.n == 0 || name.n > MAX_NAME || name.p[0] == '/' ||
	    wf_str_find(name, WF_S("..")) >= 0)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') ||
		        (name.p[i] >= 'A' && name.p[i] <= 'Z') ||
		        (name.p[i] >= '0' && name.p[i] <= '9') || strchr("/_+-", name.p[i])))
			return false;
	return true;
}

/* Whether the system has data for the zone. TZDIR is where the C library looks, too. */
static bool
is_known(const char *name)
{
	const char *dir = getenv("TZDIR");
	char path[4096], magic[4];
	FILE *file;
	bool good;

	if (snprintf(path, sizeof(path), "%s/%s", dir && dir[0] ? dir : ZONES, name) >=
	    (int)sizeof(path))
		return false;
	file = fopen(path, "re");
	if (!file)
		return false;
	good = fread(magic, 1, sizeof(magic), file) == sizeof(magic) &&
	       memcmp(magic, "TZif", sizeof(magic)) == 0;
	fclose(file);
	return good;
}

static void
set_zone(const char *text)
{
	if (text)
		setenv("TZ", text, 1);
	else
		unsetenv("TZ");
	tzset();
}

bool
wf_zone_enter(struct wf_zone *zone, struct wf_str name, struct wf_pos pos, struct wf_error *err)
{
	char text[MAX_NAME + 2];
	const char *before = getenv("TZ");

	if (is_name(name))
		snprintf(text, sizeof(text), ":%.*s", WF_ARG(name));
	if (!is_name(name) || !is_known(text + 1))
		return wf_fail(err, WF_ERR_INVALID, pos, "there is no time zone '%.*s'",
		    WF_ARG(name));
	zone->before = before ? strdup(before) : NULL;
	if (before && !zone->before)
		abort();
	zone->entered = true;
	set_zone(text);
	return true;
}

int
wf_zone_offset(int64_t at)
{
	time_t when = (time_t)at;
	struct tm local;

	return localtime_r(&when, &local) ? (int)local.tm_gmtoff : 0;
}

void
wf_zone_leave(struct wf_zone *zone)
{
	if (!zone->entered)
		return;
	set_zone(zone->before);
	free(zone->before);
	*zone = (struct wf_zone){ 0 };
}
