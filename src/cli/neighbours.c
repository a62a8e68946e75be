/* SPDX-License-Identifier: MIT */
/* neighbours.c - reads files of a work tree once and keeps them by their paths. */
#include "cli/neighbours.h"

#include "base/fs.h"

enum { MAX_FILE = 16 << 20 };

static const char workflows_dir[] = ".github/workflows";

void
neighbours_init(struct neighbours *all, struct wf_arena *arena, const char *root)
{
	*all = (struct neighbours){ .arena = arena, .root = root };
	wf_map_init(&all->files, arena, false);
}

static bool
is_action(struct wf_str path)
{
	struct wf_str name = wf_str_skip(path, (size_t)(wf_str_rfind_char(path, '/') + 1));

	return wf_str_is(name, "action.yml") || wf_str_is(name, "action.yaml");
}

struct neighbour *
neighbours_read(struct neighbours *all, struct wf_str path)
{
	struct neighbour *file = wf_map_get(&all->files, path);

	if (file)
		return file;
	file = wf_new(all->arena, struct neighbour);
	path = wf_str_dup(all->arena, path);
	wf_map_set(&all->files, path, file);
	file->file = wf_strf(all->arena, "%s%.*s", all->root, WF_ARG(path)).p;
	file->is_action = is_action(path);
	file->diags.arena = all->arena;
	file->unreadable = !wf_read_file(all->arena, file->file, MAX_FILE, &file->text, &file->err);
	if (file->unreadable)
		return file;
	if (file->is_action)
		file->action = action_read(all->arena, file->file, file->text, &file->diags);
	else
		file->workflow = workflow_read(all->arena, file->file, path, file->text,
		    &file->diags);
	return file;
}

char **
neighbours_workflows(struct neighbours *all, size_t *n)
{
	const char *dir = wf_strf(all->arena, "%s%s", all->root, workflows_dir).p;
	char **names;
	size_t nall = 0;

	*n = 0;
	if (!wf_list_dir(all->arena, dir, &names, &nall, NULL))
		return NULL;
	for (size_t i = 0; i < nall; i++)
		if (wf_str_ends(wf_str(names[i]), WF_S(".yml")) ||
		    wf_str_ends(wf_str(names[i]), WF_S(".yaml")))
			names[(*n)++] = wf_join(all->arena, workflows_dir, names[i]);
	return names;
}

/* ---- for the rules ---- */

/* A path below the root without what GitHub would step over; false when it leads out. */
static bool
clean(struct wf_str *path)
{
	struct wf_str rest;

	while (wf_str_ends(*path, WF_S("/")))
		path->n--;
	for (rest = *path; rest.p;)
		if (wf_str_is(wf_str_cut(&rest, '/'), ".."))
			return false;
	return true;
}

static const struct action *
find_action(void *data, struct wf_str path)
{
	static const char *const names[] = { "action.yml", "action.yaml" };
	struct neighbours *all = data;
	struct wf_str file;

	if (!clean(&path))
		return NULL;
	for (size_t i = 0; i < WF_COUNT(names); i++) {
		file = wf_strf(all->arena, "%.*s%s%s", WF_ARG(path), path.n ? "/" : "", names[i]);
		if (!neighbours_read(all, file)->unreadable)
			return neighbours_read(all, file)->action;
	}
	return NULL;
}

static const struct workflow *
find_workflow(void *data, struct wf_str path, bool *missing)
{
	struct neighbour *file;

	if (!clean(&path))
		return NULL;
	file = neighbours_read(data, path);
	*missing = file->unreadable && !wf_exists(file->file);
	return file->workflow;
}

/* A workflow that GitHub refuses has its name all the same, which is not known here: its path. */
static const struct wf_str *
list_names(void *data, size_t *n)
{
	struct neighbours *all = data;
	char **paths;
	size_t npaths;

	if (!all->names) {
		paths = neighbours_workflows(all, &npaths);
		all->names = wf_new_array(all->arena, npaths, struct wf_str);
		for (size_t i = 0; i < npaths; i++) {
			struct neighbour *file = neighbours_read(all, wf_str(paths[i]));

			all->names[all->nnames++] = file->workflow ? file->workflow->name
			                                           : wf_str(paths[i]);
		}
	}
	*n = all->nnames;
	return all->names;
}

struct lint_repository
neighbours_repository(struct neighbours *all)
{
	return (struct lint_repository){
		.data = all,
		.action = find_action,
		.workflow = find_workflow,
		.names = list_names,
	};
}
