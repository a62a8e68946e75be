/* SPDX-License-Identifier: MIT */
/* load.c - finds workflow files, in the work tree and in a commit, and reads them. */
#include "runner/load.h"

#include "base/fs.h"
#include "model/action.h"
#include "runner/session_state.h"

#define FOLDER ".github/workflows"
#define WORKFLOW_LARGEST ((size_t)1 << 20)

static bool
is_workflow_name(struct wf_str name)
{
	return wf_str_ends(name, WF_S(".yml")) || wf_str_ends(name, WF_S(".yaml"));
}

static struct workflow *
read_worktree(struct wf_arena *arena, const char *root, struct wf_str path, struct wf_diags *diags)
{
	const char *full = wf_join(arena, root, wf_cstr(arena, path));
	const char *file = wf_shown_path(arena, full);
	struct wf_error err;
	struct wf_str text;

	if (!wf_read_file(arena, full, WORKFLOW_LARGEST, &text, &err)) {
		err.kind = WF_ERR_INVALID;
		err.pos.file = file;
		wf_diags_add(diags, WF_DIAG_ERROR, &err);
		return NULL;
	}
	return workflow_read(arena, file, path, text, diags);
}

bool
session_load(struct wf_arena *arena, const char *repo_dir, struct session_workflow **out, size_t *n,
    struct wf_diags *diags, struct wf_error *err)
{
	struct repo *repo = repo_open(repo_dir, err);
	size_t nnames, cap = 0;
	const char *root;
	char **names;

	*out = NULL;
	*n = 0;
	if (!repo)
		return false;
	root = wf_cstr(arena, wf_str(repo_workdir(repo)));
	repo_close(repo);
	if (!wf_list_dir(arena, wf_join(arena, root, FOLDER), &names, &nnames, NULL))
		nnames = 0; /* a repository without workflows */
	for (size_t i = 0; i < nnames; i++) {
		struct session_workflow *item;

		if (!is_workflow_name(wf_str(names[i])))
			continue;
		item = wf_push(arena, *out, *n, cap);
		item->path = wf_strf(arena, FOLDER "/%s", names[i]);
		item->wf = read_worktree(arena, root, item->path, diags);
	}
	return true;
}

/* ---- the default branch ---- */

static struct workflow *
read_commit(struct session *session, const char *rev, struct wf_str path, struct wf_diags *diags)
{
	struct wf_arena *arena = session->arena;
	const char *file = wf_strf(arena, "%s:%.*s", rev, WF_ARG(path)).p;
	struct wf_str text;

	if (!repo_blob(session->repo, arena, rev, wf_cstr(arena, path), &text)) {
		wf_diags_fail(diags, (struct wf_pos){ .file = file }, "there is no such file");
		return NULL;
	}
	return workflow_read(arena, file, path, text, diags);
}

/* Workflows that would follow but are not on the default branch do not wake: say so. */
static void
note_missing(struct session *session, const char *rev)
{
	for (size_t i = 0; i < session->nloaded; i++) {
		const struct workflow *wf = session->loaded[i].wf;
		const struct when_event *when = wf ? when_find(wf->on, WF_S("workflow_run")) : NULL;
		struct wf_str text;

		if (!when || repo_blob(session->repo, session->arena, rev,
		                 wf_cstr(session->arena, wf->path), &text))
			continue;
		session_note(session, RECORD_NOTE, NULL, when->pos,
		    wf_strf(session->arena,
		        "'%.*s' is not on '%s', so that no workflow_run wakes it; "
		        "--chain-from worktree rehearses it",
		        WF_ARG(wf->path), rev));
	}
}

static void
read_upstream(struct session *session, const char *rev)
{
	struct wf_diags ignored = {
		.arena = session->arena
	}; /* what is broken there does not wake */
	struct wf_str *names;
	size_t n, cap = 0;

	if (!repo_tree(session->repo, session->arena, rev, FOLDER, &names, &n))
		n = 0;
	for (size_t i = 0; i < n; i++) {
		struct session_workflow *item;

		if (!is_workflow_name(names[i]))
			continue;
		item = wf_push(session->arena, session->upstream, session->nupstream, cap);
		item->path = wf_strf(session->arena, FOLDER "/%.*s", WF_ARG(names[i]));
		item->wf = read_commit(session, rev, item->path, &ignored);
	}
	note_missing(session, rev);
}

const struct session_workflow *
load_upstream(struct session *session, size_t *n)
{
	if (!session->upstream_read) {
		session->upstream_read = true;
		if (session->options->chain_from == SESSION_CHAIN_DEFAULT)
			session->upstream_rev = event_default_rev(session->arena, session->repo,
			    &session->facts);
		if (session->upstream_rev) {
			read_upstream(session, session->upstream_rev);
		} else {
			session->upstream = session->loaded;
			session->nupstream = session->nloaded;
		}
	}
	*n = session->nupstream;
	return session->upstream;
}

/* ---- called workflows ---- */

static const struct workflow *
find_loaded(const struct session_workflow *all, size_t n, struct wf_str path)
{
	for (size_t i = 0; i < n; i++)
		if (wf_str_eq(all[i].path, path))
			return all[i].wf;
	return NULL;
}

const struct workflow *
session_called(struct session *session, bool upstream, struct wf_str uses, struct wf_pos pos,
    struct wf_error *err)
{
	const struct session_workflow *all = session->loaded;
	const struct workflow *wf;
	size_t n = session->nloaded;
	struct uses_ref ref;

	if (!uses_parse(uses, pos, &ref, err))
		return NULL;
	if (ref.kind != USES_LOCAL && ref.kind != USES_SELF) {
		wf_fail(err, WF_ERR_MISSING, pos,
		    "workflows of other repositories cannot be called yet: '%.*s'", WF_ARG(uses));
		return NULL;
	}
	if (upstream)
		all = load_upstream(session, &n);
	wf = find_loaded(all, n, ref.path);
	if (wf && when_find(wf->on, WF_S("workflow_call")))
		return wf;
	if (wf)
		wf_fail(err, WF_ERR_INVALID, pos,
		    "workflow_call key is not defined in the referenced workflow.");
	else
		wf_fail(err, WF_ERR_INVALID, pos,
		    "error parsing called workflow \"%.*s\": workflow was not found", WF_ARG(uses));
	return NULL;
}
