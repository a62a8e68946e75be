/* SPDX-License-Identifier: MIT */
/* test_action.c - action.yml and the text of `uses:`. */
#include "model_fixture.h"

#include "model/action.h"

static const struct action *
read_action(struct model_fixture *fx, const char *text, const char *problems)
{
	const struct action *action;

	model_init(fx);
	action = action_read(fx->arena, "action.yml", wf_str(text), &fx->diags);
	CHECK_STR(model_problems(fx), problems);
	CHECK((action == NULL) == (fx->diags.nerrors > 0));
	return action;
}

static void
check_problems(const char *text, const char *problems)
{
	struct model_fixture fx;

	read_action(&fx, text, problems);
	model_release(&fx);
}

TEST(action_reads_a_node_action)
{
	struct model_fixture fx;
	const struct action *a = read_action(&fx,
	    "name: N\nauthor: x\nunknown: [1]\ninputs:\n  a: {default: '${{ github.ref }}', extra: "
	    "1}\n"
	    "  b: {required: true, deprecationMessage: old}\n  c:\n"
	    "runs: {using: Node20, main: m.js, post: p.js, post-if: failure()}\n",
	    "");

	CHECK_INT(a->kind, ACTION_NODE);
	CHECK_STR(a->using, "node20");
	CHECK_STR(a->main, "m.js");
	CHECK_STR(expr_source(a->pre_if), "always()");
	CHECK_STR(expr_source(a->post_if), "failure()");
	CHECK_INT(a->ninputs, 3);
	CHECK_STR(expr_source(a->inputs[0].fallback->expr), "github.ref");
	CHECK(a->inputs[1].required && !a->inputs[2].required);
	CHECK_STR(a->inputs[1].deprecation, "old");
	model_release(&fx);
}

TEST(action_reads_a_docker_action)
{
	struct model_fixture fx;
	const struct action *a = read_action(&fx,
	    "runs: {using: docker, image: Dockerfile, args: ['${{ inputs.a }}'], env: {A: b}}\n",
	    "");

	CHECK_INT(a->kind, ACTION_DOCKER);
	CHECK_STR(a->image, "Dockerfile");
	CHECK_INT(a->args->seq.n, 1);
	model_release(&fx);
}

TEST(action_reads_a_composite_action)
{
	struct model_fixture fx;
	const struct action *a = read_action(&fx,
	    "outputs: {o: {value: '${{ steps.s.outputs.x }}'}}\nruns:\n  using: composite\n  "
	    "steps:\n"
	    "  - {id: s, run: x, shell: '${{ inputs.sh }}'}\n  - {uses: ./y, if: always()}\n",
	    "");

	CHECK_INT(a->kind, ACTION_COMPOSITE);
	CHECK_INT(a->nsteps, 2);
	CHECK_STR(a->steps[1]->id, "__self");
	CHECK_STR(expr_source(a->outputs[0].value->expr), "steps.s.outputs.x");
	model_release(&fx);
}

TEST(action_refuses_what_the_runner_refuses)
{
	check_problems("name: x\n", "1:1 Required property is missing: runs");
	check_problems("runs: {using: rust, main: x}\n",
	    "1:15 'using: rust' is not supported, use 'docker', 'node12', 'node16', 'node20' or "
	    "'node24' instead.");
	check_problems("runs: {using: composite, steps: [{run: x}]}\n",
	    "1:34 Required property is missing: shell");
	check_problems("runs: {using: composite, steps: [{run: '${{ secrets.x }}', shell: sh}]}\n",
	    "1:40 Unrecognized named-value: 'secrets'. Located at position 1 within expression: "
	    "secrets.x");
	check_problems("runs: {using: composite, steps: [{run: x, shell: sh, timeout-minutes: "
	               "1}]}\n",
	    "1:54 Unexpected value 'timeout-minutes'");
	check_problems("runs: {using: node20, image: x}\n",
	    "1:7 Required property is missing: main");
	check_problems("runs: &x {using: node20, main: x}\n",
	    "1:0 Anchors are not currently supported. Remove the anchor 'x'");
}

TEST(action_reads_keys_in_their_own_letters)
{
	check_problems("name: A\nRuns: {using: node20, main: m.js}\n",
	    "0:0 Top level 'runs:' section is required for action.yml");
	check_problems("name: A\nruns: {Using: node20, main: m.js}\n",
	    "2:8 Unexpected value 'Using'");
}

TEST(uses_takes_references_apart)
{
	static const struct {
		const char *text;
		enum uses_kind kind;
		const char *owner, *repo, *path, *ref;
	} rows[] = {
		{ "a/b@v1", USES_REPO, "a", "b", "", "v1" },
		{ "a/b/c/d@x/y", USES_REPO, "a", "b", "c/d", "x/y" },
		{ "a\\b\\c@v1", USES_REPO, "a", "b", "c", "v1" },
		{ "a//b/@v1", USES_REPO, "a", "b", "", "v1" },
		{ "./x/y", USES_LOCAL, "", "", "x/y", "" },
		{ ".\\x", USES_LOCAL, "", "", "x", "" },
		{ "./", USES_LOCAL, "", "", "", "" },
		{ "$/x", USES_SELF, "", "", "x", "" },
	};
	struct uses_ref ref;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		CHECK(uses_parse(wf_str(rows[i].text), WF_NOWHERE, &ref, NULL));
		CHECK_INT(ref.kind, rows[i].kind);
		CHECK_STR(ref.owner, rows[i].owner);
		CHECK_STR(ref.repo, rows[i].repo);
		CHECK_STR(ref.path, rows[i].path);
		CHECK_STR(ref.ref, rows[i].ref);
	}
	CHECK(uses_parse(WF_S("docker://a:b"), WF_NOWHERE, &ref, NULL));
	CHECK_STR(ref.image, "a:b");
}

TEST(uses_refuses_other_text)
{
	static const char *const bad[] = { "", "a", "a/b", "a@b", "a/b@", "/@x", "a/b@c@d", ".x",
		"...docker://x" };
	struct uses_ref ref;

	for (size_t i = 0; i < WF_COUNT(bad); i++)
		CHECK(!uses_parse(wf_str(bad[i]), WF_NOWHERE, &ref, NULL));
}
