/* SPDX-License-Identifier: MIT */
/* commit.c - commits and what is in them: metadata, history, files, folders, export. */
#include <stdlib.h>

#include "event/repo_git.h"

static void
revwalk_freep(git_revwalk **walk)
{
	git_revwalk_free(*walk);
}

static void
entry_freep(git_tree_entry **entry)
{
	git_tree_entry_free(*entry);
}

static struct wf_str
text_dup(struct wf_arena *arena, const char *text)
{
	return wf_str_dup(arena, wf_str(text));
}

static void
read_commit(struct wf_arena *arena, const git_commit *commit, struct repo_commit *out)
{
	const git_signature *author = git_commit_author(commit);
	const git_signature *committer = git_commit_committer(commit);

	*out = (struct repo_commit){ 0 };
	out->sha = repo_oid_text(arena, git_commit_id(commit));
	out->tree = repo_oid_text(arena, git_commit_tree_id(commit));
	out->message = text_dup(arena, git_commit_message(commit));
	out->author_name = text_dup(arena, author->name);
	out->author_email = text_dup(arena, author->email);
	out->author_time = author->when.time;
	out->author_offset = author->when.offset;
	out->committer_name = text_dup(arena, committer->name);
	out->committer_email = text_dup(arena, committer->email);
	out->committer_time = committer->when.time;
	out->committer_offset = committer->when.offset;
	if (git_commit_parentcount(commit) > 0)
		out->parent = repo_oid_text(arena, git_commit_parent_id(commit, 0));
}

bool
repo_commit(struct repo *repo, struct wf_arena *arena, const char *rev, struct repo_commit *out,
    struct wf_error *err)
{
	wf_auto(repo_commit_freep) git_commit *commit = repo_find_commit(repo, rev);

	if (!commit)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "there is no commit '%s' in %s",
		    rev, repo->workdir);
	read_commit(arena, commit, out);
	return true;
}

/* The ids of base..head, newest first, at most max; base NULL: all there is. False when libgit2
 * fails. */
static bool
list_ids(struct repo *repo, const git_oid *base, const git_oid *head, size_t max, git_oid *out,
    size_t *n)
{
	wf_auto(revwalk_freep) git_revwalk *walk = NULL;

	*n = 0;
	if (git_repository_is_shallow(repo->git)) {
		*n = repo_shallow_log(repo, base, head, max, out);
		return true;
	}
	if (git_revwalk_new(&walk, repo->git) < 0)
		return false;
	git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME);
	if (git_revwalk_push(walk, head) < 0 || (base && git_revwalk_hide(walk, base) < 0))
		return false;
	while (*n < max && git_revwalk_next(&out[*n], walk) == 0)
		++*n;
	return true;
}

bool
repo_log(struct repo *repo, struct wf_arena *arena, const char *base, const char *head, size_t max,
    struct repo_commit **out, size_t *n, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	wf_auto(repo_commit_freep) git_commit *from = repo_find_commit(repo, base);
	wf_auto(repo_commit_freep) git_commit *to = repo_find_commit(repo, head);
	git_oid *ids = wf_new_array(scratch, max, git_oid);
	size_t found, cap = 0;

	*out = NULL;
	*n = 0;
	if (!to ||
	    !list_ids(repo, from ? git_commit_id(from) : NULL, git_commit_id(to), max, ids, &found))
		return repo_fail(err, "list the commits of %s..%s", base, head);
	while (found-- > 0) {
		wf_auto(repo_commit_freep) git_commit *commit = NULL;

		if (git_commit_lookup(&commit, repo->git, &ids[found]) == 0)
			read_commit(arena, commit, wf_push(arena, *out, *n, cap));
	}
	return true;
}

/* ---- files of a commit ---- */

/* The entry at a path, or NULL; the caller frees it. */
static git_tree_entry *
find_entry(struct repo *repo, const char *rev, const char *path)
{
	wf_auto(repo_tree_freep) git_tree *tree = repo_find_tree(repo, rev);
	git_tree_entry *entry = NULL;

	if (tree)
		git_tree_entry_bypath(&entry, tree, path);
	return entry;
}

bool
repo_blob(struct repo *repo, struct wf_arena *arena, const char *rev, const char *path,
    struct wf_str *out)
{
	wf_auto(entry_freep) git_tree_entry *entry = find_entry(repo, rev, path);
	git_blob *blob = NULL;

	if (!entry || git_tree_entry_type(entry) != GIT_OBJECT_BLOB ||
	    git_blob_lookup(&blob, repo->git, git_tree_entry_id(entry)) < 0)
		return false;
	*out = wf_str_dup(arena,
	    (struct wf_str){ git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob) });
	git_blob_free(blob);
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	const struct wf_str *one = a, *two = b;

	return wf_str_cmp(*one, *two);
}

static void
list_tree(struct wf_arena *arena, const git_tree *tree, struct wf_str **names, size_t *n)
{
	size_t count = git_tree_entrycount(tree);

	*names = wf_new_array(arena, count, struct wf_str);
	*n = count;
	for (size_t i = 0; i < count; i++)
		(*names)[i] = text_dup(arena, git_tree_entry_name(git_tree_entry_byindex(tree, i)));
	if (count > 0)
		qsort(*names, count, sizeof(**names), compare_names);
}

bool
repo_tree(struct repo *repo, struct wf_arena *arena, const char *rev, const char *path,
    struct wf_str **names, size_t *n)
{
	wf_auto(repo_tree_freep) git_tree *root = repo_find_tree(repo, rev);
	wf_auto(repo_tree_freep) git_tree *tree = NULL;
	wf_auto(entry_freep) git_tree_entry *entry = NULL;

	if (!root)
		return false;
	if (!path[0] || strcmp(path, ".") == 0) {
		list_tree(arena, root, names, n);
		return true;
	}
	if (git_tree_entry_bypath(&entry, root, path) < 0 ||
	    git_tree_lookup(&tree, repo->git, git_tree_entry_id(entry)) < 0)
		return false;
	list_tree(arena, tree, names, n);
	return true;
}

bool
repo_export(struct repo *repo, const char *rev, const char *dest, struct wf_error *err)
{
	wf_auto(repo_tree_freep) git_tree *tree = repo_find_tree(repo, rev);
	git_checkout_options options;

	if (!tree)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "there is no commit '%s' in %s",
		    rev, repo->workdir);
	/* The index belongs to the user's work tree: it is neither asked nor written. */
	git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
	options.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_DONT_UPDATE_INDEX |
	                            GIT_CHECKOUT_NO_REFRESH;
	options.target_directory = dest;
	if (git_checkout_tree(repo->git, (git_object *)tree, &options) < 0)
		return repo_fail(err, "write the files of %s into %s", rev, dest);
	return true;
}
