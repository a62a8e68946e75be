/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/arena.h"

TEST(arena_gives_zeroed_memory_at_the_alignment)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	for (size_t align = 1; align <= 64; align *= 2) {
		unsigned char *p = wf_alloc(arena, 3, align);

		CHECK_INT((uintptr_t)p % align, 0);
		CHECK(p[0] == 0 && p[1] == 0 && p[2] == 0);
		memset(p, 0xff, 3);
	}
}

TEST(arena_gives_an_address_for_nothing)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK(wf_alloc(arena, 0, 1) != NULL);
}

TEST(arena_takes_what_is_larger_than_a_block)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *small = wf_alloc(arena, 8, 8), *large = wf_alloc(arena, 1 << 20, 16);

	memset(large, 1, 1 << 20);
	CHECK_INT(small[7], 0);
	CHECK(wf_arena_used(arena) >= (1 << 20));
}

TEST(arena_counts_from_the_last_reset)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	for (int i = 0; i < 100; i++)
		wf_alloc(arena, 1000, 8);
	CHECK_INT(wf_arena_used(arena), 100000);
	wf_arena_reset(arena);
	CHECK_INT(wf_arena_used(arena), 0);
	CHECK_INT(*(char *)wf_alloc(arena, 1, 1), 0);
}

TEST(arena_push_keeps_what_was_there)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	int *items = NULL;
	size_t n = 0, cap = 0;

	for (int i = 0; i < 1000; i++)
		*wf_push(arena, items, n, cap) = i;
	CHECK_INT(n, 1000);
	for (int i = 0; i < 1000; i++)
		CHECK_INT(items[i], i);
}
