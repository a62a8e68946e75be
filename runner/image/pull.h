/* SPDX-License-Identifier: MIT */
/* pull.h - an image comes from its registry into the store.
 *
 * Lives on the loop: image_pull_start(), on_progress() any number of times, on_done() exactly once
 * and later; then image_pull_free(). Layers are pulled side by side, and unpacked on threads. Those
 * that are in the store already are not asked for. */
#pragma once

#include "base/error.h"
#include "runner/image/account.h"
#include "runner/image/ref.h"
#include "runner/image/store.h"
#include "runner/net/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct image_pull;

struct image_pull_options {
	uv_loop_t *loop;
	struct http *http;
	struct image_store *store;
	struct image_ref ref; /* its texts must outlive the pull */
	struct image_account account; /* empty: whom docker's configuration knows */
	const char *const *insecure; /* NULL-ended registries that may be without TLS, or NULL */
	void (*on_progress)(struct image_pull *pull); /* may be NULL */
	void (*on_done)(struct image_pull *pull, const struct wf_error *err);
	void *data;
};

struct image_progress {
	uint64_t bytes, total; /* that come, or came, from the registry */
	size_t layers, nlayers; /* unpacked or there before; all */
};

struct image_pull *image_pull_start(const struct image_pull_options *options);
struct image_progress image_pull_progress(const struct image_pull *pull);
void *image_pull_data(const struct image_pull *pull);
/* on_done() follows with an error, unless it is done already. */
void image_pull_cancel(struct image_pull *pull);
void image_pull_free(struct image_pull *pull);
