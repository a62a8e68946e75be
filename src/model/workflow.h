/* SPDX-License-Identifier: MIT */
/* workflow.h - a workflow file as structs with positions. The front door of src/model/.
 *
 * All structs are plain data, filled by workflow_read() and read-only afterwards; they live as long
 * as the arena they were read into. What may hold `${{ }}` is kept as a token and evaluated later
 * by plan/ and runner/. No events, no running. Rules: semantics.md section 1. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "model/schema.h"
#include "model/when.h"

#include <stdbool.h>
#include <stddef.h>

enum step_kind {
	STEP_RUN,
	STEP_USES,
	STEP_WAIT, /* targets are the ids */
	STEP_WAIT_ALL,
	STEP_CANCEL, /* targets has one id */
	STEP_PARALLEL, /* members are the steps */
};

struct step_def {
	enum step_kind kind;
	struct wf_pos pos;
	struct wf_str id; /* written or generated (1.8); never empty */
	bool has_id; /* the id was written: outputs are visible in the steps context */
	const struct expr_token *name; /* NULL: none */
	const struct expr_token *cond_source; /* `if:` as written, NULL: none */
	const struct expr *cond; /* never NULL; the implicit success() is in it */
	const struct expr_token *env; /* mapping or expression, NULL: none */
	const struct expr_token *continue_on_error; /* boolean, NULL: false */
	const struct expr_token *timeout_minutes; /* number, NULL: none */
	bool background;

	/* STEP_RUN */
	const struct expr_token *run;
	const struct expr_token *shell; /* NULL: the defaults decide */
	const struct expr_token *working_directory;

	/* STEP_USES */
	struct wf_str uses;
	struct wf_pos uses_pos;
	const struct expr_token *with; /* mapping, NULL: none */

	/* STEP_WAIT, STEP_CANCEL, STEP_PARALLEL (its members) */
	struct wf_str *targets;
	size_t ntargets;

	/* STEP_PARALLEL */
	struct step_def **members;
	size_t nmembers;
};

struct defaults_def {
	const struct expr_token *shell, *working_directory; /* NULL: not given */
	bool given; /* a `defaults.run` was written: it replaces an outer one as a whole */
};

/* `permissions:` as written; scopes not named are none when given. */
struct permissions_def {
	bool given;
	struct wf_pos pos;
	struct wf_str all; /* "read-all" or "write-all", else empty */
	struct permission {
		struct wf_str scope, level; /* level: read, write, none */
		struct wf_pos pos;
	} * items;
	size_t n;
};

struct need_def {
	struct wf_str id; /* as written */
	struct wf_pos pos;
	size_t index; /* into workflow.jobs */
};

struct job_def {
	const struct expr_token *root; /* the mapping as it was read */
	struct wf_pos pos; /* of the key that is the id */
	struct wf_str id;
	size_t index; /* in workflow.jobs */
	const struct expr_token *name; /* NULL: the id */
	struct need_def *needs;
	size_t nneeds;
	const struct expr_token *cond_source; /* NULL: none */
	const struct expr *cond; /* never NULL */
	const struct expr_token *strategy; /* the whole map or expression, NULL: none */
	const struct expr_token *concurrency;
	struct permissions_def permissions;

	/* a normal job: uses is empty */
	const struct expr_token *runs_on;
	const struct expr_token *timeout_minutes, *cancel_timeout_minutes;
	const struct expr_token *continue_on_error;
	const struct expr_token *container, *services;
	const struct expr_token *env, *environment, *outputs, *snapshot;
	struct defaults_def defaults;
	struct step_def **steps;
	size_t nsteps;

	/* a call of a reusable workflow: uses is not empty */
	struct wf_str uses;
	struct wf_pos uses_pos;
	const struct expr_token *with, *secrets;
	bool inherit_secrets;
};

struct workflow {
	struct wf_str path; /* relative to the repository, ".github/workflows/ci.yml" */
	const char *file; /* as a person would type it, for positions */
	struct wf_str source; /* the text, for excerpts */
	const struct expr_token *root; /* the whole file as it was read */
	struct wf_str name; /* `name:`, or path when absent or empty */
	struct wf_pos name_pos;
	const struct expr_token *run_name;
	struct when *on;
	const struct expr_token *env;
	struct defaults_def defaults;
	struct permissions_def permissions;
	const struct expr_token *concurrency;
	struct job_def **jobs; /* in file order */
	size_t njobs;
};

/* Reads one workflow. `text` is the file's content, `path` its place in the repository (see struct
 * workflow), `file` the name for messages. Every problem is added to diags, with GitHub's wording
 * and position; NULL when any of them is an error. The needs are resolved and free of cycles in
 * what is returned. */
struct workflow *workflow_read(struct wf_arena *arena, const char *file, struct wf_str path,
    struct wf_str text, struct wf_diags *diags);

/* What may differ from one reading to the next; workflow_read() takes WORKFLOW_OPTIONS. */
struct workflow_options {
	/* as GitHub's parser: unknown activity types and filters are errors, $<< >> is text */
	bool strict;
	bool no_anchors;
	size_t max_file_size; /* characters; 0: GitHub's 1 MiB */
	struct schema_budget *budget; /* shared by the files of one load; NULL: this file's own */
};

#define WORKFLOW_OPTIONS ((struct workflow_options){ 0 })

struct workflow *workflow_read_with(struct wf_arena *arena, const struct workflow_options *options,
    const char *file, struct wf_str path, struct wf_str text, struct wf_diags *diags);

/* The job of this id (letters without case), or NULL. */
const struct job_def *workflow_job(const struct workflow *wf, struct wf_str id);

/* The contexts and functions that are legal at a key, by the key's name in GitHub's schema:
 * "job-if", "step-if", "step-env", "job-env", "matrix", "runs-on", "job-outputs", ...;
 * NULL for a key that allows none. For those who parse a piece of expression text later. */
const struct expr_names *workflow_names(const char *key);
