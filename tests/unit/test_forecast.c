/* SPDX-License-Identifier: MIT */
/* test_forecast.c - what is said of jobs before any ran: known, or unknown and waiting for whom. */
#include "test.h"

#include <stdio.h>

#include "plan/forecast.h"

struct fixture {
	struct wf_arena *arena;
	struct plan *plan;
	struct forecast *jobs;
};

/* The forecast of a workflow's jobs for a push of main. */
static void
look(struct fixture *f, const char *jobs)
{
	struct wf_arena *arena = f->arena = wf_arena_new();
	struct wf_diags diags = { .arena = arena };
	struct expr_object *contexts = expr_object_new(arena), *github = expr_object_new(arena);
	struct wf_str text = wf_strf(arena, "on: push\njobs:\n%s", jobs);
	struct workflow *wf = workflow_read(arena, "ci.yml", WF_S("ci.yml"), text, &diags);

	for (size_t i = 0; i < diags.n; i++)
		print_error("%d: %s\n", diags.items[i]->error.pos.line, diags.items[i]->error.msg);
	CHECK(wf != NULL);
	expr_object_set(github, WF_S("event_name"), expr_cstring("push"));
	expr_object_set(github, WF_S("run_id"), expr_unknown(arena));
	expr_object_set(contexts, WF_S("github"), expr_object_value(github));
	f->plan = plan_new(arena, wf);
	f->jobs = forecast_make(arena, f->plan, contexts);
}

static void
release(struct fixture *f)
{
	wf_arena_free(f->arena);
}

#define RUN "runs-on: x, steps: [{ run: x }] }\n"

/* A job b above which stands a, with this `if:`. */
static const struct forecast *
look_condition(struct fixture *f, const char *condition)
{
	char jobs[512];

	snprintf(jobs, sizeof(jobs), "  a: { " RUN "  b: { needs: a, if: \"%s\", " RUN, condition);
	look(f, jobs);
	return &f->jobs[1];
}

TEST(forecast_knows_under_which_ends_a_job_runs)
{
	static const struct {
		const char *condition;
		enum forecast_kind kind;
		unsigned when;
	} rows[] = {
		{ "true", FORECAST_RUNS, FORECAST_ON_SUCCESS },
		{ "github.event_name == 'push'", FORECAST_RUNS, FORECAST_ON_SUCCESS },
		{ "github.event_name == 'schedule'", FORECAST_SKIPPED, 0 },
		{ "false", FORECAST_SKIPPED, 0 },
		{ "failure()", FORECAST_RUNS, FORECAST_ON_FAILURE },
		{ "!cancelled()", FORECAST_RUNS,
		    FORECAST_ON_SUCCESS | FORECAST_ON_FAILURE | FORECAST_ON_SKIP },
		{ "always()", FORECAST_RUNS,
		    FORECAST_ON_SUCCESS | FORECAST_ON_FAILURE | FORECAST_ON_SKIP |
		        FORECAST_ON_CANCEL },
		{ "failure() && github.event_name == 'schedule'", FORECAST_SKIPPED, 0 },
		{ "needs.a.outputs.x == 'y'", FORECAST_UNKNOWN, 0 },
		{ "always() && needs.a.result == 'failure'", FORECAST_UNKNOWN, 0 },
		{ "contains(needs.*.result, 'failure')", FORECAST_UNKNOWN, 0 },
		{ "toJSON(needs) == ''", FORECAST_UNKNOWN, 0 },
		{ "github.event_name == 'schedule' && needs.a.outputs.x", FORECAST_SKIPPED, 0 },
		{ "needs.a.outputs.x && github.event_name == 'schedule'", FORECAST_SKIPPED, 0 },
		{ "github.event_name == 'push' || needs.a.outputs.x", FORECAST_RUNS,
		    FORECAST_ON_SUCCESS },
		{ "github.event_name == 'push' && needs.a.outputs.x", FORECAST_UNKNOWN, 0 },
		{ "github.run_id == 3", FORECAST_UNKNOWN, 0 },
		{ "always() && (failure() || needs.a.outputs.x)", FORECAST_UNKNOWN, 0 },
		{ "fromJSON('{')", FORECAST_FAILS, 0 },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(release) struct fixture f;
		const struct forecast *b = look_condition(&f, rows[i].condition);

		if (b->kind != rows[i].kind)
			print_error("%s: %s\n", rows[i].condition, forecast_kind_name(b->kind));
		CHECK_INT(b->kind, rows[i].kind);
		if (b->kind == FORECAST_RUNS)
			CHECK_INT(b->when, rows[i].when);
	}
}

