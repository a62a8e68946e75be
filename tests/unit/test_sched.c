/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "runner/sched.h"

/* An item that notes when it is admitted. */
struct noted {
	struct sched_item item;
	char name;
	struct wf_buf *log;
};

static void
on_admit(struct sched_item *item)
{
	struct noted *noted = (struct noted *)item;

	wf_buf_addc(noted->log, noted->name);
}

static void
enter(struct sched *sched, struct noted *noted, char name, struct wf_buf *log,
    struct sched_group *group)
{
	*noted = (struct noted){ .name = name, .log = log };
	noted->item.admit = on_admit;
	noted->item.group = group;
	sched_enter(sched, &noted->item);
}

TEST(sched_admits_as_many_as_there_are_slots_in_order)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf log = WF_BUF_INIT;
	struct sched *sched = sched_new(arena, 2);
	struct noted n[4];

	for (int i = 0; i < 4; i++)
		enter(sched, &n[i], (char)('a' + i), &log, NULL);
	CHECK_STR(wf_buf_str(&log), "ab");
	sched_leave(sched, &n[1].item);
	CHECK_STR(wf_buf_str(&log), "abc");
	sched_leave(sched, &n[0].item);
	sched_leave(sched, &n[2].item);
	CHECK_STR(wf_buf_str(&log), "abcd");
}

TEST(sched_full_group_does_not_hold_up_others)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf log = WF_BUF_INIT;
	struct sched *sched = sched_new(arena, 3);
	struct sched_group one = { .limit = 1 };
	struct noted n[4];

	enter(sched, &n[0], 'a', &log, &one);
	enter(sched, &n[1], 'b', &log, &one);
	enter(sched, &n[2], 'c', &log, NULL);
	enter(sched, &n[3], 'd', &log, &one);
	CHECK_STR(wf_buf_str(&log), "ac");
	sched_leave(sched, &n[0].item);
	CHECK_STR(wf_buf_str(&log), "acb");
	sched_leave(sched, &n[1].item);
	CHECK_STR(wf_buf_str(&log), "acbd");
	CHECK_INT(one.running, 1);
}

TEST(sched_item_may_leave_the_queue)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf log = WF_BUF_INIT;
	struct sched *sched = sched_new(arena, 1);
	struct noted n[3];

	for (int i = 0; i < 3; i++)
		enter(sched, &n[i], (char)('a' + i), &log, NULL);
	sched_leave(sched, &n[2].item); /* the last: the tail of the queue moves */
	enter(sched, &n[2], 'd', &log, NULL);
	sched_leave(sched, &n[1].item);
	sched_leave(sched, &n[1].item); /* twice does nothing */
	sched_leave(sched, &n[0].item);
	CHECK_STR(wf_buf_str(&log), "ad");
}

TEST(sched_item_without_slot_waits_for_its_group_alone)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf log = WF_BUF_INIT;
	struct sched *sched = sched_new(arena, 1);
	struct sched_group one = { .limit = 1 };
	struct noted n[5];

	enter(sched, &n[0], 'a', &log, NULL);
	enter(sched, &n[1], 'b', &log, NULL);
	for (int i = 2; i < 5; i++) {
		n[i] = (struct noted){ .name = (char)('a' + i), .log = &log };
		n[i].item.admit = on_admit;
		n[i].item.group = &one;
		n[i].item.slotless = true;
		sched_enter(sched, &n[i].item);
	}
	CHECK_STR(wf_buf_str(&log), "ac"); /* the slot is a's, and stays so */
	sched_leave(sched, &n[2].item);
	CHECK_STR(wf_buf_str(&log), "acd");
	sched_leave(sched, &n[4].item); /* it never left the queue */
	sched_leave(sched, &n[3].item);
	CHECK_STR(wf_buf_str(&log), "acd");
	sched_leave(sched, &n[0].item);
	CHECK_STR(wf_buf_str(&log), "acdb");
}
