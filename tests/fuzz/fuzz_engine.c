/* SPDX-License-Identifier: MIT */
/* What an engine sends as output of a process, in two chunks, and flags for it. */
#include "runner/engine/create.h"
#include "runner/engine/stream.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_bytes(void *data, int stream, struct wf_str bytes)
{
	size_t *total = data;

	if (stream < 1 || stream > 2)
		abort();
	*total += bytes.n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct engine_create create = engine_create_new(arena);
	struct wf_str all = { (const char *)data, size };
	size_t total = 0;
	struct engine_stream stream = { .on_bytes = on_bytes, .data = &total };

	engine_stream_feed(&stream, wf_str_sub(all, 0, size / 2));
	engine_stream_feed(&stream, wf_str_skip(all, size / 2));
	if (total > size)
		abort();
	engine_create_flags(&create, all, NULL);
	return 0;
}
