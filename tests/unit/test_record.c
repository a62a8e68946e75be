/* SPDX-License-Identifier: MIT */
/* test_record.c - what sinks see, and the NDJSON form of each kind. */
#include "runner/output/record.h"

#include "test.h"

#include <stdlib.h>

/* 2026-01-02T03:04:05.678Z, and 1 ms later with each event. */
static int64_t
ticking(void *data)
{
	return 1767323045678 + (*(int *)data)++;
}

struct fixture {
	int ticks;
	char *text;
	size_t n;
	FILE *out;
	struct record *record;
	struct record_run run;
	struct record_job job;
	struct record_step step;
};

static void
fixture_init(struct fixture *f)
{
	f->out = open_memstream(&f->text, &f->n);
	f->record = record_new(ticking, &f->ticks);
	record_add_sink(f->record, record_ndjson_new(f->out));
	f->run = (struct record_run){ .id = 1000,
		.number = 1,
		.workflow = WF_S("CI"),
		.path = WF_S(".github/workflows/ci.yml"),
		.event = WF_S("push"),
		.ref = WF_S("refs/heads/main"),
		.sha = WF_S("abc") };
	f->job = (struct record_job){ .run = &f->run,
		.id = WF_S("test"),
		.name = WF_S("test (3.11)"),
		.number = 2 };
	f->step = (struct record_step){ .job = &f->job,
		.number = 3,
		.id = WF_S("unit"),
		.name = WF_S("Run tests") };
}

static void
fixture_release(struct fixture *f)
{
	record_free(f->record);
	fclose(f->out);
	free(f->text);
}

#define FIXTURE(f)                                                                                 \
	wf_auto(fixture_release) struct fixture f = { 0 };                                         \
	fixture_init(&f)

#define AT "{\"time\":\"2026-01-02T03:04:05.678Z\","

static void
check_json(struct fixture *f, const struct record_event *event, const char *want)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	f->ticks = 0;
	rewind(f->out);
	record_put(f->record, event);
	record_flush(f->record);
	CHECK_STR(((struct wf_str){ f->text, f->n }), wf_strf(arena, AT "%s}\n", want).p);
}

TEST(record_ndjson_writes_runs)
{
	FIXTURE(f);

	check_json(&f, &(struct record_event){ .kind = RECORD_RUN_STARTED, .run = &f.run },
	    "\"type\":\"run.started\",\"run\":1,\"run_id\":1000,\"workflow\":\"CI\","
	    "\"path\":\".github/workflows/ci.yml\",\"event\":\"push\","
	    "\"ref\":\"refs/heads/main\",\"sha\":\"abc\"");
	f.run.parent = 7;
	f.run.head_branch = WF_S("v1");
	f.run.title = WF_S("Release \"v1\"");
	check_json(&f, &(struct record_event){ .kind = RECORD_RUN_STARTED, .run = &f.run },
	    "\"type\":\"run.started\",\"run\":1,\"run_id\":1000,\"parent\":7,\"workflow\":\"CI\","
	    "\"path\":\".github/workflows/ci.yml\",\"event\":\"push\","
	    "\"ref\":\"refs/heads/main\",\"sha\":\"abc\",\"head_branch\":\"v1\","
	    "\"title\":\"Release \\\"v1\\\"\"");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_RUN_FINISHED,
	        .run = &f.run,
	        .result = "failure",
	        .duration = 1234 },
	    "\"type\":\"run.finished\",\"run\":1,\"result\":\"failure\",\"duration_ms\":1234");
}

