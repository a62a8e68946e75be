/* SPDX-License-Identifier: MIT */
/* foreign.c - reads workflows of other repositories, each file once. */
#include "runner/foreign.h"

#include "base/fs.h"
#include "model/action.h"
#include "runner/load.h"

#define FOLDER ".github/workflows"
#define WORKFLOW_LARGEST ((size_t)1 << 20)

/* A file that was read. */
struct foreign_file {
	const struct workflow *wf;
	const struct actions_tree *tree; /* NULL: a stub */
};

void
foreign_init(struct foreign *foreign, struct wf_arena *arena, struct actions *actions,
    const char *stubs)
{
	*foreign = (struct foreign){ .arena = arena, .actions = actions, .stubs = stubs };
	wf_map_init(&foreign->files, arena, false);
}

bool
foreign_fail(const struct foreign_call *call, const char *why, struct wf_error *err)
{
	return wf_fail(err, WF_ERR_INVALID, call->pos, "error parsing called workflow \"%.*s\": %s",
	    WF_ARG(call->uses), why);
}

/* Workflows can be called from one folder only. */
static bool
check_place(const struct foreign_call *call, struct wf_str path, struct wf_error *err)
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
find_stub(struct foreign *foreign, const struct uses_ref *ref)
{
	const char *file;

	if (!foreign->stubs)
		return NULL;
	file = wf_strf(foreign->arena, "%s/workflows/%.*s/%.*s/%.*s", foreign->stubs,
	    WF_ARG(ref->owner), WF_ARG(ref->repo),
	    WF_ARG(wf_str_skip(ref->path, strlen(FOLDER "/"))))
	           .p;
	return wf_exists(file) ? file : NULL;
}

/* Reads a file of another repository, once. */
static const struct workflow *
read_foreign(struct foreign *foreign, const struct foreign_call *call,
    const struct actions_tree *tree, const char *file, struct wf_str path, struct wf_error *err)
{
	struct wf_arena *arena = foreign->arena;
	struct wf_diags diags = { .arena = arena };
	struct foreign_file *known = wf_map_get(&foreign->files, wf_str(file));
	struct workflow *wf;
	struct wf_str text;
	bool found = true;

	if (known)
		return known->wf;
	if (tree ? !actions_read(arena, tree, wf_cstr(arena, path), WORKFLOW_LARGEST, &text, &found,
	               err)
	         : !wf_read_file(arena, file, WORKFLOW_LARGEST, &text, err)) {
		err->pos = call->pos;
		return NULL;
	}
	if (!found) {
		foreign_fail(call, "workflow was not found", err);
		return NULL;
	}
	wf = workflow_read(arena, wf_shown_path(arena, file), path, text, &diags);
	if (!wf) {
		wf_diags_first(&diags, err);
		return NULL;
	}
	known = wf_new(arena, struct foreign_file);
	*known = (struct foreign_file){ wf, tree };
	wf_map_set(&foreign->files, wf_str(file), known);
	return wf;
}

const struct workflow *
foreign_find(struct foreign *foreign, const struct foreign_call *call, const struct uses_ref *ref,
    const struct actions_tree **from, struct wf_error *err)
{
	const struct actions_name name = { ref->owner, ref->repo, ref->ref };
	const char *file;

	*from = NULL;
	if (!check_place(call, ref->path, err))
		return NULL;
	file = find_stub(foreign, ref);
	if (file)
		return read_foreign(foreign, call, NULL, file, ref->path, err);
	if (!(call->fetch ? actions_bring : actions_find)(foreign->actions, &name, from, err)) {
		err->pos = err->pos.file ? err->pos : call->pos;
		return NULL;
	}
	if (!*from) {
		wf_fail(err, WF_ERR_MISSING, call->pos, "'%.*s' is not in the action store",
		    WF_ARG(call->uses));
		return NULL;
	}
	file = wf_join(foreign->arena, (*from)->folder, wf_cstr(foreign->arena, ref->path));
	return read_foreign(foreign, call, *from, file, ref->path, err);
}

const struct workflow *
foreign_beside(struct foreign *foreign, const struct foreign_call *call, struct wf_str path,
    struct wf_error *err)
{
	const char *file = wf_join(foreign->arena, call->from->folder,
	    wf_cstr(foreign->arena, path));

	return read_foreign(foreign, call, call->from, file, path, err);
}

const struct actions_tree *
foreign_tree(const struct foreign *foreign, const struct workflow *wf)
{
	for (size_t i = 0; i < foreign->files.n; i++) {
		const struct foreign_file *file = foreign->files.items[i].value;

		if (file->wf == wf)
			return file->tree;
	}
	return NULL;
}
