/* SPDX-License-Identifier: MIT */
/* shelf.c - one pull for each image that is wanted and not there. */
#include "runner/shelf.h"

#include "runner/image/pull.h"
#include "runner/net/http.h"

struct fetching {
	struct shelf *shelf;
	struct fetching *next;
	struct wf_str name;
	struct image_pull *pull;
	struct shelf_wait *waits;
};

struct shelf {
	struct shelf_options options;
	struct wf_arena *arena;
	struct image_store *store;
	struct http *http; /* from the first pull on */
	struct fetching *fetchings;
};

struct shelf *
shelf_open(const struct shelf_options *options, struct wf_error *err)
{
	struct image_store *store = image_store_open(err);
	struct wf_arena *arena;
	struct shelf *shelf;

	if (!store)
		return NULL;
	arena = wf_arena_new();
	shelf = wf_new(arena, struct shelf);
	shelf->arena = arena;
	shelf->options = *options;
	shelf->store = store;
	return shelf;
}

bool
shelf_find(struct shelf *shelf, struct shelf_wait *wait)
{
	struct wf_str name = image_ref_name(wait->arena, &wait->ref);

	if (!image_store_find(shelf->store, wait->arena, name, &wait->image))
		return false;
	wait->folders = image_store_folders(shelf->store, wait->arena, &wait->image);
	return true;
}

/* Tells all who wait, in the order in which they came. */
static void
on_done(struct image_pull *pull, const struct wf_error *err)
{
	struct fetching *f = image_pull_data(pull);
	struct fetching **link = &f->shelf->fetchings;
	struct shelf_wait *wait = f->waits;
	struct wf_error why;

	if (err)
		why = *err;
	while (*link != f)
		link = &(*link)->next;
	*link = f->next;
	image_pull_free(pull);
	while (wait) {
		struct shelf_wait *next = wait->next;
		bool found = !err && shelf_find(f->shelf, wait);

		if (!err && !found)
			wf_fail(&why, WF_ERR_MISSING, WF_NOWHERE,
			    "image %.*s was removed while it was pulled", WF_ARG(f->name));
		wait->on_ready(wait, found ? NULL : &why);
		wait = next;
	}
}

static struct fetching *
find_fetching(struct shelf *shelf, struct wf_str name)
{
	for (struct fetching *f = shelf->fetchings; f; f = f->next)
		if (wf_str_eq(f->name, name))
			return f;
	return NULL;
}

static struct fetching *
start_fetching(struct shelf *shelf, struct shelf_wait *wait, struct wf_str name)
{
	struct fetching *f = wf_new(shelf->arena, struct fetching);
	struct image_pull_options options = {
		.loop = shelf->options.loop,
		.http = shelf->http,
		.store = shelf->store,
		.account = wait->account,
		.insecure = shelf->options.insecure,
		.on_done = on_done,
		.data = f,
	};

	f->shelf = shelf;
	f->name = wf_str_dup(shelf->arena, name);
	image_ref_read(shelf->arena, f->name, &options.ref, NULL);
	f->next = shelf->fetchings;
	shelf->fetchings = f;
	if (shelf->options.on_pull)
		shelf->options.on_pull(shelf->options.data,
		    image_ref_short(shelf->arena, &options.ref));
	f->pull = image_pull_start(&options);
	return f;
}

static bool
fail_offline(const struct shelf_wait *wait, struct wf_error *err)
{
	struct wf_str name = image_ref_short(wait->arena, &wait->ref);

	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
	    "image %.*s is not stored, and --offline pulls none", WF_ARG(name));
	return wf_hint(err, "'wfrun image pull %.*s', or 'wfrun image import FILE'", WF_ARG(name));
}

void
shelf_get(struct shelf *shelf, struct shelf_wait *wait)
{
	struct wf_str name = image_ref_name(wait->arena, &wait->ref);
	struct fetching *f = find_fetching(shelf, name);
	struct shelf_wait **end;
	struct wf_error err;

	wait->next = NULL;
	if (!f && shelf->options.offline) {
		fail_offline(wait, &err);
		wait->on_ready(wait, &err);
		return;
	}
	if (!f && !shelf->http && !(shelf->http = http_new(shelf->options.loop, &err))) {
		wait->on_ready(wait, &err);
		return;
	}
	if (!f)
		f = start_fetching(shelf, wait, name);
	for (end = &f->waits; *end; end = &(*end)->next)
		;
	*end = wait;
}

void
shelf_cancel(struct shelf *shelf)
{
	for (struct fetching *f = shelf ? shelf->fetchings : NULL; f; f = f->next)
		image_pull_cancel(f->pull);
}

void
shelf_close(struct shelf *shelf)
{
	if (!shelf)
		return;
	if (shelf->http)
		http_close(shelf->http, NULL, NULL);
	image_store_close(shelf->store);
	wf_arena_free(shelf->arena);
}
