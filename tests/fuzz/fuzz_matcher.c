/* SPDX-License-Identifier: MIT */
/* fuzz_matcher.c - a definition, NUL, and the output of a step. */
#include "fuzz.h"

#include "runner/output/matcher.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str rest = { (const char *)data, size };
	struct matcher_set *set = matcher_set_new();
	struct matcher_stream *stream = matcher_stream_new(set);
	struct wf_error err = { 0 };
	struct matcher_hit hit;

	if (!matcher_set_add(set, wf_str_cut(&rest, '\0'), &err) && err.msg[0] == '\0')
		abort();
	while (rest.p) {
		if (!matcher_stream_feed(stream, arena, wf_str_cut(&rest, '\n'), &hit))
			continue;
		if (!hit.level || hit.message.n == 0)
			abort();
		matcher_hit_path(arena, &hit, WF_S("/work"));
	}
	matcher_stream_free(stream);
	matcher_set_free(set);
	return 0;
}
