/* SPDX-License-Identifier: MIT */
/* pick.h - which workflow a word of the command line means: its path, file name or display name. */
#pragma once

#include "base/error.h"
#include "runner/session.h"

#include <stdbool.h>
#include <stddef.h>

/* The index of the workflow that `word` names in `all`. A path wins over a file name, a file name
 * over a display name. WF_ERR_USAGE when there is none (with the nearest name) or more than one. */
bool pick_workflow(const struct session_workflow *all, size_t n, const char *word, size_t *index,
    struct wf_error *err);
