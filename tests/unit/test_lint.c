/* SPDX-License-Identifier: MIT */
/* test_lint.c - each rule where it speaks, with its place, and where it is silent. */
#include "model_fixture.h"

#include "model/lint.h"

/* ---- a repository ---- */

static const char action_text[] = "name: A\ndescription: a\ninputs:\n  stage: {required: true}\n"
                                  "  level: {required: true, default: '1'}\n  plain: {}\n"
                                  "outputs: {url: {value: x}}\nruns:\n  using: composite\n"
                                  "  steps: [{run: x, shell: sh}]\n";
static const char node_text[] = "name: A\ndescription: a\nruns: {using: node20, main: a.js}\n";
static const char docker_text[] = "name: A\ndescription: a\nruns: {using: docker, image: a}\n";
static const char called_text[] = "on:\n  workflow_call:\n    inputs: {n: {type: number, required: "
                                  "true}}\n    outputs: {v: {value: x}}\n"
                                  "jobs: {a: {runs-on: x}}\n";

/* Problems of these files must not be among those that are looked at. */
struct repository {
	struct wf_arena *arena;
	struct wf_diags diags;
};

static const struct action *
find_action(void *data, struct wf_str path)
{
	static const struct {
		const char *path, *text;
	} actions[] = {
		{ "act", action_text },
		{ "node", node_text },
		{ "docker", docker_text },
	};
	struct repository *r = data;

	for (size_t i = 0; i < WF_COUNT(actions); i++)
		if (wf_str_is(path, actions[i].path))
			return action_read(r->arena, "action.yml", wf_str(actions[i].text),
			    &r->diags);
	return NULL;
}

static const struct workflow *
find_workflow(void *data, struct wf_str path, bool *missing)
{
	struct repository *r = data;

	*missing = wf_str_is(path, ".github/workflows/gone.yml");
	if (!wf_str_is(path, ".github/workflows/called.yml"))
		return NULL;
	return workflow_read(r->arena, "called.yml", path, wf_str(called_text), &r->diags);
}

static const struct wf_str *
list_names(void *data, size_t *n)
{
	static const struct wf_str names[] = { { "CI", 2 }, { "Twice", 5 }, { "Twice", 5 } };

	(void)data;
	*n = WF_COUNT(names);
	return names;
}

/* "LINE:COL-END RULE" for each problem, one a line; the message of those without a rule. */
static struct wf_str
shown(const struct wf_diags *diags)
{
	struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < diags->n; i++) {
		const struct wf_diag *diag = diags->items[i];

		wf_buf_addf(&out, "%s%d:%d-%d %s", i ? "\n" : "", diag->error.pos.line,
		    diag->error.pos.col, diag->end, diag->rule ? diag->rule : diag->error.msg);
	}
	return wf_buf_take(&out, diags->arena);
}

static void
lint(struct model_fixture *fx, const char *text, bool action)
{
	struct repository r = { fx->arena, { .arena = fx->arena } };
	const struct lint_repository repository = { &r, find_action, find_workflow, list_names };
	const struct workflow *wf = NULL;
	const struct action *a = NULL;

	if (action)
		a = action_read(fx->arena, "f.yml", wf_str(text), &fx->diags);
	else
		wf = workflow_read(fx->arena, "f.yml", WF_S("f.yml"), wf_str(text), &fx->diags);
	if (wf)
		lint_workflow(wf, &repository, &fx->diags);
	if (a)
		lint_action(a, &repository, &fx->diags);
	lint_finish("f.yml", wf_str(text), wf || a, &fx->diags);
}

struct row {
	const char *text, *want;
};

static void
check_rows(const struct row *rows, size_t n, bool action)
{
	for (size_t i = 0; i < n; i++) {
		struct model_fixture fx;

		model_init(&fx);
		lint(&fx, rows[i].text, action);
		CHECK_STR(shown(&fx.diags), rows[i].want);
		model_release(&fx);
	}
}

