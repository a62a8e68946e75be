/* SPDX-License-Identifier: MIT */
/* layout.h - where the boxes of a graph stand, and which way its edges go.
 *
 * Columns from left to right: each member stands right of all that it waits for. An edge that
 * passes columns has a place of its own in each of them, so that it crosses no box. */
#pragma once

#include "base/arena.h"
#include "cli/graph.h"

#include <stddef.h>

#define LAYOUT_LINE 16 /* height of a line of text */
#define LAYOUT_PAD 10 /* around the text and around the members of a box */

struct layout_point {
	int x, y;
};

struct layout {
	const struct graph *graph;
	int x, y, width, height; /* x, y: in the drawing */
	struct layout *members; /* as in the graph */
	struct layout_path {
		struct layout_point *points; /* n; an edge goes on straight inside of a column */
		size_t n;
	} * edges; /* as in the graph */
};

/* The whole drawing, its left upper corner at 0, 0. */
struct layout layout_make(struct wf_arena *arena, const struct graph *graph);
/* As much of a text as a box shows, with dots behind what is cut. */
struct wf_str layout_text(struct wf_arena *arena, struct wf_str text);
