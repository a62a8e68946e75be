/* SPDX-License-Identifier: MIT */
/* test_reuse.c - what passes between a call and the called workflow, and what is refused. */
#include "test.h"

#include "base/error.h"
#include "expr/expr.h"
#include "model/call.h"
#include "model/workflow.h"
#include "plan/reuse.h"

/* Reads a workflow that is in order. */
static struct workflow *
read_ok(struct wf_arena *arena, const char *yaml)
{
	struct wf_diags diags = { .arena = arena };
	struct workflow *wf = workflow_read(arena, "f.yml", WF_S(".github/workflows/f.yml"),
	    wf_str(yaml), &diags);

	for (size_t i = 0; i < diags.n; i++)
		print_error("%d: %s\n", diags.items[i]->error.pos.line, diags.items[i]->error.msg);
	CHECK(wf != NULL);
	return wf;
}

/* A caller whose job has these lines beside `uses:`, which is line 4. */
static const struct job_def *
caller(struct wf_arena *arena, const char *lines)
{
	return read_ok(arena,
	    wf_strf(arena, "on: push\njobs:\n  call:\n    uses: ./.github/workflows/g.yml\n%s",
	        lines)
	        .p)
	    ->jobs[0];
}

#define CALLEE_JOB "jobs:\n  j:\n    runs-on: x\n    steps: [{ run: 'true' }]\n"

/* A called workflow with these lines under workflow_call. */
static struct workflow *
callee(struct wf_arena *arena, const char *lines)
{
	return read_ok(arena, wf_strf(arena, "on:\n  workflow_call:\n%s" CALLEE_JOB, lines).p);
}

static const char declares[] = "    inputs:\n"
                               "      text: { type: string, required: true }\n"
                               "      flag: { type: boolean }\n"
                               "      count: { type: number, default: 3 }\n"
                               "    secrets:\n"
                               "      KEY: { required: true }\n"
                               "      OTHER: {}\n";

/* What call_check() says of a call, one "LINE: MESSAGE" a line. */
static struct wf_str
check(struct wf_arena *arena, const char *lines, const struct workflow *to)
{
	struct wf_diags diags = { .arena = arena };
	struct wf_buf out = WF_BUF_INIT;

	call_check(caller(arena, lines), to, &diags);
	for (size_t i = 0; i < diags.n; i++)
		wf_buf_addf(&out, "%d: %s\n", diags.items[i]->error.pos.line,
		    diags.items[i]->error.msg);
	return wf_buf_take(&out, arena);
}

TEST(call_check_speaks_as_github_does)
{
	static const struct {
		const char *lines, *want;
	} rows[] = {
		{ "    with: { text: a }\n    secrets: { KEY: b }\n", "" },
		{ "    with: { TEXT: a }\n    secrets: inherit\n", "" },
		{ "    with: { text: '${{ github.sha }}', flag: '${{ github.x }}' }\n"
		  "    secrets: inherit\n",
		    "" },
		{ "", "4: Input text is required, but not provided while calling.\n"
		      "4: Secret KEY is required, but not provided while calling.\n" },
		{ "    with:\n      text: a\n      extra: 1\n    secrets: inherit\n",
		    "7: Invalid input, extra is not defined in the referenced workflow.\n" },
		{ "    with:\n      text: a\n      flag: 'true'\n      count: x\n    secrets: "
		  "inherit\n",
		    "7: Unexpected value 'true'\n8: Unexpected value 'x'\n" },
		{ "    with: { text: a }\n    secrets:\n      KEY: x\n      NONE: y\n",
		    "8: Invalid secret, NONE is not defined in the referenced workflow.\n" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(check(arena, rows[i].lines, callee(arena, declares)), rows[i].want);
	}
}

TEST(call_check_wants_workflow_call)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK_STR(check(arena, "", read_ok(arena, "on: push\n" CALLEE_JOB)),
	    "1: workflow_call key is not defined in the referenced workflow.\n");
}

