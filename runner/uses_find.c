/* SPDX-License-Identifier: MIT */
/* uses_find.c - what answers for a `uses:`, and its manifest where it lies on the host. */
#include "runner/uses.h"

#include "base/fs.h"
#include "runner/session_state.h"

#include <stdlib.h>

const char *const uses_manifests[USES_MANIFESTS] = { "action.yml", "action.yaml" };

/* ---- stubs ---- */

/* The name of an entry of the folder as it is spelled there; GitHub ignores case. NULL: none. */
static const char *
entry_spelled(struct wf_arena *arena, const char *folder, struct wf_str name)
{
	char **names;
	size_t n;

	if (wf_is_dir(wf_join(arena, folder, wf_cstr(arena, name))))
		return wf_cstr(arena, name);
	if (!wf_list_dir(arena, folder, &names, &n, NULL))
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (wf_str_ieq(wf_str(names[i]), name))
			return names[i];
	return NULL;
}

static bool
find_stub(struct session *session, struct wf_arena *arena, struct uses_place *out)
{
	const struct uses_ref *ref = &out->ref;
	const char *actions, *owner, *repo, *below, *host;

	if (!session->stubs)
		return false;
	actions = wf_join(arena, session->stubs, "actions");
	owner = entry_spelled(arena, actions, ref->owner);
	repo = owner ? entry_spelled(arena, wf_join(arena, actions, owner), ref->repo) : NULL;
	if (!repo)
		return false;
	below = wf_strf(arena, "actions/%s/%s%s%.*s", owner, repo, ref->path.n ? "/" : "",
	    WF_ARG(ref->path))
	            .p;
	host = wf_join(arena, session->stubs, below);
	if (!wf_is_dir(host))
		return false;
	out->kind = USES_PLACE_STUB;
	out->below = below;
	out->host = host;
	return true;
}

/* An image is answered for by a folder of its name, whatever its tag. */
static void
find_image(struct session *session, struct wf_arena *arena, struct uses_place *out)
{
	struct wf_str name = out->ref.image;
	ptrdiff_t at = wf_str_find(name, WF_S("@"));

	out->kind = USES_PLACE_IMAGE;
	out->below = "";
	if (at >= 0)
		name = wf_str_sub(name, 0, (size_t)at);
	for (size_t i = name.n; i > 0 && name.p[i - 1] != '/'; i--)
		if (name.p[i - 1] == ':')
			name = wf_str_sub(name, 0, i - 1);
	if (!session->stubs || !name.n || wf_str_find(name, WF_S("..")) >= 0)
		return;
	out->below = wf_strf(arena, "images/%.*s", WF_ARG(name)).p;
	out->host = wf_join(arena, session->stubs, out->below);
	if (wf_is_dir(out->host)) {
		out->kind = USES_PLACE_STUB;
		return;
	}
	out->below = "";
	out->host = NULL;
}

/* ---- other repositories ---- */

static void
set_tree(struct wf_arena *arena, const struct actions_tree *tree, struct wf_str path,
    struct uses_place *out)
{
	out->kind = USES_PLACE_STORE;
	out->tree = out->from = tree;
	out->below = wf_cstr(arena, path);
	out->host = path.n ? wf_join(arena, tree->folder, out->below) : tree->folder;
}

/* Whether wfrun's own action stands for the real one, which is here when tree is not NULL. */
static bool
prefers_builtin(const struct session *session, const struct builtin *builtin,
    const struct actions_tree *tree)
{
	bool local = tree && !tree->sha.n;

	switch (actions_options(session->actions)->builtin) {
	case ACTIONS_BUILTIN_AUTO: return builtin && !tree;
	case ACTIONS_BUILTIN_ALWAYS: return builtin && !local;
	case ACTIONS_BUILTIN_NEVER: return false;
	}
	abort();
}

static bool
hint_stub(const struct uses_ref *ref, struct wf_error *err)
{
	if (err->kind == WF_ERR_MISSING && !err->hint[0])
		wf_hint(err,
		    "answer for it with --stubs DIR, by a folder DIR/actions/%.*s/%.*s%s%.*s "
		    "that holds an action.yml",
		    WF_ARG(ref->owner), WF_ARG(ref->repo), ref->path.n ? "/" : "",
		    WF_ARG(ref->path));
	return false;
}

static bool
fail_absent(const struct uses_ref *ref, struct wf_error *err)
{
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
	    "action '%.*s/%.*s@%.*s' is not here: it is neither built in, nor a stub, nor in the "
	    "action store",
	    WF_ARG(ref->owner), WF_ARG(ref->repo), WF_ARG(ref->ref));
	return hint_stub(ref, err);
}

static bool
find_remote(struct session *session, struct wf_arena *arena, bool fetch, struct uses_place *out,
    struct wf_error *err)
{
	const struct uses_ref *ref = &out->ref;
	const struct actions_name name = { ref->owner, ref->repo, ref->ref };
	const struct builtin *builtin = builtin_find(ref->owner, ref->repo, ref->path);
	const struct actions_tree *tree = NULL;

