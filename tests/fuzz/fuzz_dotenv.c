/* SPDX-License-Identifier: MIT */
/* fuzz_dotenv.c - a file of NAME=VALUE lines: names are never empty, a mistake has its place. */
#include "fuzz.h"

#include "cli/dotenv.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_object *out = expr_object_new(arena);
	struct wf_error err;

	if (!dotenv_read(arena, ".env", (struct wf_str){ (const char *)data, size }, out, &err) &&
	    (err.pos.line < 1 || err.pos.col < 1))
		abort();
	for (size_t i = 0; i < out->n; i++)
		if (out->pairs[i].key.n == 0 || out->pairs[i].value.kind != EXPR_STRING)
			abort();
	return 0;
}
