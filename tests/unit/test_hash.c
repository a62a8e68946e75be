/* SPDX-License-Identifier: MIT */
/* test_hash.c - expectations are SHA-256 over the SHA-256 digests of the files, in this order. */
#include "test.h"

#include "base/fs.h"
#include "runner/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define HASH_A "225f1bbbc4b1a3d97c622a492d91ea8d6858d7e1164bbbb5953f74311d6d222e"

static int
open_plain(struct box *box, const char *inside, int flags, struct wf_error *err)
{
	int fd = open(inside, flags | O_CLOEXEC);

	(void)box;
	if (fd < 0)
		wf_fail_sys(err, errno, "%s", inside);
	return fd;
}

static const struct box_ops plain_ops = { .open = open_plain };

/* A workspace with a.txt, b/c.txt, b/d.log and the link l to a.txt. */
struct place {
	struct wf_arena *arena;
	struct box box;
};

static void
write_file(struct place *place, const char *name, const char *text)
{
	CHECK(wf_write_file(wf_join(place->arena, place->box.layout.workspace, name), wf_str(text),
	    0644, NULL));
}

static struct place
make_place(void)
{
	struct place place = { .arena = wf_arena_new() };
	char *path = wf_cstr(place.arena, WF_S("/tmp/wfrun-test-hash.XXXXXX"));

	assert_non_null(mkdtemp(path));
	place.box.ops = &plain_ops;
	place.box.layout.workspace = path;
	CHECK(wf_mkdirs(wf_join(place.arena, path, "b"), 0755, NULL));
	write_file(&place, "a.txt", "a\n");
	write_file(&place, "b/c.txt", "c\n");
	write_file(&place, "b/d.log", "d\n");
	CHECK_INT(symlink("a.txt", wf_join(place.arena, path, "l")), 0);
	return place;
}

static void
end_place(struct place *place)
{
	CHECK(wf_remove_tree(place->box.layout.workspace, NULL));
	wf_arena_free(place->arena);
}

static void
check_hash(struct place *place, const char *patterns, const char *want)
{
	const struct wf_str given = wf_str(patterns);
	struct wf_error err = { .msg = "" };
	struct wf_str hash;

	if (!hash_files(place->arena, &place->box, &given, 1, &hash, &err))
		hash = wf_str(err.msg);
	CHECK_STR(hash, want);
}

TEST(hash_is_taken_of_hashes_in_the_order_of_the_walk)
{
	static const char
	    all[] = "317e50b79da2505b269678e404443b80bcef3daefd4c9e87822089837579946d",
	    logs_too[] = "344507024165b331e55faf0bc53d7dd806e9af57ef8b5270133f794899ae5a7b",
	    other_order[] = "9459d5eb96e3deec670f549046e04379c63dce65aae42257cd677c9e7dc9940e";
	struct place place = make_place();

	check_hash(&place, "a.txt", HASH_A);
	check_hash(&place, "**/*.txt\nb", all);
	check_hash(&place, "a.txt\nb/**\n!**/c.txt", logs_too);
	check_hash(&place, "b/*.log\na.txt", other_order);
	end_place(&place);
}

TEST(hash_of_nothing_is_empty)
{
	struct place place = make_place();

	check_hash(&place, "none*", "");
	check_hash(&place, "# a.txt\n\n", "");
	check_hash(&place, "/etc/passwd", "");
	check_hash(&place, "!a.txt", "");
	end_place(&place);
}

TEST(hash_reads_a_link_to_a_file)
{
	struct place place = make_place();

	check_hash(&place, "l", HASH_A);
	end_place(&place);
}

TEST(hash_pattern_leads_nowhere_else)
{
	struct place place = make_place();

	check_hash(&place, "../*",
	    "Invalid pattern '../*'. Relative pathing '.' and '..' is not allowed.");
	check_hash(&place, "b/./d.log",
	    "Invalid pattern 'b/./d.log'. Relative pathing '.' and '..' is not allowed.");
	check_hash(&place, "./a.txt", HASH_A);
	end_place(&place);
}

TEST(hash_takes_one_option_and_no_other)
{
	struct place place = make_place();

	check_hash(&place, "--no-such",
	    "Invalid glob option --no-such, avaliable option: '--follow-symbolic-links'.");
	end_place(&place);
}
