/* SPDX-License-Identifier: MIT */
/* called.c - the workflows that jobs call: of this repository at the commit of the caller, or of
 * another one, from the action store or a stub. */
#include "runner/session_state.h"

#include "base/fs.h"
#include "model/action.h"
#include "runner/store/actions.h"

#define FOLDER ".github/workflows"
#define WORKFLOW_LARGEST ((size_t)1 << 20)

/* The first error of a file that is among those of the event; NULL: it is not there. */
static const struct wf_error *
first_error(const struct session *session, struct wf_str path)
{
	for (size_t i = 0; i < session->files.n; i++) {
		const struct session_workflow *file = &session->files.items[i];

		for (size_t k = 0; wf_str_eq(file->path, path) && k < file->nproblems; k++)
			if (session->found.items[file->problem + k]->severity == WF_DIAG_ERROR)
				return &session->found.items[file->problem + k]->error;
	}
	return NULL;
}

static bool
fail_call(const struct session_call *call, const char *why, struct wf_error *err)
{
	return wf_fail(err, WF_ERR_INVALID, call->pos, "error parsing called workflow \"%.*s\": %s",
	    WF_ARG(call->uses), why);
}

/* Workflows can be called from one folder only. */
static bool
check_place(const struct session_call *call, struct wf_str path, struct wf_error *err)
{
	struct wf_str name = wf_str_skip(path, strlen(FOLDER "/"));

	if (wf_str_starts(path, WF_S(FOLDER "/")) && wf_str_find_char(name, '/') < 0 &&
	    load_is_workflow(name))
		return true;
	return wf_fail(err, WF_ERR_INVALID, call->pos,
	    "invalid value workflow reference: references to workflows must be rooted in "
	    "'" FOLDER "', not '%.*s'",
	    WF_ARG(call->uses));
}

/* A stub stands for whatever ref is asked for. */
static const char *
find_stub(struct session *session, const struct uses_ref *ref)
{
	const char *file;

	if (!session->stubs)
		return NULL;
	file = wf_strf(session->arena, "%s/workflows/%.*s/%.*s/%.*s", session->stubs,
	    WF_ARG(ref->owner), WF_ARG(ref->repo),
	    WF_ARG(wf_str_skip(ref->path, strlen(FOLDER "/"))))
	           .p;
	return wf_exists(file) ? file : NULL;
}

/* Reads a file of another repository, once. */
static const struct workflow *
read_foreign(struct session *session, const struct session_call *call,
    const struct actions_tree *tree, const char *file, struct wf_str path, struct wf_error *err)
{
	struct wf_arena *arena = session->arena;
	struct wf_diags diags = { .arena = arena };
	struct workflow *wf = wf_map_get(&session->called, wf_str(file));
	struct wf_str text;
	bool found = true;

	if (wf)
		return wf;
	if (tree ? !actions_read(arena, tree, wf_cstr(arena, path), WORKFLOW_LARGEST, &text, &found,
	               err)
	         : !wf_read_file(arena, file, WORKFLOW_LARGEST, &text, err)) {
		err->pos = call->pos;
		return NULL;
	}
	if (!found) {
		fail_call(call, "workflow was not found", err);
		return NULL;
	}
	wf = workflow_read(arena, wf_shown_path(arena, file), path, text, &diags);
	if (!wf) {
		wf_diags_first(&diags, err);
		return NULL;
	}
	wf_map_set(&session->called, wf_str(file), wf);
	return wf;
}

static const struct workflow *
find_foreign(struct session *session, const struct session_call *call, const struct uses_ref *ref,
    const struct actions_tree **from, struct wf_error *err)
{
	const struct actions_name name = { ref->owner, ref->repo, ref->ref };
	const char *file;

	if (!check_place(call, ref->path, err))
		return NULL;
	file = find_stub(session, ref);
	if (file)
		return read_foreign(session, call, NULL, file, ref->path, err);
	if (!(call->fetch ? actions_bring : actions_find)(session->actions, &name, from, err)) {
		err->pos = err->pos.file ? err->pos : call->pos;
		return NULL;
	}
	if (!*from) {
		wf_fail(err, WF_ERR_MISSING, call->pos, "'%.*s' is not in the action store",
		    WF_ARG(call->uses));
		return NULL;
	}
	file = wf_join(session->arena, (*from)->folder, wf_cstr(session->arena, ref->path));
	return read_foreign(session, call, *from, file, ref->path, err);
}

/* A file beside the one that calls it: of the same repository and commit. */
static const struct workflow *
find_beside(struct session *session, const struct session_call *call, const struct uses_ref *ref,
    const struct actions_tree **from, struct wf_error *err)
{
	const struct wf_error *why = NULL;
	const struct workflow *wf;

	*from = call->from;
	if (call->from)
		return read_foreign(session, call, call->from,
		    wf_join(session->arena, call->from->folder, wf_cstr(session->arena, ref->path)),
		    ref->path, err);
	wf = load_find(call->files, ref->path);
	if (!wf && call->files == &session->files)
		why = first_error(session, ref->path);
	if (!wf)
		fail_call(call, why ? why->msg : "workflow was not found", err);
	return wf;
}

const struct workflow *
session_called(struct session *session, const struct session_call *call,
    const struct actions_tree **from, struct wf_error *err)
{
	const struct workflow *wf;
	struct uses_ref ref;

	*from = NULL;
	if (!uses_parse(call->uses, call->pos, &ref, err))
		return NULL;
	wf = (ref.kind == USES_REPO ? find_foreign : find_beside)(session, call, &ref, from, err);
	if (!wf || when_find(wf->on, WF_S("workflow_call")))
		return wf;
	wf_fail(err, WF_ERR_INVALID, call->pos,
	    "workflow_call key is not defined in the referenced workflow.");
	return NULL;
}
