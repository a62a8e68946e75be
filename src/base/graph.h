/* SPDX-License-Identifier: MIT */
/* graph.h - edges between numbered nodes: a cycle with its path, ancestors, and an order.
 *
 * Nodes are 0 .. n-1. An edge (from, to) says: `from` needs `to`. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct wf_graph {
	struct wf_arena *arena;
	size_t n;
	struct wf_graph_node {
		size_t *needs; /* in the order they were added, without duplicates */
		size_t nneeds, cap;
	} * nodes;
};

void wf_graph_init(struct wf_graph *graph, struct wf_arena *arena, size_t n);
void wf_graph_add(struct wf_graph *graph, size_t from, size_t to);
/* False when there is no cycle. Else *path holds *len nodes, each needing the next, the last
 * needing the first; it starts at the lowest-numbered node of the first cycle that is found. */
bool wf_graph_cycle(const struct wf_graph *graph, size_t **path, size_t *len);
/* All nodes that `node` needs, directly or not, in ascending order. Requires: no cycle. */
void wf_graph_ancestors(const struct wf_graph *graph, size_t node, size_t **out, size_t *n);
