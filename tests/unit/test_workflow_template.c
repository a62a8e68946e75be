/* SPDX-License-Identifier: MIT */
/* test_template.c - calls of reusable workflows, limits over all files, permissions, JSON. */
#include "model_fixture.h"

#include "model/emit.h"
#include "model/template.h"

#define JOB "jobs: {j: {runs-on: x}}\n"

/* The files that can be called, by what stands behind `uses:`. */
struct shelf {
	struct wf_arena *arena;
	const char *const *files; /* name, text, ... NULL */
};

static bool
find(void *data, const char *caller, struct wf_str uses, struct template_file *out,
    struct wf_error *err)
{
	const struct shelf *shelf = data;

	(void)caller;
	for (const char *const *file = shelf->files; *file; file += 2)
		if (wf_str_is(uses, file[0])) {
			*out = (struct template_file){ file[0], wf_str(file[1]) };
			return true;
		}
	return wf_fail(err, WF_ERR_INVALID, WF_NOWHERE, "workflow was not found.");
}

/* The template, or the errors, as JSON. */
static void
check(const struct template_options *with, const char *text, const char *const *files,
    const char *want)
{
	struct template_options options = with ? *with : TEMPLATE_OPTIONS;
	struct model_fixture fx;
	struct shelf shelf = { .files = files };
	struct template_file file = { "ci.yml", wf_str(text) };
	struct template_files names;
	struct template *t;
	struct wf_buf out = WF_BUF_INIT;

	model_init(&fx);
	options.find = find;
	options.data = &shelf;
	t = template_load(fx.arena, &options, &file, &names, &fx.diags);
	if (t)
		emit_template(&out, t, &(struct emit_options){ .files = &names });
	else
		emit_errors(&out, &fx.diags, 10, 500);
	CHECK_STR(wf_str_trim(wf_buf_str(&out)), want);
	wf_buf_release(&out);
	model_release(&fx);
}

#define ERROR(text) "{\"errors\":[{\"Message\":\"" text "\"}]}"

TEST(emit_writes_a_workflow)
{
	check(NULL,
	    "on: {push: {branches: main}}\nenv: {A: 1}\njobs:\n  j:\n    runs-on: [x, '${{ vars.y "
	    "}}']\n"
	    "    steps: [{run: a}]\n",
	    (const char *const[]){ NULL },
	    "{\"events\":{\"push\":{\"branches\":[\"main\"]}},"
	    "\"env\":{\"type\":2,\"map\":[{\"Key\":\"A\",\"Value\":\"1\"}]},"
	    "\"jobs\":[{\"type\":\"job\",\"id\":\"j\",\"name\":\"j\","
	    "\"if\":{\"type\":3,\"expr\":\"success()\"},"
	    "\"runs-on\":{\"type\":1,\"seq\":[\"x\",{\"type\":3,\"expr\":\"vars.y\"}]},"
	    "\"steps\":[{\"id\":\"__run\",\"if\":{\"type\":3,\"expr\":\"success()\"},"
	    "\"run\":\"a\"}]}]}");
}

TEST(emit_cuts_long_messages_and_long_lists)
{
	struct wf_arena *arena = wf_arena_new();
	struct wf_diags diags = { .arena = arena };
	struct wf_buf out = WF_BUF_INIT;

	for (int i = 0; i < 12; i++)
		wf_diags_fail(&diags, (struct wf_pos){ "f", 1, 2 }, "0123456789");
	emit_errors(&out, &diags, 1, 25);
	CHECK_STR(wf_str_trim(wf_buf_str(&out)), ERROR("f (Line: 1, Col: 2): 0123[...]"));
	wf_buf_release(&out);
	wf_arena_free(arena);
}

TEST(template_reports_problems_of_a_called_file_from_the_caller)
{
	check(NULL, "on: push\njobs:\n  c: {uses: a/b/w.yml@v1}\n",
	    (const char *const[]){ "a/b/w.yml@v1", "on: workflow_call\nx: 1\n" JOB, NULL },
	    ERROR("In ci.yml (Line: 3, Col: 13): Error from called workflow a/b/w.yml@v1 (Line: 2, "
	          "Col: 1): Unexpected value 'x'"));
	check(NULL, "on: push\njobs:\n  c: {uses: a/b/w.yml@v2}\n", (const char *const[]){ NULL },
	    ERROR("In ci.yml (Line: 3, Col: 13): Error from called workflow workflow was not "
	          "found."));
	check(NULL, "on: push\njobs:\n  c: {uses: a/b/w.yml@v1}\n",
	    (const char *const[]){ "a/b/w.yml@v1", "on: push\n" JOB, NULL },
	    ERROR("In ci.yml (Line: 3, Col: 13): Error from called workflow a/b/w.yml@v1 (Line: 1, "
	          "Col: 5): workflow_call key is not defined in the referenced workflow."));
}

