/* SPDX-License-Identifier: MIT */
#include "expr/expr.h"
#include "test.h"

static void
note(void *data, struct wf_str context, const struct wf_str *path, size_t npath)
{
	struct wf_buf *out = data;

	wf_buf_addf(out, "%.*s", WF_ARG(context));
	for (size_t i = 0; i < npath; i++)
		wf_buf_addf(out, "/%.*s", WF_ARG(path[i]));
	wf_buf_addc(out, ' ');
}

static struct wf_str
visited(struct wf_arena *arena, const char *text)
{
	struct wf_buf out = WF_BUF_INIT;

	expr_visit(expr_parse(arena, wf_str(text), WF_NOWHERE, NULL, NULL, NULL), note, &out);
	return wf_buf_take(&out, arena);
}

TEST(visit_names_contexts_with_their_keys)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK_STR(visited(arena, "needs.build"), "needs/build ");
	CHECK_STR(visited(arena, "needs['build'].outputs.x == 1 && env"),
	    "needs/build/outputs/x env ");
	CHECK_STR(visited(arena, "needs.*.result"), "needs ");
	CHECK_STR(visited(arena, "a.b[c.d].e"), "a/b c/d ");
	CHECK_STR(visited(arena, "a[0].b"), "a ");
	CHECK_STR(visited(arena, "a.b.c.d.e.f"), "a/b/c/d/e ");
	CHECK_STR(visited(arena, "fromJSON(x.y)[z].w"), "x/y z ");
	CHECK_STR(visited(arena, "'a' || 1"), "");
}

TEST(visit_finds_calls_anywhere)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const struct expr *expr = expr_parse(arena,
	    WF_S("false && (a[toJSON(b)] || !STARTSWITH('x', c))"), WF_NOWHERE, NULL, NULL, NULL);

	CHECK(expr_calls(expr, "tojson"));
	CHECK(expr_calls(expr, "startsWith"));
	CHECK(!expr_calls(expr, "contains"));
	CHECK(!expr_calls(expr, "a"));
}
