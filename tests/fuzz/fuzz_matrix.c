/* SPDX-License-Identifier: MIT */
/* fuzz_matrix.c - any JSON as a matrix; there is at least one configuration or an error, and every
 * leg is an object unless it is the one that stands for none. */
#include "fuzz.h"

#include "plan/matrix.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str text = { (const char *)data, size };
	struct matrix_leg *legs;
	struct expr_value matrix;
	struct wf_error err;
	size_t n;

	if (!expr_json_read(arena, NULL, text, &matrix, &err) ||
	    !matrix_expand(arena, matrix, NULL, &legs, &n, &err))
		return 0;
	if (n == 0)
		abort();
	for (size_t i = 0; i < n && i < MATRIX_MAX_LEGS; i++)
		if (legs[i].values.kind != EXPR_OBJECT && n > 1)
			abort();
	return 0;
}
