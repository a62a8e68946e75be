/* SPDX-License-Identifier: MIT */
/* test_term.c - one small release chain, as the live view and the summary show it.
 *
 * The expected texts are in fixtures/output. With GOLDEN_UPDATE set they are written anew. */
#include "cli/report.h"
#include "cli/style.h"
#include "cli/term.h"

#include "test.h"

#include <stdlib.h>

struct story {
	struct record *record;
	int64_t now;
};

static int64_t
story_now(void *data)
{
	return ((struct story *)data)->now;
}

static struct record_run ci = { .id = 1,
	.number = 1,
	.workflow = { "CI", 2 },
	.path = { ".github/workflows/ci.yml", 24 },
	.event = { "push", 4 },
	.ref = { "refs/tags/v1.2.3", 16 },
	.sha = { "9fceb02d0ae598e95dc970b74767f19372d61af8", 40 } };

static struct record_run docker = { .id = 2,
	.number = 2,
	.parent = 1,
	.workflow = { "Docker Build & Push", 19 },
	.path = { ".github/workflows/docker.yml", 28 },
	.event = { "workflow_run", 12 },
	.ref = { "refs/heads/main", 15 },
	.sha = { "9fceb02d0ae598e95dc970b74767f19372d61af8", 40 },
	.head_branch = { "v1.2.3", 6 },
	.title = { "Docker v1.2.3", 13 } };

#define PUT(...) record_put(story->record, &(struct record_event){ __VA_ARGS__ })
#define TEXT(lit) .text = WF_S(lit)

static void
tell_job(struct story *story, struct record_job *job, const char *leg, bool good)
{
	struct record_step step = { .job = job, .number = 1, .name = WF_S("Run tests") };

	PUT(RECORD_JOB_STARTED, .job = job);
	PUT(RECORD_STEP_STARTED, .step = &step);
	PUT(RECORD_GROUP, .step = &step, TEXT("Install"));
	PUT(RECORD_LINE, .step = &step, .text = wf_str(leg));
	PUT(RECORD_ENDGROUP, .step = &step);
	PUT(RECORD_LINE, .step = &step, TEXT("\x1b[32mok\x1b[0m\x1b[2K \x07"));
	PUT(RECORD_LINE, .step = &step, TEXT(""));
	PUT(RECORD_DEBUG, .step = &step, TEXT("cache miss"));
	if (!good)
		PUT(RECORD_ANNOTATION, .step = &step, .level = "error",
		    TEXT("expected 3,\ngot 4\n"),
		    .place = { .file = WF_S("tests/test_sum.py"),
		        .title = WF_S("assert"),
		        .line = 12,
		        .col = 5 });
	story->now += 1500;
	PUT(RECORD_STEP_SUMMARY, .step = &step, TEXT("# Tests\n\n| ok | 12 |\n"));
	PUT(RECORD_STEP_FINISHED, .step = &step, .result = good ? "success" : "failure",
	    .outcome = good ? "success" : "failure", .duration = 1500, .exit_code = good ? 0 : 2);
	step = (struct record_step){ .job = job, .number = 2, .name = WF_S("Report") };
	PUT(RECORD_STEP_FINISHED, .step = &step, .result = "skipped", .outcome = "skipped",
	    .reason = WF_S("if: failure() is false"), .exit_code = -1);
	PUT(RECORD_JOB_FINISHED, .job = job, .result = good ? "success" : "failure",
	    .duration = 1600);
}

static void
tell_chain(struct story *story)
{
	const struct wf_str names[] = { docker.workflow, WF_S("Deploy Lambdas") };
	const struct record_chain chain = { .action = WF_S("completed"),
		.ref = docker.ref,
		.head_branch = docker.head_branch,
		.workflows = names,
		.nworkflows = 2 };
	struct record_job build = { &docker, WF_S("test"), WF_S("test / unit (services/api)"), 6 };
	struct record_step step = { .job = &build, .number = 1, .name = WF_S("Push") };

	PUT(RECORD_CHAIN, .run = &ci, .result = "failure", .chain = &chain);
	PUT(RECORD_RUN_STARTED, .run = &docker);
	PUT(RECORD_JOB_STARTED, .job = &build);
	PUT(RECORD_STEP_STARTED, .step = &step);
	PUT(RECORD_STEP_FINISHED, .step = &step, .result = "success", .outcome = "failure",
	    .duration = 20, .exit_code = 1);
	PUT(RECORD_JOB_FINISHED, .job = &build, .result = "cancelled", .duration = 65000,
	    .reason = WF_S("the run was cancelled"));
	PUT(RECORD_RUN_FINISHED, .run = &docker, .result = "cancelled", .duration = 3723000);
}

