/* SPDX-License-Identifier: MIT */
/* test_plan.c - which nodes run, what is said of those that do not, and the instances of a node. */
#include "test.h"

#include "base/error.h"
#include "expr/expr.h"
#include "model/workflow.h"
#include "plan/plan.h"

#include <stdlib.h>

/* A workflow that was read, with room for results. */
struct fixture {
	struct wf_arena *arena;
	struct plan *plan;
	enum plan_result results[16];
	struct expr_value outputs[16];
	struct plan_state state;
	struct expr_object *contexts;
};

static void
fixture_init(struct fixture *fx, const char *yaml)
{
	struct wf_diags diags = { 0 };
	struct expr_object *github;
	struct workflow *wf;

	*fx = (struct fixture){ .arena = wf_arena_new() };
	diags.arena = fx->arena;
	wf = workflow_read(fx->arena, "ci.yml", WF_S(".github/workflows/ci.yml"), wf_str(yaml),
	    &diags);
	for (size_t i = 0; i < diags.n; i++)
		print_error("%d: %s\n", diags.items[i]->error.pos.line, diags.items[i]->error.msg);
	CHECK(wf != NULL);
	fx->plan = plan_new(fx->arena, wf);
	CHECK(fx->plan->n <= WF_COUNT(fx->results));
	fx->contexts = expr_object_new(fx->arena);
	fx->state = (struct plan_state){
		.plan = fx->plan,
		.results = fx->results,
		.outputs = fx->outputs,
		.contexts = fx->contexts,
	};
	github = expr_object_new(fx->arena);
	expr_object_set(github, WF_S("event_name"), expr_cstring("push"));
	expr_object_set(fx->contexts, WF_S("github"), expr_object_value(github));
	expr_object_set(fx->contexts, WF_S("inputs"),
	    expr_object_value(expr_object_new(fx->arena)));
}

static void
fixture_release(struct fixture *fx)
{
	wf_arena_free(fx->arena);
}

/* "yes", or the reason of the no, or "error: ..." */
static struct wf_str
ask(struct fixture *fx, size_t node)
{
	struct wf_error err;
	struct wf_str reason;
	bool wanted;

	if (!plan_wanted(fx->arena, &fx->state, node, &wanted, &reason, &err))
		return wf_strf(fx->arena, "error: %s", err.msg);
	return wanted ? WF_S("yes") : reason;
}

#define JOB "\n    runs-on: ubuntu-latest\n    steps: [{ run: 'true' }]\n"

/* a, b needs a, c needs b; the conditions of b and c are filled in. */
static struct wf_str
chain_of_three(struct wf_arena *arena, const char *b_if, const char *c_if)
{
	return wf_strf(arena,
	    "on: push\njobs:\n  a:" JOB "  b:\n    needs: a\n    if: %s" JOB
	    "  c:\n    needs: b\n    if: %s" JOB,
	    b_if, c_if);
}

TEST(plan_worked_table_of_status_functions)
{
	static const struct {
		enum plan_result a;
		const char *b_if;
		enum plan_result b;
		const char *c_if;
		bool b_runs, c_runs;
	} rows[] = {
		{ PLAN_SUCCESS, "", PLAN_SUCCESS, "", true, true },
		{ PLAN_FAILURE, "", PLAN_SKIPPED, "", false, false },
		{ PLAN_FAILURE, "", PLAN_SKIPPED, "failure()", false, true },
		{ PLAN_FAILURE, "always()", PLAN_SUCCESS, "", true, false },
		{ PLAN_SKIPPED, "", PLAN_SKIPPED, "always() && needs.b.result == 'skipped'", false,
		    true },
		{ PLAN_SKIPPED, "always()", PLAN_SUCCESS, "", true, false },
		{ PLAN_SKIPPED, "always()", PLAN_SUCCESS, "needs.b.result == 'success'", true,
		    false },
		{ PLAN_SKIPPED, "always()", PLAN_SUCCESS, "'!failure() && !cancelled()'", true,
		    true },
		{ PLAN_SUCCESS, "false", PLAN_SKIPPED, "success('a')", false, true },
		{ PLAN_SUCCESS, "false", PLAN_SKIPPED, "success('a', 'b')", false, false },
		{ PLAN_SUCCESS, "false", PLAN_SKIPPED, "failure('a')", false, false },
		{ PLAN_FAILURE, "", PLAN_SKIPPED, "failure('A')", false, true },
		{ PLAN_FAILURE, "", PLAN_SKIPPED, "success('nobody')", false, false },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct fixture fx;

		fixture_init(&fx, chain_of_three(arena, rows[i].b_if, rows[i].c_if).p);
		fx.results[0] = rows[i].a;
		fx.results[1] = rows[i].b;
		CHECK_INT(wf_str_is(ask(&fx, 1), "yes"), rows[i].b_runs);
		CHECK_INT(wf_str_is(ask(&fx, 2), "yes"), rows[i].c_runs);
		fixture_release(&fx);
	}
}

