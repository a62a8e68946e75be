/* SPDX-License-Identifier: MIT */
/* memory.c - the memory that an evaluation has made, level by level. */
#include "expr/memory.h"

#include "expr/text.h"

#define STRING_OVERHEAD 26

size_t
expr_memory_of_text(struct wf_str s)
{
	return STRING_OVERHEAD + 2 * expr_text_units(s);
}

size_t
expr_memory_of(struct expr_value value)
{
	return value.kind == EXPR_STRING ? expr_memory_of_text(value.string) : EXPR_MEMORY_OBJECT;
}

bool
expr_memory_add(struct expr_memory *memory, int level, size_t bytes, bool trim)
{
	for (; trim && memory->deepest > level; memory->deepest--) {
		memory->total -= memory->at[memory->deepest];
		memory->at[memory->deepest] = 0;
	}
	if (memory->deepest < level)
		memory->deepest = level;
	memory->at[level] += bytes;
	memory->total += bytes;
	return memory->total <= memory->max;
}
