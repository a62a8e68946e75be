/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "runner/claims.h"

/* A claim that notes what happens to it: upper case granted, lower case evicted. */
struct noted {
	struct claim claim;
	char name;
	struct wf_buf *log;
};

static void
on_grant(struct claim *claim)
{
	struct noted *noted = (struct noted *)claim;

	wf_buf_addc(noted->log, noted->name);
}

static void
on_evict(struct claim *claim, struct wf_str reason)
{
	struct noted *noted = (struct noted *)claim;

	CHECK(wf_str_find(reason, WF_S("'Deploy'")) > 0);
	wf_buf_addc(noted->log, (char)(noted->name + ('a' - 'A')));
	claims_leave(claim); /* what runs may end at once */
}

static void
enter(struct claims *claims, struct noted *noted, char name, struct wf_buf *log,
    struct claims_wish wish)
{
	*noted = (struct noted){ .name = name, .log = log };
	noted->claim.grant = on_grant;
	noted->claim.evict = on_evict;
	claims_enter(claims, &noted->claim, &wish);
}

static const struct claims_wish deploy = { .group = { "Deploy", 6 } };

TEST(claims_newest_waits_and_older_ones_go)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf log = WF_BUF_INIT;
	struct claims *claims = claims_new(arena);
	struct noted n[3];

	enter(claims, &n[0], 'A', &log, deploy);
	enter(claims, &n[1], 'B', &log, (struct claims_wish){ .group = WF_S("dEPLOY") });
	enter(claims, &n[2], 'C', &log, deploy);
	CHECK_STR(wf_buf_str(&log), "Ab");
	claims_leave(&n[0].claim);
	CHECK_STR(wf_buf_str(&log), "AbC");
}

TEST(claims_cancel_in_progress_ends_the_holder)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf log = WF_BUF_INIT;
	struct claims *claims = claims_new(arena);
	struct noted n[2];

	enter(claims, &n[0], 'A', &log, deploy);
	enter(claims, &n[1], 'B', &log,
	    (struct claims_wish){ .group = WF_S("Deploy"), .cancel_in_progress = true });
	CHECK_STR(wf_buf_str(&log), "AaB");
}

TEST(claims_queue_keeps_everybody_in_order)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf log = WF_BUF_INIT;
	struct claims *claims = claims_new(arena);
	const struct claims_wish wish = { .group = { "Deploy", 6 }, .queue = true };
	struct noted n[4];

	for (int i = 0; i < 4; i++)
		enter(claims, &n[i], (char)('A' + i), &log, wish);
	claims_leave(&n[1].claim); /* gives up waiting */
	claims_leave(&n[0].claim);
	claims_leave(&n[2].claim);
	CHECK_STR(wf_buf_str(&log), "ACD");
}

TEST(claims_without_a_group_are_granted_at_once)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf log = WF_BUF_INIT;
	struct claims *claims = claims_new(arena);
	struct noted n[2];

	for (int i = 0; i < 2; i++)
		enter(claims, &n[i], (char)('A' + i), &log, (struct claims_wish){ .queue = false });
	CHECK_STR(wf_buf_str(&log), "AB");
	claims_leave(&n[0].claim);
}
