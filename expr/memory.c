/* SPDX-License-Identifier: MIT */
/* memory.c - how large a string is on GitHub. */
#include "expr/memory.h"

#include "expr/text.h"

#define STRING_OVERHEAD 26

size_t
expr_memory_of_text(struct wf_str s)
{
	return STRING_OVERHEAD + 2 * expr_text_units(s);
}
