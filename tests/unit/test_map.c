/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/map.h"

static char one, two;

TEST(map_keeps_order_and_first_spelling)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_map map;

	wf_map_init(&map, arena, true);
	CHECK(!wf_map_set(&map, WF_S("B"), &one));
	CHECK(!wf_map_set(&map, WF_S("a"), &one));
	CHECK(wf_map_set(&map, WF_S("b"), &two) == &one);
	CHECK_INT(map.n, 2);
	CHECK_STR(map.items[0].key, "B");
	CHECK(wf_map_get(&map, WF_S("b")) == &two);
	CHECK(!wf_map_has(&map, WF_S("c")));
}

TEST(map_that_does_not_fold_tells_case_apart)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_map map;

	wf_map_init(&map, arena, false);
	wf_map_set(&map, WF_S("a"), &one);
	CHECK(!wf_map_has(&map, WF_S("A")));
}

TEST(map_finds_among_many_and_after_removal)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_map map;

	wf_map_init(&map, arena, false);
	for (int i = 0; i < 5000; i++)
		wf_map_set(&map, wf_strf(arena, "key%d", i), &one);
	for (int i = 0; i < 5000; i += 2)
		if (i % 500 == 0)
			wf_map_remove(&map, wf_strf(arena, "key%d", i));
	CHECK_INT(map.n, 4990);
	for (int i = 0; i < 5000; i++)
		CHECK_INT(wf_map_has(&map, wf_strf(arena, "key%d", i)), i % 500 != 0);
	CHECK_STR(map.items[0].key, "key1");
}
