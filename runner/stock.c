/* SPDX-License-Identifier: MIT */
/* stock.c - one pull for each image that is wanted and not there. */
#include "runner/stock.h"

#include "runner/image/pull.h"
#include "runner/net/http.h"

struct fetching {
	struct stock *stock;
	struct fetching *next;
	struct wf_str name;
	struct image_pull *pull;
	struct stock_wait *waits;
};

struct stock {
	struct stock_options options;
	struct wf_arena *arena;
	struct image_store *store;
	struct http *http; /* from the first pull on */
	struct fetching *fetchings;
};

struct stock *
stock_open(const struct stock_options *options, struct wf_error *err)
{
	struct image_store *store = image_store_open(err);
	struct wf_arena *arena;
	struct stock *stock;

	if (!store)
		return NULL;
	arena = wf_arena_new();
	stock = wf_new(arena, struct stock);
	stock->arena = arena;
	stock->options = *options;
	stock->store = store;
	return stock;
}

bool
stock_find(struct stock *stock, struct stock_wait *wait)
{
	struct wf_str name = image_ref_name(wait->arena, &wait->ref);

	if (!image_store_find(stock->store, wait->arena, name, &wait->image))
		return false;
	wait->folders = image_store_folders(stock->store, wait->arena, &wait->image);
	return true;
}

const char *
stock_layers(const struct stock *stock, struct wf_arena *arena)
{
	return image_store_layers(stock->store, arena);
}

/* Tells all who wait, in the order in which they came. */
static void
on_done(struct image_pull *pull, const struct wf_error *err)
{
	struct fetching *f = image_pull_data(pull);
	struct fetching **link = &f->stock->fetchings;
	struct stock_wait *wait = f->waits;
	struct wf_error why;

	if (err)
		why = *err;
	while (*link != f)
		link = &(*link)->next;
	*link = f->next;
	image_pull_free(pull);
	while (wait) {
		struct stock_wait *next = wait->next;
		bool found = !err && stock_find(f->stock, wait);

		if (!err && !found)
			wf_fail(&why, WF_ERR_MISSING, WF_NOWHERE,
			    "image %.*s was removed while it was pulled", WF_ARG(f->name));
		wait->on_ready(wait, found ? NULL : &why);
		wait = next;
	}
}

static struct fetching *
find_fetching(struct stock *stock, struct wf_str name)
{
	for (struct fetching *f = stock->fetchings; f; f = f->next)
		if (wf_str_eq(f->name, name))
			return f;
	return NULL;
}

static struct fetching *
start_fetching(struct stock *stock, struct stock_wait *wait, struct wf_str name)
{
	struct fetching *f = wf_new(stock->arena, struct fetching);
	struct image_pull_options options = {
		.loop = stock->options.loop,
		.http = stock->http,
		.store = stock->store,
		.account = wait->account,
		.insecure = stock->options.insecure,
		.on_done = on_done,
		.data = f,
	};

	f->stock = stock;
	f->name = wf_str_dup(stock->arena, name);
	image_ref_read(stock->arena, f->name, &options.ref, NULL);
	f->next = stock->fetchings;
	stock->fetchings = f;
	if (stock->options.on_pull)
		stock->options.on_pull(stock->options.data,
		    image_ref_short(stock->arena, &options.ref));
	f->pull = image_pull_start(&options);
	return f;
}

bool
stock_fail_offline(const struct stock_wait *wait, struct wf_pos pos, struct wf_error *err)
{
	struct wf_str name = image_ref_short(wait->arena, &wait->ref);

	wf_fail(err, WF_ERR_MISSING, pos, "image %.*s is not stored, and --offline pulls none",
	    WF_ARG(name));
	return wf_hint(err, "'wfrun image pull %.*s', or 'wfrun image import FILE'", WF_ARG(name));
}

void
stock_get(struct stock *stock, struct stock_wait *wait)
{
	struct wf_str name = image_ref_name(wait->arena, &wait->ref);
	struct fetching *f = find_fetching(stock, name);
	struct stock_wait **end;
	struct wf_error err;

	wait->next = NULL;
	if (!f && stock->options.offline) {
		stock_fail_offline(wait, WF_NOWHERE, &err);
		wait->on_ready(wait, &err);
		return;
	}
	if (!f && !stock->http && !(stock->http = http_new(stock->options.loop, &err))) {
		wait->on_ready(wait, &err);
		return;
	}
	if (!f)
		f = start_fetching(stock, wait, name);
	for (end = &f->waits; *end; end = &(*end)->next)
		;
	*end = wait;
}

void
stock_cancel(struct stock *stock)
{
	for (struct fetching *f = stock ? stock->fetchings : NULL; f; f = f->next)
		image_pull_cancel(f->pull);
}

void
stock_close(struct stock *stock)
{
	if (!stock)
		return;
	if (stock->http)
		http_close(stock->http, NULL, NULL);
	image_store_close(stock->store);
	wf_arena_free(stock->arena);
}