TEST(plan_cancelled_run_wakes_cancelled_and_always_only)
{
	static const struct {
		const char *b_if, *want;
	} rows[] = {
		{ "", "the run was cancelled" },
		{ "failure()", "if: failure() is false" },
		{ "cancelled()", "yes" },
		{ "always()", "yes" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct fixture fx;

		fixture_init(&fx, chain_of_three(arena, rows[i].b_if, "").p);
		fx.state.cancelled = true;
		fx.results[0] = PLAN_CANCELLED;
		CHECK_STR(ask(&fx, 1), rows[i].want);
		fixture_release(&fx);
	}
}

TEST(plan_reason_names_the_condition_or_where_it_began)
{
	static const struct {
		enum plan_result a, b;
		const char *c_if, *want;
	} rows[] = {
		{ PLAN_SUCCESS, PLAN_FAILURE, "", "needs 'b', which failed" },
		{ PLAN_SUCCESS, PLAN_CANCELLED, "", "needs 'b', which was cancelled" },
		{ PLAN_SKIPPED, PLAN_SUCCESS, "", "needs 'b', which needs 'a', which was skipped" },
		{ PLAN_FAILURE, PLAN_SKIPPED, "github.event_name == 'push'",
		    "needs 'b', which needs 'a', which failed" },
		{ PLAN_SUCCESS, PLAN_SUCCESS, "github.event_name == 'pull_request'",
		    "if: github.event_name == 'pull_request' is false" },
		{ PLAN_SUCCESS, PLAN_SUCCESS,
		    "|\n      github.event_name ==\n        'pull_request'",
		    "if: github.event_name == 'pull_request' is false" },
		{ PLAN_FAILURE, PLAN_SUCCESS, "success() || cancelled()",
		    "if: success() || cancelled() is false" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct fixture fx;

		fixture_init(&fx, chain_of_three(arena, "", rows[i].c_if).p);
		fx.results[0] = rows[i].a;
		fx.results[1] = rows[i].b;
		CHECK_STR(ask(&fx, 2), rows[i].want);
		fixture_release(&fx);
	}
}

TEST(plan_needs_has_result_and_outputs_of_direct_needs)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_buf json = WF_BUF_INIT;
	struct expr_object *outputs;
	struct fixture fx;

	fixture_init(&fx, chain_of_three(arena, "", "").p);
	outputs = expr_object_new(fx.arena);
	expr_object_set(outputs, WF_S("x"), expr_cstring("1"));
	fx.results[0] = PLAN_FAILURE;
	fx.results[1] = PLAN_SUCCESS;
	fx.outputs[1] = expr_object_value(outputs);
	expr_json_compact(&json, expr_object_value(plan_needs(fx.arena, &fx.state, 2)));
	CHECK_STR(wf_buf_str(&json), "{\"b\":{\"result\":\"success\",\"outputs\":{\"x\":\"1\"}}}");
	wf_buf_clear(&json);
	expr_json_compact(&json, expr_object_value(plan_needs(fx.arena, &fx.state, 1)));
	CHECK_STR(wf_buf_str(&json), "{\"a\":{\"result\":\"failure\",\"outputs\":{}}}");
	wf_buf_release(&json);
	fixture_release(&fx);
}

TEST(plan_nodes_know_who_depends_on_them)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct fixture fx;

	fixture_init(&fx, chain_of_three(arena, "", "").p);
	CHECK_INT(fx.plan->nodes[0].ndependants, 1);
	CHECK_INT(fx.plan->nodes[0].dependants[0], 1);
	CHECK_INT(fx.plan->nodes[2].nancestors, 2);
	CHECK_INT(fx.plan->nodes[2].nneeds, 1);
	fixture_release(&fx);
}

