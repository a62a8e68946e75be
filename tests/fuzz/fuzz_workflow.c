/* SPDX-License-Identifier: MIT */
/* fuzz_workflow.c - the bytes as a workflow and as an action: there are structs, or problems. */
#include "fuzz.h"

#include "model/action.h"
#include "model/workflow.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str text = { (const char *)data, size };
	struct wf_diags of_workflow = { .arena = arena }, of_action = { .arena = arena };
	bool read = workflow_read(arena, "fuzz", WF_S("fuzz"), text, &of_workflow) != NULL;

	if (read == (of_workflow.nerrors > 0))
		abort();
	read = action_read(arena, "fuzz", text, &of_action) != NULL;
	if (read == (of_action.nerrors > 0))
		abort();
	return 0;
}