TEST(record_ndjson_writes_jobs)
{
	FIXTURE(f);
	const struct command_pair outputs[] = { { WF_S("a"), WF_S("1") }, { WF_S("b"), WF_S("") } };

	check_json(&f, &(struct record_event){ .kind = RECORD_JOB_STARTED, .job = &f.job },
	    "\"type\":\"job.started\",\"run\":1,\"job\":2,\"job_id\":\"test\","
	    "\"name\":\"test (3.11)\"");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_JOB_FINISHED,
	        .job = &f.job,
	        .result = "success",
	        .duration = 5,
	        .outputs = outputs,
	        .noutputs = 2 },
	    "\"type\":\"job.finished\",\"run\":1,\"job\":2,\"job_id\":\"test\","
	    "\"name\":\"test (3.11)\",\"result\":\"success\",\"duration_ms\":5,"
	    "\"outputs\":{\"a\":\"1\",\"b\":\"\"}");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_JOB_FINISHED,
	        .job = &f.job,
	        .result = "skipped",
	        .reason = WF_S("needs 'lint' is skipped") },
	    "\"type\":\"job.finished\",\"run\":1,\"job\":2,\"job_id\":\"test\","
	    "\"name\":\"test (3.11)\",\"result\":\"skipped\",\"duration_ms\":0,"
	    "\"reason\":\"needs 'lint' is skipped\"");
}

TEST(record_ndjson_writes_steps)
{
	FIXTURE(f);

	check_json(&f, &(struct record_event){ .kind = RECORD_STEP_STARTED, .step = &f.step },
	    "\"type\":\"step.started\",\"run\":1,\"job\":2,\"job_id\":\"test\",\"step\":3,"
	    "\"step_id\":\"unit\",\"name\":\"Run tests\"");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_STEP_FINISHED,
	        .step = &f.step,
	        .result = "success",
	        .outcome = "failure",
	        .exit_code = 2,
	        .duration = 10 },
	    "\"type\":\"step.finished\",\"run\":1,\"job\":2,\"job_id\":\"test\",\"step\":3,"
	    "\"step_id\":\"unit\",\"name\":\"Run tests\",\"result\":\"success\","
	    "\"outcome\":\"failure\",\"exit_code\":2,\"duration_ms\":10");
	f.step.id = WF_S("");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_STEP_FINISHED,
	        .step = &f.step,
	        .result = "skipped",
	        .outcome = "skipped",
	        .exit_code = -1 },
	    "\"type\":\"step.finished\",\"run\":1,\"job\":2,\"job_id\":\"test\",\"step\":3,"
	    "\"name\":\"Run tests\",\"result\":\"skipped\",\"outcome\":\"skipped\","
	    "\"duration_ms\":0");
	f.step.background = true;
	check_json(&f, &(struct record_event){ .kind = RECORD_STEP_STARTED, .step = &f.step },
	    "\"type\":\"step.started\",\"run\":1,\"job\":2,\"job_id\":\"test\",\"step\":3,"
	    "\"name\":\"Run tests\",\"background\":true");
}

#define IN_STEP "\"run\":1,\"job\":2,\"job_id\":\"test\",\"step\":3"

TEST(record_ndjson_writes_output)
{
	FIXTURE(f);

	check_json(&f,
	    &(struct record_event){ .kind = RECORD_LINE,
	        .step = &f.step,
	        .text = WF_S("a\t\"b\"\x1b[0m\xff") },
	    "\"type\":\"line\"," IN_STEP ",\"text\":\"a\\t\\\"b\\\"\\u001b[0m\xef\xbf\xbd\"");
	check_json(&f, &(struct record_event){ .kind = RECORD_LINE, .step = &f.step },
	    "\"type\":\"line\"," IN_STEP ",\"text\":\"\"");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_GROUP, .step = &f.step, .text = WF_S("g") },
	    "\"type\":\"group\"," IN_STEP ",\"text\":\"g\"");
	check_json(&f, &(struct record_event){ .kind = RECORD_ENDGROUP, .step = &f.step },
	    "\"type\":\"endgroup\"," IN_STEP);
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_DEBUG, .step = &f.step, .text = WF_S("d") },
	    "\"type\":\"debug\"," IN_STEP ",\"text\":\"d\"");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_STEP_SUMMARY,
	        .step = &f.step,
	        .text = WF_S("# Hi\n") },
	    "\"type\":\"summary\"," IN_STEP ",\"text\":\"# Hi\\n\"");
}

