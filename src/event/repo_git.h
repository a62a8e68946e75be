/* SPDX-License-Identifier: MIT */
/* repo_git.h - the inside of `struct repo`, for repo.c, commit.c, diff.c and shallow.c only. */
#pragma once

#include "event/repo.h"

#include <git2.h>

struct repo {
	git_repository *git;
	char *workdir, *gitdir, *commondir; /* without a slash at the end */
	git_diff *look; /* the work tree against the index, when repo_status() has looked */
};

/* Sets *err to "WHAT: what libgit2 says" and returns false. */
bool repo_fail(struct wf_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The commit that a revision names, or NULL; the caller frees it. */
git_commit *repo_find_commit(const struct repo *repo, const char *rev);
/* The same for its tree. REPO_ZERO_SHA and what is not there give NULL. */
git_tree *repo_find_tree(const struct repo *repo, const char *rev);
struct wf_str repo_oid_text(struct wf_arena *arena, const git_oid *oid);

/* The same as git_merge_base() and as a walk over base..head (newest first, base NULL: all there
 * is) for a clone that is shallow (shallow.c). */
bool repo_shallow_base(const struct repo *repo, const git_oid *a, const git_oid *b, git_oid *base);
size_t repo_shallow_log(const struct repo *repo, const git_oid *base, const git_oid *head,
    size_t max, git_oid *out);

/* For wf_auto(). */
void repo_commit_freep(git_commit **commit);
void repo_tree_freep(git_tree **tree);