	if (find_stub(session, arena, out))
		return true;
	if (!actions_find(session->actions, &name, &tree, err))
		return false;
	if (prefers_builtin(session, builtin, tree)) {
		out->kind = USES_PLACE_BUILTIN;
		out->builtin = builtin;
		return true;
	}
	if (!tree && !fetch)
		return fail_absent(ref, err);
	if (!tree && !actions_bring(session->actions, &name, &tree, err))
		return hint_stub(ref, err);
	set_tree(arena, tree, ref->path, out);
	return true;
}

/* `$/`: the repository of the file that says it. */
static void
find_self(struct session *session, struct wf_arena *arena, const struct uses_query *query,
    struct uses_place *out)
{
	if (query->from) {
		set_tree(arena, query->from, out->ref.path, out);
		return;
	}
	out->kind = USES_PLACE_SELF;
	out->below = wf_cstr(arena, out->ref.path);
	out->host = wf_join(arena, repo_workdir(session->repo), out->below);
}

static void
find_workspace(struct session *session, struct wf_arena *arena, struct uses_place *out)
{
	out->kind = USES_PLACE_WORKSPACE;
	out->below = wf_cstr(arena, out->ref.path);
	out->host = wf_join(arena, repo_workdir(session->repo), out->below);
}

bool
uses_find(struct session *session, struct wf_arena *arena, const struct uses_query *query,
    struct uses_place *out, struct wf_error *err)
{
	*out = (struct uses_place){ .host = NULL };
	if (!uses_parse(query->text, query->pos, &out->ref, err))
		return false;
	switch (out->ref.kind) {
	case USES_REPO:
		if (find_remote(session, arena, query->fetch, out, err))
			return true;
		if (!err->pos.file)
			err->pos = query->pos;
		return false;
	case USES_LOCAL: find_workspace(session, arena, out); return true;
	case USES_SELF: find_self(session, arena, query, out); return true;
	case USES_DOCKER: find_image(session, arena, out); return true;
	}
	abort();
}

/* ---- manifests ---- */

bool
uses_parse_manifest(struct wf_arena *arena, const char *file, struct wf_str text,
    struct action **out, struct wf_error *err)
{
	struct wf_diags diags = { .arena = arena };

	*out = action_read(arena, file, text, &diags);
	return *out ? true : wf_diags_first(&diags, err);
}

/* A hostile repository may have a link there that leads to a file of the user's. */
static bool
read_tree(struct wf_arena *arena, const struct uses_place *place, const char *name,
    struct wf_str *text, bool *found, struct wf_error *err)
{
	const char *path = place->below[0] ? wf_join(arena, place->below, name) : name;

	return actions_read(arena, place->tree, path, USES_MANIFEST_LARGEST, text, found, err);
}

static bool
read_host(struct wf_arena *arena, const struct uses_place *place, struct action **out,
    struct wf_error *err)
{
	*out = NULL;
	for (size_t i = 0; i < WF_COUNT(uses_manifests); i++) {
		const char *path = wf_join(arena, place->host, uses_manifests[i]);
		struct wf_str text;
		bool found = true;

		if (!place->tree)
			found = wf_exists(path);
		if (place->tree
		        ? !read_tree(arena, place, uses_manifests[i], &text, &found, err)
		        : found && !wf_read_file(arena, path, USES_MANIFEST_LARGEST, &text, err))
			return false;
		if (found)
			return uses_parse_manifest(arena, wf_shown_path(arena, path), text, out,
			    err);
	}
	return true;
}

bool
uses_read_host(struct session *session, const struct uses_place *place, struct action **out,
    struct wf_error *err)
{
	struct wf_str key = wf_str(place->host);

	*out = place->host ? wf_map_get(&session->manifests, key) : NULL;
	if (*out || !place->host)
		return true;
	if (!read_host(session->arena, place, out, err))
		return false;
	/* a folder of the workspace is another one in each job */
	if (*out && place->kind != USES_PLACE_WORKSPACE)
		wf_map_set(&session->manifests, wf_str_dup(session->arena, key), *out);
	return true;
}

/* An action of this repository as a commit has it. */
static bool
read_commit(struct session *session, const struct uses_place *place, const char *rev,
    struct action **out, struct wf_error *err)
{
	struct wf_arena *arena = session->arena;

	*out = NULL;
	for (size_t i = 0; i < WF_COUNT(uses_manifests); i++) {
		const char *name = uses_manifests[i];
		const char *path = place->below[0] ? wf_join(arena, place->below, name) : name;
		struct wf_str text;

		if (repo_blob(session->repo, arena, rev, path, &text))
			return uses_parse_manifest(arena, wf_strf(arena, "%s:%s", rev, path).p,
			    text, out, err);
	}
	return true;
}

bool
uses_read(struct session *session, const struct uses_place *place, const char *rev,
    struct action **out, struct wf_error *err)
{
	if (rev && (place->kind == USES_PLACE_WORKSPACE || place->kind == USES_PLACE_SELF))
		return read_commit(session, place, rev, out, err);
	return uses_read_host(session, place, out, err);
}
