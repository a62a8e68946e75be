/* SPDX-License-Identifier: MIT */
/* script.h - the text of a `run:` step to a file and a command line (semantics.md 6.4). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

struct script {
	const char **argv; /* NULL-ended; argv[0] is to be searched in PATH */
	struct wf_str body; /* what belongs into the file */
	struct wf_str
	    shown; /* the command line for the log: "bash -e {0}" with the file in place */
};

/* The extension of the script's file for this shell: ".sh", ".py", ".ps1" or empty. */
const char *script_extension(struct wf_str shell);

struct script_request {
	struct wf_str shell; /* empty: the default */
	bool has_bash; /* the default may be bash: a job without a container, bash in PATH */
	struct wf_str text;
	const char *path; /* of the file, as the job sees it */
};

/* Builds the command line. A shell that is none is WF_ERR_EVAL with GitHub's wording. */
bool script_build(struct wf_arena *arena, const struct script_request *request, struct script *out,
    struct wf_error *err);
