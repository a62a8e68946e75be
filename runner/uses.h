/* SPDX-License-Identifier: MIT */
/* uses.h - `uses:` to what answers for it: a stub, a built-in, an action of the repository.
 *
 * Looked up in this order: `--stubs DIR/actions/OWNER/REPO[/path]`, the built-ins, and for `./` and
 * `$/` the folder itself. What nothing answers for is WF_ERR_MISSING, found before any job starts
 * (preflight.c); a folder that only exists once the job runs is looked up then. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "model/action.h"
#include "runner/builtin/builtin.h"

#include <stdbool.h>

struct job;
struct session;
struct step;

enum uses_place_kind {
	USES_PLACE_BUILTIN,
	USES_PLACE_STUB, /* a folder on the host, shown to the job below STUBS_INSIDE */
	USES_PLACE_WORKSPACE, /* ./: a folder of the job's workspace */
	USES_PLACE_SELF, /* $/: a folder of the repository itself */
};

/* Where the job sees --stubs DIR. */
#define STUBS_INSIDE "/opt/wfrun/stubs"
/* And the repository itself, for `$/`. */
#define SELF_INSIDE "/opt/wfrun/self"
/* And git's objects, from which checkouts borrow; the work tree may be where a box hides it. Where
 * the objects themselves are borrowed, they are seen at their own place as well. */
#define OBJECTS_INSIDE "/opt/wfrun/objects"

/* STUBS_INSIDE, or the host's folder itself when the box is the host; NULL without --stubs. */
const char *uses_stubs_inside(const struct session *session);

struct uses_place {
	enum uses_place_kind kind;
	struct uses_ref ref;
	const struct builtin *builtin;
	const char *host; /* folder on the host, where it can be read before the job; or NULL */
	const char *below; /* the same below STUBS_INSIDE or the repository */
};

/* Finds out what answers. WF_ERR_INVALID for a malformed reference, WF_ERR_MISSING with a hint when
 * nothing does; both at pos. */
bool uses_find(struct session *session, struct wf_arena *arena, struct wf_str uses,
    struct wf_pos pos, struct uses_place *out, struct wf_error *err);
/* Reads action.yml or action.yaml of a folder on the host. false without *err touched and *out NULL
 * when there is none. */
bool uses_read_host(struct wf_arena *arena, const char *folder, struct action **out,
    struct wf_error *err);

/* The same of what uses_find() found, at the commit `rev` (NULL: the work tree) when it is an
 * action of this repository. */
bool uses_read(struct session *session, struct wf_arena *arena, const struct uses_place *place,
    const char *rev, struct action **out, struct wf_error *err);

/* The folder of an action that is not built in, as the job sees it. */
const char *uses_folder(struct job *job, const struct uses_place *place);
/* Starts the action of a uses step; the step settles by it. */
void uses_start(struct step *step);
