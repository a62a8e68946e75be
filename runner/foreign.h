/* SPDX-License-Identifier: MIT */
/* foreign.h - workflows of other repositories that jobs call: from the action store, a
 * --local-repository, or a stub below --stubs DIR/workflows/OWNER/REPO.
 *
 * For runs, which may fetch them, and for the commands that look ahead, which never do. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/str.h"
#include "model/action.h"
#include "model/workflow.h"
#include "runner/store/actions.h"

#include <stdbool.h>

struct foreign {
	struct wf_arena *arena;
	struct actions *actions;
	const char *stubs; /* a folder, or NULL */
	struct wf_map files; /* those that were read, by path */
};

/* What it reads lives in the arena; actions outlives it. */
void foreign_init(struct foreign *foreign, struct wf_arena *arena, struct actions *actions,
    const char *stubs);

/* The file of a job that calls a workflow, and what it says. */
struct foreign_call {
	struct wf_str uses;
	struct wf_pos pos;
	const struct load_files *files; /* those of this repository */
	bool fetch; /* the called one may be fetched, which blocks */
	const struct actions_tree *from; /* the repository of the file; NULL: this one */
};

/* The workflow of another repository that is called, and in *from which repository it is of (NULL:
 * a stub). NULL and *err at pos: WF_ERR_MISSING when it is not here, WF_ERR_INVALID when it cannot
 * be called. */
const struct workflow *foreign_find(struct foreign *foreign, const struct foreign_call *call,
    const struct uses_ref *ref, const struct actions_tree **from, struct wf_error *err);
/* The one at this path in the repository of the caller, call->from. */
const struct workflow *foreign_beside(struct foreign *foreign, const struct foreign_call *call,
    struct wf_str path, struct wf_error *err);
/* The repository of a workflow that was found; NULL: this one, or a stub. */
const struct actions_tree *foreign_tree(const struct foreign *foreign, const struct workflow *wf);
/* GitHub's words for a call that cannot be. Returns false. */
bool foreign_fail(const struct foreign_call *call, const char *why, struct wf_error *err);
