/* SPDX-License-Identifier: MIT */
/* fuzz_workflow.c - the bytes as a workflow and as an action: there are structs, or problems;
 * the rules look at what there is, and what they say is in order. */
#include "fuzz.h"

#include "model/action.h"
#include "model/lint.h"
#include "model/workflow.h"

#include <stdlib.h>

static void
finish(struct wf_str text, bool read, struct wf_diags *diags)
{
	if (read == (diags->nerrors > 0))
		abort();
	lint_finish("fuzz", text, read, diags);
	for (size_t i = 1; i < diags->n; i++)
		if (diags->items[i - 1]->error.pos.line > diags->items[i]->error.pos.line)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str text = { (const char *)data, size };
	struct wf_diags of_workflow = { .arena = arena }, of_action = { .arena = arena };
	const struct workflow *wf = workflow_read(arena, "fuzz", WF_S("fuzz"), text, &of_workflow);
	const struct action *action = action_read(arena, "fuzz", text, &of_action);

	if (wf)
		lint_workflow(wf, NULL, &of_workflow);
	if (action)
		lint_action(action, NULL, &of_action);
	finish(text, wf != NULL, &of_workflow);
	finish(text, action != NULL, &of_action);
	return 0;
}