TEST(plan_if_that_fails_is_an_error_with_the_place)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct fixture fx;

	fixture_init(&fx, chain_of_three(arena, "fromJSON(needs.a.outputs.none)", "").p);
	fx.results[0] = PLAN_SUCCESS;
	CHECK(wf_str_starts(ask(&fx, 1), WF_S("error: Error when evaluating 'if' for job 'b'. "
	                                      ".github/workflows/ci.yml (Line: ")));
	fixture_release(&fx);
}

/* One job with these lines in it; its instances as "NAME | STRATEGY | MATRIX" lines. */
static struct wf_str
instances(struct wf_arena *arena, const char *lines)
{
	struct wf_str yaml = wf_strf(arena, "on: push\njobs:\n  j:%s" JOB, lines);
	struct wf_buf out = WF_BUF_INIT;
	struct plan_job *jobs;
	struct fixture fx;
	struct wf_error err;
	struct wf_str text;
	size_t n = 0;

	fixture_init(&fx, yaml.p);
	if (!plan_expand(fx.arena, &fx.state, 0, &jobs, &n, &err))
		wf_buf_addf(&out, "error: %s", err.msg);
	for (size_t i = 0; i < n; i++) {
		wf_buf_addf(&out, "%.*s | ", WF_ARG(jobs[i].name));
		expr_json_compact(&out, jobs[i].strategy);
		wf_buf_adds(&out, " | ");
		expr_json_compact(&out, jobs[i].matrix);
		wf_buf_addc(&out, '\n');
	}
	text = wf_buf_take(&out, arena);
	fixture_release(&fx);
	return text;
}

#define STRATEGY(index, total, parallel)                                                           \
	"{\"fail-fast\":true,\"job-index\":" index ",\"job-total\":" total                         \
	",\"max-parallel\":" parallel "}"

