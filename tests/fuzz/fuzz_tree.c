/* SPDX-License-Identifier: MIT */
/* fuzz_tree.c - YAML of any kind ends in a tree whose lists and mappings are closed, or in an
 * error. */
#include "fuzz.h"

#include "model/tree.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct tree tree;
	size_t depth = 0;

	tree_read(arena, arena, "fuzz", (struct wf_str){ (const char *)data, size }, &TREE_LIMITS,
	    &tree);
	for (size_t i = 0; i < tree.n; i++)
		if (tree.nodes[i].kind == TREE_SEQUENCE || tree.nodes[i].kind == TREE_MAPPING)
			depth++;
		else if (tree.nodes[i].kind != TREE_SCALAR && depth-- == 0)
			abort();
	if (!tree.failed && (depth > 0 || tree.n == 0))
		abort();
	return 0;
}
