/* SPDX-License-Identifier: MIT */
/* preflight.h - what a workflow will need, looked up before any job starts.
 *
 * Walks a workflow, the workflows it calls and the actions they use. What is missing is an error
 * (every one of them, with its place); what GitHub does and wfrun does not is said as a difference,
 * once; so is a secret that is not given. */
#pragma once

#include "base/error.h"
#include "model/workflow.h"

#include <stdbool.h>

struct session;

/* `upstream`: files of called workflows come from the default branch's commit. Errors go into the
 * session's diags; returns false when there are any, or when --strict turns a difference into one.
 */
bool preflight(struct session *session, const struct workflow *wf, bool upstream);
