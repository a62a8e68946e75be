/* SPDX-License-Identifier: MIT */
/* test_workflow.c - jobs and steps as structs: ids, needs, conditions, what is checked early. */
#include "model_fixture.h"

#define HEAD "on: push\njobs:\n  a:\n    runs-on: x\n"
#define STEPS HEAD "    steps:\n"
#define BAD_ID                                                                                     \
	"is invalid. IDs may only contain alphanumeric characters, '_', and '-'. IDs must start "  \
	"with a letter or '_' and and must be less than 100 characters."

TEST(workflow_takes_its_path_for_a_name_that_is_absent_or_empty)
{
	static const char *const texts[] = { HEAD, "name:\n" HEAD, "name: ''\n" HEAD };
	struct model_fixture fx;

	for (size_t i = 0; i < WF_COUNT(texts); i++) {
		model_init(&fx);
		CHECK_STR(model_workflow(&fx, texts[i])->name, "ci.yml");
		model_release(&fx);
	}
	model_init(&fx);
	CHECK_STR(model_workflow(&fx, "name: 1.10\n" HEAD)->name, "1.1");
	model_release(&fx);
}

TEST(workflow_refuses_bad_job_ids)
{
	CHECK_PROBLEMS("on: push\njobs: {a.b: {runs-on: x}}\n", "2:8 The identifier 'a.b' " BAD_ID);
	CHECK_PROBLEMS("on: push\njobs: {1a: {runs-on: x}}\n", "2:8 The identifier '1a' " BAD_ID);
	CHECK_PROBLEMS("on: push\njobs: {__a: {runs-on: x}}\n",
	    "2:8 The identifier '__a' is invalid. IDs starting with '__' are reserved.");
	CHECK_PROBLEMS("on: push\njobs: {'': {runs-on: x}}\n", "2:8 Unexpected value ''");
	CHECK_PROBLEMS("on: push\njobs: {a: {runs-on: x}, A: {runs-on: x}}\n",
	    "2:25 'A' is already defined");
}

TEST(workflow_resolves_needs_without_case)
{
	struct model_fixture fx;
	const struct workflow *wf;

	model_init(&fx);
	wf = model_workflow(&fx,
	    HEAD "  b: {needs: A, runs-on: x}\n  c: {needs: [b, a], runs-on: x}\n");
	CHECK_INT(wf->jobs[1]->needs[0].index, 0);
	CHECK_INT(wf->jobs[2]->needs[0].index, 1);
	CHECK(workflow_job(wf, WF_S("C")) == wf->jobs[2]);
	model_release(&fx);
}

TEST(workflow_reports_cycles_and_unknown_jobs_at_the_need)
{
	CHECK_PROBLEMS(HEAD "  b: {needs: [a, c], runs-on: x}\n  c: {needs: b, runs-on: x}\n"
	                    "  d: {needs: c, runs-on: x}\n  e: {needs: f, runs-on: x}\n",
	    "5:18 Job 'b' depends on job 'c' which creates a cycle in the dependency graph.\n"
	    "6:14 Job 'c' depends on job 'b' which creates a cycle in the dependency graph.\n"
	    "7:14 Job 'd' depends on job 'c' which creates a cycle in the dependency graph.\n"
	    "8:14 Job 'e' depends on unknown job 'f'.");
	CHECK_PROBLEMS("on: push\njobs: {a: {needs: a, runs-on: x}}\n",
	    "2:7 The workflow must contain at least one job with no dependencies.");
}

TEST(workflow_puts_success_into_conditions)
{
	static const struct {
		const char *written, *condition;
	} rows[] = {
		{ "", "success()" },
		{ "    if:\n", "success()" },
		{ "    if: github.ref == 'x'\n", "success() && (github.ref == 'x')" },
		{ "    if: ${{ always() }}\n", "always()" },
		{ "    if: false\n", "success() && (false)" },
		{ "    if: ${{ vars.a }} == 'b'\n",
		    "success() && (format('{0} == ''b''', vars.a))" },
		{ "    if: failure('b', 'c')\n", "failure('b', 'c')" },
	};
	struct model_fixture fx;
	struct wf_str text;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		model_init(&fx);
		text = wf_strf(fx.arena, HEAD "%s", rows[i].written);
		CHECK_STR(expr_source(model_workflow(&fx, text.p)->jobs[0]->cond),
		    rows[i].condition);
		model_release(&fx);
	}
}

