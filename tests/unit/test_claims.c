/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"
#include "runner/claims.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* A store and a private folder of the test's own, and a loop. */
struct stage {
	struct wf_arena *arena;
	uv_loop_t loop;
	char dir[64];
	struct claims *claims;
	struct wf_buf log; /* upper case granted, lower case evicted, ! said */
};

static void
on_note(void *data, const struct wf_error *why)
{
	struct stage *stage = data;

	CHECK(why->msg[0] != '\0');
	wf_buf_addc(&stage->log, '!');
}

static const char *
make_private(void *data, struct wf_error *err)
{
	struct stage *stage = data;
	const char *folder = wf_join(stage->arena, stage->dir, "private");

	return wf_mkdirs(folder, 0700, err) ? folder : NULL;
}

/* The groups as one more process sees them. */
static struct claims *
another(struct stage *stage)
{
	const struct claims_place place = {
		.loop = &stage->loop,
		.common_dir = "/somewhere/shop/.git",
		.make_private = make_private,
		.note = on_note,
		.data = stage,
	};

	return claims_new(stage->arena, &place);
}

static void
open_stage(struct stage *stage)
{
	*stage = (struct stage){ .arena = wf_arena_new(), .dir = "/tmp/wfrun-claims.XXXXXX" };
	assert_non_null(mkdtemp(stage->dir));
	setenv("WFRUN_HOME", wf_join(stage->arena, stage->dir, "home"), 1);
	uv_loop_init(&stage->loop);
	stage->claims = another(stage);
}

static void
close_stage(struct stage *stage)
{
	uv_run(&stage->loop, UV_RUN_DEFAULT);
	CHECK_INT(uv_loop_close(&stage->loop), 0);
	claims_close(stage->claims);
	CHECK(wf_remove_tree(stage->dir, NULL));
	unsetenv("WFRUN_HOME");
	wf_buf_release(&stage->log);
	wf_arena_free(stage->arena);
}

/* What happens in the loop until nothing more does. */
static void
settle(struct stage *stage)
{
	size_t before;

	do {
		before = stage->log.n;
		for (int i = 0; i < 20; i++)
			uv_run(&stage->loop, UV_RUN_NOWAIT);
	} while (stage->log.n > before);
}

/* A claim that notes what happens to it. */
struct noted {
	struct claim claim;
	char name;
	bool stays; /* when it is evicted, for a while */
	struct stage *stage;
	struct wf_str reason;
};

static void
on_grant(struct claim *claim)
{
	struct noted *noted = (struct noted *)claim;

	wf_buf_addc(&noted->stage->log, noted->name);
}

static void
on_evict(struct claim *claim, struct wf_str reason)
{
	struct noted *noted = (struct noted *)claim;

	noted->reason = reason;
	wf_buf_addc(&noted->stage->log, (char)(noted->name + ('a' - 'A')));
	if (!noted->stays)
		claims_leave(claim); /* what runs may end at once */
}

static void
prepare(struct stage *stage, struct noted *noted, char name)
{
	*noted = (struct noted){ .name = name, .stage = stage };
	noted->claim.grant = on_grant;
	noted->claim.evict = on_evict;
}

static void
enter(struct stage *stage, struct noted *noted, char name, struct claims_wish wish)
{
	prepare(stage, noted, name);
	claims_enter(stage->claims, &noted->claim, &wish);
	settle(stage);
}

static const struct claims_wish deploy = { .group = { "Deploy", 6 } };

TEST(claims_newest_waits_and_older_ones_go)
{
	struct stage stage;
	struct noted n[3];

	open_stage(&stage);
	enter(&stage, &n[0], 'A', deploy);
	enter(&stage, &n[1], 'B', (struct claims_wish){ .group = WF_S("dEPLOY") });
	enter(&stage, &n[2], 'C', deploy);
	CHECK_STR(wf_buf_str(&stage.log), "Ab");
	CHECK_STR(n[1].reason,
	    "Canceling since a higher priority waiting request for 'dEPLOY' exists");
	claims_leave(&n[0].claim);
	settle(&stage);
	CHECK_STR(wf_buf_str(&stage.log), "AbC");
	claims_leave(&n[2].claim);
	close_stage(&stage);
}

