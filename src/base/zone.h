/* SPDX-License-Identifier: MIT */
/* zone.h - local time of an IANA time zone, from the data of the system.
 *
 * The C library knows one zone at a time, that of TZ. A zone is entered, asked and left; nothing
 * else of the process may ask for local time in between, and no other thread may run. */
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct wf_zone {
	char *before; /* TZ as it was; NULL: not set */
	bool entered;
};

/* Enters the zone "Europe/Berlin". False and *err when the system does not know it. */
bool wf_zone_enter(struct wf_zone *zone, struct wf_str name, struct wf_pos pos,
    struct wf_error *err);
/* How far the zone that was entered is before UTC, in seconds. */
int wf_zone_offset(int64_t at);
/* Puts TZ back; fits wf_auto(), also when nothing was entered. */
void wf_zone_leave(struct wf_zone *zone);