TEST(workflow_checks_conditions_without_braces)
{
	CHECK_PROBLEMS(HEAD "    if: matrix.x\n", "5:9 Unrecognized named-value: 'matrix'. Located "
	                                          "at position 1 within expression: matrix.x");
	CHECK_PROBLEMS(STEPS "    - run: x\n      if: secrets.x\n",
	    "7:11 Unrecognized named-value: 'secrets'. Located at position 1 within expression: "
	    "secrets.x");
	CHECK_PROBLEMS(STEPS "    - run: x\n      if: hashFiles('a') && failure()\n", "");
}

TEST(workflow_makes_up_step_ids)
{
	struct model_fixture fx;
	const struct job_def *job;
	static const char *const ids[] = { "__run", "mine", "__run_2", "__actions_checkout",
		"__actions_checkout_2", "__self", "__selfRepository", "__alpine_3_8" };

	model_init(&fx);
	job = model_workflow(&fx,
	    STEPS "    - run: a\n    - {id: mine, run: b}\n    - run: c\n"
	          "    - uses: actions/checkout@v4\n    - uses: actions/checkout/sub@v4\n"
	          "    - uses: ./x\n    - uses: $/x\n    - uses: docker://alpine:3.8\n")
	          ->jobs[0];
	CHECK_INT(job->nsteps, WF_COUNT(ids));
	for (size_t i = 0; i < WF_COUNT(ids); i++) {
		CHECK_STR(job->steps[i]->id, ids[i]);
		CHECK(job->steps[i]->has_id == (i == 1));
	}
	model_release(&fx);
}

TEST(workflow_numbers_thousands_of_steps)
{
	struct model_fixture fx;
	struct wf_buf text = WF_BUF_INIT;
	const struct job_def *job;

	model_init(&fx);
	wf_buf_adds(&text, STEPS);
	for (int i = 0; i < 5000; i++)
		wf_buf_adds(&text, "    - run: x\n");
	job = model_workflow(&fx, text.p)->jobs[0];
	CHECK_STR(job->steps[4999]->id, "__run_5000");
	CHECK(wf_arena_used(fx.arena) < 32u << 20);
	wf_buf_release(&text);
	model_release(&fx);
}

TEST(workflow_refuses_step_ids_that_are_taken)
{
	CHECK_PROBLEMS(STEPS "    - {id: a, run: x}\n    - {id: A, run: x}\n",
	    "7:12 The identifier 'A' may not be used more than once within the same scope.");
}

TEST(workflow_checks_uses_of_steps)
{
	CHECK_PROBLEMS(STEPS
	    "    - uses: a@b\n    - uses: a/b\n    - uses: a/b@\n    - uses: a/b@c@d\n",
	    "6:13 Expected format {org}/{repo}[/path]@ref. Actual 'a@b'\n"
	    "7:13 Expected format {org}/{repo}[/path]@ref. Actual 'a/b'\n"
	    "8:13 Expected format {org}/{repo}[/path]@ref. Actual 'a/b@'\n"
	    "9:13 Expected format {org}/{repo}[/path]@ref. Actual 'a/b@c@d'");
}

TEST(workflow_reads_background_steps_and_their_control)
{
	struct model_fixture fx;
	const struct job_def *job;

	model_init(&fx);
	job = model_workflow(&fx, STEPS
	    "    - {id: s, run: x, background: true}\n    - {id: t, uses: ./x, background: true}\n"
	    "    - wait: [s, t]\n    - wait-all:\n    - cancel: t\n"
	    "    - parallel: [{run: a}, {id: p, run: b}]\n")
	          ->jobs[0];
	CHECK(job->steps[0]->background && job->steps[1]->background);
	CHECK_INT(job->steps[2]->kind, STEP_WAIT);
	CHECK_INT(job->steps[2]->ntargets, 2);
	CHECK_STR(expr_source(job->steps[2]->cond), "always()");
	CHECK_INT(job->steps[3]->kind, STEP_WAIT_ALL);
	CHECK_INT(job->steps[4]->kind, STEP_CANCEL);
	CHECK_STR(job->steps[4]->id, "__cancel");
	CHECK_INT(job->steps[5]->kind, STEP_PARALLEL);
	CHECK_INT(job->steps[5]->nmembers, 2);
	CHECK(job->steps[5]->members[1]->background);
	CHECK_STR(job->steps[5]->members[0]->id, "__run");
	model_release(&fx);
}

