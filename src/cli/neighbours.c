/* SPDX-License-Identifier: MIT */
/* neighbours.c - reads files of a work tree, and keeps those that others ask for. */
#include "cli/neighbours.h"

#include <ctype.h>
#include <string.h>

#include "base/fs.h"
#include "model/tree.h"

enum { MAX_FILE = 16 << 20 };

static const char workflows_dir[] = ".github/workflows";

static bool
is_action(struct wf_str path)
{
	struct wf_str name = wf_str_skip(path, (size_t)(wf_str_rfind_char(path, '/') + 1));

	return wf_str_is(name, "action.yml") || wf_str_is(name, "action.yaml");
}

bool
source_read(struct source *out, struct wf_arena *arena, const char *root, struct wf_str path,
    struct wf_error *err)
{
	*out = (struct source){
		.file = wf_strf(arena, "%s%.*s", root, WF_ARG(path)).p,
		.is_action = is_action(path),
		.diags = { .arena = arena },
	};
	if (!wf_read_file(arena, out->file, MAX_FILE, &out->text, err))
		return false;
	if (out->is_action)
		out->action = action_read(arena, out->file, out->text, &out->diags);
	else
		out->workflow = workflow_read(arena, out->file, path, out->text, &out->diags);
	return true;
}

void
neighbours_init(struct neighbours *all, const char *root)
{
	*all = (struct neighbours){
		.root = root,
		.arena = wf_arena_new(),
		.names_arena = wf_arena_new(),
	};
	pthread_mutex_init(&all->lock, NULL);
	pthread_mutex_init(&all->names_lock, NULL);
	wf_map_init(&all->files, all->arena, false);
	wf_map_init(&all->checked, all->arena, false);
}

void
neighbours_release(struct neighbours *all)
{
	pthread_mutex_destroy(&all->names_lock);
	pthread_mutex_destroy(&all->lock);
	wf_arena_free(all->names_arena);
	wf_arena_free(all->arena);
}

/* The file at this path, or NULL. */
static const struct source *
read_kept(struct neighbours *all, struct wf_str path)
{
	struct source *file = wf_map_get(&all->files, path);

	if (file || wf_map_has(&all->files, path))
		return file;
	path = wf_str_dup(all->arena, path);
	file = wf_new(all->arena, struct source);
	if (!source_read(file, all->arena, all->root, path, NULL))
		file = NULL;
	wf_map_set(&all->files, path, file);
	return file;
}

char **
neighbours_workflows(const struct neighbours *all, struct wf_arena *arena, size_t *n)
{
	const char *dir = wf_strf(arena, "%s%s", all->root, workflows_dir).p;
	char **names;
	size_t nall = 0;

	*n = 0;
	if (!wf_list_dir(arena, dir, &names, &nall, NULL))
		return NULL;
	for (size_t i = 0; i < nall; i++)
		if (wf_str_ends(wf_str(names[i]), WF_S(".yml")) ||
		    wf_str_ends(wf_str(names[i]), WF_S(".yaml")))
			names[(*n)++] = wf_join(arena, workflows_dir, names[i]);
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
find_action(struct neighbours *all, struct wf_str path)
{
	static const char *const names[] = { "action.yml", "action.yaml" };
	struct wf_str file;

	if (!clean(&path))
		return NULL;
	for (size_t i = 0; i < WF_COUNT(names); i++) {
		file = wf_strf(all->arena, "%.*s%s%s", WF_ARG(path), path.n ? "/" : "", names[i]);
		if (read_kept(all, file))
			return read_kept(all, file)->action;
	}
	return NULL;
}

static const struct workflow *
find_workflow(struct neighbours *all, struct wf_str path, bool *missing)
{
	const struct source *file;

	if (!clean(&path))
		return NULL;
	file = read_kept(all, path);
	*missing = !file && !wf_exists(wf_strf(all->arena, "%s%.*s", all->root, WF_ARG(path)).p);
	return file ? file->workflow : NULL;
}

/* The line of a key at the left edge; p is NULL when there is none. */
static struct wf_str
root_line(struct wf_str text, struct wf_str key)
{
	while (text.p) {
		struct wf_str line = wf_str_cut(&text, '\n');

		if (wf_str_starts(line, key))
			return line;
	}
	return (struct wf_str){ 0 };
}

/* Text that is a plain scalar, and no null, boolean or number: nearly every name. */
static bool
is_plain_text(struct wf_str text)
{
	if (text.n <= strlen("false") || !isalpha((unsigned char)text.p[0]))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!isalnum((unsigned char)text.p[i]) &&
		    wf_str_find_char(WF_S(" -_./()&+"), text.p[i]) < 0)
			return false;
	return true;
}

