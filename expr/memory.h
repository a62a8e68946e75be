/* SPDX-License-Identifier: MIT */
/* memory.h - how much an evaluation has made, counted as GitHub counts it.
 *
 * Each node of the tree charges its result to its level; a node whose result is a primitive lets go
 * of what the levels below it have charged. The sizes are those of .NET objects, so that the limit
 * is reached where it is reached on GitHub. */
#pragma once

#include "expr/expr.h"
#include "expr/text.h"

#include <stdbool.h>
#include <stddef.h>

#define EXPR_MEMORY_DEFAULT ((size_t)10 << 20)
#define EXPR_MEMORY_OBJECT 24 /* any object */
#define EXPR_MEMORY_STRING 26 /* one without characters */
#define EXPR_MEMORY_POINTER 8 /* an element of a filtered array */
#define EXPR_DEPTH_MAX 50

struct expr_memory {
	size_t max;
	int deepest; /* the deepest level that has charged and not been let go */
	size_t upto[EXPR_DEPTH_MAX + 1]; /* charged by a level and those above; as far as deepest */
};

static inline void
expr_memory_init(struct expr_memory *memory, size_t max)
{
	memory->max = max;
	memory->upto[0] = 0;
	memory->deepest = 0;
}

/* The size of a string. */
static inline size_t
expr_memory_of_text(struct wf_str s)
{
	return EXPR_MEMORY_STRING + 2 * expr_text_units(s);
}

/* No less than that; the same for text of ASCII. */
static inline size_t
expr_memory_bound_of_text(struct wf_str s)
{
	return EXPR_MEMORY_STRING + 2 * s.n;
}

static inline size_t
expr_memory_of(struct expr_value value)
{
	return value.kind == EXPR_STRING ? expr_memory_of_text(value.string) : EXPR_MEMORY_OBJECT;
}

static inline size_t
expr_memory_bound(struct expr_value value)
{
	return value.kind == EXPR_STRING ? expr_memory_bound_of_text(value.string)
	                                 : EXPR_MEMORY_OBJECT;
}

/* Charges bytes to a level, letting go of deeper ones first when trim is set; false when that is
 * more than the limit. */
static inline bool
expr_memory_add(struct expr_memory *memory, int level, size_t bytes, bool trim)
{
	size_t *upto = memory->upto;
	int deepest = memory->deepest;

	for (; deepest < level; deepest++)
		upto[deepest + 1] = upto[deepest];
	if (trim)
		deepest = level;
	memory->deepest = deepest;
	for (; level < deepest; level++)
		upto[level] += bytes;
	return (upto[deepest] += bytes) <= memory->max;
}
