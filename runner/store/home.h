/* SPDX-License-Identifier: MIT */
/* home.h - the folders in which wfrun keeps what outlives a run.
 *
 * $WFRUN_HOME, else $XDG_CACHE_HOME/wfrun, else ~/.cache/wfrun; readable by its owner alone. Each
 * store (actions, images, …) has a folder of its own in it, and so has each repository: worktrees
 * of one repository share theirs. Folders are made when they are asked for. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

/* The home itself, which need not be there. NULL and *err when there is none. */
const char *store_home(struct wf_arena *arena, struct wf_error *err);
/* The folder of this name in the home: absolute, made, mode 0700. NULL and *err (WF_ERR_SYS) when
 * there is no home or it cannot be written. */
const char *store_folder(struct wf_arena *arena, const char *name, struct wf_error *err);
/* The same in the part that belongs to one repository; common_dir is its absolute git directory
 * that all its worktrees share. */
const char *store_repository_folder(struct wf_arena *arena, const char *common_dir,
    const char *name, struct wf_error *err);
