/* SPDX-License-Identifier: MIT */
/* model_fixture.c - reads a text and gives its problems as lines. */
#include "model_fixture.h"

void
model_init(struct model_fixture *fx)
{
	*fx = (struct model_fixture){ .arena = wf_arena_new() };
	fx->diags.arena = fx->arena;
}

void
model_release(struct model_fixture *fx)
{
	wf_arena_free(fx->arena);
}

const struct workflow *
model_workflow(struct model_fixture *fx, const char *text)
{
	const struct workflow *wf = workflow_read(fx->arena, "ci.yml", WF_S("ci.yml"), wf_str(text),
	    &fx->diags);

	CHECK_STR(model_problems(fx), "");
	CHECK(wf != NULL);
	return wf;
}

struct wf_str
model_problems(struct model_fixture *fx)
{
	struct wf_buf out = WF_BUF_INIT;
	const struct wf_diag *diag;

	for (size_t i = 0; i < fx->diags.n; i++) {
		diag = fx->diags.items[i];
		wf_buf_addf(&out, "%s%s%d:%d %s", out.n ? "\n" : "",
		    diag->severity == WF_DIAG_WARNING ? "warning: " : "", diag->error.pos.line,
		    diag->error.pos.col, diag->error.msg);
	}
	return wf_buf_take(&out, fx->arena);
}

void
model_expect(const char *text, const char *problems, const char *file, int line)
{
	struct model_fixture fx;
	const struct workflow *wf;

	model_init(&fx);
	wf = workflow_read(fx.arena, "ci.yml", WF_S("ci.yml"), wf_str(text), &fx.diags);
	test_check_str(model_problems(&fx), problems, file, line);
	if ((wf == NULL) != (fx.diags.nerrors > 0))
		_fail(file, line);
	model_release(&fx);
}
