/* SPDX-License-Identifier: MIT */
/* repo.h - what git knows: head, refs, remote, changed paths, files of a commit. The only git2.h of
 * this floor.
 *
 * A `struct repo` belongs to one thread; the first repo_open() of a process returns before a second
 * thread calls it. Returned text lives in the arena that is passed. Revisions
 * are anything that git rev-parse takes; commits come back as 40 hexadecimal digits. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct repo;

#define REPO_ZERO_SHA "0000000000000000000000000000000000000000"

/* Opens the repository that holds the folder `dir` (worktrees and submodules too). WF_ERR_MISSING
 * when there is none, with a hint. Read-only: never writes into the repository. */
struct repo *repo_open(const char *dir, struct wf_error *err);
void repo_close(struct repo *repo); /* NULL is allowed */

/* Before libgit2 connects to a server over HTTPS: makes it trust the certificate authorities in the
 * file that GIT_SSL_CAINFO or SSL_CERT_FILE names, else those of the machine. Until then it trusts
 * nobody, since reading them takes longer than most commands (some 10 ms). Holds for the process
 * while libgit2 stays started, that is while any repository is open or git_libgit2_init() has been
 * called; no other thread may be connecting meanwhile. WF_ERR_SYS or WF_ERR_MISSING when there is
 * no such file, or no certificate in it. */
bool repo_tls_trust(struct wf_error *err);

const char *repo_workdir(const struct repo *repo); /* absolute, without a slash at the end */
const char *repo_gitdir(const struct repo *repo); /* absolute: the .git folder of this work tree */
const char *repo_commondir(const struct repo *repo); /* absolute: where objects and refs are */

/* One look at every file of the work tree. */
struct repo_status {
	bool dirty; /* it differs from HEAD (untracked files count, ignored do not) */
	/* Untracked paths that .gitignore hides, each as high up as possible (a whole ignored
	 * folder is one entry, with no slash at the end), and repositories inside that are no
	 * submodules. Relative to the work tree, sorted. */
	struct wf_str *ignored;
	size_t nignored;
	/* Some tracked file belongs to another user or group than this process: a sandbox without
	 * privileges can read it, but not change it. As the index remembers it. */
	bool foreign;
};
/* head is a commit, or REPO_ZERO_SHA. What is seen is kept for repo_diff(): to look at a work tree
 * of 100,000 files takes longer than all the rest. */
bool repo_status(struct repo *repo, struct wf_arena *arena, const char *head,
    struct repo_status *out, struct wf_error *err);

/* What does not depend on the event. */
struct repo_facts {
	struct wf_str owner, name; /* of the remote "origin" (else the first); without one: "local"
	                            * and the folder's name */
	struct wf_str full_name; /* owner/name */
	struct wf_str default_branch; /* origin/HEAD, else main, else master, else the head */
	struct wf_str head_branch; /* empty when HEAD is detached */
	struct wf_str head_sha; /* REPO_ZERO_SHA before the first commit */
	struct repo_status status;
};
bool repo_facts(struct repo *repo, struct wf_arena *arena, struct repo_facts *out,
    struct wf_error *err);

/* The commit that a revision names; false when there is none. */
bool repo_resolve(struct repo *repo, struct wf_arena *arena, const char *rev, struct wf_str *sha);
/* The merge base of two commits; false when there is none. */
bool repo_merge_base(struct repo *repo, struct wf_arena *arena, const char *a, const char *b,
    struct wf_str *sha);

/* The commit that the branch of this name has here, or had on the remote when it was last fetched
 * or pushed (remote "origin", else the first); false when there is no such branch. */
enum repo_side { REPO_LOCAL, REPO_REMOTE };
bool repo_branch(struct repo *repo, struct wf_arena *arena, struct wf_str name, enum repo_side side,
    struct wf_str *sha);
/* A value of git's configuration, "user.name"; false when it is not set. */
bool repo_config(struct repo *repo, struct wf_arena *arena, const char *key, struct wf_str *value);

struct repo_commit {
	struct wf_str
	    parent; /* the first one, empty for a root; in a shallow clone it may not be here */
	struct wf_str sha, tree, message, author_name, author_email, committer_name,
	    committer_email;
	int64_t author_time, committer_time; /* seconds since 1970 */
	int author_offset, committer_offset; /* minutes */
};
bool repo_commit(struct repo *repo, struct wf_arena *arena, const char *rev,
    struct repo_commit *out, struct wf_error *err);
/* The commits of base..head, oldest first; when there are more than max, the newest max. base may
 * be REPO_ZERO_SHA. Where a shallow clone ends, the list ends. */
bool repo_log(struct repo *repo, struct wf_arena *arena, const char *base, const char *head,
    size_t max, struct repo_commit **out, size_t *n, struct wf_error *err);

struct repo_change {
	struct wf_str path;
	enum repo_change_kind { REPO_ADDED, REPO_MODIFIED, REPO_DELETED, REPO_RENAMED } status;
	struct wf_str old_path; /* REPO_RENAMED */
};

/* The paths that differ between two trees, sorted. base may be REPO_ZERO_SHA (the empty tree). With
 * `worktree` the new side is the work tree as if all of it were committed (untracked files too,
 * ignored ones not), as the last repo_status() saw it, and head is not used. `renames` finds
 * renames as git does by default; without it both names are reported, as deleted and added. */
bool repo_diff(struct repo *repo, struct wf_arena *arena, const char *base, const char *head,
    bool worktree, bool renames, struct repo_change **out, size_t *n, struct wf_error *err);

/* The bytes of a file at a commit; false when it is not there. */
bool repo_blob(struct repo *repo, struct wf_arena *arena, const char *rev, const char *path,
    struct wf_str *out);
/* The names of the entries of a folder at a commit, sorted; false when it is not there. */
bool repo_tree(struct repo *repo, struct wf_arena *arena, const char *rev, const char *path,
    struct wf_str **names, size_t *n);

/* Writes the tree of a commit into the folder dest, which exists and is empty; no .git. Safe to
 * call from a thread of the pool with its own struct repo. */
bool repo_export(struct repo *repo, const char *rev, const char *dest, struct wf_error *err);

/* The folders from which the repository borrows objects (`git clone --shared`, `--reference`),
 * those of a folder that is borrowed from too. Absolute paths of folders that are there. */
void repo_alternates(struct repo *repo, struct wf_arena *arena, const char ***out, size_t *n);

/* All local branches and all tags, names short, with their commits (tags peeled). */
struct repo_ref {
	struct wf_str name, sha;
	bool tag;
};
bool repo_refs(struct repo *repo, struct wf_arena *arena, struct repo_ref **out, size_t *n,
    struct wf_error *err);
