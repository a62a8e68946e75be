/* SPDX-License-Identifier: MIT */
/* call.h - a call of a reusable workflow against what that declares (semantics.md 4.9). */
#pragma once

#include "model/workflow.h"

/* Checks inputs and secrets without evaluating anything. Problems go to diags, at the caller's
 * place, in GitHub's order. */
void call_check(const struct job_def *call, const struct workflow *callee, struct wf_diags *diags);
