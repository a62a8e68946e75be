/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"
#include "runner/scratch.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* TMPDIR of this test alone; gives its path. */
static char *
own_tmpdir(struct wf_arena *arena)
{
	char *path = wf_cstr(arena, WF_S("/tmp/wfrun-test-scratch.XXXXXX"));

	assert_non_null(mkdtemp(path));
	setenv("TMPDIR", path, 1);
	return path;
}

static size_t
count_folders(struct wf_arena *arena, const char *tmp)
{
	const char *parent = wf_strf(arena, "%s/wfrun-%u", tmp, (unsigned)geteuid()).p;
	char **names;
	size_t n;

	CHECK(wf_list_dir(arena, parent, &names, &n, NULL));
	return n;
}

TEST(scratch_goes_when_it_is_freed)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *tmp = own_tmpdir(arena);
	struct scratch *scratch = scratch_new(NULL);
	const char *folder = scratch_folder(scratch, arena, "job-1", NULL);

	CHECK(wf_is_dir(folder));
	CHECK(scratch_folder(scratch, arena, "job-1", NULL) == NULL);
	scratch_free(scratch);
	CHECK(!wf_exists(folder));
	CHECK_INT(count_folders(arena, tmp), 0);
	CHECK(wf_remove_tree(tmp, NULL));
	unsetenv("TMPDIR");
}

TEST(scratch_removes_what_a_killed_process_left_and_nothing_else)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *tmp = own_tmpdir(arena);
	struct scratch *alive = scratch_new(NULL), *next;
	pid_t child = fork();

	if (child == 0) {
		scratch_new(NULL);
		_exit(0); /* as if it was killed: the folder stays, its lock is free */
	}
	CHECK_INT(waitpid(child, NULL, 0), child);
	CHECK_INT(count_folders(arena, tmp), 2);
	next = scratch_new(NULL);
	CHECK_INT(count_folders(arena, tmp), 2); /* the living one and the new one */
	scratch_free(next);
	scratch_free(alive);
	CHECK_INT(count_folders(arena, tmp), 0);
	CHECK(wf_remove_tree(tmp, NULL));
	unsetenv("TMPDIR");
}

TEST(scratch_refuses_a_parent_that_others_may_change)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *tmp = own_tmpdir(arena);
	const char *parent = wf_strf(arena, "%s/wfrun-%u", tmp, (unsigned)geteuid()).p;
	struct wf_error err;

	CHECK(wf_mkdirs(parent, 0755, NULL));
	CHECK_INT(chmod(parent, 0777), 0);
	CHECK(!scratch_new(&err));
	CHECK(wf_remove_tree(tmp, NULL));
	unsetenv("TMPDIR");
}

/* Scripts, command files and event.json hold secrets; what is below is as open as the job needs it.
 */
TEST(scratch_is_for_its_owner_alone)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *tmp = own_tmpdir(arena);
	const char *parent = wf_strf(arena, "%s/wfrun-%u", tmp, (unsigned)geteuid()).p;
	mode_t mask = umask(0);
	struct scratch *scratch = scratch_new(NULL);
	const char *folder = scratch_folder(scratch, arena, "job-1", NULL);
	struct stat st;

	umask(mask);
	CHECK_INT(stat(parent, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0700);
	CHECK_INT(stat(wf_join(arena, folder, ".."), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0700);
	scratch_free(scratch);
	CHECK(wf_remove_tree(tmp, NULL));
	unsetenv("TMPDIR");
}
