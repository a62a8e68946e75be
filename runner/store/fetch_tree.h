/* SPDX-License-Identifier: MIT */
/* fetch_tree.h - the files of a commit, written into a folder of their own. For fetch_git.c. */
#pragma once

#include "base/error.h"

#include <git2.h>
#include <stdbool.h>

struct fetch_tree {
	git_repository *git;
	const char *dest; /* does not exist; on failure it may hold a part */
	void (*on_file)(void *data); /* after each; it may take long in all */
	void *data;
};

/* As GitHub's archive of the commit: files, executable files, symbolic links as they are; a
 * submodule is an empty folder. Nothing is ever written outside of dest, whatever the names in the
 * trees say; such a tree is refused (WF_ERR_MISSING), and so is one that is larger than any action
 * can be. */
bool fetch_tree_write(const struct fetch_tree *write, const git_oid *commit, struct wf_error *err);
