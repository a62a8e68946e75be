/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"
#include "runner/store/home.h"

#include <stdlib.h>
#include <sys/stat.h>

/* A folder of this test alone that stands for the user's cache. */
static char *
own_cache(struct wf_arena *arena)
{
	char *path = wf_cstr(arena, WF_S("/tmp/wfrun-test-home.XXXXXX"));

	assert_non_null(mkdtemp(path));
	setenv("XDG_CACHE_HOME", path, 1);
	return path;
}

static void
forget(const char *cache)
{
	unsetenv("XDG_CACHE_HOME");
	CHECK(wf_remove_tree(cache, NULL));
}

TEST(home_is_below_the_cache_and_its_owners_alone)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *cache = own_cache(arena);
	const char *folder = store_folder(arena, "actions", NULL);
	struct stat st;

	CHECK_STR(wf_str(folder), wf_join(arena, cache, "wfrun/actions"));
	CHECK_INT(stat(folder, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0700);
	forget(cache);
}

TEST(home_tells_repositories_of_one_name_apart)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *cache = own_cache(arena);
	const char *one = store_repository_folder(arena, "/a/shop/.git", "runs", NULL);
	const char *same = store_repository_folder(arena, "/a/shop/.git", "runs", NULL);
	const char *other = store_repository_folder(arena, "/b/shop/.git", "runs", NULL);

	CHECK_STR(wf_str(one), same);
	CHECK(!wf_str_eq(wf_str(one), wf_str(other)));
	CHECK(wf_str_find(wf_str(one), WF_S("/wfrun/repositories/shop-")) > 0);
	CHECK(wf_str_ends(wf_str(one), WF_S("/runs")));
	forget(cache);
}

TEST(home_of_its_own_must_be_absolute)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_error err;

	setenv("WFRUN_HOME", "here", 1);
	CHECK(store_folder(arena, "actions", &err) == NULL);
	CHECK_INT(err.kind, WF_ERR_USAGE);
	unsetenv("WFRUN_HOME");
}