TEST(call_checks_inputs_and_secrets)
{
	static const char *const files[] = { "./w.yml",
		"on:\n  workflow_call:\n    inputs: {n: {type: number}, r: {type: string, "
		"required: true}}\n"
		"    secrets: {s: {required: true}}\n" JOB,
		NULL };

	check(NULL,
	    "on: push\njobs:\n  c: {uses: ./w.yml, with: {n: '1', x: 2}, secrets: {t: 1}}\n", files,
	    "{\"errors\":[{\"Message\":\"ci.yml (Line: 3, Col: 32): Unexpected value '1'\"},"
	    "{\"Message\":\"ci.yml (Line: 3, Col: 13): Input r is required, but not provided while "
	    "calling.\"},"
	    "{\"Message\":\"ci.yml (Line: 3, Col: 40): Invalid input, x is not defined in the "
	    "referenced workflow.\"},"
	    "{\"Message\":\"ci.yml (Line: 3, Col: 13): Secret s is required, but not provided "
	    "while "
	    "calling.\"},"
	    "{\"Message\":\"ci.yml (Line: 3, Col: 57): Invalid secret, t is not defined in the "
	    "referenced workflow.\"}]}");
	check(NULL, "on: push\njobs:\n  c: {uses: ./w.yml, with: {r: 1, N: '${{ vars.x }}'}}\n",
	    files,
	    ERROR("ci.yml (Line: 3, Col: 13): Secret s is required, but not provided while "
	          "calling."));
}

TEST(template_holds_permissions_of_a_call_against_the_caller)
{
	static const char *const files[] = { "./w.yml",
		"on: workflow_call\npermissions: {actions: write, contents: read}\n" JOB, NULL };
	struct template_options restricted = TEMPLATE_OPTIONS;

	restricted.policy = WF_S("LimitedRead");
	check(&restricted, "on: push\njobs:\n  c: {uses: ./w.yml}\n", files,
	    ERROR("ci.yml (Line: 3, Col: 3): Error calling workflow './w.yml'. The workflow "
	          "'./w.yml' "
	          "is requesting 'actions: write', but is only allowed 'actions: none'."));
}

TEST(template_lets_write_all_cover_scopes_that_it_does_not_spell_out)
{
	static const char *const files[] = { "./w.yml",
		"on: workflow_call\npermissions: {attestations: write}\n" JOB, NULL };
	struct model_fixture fx;
	struct shelf shelf = { .files = files };
	struct template_options options = TEMPLATE_OPTIONS;
	struct template_files names;
	struct template_file file = { "ci.yml",
		WF_S("on: push\npermissions: write-all\njobs: {c: {uses: ./w.yml}}\n") };

	model_init(&fx);
	options.find = find;
	options.data = &shelf;
	CHECK(template_load(fx.arena, &options, &file, &names, &fx.diags) != NULL);
	CHECK_STR(model_problems(&fx), "");
	CHECK_INT(names.n, 2);
	model_release(&fx);
}

TEST(template_counts_jobs_files_and_levels_over_all_files)
{
	static const char *const loop[] = { "./w.yml",
		"on: workflow_call\njobs: {c: {uses: ./w.yml}}\n", NULL };
	static const char *const leaf[] = { "./w.yml", "on: workflow_call\n" JOB, NULL };
	struct template_options options = TEMPLATE_OPTIONS;

	check(NULL, "on: push\njobs:\n  c: {uses: ./w.yml}\n", loop,
	    ERROR("Nested reusable workflow depth exceeded 9."));
	options.max_jobs = 3;
	check(&options, "on: push\njobs: {c: {uses: ./w.yml}, d: {uses: ./w.yml}}\n", leaf,
	    ERROR("The workflow may not contain more than 3 jobs"));
	options = TEMPLATE_OPTIONS;
	options.max_files = 1;
	check(&options, "on: push\njobs:\n  c: {uses: ./w.yml}\n", leaf,
	    ERROR("In ci.yml (Line: 3, Col: 13): Error from called workflow The maximum file count "
	          "of 1 "
	          "has been exceeded"));
}

TEST(permission_levels_include_those_below)
{
	struct permission one[] = { { WF_S("contents"), WF_S("write"), WF_NOWHERE } };
	struct permissions_def all = { .given = true, .all = WF_S("read-all") };
	struct permissions_def some = { .given = true, .items = one, .n = 1 };
	struct permission_set read = permission_allowed(&all), write = permission_asked(&some),
	                      policy;
	struct wf_buf a = WF_BUF_INIT, b = WF_BUF_INIT;

	CHECK(permission_within(&read, &read, &a, &b));
	CHECK(!permission_within(&write, &read, &a, &b));
	CHECK_STR(wf_buf_str(&a), "contents: write");
	CHECK_STR(wf_buf_str(&b), "contents: read");
	CHECK(permission_policy(WF_S("Write"), &policy));
	CHECK_INT(policy.levels[PERMISSION_ID_TOKEN], PERMISSION_WRITE);
	CHECK(!permission_policy(WF_S("other"), &policy));
	wf_buf_release(&a);
	wf_buf_release(&b);
}
