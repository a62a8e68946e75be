/* SPDX-License-Identifier: MIT */
/* test_graph.c - cycles come with their path; ancestors are all that is above a node. */
#include "test.h"

#include "base/graph.h"

struct edge {
	size_t from, to;
};

static struct wf_graph
graph_of(struct wf_arena *arena, size_t n, const struct edge *edges, size_t nedges)
{
	struct wf_graph graph;

	wf_graph_init(&graph, arena, n);
	for (size_t i = 0; i < nedges; i++)
		wf_graph_add(&graph, edges[i].from, edges[i].to);
	return graph;
}

TEST(graph_forgets_an_edge_that_is_added_twice)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	static const struct edge edges[] = { { 1, 0 }, { 1, 0 } };
	struct wf_graph graph = graph_of(arena, 2, edges, WF_COUNT(edges));

	CHECK_INT(graph.nodes[1].nneeds, 1);
}

TEST(graph_without_cycle_says_so)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	static const struct edge edges[] = { { 3, 1 }, { 3, 2 }, { 1, 0 }, { 2, 0 } };
	struct wf_graph graph = graph_of(arena, 4, edges, WF_COUNT(edges));
	size_t *path, len;

	CHECK(!wf_graph_cycle(&graph, &path, &len));
}

TEST(graph_finds_a_node_that_needs_itself)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	static const struct edge edges[] = { { 1, 1 } };
	struct wf_graph graph = graph_of(arena, 2, edges, WF_COUNT(edges));
	size_t *path, len;

	CHECK(wf_graph_cycle(&graph, &path, &len));
	CHECK_INT(len, 1);
	CHECK_INT(path[0], 1);
}

TEST(graph_cycle_path_leaves_out_what_leads_to_it_and_starts_lowest)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	/* 0 leads to 3, and 3 -> 1 -> 2 -> 3 is the cycle */
	static const struct edge edges[] = { { 0, 3 }, { 3, 1 }, { 1, 2 }, { 2, 3 } };
	struct wf_graph graph = graph_of(arena, 4, edges, WF_COUNT(edges));
	size_t *path, len;

	CHECK(wf_graph_cycle(&graph, &path, &len));
	CHECK_INT(len, 3);
	CHECK_INT(path[0], 1);
	CHECK_INT(path[1], 2);
	CHECK_INT(path[2], 3);
}

TEST(graph_ancestors_are_transitive_ascending_and_without_the_node)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	static const struct edge edges[] = { { 1, 3 }, { 3, 0 }, { 1, 2 }, { 2, 0 }, { 4, 1 } };
	struct wf_graph graph = graph_of(arena, 5, edges, WF_COUNT(edges));
	size_t *above, n;

	wf_graph_ancestors(&graph, 1, &above, &n);
	CHECK_INT(n, 3);
	CHECK_INT(above[0], 0);
	CHECK_INT(above[1], 2);
	CHECK_INT(above[2], 3);
	wf_graph_ancestors(&graph, 0, &above, &n);
	CHECK_INT(n, 0);
}

TEST(graph_of_a_long_chain_needs_no_deep_stack)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const size_t n = 200000;
	struct wf_graph graph;
	size_t *path, len;

	wf_graph_init(&graph, arena, n);
	for (size_t i = 0; i + 1 < n; i++)
		wf_graph_add(&graph, i, i + 1);
	CHECK(!wf_graph_cycle(&graph, &path, &len));
	wf_graph_add(&graph, n - 1, 0);
	CHECK(wf_graph_cycle(&graph, &path, &len));
	CHECK_INT(len, n);
}
