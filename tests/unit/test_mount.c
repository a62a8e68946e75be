/* SPDX-License-Identifier: MIT */
/* test_mount.c - places that stay inside a root, and the table of the machine's mounts. */
#include "base/fs.h"
#include "runner/box/mount.h"
#include "runner/box/space.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TEST(mount_is_within_compares_whole_names)
{
	static const struct {
		const char *path, *folder;
		bool within;
	} rows[] = {
		{ "/a/b", "/a", true },
		{ "/a", "/a", true },
		{ "/a", "/a/", true },
		{ "/ab", "/a", false },
		{ "/a", "/a/b", false },
		{ "/a", "/", true },
		{ "/", "/", true },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++)
		CHECK_INT(mount_is_within(rows[i].path, rows[i].folder), rows[i].within);
}

TEST(mount_table_knows_what_is_mounted_below)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct mount_table table = { 0 };

	CHECK(mount_table_read(arena, &table, NULL));
	CHECK_STR(wf_str(mount_table_type(&table, "/proc")), "proc");
	CHECK(mount_table_type(&table, "/no/such/place") == NULL);
	CHECK(mount_table_below(&table, "/"));
	CHECK(!mount_table_below(&table, "/no/such/place"));
}

/* A root with links that lead out of it, as seen from anywhere else. */
static int
make_root(struct wf_arena *arena, char *dir)
{
	CHECK(mkdtemp(dir) != NULL);
	CHECK(wf_mkdirs(wf_join(arena, dir, "in/side"), 0755, NULL));
	CHECK_INT(symlink("/in", wf_join(arena, dir, "absolute")), 0);
	CHECK_INT(symlink("../../../../../../in", wf_join(arena, dir, "upwards")), 0);
	CHECK_INT(symlink("/nowhere", wf_join(arena, dir, "dangling")), 0);
	return open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

TEST(place_folder_stays_inside_of_the_root_and_makes_what_is_missing)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char dir[] = "/tmp/wfrun-box-XXXXXX";
	int root = make_root(arena, dir);
	struct wf_error err;
	int fd;

	for (size_t i = 0; i < 2; i++) {
		fd = place_folder(root, i ? "/upwards/up" : "//absolute/new/er/", &err);
		CHECK(fd >= 0);
		close(fd);
	}
	CHECK(wf_is_dir(wf_join(arena, dir, "in/new/er")));
	CHECK(wf_is_dir(wf_join(arena, dir, "in/up")));
	fd = place_file(root, "/absolute/a/file", &err);
	CHECK(fd >= 0);
	close(fd);
	CHECK(wf_exists(wf_join(arena, dir, "in/a/file")));
	CHECK_INT(place_folder(root, "/in/a/file/sub", &err), -1);
	CHECK(strstr(err.msg, "Not a directory") != NULL);
	CHECK_INT(place_folder(root, "/dangling/sub", &err), -1);
	CHECK_INT(place_open(root, "/../../../etc/passwd", 0), -1);
	CHECK_INT(errno, ENOENT);
	close(root);
	CHECK(wf_remove_tree(dir, NULL));
}

TEST(space_hostname_takes_what_may_stand_in_one)
{
	static const struct {
		const char *name, *host;
	} rows[] = {
		{ "job-1", "job-1" },
		{ "--a_b.c--", "abc" },
		{ "", "runner" },
		{ "...", "runner" },
		{ "0123456789012345678901234567890123456789012345678901234567890123456789",
		    "012345678901234567890123456789012345678901234567890123456789012" },
	};
	char host[64];

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		space_hostname(rows[i].name, host);
		CHECK_STR(wf_str(host), rows[i].host);
	}
}
