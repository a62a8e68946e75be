/* SPDX-License-Identifier: MIT */
/* diff.c - which paths differ between two trees, and what the work tree is like.
 *
 * The work tree is compared by way of the index, whose stat data saves reading every file; what the
 * index and the work tree say of one path becomes one change. A repository inside the work tree
 * that is no submodule counts as ignored. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "event/repo_git.h"

#define RENAME_LIMIT 1000 /* git's own */

static void
diff_freep(git_diff **diff)
{
	git_diff_free(*diff);
}

static void
index_freep(git_index **index)
{
	git_index_free(*index);
}

struct change_list {
	struct wf_arena *arena;
	struct repo *repo;
	git_index *index; /* NULL when the new side is a tree */
	struct repo_change *items;
	size_t n, cap;
};

static struct wf_str
path_dup(struct wf_arena *arena, const char *path)
{
	struct wf_str text = wf_str(path);

	if (wf_str_ends(text, WF_S("/")))
		text.n--;
	return wf_str_dup(arena, text);
}

static void
add_change(struct change_list *list, const char *path, enum repo_change_kind status,
    const char *old)
{
	struct repo_change *change = wf_push(list->arena, list->items, list->n, list->cap);

	change->path = path_dup(list->arena, path);
	change->status = status;
	if (old)
		change->old_path = path_dup(list->arena, old);
}

/* The index's entry of a path that a sparse checkout leaves out of the work tree, or NULL. */
static const git_index_entry *
left_out(const git_index_entry *entry)
{
	return entry && (entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) ? entry : NULL;
}

/* What a path that is not in the work tree would be in a commit of all there is, as an object id;
 * false when it would be gone. It may have been left out by a sparse checkout, or taken out of the
 * index only: then the file is back, unless it is ignored. */
static bool
would_be(const struct change_list *list, const char *path, git_oid *id)
{
	const git_index_entry *entry = left_out(git_index_get_bypath(list->index, path, 0));
	const char *file = wf_join(list->arena, list->repo->workdir, path);
	int ignored = 0;
	struct stat st;

	if (entry)
		*id = entry->id;
	else if (lstat(file, &st) < 0 || !S_ISREG(st.st_mode) ||
	         git_ignore_path_is_ignored(&ignored, list->repo->git, path) < 0 || ignored ||
	         git_repository_hashfile(id, list->repo->git, file, GIT_OBJECT_BLOB, NULL) < 0)
		return false;
	return true;
}

static void
add_deleted(struct change_list *list, const git_diff_file *file)
{
	git_oid id;

	if (!list->index || !would_be(list, file->path, &id))
		add_change(list, file->path, REPO_DELETED, NULL);
	else if (!git_oid_equal(&id, &file->id))
		add_change(list, file->path, REPO_MODIFIED, NULL);
}

/* What a sparse checkout leaves out and the old side does not have was added since. */
static void
add_left_out(struct change_list *list, const git_tree *from)
{
	for (size_t i = 0; i < git_index_entrycount(list->index); i++) {
		const git_index_entry *entry = left_out(git_index_get_byindex(list->index, i));
		git_tree_entry *old = NULL;
		struct stat st;

		if (!entry ||
		    lstat(wf_join(list->arena, list->repo->workdir, entry->path), &st) == 0)
			continue;
		if (!from || git_tree_entry_bypath(&old, from, entry->path) < 0)
			add_change(list, entry->path, REPO_ADDED, NULL);
		git_tree_entry_free(old);
	}
}

static void
add_delta(struct change_list *list, const git_diff_delta *delta)
{
	const char *path = delta->new_file.path;

	switch (delta->status) {
	case GIT_DELTA_ADDED:
	case GIT_DELTA_COPIED:
	case GIT_DELTA_UNTRACKED: add_change(list, path, REPO_ADDED, NULL); return;
	case GIT_DELTA_DELETED: add_deleted(list, &delta->old_file); return;
	case GIT_DELTA_MODIFIED:
	case GIT_DELTA_TYPECHANGE:
	case GIT_DELTA_UNREADABLE:
	case GIT_DELTA_CONFLICTED: add_change(list, path, REPO_MODIFIED, NULL); return;
	case GIT_DELTA_RENAMED: add_change(list, path, REPO_RENAMED, delta->old_file.path); return;
	case GIT_DELTA_UNMODIFIED:
	case GIT_DELTA_IGNORED: return;
	}
	abort();
}

static int
compare_changes(const void *a, const void *b)
{
	const struct repo_change *one = a, *two = b;

	return wf_str_cmp(one->path, two->path);
}

