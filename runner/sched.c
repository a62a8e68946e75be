/* SPDX-License-Identifier: MIT */
/* sched.c - a queue, and a walk over it whenever a slot comes free. */
#include "runner/sched.h"

struct sched {
	unsigned slots, running;
	struct sched_item *head, **tail;
	size_t nslotless; /* in the queue: else nobody looks through it while all slots are taken */
	bool admitting;
};

struct sched *
sched_new(struct wf_arena *arena, unsigned slots)
{
	struct sched *sched = wf_new(arena, struct sched);

	sched->slots = slots ? slots : 1;
	sched->tail = &sched->head;
	return sched;
}

static void
unlink_item(struct sched *sched, struct sched_item **at)
{
	struct sched_item *item = *at;

	*at = item->next;
	if (sched->tail == &item->next)
		sched->tail = at;
	item->next = NULL;
	item->waiting = false;
	sched->nslotless -= item->slotless;
}

static bool
has_room(const struct sched *sched, const struct sched_item *item)
{
	if (!item->slotless && sched->running >= sched->slots)
		return false;
	return !item->group || !item->group->limit || item->group->running < item->group->limit;
}

/* The first item that may run, taken out of the queue. */
static struct sched_item *
take_next(struct sched *sched)
{
	for (struct sched_item **at = &sched->head; *at; at = &(*at)->next) {
		struct sched_item *item = *at;

		if (!has_room(sched, item))
			continue;
		unlink_item(sched, at);
		return item;
	}
	return NULL;
}

static void
admit_all(struct sched *sched)
{
	struct sched_item *item;

	if (sched->admitting)
		return; /* admit() came back here; the loop below goes on */
	sched->admitting = true;
	while ((sched->running < sched->slots || sched->nslotless > 0) &&
	       (item = take_next(sched)) != NULL) {
		sched->running += !item->slotless;
		item->running = true;
		if (item->group)
			item->group->running++;
		item->admit(item);
	}
	sched->admitting = false;
}

void
sched_enter(struct sched *sched, struct sched_item *item)
{
	item->waiting = true;
	sched->nslotless += item->slotless;
	*sched->tail = item;
	sched->tail = &item->next;
	admit_all(sched);
}

void
sched_leave(struct sched *sched, struct sched_item *item)
{
	if (item->waiting) {
		for (struct sched_item **at = &sched->head; *at; at = &(*at)->next)
			if (*at == item) {
				unlink_item(sched, at);
				return;
			}
		return;
	}
	if (!item->running)
		return;
	item->running = false;
	sched->running -= !item->slotless;
	if (item->group)
		item->group->running--;
	admit_all(sched);
}
