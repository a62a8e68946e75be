/* SPDX-License-Identifier: MIT */
/* actions.h - the action store: repositories of others, each commit as a folder that is only read.
 *
 * Below store_folder("actions") each repository has a folder OWNER/REPO (lower case) with
 *     lock           held by who writes; readers need none
 *     objects.git    bare, everything that was fetched of it
 *     commits/SHA    the files of a commit; it appears whole or not at all
 *     refs/REF       a link to ../commits/SHA: what a tag or branch meant when it was fetched
 * so that finding an action costs a few looks at folders and neither git nor a socket. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "runner/store/fetch.h"
#include "runner/store/lock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct actions;

/* When an action that wfrun has itself stands for the real one. */
enum actions_builtin {
	ACTIONS_BUILTIN_AUTO, /* while the real one is not in the store */
	ACTIONS_BUILTIN_ALWAYS,
	ACTIONS_BUILTIN_NEVER,
};

/* What a fetch has to say for people. */
struct actions_news {
	struct wf_str name; /* owner/repo@ref */
	struct wf_str source; /* fit to be shown */
	const struct fetch_progress *progress; /* NULL: it starts */
	bool look; /* only the ref is asked for */
	bool done; /* with all sources */
};

struct actions_options {
	const char *const
	    *sources; /* NULL-ended URL templates, tried in order; NULL: the default */
	const char *const *local; /* NULL-ended OWNER/REPO@REF=DIR, or NULL */
	const char *workdir; /* whose lock file counts */
	bool offline; /* nothing is ever fetched */
	bool renew; /* a ref that is not in the lock file is asked for anew, here or not */
	bool update; /* and so is one that is in it */
	enum actions_builtin builtin;
	/* Told that something is being fetched, and how far it is. May be NULL. */
	void (*on_fetch)(void *data, const struct actions_news *news);
	void *data;
};

/* A repository at a commit, as it lies on this machine. */
struct actions_tree {
	struct wf_str owner, repo, ref; /* as they were asked for first */
	struct wf_str sha; /* empty for a --local-repository */
	const char *folder; /* absolute */
	bool fetched; /* just now */
};

/* What is asked for. */
struct actions_name {
	struct wf_str owner, repo, ref;
};

/* WF_ERR_USAGE for a template or a --local-repository that is none, WF_ERR_INVALID for a lock file
 * that is none. Everything lives in the arena. */
struct actions *actions_new(struct wf_arena *arena, const struct actions_options *options,
    struct wf_error *err);
const struct actions_options *actions_options(const struct actions *actions);
/* The commits of the lock file; those that are fetched are not added by themselves. */
struct lock *actions_lock(struct actions *actions);

/* The folders that trees lie in: the store's, if there is one, and each --local-repository's. */
const char *const *actions_folders(struct actions *actions, size_t *n);

/* What is on this machine: a --local-repository, the commit of the lock file, what the ref meant
 * when it was fetched. false and *err for a name that is none. *out is NULL when it is not here. */
bool actions_find(struct actions *actions, const struct actions_name *name,
    const struct actions_tree **out, struct wf_error *err);
/* The same, and fetches what is not here; blocks. WF_ERR_MISSING names every source that was tried,
 * and why it did not help; asked again, it is not tried again. */
bool actions_bring(struct actions *actions, const struct actions_name *name,
    const struct actions_tree **out, struct wf_error *err);
/* Asks the sources which commit the ref is now; nothing is fetched. Of a --local-repository there
 * is none: an empty text. */
bool actions_look(struct actions *actions, const struct actions_name *name, struct wf_str *sha,
    struct wf_error *err);
/* All that was found or brought so far, but for local repositories. */
const struct actions_tree *const *actions_used(struct actions *actions, size_t *n);

/* ---- on another thread ---- */

/* A fetch that may run beside the loop: made and adopted by the loop's thread, run by any. */
struct actions_request;
struct actions_request *actions_request_new(struct wf_arena *arena, struct actions *actions,
    const struct actions_name *name, const atomic_bool *cancelled);
void actions_request_run(struct actions_request *request);
bool actions_request_adopt(struct actions *actions, struct actions_request *request,
    const struct actions_tree **out, struct wf_error *err);

/* ---- files of a tree ---- */

/* Reads a file of the tree, path relative to it. Links are followed inside the tree only: one that
 * leads out is WF_ERR_MISSING. *found is false, and nothing wrong, when there is none. */
bool actions_read(struct wf_arena *arena, const struct actions_tree *tree, const char *path,
    size_t max, struct wf_str *text, bool *found, struct wf_error *err);

/* Takes OWNER/REPO@REF=DIR apart; WF_ERR_USAGE when it is not that. */
bool actions_parse_local(const char *text, struct actions_name *name, const char **dir,
    struct wf_error *err);
/* "owner/repo@ref", as the lock file has it. */
struct wf_str actions_name_text(struct wf_arena *arena, const struct actions_name *name);
