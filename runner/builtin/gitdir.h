/* SPDX-License-Identifier: MIT */
/* gitdir.h - the `.git` folder that actions/checkout leaves in a workspace.
 *
 * It is made anew on the host, beside the user's repository: objects are borrowed through
 * objects/info/alternates, refs are only those that the action would have fetched, the index is a
 * copy. The user's repository is only read. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "event/repo.h"

#include <stdbool.h>

struct gitdir_spec {
	const char *sha; /* HEAD, 40 digits */
	const char *branch; /* short name when HEAD is on a branch, NULL: it is detached */
	const char
	    *ref; /* what else the fetch names: refs/tags/v1, refs/remotes/pull/7/merge; or NULL */
	bool keep_tag; /* ref is a tag that stays as it is in the repository, annotation too */
	unsigned depth; /* commits of history; 0: all of it, with all branches and tags */
	bool tags; /* all tags, whatever the depth */
	const char *objects; /* where the job sees the repository's folder of objects */
	const char *url; /* of the remote "origin" */
	bool keep_index; /* the work tree is that of the user, and so is the index */
};

/* Writes into the folder `dir`, which exists and is empty. */
bool gitdir_write(struct wf_arena *arena, struct repo *repo, const char *dir,
    const struct gitdir_spec *spec, struct wf_error *err);
