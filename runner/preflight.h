/* SPDX-License-Identifier: MIT */
/* preflight.h - what a workflow will need, looked up before any job starts.
 *
 * Walks a workflow, the workflows it calls and the actions they use. What is missing is an error
 * (every one of them, with its place); what GitHub does and wfrun does not is said as a difference,
 * once; so is a secret that is not given. */
#pragma once

#include "base/error.h"
#include "model/workflow.h"
#include "runner/load.h"

struct session;

enum preflight_result {
	PREFLIGHT_GOOD,
	PREFLIGHT_BROKEN, /* a call of a workflow is wrong: GitHub fails the run when it starts */
	PREFLIGHT_MISSING, /* nothing should start: something is missing or invalid that GitHub
	                    * would only meet in a job, or --strict refuses a difference */
};

/* `files`: what the workflow was read with; those that it calls are among them. Errors go into the
 * session's diags. */
enum preflight_result preflight(struct session *session, const struct workflow *wf,
    const struct load_files *files);
