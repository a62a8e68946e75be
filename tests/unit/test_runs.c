/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"
#include "runner/store/runs.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define DAY ((int64_t)24 * 60 * 60 * 1000)

struct folder {
	struct wf_arena *arena;
	char path[64];
	struct runs *runs;
};

static void
open_folder(struct folder *f)
{
	struct wf_error err = { 0 };

	*f = (struct folder){ .arena = wf_arena_new(), .path = "/tmp/wfrun-runs.XXXXXX" };
	assert_non_null(mkdtemp(f->path));
	f->runs = runs_open(f->path, &err);
	CHECK_STR(wf_str(err.msg), "");
	assert_non_null(f->runs);
}

static void
close_folder(struct folder *f)
{
	runs_close(f->runs);
	CHECK(wf_remove_tree(f->path, NULL));
	wf_arena_free(f->arena);
}

static struct runs_run
begin(struct runs *runs, uint64_t id, int64_t created)
{
	struct wf_error err = { 0 };
	const struct runs_change change = { .what = RUNS_NEW,
		.run = {
		    .id = id,
		    .number = 5,
		    .attempt = 1,
		    .workflow = WF_S("CI"),
		    .path = WF_S("ci.yml"),
		    .title = WF_S("a title"),
		    .event = WF_S("push"),
		    .ref = WF_S("refs/heads/main"),
		    .head_branch = WF_S("main"),
		    .head_sha = WF_S("abc"),
		    .status = WF_S("queued"),
		    .created = created,
		    .updated = created,
		} };

	CHECK(runs_write(runs, &change, 1, &err));
	CHECK_STR(wf_str(err.msg), "");
	return change.run;
}

static void
complete(struct runs *runs, const struct runs_run *run, int64_t now)
{
	const struct runs_change changes[] = {
		{ .what = RUNS_JOB,
		    .job = { .run = run->id,
		        .number = 7,
		        .id = WF_S("test"),
		        .name = WF_S("test (3.11)"),
		        .status = WF_S("completed"),
		        .conclusion = WF_S("failure"),
		        .started = 5,
		        .completed = 9 } },
		{ .what = RUNS_RUN,
		    .run = { .id = run->id,
		        .status = WF_S("completed"),
		        .conclusion = WF_S("failure"),
		        .updated = now } },
	};

	CHECK(runs_write(runs, changes, WF_COUNT(changes), NULL));
}

TEST(runs_tell_what_was_written)
{
	struct folder f;
	struct runs_run run, *list;
	struct runs_job *jobs;
	size_t n;

	open_folder(&f);
	begin(f.runs, 1, 1);
	run = begin(f.runs, 2, 3);
	complete(f.runs, &run, 20);
	runs_close(f.runs);
	f.runs = runs_open(f.path, NULL);
	CHECK(runs_list(f.runs, f.arena, &list, &n, NULL));
	CHECK_INT(n, 2);
	CHECK_INT(list[0].id, 2);
	CHECK_INT(list[0].number, 5);
	CHECK_STR(list[0].path, "ci.yml");
	CHECK_STR(list[0].workflow, "CI");
	CHECK_STR(list[0].title, "a title");
	CHECK_STR(list[0].head_branch, "main");
	CHECK_STR(list[0].status, "completed");
	CHECK_STR(list[0].conclusion, "failure");
	CHECK_INT(list[0].created, 3);
	CHECK_INT(list[0].updated, 20);
	CHECK_STR(list[1].status, "queued"); /* its process lives: it is this one */
	CHECK(runs_jobs(f.runs, f.arena, 2, &jobs, &n, NULL));
	CHECK_INT(n, 1);
	CHECK_INT(jobs[0].number, 7);
	CHECK_STR(jobs[0].name, "test (3.11)");
	CHECK_STR(jobs[0].conclusion, "failure");
	CHECK_INT(jobs[0].completed, 9);
	close_folder(&f);
}

/* Many processes at once, each of which is killed in the middle of its work. */
TEST(runs_of_killed_processes_are_cancelled)
{
	struct folder f;
	struct runs_run *list;
	pid_t pids[6];
	size_t n;

	open_folder(&f);
	for (size_t p = 0; p < WF_COUNT(pids); p++) {
		pids[p] = fork();
		if (pids[p] == 0) {
			struct runs *runs = runs_open(f.path, NULL);

			for (size_t i = 0; runs && i < 10; i++)
				begin(runs, 10 * p + i + 1, 1);
			kill(getpid(), SIGKILL);
		}
	}
	for (size_t p = 0; p < WF_COUNT(pids); p++)
		waitpid(pids[p], NULL, 0);
	runs_close(f.runs);
	f.runs = runs_open(f.path, NULL);
	CHECK(runs_list(f.runs, f.arena, &list, &n, NULL));
	CHECK_INT(n, 60);
	for (size_t i = 0; i < n; i++)
		CHECK_STR(list[i].conclusion, "cancelled"); /* the killed do not run any more */
	close_folder(&f);
}

TEST(runs_are_pruned)
{
	const int64_t now = 2 * DAY + RUNS_DAYS * DAY;
	struct folder f;
	struct runs_run run, *list;
	struct runs_job *jobs;
	size_t n;

	open_folder(&f);
	run = begin(f.runs, 1, DAY);
	complete(f.runs, &run, DAY);
	run = begin(f.runs, 2, now);
	complete(f.runs, &run, now);
	CHECK(runs_list(f.runs, f.arena, &list, &n, NULL));
	CHECK_INT(n, 1);
	CHECK_INT(list[0].id, 2);
	CHECK(runs_jobs(f.runs, f.arena, 1, &jobs, &n, NULL));
	CHECK_INT(n, 0); /* they went with their run */
	for (uint64_t id = 3; id < RUNS_KEPT + 8; id++) {
		run = begin(f.runs, id, now);
		complete(f.runs, &run, now);
	}
	CHECK(runs_list(f.runs, f.arena, &list, &n, NULL));
	CHECK_INT(n, RUNS_KEPT);
	CHECK_INT(list[0].id, RUNS_KEPT + 7);
	close_folder(&f);
}

TEST(runs_store_that_is_damaged_says_what_to_do)
{
	struct folder f;
	struct wf_error err = { 0 };
	const char *file;

	open_folder(&f);
	runs_close(f.runs);
	file = wf_join(f.arena, f.path, "runs.db");
	CHECK(wf_write_file(file, WF_S("this is no database, whatever its name may say\n"), 0600,
	    NULL));
	f.runs = runs_open(f.path, &err);
	CHECK(f.runs == NULL);
	CHECK(wf_str_find(wf_str(err.msg), WF_S("runs.db: file is not a database")) > 0);
	CHECK_STR(wf_str(err.hint), "the file is damaged: remove it, and a new one is made");
	close_folder(&f);
}