/* The callee's inputs as JSON, or "error: LINE: ...". */
static struct wf_str
inputs(struct wf_arena *arena, const char *lines, const struct expr_object *contexts)
{
	struct expr_scope scope = { .contexts = contexts };
	const struct reuse_call call = {
		.job = caller(arena, lines),
		.callee = callee(arena, declares),
		.caller = &scope,
	};
	struct wf_buf out = WF_BUF_INIT;
	struct expr_object *got;
	struct wf_error err;

	if (!reuse_inputs(arena, &call, &scope, &got, &err))
		return wf_strf(arena, "error: %d: %s", err.pos.line, err.msg);
	expr_json_compact(&out, expr_object_value(got));
	return wf_buf_take(&out, arena);
}

TEST(reuse_inputs_are_typed_and_filled_in)
{
	static const struct {
		const char *lines, *want;
	} rows[] = {
		{ "", "{\"text\":\"\",\"flag\":false,\"count\":3}" },
		{ "    with: { text: 12, flag: true, count: '${{ fromJSON(github.five) }}' }\n",
		    "{\"text\":\"12\",\"flag\":true,\"count\":5}" },
		{ "    with:\n      text: '${{ github.five }}'\n      count: '${{ github.five "
		  "}}'\n",
		    "error: 7: Unexpected value '5'" },
		{ "    with:\n      text: '${{ github }}'\n",
		    "error: 6: A mapping was not expected" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct expr_object *contexts = expr_object_new(arena);
		struct expr_object *github = expr_object_new(arena);

		expr_object_set(github, WF_S("five"), expr_cstring("5"));
		expr_object_set(contexts, WF_S("github"), expr_object_value(github));
		CHECK_STR(inputs(arena, rows[i].lines, contexts), rows[i].want);
	}
}

TEST(reuse_secrets_pass_what_is_mapped_and_the_token)
{
	static const struct {
		const char *lines, *want;
	} rows[] = {
		{ "", "{\"github_token\":\"t\"}" },
		{ "    secrets: inherit\n", "{\"github_token\":\"t\",\"A\":\"1\"}" },
		{ "    secrets: { KEY: '${{ secrets.a }}', OTHER: '${{ secrets.none }}' }\n",
		    "{\"github_token\":\"t\",\"KEY\":\"1\"}" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct expr_object *contexts = expr_object_new(arena);
		struct expr_object *secrets = expr_object_new(arena), *got;
		struct expr_scope scope = { .contexts = contexts };
		const struct reuse_call call = {
			.job = caller(arena, rows[i].lines),
			.caller = &scope,
		};
		struct wf_buf json = WF_BUF_INIT;
		struct wf_error err;

		expr_object_set(secrets, WF_S("github_token"), expr_cstring("t"));
		expr_object_set(secrets, WF_S("A"), expr_cstring("1"));
		expr_object_set(contexts, WF_S("secrets"), expr_object_value(secrets));
		CHECK(reuse_secrets(arena, &call, &got, &err));
		expr_json_compact(&json, expr_object_value(got));
		CHECK_STR(wf_buf_take(&json, arena), rows[i].want);
	}
}

TEST(reuse_outputs_are_evaluated_with_the_jobs_of_the_callee)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct workflow *to = callee(arena,
	    "    outputs:\n      o: { value: 'x-${{ jobs.j.outputs.v }}' }\n");
	struct expr_object *contexts = expr_object_new(arena), *got;
	struct expr_scope scope = { .contexts = contexts };
	struct expr_value jobs;
	struct wf_error err;

	CHECK(expr_json_read(arena, NULL, WF_S("{\"j\":{\"outputs\":{\"v\":\"1\"}}}"), &jobs,
	    &err));
	expr_object_set(contexts, WF_S("jobs"), jobs);
	CHECK(reuse_outputs(arena, to, &scope, &got, &err));
	CHECK_STR(expr_object_get(got, WF_S("o")).string, "x-1");
}
