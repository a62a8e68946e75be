/* SPDX-License-Identifier: MIT */
/* crew.c - threads that take the next index until none is left. When the system gives no thread,
 * the caller's own does all of it. */
#include "base/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define CREW_LARGEST 64

struct crew {
	size_t n;
	atomic_size_t next;
	void (*work)(void *data, size_t i);
	void *data;
};

static void *
take_turns(void *data)
{
	struct crew *crew = data;
	size_t i;

	while ((i = atomic_fetch_add(&crew->next, 1)) < crew->n)
		crew->work(crew->data, i);
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
wf_crew(size_t n, void (*work)(void *data, size_t i), void *data)
{
	struct crew crew = { .n = n, .work = work, .data = data };
	pthread_t threads[CREW_LARGEST];
	size_t wanted = n > 1 ? processors() : 1, started = 0;

	if (wanted > n)
		wanted = n;
	if (wanted > CREW_LARGEST)
		wanted = CREW_LARGEST;
	/* one less: the caller takes its turns, too */
	while (started + 1 < wanted &&
	       pthread_create(&threads[started], NULL, take_turns, &crew) == 0)
		started++;
	take_turns(&crew);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}