TEST(workflow_checks_what_wait_and_cancel_name)
{
	CHECK_PROBLEMS(STEPS "    - {id: a, run: x}\n    - wait: a\n    - wait: b\n"
	                     "    - {id: c, cancel: c}\n    - wait: __run\n    - wait-all: false\n",
	    "7:13 Step 'a' is not a background step\n"
	    "8:13 Step references unknown step ID 'b'\n"
	    "9:23 Step 'c' cannot reference itself\n"
	    "10:13 The identifier '__run' is invalid. IDs starting with '__' are reserved.\n"
	    "11:17 The value of 'wait-all' must be true or omitted");
	CHECK_PROBLEMS(STEPS "    - parallel: [{run: x, background: true}]\n",
	    "6:27 Unexpected value 'background'");
}

TEST(workflow_checks_literal_matrices)
{
#define MATRIX HEAD "    strategy: {matrix: "
	CHECK_PROBLEMS(MATRIX "{os: []}}\n", "5:29 Matrix vector 'os' does not contain any values");
	CHECK_PROBLEMS(MATRIX "{}}\n", "5:24 Matrix must define at least one vector");
	CHECK_PROBLEMS(MATRIX "{os: [a], exclude: [{x: 1}, {}]}}\n",
	    "5:45 Matrix exclude key 'x' does not match any key within the matrix\n"
	    "5:52 Matrix exclude filter must not be empty");
	CHECK_PROBLEMS(MATRIX "{include: [{}]}}\n",
	    "5:35 Matrix include mapping does not contain any values");
	CHECK_PROBLEMS(MATRIX "{include: '${{ fromJSON(vars.x) }}'}}\n", "");
	CHECK_PROBLEMS(MATRIX "{'${{ vars.x }}': [1], exclude: [{y: 1}]}}\n", "");
}

TEST(workflow_checks_containers_groups_and_images)
{
	CHECK_PROBLEMS(HEAD "    container: ''\n", "");
	CHECK_PROBLEMS(HEAD "    container: docker://\n", "5:16 Container image cannot be empty");
	CHECK_PROBLEMS(HEAD "    services: {s: {options: x}}\n",
	    "5:19 Container image cannot be empty");
	CHECK_PROBLEMS("on: push\njobs: {a: {runs-on: {group: ent/}}}\n",
	    "2:29 Invalid runs-on group name 'ent/'.");
	CHECK_PROBLEMS(HEAD "    snapshot: {image-name: i, version: 1.2}\n",
	    "5:15 Expected format '{major-version}.*' Actual '1.2'");
}

TEST(workflow_reads_permissions_in_order)
{
	struct model_fixture fx;
	const struct workflow *wf;

	model_init(&fx);
	wf = model_workflow(&fx,
	    "permissions: {contents: read, actions: none}\n" HEAD "    permissions: write-all\n");
	CHECK_INT(wf->permissions.n, 2);
	CHECK_STR(wf->permissions.items[1].level, "none");
	CHECK_STR(wf->jobs[0]->permissions.all, "write-all");
	model_release(&fx);
	CHECK_PROBLEMS("permissions: {id-token: read}\n" HEAD, "1:25 Unexpected value 'read'");
}

TEST(workflow_reads_calls)
{
	struct model_fixture fx;
	const struct job_def *job;

	model_init(&fx);
	job = model_workflow(&fx,
	    "on: push\njobs:\n  a: {uses: ./w.yml, with: {x: 1}, secrets: inherit}\n")
	          ->jobs[0];
	CHECK_STR(job->uses, "./w.yml");
	CHECK(job->inherit_secrets && !job->secrets && job->with);
	model_release(&fx);
}

TEST(workflow_marks_defaults_that_were_given)
{
	struct model_fixture fx;
	const struct workflow *wf;

	model_init(&fx);
	wf = model_workflow(&fx, "defaults: {run: {shell: sh}}\n" HEAD "    defaults: {}\n");
	CHECK(wf->defaults.given && !wf->jobs[0]->defaults.given);
	CHECK_STR(schema_text_of(wf->defaults.shell), "sh");
	model_release(&fx);
}
