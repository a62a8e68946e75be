/* SPDX-License-Identifier: MIT */
/* test_select.c - what --job, --matrix and --step leave of workflows. */
#include "plan/select.h"
#include "test.h"

#define RUN "runs-on: x, steps: [{ run: x }] }\n"

static const char ci[] = "on: push\njobs:\n"
                         "  build: { " RUN "  lint: { " RUN "  test:\n"
                         "    needs: build\n"
                         "    runs-on: x\n"
                         "    strategy:\n"
                         "      matrix: { v: [1.10, 2], os: [a, b], include: [{ v: 3, extra: "
                         "'yes' }] }\n"
                         "    steps:\n"
                         "      - { id: unit, name: Unit tests, run: x }\n"
                         "      - { run: \"npm test\\nmore\" }\n"
                         "      - { uses: some/action@v1 }\n"
                         "      - { name: 'Say ${{ matrix.v }}', run: x }\n"
                         "  call: { needs: test, uses: ./called.yml }\n"
                         "  deploy: { needs: [call, lint], " RUN;
static const char called[] = "on: workflow_call\njobs:\n"
                             "  first: { " RUN "  second: { needs: first, " RUN
                             "  third: { runs-on: x, steps: [{ name: Deep, run: x }] }\n";

struct fixture {
	struct wf_arena *arena;
	const struct workflow *ci, *called;
	struct select *select;
	struct wf_error err;
};

static const struct workflow *
read_workflow(struct wf_arena *arena, const char *text)
{
	struct wf_diags diags = { .arena = arena };
	const struct workflow *wf = workflow_read(arena, "x.yml", WF_S("x.yml"), wf_str(text),
	    &diags);

	CHECK(wf != NULL);
	return wf;
}

static const struct workflow *
find(const void *data, struct wf_str uses)
{
	const struct fixture *fx = data;

	return wf_str_is(uses, "./called.yml") ? fx->called : NULL;
}

static void
init(struct fixture *fx)
{
	*fx = (struct fixture){ .arena = wf_arena_new() };
	fx->ci = read_workflow(fx->arena, ci);
	fx->called = read_workflow(fx->arena, called);
}

/* Words that begin with '-' choose the list of those that follow: -j, -m, -s. */
static bool
selects(struct fixture *fx, const char *words)
{
	const char *lists[3][8] = { { NULL } };
	struct wf_str rest = wf_str(words);
	size_t list = 0, n[3] = { 0 };
	struct select_source source = { find, fx };

	while (rest.p) {
		const char *word = wf_cstr(fx->arena, wf_str_cut(&rest, ' '));

		if (word[0] == '-')
			list = word[1] == 'j' ? 0 : word[1] == 'm' ? 1 : 2;
		else
			lists[list][n[list]++] = word;
	}
	fx->err = (struct wf_error){ .kind = WF_ERR_USAGE };
	return select_read(fx->arena, &(struct select_wish){ lists[0], lists[1], lists[2] },
	           &fx->select, &fx->err) &&
	       (!fx->select || select_check(fx->arena, fx->select, &fx->ci, 1, &source, &fx->err));
}

/* "build:needed test:named", of those that are wanted. */
static struct wf_str
parts_of(struct fixture *fx, const struct workflow *wf, const char *prefix, enum select_part around)
{
	static const char *const names[] = {
		[SELECT_NONE] = "",
		[SELECT_PART] = "part",
		[SELECT_NEEDED] = "needed",
		[SELECT_NAMED] = "named",
	};
	enum select_part *parts = select_jobs(fx->arena, fx->select, wf, wf_str(prefix), around);
	struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < wf->njobs; i++)
		if (parts[i] != SELECT_NONE)
			wf_buf_addf(&out, "%s%.*s:%s", out.n > 0 ? " " : "",
			    WF_ARG(wf->jobs[i]->id), names[parts[i]]);
	CHECK_INT(select_any(parts, wf->njobs), out.n > 0);
	return wf_buf_take(&out, fx->arena);
}

