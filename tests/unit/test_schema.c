/* SPDX-License-Identifier: MIT */
/* test_schema.c - keys, kinds, contexts, limits: what the walk along the tables reports. */
#include "model_fixture.h"

#include "model/keys.h"

#define HEAD "on: push\njobs:\n  a:\n    runs-on: x\n"
#define STEPS HEAD "    steps:\n"

TEST(schema_reports_a_key_that_is_not_legal)
{
	CHECK_PROBLEMS(HEAD "    stps: []\n", "5:5 Unexpected value 'stps'");
	CHECK_PROBLEMS(STEPS "    - run: x\n      with: {}\n", "7:7 Unexpected value 'with'");
	CHECK_PROBLEMS("<<: {}\n" HEAD, "1:1 Unexpected value '<<'");
}

TEST(schema_hints_at_the_nearest_key_and_word)
{
	struct model_fixture fx;

	model_init(&fx);
	workflow_read(fx.arena, "f", WF_S("f"), WF_S("on: psh\n" HEAD "    stps: []\n"), &fx.diags);
	CHECK_INT(fx.diags.n, 3);
	CHECK_STR(wf_str(fx.diags.items[0]->error.hint), "did you mean 'push'?");
	CHECK_STR(wf_str(fx.diags.items[2]->error.hint), "did you mean 'steps'?");
	model_release(&fx);
}

TEST(schema_compares_keys_exactly_and_duplicates_without_case)
{
	CHECK_PROBLEMS(HEAD "    Steps: []\n", "5:5 Unexpected value 'Steps'");
	CHECK_PROBLEMS("env: {A: 1, a: 2}\n" HEAD, "1:13 'a' is already defined");
	CHECK_PROBLEMS("on: push\n" HEAD, "2:1 'on' is already defined");
}

TEST(schema_reports_the_wrong_kind_once_and_goes_on)
{
	CHECK_PROBLEMS("name: [1, {a: 2}]\n" HEAD "    steps: {a: [1]}\n    x: 1\n",
	    "1:7 A sequence was not expected\n"
	    "6:12 A mapping was not expected\n"
	    "7:5 Unexpected value 'x'");
	CHECK_PROBLEMS("env: 3\n" HEAD, "1:6 Unexpected value '3'");
}

TEST(schema_decides_between_mappings_by_their_keys)
{
	CHECK_PROBLEMS(HEAD "    uses: ./x.yml\n", "5:5 Unexpected value 'uses'");
	CHECK_PROBLEMS(STEPS "    - with: {}\n", "6:7 Required property is missing: uses");
	CHECK_PROBLEMS("on: push\njobs:\n  a: {name: x}\n",
	    "3:6 There's not enough info to determine what you meant. Add one of these properties: "
	    "cancel-timeout-minutes, container, continue-on-error, defaults, env, environment, "
	    "outputs, runs-on, secrets, services, snapshot, steps, timeout-minutes, uses, with");
}

TEST(schema_reports_what_is_missing)
{
	CHECK_PROBLEMS("on: push\n", "1:1 Required property is missing: jobs");
	CHECK_PROBLEMS("jobs: {a: {runs-on: x}}\n", "1:1 Required property is missing: on");
	CHECK_PROBLEMS(HEAD "    environment: {url: x}\n",
	    "5:18 Required property is missing: name");
}

TEST(schema_takes_any_scalar_for_text_but_not_the_reverse)
{
	struct model_fixture fx;
	const struct workflow *wf;

	model_init(&fx);
	wf = model_workflow(&fx, "env: {A: 1.10, B: true, C: , D: 0x10}\n" HEAD);
	CHECK_STR(schema_text_of(schema_get(wf->env, "A")), "1.1");
	CHECK_STR(schema_text_of(schema_get(wf->env, "B")), "true");
	CHECK_STR(schema_text_of(schema_get(wf->env, "C")), "");
	CHECK_STR(schema_text_of(schema_get(wf->env, "D")), "16");
	model_release(&fx);
	CHECK_PROBLEMS(HEAD "    continue-on-error: 'true'\n    timeout-minutes: '10'\n",
	    "5:24 Unexpected value 'true'\n6:22 Unexpected value '10'");
	CHECK_PROBLEMS(HEAD "    container: {image: }\n", "5:24 Unexpected value ''");
}