static bool
find_renames(git_diff *diff, struct wf_error *err)
{
	git_diff_find_options find;

	git_diff_find_options_init(&find, GIT_DIFF_FIND_OPTIONS_VERSION);
	find.flags = GIT_DIFF_FIND_RENAMES | GIT_DIFF_FIND_FOR_UNTRACKED;
	find.rename_limit = RENAME_LIMIT;
	if (git_diff_find_similar(diff, &find) < 0)
		return repo_fail(err, "look for renamed files");
	return true;
}

static void
diff_options(git_diff_options *options, uint32_t flags)
{
	git_diff_options_init(options, GIT_DIFF_OPTIONS_VERSION);
	options->flags = flags;
	/* A commit records which commit a submodule is at, not what lies around in it. */
	options->ignore_submodules = GIT_SUBMODULE_IGNORE_DIRTY;
}

/* The tree of a commit; NULL stands for the empty tree, when rev is REPO_ZERO_SHA. */
static bool
tree_of(struct repo *repo, const char *rev, git_tree **tree, struct wf_error *err)
{
	*tree = NULL;
	if (strcmp(rev, REPO_ZERO_SHA) == 0)
		return true;
	*tree = repo_find_tree(repo, rev);
	if (!*tree)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "there is no commit '%s' in %s",
		    rev, repo->workdir);
	return true;
}

/* libgit2 does not know every form of the index that git writes. */
static bool
fail_index(struct repo *repo, struct wf_error *err)
{
	repo_fail(err, "read the index of %s", repo->workdir);
	if (strstr(err->msg, "'link'"))
		wf_hint(err, "'git update-index --no-split-index' writes one that can be read");
	if (strstr(err->msg, "'sdir'"))
		wf_hint(err,
		    "'git sparse-checkout reapply --no-sparse-index' writes one that can be "
		    "read");
	return false;
}

static void
add_deltas(struct change_list *list, const git_diff *diff)
{
	for (size_t i = 0; i < git_diff_num_deltas(diff); i++)
		add_delta(list, git_diff_get_delta(diff, i));
}

static bool
compare_trees(struct change_list *list, git_tree *from, git_tree *to, bool renames,
    struct wf_error *err)
{
	wf_auto(diff_freep) git_diff *diff = NULL;
	git_diff_options options;

	diff_options(&options, GIT_DIFF_INCLUDE_TYPECHANGE);
	if (git_diff_tree_to_tree(&diff, list->repo->git, from, to, &options) < 0)
		return repo_fail(err, "compare two commits of %s", list->repo->workdir);
	if (renames && !find_renames(diff, err))
		return false;
	add_deltas(list, diff);
	return true;
}

/* Looks at every file of the work tree, again if need be. */
static bool
look(struct repo *repo, git_index *index, struct wf_error *err)
{
	git_diff_options options;

	git_diff_free(repo->look);
	repo->look = NULL;
	diff_options(&options, GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_INCLUDE_IGNORED |
	                           GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS);
	return git_diff_index_to_workdir(&repo->look, repo->git, index, &options) == 0 ||
	       repo_fail(err, "look at the work tree %s", repo->workdir);
}

/* What the index says and the commit does not. No file is looked at for it; untracked ones are
 * asked for because a look that is merged into this brings only what this takes. */
static bool
diff_index(const struct change_list *list, git_tree *from, git_index *index, git_diff **diff,
    struct wf_error *err)
{
	git_diff_options options;

	diff_options(&options, GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_INCLUDE_UNTRACKED);
	return git_diff_tree_to_index(diff, list->repo->git, from, index, &options) == 0 ||
	       repo_fail(err, "compare a commit with the index of %s", list->repo->workdir);
}

static bool
compare_worktree(struct change_list *list, git_tree *from, bool renames, struct wf_error *err)
{
	wf_auto(index_freep) git_index *index = NULL;
	wf_auto(diff_freep) git_diff *diff = NULL;

	if (git_repository_index(&index, list->repo->git) < 0)
		return fail_index(list->repo, err);
	if ((!list->repo->look && !look(list->repo, index, err)) ||
	    !diff_index(list, from, index, &diff, err))
		return false;
	if (git_diff_merge(diff, list->repo->look) < 0)
		return repo_fail(err, "compare a commit with the work tree %s",
		    list->repo->workdir);
	if (renames && !find_renames(diff, err))
		return false;
	list->index = index;
	add_deltas(list, diff);
	add_left_out(list, from);
	list->index = NULL;
	return true;
}

