/* SPDX-License-Identifier: MIT */
/* list_schedule.h - `wfrun list --schedule`: which cron entries fire in a week. */
#pragma once

#include "base/error.h"
#include "cli/scene.h"

#include <stdbool.h>

/* Prints them in the order of time. The week begins with the day that --week names, at midnight
 * UTC, or now. */
bool list_schedule(struct scene *scene, struct wf_error *err);
