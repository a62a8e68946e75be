/* SPDX-License-Identifier: MIT */
/* fuzz_image_ref.c - any text as the name of an image; its whole name is a name, and the same. */
#include "fuzz.h"

#include "runner/image/ref.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str name;
	struct image_ref ref;

	if (!image_ref_read(arena, (struct wf_str){ (const char *)data, size }, &ref, NULL))
		return 0;
	name = image_ref_name(arena, &ref);
	if (!image_ref_read(arena, name, &ref, NULL) ||
	    !wf_str_eq(image_ref_name(arena, &ref), name))
		abort();
	return 0;
}
