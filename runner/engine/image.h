/* SPDX-License-Identifier: MIT */
/* image.h - an image that the engine has, or pulls, or builds.
 *
 * One that is there is taken as it is, so that images that were built here work and nothing is
 * asked of a registry without need. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "runner/engine/engine.h"

#include <stdbool.h>

/* A wish; must not move until on_ready(), which comes exactly once and never from within. */
struct engine_image {
	/* set by the owner */
	struct engine *engine;
	struct wf_arena *arena; /* for what is learned */
	struct wf_str name; /* "node:20" */
	struct wf_str user, password; /* at its registry; empty: nobody */
	bool offline; /* nothing is pulled */
	/* A line about a pull; may be NULL. */
	void (*say)(struct engine_image *image, struct wf_str line);
	void (*on_ready)(struct engine_image *image, const struct wf_error *err);
	void *data;

	/* valid in on_ready() and later, when err is NULL */
	struct expr_value config; /* Config of the image: Env, User, Entrypoint, Cmd */
	struct wf_str id;

	struct engine_ask ask;
	struct wf_lines lines;
	bool pulled;
	struct wf_str refusal; /* what the registry or the engine says against it */
};

void engine_image_get(struct engine_image *image);
/* Builds it of a folder's archive, with the Dockerfile at this path of it; name is its tag. */
void engine_image_build(struct engine_image *image, struct wf_str tar, struct wf_str dockerfile);
/* on_ready() follows with an error. */
void engine_image_cancel(struct engine_image *image);