TEST(select_takes_along_what_a_job_needs)
{
	static const struct {
		const char *words, *parts;
	} rows[] = {
		{ "-j lint", "lint:named" },
		{ "-j LINT", "lint:named" },
		{ "-j test", "build:needed test:named" },
		{ "-j call/first", "build:needed test:needed call:part" },
		{ "-j call/first call", "build:needed test:needed call:named" },
		{ "-j call/first deploy",
		    "build:needed lint:needed test:needed call:needed deploy:named" },
		{ "-s Deep", "build:needed test:needed call:part" },
		{ "-s unit", "build:needed test:named" },
		{ "-m v=2", "build:needed lint:needed test:needed call:needed deploy:needed" },
	};
	struct fixture fx;

	init(&fx);
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		CHECK(selects(&fx, rows[i].words));
		CHECK_STR(parts_of(&fx, fx.ci, "", SELECT_PART), rows[i].parts);
	}
	wf_arena_free(fx.arena);
}

TEST(select_goes_down_into_calls)
{
	static const struct {
		const char *words;
		enum select_part around;
		const char *parts;
	} rows[] = {
		{ "-j call/second", SELECT_PART, "first:needed second:named" },
		{ "-j call", SELECT_NAMED, "first:named second:named third:named" },
		{ "-j deploy", SELECT_NEEDED, "first:needed second:needed third:needed" },
		{ "-s Deep", SELECT_PART, "third:named" },
	};
	struct fixture fx;

	init(&fx);
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		CHECK(selects(&fx, rows[i].words));
		CHECK_STR(parts_of(&fx, fx.called, "call/", rows[i].around), rows[i].parts);
	}
	wf_arena_free(fx.arena);
}

TEST(select_ends_a_named_job_with_the_last_named_step)
{
	static const struct {
		const char *words;
		size_t steps;
	} rows[] = {
		{ "-j test", 4 },
		{ "-j test -s unit", 1 },
		{ "-j test -s 1", 1 },
		{ "-j test -s 2 unit", 2 },
		{ "-s some/action@v1", 3 },
		{ "-j test lint -s 3", 3 },
	};
	struct fixture fx;

	init(&fx);
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		CHECK(selects(&fx, rows[i].words));
		CHECK_INT(select_steps(fx.select, SELECT_NAMED, fx.ci->jobs[2]), rows[i].steps);
		CHECK_INT(select_steps(fx.select, SELECT_NEEDED, fx.ci->jobs[2]), 4);
	}
	wf_arena_free(fx.arena);
}

TEST(select_knows_the_members_of_a_parallel_group)
{
	static const char text[] = "on: push\njobs: { test: { runs-on: x, steps: [{ run: a }, "
	                           "{ parallel: [{ id: p, run: b }, { name: Q, run: c }] }, "
	                           "{ run: d }] } }\n";
	static const struct {
		const char *words;
		size_t steps;
	} rows[] = { { "-s p", 2 }, { "-s Q", 2 }, { "-s c", 0 }, { "-j test -s 2", 2 } };
	struct fixture fx;

	init(&fx);
	fx.ci = read_workflow(fx.arena, text);
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		CHECK(selects(&fx, rows[i].words) == (rows[i].steps > 0));
		if (rows[i].steps)
			CHECK_INT(select_steps(fx.select, SELECT_NAMED, fx.ci->jobs[0]),
			    rows[i].steps);
		else
			CHECK(strstr(fx.err.hint, "a, p, Q"));
	}
	wf_arena_free(fx.arena);
}

TEST(select_knows_a_step_by_its_name_with_blanks)
{
	static const char *const names[] = { "Unit tests", "npm test", "Run npm test",
		"Run some/action@v1", "Say ${{ matrix.v }}" };
	static const size_t steps[] = { 1, 2, 2, 3, 4 };
	struct fixture fx;

	init(&fx);
	for (size_t i = 0; i < WF_COUNT(names); i++) {
		const char *const list[] = { names[i], NULL };

		CHECK(select_read(fx.arena, &(struct select_wish){ .steps = list }, &fx.select,
		    &fx.err));
		CHECK_INT(select_steps(fx.select, SELECT_NAMED, fx.ci->jobs[2]), steps[i]);
	}
	wf_arena_free(fx.arena);
}

