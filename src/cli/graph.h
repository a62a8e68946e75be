/* SPDX-License-Identifier: MIT */
/* graph.h - what waits for what, as boxes in boxes with edges: what the drawings draw.
 *
 * A run is a box of jobs, a job that calls a workflow is a box of the jobs there, of one box for
 * each leg when it has several. Edges go between members of the same box. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "plan/forecast.h"

#include <stddef.h>

/* --graph */
enum graph_form { GRAPH_NONE, GRAPH_TEXT, GRAPH_DOT, GRAPH_MERMAID, GRAPH_SVG };

struct graph {
	size_t number; /* of its own in the whole drawing */
	struct wf_str title;
	enum forecast_kind state; /* of a run FORECAST_RUNS */
	struct wf_str *lines; /* below the title: legs, what is not known */
	size_t nlines, lines_cap;
	struct graph **members; /* none: a single job */
	size_t n, cap;
	struct graph_edge {
		size_t from, to; /* indices of members: `to` waits for `from` */
		struct wf_str label; /* or empty */
	} * edges;
	size_t nedges, edges_cap;
};

struct foreseen;

/* One box of all runs that wake, and of those that follow them. */
struct graph *graph_make(struct wf_arena *arena, const struct foreseen *runs, size_t n);
/* The column of each member: how many stand before it one after the other, at the most. */
size_t *graph_levels(struct wf_arena *arena, const struct graph *graph);

/* The drawings. Text that they show may come from foreign files and is escaped. */
void graph_text(struct wf_buf *out, const struct graph *graph, struct wf_arena *arena);
void graph_dot(struct wf_buf *out, const struct graph *graph);
void graph_mermaid(struct wf_buf *out, const struct graph *graph);
void graph_svg(struct wf_buf *out, const struct graph *graph, struct wf_arena *arena);
