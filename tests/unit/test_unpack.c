/* SPDX-License-Identifier: MIT */
/* Archives that nobody well-meaning would have made, and those that pack() makes. */
#include "test.h"

#include "base/fs.h"
#include "runner/archive/calls.h"
#include "runner/archive/pack.h"
#include "runner/archive/unpack.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct place {
	struct wf_arena *arena;
	const char *dir; /* holds archive, root/ and outside */
	struct wf_error err;
	struct unpack last;
};

static struct place
place_new(void)
{
	struct place place = { .arena = wf_arena_new() };
	char *dir = wf_cstr(place.arena, WF_S("/tmp/wfrun-test-unpack.XXXXXX"));

	assert_non_null(mkdtemp(dir));
	place.dir = dir;
	CHECK(wf_mkdirs(wf_join(place.arena, dir, "root"), 0700, NULL));
	CHECK(wf_write_file(wf_join(place.arena, dir, "outside"), WF_S("mine"), 0600, NULL));
	return place;
}

static const char *
in(struct place *place, const char *name)
{
	return wf_join(place->arena, place->dir, name);
}

static struct wf_str
text_of(struct place *place, const char *name)
{
	struct wf_str text = WF_S("(none)");

	wf_read_file(place->arena, in(place, name), 0, &text, NULL);
	return text;
}

static void
place_free(struct place *place)
{
	CHECK_STR(text_of(place, "outside"), "mine"); /* whatever happened */
	CHECK(wf_remove_tree(place->dir, NULL));
	wf_arena_free(place->arena);
}

struct entry {
	const char *name;
	unsigned type; /* AE_IF… */
	const char *text; /* bytes, or target of a link */
};

static void
write_entry(const struct archive_calls *calls, struct archive *archive, const struct entry *from)
{
	struct archive_entry *entry = calls->archive_entry_new();
	struct stat st = { .st_mode = from->type | 0755, .st_nlink = 1 };

	if (from->type == AE_IFREG)
		st.st_size = (off_t)strlen(from->text);
	calls->archive_entry_copy_stat(entry, &st);
	calls->archive_entry_set_pathname(entry, from->name);
	if (from->type == AE_IFLNK)
		calls->archive_entry_set_symlink(entry, from->text);
	CHECK(calls->archive_write_header(archive, entry) >= ARCHIVE_WARN);
	if (from->type == AE_IFREG)
		calls->archive_write_data(archive, from->text, strlen(from->text));
	calls->archive_entry_free(entry);
}

static void
make(struct place *place, enum unpack_kind kind, const struct entry *entries, size_t n)
{
	wf_auto(wf_close_fd) int fd = open(in(place, "archive"), O_WRONLY | O_CREAT | O_TRUNC,
	    0600);
	struct archive_calls calls;
	struct archive *archive;

	CHECK(archive_load(&calls, NULL));
	archive = calls.archive_write_new();
	if (kind == UNPACK_ARTIFACT)
		calls.archive_write_set_format_zip(archive);
	else
		calls.archive_write_set_format_pax_restricted(archive);
	calls.archive_write_open_fd(archive, fd);
	for (size_t i = 0; i < n; i++)
		write_entry(&calls, archive, &entries[i]);
	calls.archive_write_close(archive);
	calls.archive_write_free(archive);
}

static bool
run(struct place *place, enum unpack_kind kind, uint64_t max_bytes)
{
	wf_auto(wf_close_fd) int source = open(in(place, "archive"), O_RDONLY);
	wf_auto(wf_close_fd) int root = open(in(place, "root"), O_RDONLY | O_DIRECTORY);

	place->last = (struct unpack){ .kind = kind,
		.source = source,
		.root = root,
		.base = kind == UNPACK_CACHE ? "/work/ws" : "/",
		.max_bytes = max_bytes };
	return unpack(&place->last, &place->err);
}

TEST(unpack_makes_the_files_of_an_artifact)
{
	struct place place = place_new();
	static const struct entry entries[] = {
		{ "a.txt", AE_IFREG, "one" },
		{ "sub/new\nline", AE_IFREG, "two" },
		{ "empty/", AE_IFDIR, "" },
		{ "sub/link", AE_IFLNK, "../a.txt" },
	};

	make(&place, UNPACK_ARTIFACT, entries, WF_COUNT(entries));
	CHECK(run(&place, UNPACK_ARTIFACT, 0));
	CHECK_STR(text_of(&place, "root/a.txt"), "one");
	CHECK_STR(text_of(&place, "root/sub/new\nline"), "two");
	CHECK_STR(text_of(&place, "root/sub/link"), "one");
	CHECK(wf_is_dir(in(&place, "root/empty")));
	CHECK_INT(place.last.files, 4);
	CHECK_INT(place.last.bytes, 6);
	place_free(&place);
}

TEST(unpack_refuses_what_leads_out_of_an_artifact)
{
	static const struct entry entries[] = {
		{ "../outside", AE_IFREG, "theirs" },
		{ "a/../../outside", AE_IFREG, "theirs" },
		{ "/outside", AE_IFREG, "theirs" },
		{ "link", AE_IFLNK, "../outside" },
		{ "a/link", AE_IFLNK, "../../outside" },
		{ "link", AE_IFLNK, "/etc/passwd" },
	};

	for (size_t i = 0; i < WF_COUNT(entries); i++) {
		struct place place = place_new();

		make(&place, UNPACK_ARTIFACT, &entries[i], 1);
		CHECK(!run(&place, UNPACK_ARTIFACT, 0));
		CHECK_INT(place.err.kind, WF_ERR_USAGE);
		CHECK(!wf_exists(in(&place, "root/link")));
		place_free(&place);
	}
}