TEST(record_ndjson_writes_places)
{
	FIXTURE(f);

	check_json(&f,
	    &(struct record_event){ .kind = RECORD_ANNOTATION,
	        .step = &f.step,
	        .level = "warning",
	        .text = WF_S("unused"),
	        .place = { WF_S("a.c"), WF_S("W1"), 3, 4, 5, 6 } },
	    "\"type\":\"annotation\"," IN_STEP ",\"level\":\"warning\",\"text\":\"unused\","
	    "\"file\":\"a.c\",\"line\":3,\"end_line\":4,\"col\":5,\"end_col\":6,\"title\":\"W1\"");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_DIFFERENCE,
	        .run = &f.run,
	        .text = WF_S("no"),
	        .place = { .file = WF_S("ci.yml"), .line = 9 } },
	    "\"type\":\"difference\",\"run\":1,\"text\":\"no\",\"file\":\"ci.yml\",\"line\":9");
	check_json(&f, &(struct record_event){ .kind = RECORD_NOTE, .text = WF_S("n") },
	    "\"type\":\"note\",\"text\":\"n\"");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_WORKFLOW_ASLEEP,
	        .text = WF_S("Docs"),
	        .reason = WF_S("paths"),
	        .place = { .file = WF_S("docs.yml"), .line = 4, .col = 5 } },
	    "\"type\":\"workflow.asleep\",\"workflow\":\"Docs\",\"file\":\"docs.yml\",\"line\":4,"
	    "\"col\":5,\"reason\":\"paths\"");
}

TEST(record_ndjson_writes_chains)
{
	FIXTURE(f);
	const struct wf_str names[] = { WF_S("Docker"), WF_S("Deploy") };
	const struct record_chain chain = { .action = WF_S("completed"),
		.ref = WF_S("refs/heads/main"),
		.sha = WF_S("def"),
		.head_branch = WF_S("v1"),
		.workflows = names,
		.nworkflows = 2 };

	check_json(&f,
	    &(struct record_event){ .kind = RECORD_CHAIN,
	        .run = &f.run,
	        .result = "success",
	        .chain = &chain },
	    "\"type\":\"chain\",\"run\":1,\"result\":\"success\",\"action\":\"completed\","
	    "\"ref\":\"refs/heads/main\",\"sha\":\"def\",\"head_branch\":\"v1\","
	    "\"wakes\":[\"Docker\",\"Deploy\"]");
}

TEST(record_stamps_the_time_in_utc)
{
	FIXTURE(f);

	f.ticks = 321;
	record_put(f.record, &(struct record_event){ .kind = RECORD_NOTE });
	record_put(f.record, &(struct record_event){ .kind = RECORD_NOTE });
	f.ticks = 1322;
	record_put(f.record, &(struct record_event){ .kind = RECORD_NOTE });
	CHECK(strstr(f.text, "\"2026-01-02T03:04:05.999Z\""));
	CHECK(strstr(f.text, "\"2026-01-02T03:04:06.000Z\""));
	CHECK(strstr(f.text, "\"2026-01-02T03:04:07.000Z\""));
}

TEST(record_masks_all_that_a_step_can_say)
{
	FIXTURE(f);
	const struct command_pair outputs[] = { { WF_S("k-s3cret"), WF_S("v-s3cret") } };
	struct mask *mask = mask_new(NULL);

	mask_add(mask, WF_S("s3cret"));
	f.step.name = WF_S("Say s3cret");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_ANNOTATION,
	        .step = &f.step,
	        .mask = mask,
	        .level = "error",
	        .text = WF_S("t s3cret"),
	        .reason = WF_S("r s3cret"),
	        .place = { .file = WF_S("f/s3cret"), .title = WF_S("s3crets3cret") } },
	    "\"type\":\"annotation\"," IN_STEP ",\"level\":\"error\",\"text\":\"t ***\","
	    "\"file\":\"f/***\",\"title\":\"***\",\"reason\":\"r ***\"");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_STEP_FINISHED,
	        .step = &f.step,
	        .mask = mask,
	        .outputs = outputs,
	        .noutputs = 1 },
	    "\"type\":\"step.finished\"," IN_STEP ",\"step_id\":\"unit\",\"name\":\"Say ***\","
	    "\"exit_code\":0,\"duration_ms\":0,\"outputs\":{\"k-***\":\"v-***\"}");
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_LINE,
	        .step = &f.step,
	        .mask = mask,
	        .text = WF_S("s3cret") },
	    "\"type\":\"line\"," IN_STEP ",\"text\":\"***\"");
	mask_free(mask);
}

