/* SPDX-License-Identifier: MIT */
/* job_limits.h - what is evaluated of an instance before it is queued (semantics.md 5.1). */
#pragma once

#include "base/error.h"
#include "runner/job.h"

#include <stdbool.h>

/* Reads continue-on-error, timeout-minutes and cancel-timeout-minutes into the job. False and *err,
 * which has GitHub's words, when one of them cannot be evaluated: the job fails by it. */
bool job_limits_read(struct job *job, struct wf_error *err);