TEST(unpack_never_writes_through_a_link)
{
	struct place place = place_new();
	static const struct entry entries[] = { { "link/file", AE_IFREG, "theirs" },
		{ "outside", AE_IFREG, "theirs" } };

	/* as a job may have left them where it unpacks */
	CHECK_INT(symlink("..", in(&place, "root/link")), 0);
	CHECK_INT(symlink("../outside", in(&place, "root/outside")), 0);
	make(&place, UNPACK_ARTIFACT, entries, WF_COUNT(entries));
	CHECK(run(&place, UNPACK_ARTIFACT, 0));
	CHECK(!wf_exists(in(&place, "file")));
	CHECK_STR(text_of(&place, "root/outside"), "theirs");
	CHECK_STR(text_of(&place, "root/file"), "theirs");
	place_free(&place);
}

TEST(unpack_refuses_devices)
{
	struct place place = place_new();
	static const struct entry entries[] = { { "work/null", AE_IFCHR, "" } };

	make(&place, UNPACK_CACHE, entries, 1);
	CHECK(!run(&place, UNPACK_CACHE, 0));
	CHECK(!wf_exists(in(&place, "root/work/ws/work/null")));
	place_free(&place);
}

TEST(unpack_stops_at_its_limit)
{
	struct place place = place_new();
	static const struct entry entries[] = { { "a", AE_IFREG, "12345" },
		{ "b", AE_IFREG, "67890" } };

	make(&place, UNPACK_ARTIFACT, entries, WF_COUNT(entries));
	CHECK(run(&place, UNPACK_ARTIFACT, 10));
	CHECK(!run(&place, UNPACK_ARTIFACT, 9));
	CHECK(strstr(place.err.msg, "more than 9 bytes") != NULL);
	place_free(&place);
}

TEST(unpack_refuses_what_is_cut_off)
{
	struct place place = place_new();
	static const struct entry entries[] = { { "a", AE_IFREG, "12345" } };
	struct wf_str bytes;

	make(&place, UNPACK_CACHE, entries, 1);
	bytes = text_of(&place, "archive");
	for (size_t n = 0; n < 515; n += 103) { /* a header and the beginning of a file */
		CHECK(wf_write_file(in(&place, "archive"), wf_str_sub(bytes, 0, n), 0600, NULL));
		CHECK(!run(&place, UNPACK_CACHE, 0) || n == 0);
	}
	CHECK(wf_write_file(in(&place, "archive"), WF_S("PK\3\4 no zip"), 0600, NULL));
	CHECK(!run(&place, UNPACK_ARTIFACT, 0));
	place_free(&place);
}

TEST(unpack_takes_a_cache_with_the_folder_for_the_root)
{
	struct place place = place_new();
	static const struct entry entries[] = {
		{ "near", AE_IFREG, "1" },
		{ "../../home/far", AE_IFREG, "2" },
		{ "../../../../../outside", AE_IFREG, "3" },
		{ "/absolute", AE_IFREG, "4" },
		{ "link", AE_IFLNK, "/absolute" },
	};

	make(&place, UNPACK_CACHE, entries, WF_COUNT(entries));
	CHECK(run(&place, UNPACK_CACHE, 0));
	CHECK_STR(text_of(&place, "root/work/ws/near"), "1");
	CHECK_STR(text_of(&place, "root/home/far"), "2");
	CHECK_STR(text_of(&place, "root/outside"), "3");
	CHECK_STR(text_of(&place, "root/absolute"), "4");
	place_free(&place);
}

/* ---- there and back ---- */

static bool
make_with_pack(struct place *place, enum pack_kind kind, const struct pack_item *items, size_t n)
{
	wf_auto(wf_close_fd) int fd = open(in(place, "archive"), O_WRONLY | O_CREAT | O_TRUNC,
	    0600);
	wf_auto(wf_close_fd) int root = open(in(place, "root"), O_RDONLY | O_DIRECTORY);
	const struct pack job = { kind, root, items, n, 6, fd, NULL };

	return pack(&job, &place->err);
}

TEST(unpack_takes_what_pack_made_of_folders_and_links)
{
	static const enum pack_kind kinds[] = { PACK_TAR_ZSTD, PACK_TAR_GZIP };
	static const struct pack_item items[] = { { "/tree", "tree" } };

	for (size_t i = 0; i < WF_COUNT(kinds); i++) {
		struct place place = place_new();
		struct stat a, b;

		CHECK(wf_mkdirs(in(&place, "root/tree/sub"), 0755, NULL));
		CHECK(wf_write_file(in(&place, "root/tree/sub/run"), WF_S("#!"), 0755, NULL));
		CHECK_INT(link(in(&place, "root/tree/sub/run"), in(&place, "root/tree/twin")), 0);
		CHECK_INT(symlink("sub/run", in(&place, "root/tree/soft")), 0);
		CHECK(make_with_pack(&place, kinds[i], items, 1));
		CHECK(run(&place, UNPACK_CACHE, 0));
		CHECK_STR(text_of(&place, "root/work/ws/tree/soft"), "#!");
		CHECK_INT(stat(in(&place, "root/work/ws/tree/twin"), &a), 0);
		CHECK_INT(stat(in(&place, "root/work/ws/tree/sub/run"), &b), 0);
		CHECK_INT(a.st_ino, b.st_ino);
		CHECK_INT(a.st_mode & 0777, 0755);
		place_free(&place);
	}
}

TEST(pack_says_which_file_is_missing)
{
	struct place place = place_new();
	static const struct pack_item items[] = { { "/none", "none" } };

	CHECK(!make_with_pack(&place, PACK_ZIP, items, 1));
	CHECK(strstr(place.err.msg, "/none") != NULL);
	place_free(&place);
}
