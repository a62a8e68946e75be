/* SPDX-License-Identifier: MIT */
/* load.h - the workflow files that GitHub would read: those of the event's commit, and those of the
 * default branch, which workflow_run wakes. The commit that is checked out counts as the work tree.
 *
 * For session.c and for the commands that look ahead, so that both read the same files. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "event/event.h"
#include "model/workflow.h"
#include "runner/session.h"

#include <stdbool.h>
#include <stddef.h>

/* Which files the user wants to be read. */
struct load {
	struct wf_arena *arena; /* what is read lives here */
	struct repo *repo;
	const struct repo_facts *facts;
	const struct event_args *args;
	bool worktree; /* --workflows-from worktree */
	bool chain_worktree; /* --chain-from worktree */
};

/* The workflow files of one commit, by path. */
struct load_files {
	const char *rev; /* the commit; NULL: the work tree */
	const char *tree; /* the commit whose files actions/checkout shows; NULL: the work tree */
	struct session_workflow *items;
	size_t n;
};

/* Whether a file of this name in the folder of workflows is one. */
bool load_is_workflow(struct wf_str name);
/* The files for an event; NULL: for no event, those of what is checked out. Problems go to diags,
 * with places such as "main:.github/workflows/ci.yml" in files of a commit. */
void load_files(const struct load *load, const struct event *event, struct load_files *out,
    struct wf_diags *diags);
/* The files that a workflow_run can wake (4.8). `own` are those of the event; what comes from the
 * same commit is not read again. Invalid ones do not wake, and are not reported. */
void load_followers(const struct load *load, const struct load_files *own, struct load_files *out);

/* What a user should know who has other files in the work tree than those of the event: which of
 * them the answer is not about. Empty when there is nothing to say. */
struct wf_str load_note(const struct load *load, const struct load_files *own,
    const struct event *event);

/* Adds to the error about a word that names none of the files that the work tree has it. Returns
 * false. */
bool load_hint(const struct load *load, const struct load_files *own, const char *word,
    struct wf_error *err);

/* A workflow that would follow by workflow_run, were it on the default branch. */
struct load_remark {
	struct wf_pos pos;
	struct wf_str text;
};
/* Those of `own` that are not among the followers, or are others there. */
void load_remarks(struct wf_arena *arena, const struct load_files *own,
    const struct load_files *followers, struct load_remark **out, size_t *n);

/* Hands on what was found out about a file when it was read. */
void load_report(const struct session_workflow *file, const struct wf_diags *from,
    struct wf_diags *to);
/* The valid workflow at this path, or NULL. */
const struct workflow *load_find(const struct load_files *files, struct wf_str path);
