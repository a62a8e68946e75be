/* SPDX-License-Identifier: MIT */
/* files.h - the command files of one step: GITHUB_ENV, GITHUB_OUTPUT, GITHUB_PATH, GITHUB_STATE,
 * GITHUB_STEP_SUMMARY, and the script itself.
 *
 * The job may write to the folder they are in. So they are opened by name below a descriptor that
 * was taken before the first step, never through a link, and what is not a regular file any more
 * counts as empty. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>

enum files_kind { FILES_ENV, FILES_OUTPUT, FILES_PATH, FILES_STATE, FILES_SUMMARY, FILES_N };

/* Where a job's command files are. */
struct files_place {
	struct wf_arena *arena; /* for their names */
	int dir; /* the folder on the host */
	const char *temp; /* the folder above it, as the job sees it */
};

struct files {
	int dir; /* of the command files, not owned */
	struct wf_str names[FILES_N];
	struct wf_str script; /* name in the temp folder, or empty */
};

#define FILES_FOLDER "_runner_file_commands"

/* Makes the five files, empty, with names that no other step of the job has; sets
 * github.env, .output, .path, .state, .step_summary to their places below `temp` (as the job sees
 * it). */
bool files_create(struct files *files, const struct files_place *place, unsigned number,
    struct expr_object *github, struct wf_error *err);
/* The content of one; empty when it is empty, gone, or no file any more. Over `max` bytes: false,
 * with *size set. */
bool files_read(const struct files *files, struct wf_arena *arena, enum files_kind kind, size_t max,
    struct wf_str *out, size_t *size);
/* Removes them. */
void files_remove(struct files *files);