TEST(schema_allows_the_contexts_of_a_place_and_those_around_it)
{
	CHECK_PROBLEMS(HEAD "    environment: {name: a, url: '${{ steps.x }}'}\n", "");
	CHECK_PROBLEMS(HEAD "    environment: {name: '${{ steps.x }}'}\n",
	    "5:25 Unrecognized named-value: 'steps'. Located at position 1 within expression: "
	    "steps.x");
	CHECK_PROBLEMS(HEAD "    container: {image: a, credentials: {username: '${{ matrix.a }}', "
	                    "password: '${{ secrets.b }}'}}\n",
	    "");
	CHECK_PROBLEMS(HEAD "    defaults: {run: {shell: '${{ matrix.s }}'}}\n", "");
	CHECK_PROBLEMS("name: ${{ github.ref }}\n" HEAD,
	    "1:7 Unrecognized named-value: 'github'. Located at position 1 within expression: "
	    "github.ref");
	CHECK_PROBLEMS("name: ${{ true }}\n" HEAD,
	    "1:7 A template expression is not allowed in this context");
	CHECK_PROBLEMS("name: ${{ 'just text' }}\n" HEAD, "");
}

TEST(schema_reports_an_expression_and_then_its_text)
{
	CHECK_PROBLEMS(HEAD "    timeout-minutes: ${{ \"5\" }}\n",
	    "5:22 Unexpected symbol: '\"5\"'. Located at position 1 within expression: \"5\"\n"
	    "5:22 Unexpected value '${{ \"5\" }}'");
}

TEST(schema_takes_an_expression_as_a_key_where_contexts_are_known)
{
	CHECK_PROBLEMS(HEAD "    env:\n      ${{ insert }}: ${{ fromJSON(vars.x) }}\n", "");
	CHECK_PROBLEMS("${{ insert }}: 1\n" HEAD,
	    "1:1 A template expression is not allowed in this context");
}

TEST(schema_stops_at_github_s_limits)
{
	struct schema_budget budget = SCHEMA_BUDGET;
	struct workflow_options options = { .budget = &budget };
	struct model_fixture fx;

	model_init(&fx);
	budget.max_depth = 2;
	CHECK(!workflow_read_with(fx.arena, &options, "f", WF_S("f"), WF_S(HEAD), &fx.diags));
	CHECK_STR(model_problems(&fx), "4:0 Maximum object depth exceeded");
	model_release(&fx);
	model_init(&fx);
	budget = SCHEMA_BUDGET;
	budget.max_bytes = 200;
	CHECK(!workflow_read_with(fx.arena, &options, "f", WF_S("f"), WF_S(HEAD), &fx.diags));
	CHECK_STR(model_problems(&fx), "3:0 Maximum object size exceeded");
	model_release(&fx);
}

TEST(schema_tells_what_came_before_broken_yaml)
{
	CHECK_PROBLEMS("nam: x\non: push\njobs: [\n",
	    "1:1 Unexpected value 'nam'\n3:7 A sequence was not expected\n"
	    "4:1 While parsing a flow node, did not find expected node content.");
}

TEST(schema_stops_when_there_are_more_problems_than_anybody_reads)
{
	struct model_fixture fx;
	struct wf_buf text = WF_BUF_INIT;

	model_init(&fx);
	for (int i = 0; i < 1000; i++)
		wf_buf_addf(&text, "k%d: 1\n", i);
	CHECK(!workflow_read(fx.arena, "f", WF_S("f"), wf_buf_str(&text), &fx.diags));
	CHECK_INT(fx.diags.n, SCHEMA_MAX_PROBLEMS + 1);
	CHECK_STR(wf_str(fx.diags.items[SCHEMA_MAX_PROBLEMS]->error.msg),
	    "There are more problems than these");
	wf_buf_release(&text);
	model_release(&fx);
}

TEST(schema_refuses_a_mapping_as_a_key)
{
	CHECK_PROBLEMS("? {a: 1}\n: 2\n", "1:0 Expected mapping end");
}

TEST(schema_names_every_set_of_contexts)
{
	static const char *const keys[] = { "run-name", "workflow-env", "workflow-concurrency",
		"job-if", "strategy", "matrix", "runs-on", "container", "services",
		"container-registry-credentials", "string-runner-context", "job-environment",
		"string-runner-context-no-secrets", "snapshot-if", "string-strategy-context",
		"job-env", "job-concurrency", "job-defaults-run", "job-outputs",
		"scalar-needs-context", "scalar-needs-context-with-secrets", "step-name", "step-if",
		"step-timeout-minutes", "step-continue-on-error", "string-steps-context",
		"step-env", "step-with" };

	for (size_t i = 0; i < WF_COUNT(keys); i++)
		CHECK(workflow_names(keys[i]) != NULL);
	CHECK(workflow_names("shell") == NULL);
}
