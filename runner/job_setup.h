/* SPDX-License-Identifier: MIT */
/* job_setup.h - the folders, environment, contexts and box of a job that may start, and its outputs
 * when its steps are over. For job.c alone. */
#pragma once

#include "base/error.h"
#include "runner/job.h"

#include <stdbool.h>

/* Makes the folders on the host, and finds out on which image the job runs, if on any. */
bool job_prepare(struct job *job, struct wf_error *err);
/* Prepares everything up to a box that only has to be started. */
bool job_setup(struct job *job, struct wf_error *err);
/* Says why, and sets the fact. */
void job_setup_failed(struct job *job, const struct wf_error *err);
/* Evaluates `outputs:` into job->outputs; one that holds a secret is dropped (5.4). Then the url of
 * its environment. */
void job_collect(struct job *job);

/* Callbacks of the box. */
void job_box_ready(struct box *box, const struct wf_error *err);
void job_box_gone(struct box *box);
