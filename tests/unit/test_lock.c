/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"
#include "runner/store/lock.h"

#include <stdlib.h>

#define ONE "1111111111111111111111111111111111111111"
#define TWO "2222222222222222222222222222222222222222"

TEST(lock_reads_names_comments_and_empty_lines)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct lock lock;
	struct wf_error err;

	lock_init(&lock, arena);
	CHECK(lock_parse(&lock, "f",
	    WF_S("# why\n\nacme/one@v1 " ONE "\r\n  acme/two@release/2   " TWO "  \n"), &err));
	CHECK_STR(lock_get(&lock, WF_S("acme/one@v1")), ONE);
	CHECK_STR(lock_get(&lock, WF_S("acme/two@release/2")), TWO);
	CHECK_STR(lock_get(&lock, WF_S("acme/two@v1")), "");
}

TEST(lock_ignores_the_case_of_repositories_but_not_of_refs)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct lock lock;

	lock_init(&lock, arena);
	lock_set(&lock, WF_S("Acme/One@V1"), WF_S(ONE));
	CHECK_STR(lock_get(&lock, WF_S("acme/one@V1")), ONE);
	CHECK_STR(lock_get(&lock, WF_S("acme/one@v1")), "");
}

TEST(lock_text_is_sorted_and_stable)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct lock lock, again;
	struct wf_str text;

	lock_init(&lock, arena);
	lock_set(&lock, WF_S("b/b@v1"), WF_S(ONE));
	lock_set(&lock, WF_S("a/a@v2"), WF_S(TWO));
	lock_set(&lock, WF_S("a/a@v1"), WF_S(ONE));
	lock_set(&lock, WF_S("B/b@v1"), WF_S(TWO));
	text = lock_text(&lock, arena);
	CHECK(wf_str_ends(text, WF_S("\na/a@v1 " ONE "\na/a@v2 " TWO "\nB/b@v1 " TWO "\n")));
	lock_init(&again, arena);
	CHECK(lock_parse(&again, "f", text, NULL));
	CHECK(wf_str_eq(lock_text(&again, arena), text));
}

TEST(lock_points_at_a_line_that_is_none)
{
	static const char *const bad[] = { "acme/one@v1", "acme/one@v1 123", "acme/one " ONE,
		"one@v1 " ONE, "acme/one@ " ONE, "acme/one/two@v1 " ONE, "/one@v1 " ONE,
		"acme/@v1 " ONE, "acme/one@v1 " ONE " more",
		"acme/one@v1 ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD" };

	for (size_t i = 0; i < WF_COUNT(bad); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct lock lock;
		struct wf_error err;

		lock_init(&lock, arena);
		CHECK(!lock_parse(&lock, "f", wf_strf(arena, "# fine\n%s\n", bad[i]), &err));
		CHECK_INT(err.kind, WF_ERR_INVALID);
		CHECK_INT(err.pos.line, 2);
	}
}

TEST(lock_file_that_is_not_there_is_empty_and_is_written)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *folder = wf_cstr(arena, WF_S("/tmp/wfrun-test-lock.XXXXXX"));
	struct lock lock;

	assert_non_null(mkdtemp(folder));
	CHECK(wf_mkdirs(wf_join(arena, folder, ".github"), 0755, NULL));
	lock_init(&lock, arena);
	CHECK(lock_read(&lock, folder, NULL));
	lock_set(&lock, WF_S("a/a@v1"), WF_S(ONE));
	CHECK(lock_write(&lock, folder, NULL));
	lock_init(&lock, arena);
	CHECK(lock_read(&lock, folder, NULL));
	CHECK_STR(lock_get(&lock, WF_S("a/a@v1")), ONE);
	CHECK(wf_remove_tree(folder, NULL));
}
