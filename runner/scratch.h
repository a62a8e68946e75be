/* SPDX-License-Identifier: MIT */
/* scratch.h - the folder of one invocation on disk, and the end of those that were killed.
 *
 * TMPDIR/wfrun-UID/PID.XXXXXX holds what jobs need outside of their boxes: scripts, command files,
 * layers. It is locked while its wfrun lives. scratch_new() removes the folders whose lock is free:
 * what a wfrun left that was killed with SIGKILL is gone after the next start. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>

struct scratch;

struct scratch *scratch_new(struct wf_error *err);
/* Removes the folder and all in it. NULL is allowed. */
void scratch_free(struct scratch *scratch);
/* The folder in which those of all wfruns of this user are. */
const char *scratch_root(const struct scratch *scratch);
/* The folder of this wfrun. */
const char *scratch_path(const struct scratch *scratch);
/* Whether the folder `path` of some wfrun is gone, or nobody holds its lock any more. */
bool scratch_abandoned(const char *path);
/* Makes an empty folder of this name in it; absolute. NULL and *err when it cannot be made. */
const char *scratch_folder(struct scratch *scratch, struct wf_arena *arena, const char *name,
    struct wf_error *err);
