/* SPDX-License-Identifier: MIT */
/* cron.h - the five fields of a schedule. */
#pragma once

#include "base/str.h"

#include <stdbool.h>

/* Whether GitHub takes the text as a schedule (semantics.md 4.10). */
bool cron_valid(struct wf_str text);
