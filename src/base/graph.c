/* SPDX-License-Identifier: MIT */
/* graph.c - a walk in depth finds the first cycle; a flood finds the ancestors.
 *
 * Both keep their own stack in the arena: a chain of jobs may be as long as a file allows, and the
 * C stack is not ours to spend on it. */
#include "base/graph.h"

#include <stdint.h>
#include <string.h>

void
wf_graph_init(struct wf_graph *graph, struct wf_arena *arena, size_t n)
{
	*graph = (struct wf_graph){
		.arena = arena,
		.n = n,
		.nodes = wf_new_array(arena, n, struct wf_graph_node),
	};
}

void
wf_graph_add(struct wf_graph *graph, size_t from, size_t to)
{
	struct wf_graph_node *node = &graph->nodes[from];

	for (size_t i = 0; i < node->nneeds; i++)
		if (node->needs[i] == to)
			return;
	*wf_push(graph->arena, node->needs, node->nneeds, node->cap) = to;
}

/* Where a walk is: every node between its start and here, with the edge to try next. */
struct step {
	size_t node, edge;
};

enum mark { NODE_NEW, NODE_ON_WALK, NODE_DONE };

struct walk {
	struct step *steps;
	size_t n;
	enum mark *marks; /* one for each node */
};

static void
walk_enter(struct walk *walk, size_t node)
{
	walk->marks[node] = NODE_ON_WALK;
	walk->steps[walk->n++] = (struct step){ .node = node };
}

/* Goes on from `start` until an edge leads back onto the walk; gives the node it leads to, or
 * graph->n when none does. */
static size_t
walk_back_edge(const struct wf_graph *graph, struct walk *walk, size_t start)
{
	walk_enter(walk, start);
	while (walk->n > 0) {
		struct step *top = &walk->steps[walk->n - 1];
		const struct wf_graph_node *node = &graph->nodes[top->node];

		if (top->edge == node->nneeds) {
			walk->marks[top->node] = NODE_DONE;
			walk->n--;
			continue;
		}
		size_t next = node->needs[top->edge++];
		if (walk->marks[next] == NODE_ON_WALK)
			return next;
		if (walk->marks[next] == NODE_NEW)
			walk_enter(walk, next);
	}
	return graph->n;
}

/* Cuts the cycle that ends the walk out of it, turned so that its lowest node comes first. */
static void
walk_cycle(const struct wf_graph *graph, const struct walk *walk, size_t target, size_t **path,
    size_t *len)
{
	size_t first = walk->n, lowest;

	do
		first--;
	while (walk->steps[first].node != target);
	lowest = first;
	for (size_t i = first; i < walk->n; i++)
		if (walk->steps[i].node < walk->steps[lowest].node)
			lowest = i;

	*len = walk->n - first;
	*path = wf_new_array(graph->arena, *len, size_t);
	for (size_t i = 0; i < *len; i++)
		(*path)[i] = walk->steps[first + (lowest - first + i) % *len].node;
}

bool
wf_graph_cycle(const struct wf_graph *graph, size_t **path, size_t *len)
{
	struct walk walk = {
		.steps = wf_new_array(graph->arena, graph->n, struct step),
		.marks = wf_new_array(graph->arena, graph->n, enum mark),
	};

	for (size_t i = 0; i < graph->n; i++) {
		size_t target;

		if (walk.marks[i] != NODE_NEW)
			continue;
		target = walk_back_edge(graph, &walk, i);
		if (target < graph->n) {
			walk_cycle(graph, &walk, target, path, len);
			return true;
		}
	}
	return false;
}

void
wf_graph_ancestors(const struct wf_graph *graph, size_t node, size_t **out, size_t *n)
{
	size_t *todo = wf_new_array(graph->arena, graph->n, size_t);
	bool *seen = wf_new_array(graph->arena, graph->n, bool);
	size_t ntodo = 0, found = 0;

	todo[ntodo++] = node;
	while (ntodo > 0) {
		const struct wf_graph_node *at = &graph->nodes[todo[--ntodo]];

		for (size_t i = 0; i < at->nneeds; i++) {
			if (seen[at->needs[i]])
				continue;
			seen[at->needs[i]] = true;
			todo[ntodo++] = at->needs[i];
			found++;
		}
	}
	*out = wf_new_array(graph->arena, found, size_t);
	*n = 0;
	for (size_t i = 0; i < graph->n; i++)
		if (seen[i])
			(*out)[(*n)++] = i;
}
