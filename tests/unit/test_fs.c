/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* A new folder below the folder for temporary files; remove_folder() ends it. */
static char *
make_folder(struct wf_arena *arena)
{
	char *path = wf_cstr(arena, WF_S("/tmp/wfrun-test-fs.XXXXXX"));

	assert_non_null(mkdtemp(path));
	return path;
}

TEST(fs_writes_reads_and_replaces)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *folder = make_folder(arena), *file = wf_join(arena, folder, "a/b/file");
	struct wf_str text;
	struct stat st;

	CHECK(wf_mkdirs(wf_join(arena, folder, "a/b"), 0755, NULL));
	CHECK(wf_mkdirs(wf_join(arena, folder, "a/b"), 0755, NULL));
	CHECK(wf_write_file(file, WF_S("old"), 0600, NULL));
	CHECK(wf_write_file(file, WF_S("new text"), 0640, NULL));
	CHECK(wf_read_file(arena, file, 0, &text, NULL));
	CHECK_STR(text, "new text");
	CHECK_INT(stat(file, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0640);
	CHECK(wf_remove_tree(folder, NULL));
	CHECK(!wf_exists(folder));
}

TEST(fs_refuses_what_is_no_file_or_too_large)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *folder = make_folder(arena), *fifo = wf_join(arena, folder, "fifo");
	char *file = wf_join(arena, folder, "file");
	struct wf_str text;
	struct wf_error err;

	CHECK_INT(mkfifo(fifo, 0600), 0);
	CHECK(!wf_read_file(arena, fifo, 0, &text, &err)); /* and does not wait for a writer */
	CHECK(!wf_read_file(arena, folder, 0, &text, &err));
	CHECK(wf_write_file(file, WF_S("12345"), 0600, NULL));
	CHECK(!wf_read_file(arena, file, 4, &text, &err));
	CHECK(wf_read_file(arena, file, 5, &text, &err));
	CHECK(!wf_read_file(arena, wf_join(arena, folder, "none"), 0, &text, &err));
	CHECK(wf_str_find(wf_str(err.msg), WF_S("No such file")) >= 0);
	CHECK(wf_remove_tree(folder, NULL));
}

TEST(fs_remove_follows_no_link_and_opens_closed_folders)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *folder = make_folder(arena), *other = make_folder(arena);
	char *kept = wf_join(arena, other, "kept");

	CHECK(wf_write_file(kept, WF_S("x"), 0600, NULL));
	CHECK_INT(symlink(other, wf_join(arena, folder, "link")), 0);
	CHECK(wf_mkdirs(wf_join(arena, folder, "closed/inner"), 0755, NULL));
	CHECK_INT(chmod(wf_join(arena, folder, "closed"), 0000), 0);
	CHECK(wf_remove_tree(folder, NULL));
	CHECK(!wf_exists(folder));
	CHECK(wf_exists(kept));
	CHECK(wf_remove_tree(folder, NULL)); /* what is gone already is fine */
	CHECK(wf_remove_tree(other, NULL));
}

TEST(fs_join_keeps_absolute_names)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK_STR(wf_str(wf_join(arena, "/a/", "b")), "/a/b");
	CHECK_STR(wf_str(wf_join(arena, "/", "b")), "/b");
	CHECK_STR(wf_str(wf_join(arena, "/a", "/b")), "/b");
}

TEST(fs_reads_files_of_the_kernel_which_say_that_they_are_empty)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str text;

	CHECK(wf_read_file(arena, "/proc/self/stat", 0, &text, NULL));
	CHECK(wf_str_starts(text, wf_strf(arena, "%d (", (int)getpid())));
}

struct seen {
	struct wf_buf names;
};

static bool
note(void *data, const char *rel, const struct stat *st, bool *descend)
{
	struct seen *seen = data;

	wf_buf_addf(&seen->names, "%s%s ", rel, S_ISDIR(st->st_mode) ? "/" : "");
	*descend = strcmp(rel, "b") != 0;
	return strcmp(rel, "c") != 0;
}

TEST(fs_walks_in_order_of_names_and_may_stop)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *folder = make_folder(arena);
	struct seen seen = { WF_BUF_INIT };
	static const char *const folders[] = { "a/z", "b/hidden", "c", "d" };

	for (size_t i = 0; i < WF_COUNT(folders); i++)
		CHECK(wf_mkdirs(wf_join(arena, folder, folders[i]), 0755, NULL));
	CHECK(wf_write_file(wf_join(arena, folder, "a/B"), WF_S(""), 0600, NULL));
	CHECK(wf_walk(folder, note, &seen, NULL));
	CHECK_STR(wf_buf_str(&seen.names), "a/ a/B a/z/ b/ c/ ");
	wf_buf_release(&seen.names);
	CHECK(wf_remove_tree(folder, NULL));
}
