/* SPDX-License-Identifier: MIT */
/* gather.c - the walk that comes before a run, taken for its own sake. */
#include "runner/gather.h"

#include "runner/pick.h"
#include "runner/preflight.h"
#include "runner/session_state.h"

#include <stdlib.h>

/* A file that is invalid has its errors in diags already. */
static bool
is_walked(struct session *session, const struct workflow *wf)
{
	return !wf || preflight(session, wf, &session->files) == PREFLIGHT_GOOD;
}

/* Walks those that are named; *all is whether that is every file there is. */
static bool
walk_workflows(struct session *session, bool *all, struct wf_error *err)
{
	const char *const *names = session->options->workflows;
	const struct load_files *files = &session->files;
	bool good = true;
	size_t index;

	load_files(&session->load, NULL, &session->files, session->diags);
	*all = !names && !session->diags->nerrors;
	for (size_t i = 0; !names && i < files->n; i++)
		good &= is_walked(session, files->items[i].wf);
	for (size_t i = 0; names && names[i]; i++) {
		if (!pick_workflow(files->items, files->n, names[i], &index, err))
			return false;
		good &= is_walked(session, files->items[index].wf);
	}
	if (good && !session->diags->nerrors)
		return true;
	*all = false;
	return wf_diags_first(session->diags, err);
}

static int
by_name(const void *a, const void *b)
{
	const struct gather_item *one = a, *two = b;

	return wf_str_cmp(one->name, two->name);
}

/* Whether a locked tag or branch is another commit by now. That nobody can be asked is no error:
 * what counts is here. */
static void
look_for_move(struct session *session, const struct actions_tree *tree, struct gather_item *item)
{
	const struct actions_options *options = actions_options(session->actions);
	const struct actions_name name = { tree->owner, tree->repo, tree->ref };
	struct wf_str locked = lock_get(actions_lock(session->actions), item->name), now;

	if (options->offline || options->update || !locked.n || lock_is_sha(tree->ref))
		return;
	if (actions_look(session->actions, &name, &now, NULL) && !wf_str_eq(now, locked))
		item->moved = now;
}

static void
list_items(struct session *session, struct gather *out)
{
	size_t n;
	const struct actions_tree *const *trees = actions_used(session->actions, &n);

	out->items = wf_new_array(session->arena, n, struct gather_item);
	for (size_t i = 0; i < n; i++) {
		const struct actions_name name = { trees[i]->owner, trees[i]->repo, trees[i]->ref };
		struct gather_item *item = &out->items[out->n++];

		item->name = actions_name_text(session->arena, &name);
		item->sha = trees[i]->sha;
		item->fetched = trees[i]->fetched;
		look_for_move(session, trees[i], item);
	}
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), by_name);
}

/* What is not used any more goes, when all was looked at. A full id needs no lock. */
static bool
write_lock(struct session *session, const struct gather *found, bool all, struct wf_error *err)
{
	struct lock *lock = actions_lock(session->actions);

	if (all)
		lock_init(lock, session->arena);
	for (size_t i = 0; i < found->n; i++)
		if (!wf_str_ends(found->items[i].name, found->items[i].sha))
			lock_set(lock, found->items[i].name, found->items[i].sha);
	return lock_write(lock, repo_workdir(session->repo), err);
}

bool
gather(const struct session_options *options, struct gather *out, struct wf_diags *diags,
    struct wf_error *err)
{
	struct session session = { .options = options, .diags = diags, .gathering = true };
	bool all, good;

	*out = (struct gather){ .n = 0 };
	if (!session_look(&session, err))
		return false;
	good = walk_workflows(&session, &all, err);
	list_items(&session, out);
	return write_lock(&session, out, all, good ? err : NULL) && good;
}
