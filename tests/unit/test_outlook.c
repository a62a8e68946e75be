/* SPDX-License-Identifier: MIT */
/* test_outlook.c - calls that are looked into before anything ran. */
#include <stdio.h>

#include "plan/outlook.h"
#include "test.h"

struct fixture {
	struct wf_arena *arena;
	struct workflow *callee;
	struct outlook *outlook;
};

static struct workflow *
read_workflow(struct wf_arena *arena, const char *path, const char *text)
{
	struct wf_diags diags = { .arena = arena };
	struct workflow *wf = workflow_read(arena, path, wf_str(path), wf_str(text), &diags);

	for (size_t i = 0; i < diags.n; i++)
		print_error("%d: %s\n", diags.items[i]->error.pos.line, diags.items[i]->error.msg);
	CHECK(wf != NULL);
	return wf;
}

static const struct workflow *
find(const void *data, const struct workflow *caller, struct wf_str uses)
{
	const struct fixture *f = data;

	(void)caller;
	return wf_str_is(uses, "./.github/workflows/called.yml") ? f->callee : NULL;
}

#define RUN "runs-on: x, steps: [{ run: x }] }\n"

static const char called[] = "on:\n  workflow_call:\n    inputs:\n"
                             "      given: { type: string, required: true }\n"
                             "      open: { type: number, default: 5 }\n"
                             "      usual: { type: string, default: '${{ github.event_name }}' }\n"
                             "jobs:\n"
                             "  yes: { if: inputs.given == 'a', " RUN
                             "  maybe: { if: inputs.open > 3, " RUN
                             "  usual: { if: inputs.usual == 'push', " RUN;

static void
look(struct fixture *f, const char *jobs)
{
	struct wf_arena *arena = f->arena = wf_arena_new();
	struct expr_object *contexts = expr_object_new(arena), *github = expr_object_new(arena);
	struct outlook_source source = { find, f };

	f->callee = read_workflow(arena, ".github/workflows/called.yml", called);
	expr_object_set(github, WF_S("event_name"), expr_cstring("push"));
	expr_object_set(contexts, WF_S("github"), expr_object_value(github));
	f->outlook = outlook_make(arena,
	    read_workflow(arena, "ci.yml", wf_strf(arena, "on: push\njobs:\n%s", jobs).p), contexts,
	    &source);
}

static void
release(struct fixture *f)
{
	wf_arena_free(f->arena);
}

#define CALL "uses: ./.github/workflows/called.yml"

TEST(outlook_hands_down_what_is_known_of_the_inputs)
{
	wf_auto(release) struct fixture f;
	const struct outlook_call *call;

	look(&f, "  a: { " RUN "  c: { needs: a, " CALL
	         ", with: { given: a, open: '${{ fromJSON(needs.a.outputs.n) }}' } }\n");
	CHECK_INT(f.outlook->calls[0].n, 0);
	CHECK_INT(f.outlook->calls[1].n, 1);
	call = &f.outlook->calls[1].items[0];
	CHECK_STR(expr_object_get(call->inputs, WF_S("given")).string, "a");
	CHECK(expr_is_unknown(expr_object_get(call->inputs, WF_S("open"))));
	CHECK_INT(call->callee->jobs[0].kind, FORECAST_RUNS);
	CHECK_INT(call->callee->jobs[1].kind, FORECAST_UNKNOWN);
	CHECK_STR(call->callee->jobs[1].waits.items[0], "inputs.open");
	CHECK_INT(call->callee->jobs[2].kind, FORECAST_RUNS);
}

TEST(outlook_looks_at_each_leg_of_a_call)
{
	wf_auto(release) struct fixture f;
	const struct outlook_calls *calls;

	look(&f, "  c: { strategy: { matrix: { x: [a, b] } }, " CALL
	         ", with: { given: '${{ matrix.x }}', open: 1 } }\n");
	calls = &f.outlook->calls[0];
	CHECK_INT(calls->n, 2);
	CHECK_INT(calls->items[0].callee->jobs[0].kind, FORECAST_RUNS);
	CHECK_INT(calls->items[1].callee->jobs[0].kind, FORECAST_SKIPPED);
	CHECK_INT(calls->items[1].callee->jobs[1].kind, FORECAST_SKIPPED);
}

TEST(outlook_takes_the_matrix_that_waits_as_unknown)
{
	wf_auto(release) struct fixture f;
	const struct outlook_calls *calls;

	look(&f, "  a: { " RUN "  c: { needs: a, strategy: { matrix: { x: '${{ "
	         "fromJSON(needs.a.outputs.l) }}' } }, " CALL
	         ", with: { given: '${{ matrix.x }}' } }\n");
	calls = &f.outlook->calls[1];
	CHECK_INT(calls->n, 1);
	CHECK(calls->items[0].leg == NULL);
	CHECK_INT(calls->items[0].callee->jobs[0].kind, FORECAST_UNKNOWN);
	CHECK_INT(calls->items[0].callee->jobs[1].kind, FORECAST_RUNS);
}

TEST(outlook_says_what_it_cannot_show)
{
	wf_auto(release) struct fixture f;

	look(&f, "  a: { uses: o/r/.github/workflows/x.yml@v1 }\n"
	         "  b: { if: false, " CALL ", with: { given: a } }\n"
	         "  c: { " CALL ", with: { given: a, open: '${{ github.event_name }}' } }\n"
	         "  d: { uses: ./.github/workflows/x.yml }\n");
	CHECK_STR(f.outlook->calls[0].items[0].missing, "it is not in the action store");
	CHECK_STR(f.outlook->calls[3].items[0].missing, "it is not in this work tree");
	CHECK_INT(f.outlook->calls[1].n, 0);
	CHECK_STR(f.outlook->calls[2].items[0].missing, "Unexpected value 'push'");
}

TEST(outlook_ends_where_workflows_call_each_other)
{
	wf_auto(release) struct fixture f;
	const struct outlook *outlook;
	int depth = 0;

	f.arena = wf_arena_new();
	f.callee = read_workflow(f.arena, ".github/workflows/called.yml",
	    "on: workflow_call\njobs: { a: { " CALL " }, b: { " CALL " }, c: { " CALL " } }\n");
	f.outlook = outlook_make(f.arena, f.callee, expr_object_new(f.arena),
	    &(struct outlook_source){ find, &f });
	for (outlook = f.outlook; outlook->calls[0].items[0].callee; depth++)
		outlook = outlook->calls[0].items[0].callee;
	CHECK_INT(depth, 9);
	CHECK_STR(outlook->calls[0].items[0].missing, "there are too many calls to look further");
}
