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
#include "plan/select.h"
#include "runner/box/box.h"
#include "runner/output/record.h"
#include "runner/store/actions.h"

#include <stdbool.h>
#include <stddef.h>

/* Where the workflows come from that a workflow_run wakes. */
enum session_chain_from {
	SESSION_CHAIN_DEFAULT, /* the default branch, as on GitHub */
	SESSION_CHAIN_WORKTREE, /* the work tree: to rehearse what is not there yet */
};

/* Where the workflows come from that the event itself can wake. */
enum session_workflows_from {
	SESSION_WORKFLOWS_EVENT, /* the commit from which GitHub reads them */
	SESSION_WORKFLOWS_WORKTREE, /* the work tree; so are those of the chain then */
};

/* What belongs to one environment: names to strings, never NULL. */
struct session_environment {
	struct expr_object *secrets, *vars;
};

struct outlet;

struct session_options {
	struct repo *repo; /* open until the session is over; the caller's */
	const struct repo_facts *facts; /* of it: looking at a large work tree twice takes long */
	struct event_args event;
	const char *const *workflows; /* NULL-ended files or names to run; NULL: all that wake */
	const char *stubs; /* --stubs DIR, or NULL */
	struct actions_options actions; /* where those of other repositories come from */
	enum box_kind box;
	bool no_network; /* sandboxes have a loopback interface alone */
	struct box_limits limits; /* of each sandbox */
	unsigned max_jobs; /* -j; 0: the processors */
	struct expr_object *secrets, *vars; /* names to strings */
	/* Looks up what is given for an environment, by its name without case; empty when nothing
	 * is. false and *err: it cannot be read. NULL: nothing is given for any. */
	bool (*environment)(void *data, struct wf_str name, struct session_environment *out,
	    struct wf_error *err);
	void *environment_data;
	struct expr_object *env; /* added to every job's environment below workflow env */
	bool chain; /* follow workflow_run */
	enum session_chain_from chain_from;
	/* labels of `runs-on` to the images that stand in for such machines in an engine; "*": for
	 * all others. May be NULL. */
	const struct expr_object *images;
	const char *const *insecure; /* registries that may be without TLS; NULL-ended, or NULL */
	enum session_workflows_from workflows_from;
	struct select *select; /* what of the woken workflows runs; NULL: all. Names are resolved */
	bool strict; /* a difference is an error before anything starts */
	struct record *record; /* where everything is said */
	struct outlet *outlet; /* what its sinks write to, or NULL: then writing may wait */
};

struct session_result {
	/* exit status: 0, 1 (a workflow failed or was cancelled), 3 (a file is invalid; the others
	 * ran), 130 (cancelled by the user) */
	int status;
	bool forced; /* ended at once by a signal: who waits for wfrun does not want to wait */
};

/* Runs it all and returns when nothing is left. false and *err: nothing was started (usage, an
 * invalid file that was named, missing action, refused by strict). A file that nobody named and
 * that is invalid fails alone, as on GitHub. Problems of workflow files are in diags; what is read
 * lives in the arena of diags. */
bool session_run(const struct session_options *options, struct session_result *result,
    struct wf_diags *diags, struct wf_error *err);

/* A workflow file, read by load.h. */
struct session_workflow {
	struct workflow *wf; /* NULL: GitHub refuses the file */
	struct wf_str path;
	size_t problem, nproblems; /* in the diags that it was read with */
};
