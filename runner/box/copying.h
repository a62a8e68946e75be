/* SPDX-License-Identifier: MIT */
/* copying.h - layers of a box, copied on a thread of the pool: for boxes that cannot show them as
 * an overlay. */
#pragma once

#include "base/error.h"
#include "runner/box/layers.h"

#include <uv.h>

struct copying_order {
	struct layers_copy copy; /* its texts are copied; `cancelled` must stay until on_over() */
	const char *within; /* a folder that the target must be below */
	void (*done)(void *data, const struct wf_error *err);
	void *data;
	void (*on_over)(void *owner); /* after done(): the loop has nothing of it any more */
	void *owner;
};

/* Replaces the target by a copy of the layers; done() and on_over() come later, from the loop. */
void copying_start(uv_loop_t *loop, const struct copying_order *order);
