/* SPDX-License-Identifier: MIT */
/* tree.h - YAML text as a flat list of typed nodes with positions; the only user of libyaml.
 *
 * The list is in file order: a scalar, or the start of a sequence or mapping, its content, and its
 * end. Scalars are typed by the YAML 1.2 core schema, aliases are replayed as plain copies.
 * Reading stops at the first thing that is wrong with the text; what came before it stays in the
 * list, so that its own problems can be told first, as GitHub does. Rules: semantics.md 1.2. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>
#include <stddef.h>

enum tree_kind {
	TREE_SCALAR,
	TREE_SEQUENCE,
	TREE_SEQUENCE_END,
	TREE_MAPPING,
	TREE_MAPPING_END,
};

struct tree_node {
	enum tree_kind kind;
	struct wf_pos pos;
	struct expr_value value; /* TREE_SCALAR: null, boolean, number or string */
	struct wf_str text; /* TREE_SCALAR: as it was written, without quotes */
};

struct tree {
	struct tree_node *nodes;
	size_t n, cap;
	bool failed; /* the text ends early for the reason in error */
	struct wf_error error;
};

struct tree_limits {
	size_t size; /* characters in the file */
	size_t nodes; /* after the replay of aliases */
	bool no_anchors; /* as in action.yml */
};

#define TREE_LIMITS ((struct tree_limits){ .size = 1u << 20, .nodes = 50000 })

/* Nothing nests deeper than this, whatever the schema allows. */
#define TREE_MAX_DEPTH 1000

/* UTF-16 units, in which GitHub counts the length of text. */
size_t tree_units(struct wf_str s);

/* Reads one document. `file` is the name for positions. Always gives a tree, see struct tree. The
 * texts of its scalars are in `arena`, the nodes in `scratch`, since whoever reads them keeps no
 * node; the two may be the same. */
void tree_read(struct wf_arena *arena, struct wf_arena *scratch, const char *file,
    struct wf_str text, const struct tree_limits *limits, struct tree *out);
