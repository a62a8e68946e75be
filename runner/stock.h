/* SPDX-License-Identifier: MIT */
/* stock.h - the images that the jobs of a session run on: out of the store, or pulled into it once,
 * however many jobs wait for the same one.
 *
 * Made when the first job asks. stock_get() ends in exactly one on_ready(), which may come at once.
 * The store stays locked against removal as long as the stock is open. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "runner/image/account.h"
#include "runner/image/ref.h"
#include "runner/image/store.h"

#include <stdbool.h>
#include <uv.h>

struct stock;

struct stock_options {
	uv_loop_t *loop;
	bool offline; /* nothing is pulled */
	const char *const *insecure; /* as of a pull */
	/* a pull begins; may be NULL */
	void (*on_pull)(void *data, struct wf_str name);
	void *data;
};

/* A request; must not move until on_ready(). */
struct stock_wait {
	struct image_ref ref; /* its texts live until on_ready() */
	struct image_account account;
	struct wf_arena *arena; /* for the answer */
	/* err is NULL, and image is there; its layers are in folders, the top first */
	void (*on_ready)(struct stock_wait *wait, const struct wf_error *err);
	void *data;
	struct image image;
	const char *const *folders;
	struct stock_wait *next;
};

/* NULL and *err when there can be no store. */
struct stock *stock_open(const struct stock_options *options, struct wf_error *err);
/* Fills image and folders when the image is in the store. */
bool stock_find(struct stock *stock, struct stock_wait *wait);
/* What stock_find() does not find comes, or does not. */
void stock_get(struct stock *stock, struct stock_wait *wait);
/* The folder in which the layers of all images are. */
const char *stock_layers(const struct stock *stock, struct wf_arena *arena);
/* Says that the image is not stored, and --offline pulls none; false. */
bool stock_fail_offline(const struct stock_wait *wait, struct wf_pos pos, struct wf_error *err);
/* Ends all pulls; those who wait hear an error. */
void stock_cancel(struct stock *stock);
/* When nobody waits. The loop has to be turned once more. NULL is allowed. */
void stock_close(struct stock *stock);
