/* SPDX-License-Identifier: MIT */
/* test_report.c - what the report remembers of a record, and what it drops. */
#include "runner/output/report.h"

#include "test.h"

static int64_t
clock_of(void *data)
{
	return *(int64_t *)data;
}

struct fixture {
	int64_t now;
	struct record *record;
	const struct report *report;
};

static void
fixture_release(struct fixture *f)
{
	record_free(f->record);
}

#define FIXTURE(f)                                                                                 \
	wf_auto(fixture_release) struct fixture f = { .now = 1000 };                               \
	f.record = record_new(clock_of, &f.now);                                                   \
	record_add_sink(f.record, record_report_new(&f.report))

TEST(report_gathers_runs_and_jobs)
{
	FIXTURE(f);
	struct record_run runs[] = { { .number = 1, .workflow = WF_S("CI") },
		{ .number = 2, .workflow = WF_S("Deploy"), .parent = 1 } };
	struct record_job jobs[] = { { &runs[0], WF_S("a"), WF_S("a"), 1 },
		{ &runs[1], WF_S("b"), WF_S("b"), 3 }, { &runs[0], WF_S("c"), WF_S("c"), 2 } };

	record_put(f.record, &(struct record_event){ .kind = RECORD_RUN_STARTED, .run = &runs[0] });
	record_put(f.record, &(struct record_event){ .kind = RECORD_JOB_STARTED, .job = &jobs[0] });
	record_put(f.record, &(struct record_event){ .kind = RECORD_RUN_STARTED, .run = &runs[1] });
	record_put(f.record, &(struct record_event){ .kind = RECORD_JOB_STARTED, .job = &jobs[1] });
	record_put(f.record, &(struct record_event){ .kind = RECORD_JOB_FINISHED,
	                         .job = &jobs[2],
	                         .result = "skipped",
	                         .reason = WF_S("if") });
	f.now = 3000;
	record_put(f.record, &(struct record_event){ .kind = RECORD_RUN_FINISHED,
	                         .run = &runs[0],
	                         .result = "success",
	                         .duration = 2000 });
	CHECK_INT(f.report->nruns, 2);
	CHECK_INT(f.report->runs[0]->njobs, 2);
	CHECK_STR(wf_str(f.report->runs[0]->result), "success");
	CHECK_INT(f.report->runs[0]->duration, 2000);
	CHECK_STR(f.report->runs[0]->jobs[1]->facts.name, "c");
	CHECK_STR(f.report->runs[0]->jobs[1]->reason, "if");
	CHECK(f.report->runs[0]->jobs[0]->result == NULL);
	CHECK(f.report->runs[1]->jobs[0]->facts.run == &f.report->runs[1]->facts);
	CHECK_INT(f.report->first, 1000);
	CHECK_INT(f.report->last, 3000);
}

TEST(report_owns_copies)
{
	FIXTURE(f);
	char name[] = "CI";
	struct record_run run = { .number = 1, .workflow = wf_str(name) };

	record_put(f.record, &(struct record_event){ .kind = RECORD_RUN_STARTED, .run = &run });
	name[0] = 'X';
	CHECK_STR(f.report->runs[0]->facts.workflow, "CI");
}

TEST(report_names_the_first_failed_step)
{
	FIXTURE(f);
	struct record_run run = { .number = 1 };
	struct record_job job = { .run = &run, .number = 1 };
	const struct {
		const char *name, *outcome, *result;
		int exit_code;
	} rows[] = {
		{ "fine", "success", "success", 0 },
		{ "tolerated", "failure", "success", 1 },
		{ "broken", "failure", "failure", 7 },
		{ "later", "failure", "failure", 8 },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct record_step step = { .job = &job, .name = wf_str(rows[i].name) };

		record_put(f.record, &(struct record_event){ .kind = RECORD_STEP_FINISHED,
		                         .step = &step,
		                         .outcome = rows[i].outcome,
		                         .result = rows[i].result,
		                         .exit_code = rows[i].exit_code });
	}
	CHECK_STR(f.report->runs[0]->jobs[0]->failed_step, "broken");
	CHECK_INT(f.report->runs[0]->jobs[0]->failed_exit, 7);
	CHECK_INT(f.report->runs[0]->jobs[0]->nsteps, 4);
}

TEST(report_bounds_what_it_keeps)
{
	FIXTURE(f);
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;

	for (int i = 0; i < REPORT_TEXTS_MAX + 5; i++)
		record_put(f.record,
		    &(struct record_event){ .kind = RECORD_ANNOTATION, .text = WF_S("x") });
	CHECK_INT(f.report->annotations.n, REPORT_TEXTS_MAX);
	CHECK_INT(f.report->annotations.dropped, 5);
	while (text.n < REPORT_TEXT_MAX - 1)
		wf_buf_addc(&text, 'a');
	wf_buf_adds(&text, "\xc3\xa4\xc3\xa4");
	for (int i = 0; i < 40; i++)
		record_put(f.record, &(struct record_event){ .kind = RECORD_STEP_SUMMARY,
		                         .text = wf_buf_str(&text) });
	/* cut in front of the character that the limit splits, and marked */
	CHECK_INT(f.report->summaries.items[0].text.n, REPORT_TEXT_MAX - 1 + 4);
	CHECK_INT(f.report->summaries.n, 16);
	CHECK_INT(f.report->summaries.dropped, 24);
}

static const struct record_run first_run = { .number = 1 };
static const struct record_job first_job = { .run = &first_run, .number = 1 };
#define FIRST_STEP ((struct record_step){ .job = &first_job, .number = 1 })

static void
annotate(struct record *record, const struct record_step *step, const char *level, int times)
{
	for (int i = 0; i < times; i++)
		record_put(record, &(struct record_event){ .kind = RECORD_ANNOTATION,
		                       .step = step,
		                       .level = level,
		                       .text = WF_S("x") });
}

TEST(report_keeps_ten_annotations_of_each_level_of_a_step)
{
	FIXTURE(f);
	struct record_step step = FIRST_STEP;
	struct record_step second = step;

	second.number = step.number + 1;
	annotate(f.record, &step, "error", 12);
	annotate(f.record, &step, "warning", 11);
	annotate(f.record, &step, "notice", 10);
	annotate(f.record, &second, "error", 3);
	CHECK_INT(f.report->annotations.n, 33);
	CHECK_INT(f.report->annotations.dropped, 3);
}

TEST(report_cuts_messages_by_utf16_units)
{
	FIXTURE(f);
	struct record_step step = FIRST_STEP;
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;

	for (int i = 0; i < REPORT_MESSAGE_MAX - 1; i++)
		wf_buf_addc(&text, 'a');
	wf_buf_adds(&text, "\xf0\x9f\x98\x80"); /* two units: one too many */
	record_put(f.record, &(struct record_event){ .kind = RECORD_ANNOTATION,
	                         .step = &step,
	                         .level = "error",
	                         .text = wf_buf_str(&text) });
	CHECK_INT(f.report->annotations.items[0].text.n, REPORT_MESSAGE_MAX - 1);
}

TEST(report_keeps_twenty_summaries_of_a_job)
{
	FIXTURE(f);
	struct record_step step = FIRST_STEP;

	for (int i = 0; i < REPORT_SUMMARIES_MAX + 2; i++)
		record_put(f.record, &(struct record_event){ .kind = RECORD_STEP_SUMMARY,
		                         .step = &step,
		                         .text = WF_S("# x\n") });
	CHECK_INT(f.report->summaries.n, REPORT_SUMMARIES_MAX);
	CHECK_INT(f.report->summaries.dropped, 2);
}
