/* SPDX-License-Identifier: MIT */
/* label.h - the short name in front of each line of a job.
 *
 * It is the display name, shortened in the middle when it is long. A name that another job has had
 * gets the number of its run behind it ("build@2"), or that of the job ("build#7"): a label stands
 * for one job as long as wfrun runs. */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "runner/output/record.h"

#include <stddef.h>

#define LABEL_WIDTH_MAX 30

struct labels {
	struct wf_arena *arena;
	struct wf_map taken;
	struct wf_str *items; /* by number of the job; empty: it has none yet */
	size_t n, cap;
	size_t width; /* of the widest so far */
};

void labels_init(struct labels *labels, struct wf_arena *arena);
/* The label of the job; the first call makes it. */
struct wf_str labels_get(struct labels *labels, const struct record_job *job);
