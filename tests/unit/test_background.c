/* SPDX-License-Identifier: MIT */
/* test_background.c - what follows from the states of background steps, and the list that runs.
 *
 * A set is written as one letter a member: q queued, r running; over are s success, f failure,
 * c cancelled, d cancelled as a cancel wanted it, x failure that a cancel has covered. */
#include "test.h"

#include "model/workflow.h"
#include "runner/background.h"

#define MOST 24

struct set {
	struct background set;
	struct background_member members[MOST], *items[MOST];
	struct step_def defs[MOST];
};

static const struct background_member kinds[] = {
	['q'] = { .state = BACKGROUND_QUEUED },
	['r'] = { .state = BACKGROUND_RUNNING },
	['s'] = { .state = BACKGROUND_OVER, .end.conclusion = PLAN_SUCCESS },
	['f'] = { .state = BACKGROUND_OVER, .end.conclusion = PLAN_FAILURE },
	['c'] = { .state = BACKGROUND_OVER, .end.conclusion = PLAN_CANCELLED },
	['d'] = { .state = BACKGROUND_OVER, .end.conclusion = PLAN_CANCELLED, .dismissed = true },
	['x'] = { .state = BACKGROUND_OVER, .end.conclusion = PLAN_FAILURE, .dismissed = true },
};

static void
fill(struct set *s, const char *letters)
{
	static const char ids[] = "abcdefghijklmnopqrstuvwxyz";

	*s = (struct set){ .set.items = s->items };
	for (size_t i = 0; letters[i]; i++) {
		s->defs[i].id = (struct wf_str){ ids + i, 1 };
		s->members[i] = kinds[(unsigned char)letters[i]];
		s->members[i].end.def = &s->defs[i];
		s->items[s->set.n++] = &s->members[i];
	}
}

TEST(background_starts_the_first_that_waits_while_there_is_a_place)
{
	static const struct {
		const char *set;
		int next; /* -1: none */
	} rows[] = {
		{ "", -1 },
		{ "q", 0 },
		{ "rrq", 2 },
		{ "sfq", 2 },
		{ "rqq", 1 },
		{ "rrrrrrrrrq", 9 },
		{ "rrrrrrrrrrq", -1 },
		{ "rrrrrsrrrrrq", -1 },
		{ "rrrrrsrrrrqq", 10 },
		{ "rrs", -1 },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct set s;

		fill(&s, rows[i].set);
		CHECK(background_next(&s.set) ==
		      (rows[i].next < 0 ? NULL : &s.members[rows[i].next]));
	}
}

TEST(background_is_over_when_none_waits_or_runs)
{
	static const struct {
		const char *set;
		bool over;
	} rows[] = {
		{ "", true },
		{ "sfc", true },
		{ "sq", false },
		{ "rs", false },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct set s;

		fill(&s, rows[i].set);
		CHECK_INT(background_over(&s.set), rows[i].over);
	}
}

TEST(background_counts_failures_and_cancellations_that_nobody_asked_for)
{
	static const struct {
		const char *set;
		enum plan_result verdict;
	} rows[] = {
		{ "", PLAN_SUCCESS },
		{ "sss", PLAN_SUCCESS },
		{ "sfs", PLAN_FAILURE },
		{ "sds", PLAN_SUCCESS },
		{ "dx", PLAN_FAILURE },
		{ "df", PLAN_FAILURE },
		{ "fc", PLAN_CANCELLED },
		{ "cf", PLAN_CANCELLED },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct set s;

		fill(&s, rows[i].set);
		CHECK_INT(background_verdict(&s.set), rows[i].verdict);
	}
}

TEST(background_finds_members_by_their_exact_id)
{
	struct set s;

	fill(&s, "srq");
	CHECK(background_find(&s.set, WF_S("b")) == &s.members[1]);
	CHECK(background_find(&s.set, WF_S("B")) == NULL);
	CHECK(background_find(&s.set, WF_S("d")) == NULL);
}

/* The ids of the list that runs, one after the other. */
static void
check_unfolded(const char *steps, const char *ids)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT, got = WF_BUF_INIT;
	struct wf_diags diags = { .arena = arena };
	const struct workflow *wf;
	struct step_list list;

	wf_buf_adds(&text, "on: push\njobs: {a: {runs-on: x, steps: [");
	wf_buf_adds(&text, steps);
	wf_buf_adds(&text, "]}}\n");
	wf = workflow_read(arena, "ci.yml", WF_S("ci.yml"), wf_buf_str(&text), &diags);
	CHECK(wf != NULL);
	list = background_unfold(arena, wf->jobs[0]->steps, wf->jobs[0]->nsteps);
	for (size_t i = 0; i < list.n; i++) {
		CHECK(list.items[i]->cond != NULL);
		wf_buf_addf(&got, "%s%.*s", i > 0 ? " " : "", WF_ARG(list.items[i]->id));
	}
	CHECK_STR(wf_buf_str(&got), ids);
}

#define IN_BACKGROUND(id) "{id: " id ", background: true, run: x}"

TEST(background_unfolds_parallel_before_its_wait)
{
	check_unfolded("{id: a, run: x}, {parallel: [{id: b, run: x}, {run: x}]}, {id: c, run: x}",
	    "a b __run __parallel c");
	check_unfolded("{parallel: [{id: b, run: x}]}, {parallel: [{id: c, run: x}]}",
	    "b __parallel c __parallel_2");
}

TEST(background_waits_in_the_end_for_what_nothing_covers)
{
	check_unfolded("{id: a, run: x}", "a");
	check_unfolded(IN_BACKGROUND("a"), "a __implicit_wait_all");
	check_unfolded(IN_BACKGROUND("a") ", {wait: a}", "a __wait");
	check_unfolded(IN_BACKGROUND("a") ", {cancel: a}", "a __cancel");
	check_unfolded(IN_BACKGROUND("a") ", " IN_BACKGROUND("b") ", {wait: [a]}",
	    "a b __wait __implicit_wait_all");
	check_unfolded(IN_BACKGROUND("a") ", {wait-all: }, " IN_BACKGROUND("b"),
	    "a __wait-all b __implicit_wait_all");
	check_unfolded(IN_BACKGROUND("a") ", " IN_BACKGROUND("b") ", {wait-all: true}",
	    "a b __wait-all");
}