static void
tell(struct story *story)
{
	struct record_job legs[] = {
		{ &ci, WF_S("test/unit"), WF_S("test / unit (services/api)"), 1 },
		{ &ci, WF_S("test/unit"), WF_S("test / unit (services/web)"), 2 },
		{ &ci, WF_S("test/unit"), WF_S("test / unit (libraries/a-very-long-name, arm)"),
		    3 },
	};
	struct record_job deploy = { &ci, WF_S("deploy"), WF_S("deploy"), 4 };

	PUT(RECORD_WORKFLOW_ASLEEP, TEXT("Docs"), .reason = WF_S("paths: none of 3 files matches"),
	    .place = { .file = WF_S(".github/workflows/docs.yml"), .line = 4, .col = 5 });
	PUT(RECORD_NOTE, TEXT("secret NPM_TOKEN is not given: it is empty, as on GitHub"));
	PUT(RECORD_DIFFERENCE, .run = &ci, TEXT("'snapshot' is not taken"),
	    .place = { .file = WF_S(".github/workflows/ci.yml"), .line = 9 });
	PUT(RECORD_RUN_STARTED, .run = &ci);
	tell_job(story, &legs[0], "Collecting flake8", true);
	tell_job(story, &legs[1], "Collecting mypy", false);
	tell_job(story, &legs[2], "Collecting ruff", true);
	PUT(RECORD_JOB_FINISHED, .job = &deploy, .result = "skipped",
	    .reason = WF_S("if: github.event_name == 'pull_request' && startsWith(github.ref, "
	                   "'refs/heads/release') is false"));
	PUT(RECORD_RUN_FINISHED, .run = &ci, .result = "failure", .duration = 4800);
	tell_chain(story);
}

static void
check_golden(struct wf_str got, const char *name)
{
	const char *dir = getenv("FIXTURES");
	char path[512], want[16384];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/output/%s", dir ? dir : "fixtures", name);
	if (getenv("GOLDEN_UPDATE")) {
		f = fopen(path, "w");
		CHECK(f != NULL);
		fwrite(got.p, 1, got.n, f);
		fclose(f);
	}
	f = fopen(path, "r");
	CHECK(f != NULL);
	n = fread(want, 1, sizeof(want) - 1, f);
	fclose(f);
	want[n] = '\0';
	CHECK_STR(got, want);
}

static void
check_live(enum term_detail detail, bool color, const char *name)
{
	struct story story = { .now = 1000 };
	size_t n;
	char *text;
	FILE *out = open_memstream(&text, &n);

	story.record = record_new(story_now, &story);
	record_add_sink(story.record, term_new(out, detail, color));
	tell(&story);
	record_free(story.record);
	fclose(out);
	check_golden((struct wf_str){ text, n }, name);
	free(text);
}

TEST(term_shows_a_release_chain)
{
	check_live(TERM_NORMAL, false, "live.txt");
}

TEST(term_quiet_shows_failed_steps_alone)
{
	check_live(TERM_QUIET, false, "quiet.txt");
}

TEST(term_verbose_shows_debug_lines)
{
	check_live(TERM_VERBOSE, false, "verbose.txt");
}

TEST(term_shows_debug_lines_of_a_job_that_is_debugged)
{
	struct story whole = { .now = 1000 }, *story = &whole;
	struct record_job plain = { &ci, WF_S("a"), WF_S("a"), 1 };
	struct record_job debugged = { &ci, WF_S("b"), WF_S("b"), 2, .debug = true };
	size_t n;
	char *text;
	FILE *out = open_memstream(&text, &n);

	story->record = record_new(story_now, story);
	record_add_sink(story->record, term_new(out, TERM_NORMAL, false));
	PUT(RECORD_DEBUG, .job = &plain, TEXT("unseen"));
	PUT(RECORD_DEBUG, .job = &debugged, TEXT("seen"));
	record_free(story->record);
	fclose(out);
	CHECK(strstr(text, "debug: seen\n"));
	CHECK(!strstr(text, "unseen"));
	free(text);
}

TEST(term_colours_labels_and_results)
{
	check_live(TERM_NORMAL, true, "color.txt");
}

static void
check_summary(bool color, const char *name)
{
	struct story story = { .now = 1000 };
	const struct report *report;
	size_t n;
	char *text;
	FILE *out = open_memstream(&text, &n);

	story.record = record_new(story_now, &story);
	record_add_sink(story.record, record_report_new(&report));
	tell(&story);
	report_show(out, report, color);
	record_free(story.record);
	fclose(out);
	check_golden((struct wf_str){ text, n }, name);
	free(text);
}

