/* SPDX-License-Identifier: MIT */
/* limits.h - how much memory, how many processes and processors a box may take, by control groups
 * of the kernel: version 2 where it is mounted, else one hierarchy for each controller.
 *
 * Groups are made beside the one that wfrun is in, or below it, wherever this user may; their names
 * begin with LIMITS_PREFIX and the number of a process, so that those of a wfrun that was killed
 * are known for what they are and removed at the next start. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

#define LIMITS_PREFIX "wfrun-"

/* 0: as much as there is. */
struct box_limits {
	uint64_t memory; /* bytes, with what the box keeps in memory as files */
	uint64_t processes; /* threads count as well, as the kernel sees it */
	uint64_t millicpus; /* thousandths of a processor */
};

static inline bool
limits_any(const struct box_limits *limits)
{
	return limits->memory || limits->processes || limits->millicpus;
}

/* Makes groups with these limits, named after the box. The files into which a process writes its
 * number to be in them are in *joins (NULL-ended). False and *err when a limit cannot be set here;
 * nothing is left then. */
bool limits_make(struct wf_arena *arena, const struct box_limits *limits, const char *box,
    const char *const **joins, struct wf_error *err);
/* Removes groups of those that were killed. */
void limits_sweep(void);
/* Removes the groups that limits_make() made, which must be empty. */
void limits_remove(const char *const *joins);
/* Puts the calling process, and all that it will start, into the groups. */
bool limits_join(const char *const *joins, struct wf_error *err);
