/* SPDX-License-Identifier: MIT */
/* template.h - a workflow with all that it calls: loading, and the checks across the border.
 *
 * What GitHub does when it takes a workflow in: the reusable workflows are read, each call is held
 * against what it calls, permissions against those of the caller, and limits against the whole. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "model/permission.h"
#include "model/workflow.h"

#include <stdbool.h>
#include <stddef.h>

struct template_job {
	const struct permissions_def *permissions; /* written for it or around it; NULL: nowhere */
	struct template *callee; /* NULL: it calls nothing */
};

struct template
{
	struct workflow *wf;
	const struct permissions_def *permissions; /* of the file, or of who calls it; NULL: none */
	struct template_job *jobs; /* [wf->njobs] */
};

/* Where a file is: its name in messages, and its text. */
struct template_file {
	const char *name; /* ".github/workflows/ci.yml", "owner/repo/.github/workflows/x.yml@v1" */
	struct wf_str text;
};

struct template_options {
	struct workflow_options reading;
	size_t max_nesting; /* levels of calls below the first file */
	size_t max_files; /* the first one included */
	size_t max_jobs; /* over all files; 0: any number */
	size_t max_message; /* characters of a problem before it is cut */
	struct wf_str policy; /* permissions of the token: "LimitedRead" or "Write" */
	/* Finds the file that `uses` in the file `caller` names; false and *err when there is none.
	 */
	bool (*find)(void *data, const char *caller, struct wf_str uses, struct template_file *out,
	    struct wf_error *err);
	void *data;
};

#define TEMPLATE_OPTIONS                                                                           \
	((struct template_options){ .max_nesting = 9,                                              \
	    .max_files = 51,                                                                       \
	    .max_message = 500,                                                                    \
	    .policy = WF_S("Write") })

/* The files of a load in the order in which they were met. */
struct template_files {
	const char **names;
	size_t n, cap;
};

/* Loads a file and what it calls. NULL when anything is wrong; diags says what. Within diags a
 * problem of a called file is one text without a place, as GitHub words it. */
struct template *template_load(struct wf_arena *arena, const struct template_options *options,
    const struct template_file *file, struct template_files *files, struct wf_diags *diags);

/* Holds what a called file and its jobs ask for against what the call may give: `given`, or what
 * the policy says when that is NULL. */
void template_check_permissions(struct wf_diags *diags, const struct job_def *call,
    const struct permissions_def *given, struct wf_str policy, const struct workflow *callee);

/* A problem as GitHub prints it: "FILE (Line: 3, Col: 5): MESSAGE", cut to max characters. */
struct wf_str template_message(struct wf_arena *arena, const struct wf_error *err, size_t max);
