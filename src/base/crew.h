/* SPDX-License-Identifier: MIT */
/* crew.h - the same work on many things, by as many threads as there are processors, the results
 * handed over in order. */
#pragma once

#include <stddef.h>

/* A thing has a slot from when its work begins until it was delivered. No two share one. */
#define WF_CREW_SLOTS ((size_t)256)

struct wf_crew {
	/* Does the work on thing i: on any thread, at the same time as that on others. It must keep
	 * to what belongs to i and to the slot, and guard what it shares. */
	void (*work)(void *data, size_t i, size_t slot);
	/* Takes what came of thing i: on any thread, but one thing at a time and in order. NULL:
	 * nobody waits for it; things are begun as threads are free, and slots mean nothing. */
	void (*deliver)(void *data, size_t i, size_t slot);
	void *data;
};

/* Works on each i below n and delivers it; returns when all are delivered. A thing is begun only a
 * few ahead of the one to be delivered next, so that what is held does not grow with n. */
void wf_crew(const struct wf_crew *crew, size_t n);
