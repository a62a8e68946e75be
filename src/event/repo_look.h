/* SPDX-License-Identifier: MIT */
/* repo_look.h - what GitHub's API shows of git's objects. Rules of repo.h hold: one thread for each
 * `struct repo`, text in the arena that is passed. */
#pragma once

#include "event/repo.h"

struct repo_entry {
	struct wf_str path; /* from the tree that was asked for */
	struct wf_str sha;
	const char *type; /* "blob", "tree", "commit" */
	unsigned mode; /* 0100644 */
	uint64_t size; /* of a blob */
};

/* One entry of the tree that a revision or an id names; false when it is not there. */
bool repo_entry(struct repo *repo, struct wf_arena *arena, const char *rev, const char *path,
    struct repo_entry *out);
/* All of them, folders before what is in them; false when there is no such tree. */
bool repo_entries(struct repo *repo, struct wf_arena *arena, const char *rev, bool recursive,
    struct repo_entry **out, size_t *n);
/* The bytes of a blob by its id; false when there is none. */
bool repo_object(struct repo *repo, struct wf_arena *arena, const char *sha, struct wf_str *out);

/* What a change does to one file. */
struct repo_lines {
	struct wf_str path, old_path; /* old_path: of a renamed one */
	struct wf_str sha; /* of its blob; of a removed one, the old blob */
	const char *status; /* "added", "removed", "modified", "renamed" */
	size_t additions, deletions;
	struct wf_str patch; /* its hunks; empty: no text */
};
/* Between two trees; base may be REPO_ZERO_SHA. False when head is not there. */
bool repo_lines(struct repo *repo, struct wf_arena *arena, const char *base, const char *head,
    struct repo_lines **out, size_t *n);
