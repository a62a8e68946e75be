/* SPDX-License-Identifier: MIT */
/* uses.h - `uses:` to what answers for it: a stub, an action of another repository, a built-in, an
 * action of this repository.
 *
 * Looked up in this order: `--stubs DIR/actions/OWNER/REPO[/path]`, `--local-repository`, the
 * action store when the commit is in it, the built-ins, and where that is allowed a fetch. What
 * nothing answers for is WF_ERR_MISSING, found before any job starts (preflight.c); a folder that
 * only exists once the job runs is looked up then. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "model/action.h"
#include "runner/builtin/builtin.h"
#include "runner/store/actions.h"

#include <stdbool.h>

struct job;
struct session;
struct step;

enum uses_place_kind {
	USES_PLACE_BUILTIN,
	USES_PLACE_STUB, /* a folder on the host, shown to the job below STUBS_INSIDE */
	USES_PLACE_WORKSPACE, /* ./: a folder of the job's workspace */
	USES_PLACE_SELF, /* $/: a folder of the repository itself */
	USES_PLACE_IMAGE, /* docker://: an image, and no folder */
	USES_PLACE_STORE, /* a folder of a repository in the action store */
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

/* What stands in a file. */
struct uses_query {
	struct wf_str text;
	struct wf_pos pos;
	/* the repository that the file belongs to, which `$/` means; NULL: the one that runs */
	const struct actions_tree *from;
	bool fetch; /* it may be fetched, which blocks */
};

struct uses_place {
	enum uses_place_kind kind;
	struct uses_ref ref;
	const struct builtin *builtin;
	const char *host; /* folder on the host, where it can be read before the job; or NULL */
	const char *below; /* the same below STUBS_INSIDE, the repository, or the tree */
	const struct actions_tree *tree; /* USES_PLACE_STORE */
	const struct actions_tree *from; /* the repository that the action's own file belongs to */
};

/* Finds out what answers. WF_ERR_INVALID for a malformed reference, WF_ERR_MISSING with a hint when
 * nothing does; both at query->pos. */
bool uses_find(struct session *session, struct wf_arena *arena, const struct uses_query *query,
    struct uses_place *out, struct wf_error *err);
/* Reads action.yml or action.yaml of a place on the host, once in a session. true with *out NULL
 * when there is none, or the place can only be read in the job. */
bool uses_read_host(struct session *session, const struct uses_place *place, struct action **out,
    struct wf_error *err);
/* The text of an action.yml as an action; problems are *err. */
bool uses_parse_manifest(struct wf_arena *arena, const char *file, struct wf_str text,
    struct action **out, struct wf_error *err);
/* The two names of a manifest, and the most that is read of one. */
#define USES_MANIFESTS 2
extern const char *const uses_manifests[USES_MANIFESTS];
#define USES_MANIFEST_LARGEST ((size_t)1 << 20)

/* The same of what uses_find() found, at the commit `rev` (NULL: the work tree) when it is an
 * action of this repository. */
bool uses_read(struct session *session, const struct uses_place *place, const char *rev,
    struct action **out, struct wf_error *err);

/* The folder of an action that is not built in, as the job sees it. One of the action store is seen
 * there after the next shelf_show(). */
const char *uses_folder(struct job *job, const struct uses_place *place);
/* Sets what a step evaluates its env and inputs with: a scope of its own, where that is not its
 * list's, and the action that github names. */
bool uses_scope(struct step *step, struct wf_error *err);
/* A step begins whose work is no action: github names none. */
void uses_no_identity(struct step *step);
/* Starts the action of a uses step; the step settles by it. */
void uses_start(struct step *step);