#define CHECK_ROWS(rows) check_rows((rows), WF_COUNT(rows), false)
#define JOBS "jobs: {a: {runs-on: x}}\n"
/* Steps begin on line 5. */
#define STEPS "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"

/* ---- references ---- */

TEST(lint_needs_must_be_needed)
{
	static const struct row rows[] = {
		{ "on: push\njobs:\n  a: {runs-on: x}\n  b:\n    runs-on: ${{ needs.a.result }}\n",
		    "5:24-25 unknown-need" },
		{ "on: push\njobs:\n  a: {runs-on: x}\n  b:\n    needs: A\n    if: needs.a.result "
		  "!= needs['x'].result\n    runs-on: x\n",
		    "6:34-35 unknown-need" },
		{ "on: push\njobs:\n  a: {runs-on: x}\n  b:\n    needs: a\n    if: needs.*.result "
		  "!= needs[github.x].result || toJSON(needs)\n    runs-on: x\n",
		    "" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_outputs_must_be_declared)
{
	static const struct row rows[] = {
		{ "on: push\njobs:\n  a: {runs-on: x, outputs: {v: x}}\n  b:\n    needs: a\n"
		  "    runs-on: ${{ needs.a.outputs.w }}\n",
		    "6:34-35 unknown-output" },
		{ "on: push\njobs:\n  a: {runs-on: x, outputs: {v: x}}\n  b:\n    needs: a\n"
		  "    runs-on: ${{ needs.a.outputs.V }}${{ needs.a.outputs[github.x] }}\n",
		    "" },
		{ "on: push\njobs:\n  a: {uses: ./.github/workflows/called.yml, with: {n: 1}}\n"
		  "  b:\n    needs: a\n"
		  "    runs-on: ${{ needs.a.outputs.v }}-${{ needs.a.outputs.w }}\n",
		    "6:59-60 unknown-output" },
		{ "on: push\njobs:\n  a: {uses: o/r/.github/workflows/called.yml@v1}\n"
		  "  b:\n    needs: a\n    runs-on: ${{ needs.a.outputs.w }}\n",
		    "" },
		{ STEPS "    - {id: s, uses: ./act, with: {stage: x}}\n"
		        "    - run: ${{ steps.s.outputs.url }}${{ steps.s.outputs.uri }}\n",
		    "7:58-61 unknown-output" },
		{ STEPS "    - {id: s, uses: ./node}\n    - {id: t, run: x}\n"
		        "    - run: ${{ steps.s.outputs.a }}${{ steps.t.outputs.a }}\n",
		    "" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_properties_must_exist)
{
	static const struct row rows[] = {
		{ "on: push\njobs:\n  a: {runs-on: x}\n  b:\n    needs: a\n"
		  "    if: needs.a.output.x\n    runs-on: x\n",
		    "6:17-23 unknown-property" },
		{ STEPS "    - {id: s, run: x}\n    - {run: x, if: steps.s.result == 'success'}\n",
		    "7:28-34 unknown-property" },
		{ STEPS "    - {id: s, run: x}\n    - {run: x, if: steps.s.outcome == "
		        "steps.s.conclusion}\n",
		    "" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_steps_must_be_before)
{
	static const struct row rows[] = {
		{ STEPS "    - run: ${{ steps.s.outputs.a }}\n    - {id: s, run: x}\n",
		    "6:22-23 unknown-step" },
		{ STEPS "    - {id: s, run: x}\n    - run: ${{ steps.S.outputs.a }}\n", "" },
		{ STEPS "    - parallel: [{id: s, run: x}]\n"
		        "    - run: ${{ steps.s.outputs.a }}${{ steps.t.outputs.a }}\n",
		    "7:46-47 unknown-step" },
		{ "on: push\njobs:\n  a:\n    runs-on: x\n    outputs:\n      v: ${{ "
		  "steps.s.outputs.v || steps.t.outputs.v }}\n    steps:\n    - {id: s, run: x}\n",
		    "6:41-42 unknown-step" },
	};
	static const struct row actions[] = {
		{ "name: A\ndescription: a\noutputs:\n  o: {value: '${{ steps.s.outputs.o }} ${{ "
		  "steps.t.outputs.o }}'}\nruns:\n  using: composite\n  steps:\n  - {id: s, run: "
		  "x, shell: sh}\n",
		    "4:50-51 unknown-step" },
	};

	CHECK_ROWS(rows);
	check_rows(actions, WF_COUNT(actions), true);
}

TEST(lint_jobs_of_call_outputs_must_exist)
{
	static const struct row rows[] = {
		{ "on:\n  workflow_call:\n    outputs:\n      o: {value: '${{ jobs.b.outputs.o "
		  "}}'}\n" JOBS,
		    "4:28-29 unknown-job" },
		{ "on:\n  workflow_call:\n    outputs:\n      o: {value: '${{ jobs.a.outputs.o "
		  "}}'}\n" JOBS,
		    "4:38-39 unknown-output" },
		{ "on:\n  workflow_call:\n    outputs:\n      o: {value: '${{ jobs.a.outputs.o "
		  "}}'}\njobs: {a: {runs-on: x, outputs: {o: x}}}\n",
		    "" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_inputs_must_be_declared)
{
	static const struct row rows[] = {
		{ "on: {workflow_dispatch: {inputs: {a: }}}\nrun-name: ${{ inputs.b }}\n" JOBS,
		    "2:22-23 undeclared-input" },
		{ "on: {workflow_dispatch: {inputs: {a: }}}\nrun-name: ${{ github.event.inputs.b "
		  "}}\n" JOBS,
		    "2:35-36 undeclared-input" },
		{ "on: {workflow_call: {inputs: {a: {type: string}}}, workflow_dispatch: {inputs: "
		  "{b: }}}\nrun-name: ${{ inputs.a }}${{ inputs.B }}${{ github.event.inputs.c "
		  "}}\n" JOBS,
		    "" },
	};
	static const struct row actions[] = {
		{ "name: A\ndescription: a\ninputs: {a: {}}\nruns:\n  using: composite\n  steps:\n"
		  "  - {shell: sh, run: 'x ${{ inputs.a }} ${{ inputs.b }}'}\n",
		    "7:52-53 undeclared-input" },
	};

	CHECK_ROWS(rows);
	check_rows(actions, WF_COUNT(actions), true);
}

TEST(lint_matrix_keys_must_be_of_some_leg)
{
	static const char text[] =
	    "on: push\njobs:\n  a:\n    strategy: {matrix: {os: [x], "
	    "include: [{os: x, more: 1}], exclude: []}}\n"
	    "    runs-on: ${{ matrix.os }}${{ matrix.more }}${{ matrix.so }}\n";
	static const struct row rows[] = {
		{ text, "5:59-61 unknown-matrix-key" },
		{ "on: push\njobs: {a: {runs-on: '${{ matrix.os }}'}}\n",
		    "2:33-35 unknown-matrix-key" },
		{ "on: push\njobs: {a: {runs-on: \"${{ matrix.os || 'x' }}\"}}\n", "" },
		{ "on: push\njobs:\n  a:\n    strategy: {matrix: '${{ fromJSON(vars.m) }}'}\n"
		  "    runs-on: ${{ matrix.os }}\n",
		    "" },
		{ "on: push\njobs:\n  a:\n    strategy: {matrix: {include: '${{ fromJSON(vars.m) "
		  "}}'}}\n    runs-on: ${{ matrix.os }}\n",
		    "" },
	};

	CHECK_ROWS(rows);
}

/* ---- conditions ---- */

TEST(lint_text_around_a_condition_is_true)
{
	static const struct row rows[] = {
		{ "on: push\njobs: {a: {runs-on: x, if: \"${{ github.ref }} == 'x'\"}}\n",
		    "2:29-53 always-true" },
		{ STEPS "    - run: x\n      if: |\n        ${{ github.ref == 'x' }}\n",
		    "8:9-33 always-true" },
		{ STEPS "    - run: x\n      if: |\n        github.ref == 'x'\n", "" },
		{ STEPS "    - run: x\n      if: |-\n        ${{ github.ref == 'x' }}\n", "" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_conditions_should_depend_on_something)
{
	static const struct row rows[] = {
		{ STEPS "    - {run: x, if: github.ref == 'a' || 'b'}\n",
		    "6:20-44 constant-condition" },
		{ STEPS "    - {run: x, if: \"'a' == 'b' && github.ref\"}\n",
		    "6:21-45 constant-condition" },
		{ STEPS "    - {run: x, if: always() && (github.ref == 'a' || 'b')}\n", "" },
		{ STEPS "    - {run: x, if: github.ref && 'b'}\n", "" },
		{ STEPS "    - {run: x, if: false && github.ref == 'x'}\n    - {run: x, if: true}\n"
		        "    - {run: x, if: '${{ false }}'}\n    - {run: x, if: ''}\n",
		    "" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_jobs_behind_a_skipped_one_never_run)
{
	static const struct row rows[] = {
		{ "on: push\njobs:\n  c: {runs-on: x, needs: [b]}\n  a: {runs-on: x, if: false}\n"
		  "  b: {runs-on: x, needs: a, if: github.ref}\n",
		    "3:27-28 unreachable-job\n5:26-27 unreachable-job" },
		{ "on: push\njobs:\n  a: {runs-on: x, if: false}\n"
		  "  b: {runs-on: x, needs: a, if: '!cancelled()'}\n"
		  "  c: {runs-on: x, needs: b}\n",
		    "" },
	};

	CHECK_ROWS(rows);
}

TEST(condition_with_a_secret_says_what_to_do)
{
	struct model_fixture fx;

	model_init(&fx);
	lint(&fx, STEPS "    - {run: x, if: secrets.A}\n", false);
	CHECK_INT(fx.diags.nerrors, 1);
	CHECK_STR(wf_str(fx.diags.items[0]->error.hint),
	    "put the secret in 'env:' and ask for env.NAME");
	model_release(&fx);
}

/* ---- on ---- */

TEST(lint_filters_must_be_able_to_match)
{
	static const struct row rows[] = {
		{ "on:\n  push:\n    branches: [refs/heads/main, '^v1', 'v\\d']\n" JOBS,
		    "3:16-31 filter-never-matches\n3:34-37 filter-never-matches\n"
		    "3:41-44 filter-never-matches" },
		{ "on:\n  push:\n    paths: [./a, /b, c/]\n" JOBS,
		    "3:13-16 filter-never-matches\n3:18-20 filter-never-matches\n"
		    "3:22-24 filter-never-matches" },
		{ "on:\n  push:\n    branches: ['!a', '!b']\n" JOBS,
		    "3:5-13 filter-never-matches" },
		{ "on:\n  push:\n    tags: [v1, v2, '!v*']\n" JOBS, "3:5-9 filter-never-matches" },
		{ "on:\n  push:\n    tags: ['v*', '!**']\n" JOBS, "3:5-9 filter-never-matches" },
		{ "on:\n  push:\n    branches: [main, 'v[0-9]+.x', '!v1.x', '**/refs/heads/*']\n"
		  "    tags: ['v*', '!v0*', v0.9]\n    paths: ['**', '!docs/**', a/**/b]\n" JOBS,
		    "" },
		{ "on:\n  push:\n    branches-ignore: [a, '!b']\n    paths-ignore: "
		  "['**.md']\n" JOBS,
		    "" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_schedules_must_fire_and_not_too_often)
{
	static const struct row rows[] = {
		{ "on:\n  schedule:\n  - cron: '0 0 30 2 *'\n" JOBS, "3:12-22 cron-never" },
		{ "on:\n  schedule:\n  - cron: '0 0 31 4,6,SEP *'\n" JOBS, "3:12-28 cron-never" },
		{ "on:\n  schedule:\n  - cron: '*/2 * * * *'\n" JOBS, "3:12-23 cron-too-often" },
		{ "on:\n  schedule:\n  - cron: '1,4 3 * * *'\n" JOBS, "3:12-23 cron-too-often" },
		{ "on:\n  schedule:\n  - cron: '*/5 * * * *'\n  - cron: '0 0 29 2 *'\n"
		  "  - cron: '0 0 31 4,5 *'\n  - cron: '0 0 31 4 MON'\n  - cron: '3/15 * * * "
		  "*'\n" JOBS,
		    "" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_workflow_run_must_name_a_workflow)
{
	static const struct row rows[] = {
		{ "on:\n  workflow_run: {workflows: [CI, ci]}\n" JOBS, "2:34-36 unknown-workflow" },
		{ "on:\n  workflow_run: {workflows: [CI, pages-build-deployment, 'C*']}\n" JOBS,
		    "" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_a_filter_of_paths_leaves_a_check_pending)
{
	static const struct row rows[] = {
		{ "on:\n  pull_request: {paths: [a]}\n" JOBS, "2:18-23 pending-check" },
		{ "on:\n  pull_request_target: {paths-ignore: [a]}\n" JOBS,
		    "2:25-37 pending-check" },
		{ "name: Twice\non:\n  pull_request: {paths: [a]}\n" JOBS, "" },
		{ "on:\n  pull_request: {branches: [a]}\n  push: {paths: [a]}\n" JOBS, "" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_names_values_that_events_do_not_have)
{
	static const struct row rows[] = {
		{ "on: {pull_request: {types: [synchronized]}}\n" JOBS, "1:29-0 unknown-value" },
		{ "on: {pull_request: {types: [synchronize]}}\n" JOBS, "" },
	};

	CHECK_ROWS(rows);
}

/* ---- scripts ---- */

#define ON_ISSUES(steps)                                                                           \
	"on: [issues, issue_comment]\njobs:\n  a:\n    runs-on: x\n    steps:\n" steps

TEST(lint_foreign_text_must_not_be_program_text)
{
	static const struct row rows[] = {
		{ ON_ISSUES("    - run: |\n        echo ok\n        echo ${{ "
		            "github.event.issue.title }}\n"),
		    "8:18-42 script-injection" },
		{ ON_ISSUES("    - uses: actions/github-script@v7\n      with:\n"
		            "        script: f('${{ github.event.issue.title }}', '${{ "
		            "toJSON(github.event.comment.body) }}')\n"),
		    "8:24-48 script-injection\n8:66-91 script-injection" },
		{ ON_ISSUES("    - run: echo $T ${{ contains(github.event.issue.title, 'x') }}\n"
		            "      env: {T: '${{ github.event.issue.title }}'}\n"
		            "    - uses: a/b@v1\n      with: {script: '${{ "
		            "github.event.issue.title }}'}\n"),
		    "" },
		{ ON_ISSUES("    - run: echo ${{ github.event.issue.title == 'x' && 'a' || 'b' }}\n"
		            "    - run: echo ${{ github.event.issue.number }}\n"),
		    "" },
		{ ON_ISSUES("    - run: echo ${{ github.head_ref }}\n"), "" },
		{ "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: echo ${{ "
		  "github.event.commits[0].message }}${{ github.head_ref }}\n",
		    "6:21-52 script-injection" },
	};
	static const struct row actions[] = {
		{ "name: A\ndescription: a\nruns:\n  using: composite\n  steps:\n"
		  "  - {shell: sh, run: 'x ${{ github.head_ref }}'}\n",
		    "6:29-44 script-injection" },
	};

	CHECK_ROWS(rows);
	check_rows(actions, WF_COUNT(actions), true);
}

#define ON_CHAIN(steps)                                                                            \
	"on:\n  workflow_run: {workflows: [CI]}\njobs:\n  a:\n    runs-on: x\n    steps:\n" steps

TEST(lint_the_ref_of_a_chained_run_is_the_default_branch)
{
	static const struct row rows[] = {
		{ ON_CHAIN("    - run: V=$GITHUB_REF_NAME; W=${GITHUB_REF#refs/tags/}\n"),
		    "7:15-30 default-branch-ref\n7:36-46 default-branch-ref" },
		{ ON_CHAIN("    - {run: x, env: {V: '${{ github.ref_name }}'}}\n"),
		    "7:30-45 default-branch-ref" },
		{ ON_CHAIN("    - if: github.event.workflow_run.conclusion == 'success'\n"
		           "      run: x ${{ github.ref_name }}\n"),
		    "8:18-33 default-branch-ref" },
		{ ON_CHAIN("    - if: github.event_name == 'workflow_run'\n"
		           "      run: x $GITHUB_REF_NAME\n"),
		    "8:15-30 default-branch-ref" },
		{ ON_CHAIN("    - if: github.event_name != 'workflow_run'\n"
		           "      run: x $GITHUB_REF_NAME\n"),
		    "" },
		{ ON_CHAIN("    - if: github.event_name == 'push'\n      run: x "
		           "$GITHUB_REF_NAME\n"),
		    "" },
		{ ON_CHAIN("    - run: x $GITHUB_REF $MY_GITHUB_REF_NAME\n      env:\n        V: "
		           "${{ "
		           "github.event.workflow_run.head_branch || github.ref_name }}\n"),
		    "" },
		{ "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: "
		  "$GITHUB_REF_NAME\n",
		    "" },
		{ "on: {workflow_run: {workflows: [CI]}, workflow_dispatch: }\n"
		  "env: {V: '${{ github.ref_name }}'}\n" JOBS,
		    "2:15-30 default-branch-ref" },
		{ "on: {workflow_run: {workflows: [CI]}, push: }\n"
		  "env: {V: '${{ github.ref_name }}'}\n" JOBS,
		    "" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_old_commands_are_deprecated)
{
	static const struct row rows[] = {
		{ STEPS "    - run: echo ::set-output name=a::b\n", "6:17-35 deprecated-command" },
		{ STEPS "    - run: |\n        x\n        echo ::save-state name=a::b\n"
		        "        echo ::add-path::b\n",
		    "8:14-32 deprecated-command\n9:14-26 deprecated-command" },
		{ STEPS "    - run: echo ::warning::set-output\n    - run: grep ::set-output\n",
		    "" },
		{ STEPS "    - run: |\n        # echo ::set-output name=a::b\n"
		        "        echo ::set-output name=a::b # x\n",
		    "8:14-32 deprecated-command" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_notes_the_other_spelling)
{
	static const struct row rows[] = {
		{ STEPS "    - run: echo $<< github.sha >>\n", "6:17-34 other-spelling" },
		{ STEPS "    - run: echo $<< github.sha\n    - run: x $<<EOF >>y\n"
		        "    - run: cat <<A >>b $<< ) >>\n",
		    "" },
	};

	CHECK_ROWS(rows);
}

/* ---- uses ---- */

TEST(lint_inputs_of_a_local_action)
{
	static const struct row rows[] = {
		{ STEPS "    - uses: ./act\n      with: {stagge: x}\n",
		    "6:13-18 missing-input\n7:14-20 unknown-input" },
		{ STEPS
		    "    - {uses: ./act, with: {STAGE: x, plain: y}}\n"
		    "    - {uses: ./docker, with: {args: x, entrypoint: y}}\n"
		    "    - {uses: ./nowhere, with: {x: y}}\n    - {uses: a/b@v1, with: {x: y}}\n",
		    "" },
		{ STEPS "    - {uses: actions/checkout@v4, with: {repository: a/b}}\n"
		        "    - uses: ./act\n",
		    "" },
		{ STEPS "    - {uses: actions/checkout@v4, with: {repository: a/b, path: c}}\n"
		        "    - uses: ./act\n",
		    "7:13-18 missing-input" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_calls_are_held_against_the_file)
{
	static const struct row rows[] = {
		{ "on: push\njobs: {a: {uses: ./.github/workflows/called.yml}}\n",
		    "2:18-0 Input n is required, but not provided while calling." },
		{ "on: push\njobs: {a: {uses: ./.github/workflows/gone.yml}}\n",
		    "2:18-46 missing-workflow" },
		{ "on: push\njobs: {a: {uses: ./.github/workflows/called.yml, with: {n: 1}}}\n",
		    "" },
	};

	CHECK_ROWS(rows);
}

/* ---- places, comments, order ---- */

TEST(lint_finds_places_in_any_kind_of_scalar)
{
	static const struct row rows[] = {
		{ STEPS "    - run: 'it''s ${{ steps.a.outputs.x }} ${{ steps.b.outputs.x }}'\n",
		    "6:29-30 unknown-step\n6:54-55 unknown-step" },
		{ STEPS "    - run: \"\xc3\xbc\\t${{ steps.a.outputs.x }}\"\n",
		    "6:26-27 unknown-step" },
		{ STEPS "    - run: >\n        a\n        ${{ steps.a.outputs.x }}\n\n        ${{ "
		        "steps.a.outputs.y }}\n",
		    "8:19-20 unknown-step\n10:19-20 unknown-step" },
		{ STEPS "    - run: |\n        ${{ format('{0}',\n          steps.a.outcome) }}\n",
		    "8:17-18 unknown-step" },
		{ "\xef\xbb\xbfon: push\nrun-name: ${{ inputs.a }}\n" JOBS,
		    "2:22-23 undeclared-input" },
		{ STEPS "    - if: steps.a.outcome && steps.b['outcome']\n      run: x\n",
		    "6:17-18 unknown-step\n6:36-37 unknown-step" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_comments_silence)
{
	static const struct row rows[] = {
		{ STEPS "    - run: ${{ steps.a.outcome }} # wfrun: ignore unknown-step\n", "" },
		{ STEPS "    # wfrun: ignore unknown-step, always-true: see below\n"
		        "    - {run: '${{ steps.a.outcome }}', if: \"${{ '' }} \"}\n",
		    "" },
		{ STEPS "    - run: |\n        # wfrun: ignore unknown-step\n"
		        "        ${{ steps.a.outcome }}\n",
		    "" },
		{ "# wfrun: ignore-file unknown-step\n" STEPS "    - run: ${{ steps.a.outcome }}\n",
		    "" },
		{ STEPS "    - run: x # wfrun: ignore unknown-step\n"
		        "    - run: ${{ steps.a.outcome }}\n",
		    "6:30-42 unused-ignore\n7:22-23 unknown-step" },
		{ STEPS "    - run: x # wfrun: ignore unknown-stop\n", "6:30-42 unused-ignore" },
		{ STEPS "    - run: x # wfrun: ignored is the rest\n", "" },
		{ "on: push\njobs:\n  a: {} # wfrun: ignore unknown-step\n",
		    "3:6-0 There's not enough info to determine what you meant. Add one of these "
		    "properties: cancel-timeout-minutes, container, continue-on-error, defaults, "
		    "env, environment, outputs, runs-on, secrets, services, snapshot, steps, "
		    "timeout-minutes, uses, with" },
	};

	CHECK_ROWS(rows);
}

TEST(lint_rules_are_complete_and_in_order)
{
	const struct lint_rule *rules;
	size_t n;

	rules = lint_rules(&n);
	for (size_t i = 0; i < n; i++) {
		CHECK(rules[i].name && rules[i].summary[0] && rules[i].reason[0]);
		CHECK(!rules[i].wrong == !rules[i].right);
		CHECK(i == 0 || strcmp(rules[i - 1].name, rules[i].name) < 0);
		CHECK(lint_rule(wf_str(rules[i].name)) == &rules[i]);
	}
	CHECK(lint_rule(WF_S("nothing")) == NULL);
}

TEST(lint_reports_of_a_hostile_file_end)
{
	struct wf_buf text = WF_BUF_INIT;
	struct model_fixture fx;

	wf_buf_adds(&text, STEPS);
	for (int i = 0; i < 3000; i++)
		wf_buf_adds(&text, "    - run: ${{ steps.a.outcome }}\n");
	model_init(&fx);
	lint(&fx, text.p, false);
	CHECK_INT(fx.diags.n, 100);
	model_release(&fx);
	wf_buf_release(&text);
}
