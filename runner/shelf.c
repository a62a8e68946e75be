/* SPDX-License-Identifier: MIT */
/* shelf.c - an overlay for each, all asked of the box at once. */
#include "runner/shelf.h"

#include "base/fs.h"
#include "runner/job.h"

const char *
shelf_place(struct job *job, const struct actions_tree *tree)
{
	struct wf_arena *arena = job->arena;
	const char *inside = wf_strf(arena, "%s/%.*s/%.*s/%.*s", job->box->layout.actions,
	    WF_ARG(tree->owner), WF_ARG(tree->repo), WF_ARG(tree->ref))
	                         .p;
	struct shelf *shelf = &job->shelf;

	for (size_t i = 0; i < shelf->n; i++)
		if (strcmp(shelf->items[i].inside, inside) == 0)
			return shelf->items[i].inside;
	*wf_push(arena, shelf->items, shelf->n, shelf->cap) = (struct shelf_item){
		.host = tree->folder,
		.inside = inside,
	};
	return inside;
}

bool
shelf_waits(const struct job *job)
{
	for (size_t i = 0; i < job->shelf.n; i++)
		if (!job->shelf.items[i].shown)
			return true;
	return job->shelf.pending > 0;
}

static void
settle(struct shelf *shelf)
{
	struct shelf_waiter *waiters = shelf->waiters;
	bool failed = shelf->failed;
	struct wf_error error = shelf->error;

	if (--shelf->pending > 0)
		return;
	shelf->waiters = NULL;
	shelf->failed = false;
	for (; waiters; waiters = waiters->next)
		waiters->done(waiters->data, failed ? &error : NULL);
}

static void
on_shown(void *data, const struct wf_error *err)
{
	struct job *job = data;
	struct shelf *shelf = &job->shelf;

	if (err && !shelf->failed) {
		shelf->failed = true;
		shelf->error = *err;
	}
	settle(shelf);
}

void
shelf_show(struct job *job, void (*done)(void *data, const struct wf_error *err), void *data)
{
	struct shelf_waiter *waiter = wf_new(job->arena, struct shelf_waiter);
	struct shelf *shelf = &job->shelf;

	*waiter = (struct shelf_waiter){ done, data, shelf->waiters };
	shelf->waiters = waiter;
	shelf->pending++;
	for (size_t i = 0; i < shelf->n; i++) {
		const char *const layers[] = { shelf->items[i].host, NULL };

		if (shelf->items[i].shown)
			continue;
		shelf->items[i].shown = true;
		shelf->pending++;
		box_overlay(job->box, layers, shelf->items[i].inside, on_shown, job);
	}
	settle(shelf);
}
