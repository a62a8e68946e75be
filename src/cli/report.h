/* SPDX-License-Identifier: MIT */
/* report.h - the summary at the end, written from what runner/output/report.h has collected.
 *
 * Every workflow with its jobs, result, duration and reason; what did not wake; annotations, step
 * summaries, differences, notes; totals. Meant for 80 columns; the same text with and without
 * colours. */
#pragma once

#include "runner/output/report.h"

#include <stdbool.h>
#include <stdio.h>

void report_show(FILE *out, const struct report *report, bool color);
