/* SPDX-License-Identifier: MIT */
/* sched.h - who may start: the slots of the session, and max-parallel of a matrix (5.6).
 *
 * First come, first served, but a job whose group is full does not hold up those behind it. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct sched;

/* The instances of one matrix. */
struct sched_group {
	size_t limit; /* max-parallel; 0: none */
	size_t running;
};

/* A thing that waits for a slot and for room in its group; embedded in its owner. */
struct sched_item {
	struct sched_group *group; /* may be NULL */
	void (*admit)(struct sched_item *item); /* the slot is yours until sched_leave() */
	struct sched_item *next;
	bool slotless; /* waits for its group alone: a call, whose jobs take the slots */
	bool waiting, running;
};

struct sched *sched_new(struct wf_arena *arena, unsigned slots);
/* Queues the item; admit() is called at once when there is room. */
void sched_enter(struct sched *sched, struct sched_item *item);
/* Gives the slot back, or leaves the queue; others may be admitted from within. */
void sched_leave(struct sched *sched, struct sched_item *item);
