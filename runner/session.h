/* SPDX-License-Identifier: MIT */
/* session.h - what one command line sets going: the runs that an event wakes, the workflow_run
 * chain that follows, and the slots they share. The front door of runner/ for src/cli/. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "event/event.h"
#include "expr/expr.h"
#include "model/workflow.h"
#include "runner/box/box.h"
#include "runner/output/record.h"

#include <stdbool.h>
#include <stddef.h>

/* Where the workflows come from that a workflow_run wakes. */
enum session_chain_from {
	SESSION_CHAIN_DEFAULT, /* the default branch, as on GitHub */
	SESSION_CHAIN_WORKTREE, /* the work tree: to rehearse what is not there yet */
};

struct session_options {
	struct repo *repo; /* open until the session is over; the caller's */
	const struct repo_facts *facts; /* of it: looking at a large work tree twice takes long */
	struct event_args event;
	const char *const *workflows; /* NULL-ended files or names to run; NULL: all that wake */
	const char *stubs; /* --stubs DIR, or NULL */
	enum box_kind box;
	unsigned max_jobs; /* -j; 0: the processors */
	struct expr_object *secrets, *vars; /* names to strings */
	struct expr_object *env; /* added to every job's environment below workflow env */
	bool chain; /* follow workflow_run */
	enum session_chain_from chain_from;
	bool offline; /* no image is pulled */
	const char *const *insecure; /* registries that may be without TLS; NULL-ended, or NULL */
	bool strict; /* a difference is an error before anything starts */
	struct record *record; /* where everything is said */
};

struct session_result {
	int status; /* exit status: 0, 1 (a workflow failed or was cancelled), 130 (by the user) */
};

/* Runs it all and returns when nothing is left. false and *err: nothing was started (usage, invalid
 * file, missing action, refused by strict). Problems of workflow files are in diags as well; what
 * is read lives in the arena of diags. */
bool session_run(const struct session_options *options, struct session_result *result,
    struct wf_diags *diags, struct wf_error *err);

/* The same up to and including the decision what wakes: for `wfrun plan`, `why`, `list`. */
struct session_workflow {
	struct workflow *wf; /* NULL: the file is invalid, see diags */
	struct wf_str path;
};
/* All workflow files of the work tree, by path. */
bool session_load(struct wf_arena *arena, const char *repo_dir, struct session_workflow **out,
    size_t *n, struct wf_diags *diags, struct wf_error *err);
