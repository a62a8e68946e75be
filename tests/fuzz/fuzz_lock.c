/* SPDX-License-Identifier: MIT */
/* fuzz_lock.c - a lock file, read, written, and read again: both mean the same. */
#include "fuzz.h"

#include "runner/store/lock.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str text = { (const char *)data, size }, written;
	struct lock lock, again;
	struct wf_error err;

	lock_init(&lock, arena);
	lock_init(&again, arena);
	if (!lock_parse(&lock, "lock", text, &err))
		return 0;
	written = lock_text(&lock, arena);
	if (!lock_parse(&again, "lock", written, &err) ||
	    !wf_str_eq(lock_text(&again, arena), written))
		abort();
	return 0;
}
