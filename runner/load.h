/* SPDX-License-Identifier: MIT */
/* load.h - the workflow files of the work tree and of the default branch, each read once. */
#pragma once

#include "base/error.h"
#include "model/workflow.h"
#include "runner/session.h"

#include <stddef.h>

struct session;

/* The workflows that a workflow_run event can wake: those of the default branch (4.8). When its tip
 * is the commit that is checked out, or the options ask for it, they are the work tree's. */
const struct session_workflow *load_upstream(struct session *session, size_t *n);
