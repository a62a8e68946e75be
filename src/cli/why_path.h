/* SPDX-License-Identifier: MIT */
/* why_path.h - `wfrun why --path`: which workflows would wake if a file changed. */
#pragma once

#include "base/error.h"
#include "cli/scene.h"
#include "event/trigger.h"
#include "expr/expr.h"

#include <stdbool.h>

/* Prints the answer for each --path: for a push and a pull request of the current branch, or for
 * the event that --event names. */
bool why_paths(struct scene *scene, struct wf_error *err);

/* What decided: "reason", "line", "pattern", "matched". */
void why_verdict_json(struct expr_object *out, const struct trigger_verdict *verdict);
