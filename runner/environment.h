/* SPDX-License-Identifier: MIT */
/* environment.h - the deployment environment of a job: its secrets, variables and url (semantics.md
 * 3.8, 5.11).
 *
 * Secrets and variables of an environment win over those of the repository, or over what was passed
 * to a called workflow. Only the job itself sees them, and only on its machine: `if`, runs-on and
 * concurrency do not. */
#pragma once

#include "base/error.h"
#include "expr/expr.h"

#include <stdbool.h>

struct job;
struct session;
struct session_environment;

/* What is given for an environment; empty objects when nothing is. */
bool environment_find(struct session *session, struct wf_str name, struct session_environment *out,
    struct wf_error *err);
/* Evaluates the name of the instance's environment into its record, before it starts. */
bool environment_choose(struct job *job, struct wf_error *err);
/* Lays the environment's secrets and variables over those in the contexts of the job's steps, and
 * masks the secrets. */
bool environment_enter(struct job *job, struct expr_object *contexts, struct wf_error *err);
/* Evaluates the url when the job ends. What cannot be evaluated fails the job; one with a secret in
 * it is left out. */
void environment_leave(struct job *job);
