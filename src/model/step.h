/* SPDX-License-Identifier: MIT */
/* step.h - the list under `steps:` of a job or a composite action, as structs. */
#pragma once

#include "model/workflow.h"

/* Whether it steers background steps and does no work of its own (10.2). */
bool step_controls(const struct step_def *step);

struct step_list {
	struct step_def **items;
	size_t n;
};

/* Reads the list, which schema_read() has found in order. if_contexts is the CTX_ set of `if:`.
 * Problems go to diags. */
struct step_list steps_read(struct wf_arena *arena, const struct expr_token *list,
    unsigned if_contexts, struct wf_diags *diags);
