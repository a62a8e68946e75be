/* SPDX-License-Identifier: MIT */
/* test_glob.c - what patterns find in a small tree, in the order of the toolkit. */
#include "test.h"

#include "base/fs.h"
#include "builtin_fixture.h"
#include "runner/builtin/glob.h"

#include <fcntl.h>

static const char tree[] =
    "mkdir -p ws/a/b ws/.hid home/cache ws/empty other\n"
    "touch ws/a/1.txt ws/a/b/2.txt ws/a/b/3.log ws/.hid/4.txt ws/top.txt "
    "ws/.dot home/cache/far other/5.txt 'ws/a/[x].txt'\n"
    "ln -s .. ws/a/up; ln -s nowhere ws/a/broken; ln -s ../../other ws/a/out";

struct search {
	struct scratch scratch;
	struct glob_answer answer;
	struct wf_error err;
	bool ok;
};

/* What was found, relative to the scratch folder, with a slash behind folders, one blank between.
 */
static struct wf_str
search(struct search *s, const char *patterns, bool descendants, bool no_hidden)
{
	wf_auto(wf_close_fd) int root = open("/", O_PATH | O_DIRECTORY);
	struct wf_arena *arena = s->scratch.arena;
	const struct glob_ask ask = { root, scratch_path(&s->scratch, "ws"),
		scratch_path(&s->scratch, "home"), wf_str(patterns), descendants, no_hidden, NULL };
	struct wf_buf text = WF_BUF_INIT;

	s->ok = glob_find(arena, &ask, &s->answer, &s->err);
	for (size_t i = 0; s->ok && i < s->answer.n; i++)
		wf_buf_addf(&text, "%s%s%s", i ? " " : "",
		    s->answer.items[i].path + strlen(s->scratch.dir) + 1,
		    s->answer.items[i].is_folder ? "/" : "");
	return wf_buf_take(&text, arena);
}

TEST(glob_finds_what_the_toolkit_finds)
{
	static const struct {
		const char *patterns, *found;
		bool descendants, no_hidden;
	} rows[] = {
		{ "top.txt", "ws/top.txt", true, true },
		{ "./top.txt\n# no\n\n", "ws/top.txt", true, true },
		{ "none", "", true, true },
		{ "a/*.txt", "ws/a/1.txt ws/a/[x].txt", true, true },
		{ "a/[x].txt", "", false, true },
		{ "a/\\[x\\].txt", "ws/a/[x].txt", false, true },
		{ "a/b", "ws/a/b/", false, true },
		{ "a/b", "ws/a/b/ ws/a/b/2.txt ws/a/b/3.log", true, true },
		{ "a/b/", "ws/a/b/ ws/a/b/2.txt ws/a/b/3.log", true, true },
		{ "a/b/**", "ws/a/b/ ws/a/b/2.txt ws/a/b/3.log", false, true },
		{ "a/b\n!**/*.log", "ws/a/b/ ws/a/b/2.txt", true, true },
		{ "a/b\n!a/b/*\na/b/3.log", "ws/a/b/ ws/a/b/3.log", true, true },
		{ "a/?.txt", "ws/a/1.txt", false, true },
		{ "**/2.txt", "ws/a/b/2.txt", false, true },
		{ ".hid", "", true, true },
		{ ".hid", "ws/.hid/ ws/.hid/4.txt", true, false },
		{ ".*", "ws/.dot ws/.hid/", false, false },
		{ "~/cache", "home/cache/ home/cache/far", true, true },
		{ "a/out/*", "ws/a/out/5.txt", false, true },
		{ "a/broken", "", false, true },
		{ "a/up/top.txt", "ws/a/up/top.txt", false, true },
	};
	struct search s;

	scratch_init(&s.scratch);
	scratch_run(&s.scratch, "%s", tree);
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct wf_str found = search(&s, rows[i].patterns, rows[i].descendants,
		    rows[i].no_hidden);

		CHECK(s.ok);
		CHECK_STR(found, rows[i].found);
	}
	scratch_release(&s.scratch);
}

TEST(glob_does_not_follow_a_link_that_leads_back)
{
	struct search s;

	scratch_init(&s.scratch);
	scratch_run(&s.scratch, "mkdir -p ws/a/b home; touch ws/a/b/f; ln -s ../.. ws/a/b/loop");
	CHECK_STR(search(&s, "**/f", false, true), "ws/a/b/f");
	scratch_release(&s.scratch);
}

TEST(glob_searches_each_root_once)
{
	struct search s;

	scratch_init(&s.scratch);
	scratch_run(&s.scratch, "%s", tree);
	search(&s, "a/b/*.txt\na/*.txt\na\ntop.txt", true, true);
	CHECK_INT(s.answer.nroots, 2);
	CHECK_STR(wf_str(s.answer.roots[0]), scratch_path(&s.scratch, "ws/a"));
	CHECK_STR(wf_str(s.answer.roots[1]), scratch_path(&s.scratch, "ws/top.txt"));
	scratch_release(&s.scratch);
}

TEST(glob_refuses_relative_parts)
{
	static const char *const bad[] = { "../x", "a/../b", "a/./b" };
	struct search s;

	scratch_init(&s.scratch);
	scratch_run(&s.scratch, "%s", tree);
	for (size_t i = 0; i < WF_COUNT(bad); i++) {
		search(&s, bad[i], true, true);
		CHECK(!s.ok);
		CHECK(strstr(s.err.msg, "Relative pathing '.' and '..' is not allowed.") != NULL);
	}
	scratch_release(&s.scratch);
}