TEST(claims_cancel_in_progress_ends_the_holder)
{
	struct stage stage;
	struct noted n[3];
	const struct claims_wish newer = { .group = WF_S("Deploy"), .cancel_in_progress = true };

	open_stage(&stage);
	enter(&stage, &n[0], 'A', deploy);
	n[0].stays = true;
	enter(&stage, &n[1], 'B', newer);
	CHECK_STR(wf_buf_str(&stage.log), "Aa");
	CHECK_STR(n[0].reason, "Canceling since a higher priority request for 'Deploy' exists");
	enter(&stage, &n[2], 'C', newer);
	CHECK_STR(wf_buf_str(&stage.log), "Aab"); /* A is told once */
	claims_leave(&n[0].claim);
	settle(&stage);
	CHECK_STR(wf_buf_str(&stage.log), "AabC");
	claims_leave(&n[2].claim);
	close_stage(&stage);
}

TEST(claims_queue_keeps_everybody_in_order)
{
	struct stage stage;
	const struct claims_wish wish = { .group = { "Deploy", 6 }, .queue = true };
	struct noted n[4];

	open_stage(&stage);
	for (int i = 0; i < 4; i++)
		enter(&stage, &n[i], (char)('A' + i), wish);
	claims_leave(&n[1].claim); /* gives up waiting */
	settle(&stage);
	claims_leave(&n[0].claim);
	settle(&stage);
	claims_leave(&n[2].claim);
	settle(&stage);
	CHECK_STR(wf_buf_str(&stage.log), "ACD");
	claims_leave(&n[3].claim);
	close_stage(&stage);
}

TEST(claims_queue_has_room_for_a_hundred)
{
	struct stage stage;
	const struct claims_wish wish = { .group = { "Deploy", 6 }, .queue = true };
	struct noted *n = calloc(102, sizeof(*n));

	open_stage(&stage);
	for (int i = 0; i < 101; i++)
		enter(&stage, &n[i], i == 1 ? 'B' : 'A', wish);
	CHECK_STR(wf_buf_str(&stage.log), "A");
	enter(&stage, &n[101], 'C', wish);
	CHECK_STR(wf_buf_str(&stage.log), "Ab"); /* the oldest of those that wait */
	for (int i = 0; i < 102; i++)
		claims_leave(&n[i].claim);
	close_stage(&stage);
	free(n);
}

TEST(claims_without_a_group_are_granted_at_once)
{
	struct stage stage;
	struct noted n[2];

	open_stage(&stage);
	for (int i = 0; i < 2; i++)
		enter(&stage, &n[i], (char)('A' + i), (struct claims_wish){ .queue = false });
	CHECK_STR(wf_buf_str(&stage.log), "AB");
	claims_leave(&n[0].claim);
	close_stage(&stage);
}

TEST(claims_of_two_sessions_meet)
{
	struct stage stage;
	struct claims *first, *second;
	struct noted n[3];

	open_stage(&stage);
	first = stage.claims;
	enter(&stage, &n[0], 'A', deploy);
	second = stage.claims = another(&stage);
	enter(&stage, &n[1], 'B', deploy);
	stage.claims = first;
	enter(&stage, &n[2], 'C', deploy);
	CHECK_STR(wf_buf_str(&stage.log), "Ab");
	claims_leave(&n[0].claim);
	settle(&stage);
	CHECK_STR(wf_buf_str(&stage.log), "AbC");
	claims_leave(&n[2].claim);
	claims_close(second);
	close_stage(&stage);
}