TEST(plan_expand_names_and_strategy)
{
	static const struct {
		const char *lines, *want;
	} rows[] = {
		{ "", "j | " STRATEGY("0", "1", "1") " | null\n" },
		{ "\n    name: Build it", "Build it | " STRATEGY("0", "1", "1") " | null\n" },
		{ "\n    name: On ${{ github.event_name }}\n    strategy: { matrix: { v: [1] } }",
		    "On push | " STRATEGY("0", "1", "1") " | {\"v\":1}\n" },
		{ "\n    name: T\n    strategy: { matrix: { v: [3.11, '3.12'] } }",
		    "T (3.11) | " STRATEGY("0", "2", "2") " | {\"v\":3.11}\n"
		                                          "T (3.12) | " STRATEGY("1", "2",
		                                              "2") " | {\"v\":\"3.12\"}\n" },
		{ "\n    name: ${{ matrix.v }}/${{ strategy.job-index }}\n"
		  "    strategy: { max-parallel: 1, matrix: { v: [a, b] } }",
		    "a/0 | " STRATEGY("0", "2", "1") " | {\"v\":\"a\"}\n"
		                                     "b/1 | " STRATEGY("1", "2",
		                                         "1") " | {\"v\":\"b\"}\n" },
		{ "\n    strategy: ${{ fromJSON('{\"matrix\":{\"v\":[true]}}') }}",
		    "j (true) | " STRATEGY("0", "1", "1") " | {\"v\":true}\n" },
		{ "\n    strategy: { matrix: '${{ fromJSON(''{\"include\":[{\"v\":1}]}'') }}' }",
		    "j (1) | " STRATEGY("0", "1", "1") " | {\"v\":1}\n" },
		{ "\n    strategy: { matrix: { v: [1], exclude: [{ v: 1 }] } }",
		    "j | " STRATEGY("0", "1", "1") " | null\n" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(instances(arena, rows[i].lines), rows[i].want);
	}
}

TEST(plan_expand_errors_are_those_of_github)
{
	static const struct {
		const char *lines, *want;
	} rows[] = {
		{ "\n    strategy: { matrix: { v: '${{ fromJSON(''[]'') }}' } }",
		    "error: Error when evaluating 'strategy' for job 'j'. .github/workflows/ci.yml "
		    "(Line: 4, Col: 30): Matrix vector 'v' does not contain any values" },
		{ "\n    strategy: { fail-fast: '${{ github.event_name }}' }",
		    "error: Error when evaluating 'strategy' for job 'j'. .github/workflows/ci.yml "
		    "(Line: 4, Col: 28): Unexpected value 'push'" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(instances(arena, rows[i].lines), rows[i].want);
	}
}

TEST(plan_expand_refuses_more_than_256_configurations)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	static const char list[] = "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]";

	CHECK_STR(instances(arena,
	              wf_strf(arena, "\n    strategy: { matrix: { a: %s, b: %s } }", list, list).p),
	    "error: Strategy for job 'j' produced 289 configurations which exceeds the maximum of "
	    "256 configurations");
}

TEST(plan_name_is_cut_at_100_units_of_utf_16)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_buf name = WF_BUF_INIT;
	struct wf_str got;

	/* 48 pairs are 96 units; the 49th would be the 97th and 98th, and is left out whole */
	for (int i = 0; i < 60; i++)
		wf_buf_adds(&name, "\xf0\x9f\x98\x80");
	got = instances(arena, wf_strf(arena, "\n    name: %s", name.p).p);
	CHECK_INT(wf_str_find(got, WF_S("...")), 48 * 4);
	wf_buf_release(&name);
}

TEST(plan_merge_of_instances)
{
	CHECK_INT(plan_merge(PLAN_PENDING, PLAN_CANCELLED), PLAN_CANCELLED);
	CHECK_INT(plan_merge(PLAN_CANCELLED, PLAN_CANCELLED), PLAN_CANCELLED);
	CHECK_INT(plan_merge(PLAN_CANCELLED, PLAN_SUCCESS), PLAN_FAILURE);
	CHECK_INT(plan_merge(PLAN_SKIPPED, PLAN_SUCCESS), PLAN_SUCCESS);
	CHECK_INT(plan_merge(PLAN_SUCCESS, PLAN_FAILURE), PLAN_FAILURE);
}

TEST(plan_conclusion_of_a_run)
{
	static const enum plan_result mixed[] = { PLAN_SUCCESS, PLAN_CANCELLED, PLAN_SKIPPED };
	static const enum plan_result failed[] = { PLAN_CANCELLED, PLAN_FAILURE };
	static const enum plan_result skipped[] = { PLAN_SKIPPED, PLAN_SKIPPED };
	static const enum plan_result good[] = { PLAN_SKIPPED, PLAN_SUCCESS };

	CHECK_INT(plan_conclusion(mixed, 3, false), PLAN_CANCELLED);
	CHECK_INT(plan_conclusion(failed, 2, false), PLAN_FAILURE);
	CHECK_INT(plan_conclusion(failed, 2, true), PLAN_CANCELLED);
	CHECK_INT(plan_conclusion(skipped, 2, false), PLAN_SKIPPED);
	CHECK_INT(plan_conclusion(good, 2, false), PLAN_SUCCESS);
}
