/* SPDX-License-Identifier: MIT */
/* shelf.h - the images that the jobs of a session run on: out of the store, or pulled into it once,
 * however many jobs wait for the same one.
 *
 * Made when the first job asks. shelf_get() ends in exactly one on_ready(), which may come at once.
 * The store stays locked against removal as long as the shelf is open. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "runner/image/account.h"
#include "runner/image/ref.h"
#include "runner/image/store.h"

#include <stdbool.h>
#include <uv.h>

struct shelf;

struct shelf_options {
	uv_loop_t *loop;
	bool offline; /* nothing is pulled */
	const char *const *insecure; /* as of a pull */
	/* a pull begins; may be NULL */
	void (*on_pull)(void *data, struct wf_str name);
	void *data;
};

/* A request; must not move until on_ready(). */
struct shelf_wait {
	struct image_ref ref; /* its texts live until on_ready() */
	struct image_account account;
	struct wf_arena *arena; /* for the answer */
	/* err is NULL, and image is there; its layers are in folders, the top first */
	void (*on_ready)(struct shelf_wait *wait, const struct wf_error *err);
	void *data;
	struct image image;
	const char *const *folders;
	struct shelf_wait *next;
};

/* NULL and *err when there can be no store. */
struct shelf *shelf_open(const struct shelf_options *options, struct wf_error *err);
/* Fills image and folders when the image is in the store. */
bool shelf_find(struct shelf *shelf, struct shelf_wait *wait);
/* What shelf_find() does not find comes, or does not. */
void shelf_get(struct shelf *shelf, struct shelf_wait *wait);
/* Ends all pulls; those who wait hear an error. */
void shelf_cancel(struct shelf *shelf);
/* When nobody waits. The loop has to be turned once more. NULL is allowed. */
void shelf_close(struct shelf *shelf);