bool
repo_diff(struct repo *repo, struct wf_arena *arena, const char *base, const char *head,
    bool worktree, bool renames, struct repo_change **out, size_t *n, struct wf_error *err)
{
	struct change_list list = { .arena = arena, .repo = repo };
	wf_auto(repo_tree_freep) git_tree *from = NULL;
	wf_auto(repo_tree_freep) git_tree *to = NULL;

	if (!tree_of(repo, base, &from, err) || (!worktree && !tree_of(repo, head, &to, err)))
		return false;
	if (!(worktree ? compare_worktree(&list, from, renames, err)
	               : compare_trees(&list, from, to, renames, err)))
		return false;
	if (list.n > 0)
		qsort(list.items, list.n, sizeof(*list.items), compare_changes);
	*out = list.items;
	*n = list.n;
	return true;
}

bool
repo_count_lines(struct repo *repo, const char *base, const char *head, bool worktree,
    struct repo_line_count *out, struct wf_error *err)
{
	wf_auto(repo_tree_freep) git_tree *from = NULL;
	wf_auto(repo_tree_freep) git_tree *to = NULL;
	wf_auto(diff_freep) git_diff *diff = NULL;
	git_diff_stats *stats = NULL;
	git_diff_options options;

	diff_options(&options, GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
	                           GIT_DIFF_SHOW_UNTRACKED_CONTENT);
	if (!tree_of(repo, base, &from, err) || (!worktree && !tree_of(repo, head, &to, err)))
		return false;
	if ((worktree ? git_diff_tree_to_workdir_with_index(&diff, repo->git, from, &options)
	              : git_diff_tree_to_tree(&diff, repo->git, from, to, &options)) < 0 ||
	    git_diff_get_stats(&stats, diff) < 0)
		return repo_fail(err, "count the changed lines of %s", repo->workdir);
	out->added = git_diff_stats_insertions(stats);
	out->deleted = git_diff_stats_deletions(stats);
	git_diff_stats_free(stats);
	return true;
}

static int
compare_paths(const void *a, const void *b)
{
	const struct wf_str *one = a, *two = b;

	return wf_str_cmp(*one, *two);
}

static void
add_ignored(struct repo_status *status, struct wf_arena *arena, const git_diff *diff)
{
	size_t cap = 0;

	for (size_t i = 0; i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);

		if (delta->status == GIT_DELTA_IGNORED)
			*wf_push(arena, status->ignored, status->nignored, cap) = path_dup(arena,
			    delta->new_file.path);
	}
	if (status->nignored > 0)
		qsort(status->ignored, status->nignored, sizeof(*status->ignored), compare_paths);
}

/* Who this process is. */
struct identity {
	uid_t user;
	gid_t group;
};

/* The index holds 32 bits of the ids, and zeros when git was told to keep only sizes and times. */
static bool
is_foreign(const struct repo *repo, struct wf_arena *scratch, const struct identity *me,
    const git_index_entry *entry)
{
	struct stat st;

	if (entry->uid == (uint32_t)me->user && entry->gid == (uint32_t)me->group)
		return false;
	return lstat(wf_join(scratch, repo->workdir, entry->path), &st) == 0 &&
	       (st.st_uid != me->user || st.st_gid != me->group);
}

static bool
any_foreign(const struct repo *repo, git_index *index)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	const struct identity me = { geteuid(), getegid() };

	for (size_t i = 0; i < git_index_entrycount(index); i++) {
		if (is_foreign(repo, scratch, &me, git_index_get_byindex(index, i)))
			return true;
		wf_arena_reset(scratch);
	}
	return false;
}

/* Whether the index or a file differs from HEAD. */
static bool
find_dirty(struct change_list *list, git_tree *from, bool *dirty, struct wf_error *err)
{
	wf_auto(diff_freep) git_diff *diff = NULL;

	add_deltas(list, list->repo->look);
	if (list->n == 0) {
		if (!diff_index(list, from, list->index, &diff, err))
			return false;
		add_deltas(list, diff);
	}
	*dirty = list->n > 0;
	return true;
}

bool
repo_status(struct repo *repo, struct wf_arena *arena, const char *head, struct repo_status *out,
    struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	struct change_list list = { .arena = scratch, .repo = repo };
	wf_auto(repo_tree_freep) git_tree *from = NULL;
	wf_auto(index_freep) git_index *index = NULL;

	*out = (struct repo_status){ .dirty = false };
	if (!tree_of(repo, head, &from, err))
		return false;
	if (git_repository_index(&index, repo->git) < 0)
		return fail_index(repo, err);
	list.index = index;
	if (!look(repo, index, err) || !find_dirty(&list, from, &out->dirty, err))
		return false;
	add_ignored(out, arena, repo->look);
	out->foreign = any_foreign(repo, index);
	return true;
}
