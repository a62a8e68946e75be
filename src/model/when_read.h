/* SPDX-License-Identifier: MIT */
/* when_read.h - `on:` from tokens to struct when; for workflow.c. */
#pragma once

#include "model/when.h"

/* Reads the value of `on:`, which schema_read() has found in order. Problems go to diags. */
struct when *when_read(struct wf_arena *arena, const struct expr_token *token,
    struct wf_diags *diags);
/* Problems that the file's template does not have, but that keep it from ever being woken. */
void when_check(const struct when *when, struct wf_diags *diags);