TEST(record_does_not_mask_what_the_server_says)
{
	FIXTURE(f);
	struct mask *mask = mask_new(NULL);

	mask_add(mask, WF_S("test"));
	mask_add(mask, WF_S("main"));
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_JOB_STARTED, .job = &f.job, .mask = mask },
	    "\"type\":\"job.started\",\"run\":1,\"job\":2,\"job_id\":\"test\","
	    "\"name\":\"test (3.11)\"");
	mask_free(mask);
}

TEST(record_masks_a_summary_line_by_line)
{
	FIXTURE(f);
	struct mask *mask = mask_new(NULL);

	mask_add(mask, WF_S("one\ntwo"));
	check_json(&f,
	    &(struct record_event){ .kind = RECORD_STEP_SUMMARY,
	        .step = &f.step,
	        .mask = mask,
	        .text = WF_S("one\r\ntwo\nthree") },
	    "\"type\":\"summary\"," IN_STEP ",\"text\":\"***\\n***\\nthree\\n\"");
	mask_free(mask);
}

/* ---- order of sinks ---- */

struct probe {
	struct record_sink sink;
	char *log;
	char name;
	bool has_run;
};

static void
probe_put(struct record_sink *sink, const struct record_event *event)
{
	struct probe *p = (struct probe *)sink;

	p->has_run = event->run && event->job;
	strncat(p->log, &p->name, 1);
}

static void
probe_close(struct record_sink *sink)
{
	strcat(((struct probe *)sink)->log, "x");
}

TEST(record_calls_sinks_in_order_and_closes_them)
{
	int ticks = 0;
	char log[16] = "";
	struct probe a = { { probe_put, NULL, probe_close }, log, 'a', false }, b = a;
	struct record_run run = { .number = 1 };
	struct record_job job = { .run = &run };
	struct record_step step = { .job = &job };
	struct record *record = record_new(ticking, &ticks);

	b.name = 'b';
	record_add_sink(record, &a.sink);
	record_add_sink(record, &b.sink);
	record_put(record, &(struct record_event){ .kind = RECORD_LINE, .step = &step });
	CHECK(a.has_run);
	record_flush(record);
	record_put(record, &(struct record_event){ .kind = RECORD_NOTE });
	CHECK(!b.has_run);
	record_free(record);
	CHECK_STR(wf_str(log), "ababxx");
}

TEST(record_lines_of_several_steps_keep_their_heads)
{
	FIXTURE(f);
	struct record_step other = f.step;
	struct record_job second = f.job;
	struct record_step third = { .job = &second, .number = f.step.number };
	const struct {
		const struct record_step *step;
		const char *head;
	} rows[] = {
		{ &f.step, "\"job\":2,\"job_id\":\"test\",\"step\":3" },
		{ &other, "\"job\":2,\"job_id\":\"test\",\"step\":4" },
		{ &third, "\"job\":5,\"job_id\":\"second\",\"step\":3" },
		{ &f.step, "\"job\":2,\"job_id\":\"test\",\"step\":3" },
	};

	other.number = 4;
	second.number = 5;
	second.id = WF_S("second");
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct record_event event = { .kind = RECORD_LINE,
			.step = rows[i].step,
			.text = WF_S("a \"line\"") };
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		check_json(&f, &event,
		    wf_strf(arena, "\"type\":\"line\",\"run\":1,%s,\"text\":\"a \\\"line\\\"\"",
		        rows[i].head)
		        .p);
	}
}

TEST(record_held_time_is_that_of_all_events)
{
	FIXTURE(f);
	int64_t held;

	record_hold_time(f.record);
	held = record_now(f.record);
	CHECK(record_now(f.record) == held);
	record_release_time(f.record);
	CHECK(record_now(f.record) > held);
}
