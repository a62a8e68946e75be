/* SPDX-License-Identifier: MIT */
/* offer.h - what a job's processes get to know of the service: its URLs, and the token by which it
 * knows the job (semantics.md 7.7).
 *
 * The service starts when the first action is about to; a session without actions never has one. */
#pragma once

#include "expr/expr.h"
#include "runner/builtin/builtin.h"

#include <stdbool.h>

struct job;
struct session;
struct step;

/* The variables for a process of the step, in its arena; NULL when there are none. Those for
 * artifacts and caches are for actions alone, the API is for them and for scripts whose environment
 * holds the token, and those for id tokens are for every step of a job with the permission
 * `id-token: write`. When the service cannot start, that is said once. */
const struct expr_object *offer_variables(struct step *step, bool is_action);
/* Where the artifacts and caches of the job are, for built-ins, which need no service. */
bool offer_stores(struct job *job, struct builtin_stores *out, struct wf_error *err);
/* The job is over: its token is good for nothing any more. */
void offer_withdraw(struct job *job);
