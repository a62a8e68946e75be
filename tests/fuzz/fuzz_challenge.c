/* SPDX-License-Identifier: MIT */
/* fuzz_challenge.c - any bytes as a WWW-Authenticate header. */
#include "fuzz.h"

#include "runner/image/challenge.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct image_challenge challenge = image_challenge_read(arena,
	    (struct wf_str){ (const char *)data, size });

	if (challenge.scheme == IMAGE_SCHEME_BEARER && !challenge.realm.n)
		abort();
	return 0;
}