/* The name out of a line `name: ...` alone; p is NULL when it is not in one line. */
static struct wf_str
name_in_line(struct wf_arena *arena, struct wf_str line)
{
	struct wf_str text = wf_str_trim(wf_str_skip(line, strlen("name:")));
	struct tree_limits limits = TREE_LIMITS;
	struct tree tree;

	if (wf_str_starts(line, WF_S("name: ")) &&
	    is_plain_text(text)) /* a parser costs more than all else here */
		return text;
	tree_read(arena, arena, NULL, line, &limits, &tree);
	/* a mapping of one key to one text */
	if (tree.failed || tree.n != 4 || tree.nodes[2].value.kind != EXPR_STRING ||
	    wf_str_find_char(line, '|') >= 0 || wf_str_find_char(line, '>') >= 0)
		return (struct wf_str){ 0 };
	return tree.nodes[2].value.string;
}

/* The name of a file that has to be read as a whole. */
static struct wf_str
name_of_kept(struct neighbours *all, struct wf_str path)
{
	const struct source *source;

	pthread_mutex_lock(&all->lock);
	source = read_kept(all, path);
	pthread_mutex_unlock(&all->lock);
	return source && source->workflow ? source->workflow->name : path;
}

/* To know its name a file need not be understood; when its name does not stand in one line at the
 * left edge, it is read all the same. */
static struct wf_str
name_of(struct neighbours *all, struct wf_str path, struct wf_arena *scratch)
{
	const char *file = wf_strf(scratch, "%s%.*s", all->root, WF_ARG(path)).p;
	struct wf_str name = { 0 }, text;

	if (wf_read_file(scratch, file, MAX_FILE, &text, NULL))
		name = name_in_line(scratch, root_line(text, WF_S("name:")));
	return name.n ? wf_str_dup(all->names_arena, name) : name_of_kept(all, path);
}

static void
list_names(struct neighbours *all)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	char **paths;
	size_t n;

	paths = neighbours_workflows(all, all->names_arena, &n);
	all->names = wf_new_array(all->names_arena, n, struct wf_str);
	for (size_t i = 0; i < n; i++) {
		all->names[all->nnames++] = name_of(all, wf_str(paths[i]), scratch);
		wf_arena_reset(scratch);
	}
}

/* ---- one thread at a time ---- */

static const struct action *
ask_action(void *data, struct wf_str path)
{
	struct neighbours *all = data;
	const struct action *action;

	pthread_mutex_lock(&all->lock);
	action = find_action(all, path);
	pthread_mutex_unlock(&all->lock);
	return action;
}

static const struct workflow *
ask_workflow(void *data, struct wf_str path, bool *missing)
{
	struct neighbours *all = data;
	const struct workflow *workflow;

	pthread_mutex_lock(&all->lock);
	workflow = find_workflow(all, path, missing);
	pthread_mutex_unlock(&all->lock);
	return workflow;
}

static const struct wf_str *
ask_names(void *data, size_t *n)
{
	struct neighbours *all = data;

	pthread_mutex_lock(&all->names_lock);
	if (!all->names)
		list_names(all);
	pthread_mutex_unlock(&all->names_lock);
	*n = all->nnames;
	return all->names;
}

struct lint_repository
neighbours_repository(struct neighbours *all)
{
	return (struct lint_repository){
		.data = all,
		.action = ask_action,
		.workflow = ask_workflow,
		.names = ask_names,
	};
}
