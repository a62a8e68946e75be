/* SPDX-License-Identifier: MIT */
/* self.c - exports of commits, one folder each. */
#include "runner/self.h"

#include "runner/session_state.h"

const char *
self_folder(const struct run *run, struct wf_error *err)
{
	struct session *session = run->session;
	const char *rev = run->files->rev, *folder;
	struct wf_arena *arena = session->arena;

	if (!rev || !session->self_used)
		return repo_workdir(session->repo);
	folder = wf_map_get(&session->selves, wf_str(rev));
	if (folder)
		return folder;
	folder = scratch_folder(session->scratch, arena,
	    wf_strf(arena, "self-%zu", session->selves.n).p, err);
	if (!folder || !repo_export(session->repo, rev, folder, err))
		return NULL;
	wf_map_set(&session->selves, wf_str(rev), (void *)folder);
	return folder;
}