/* The indices of the legs that are left. */
static struct wf_str
legs_left(struct fixture *fx)
{
	struct wf_arena *arena = fx->arena;
	struct plan *plan = plan_new(arena, fx->ci);
	enum plan_result *results = wf_new_array(arena, plan->n, enum plan_result);
	struct expr_value *outputs = wf_new_array(arena, plan->n, struct expr_value);
	struct plan_state state = { plan, results, outputs, expr_object_new(arena), false };
	struct wf_buf out = WF_BUF_INIT;
	struct plan_job *legs;
	size_t n;

	CHECK(plan_expand(arena, &state, 2, &legs, &n, &fx->err));
	n = select_legs(arena, fx->select, legs, n);
	for (size_t i = 0; i < n; i++)
		wf_buf_addf(&out, "%zu", legs[i].index);
	return wf_buf_take(&out, arena);
}

TEST(select_keeps_the_legs_with_the_values)
{
	static const struct {
		const char *words, *legs;
	} rows[] = {
		{ "-j test", "01234" },
		{ "-m v=1.1", "01" },
		{ "-m V=2 v=3", "234" },
		{ "-m os=A", "02" },
		{ "-m os=a v=2", "2" },
		{ "-m extra=yes", "4" },
		{ "-m extra=yes os=a", "" },
	};
	struct fixture fx;

	init(&fx);
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		CHECK(selects(&fx, rows[i].words));
		CHECK_STR(legs_left(&fx), rows[i].legs);
	}
	wf_arena_free(fx.arena);
}

TEST(select_refuses_what_is_unknown)
{
	static const struct {
		const char *words, *message, *hint;
	} rows[] = {
		{ "-j tset", "there is no job 'tset'",
		    "did you mean 'test'? There are build, lint, test, call, call/first, "
		    "call/second, call/third, deploy" },
		{ "-j first", "there is no job 'first'",
		    "there are build, lint, test, call, call/first, call/second, call/third, "
		    "deploy" },
		{ "-j test -s Deep", "there is no step 'Deep'",
		    "there are unit, npm test, some/action@v1, Say ${{ matrix.v }}" },
		{ "-j test -s 5", "there is no step '5'",
		    "there are unit, npm test, some/action@v1, Say ${{ matrix.v }}" },
		{ "-s 1", "--step 1: a number says nothing without a job",
		    "name the job with --job, or the step by its name" },
		{ "-m w=1", "there is no matrix with the key 'w'",
		    "did you mean 'v'? There are v, os, extra" },
		{ "-m v=1.10", "no matrix has v=1.10", "did you mean '1.1'? There are 1.1, 2, 3" },
		{ "-m extra=no", "no matrix has extra=no", "there are yes" },
		{ "-m v", "option '--matrix' takes KEY=VALUE, not 'v'", "" },
		{ "-m =v", "option '--matrix' takes KEY=VALUE, not '=v'", "" },
	};
	struct fixture fx;

	init(&fx);
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		CHECK(!selects(&fx, rows[i].words));
		CHECK_INT(fx.err.kind, WF_ERR_USAGE);
		CHECK_STR(wf_str(fx.err.msg), rows[i].message);
		CHECK_STR(wf_str(fx.err.hint), rows[i].hint);
	}
	wf_arena_free(fx.arena);
}

TEST(select_lets_pass_what_will_be_computed)
{
	static const char *const strategies[] = {
		"${{ fromJSON(vars.s) }}",
		"{ matrix: '${{ fromJSON(vars.m) }}' }",
		"{ matrix: { v: '${{ fromJSON(vars.v) }}' } }",
		"{ matrix: { v: [1, '${{ vars.v }}'] } }",
		"{ matrix: { v: [1], include: '${{ fromJSON(vars.i) }}' } }",
		"{ matrix: { v: [1], include: [{ v: '${{ vars.v }}' }] } }",
	};
	struct fixture fx;

	init(&fx);
	for (size_t i = 0; i < WF_COUNT(strategies); i++) {
		fx.ci = read_workflow(fx.arena,
		    wf_strf(fx.arena, "on: push\njobs:\n  a:\n    strategy: %s\n    %s",
		        strategies[i], "runs-on: x\n    steps: [{ run: x }]\n")
		        .p);
		CHECK(selects(&fx, "-m v=7"));
	}
	wf_arena_free(fx.arena);
}

TEST(select_nothing_is_nothing)
{
	struct fixture fx;

	init(&fx);
	CHECK(selects(&fx, "-j"));
	CHECK(fx.select == NULL);
	wf_arena_free(fx.arena);
}
