/* SPDX-License-Identifier: MIT */
/* test_label.c - labels are short, and one job's alone. */
#include "cli/label.h"

#include "cli/visible.h"
#include "test.h"

TEST(label_is_the_name_when_it_is_short)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct labels labels;
	struct record_run run = { .number = 1 };
	struct record_job job = { .run = &run, .name = WF_S("lint / ruff (3.11)"), .number = 1 };

	labels_init(&labels, arena);
	CHECK_STR(labels_get(&labels, &job), "lint/ruff (3.11)");
	CHECK_STR(labels_get(&labels, &job), "lint/ruff (3.11)");
	CHECK_INT(labels.width, 16);
}

TEST(label_loses_its_middle_when_it_is_long)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct labels labels;
	struct record_run run = { .number = 1 };
	struct record_job job = { .run = &run,
		.name = WF_S("Test p\xc3\xa4"
		             "ckages / unit tests (services/billing, 3.11)"),
		.number = 1 };

	labels_init(&labels, arena);
	CHECK_STR(labels_get(&labels, &job), "Test p\xc3\xa4"
	                                     "ckag..es/billing, 3.11)");
	CHECK_INT(labels.width, LABEL_WIDTH_MAX);
}

TEST(label_tells_jobs_of_one_name_apart)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct labels labels;
	struct record_run runs[] = { { .number = 1 }, { .number = 2 } };
	struct record_job jobs[] = { { &runs[0], WF_S("a"), WF_S("build"), 1 },
		{ &runs[1], WF_S("a"), WF_S("build"), 2 },
		{ &runs[1], WF_S("b"), WF_S("build"), 3 }, { &runs[1], WF_S("c"), WF_S(""), 4 } };

	labels_init(&labels, arena);
	CHECK_STR(labels_get(&labels, &jobs[0]), "build");
	CHECK_STR(labels_get(&labels, &jobs[1]), "build@2");
	CHECK_STR(labels_get(&labels, &jobs[2]), "build#3");
	CHECK_STR(labels_get(&labels, &jobs[3]), "c");
	CHECK_STR(labels_get(&labels, &jobs[0]), "build");
}

TEST(label_shows_no_control_characters)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct labels labels;
	struct record_job job = { .name = WF_S("a\x1b[2Jb\nc"), .number = 1 };

	labels_init(&labels, arena);
	CHECK_STR(labels_get(&labels, &job), "ab^Jc");
}