/* A process of its own that holds the group until it is killed. */
static pid_t
hold_elsewhere(struct stage *stage)
{
	struct noted holder;
	int ready[2];
	pid_t pid;
	char byte;

	CHECK_INT(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		struct stage own = *stage;

		uv_loop_init(&own.loop);
		own.claims = another(&own);
		prepare(&own, &holder, 'A');
		claims_enter(own.claims, &holder.claim, &deploy);
		if (write(ready[1], "r", 1) == 1)
			uv_run(&own.loop, UV_RUN_DEFAULT);
		_exit(0);
	}
	CHECK_INT(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

TEST(claims_of_the_killed_are_free_at_once)
{
	struct stage stage;
	struct noted n;
	pid_t pid;

	open_stage(&stage);
	pid = hold_elsewhere(&stage);
	enter(&stage, &n, 'B', deploy);
	CHECK_STR(wf_buf_str(&stage.log), "");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	while (stage.log.n == 0)
		uv_run(&stage.loop, UV_RUN_ONCE); /* hangs if nobody says so */
	CHECK_STR(wf_buf_str(&stage.log), "B");
	claims_leave(&n.claim);
	close_stage(&stage);
}

TEST(claims_of_the_killed_leave_nothing)
{
	struct stage stage;
	struct noted n;
	char **names;
	size_t count;
	const char *home, *folder;
	pid_t pid;

	open_stage(&stage);
	pid = hold_elsewhere(&stage);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	enter(&stage, &n, 'B', (struct claims_wish){ .group = WF_S("another") });
	claims_leave(&n.claim);
	home = wf_join(stage.arena, stage.dir, "home/repositories");
	CHECK(wf_list_dir(stage.arena, home, &names, &count, NULL));
	CHECK_INT(count, 1);
	folder = wf_join(stage.arena, wf_join(stage.arena, home, names[0]), "queues");
	CHECK(wf_list_dir(stage.arena, folder, &names, &count, NULL));
	CHECK_INT(count, 1);
	CHECK_STR(wf_str(names[0]), "lock");
	close_stage(&stage);
}

TEST(claims_without_a_store_hold_within_the_process)
{
	struct stage stage;
	struct noted n[2];

	open_stage(&stage);
	setenv("WFRUN_HOME", "/dev/null/nowhere", 1);
	enter(&stage, &n[0], 'A', deploy);
	enter(&stage, &n[1], 'B', deploy);
	CHECK_STR(wf_buf_str(&stage.log), "!A");
	claims_leave(&n[0].claim);
	settle(&stage);
	CHECK_STR(wf_buf_str(&stage.log), "!AB");
	claims_leave(&n[1].claim);
	close_stage(&stage);
}

TEST(claims_from_before_the_store_failed_stay_what_they_are)
{
	struct stage stage;
	struct noted n[3];
	const char *home;
	char **names;
	size_t count;

	open_stage(&stage);
	enter(&stage, &n[0], 'A', deploy);
	home = wf_join(stage.arena, stage.dir, "home/repositories");
	CHECK(wf_list_dir(stage.arena, home, &names, &count, NULL));
	/* the folder goes while somebody holds a group: sockets cannot be made there any more */
	CHECK(wf_remove_tree(home, NULL));
	enter(&stage, &n[1], 'B', deploy);
	CHECK_STR(wf_buf_str(&stage.log), "A!B");
	claims_leave(&n[0].claim);
	enter(&stage, &n[2], 'C', deploy);
	CHECK_STR(wf_buf_str(&stage.log), "A!B");
	claims_leave(&n[1].claim);
	settle(&stage);
	CHECK_STR(wf_buf_str(&stage.log), "A!BC");
	claims_leave(&n[2].claim);
	close_stage(&stage);
}

TEST(claims_on_what_is_held_around_them_are_evicted)
{
	struct stage stage;
	struct noted run, job;

	open_stage(&stage);
	enter(&stage, &run, 'R', deploy);
	prepare(&stage, &job, 'J');
	job.claim.outer = &run.claim;
	job.claim.name = WF_S("build");
	claims_enter(stage.claims, &job.claim, &deploy);
	CHECK_STR(wf_buf_str(&stage.log), "Rj");
	CHECK_STR(job.reason, "Canceling since a deadlock was detected for concurrency group: "
	                      "'Deploy' between a top level workflow and 'build'");
	claims_leave(&run.claim);
	close_stage(&stage);
}

TEST(claims_of_a_called_workflow_are_those_of_its_caller)
{
	struct stage stage;
	struct noted job, call;

	open_stage(&stage);
	enter(&stage, &job, 'J', deploy);
	prepare(&stage, &call, 'C');
	call.claim.outer = &job.claim;
	call.claim.called = true;
	claims_enter(stage.claims, &call.claim, &deploy);
	CHECK_STR(wf_buf_str(&stage.log), "JC");
	claims_leave(&call.claim);
	claims_leave(&job.claim);
	close_stage(&stage);
}
