/* SPDX-License-Identifier: MIT */
/* test_layout.c - boxes that cover nothing and edges that cross no box. */
#include <stdio.h>

#include "cli/layout.h"
#include "test.h"

/* A box of n members without names in it; `inner` of them hold two boxes themselves. */
static struct graph *
make_graph(struct wf_arena *arena, size_t n, size_t inner)
{
	struct graph *graph = wf_new(arena, struct graph);

	graph->title = WF_S("box");
	for (size_t i = 0; i < n; i++) {
		struct graph *member = make_graph(arena, i < inner ? 2 : 0, 0);

		member->title = wf_strf(arena, "member %zu of %.*s", i, (int)(i % 7), "a title");
		*wf_push(arena, graph->members, graph->n, graph->cap) = member;
	}
	return graph;
}

static void
add_edge(struct wf_arena *arena, struct graph *graph, size_t from, size_t to)
{
	*wf_push(arena, graph->edges, graph->nedges, graph->edges_cap) = (struct graph_edge){ from,
		to, WF_S("") };
}

static bool
apart(const struct layout *a, const struct layout *b)
{
	return a->x + a->width <= b->x || b->x + b->width <= a->x || a->y + a->height <= b->y ||
	       b->y + b->height <= a->y;
}

static bool
holds(const struct layout *outer, const struct layout *inner)
{
	return outer->x < inner->x && outer->y < inner->y &&
	       inner->x + inner->width < outer->x + outer->width &&
	       inner->y + inner->height < outer->y + outer->height;
}

/* Whether a straight part of the edge, which lies inside of one column, meets the box. */
static bool
crosses(const struct layout_path *path, const struct layout *member)
{
	for (size_t i = 1; i + 2 < path->n; i += 2)
		if (path->points[i].y >= member->y &&
		    path->points[i].y <= member->y + member->height &&
		    path->points[i].x <= member->x && path->points[i + 1].x >= member->x)
			return true;
	return false;
}

static void
check_box(const struct layout *layout)
{
	const struct graph *graph = layout->graph;

	for (size_t i = 0; i < graph->n; i++) {
		CHECK(holds(layout, &layout->members[i]));
		for (size_t k = 0; k < i; k++)
			CHECK(apart(&layout->members[i], &layout->members[k]));
		for (size_t k = 0; k < graph->nedges; k++)
			CHECK(!crosses(&layout->edges[k], &layout->members[i]));
		check_box(&layout->members[i]);
	}
	for (size_t i = 0; i < graph->nedges; i++) {
		const struct layout *from = &layout->members[graph->edges[i].from];
		const struct layout *to = &layout->members[graph->edges[i].to];
		const struct layout_path *path = &layout->edges[i];

		CHECK_INT(path->points[0].x, from->x + from->width);
		CHECK_INT(path->points[path->n - 1].x, to->x);
		for (size_t k = 1; k < path->n; k++)
			CHECK(path->points[k].x >= path->points[k - 1].x);
	}
}

TEST(layout_keeps_boxes_and_edges_apart)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct graph *graph = make_graph(arena, 12, 4);
	struct layout layout;

	for (size_t to = 1; to < graph->n; to++)
		for (size_t from = to % 3; from < to; from += 3)
			add_edge(arena, graph, from, to);
	layout = layout_make(arena, graph);
	check_box(&layout);
	CHECK(layout.members[11].x > layout.members[0].x);
}

TEST(layout_of_nothing_is_a_small_box)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct graph *graph = make_graph(arena, 0, 0);
	struct layout layout = layout_make(arena, graph);

	CHECK(layout.width > 0 && layout.height > 0);
}

TEST(layout_cuts_text_that_is_too_long)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK_STR(layout_text(arena, WF_S("short")), "short");
	CHECK_STR(layout_text(arena, WF_S("0123456789012345678901234567890123456789")),
	    "0123456789012345678901234567890123456789");
	CHECK_STR(layout_text(arena, WF_S("\u00e9123456789012345678901234567890123456789x")),
	    "\u00e9123456789012345678901234567890123456...");
}
