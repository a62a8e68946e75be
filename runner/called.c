/* SPDX-License-Identifier: MIT */
/* called.c - the workflows that jobs call: of this repository at the commit of the caller, or of
 * another one (foreign.c). */
#include "runner/session_state.h"

#include "model/action.h"

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

/* A file beside the one that calls it: of the same repository and commit. */
static const struct workflow *
find_beside(struct session *session, const struct foreign_call *call, const struct uses_ref *ref,
    const struct actions_tree **from, struct wf_error *err)
{
	const struct wf_error *why = NULL;
	const struct workflow *wf;

	*from = call->from;
	if (call->from)
		return foreign_beside(&session->foreign, call, ref->path, err);
	wf = load_find(call->files, ref->path);
	if (!wf && call->files == &session->files)
		why = first_error(session, ref->path);
	if (!wf)
		foreign_fail(call, why ? why->msg : "workflow was not found", err);
	return wf;
}

const struct workflow *
session_called(struct session *session, const struct foreign_call *call,
    const struct actions_tree **from, struct wf_error *err)
{
	const struct workflow *wf;
	struct uses_ref ref;

	*from = NULL;
	if (!uses_parse(call->uses, call->pos, &ref, err))
		return NULL;
	wf = ref.kind == USES_REPO ? foreign_find(&session->foreign, call, &ref, from, err)
	                           : find_beside(session, call, &ref, from, err);
	if (!wf || when_find(wf->on, WF_S("workflow_call")))
		return wf;
	wf_fail(err, WF_ERR_INVALID, call->pos,
	    "workflow_call key is not defined in the referenced workflow.");
	return NULL;
}
