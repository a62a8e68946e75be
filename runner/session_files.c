/* SPDX-License-Identifier: MIT */
/* session_files.c - the workflow files of a session: those that follow, those that are called, and
 * those of which GitHub starts no run. */
#include "runner/session_state.h"

#include "model/action.h"

const struct load_files *
session_followers(struct session *session)
{
	struct load_remark *remarks;
	size_t n;

	if (session->followers_read)
		return &session->followers;
	session->followers_read = true;
	load_followers(&session->load, &session->files, &session->followers);
	load_remarks(session->arena, &session->files, &session->followers, &remarks, &n);
	for (size_t i = 0; i < n; i++)
		session_note(session, RECORD_NOTE, NULL, remarks[i].pos, remarks[i].text);
	return &session->followers;
}

/* ---- files of which no run can start ---- */

static struct wf_str
key_of(struct session *session, const struct workflow *wf)
{
	return wf_strf(session->arena, "%s %.*s", wf->file, WF_ARG(wf->path));
}

void
session_break(struct session *session, const struct workflow *wf, size_t first)
{
	struct session_problems *problems = wf_new(session->arena, struct session_problems);

	*problems = (struct session_problems){ first, session->diags->n - first };
	wf_map_set(&session->broken, key_of(session, wf), problems);
	session->invalid = true;
}

const struct session_problems *
session_broken(struct session *session, const struct workflow *wf)
{
	return wf_map_get(&session->broken, key_of(session, wf));
}

const struct workflow *
session_stand_in(struct session *session, const struct session_workflow *file)
{
	struct workflow *wf = wf_new(session->arena, struct workflow);

	wf->path = wf->name = file->path;
	wf->file = wf_cstr(session->arena, file->path);
	wf->on = wf_new(session->arena, struct when);
	return wf;
}
