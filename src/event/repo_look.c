/* SPDX-License-Identifier: MIT */
/* repo_look.c - objects as GitHub's API shows them: entries of trees, blobs, and what a change does
 * to the lines of a file. */
#include "event/repo_look.h"

#include "event/repo_git.h"

#include <stdio.h>
#include <string.h>

static void
entry_freep(git_tree_entry **entry)
{
	git_tree_entry_free(*entry);
}

static void
blob_freep(git_blob **blob)
{
	git_blob_free(*blob);
}

static void
diff_freep(git_diff **diff)
{
	git_diff_free(*diff);
}

static void
patch_freep(git_patch **patch)
{
	git_patch_free(*patch);
}

/* The tree of a commit, or a tree by its own id. */
static git_tree *
find_tree(const struct repo *repo, const char *rev)
{
	git_tree *tree = repo_find_tree(repo, rev);
	git_oid id;

	if (!tree && git_oid_fromstr(&id, rev) == 0 && git_tree_lookup(&tree, repo->git, &id) < 0)
		return NULL;
	return tree;
}

static uint64_t
size_of(const struct repo *repo, const git_oid *id)
{
	wf_auto(blob_freep) git_blob *blob = NULL;

	return git_blob_lookup(&blob, repo->git, id) == 0 ? (uint64_t)git_blob_rawsize(blob) : 0;
}

static struct repo_entry
describe(const struct repo *repo, struct wf_arena *arena, const git_tree_entry *entry)
{
	git_object_t type = git_tree_entry_type(entry);
	const char *name = git_tree_entry_name(entry);

	return (struct repo_entry){
		.path = wf_str_dup(arena, wf_str(name)),
		.sha = repo_oid_text(arena, git_tree_entry_id(entry)),
		.type = git_object_type2string(type),
		.mode = (unsigned)git_tree_entry_filemode_raw(entry),
		.size = type == GIT_OBJECT_BLOB ? size_of(repo, git_tree_entry_id(entry)) : 0,
	};
}

bool
repo_entry(struct repo *repo, struct wf_arena *arena, const char *rev, const char *path,
    struct repo_entry *out)
{
	wf_auto(repo_tree_freep) git_tree *tree = find_tree(repo, rev);
	wf_auto(entry_freep) git_tree_entry *entry = NULL;

	if (!tree || git_tree_entry_bypath(&entry, tree, path) < 0)
		return false;
	*out = describe(repo, arena, entry);
	out->path = wf_str_dup(arena, wf_str(path));
	return true;
}

struct listing {
	const struct repo *repo;
	struct wf_arena *arena;
	bool recursive;
	struct repo_entry *items;
	size_t n, cap;
};

static int
add_entry(const char *root, const git_tree_entry *entry, void *data)
{
	struct listing *listing = data;
	struct repo_entry *item = wf_push(listing->arena, listing->items, listing->n, listing->cap);

	*item = describe(listing->repo, listing->arena, entry);
	item->path = wf_strf(listing->arena, "%s%s", root, git_tree_entry_name(entry));
	return listing->recursive ? 0 : 1; /* 1: not into this one */
}

bool
repo_entries(struct repo *repo, struct wf_arena *arena, const char *rev, bool recursive,
    struct repo_entry **out, size_t *n)
{
	wf_auto(repo_tree_freep) git_tree *tree = find_tree(repo, rev);
	struct listing listing = { .repo = repo, .arena = arena, .recursive = recursive };

	if (!tree || git_tree_walk(tree, GIT_TREEWALK_PRE, add_entry, &listing) < 0)
		return false;
	*out = listing.items;
	*n = listing.n;
	return true;
}

bool
repo_object(struct repo *repo, struct wf_arena *arena, const char *sha, struct wf_str *out)
{
	wf_auto(blob_freep) git_blob *blob = NULL;
	git_oid id;

	if (git_oid_fromstr(&id, sha) < 0 || git_blob_lookup(&blob, repo->git, &id) < 0)
		return false;
	*out = wf_str_dup(arena,
	    (struct wf_str){ git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob) });
	return true;
}

/* ---- changes ---- */

static const char *
status_of(git_delta_t status)
{
	switch ((int)status) {
	case GIT_DELTA_ADDED: return "added";
	case GIT_DELTA_DELETED: return "removed";
	case GIT_DELTA_RENAMED: return "renamed";
	default: return "modified";
	}
}

/* GitHub shows the hunks alone, without the header, and nothing for what is not text. */
static struct wf_str
hunks_of(struct wf_arena *arena, git_patch *patch)
{
	git_buf buf = { 0 };
	struct wf_str text = WF_S("");
	ptrdiff_t start;

	if (git_patch_to_buf(&buf, patch) == 0)
		text = wf_str_dup(arena, (struct wf_str){ buf.ptr, buf.size });
	git_buf_dispose(&buf);
	start = wf_str_find(text, WF_S("\n@@ "));
	text = start < 0 ? WF_S("") : wf_str_skip(text, (size_t)start + 1);
	return wf_str_ends(text, WF_S("\n")) ? wf_str_sub(text, 0, text.n - 1) : text;
}

static void
describe_change(struct wf_arena *arena, git_diff *diff, size_t i, struct repo_lines *out)
{
	const git_diff_delta *delta = git_diff_get_delta(diff, i);
	wf_auto(patch_freep) git_patch *patch = NULL;
	bool gone = delta->status == GIT_DELTA_DELETED;

	out->path = wf_str_dup(arena, wf_str(gone ? delta->old_file.path : delta->new_file.path));
	if (delta->status == GIT_DELTA_RENAMED)
		out->old_path = wf_str_dup(arena, wf_str(delta->old_file.path));
	out->sha = repo_oid_text(arena, gone ? &delta->old_file.id : &delta->new_file.id);
	out->status = status_of(delta->status);
	if (git_patch_from_diff(&patch, diff, i) < 0 || !patch)
		return;
	git_patch_line_stats(NULL, &out->additions, &out->deletions, patch);
	out->patch = hunks_of(arena, patch);
}

bool
repo_lines(struct repo *repo, struct wf_arena *arena, const char *base, const char *head,
    struct repo_lines **out, size_t *n)
{
	wf_auto(repo_tree_freep) git_tree *old = repo_find_tree(repo, base);
	wf_auto(repo_tree_freep) git_tree *new = repo_find_tree(repo, head);
	wf_auto(diff_freep) git_diff *diff = NULL;

	if (!new || git_diff_tree_to_tree(&diff, repo->git, old, new, NULL) < 0 ||
	    git_diff_find_similar(diff, NULL) < 0)
		return false;
	*n = git_diff_num_deltas(diff);
	*out = wf_new_array(arena, *n, struct repo_lines);
	for (size_t i = 0; i < *n; i++)
		describe_change(arena, diff, i, &(*out)[i]);
	return true;
}
