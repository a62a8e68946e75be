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

static bool
fail_call(const struct session_call *call, struct wf_error *err)
{
	return wf_fail(err, WF_ERR_INVALID, call->pos,
	    "error parsing called workflow \"%.*s\": workflow was not found", WF_ARG(call->uses));
}

/* Workflows can be called from one folder only. */
static bool
check_place(const struct session_call *call, struct wf_str path, struct wf_error *err)
{
	struct wf_str name = wf_str_skip(path, strlen(FOLDER "/"));

	if (wf_str_starts(path, WF_S(FOLDER "/")) && wf_str_find_char(name, '/') < 0 &&
	    is_workflow_name(name))
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
		fail_call(call, err);
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
	const struct session_workflow *all = session->loaded;
	size_t n = session->nloaded;
	const struct workflow *wf;

	*from = call->from;
	if (call->from)
		return read_foreign(session, call, call->from,
		    wf_join(session->arena, call->from->folder, wf_cstr(session->arena, ref->path)),
		    ref->path, err);
	if (call->upstream)
		all = load_upstream(session, &n);
	wf = find_loaded(all, n, ref->path);
	if (!wf)
		fail_call(call, err);
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
