/* SPDX-License-Identifier: MIT */
/* job.h - one job of a workflow, as a struct. */
#pragma once

#include "model/workflow.h"

/* Reads a job from its key and value, which schema_read() has found in order. Problems go to diags;
 * the needs have no index yet. */
struct job_def *job_read(struct wf_arena *arena, const struct expr_token *key,
    const struct expr_token *value, struct wf_diags *diags);

/* What a workflow has in common with a job. */
void job_read_permissions(struct wf_arena *arena, const struct expr_token *value,
    struct permissions_def *out);
void job_read_defaults(const struct expr_token *value, struct defaults_def *out);
/* Checks what can be known of a concurrency group before it is evaluated. */
void job_check_concurrency(const struct expr_token *value, struct wf_diags *diags);
