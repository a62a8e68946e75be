/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"
#include "runner/store/numbers.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct folder {
	struct wf_arena *arena;
	char path[64];
};

static void
open_folder(struct folder *f)
{
	*f = (struct folder){ .arena = wf_arena_new(), .path = "/tmp/wfrun-numbers.XXXXXX" };
	assert_non_null(mkdtemp(f->path));
}

static void
close_folder(struct folder *f)
{
	CHECK(wf_remove_tree(f->path, NULL));
	wf_arena_free(f->arena);
}

static struct numbers
take(const struct folder *f, const char *workflow, uint64_t lowest)
{
	struct numbers numbers = { .id = lowest };
	struct wf_error err = { 0 };

	CHECK(numbers_take(f->path, wf_str(workflow), &numbers, &err));
	CHECK_STR(wf_str(err.msg), "");
	return numbers;
}

TEST(numbers_count_by_workflow_file_and_ids_are_never_shared)
{
	struct folder f;
	struct numbers got;

	open_folder(&f);
	got = take(&f, "ci.yml", 100);
	CHECK_INT(got.id, 100);
	CHECK_INT(got.number, 1);
	got = take(&f, "ci.yml", 100); /* in the same second */
	CHECK_INT(got.id, 101);
	CHECK_INT(got.number, 2);
	got = take(&f, "a \"name\"\nof two lines.yml", 500);
	CHECK_INT(got.id, 500);
	CHECK_INT(got.number, 1);
	got = take(&f, "a \"name\"\nof two lines.yml", 1);
	CHECK_INT(got.id, 501);
	CHECK_INT(got.number, 2);
	CHECK_INT(take(&f, "ci.yml", 1).number, 3);
	close_folder(&f);
}

TEST(numbers_are_taken_once_by_many_processes)
{
	struct folder f;
	pid_t pids[6];

	open_folder(&f);
	for (size_t p = 0; p < WF_COUNT(pids); p++) {
		pids[p] = fork();
		if (pids[p] == 0) {
			for (int i = 0; i < 10; i++)
				take(&f, "ci.yml", 1);
			kill(getpid(), SIGKILL);
		}
	}
	for (size_t p = 0; p < WF_COUNT(pids); p++)
		waitpid(pids[p], NULL, 0);
	CHECK_INT(take(&f, "ci.yml", 1).number, 61);
	CHECK_INT(take(&f, "ci.yml", 1).id, 62);
	close_folder(&f);
}

/* A full disk, or a machine that lost its power. */
TEST(numbers_that_were_never_written_to_their_end_do_not_count)
{
	static const char *const cut[] = { "", "000000", "00000000000000000009\n0000",
		"00000000000000000009\n00000000000000000005 \"ci.y" };

	for (size_t i = 0; i < WF_COUNT(cut); i++) {
		struct folder f;

		open_folder(&f);
		CHECK(wf_write_file(wf_join(f.arena, f.path, "numbers"), wf_str(cut[i]), 0600,
		    NULL));
		CHECK_INT(take(&f, "ci.yml", 1).number, 1);
		CHECK_INT(take(&f, "x.yml", 1).number, 1);
		CHECK_INT(take(&f, "ci.yml", 1).number, 2);
		close_folder(&f);
	}
}

TEST(numbers_that_are_damaged_say_what_to_do)
{
	static const char *const damaged[] = {
		"these are words and no number\n",
		"00000000000000000001 and more\n",
		"99999999999999999999\n",
		"00000000000000000001\n2 \"ci.yml\"\n",
		"00000000000000000001\n0000000000000000000x \"ci.yml\"\n",
	};

	for (size_t i = 0; i < WF_COUNT(damaged); i++) {
		struct folder f;
		struct numbers numbers = { .id = 7, .number = 1 };
		struct wf_error err = { 0 };

		open_folder(&f);
		CHECK(wf_write_file(wf_join(f.arena, f.path, "numbers"), wf_str(damaged[i]), 0600,
		    NULL));
		CHECK(!numbers_take(f.path, WF_S("ci.yml"), &numbers, &err));
		CHECK(wf_str_find(wf_str(err.msg), WF_S("this is no list of numbers")) > 0);
		CHECK_STR(wf_str(err.hint), "remove this file: the runs are then counted from 1");
		CHECK_INT(numbers.id, 7);
		CHECK_INT(numbers.number, 1);
		close_folder(&f);
	}
}
