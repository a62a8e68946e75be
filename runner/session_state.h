/* SPDX-License-Identifier: MIT */
/* session_state.h - what the rooms of runner/ share while a session is alive.
 *
 * One struct is handed down from the session to its runs, jobs and steps; there is no global. Read
 * by all of runner/, written by session.c only, but for the counters. */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "event/event.h"
#include "event/repo.h"
#include "runner/box/nest.h"
#include "runner/foreign.h"
#include "runner/ledger.h"
#include "runner/load.h"
#include "runner/node.h"
#include "runner/output/record.h"
#include "runner/run.h"
#include "runner/sched.h"
#include "runner/scratch.h"
#include "runner/session.h"
#include "runner/valve.h"

#include <uv.h>

#define SESSION_SIGNALS 4

struct session {
	const struct session_options *options;
	struct wf_arena *arena;
	uv_loop_t loop;
	struct nest nest; /* of the jobs' boxes */
	struct repo *repo;
	struct repo_facts facts;
	struct record *record;
	struct sched *sched;
	struct valve valve; /* shut while what is printed cannot be written */
	struct claims *claims; /* concurrency groups */
	struct ledger *ledger; /* numbers of runs */
	struct scratch *scratch;
	struct service *service; /* of actions; NULL until the first wants it (offer.h) */
	bool service_failed;
	const char *runs_folder, *caches_folder; /* of the store; NULL until wanted (offer.c) */
	uv_async_t news; /* of the service, while there is one */
	struct harvest *harvest; /* artifacts that are being unpacked */
	struct mask *mask; /* secrets given on the command line */
	struct engine *engine; /* of boxes; NULL until the first job wants it */
	struct stock *stock; /* of images; NULL until a job needs one */
	const char *stubs; /* absolute, or NULL */
	struct node node; /* program is NULL until the first action wants it */
	struct actions *actions; /* of other repositories */
	struct event event; /* the one that started it all */
	struct load load; /* which workflow files are read */
	struct load_files files; /* those of the event */
	struct wf_diags found; /* their problems */
	struct load_files followers; /* session_followers() */
	bool followers_read;
	struct wf_map broken; /* file and path of a workflow to why no run of it can start */
	struct wf_map selves; /* see self.h */
	bool self_used; /* some step or job uses $/ */
	struct wf_map manifests; /* actions on the host, by their folder */
	struct foreign foreign; /* workflows of other repositories */
	struct wf_map checked; /* what preflight.c has looked at already */
	struct wf_map said; /* notes and differences that were reported: once is enough */
	bool gathering; /* nothing is run: only what is missing counts */
	struct wf_diags *diags;
	struct run *runs, **runs_tail;
	unsigned nruns;
	uint64_t run_id_base, njobs;
	uv_signal_t signals[SESSION_SIGNALS]; /* those that end everything */
	uv_prepare_t prepare; /* flushes the record before the loop waits */
	bool cancelled; /* by the user, or because nothing can run: no run is started any more */
	bool ending; /* at once: not even always() starts anything */
	bool failed; /* some run concluded in failure, or was cancelled */
	bool invalid; /* some workflow file is refused by GitHub */
	bool aborted; /* something is missing without which nothing can run: abort_error */
	struct wf_error abort_error;
};

/* Finds what needs no event: the stubs, the action store, the workflow files. */
bool session_look(struct session *session, struct wf_error *err);
/* Nothing can run here, and this is why: cancels all, and session_run() fails with it. */
void session_abort(struct session *session, const struct wf_error *err);
/* The node of node actions, looked for when first asked. false and *err: there is none. */
bool session_node(struct session *session, struct wf_error *err);
/* A run has concluded: the chain goes on. */
void session_run_done(struct session *session, struct run *run);
/* Says what a user should know; once, wherever else the same text would be said. */
void session_note(struct session *session, enum record_kind kind, const struct record_run *run,
    struct wf_pos pos, struct wf_str text);
/* Raises the workflow_run event of this activity type, and starts the runs that it wakes. */
void session_raise(struct run *run, const char *action);

/* ---- session_files.c ---- */

/* The workflows that a workflow_run event can wake. */
const struct load_files *session_followers(struct session *session);

/* Why GitHub refuses to start a run of a workflow: items of the session's diags. */
struct session_problems {
	size_t first, n;
};
/* From here on runs of the workflow fail when they start, because of all diags from `first` on. */
void session_break(struct session *session, const struct workflow *wf, size_t first);
/* NULL: runs of it can start. */
const struct session_problems *session_broken(struct session *session, const struct workflow *wf);
/* What stands for a file that is invalid: a workflow of its path that listens to nothing. */
const struct workflow *session_stand_in(struct session *session,
    const struct session_workflow *file);

/* ---- called.c ---- */

/* The workflow that a job calls by `uses`, and in *from the repository that it is of (NULL: this
 * one). NULL and *err at pos when there is none, or it cannot be called. Each file is read once. */
const struct workflow *session_called(struct session *session, const struct foreign_call *call,
    const struct actions_tree **from, struct wf_error *err);
