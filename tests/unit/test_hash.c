/* SPDX-License-Identifier: MIT */
/* test_hash.c - expectations are SHA-256 over the SHA-256 digests of the files, in this order. */
#include "test.h"

#include "base/fs.h"
#include "runner/hash.h"
#include "runner/hashes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

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
	const struct hash_call call = { &given, 1 };
	struct wf_error err = { .msg = "" };
	struct wf_str hash;

	if (!hashes_now(place->arena, &place->box, &call, &hash, &err))
		hash = wf_strf(place->arena, "%s%s%s", err.msg, err.hint[0] ? "; " : "", err.hint);
	CHECK_STR(hash, want);
}

/* GitHub's words for a call that failed. */
static const char *
failure(struct place *place, const char *patterns, const char *cause)
{
	return wf_strf(place->arena,
	    "hashFiles('%s') failed. Fail to hash files under directory '%s'; %s", patterns,
	    place->box.layout.workspace, cause)
	    .p;
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
	    failure(&place, "../*",
	        "Invalid pattern '../*'. Relative pathing '.' and '..' is not allowed."));
	check_hash(&place, "b/./'d.log",
	    failure(&place, "b/./''d.log",
	        "Invalid pattern 'b/./'d.log'. Relative pathing '.' and '..' is not allowed."));
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

TEST(hash_of_more_files_than_one_batch_keeps_their_order)
{
	struct place place = make_place();

	CHECK(wf_mkdirs(wf_join(place.arena, place.box.layout.workspace, "many"), 0755, NULL));
	for (int i = 0; i < 5000; i++) {
		const char *name = wf_strf(place.arena, "many/%04d", i).p;

		write_file(&place, name, name);
	}
	check_hash(&place, "many/*",
	    "8f052bcf8545bd573ed02984d7a4c5ef8d6f3a2c782ea3832b9a77990d4eb87f");
	end_place(&place);
}

TEST(hash_ends_when_it_is_late)
{
	struct place place = make_place();
	const struct wf_str patterns[] = { WF_S("a.txt"), WF_S("it's") };
	const struct hash_ask ask = { .root = open("/", O_PATH | O_DIRECTORY),
		.workspace = place.box.layout.workspace,
		.patterns = patterns,
		.n = WF_COUNT(patterns),
		.deadline = uv_hrtime() };
	struct wf_error err;
	struct wf_str hash;

	CHECK(!hash_files(place.arena, &ask, &hash, &err));
	CHECK_STR(wf_str(err.msg), "hashFiles('a.txt, it''s') couldn't finish within 120 seconds.");
	close(ask.root);
	end_place(&place);
}

/* ---- the loop goes on ---- */

struct waiting {
	struct place place;
	uv_loop_t loop;
	struct hashes hashes;
	int asked, ticks;
	bool ok;
	struct wf_str hash;
	struct wf_error err;
};

static const struct wf_str waited = { "b/huge", 6 };

static void
ask_again(void *data)
{
	struct waiting *w = data;
	const struct hash_call call = { &waited, 1 };

	w->asked++;
	w->hashes.asking = true;
	w->ok = hashes_get(&w->hashes, w->place.arena, &call, &w->hash, &w->err);
	hashes_wait(&w->hashes, ask_again, w);
}

/* A file of a size that takes a while. */
static void
waiting_init(struct waiting *w, off_t size)
{
	*w = (struct waiting){ .place = make_place() };
	CHECK_INT(uv_loop_init(&w->loop), 0);
	w->place.box.loop = &w->loop;
	w->hashes.arena = w->place.arena;
	w->hashes.box = &w->place.box;
	write_file(&w->place, "b/huge", "");
	CHECK_INT(truncate(wf_join(w->place.arena, w->place.box.layout.workspace, "b/huge"), size),
	    0);
}

static void
waiting_end(struct waiting *w)
{
	CHECK_INT(uv_loop_close(&w->loop), 0);
	end_place(&w->place);
}

TEST(hash_is_asked_for_again_when_the_pool_has_it)
{
	struct waiting w;

	waiting_init(&w, 0);
	ask_again(&w);
	CHECK(!w.ok && w.hashes.request);
	uv_run(&w.loop, UV_RUN_DEFAULT);
	CHECK_INT(w.asked, 2);
	CHECK(w.ok && !w.hashes.request);
	CHECK_STR(w.hash, "5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456");
	waiting_end(&w);
}

static void
on_tick(uv_timer_t *timer)
{
	struct waiting *w = timer->data;

	hashes_stop(&w->hashes);
	w->ticks++;
	uv_close((uv_handle_t *)timer, NULL);
}

TEST(hash_is_stopped_by_a_timer_of_the_loop)
{
	struct waiting w;
	uv_timer_t timer = { .data = &w };

	waiting_init(&w, (off_t)1 << 40); /* nobody reads as much */
	uv_timer_init(&w.loop, &timer);
	uv_timer_start(&timer, on_tick, 1, 0);
	ask_again(&w);
	uv_run(&w.loop, UV_RUN_DEFAULT);
	CHECK_INT(w.ticks, 1);
	CHECK_INT(w.asked, 2);
	CHECK(!w.ok);
	waiting_end(&w);
}