TEST(report_shows_a_release_chain)
{
	check_summary(false, "summary.txt");
}

TEST(report_is_the_same_text_in_colour)
{
	check_summary(true, "summary-color.txt");
}

/* ---- the quiet view is bounded ---- */

TEST(term_quiet_keeps_the_end_of_a_long_output)
{
	struct story whole = { .now = 1000 }, *story = &whole;
	struct record_job job = { &ci, WF_S("a"), WF_S("a"), 1 };
	struct record_step step = { .job = &job, .number = 1, .name = WF_S("S") };
	size_t n;
	char *text;
	FILE *out = open_memstream(&text, &n);

	story->record = record_new(story_now, story);
	record_add_sink(story->record, term_new(out, TERM_QUIET, false));
	PUT(RECORD_STEP_STARTED, .step = &step);
	for (int i = 0; i < 20000; i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		PUT(RECORD_LINE, .step = &step, .text = wf_strf(arena, "line %d", i));
	}
	PUT(RECORD_STEP_FINISHED, .step = &step, .result = "failure", .outcome = "failure",
	    .exit_code = 1);
	record_free(story->record);
	fclose(out);
	CHECK(n < 200000);
	CHECK(strstr(text, "lines left out\n"));
	CHECK(!strstr(text, "line 10000\n"));
	CHECK(strstr(text, "a |   line 19999\na | < S: failure, exit code 1, 0.0s\n"));
	free(text);
}

TEST(term_forgets_steps_of_a_job_that_was_killed)
{
	struct story whole = { .now = 1000 }, *story = &whole;
	struct record_job job = { &ci, WF_S("a"), WF_S("a"), 1 };
	struct record_step step = { .job = &job, .number = 1, .name = WF_S("S") };
	size_t n;
	char *text;
	FILE *out = open_memstream(&text, &n);

	story->record = record_new(story_now, story);
	record_add_sink(story->record, term_new(out, TERM_NORMAL, false));
	PUT(RECORD_STEP_STARTED, .step = &step);
	PUT(RECORD_GROUP, .step = &step, TEXT("g"));
	PUT(RECORD_JOB_FINISHED, .job = &job, .result = "cancelled");
	PUT(RECORD_LINE, .step = &step, TEXT("late"));
	record_free(story->record);
	fclose(out);
	CHECK_STR(((struct wf_str){ text, n }),
	    "a | > S\na |   + g\na | finished: cancelled, 0.0s\na |   late\n");
	free(text);
}

TEST(term_says_the_number_of_steps_in_the_background)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	struct story *story = &(struct story){ 0 };
	struct record_job job = { .run = &ci, .id = WF_S("a"), .number = 1 };
	struct record_step server = { .job = &job,
		.number = 1,
		.name = WF_S("S"),
		.background = 1 };
	struct record_step test = { .job = &job, .number = 2, .name = WF_S("T") };

	story->record = record_new(story_now, story);
	record_add_sink(story->record, term_new(out, TERM_NORMAL, false));
	PUT(RECORD_STEP_STARTED, .step = &server);
	PUT(RECORD_STEP_STARTED, .step = &test);
	PUT(RECORD_GROUP, .step = &server, TEXT("g"));
	PUT(RECORD_LINE, .step = &server, TEXT("in it"));
	PUT(RECORD_LINE, .step = &test, TEXT("beside"));
	PUT(RECORD_LINE, .step = &server, TEXT(""));
	PUT(RECORD_STEP_FINISHED, .step = &server, .result = "success", .outcome = "success",
	    .exit_code = -1);
	record_free(story->record);
	fclose(out);
	CHECK_STR(((struct wf_str){ text, n }),
	    "a | > [1] S\na | > T\na |   + [1] g\na |     [1] in it\na |   beside\na |\n"
	    "a | < [1] S: success, 0.0s\n");
	free(text);
}

TEST(style_writes_durations)
{
	static const struct {
		int64_t ms;
		const char *want;
	} rows[] = {
		{ 0, "0.0s" },
		{ 999, "0.9s" },
		{ 59999, "59.9s" },
		{ 60000, "1m 00s" },
		{ 3599999, "59m 59s" },
		{ 3723000, "1h 02m" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

		style_add_duration(&out, rows[i].ms);
		CHECK_STR(wf_buf_str(&out), rows[i].want);
	}
}

TEST(style_colours_only_terminals_by_itself)
{
	FILE *null = fopen("/dev/null", "w");

	CHECK(!style_color(STYLE_AUTO, null));
	CHECK(style_color(STYLE_ALWAYS, null));
	CHECK(!style_color(STYLE_NEVER, null));
	fclose(null);
}
