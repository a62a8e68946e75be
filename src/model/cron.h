/* SPDX-License-Identifier: MIT */
/* cron.h - the five fields of a schedule. */
#pragma once

#include "base/str.h"

#include <stdbool.h>

enum cron_field { CRON_MINUTE, CRON_HOUR, CRON_DAY, CRON_MONTH, CRON_WEEKDAY, CRON_FIELDS };

struct cron {
	uint64_t values[CRON_FIELDS]; /* bit n: the value n is in the field */
	bool any[CRON_FIELDS]; /* the field is "*" or starts with it */
	bool interval; /* minutes or hours go on: '*', a range or a step, not single values */
};

/* Reads the text; false when GitHub does not take it as a schedule (semantics.md 4.10). */
bool cron_read(struct wf_str text, struct cron *out);
bool cron_valid(struct wf_str text);
