/* SPDX-License-Identifier: MIT */
/* shallow.c - history as far as a shallow clone has it.
 *
 * libgit2 before 1.7 does not know where a shallow clone ends and fails at the first commit that is
 * not here. This walk goes on without it, newest commits first. */
#include <string.h>

#include "base/map.h"
#include "event/repo_git.h"

struct open_commit {
	git_oid id;
	git_time_t time;
};

struct walk {
	const struct repo *repo;
	struct wf_arena *arena;
	struct wf_map seen; /* ids as text */
	struct open_commit *open; /* seen, and not yet gone through */
	size_t n, cap;
};

/* Commits that are not here are seen, but never gone through. */
static void
push(struct walk *walk, const git_oid *id)
{
	wf_auto(repo_commit_freep) git_commit *commit = NULL;
	struct wf_str text = repo_oid_text(walk->arena, id);
	struct open_commit *item;

	if (wf_map_has(&walk->seen, text))
		return;
	wf_map_set(&walk->seen, text, walk);
	if (git_commit_lookup(&commit, walk->repo->git, id) < 0)
		return;
	item = wf_push(walk->arena, walk->open, walk->n, walk->cap);
	item->id = *id;
	item->time = git_commit_time(commit);
}

static void
start(struct walk *walk, const struct repo *repo, struct wf_arena *arena, const git_oid *id)
{
	*walk = (struct walk){ .repo = repo, .arena = arena };
	wf_map_init(&walk->seen, arena, false);
	push(walk, id);
}

/* The newest open commit; its parents are open then. */
static bool
next(struct walk *walk, git_oid *id)
{
	wf_auto(repo_commit_freep) git_commit *commit = NULL;
	size_t newest = 0;

	if (walk->n == 0)
		return false;
	for (size_t i = 1; i < walk->n; i++)
		if (walk->open[i].time > walk->open[newest].time)
			newest = i;
	*id = walk->open[newest].id;
	walk->n--;
	memmove(&walk->open[newest], &walk->open[newest + 1],
	    (walk->n - newest) * sizeof(*walk->open));
	if (git_commit_lookup(&commit, walk->repo->git, id) == 0)
		for (unsigned i = 0; i < git_commit_parentcount(commit); i++)
			push(walk, git_commit_parent_id(commit, i));
	return true;
}

/* Goes through all that a commit has behind it. */
static void
exhaust(struct walk *walk)
{
	git_oid id;

	while (next(walk, &id))
		;
}

static bool
has_seen(const struct walk *walk, const git_oid *id)
{
	char text[GIT_OID_HEXSZ + 1];

	return wf_map_has(&walk->seen, wf_str(git_oid_tostr(text, sizeof(text), id)));
}

bool
repo_shallow_base(const struct repo *repo, const git_oid *a, const git_oid *b, git_oid *base)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct walk behind, walk;

	start(&behind, repo, arena, a);
	exhaust(&behind);
	start(&walk, repo, arena, b);
	while (next(&walk, base))
		if (has_seen(&behind, base))
			return true;
	return false;
}

size_t
repo_shallow_log(const struct repo *repo, const git_oid *base, const git_oid *head, size_t max,
    git_oid *out)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct walk behind = { 0 }, walk;
	size_t n = 0;
	git_oid id;

	if (base) {
		start(&behind, repo, arena, base);
		exhaust(&behind);
	}
	start(&walk, repo, arena, head);
	while (n < max && next(&walk, &id))
		if (!base || !has_seen(&behind, &id))
			out[n++] = id;
	return n;
}