TEST(forecast_names_the_jobs_that_a_condition_waits_for)
{
	wf_auto(release) struct fixture f;

	look(&f, "  a: { " RUN "  b: { " RUN
	         "  c: { needs: [a, b], if: needs.b.outputs.x && needs.B.result, " RUN
	         "  d: { needs: [a, b], if: \"contains(needs.*.result, 'x')\", " RUN);
	CHECK_INT(f.jobs[2].waits.n, 1);
	CHECK_STR(f.jobs[2].waits.items[0], "b");
	CHECK_INT(f.jobs[3].waits.n, 2);
}

TEST(forecast_knows_that_a_skip_runs_down_the_chain)
{
	wf_auto(release) struct fixture f;

	look(&f, "  d: { needs: b, if: always(), " RUN "  c: { needs: b, " RUN
	         "  b: { needs: a, if: always(), " RUN "  a: { if: false, " RUN);
	CHECK_INT(f.jobs[3].kind, FORECAST_SKIPPED);
	CHECK_INT(f.jobs[2].kind, FORECAST_RUNS);
	CHECK_INT(f.jobs[1].kind, FORECAST_SKIPPED); /* success() looks at all above */
	CHECK_INT(f.jobs[0].kind, FORECAST_RUNS);
}

TEST(forecast_knows_what_a_skipped_job_answers)
{
	wf_auto(release) struct fixture f;

	look(&f, "  a: { if: false, " RUN
	         "  b: { needs: a, if: \"always() && needs.a.result == 'skipped'\", " RUN);
	CHECK_INT(f.jobs[1].kind, FORECAST_RUNS);
}

TEST(forecast_says_why_a_job_is_skipped)
{
	wf_auto(release) struct fixture f;
	const struct forecast *b = look_condition(&f, "github.event_name == 'schedule'");

	CHECK_STR(b->reason, "if: github.event_name == 'schedule' is false");
	CHECK_STR(forecast_values(f.arena, b), "github.event_name is 'push'");
	CHECK_INT(b->njobs, 0);
}

TEST(forecast_expands_a_matrix_that_is_known)
{
	wf_auto(release) struct fixture f;

	look(&f, "  a: { strategy: { matrix: { x: [1, 2] } }, " RUN);
	CHECK_INT(f.jobs[0].njobs, 2);
	CHECK_STR(f.jobs[0].jobs[1].name, "a (2)");
}

TEST(forecast_waits_for_the_matrix_of_an_output)
{
	wf_auto(release) struct fixture f;

	look(&f, "  a: { " RUN "  b: { needs: a, strategy: { matrix: { x: "
	         "\"${{ fromJSON(needs.a.outputs.list) }}\" } }, " RUN
	         "  c: { needs: a, strategy: \"${{ fromJSON(needs.a.outputs.all) }}\", " RUN);
	for (size_t i = 1; i < 3; i++) {
		CHECK_INT(f.jobs[i].kind, FORECAST_RUNS);
		CHECK_INT(f.jobs[i].njobs, 0);
		CHECK_INT(f.jobs[i].matrix_waits.n, 1);
		CHECK_STR(f.jobs[i].matrix_waits.items[0], "a");
	}
}

TEST(forecast_does_not_guess_a_name_that_waits)
{
	wf_auto(release) struct fixture f;

	look(&f, "  a: { " RUN "  b: { needs: a, name: \"${{ needs.a.outputs.x }}\", " RUN);
	CHECK_INT(f.jobs[1].njobs, 1);
	CHECK(!f.jobs[1].named);
	CHECK(f.jobs[0].named);
}

TEST(forecast_waits_for_what_is_unknown_of_other_contexts)
{
	wf_auto(release) struct fixture f;
	const struct forecast *b = look_condition(&f, "github.run_id > 3 && github.event_name");

	CHECK_INT(b->waits.n, 1);
	CHECK_STR(b->waits.items[0], "github.run_id");
}

TEST(forecast_expands_a_matrix_that_the_known_part_decides)
{
	wf_auto(release) struct fixture f;

	look(&f,
	    "  a: { " RUN "  b: { needs: a, strategy: { matrix: { x: \"${{ github.event_name == "
	    "'push' && fromJSON('[1, 2]') || fromJSON(needs.a.outputs.list) }}\" } }, " RUN);
	CHECK_INT(f.jobs[1].njobs, 2);
	CHECK(f.jobs[1].named);
}

TEST(forecast_names_no_values_where_a_job_above_decides)
{
	wf_auto(release) struct fixture f;

	look(&f, "  a: { if: false, " RUN "  b: { needs: a, " RUN);
	CHECK_STR(f.jobs[1].reason, "needs 'a', which was skipped");
	CHECK_STR(forecast_values(f.arena, &f.jobs[1]), "");
}
