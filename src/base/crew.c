/* SPDX-License-Identifier: MIT */
/* crew.c - threads that take the next index until none is left. Who completes the one to be
 * delivered next delivers it, and what others completed behind it. When the system gives no thread,
 * the caller's own does all of it. */
#include "base/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

enum {
	AHEAD = 4, /* things held for each thread: large and small ones even out */
	CREW_LARGEST = WF_CREW_SLOTS / AHEAD,
};

struct shift {
	const struct wf_crew *crew;
	size_t n, nslots;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t room; /* a slot became free */
	size_t next; /* the first that nobody has taken */
	size_t delivered; /* how many are, from the first on */
	bool delivering;
	bool done[WF_CREW_SLOTS]; /* by slot: it only waits for its turn */
};

/* Delivers all whose turn it is. The lock is held, but not during a delivery: what is completed
 * meanwhile is left to whoever delivers. */
static void
deliver(struct shift *shift)
{
	if (shift->delivering)
		return;
	shift->delivering = true;
	while (shift->delivered < shift->n && shift->done[shift->delivered % shift->nslots]) {
		size_t i = shift->delivered, slot = i % shift->nslots;

		pthread_mutex_unlock(&shift->lock);
		shift->crew->deliver(shift->crew->data, i, slot);
		pthread_mutex_lock(&shift->lock);
		shift->done[slot] = false;
		shift->delivered++;
		pthread_cond_signal(&shift->room);
	}
	shift->delivering = false;
}

/* Whether the next thing has to wait until another is delivered. */
static bool
is_full(const struct shift *shift)
{
	return shift->crew->deliver && shift->next < shift->n &&
	       shift->next - shift->delivered >= shift->nslots;
}

/* Takes the next thing, once there is a slot for it; false: there is none left. */
static bool
take(struct shift *shift, size_t *i)
{
	while (is_full(shift))
		pthread_cond_wait(&shift->room, &shift->lock);
	*i = shift->next;
	if (shift->next == shift->n)
		return false;
	shift->next++;
	return true;
}

static void *
take_turns(void *data)
{
	struct shift *shift = data;
	size_t i;

	pthread_mutex_lock(&shift->lock);
	while (take(shift, &i)) {
		pthread_mutex_unlock(&shift->lock);
		shift->crew->work(shift->crew->data, i, i % shift->nslots);
		pthread_mutex_lock(&shift->lock);
		shift->done[i % shift->nslots] = true;
		if (shift->crew->deliver)
			deliver(shift);
	}
	pthread_cond_broadcast(&shift->room); /* nobody need wait for a slot any more */
	pthread_mutex_unlock(&shift->lock);
	return NULL;
}

/* The processors that this process may use. */
static size_t
processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return (size_t)CPU_COUNT(&set);
}

void
wf_crew(const struct wf_crew *crew, size_t n)
{
	struct shift shift = { .crew = crew, .n = n };
	pthread_t threads[CREW_LARGEST];
	size_t wanted = n > 1 ? processors() : 1, started = 0;

	if (wanted > n)
		wanted = n;
	if (wanted > CREW_LARGEST)
		wanted = CREW_LARGEST;
	shift.nslots = wanted * AHEAD;
	pthread_mutex_init(&shift.lock, NULL);
	pthread_cond_init(&shift.room, NULL);
	/* one less: the caller takes its turns, too */
	while (started + 1 < wanted &&
	       pthread_create(&threads[started], NULL, take_turns, &shift) == 0)
		started++;
	take_turns(&shift);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_cond_destroy(&shift.room);
	pthread_mutex_destroy(&shift.lock);
}
