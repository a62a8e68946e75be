/* SPDX-License-Identifier: MIT */
/* registry.h - questions to a registry, in the OCI distribution protocol: who we are is told when
 * it asks, what fails for the moment is tried again, half a blob goes on where it ended.
 *
 * One `struct image_registry` is one repository of a registry; its fetches share a token. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "runner/image/account.h"
#include "runner/image/ref.h"
#include "runner/net/http.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct image_registry {
	/* set by the owner */
	struct http *http;
	uv_loop_t *loop;
	struct wf_arena *arena; /* lives as long as the registry */
	const struct image_ref *ref;
	struct image_account account;
	bool plain; /* http, not https */
	/* its own */
	const char *authorization; /* a header, once it was asked for */
};

/* One GET below /v2/REPOSITORY/. Must not move until on_done(). */
struct image_fetch {
	/* set by the owner before image_fetch_start() */
	struct image_registry *registry;
	const char *path; /* "manifests/latest" */
	const char *accept; /* a header, or NULL */
	int file; /* into which the answer goes, behind what it holds already; -1: none */
	size_t keep; /* without a file: the largest answer that is kept, in text */
	uint64_t limit; /* with a file: how long it may become */
	void (*on_bytes)(struct image_fetch *fetch, size_t n); /* n more came; may be NULL */
	/* Exactly once, later. err: with kind WF_ERR_MISSING, or NULL. */
	void (*on_done)(struct image_fetch *fetch, const struct wf_error *err);
	void *data;

	/* the room's */
	struct wf_str text; /* the answer, in the registry's arena */
	uint64_t have; /* bytes in the file */
	struct http_call call;
	struct wf_buf said; /* the beginning of an answer that is an error */
	uv_timer_t timer;
	struct wf_error error;
	bool failed, cancelled, asked, begun;
	bool reached; /* somebody there speaks this protocol */
	unsigned tries;
};

void image_fetch_start(struct image_fetch *fetch);
/* on_done() follows with an error. */
void image_fetch_cancel(struct image_fetch *fetch);
