/* SPDX-License-Identifier: MIT */
/* changes.c - which files a push or a pull request changed (semantics.md 4.6).
 *
 * The rules for a push that nobody described further are in event.h, at event_make(). The commits
 * that the event brings are listed on the way, for the payload. */
#include <stdlib.h>

#include "event/event_make.h"

#define MAX_PUSHED_COMMITS 1000 /* beyond them GitHub does not look at paths */

/* Uncommitted changes belong to the event when it is about the commit that is checked out. */
static bool
takes_worktree(const struct event_maker *maker)
{
	const struct event_args *args = maker->args;

	return maker->facts->status.dirty && !args->committed && !args->sha && !maker->deleted &&
	       wf_str_eq(maker->head_sha, maker->facts->head_sha);
}

static bool
is_zero(struct wf_str sha)
{
	return wf_str_is(sha, REPO_ZERO_SHA);
}

static bool
is_ancestor(const struct event_maker *maker, struct wf_str old, struct wf_str new)
{
	struct wf_str base;

	return repo_merge_base(maker->repo, maker->arena, old.p, new.p, &base) &&
	       wf_str_eq(base, old);
}

/* ---- before a push ---- */

/* The commit before the last one; a first commit makes the branch. */
static void
before_is_parent(struct event_maker *maker)
{
	struct repo_commit commit;
	struct wf_error ignored;

	if (repo_commit(maker->repo, maker->arena, maker->head_sha.p, &commit, &ignored) &&
	    commit.parent.n > 0)
		maker->before = commit.parent;
	else
		maker->created = true;
}

static void
guess_before(struct event_maker *maker)
{
	struct event *event = maker->event;
	struct wf_str remote;

	if (repo_branch(maker->repo, maker->arena, event->ref_name, REPO_REMOTE, &remote)) {
		if (!wf_str_eq(remote, maker->head_sha) || takes_worktree(maker)) {
			maker->before = remote;
			maker->forced = !is_ancestor(maker, remote, maker->head_sha);
			return;
		}
	} else if (!wf_str_eq(event->ref_name, maker->facts->default_branch)) {
		maker->created = true;
		return;
	}
	before_is_parent(maker);
}

/* A commit that the user names must be here; one that the payload names need not be. */
static bool
find_before(struct event_maker *maker, struct wf_error *err)
{
	const char *asked = maker->args->before;
	struct wf_str given = event_given(maker, "before");

	maker->before = WF_S(REPO_ZERO_SHA);
	if (asked && strcmp(asked, REPO_ZERO_SHA) != 0) {
		if (!repo_resolve(maker->repo, maker->arena, asked, &maker->before))
			return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
			    "--before %s: there is no such commit in this repository", asked);
	} else if (!asked && given.n > 0) {
		maker->before = given;
	} else if (!asked && maker->deleted) {
		event_branch_tip(maker, maker->event->ref_name, REPO_REMOTE, &maker->before);
	} else if (!asked && !wf_str_is(maker->event->ref_type, "tag")) {
		guess_before(maker);
		return true;
	}
	maker->created = is_zero(maker->before) && !maker->deleted;
	maker->forced = !is_zero(maker->before) && !maker->deleted &&
	                !is_ancestor(maker, maker->before, maker->head_sha);
	return true;
}

/* ---- from where to where ---- */

static void
unknown(struct event_maker *maker, const char *why)
{
	maker->event->changes_unknown = wf_str(why);
}

static bool
list_commits(struct event_maker *maker, struct wf_str base, struct wf_error *err)
{
	if (is_zero(maker->head_sha))
		return true; /* nothing is committed yet */
	return repo_log(maker->repo, maker->arena, base.p, maker->head_sha.p, EVENT_MAX_COMMITS,
	    &maker->commits, &maker->ncommits, err);
}

static bool
is_here(const struct event_maker *maker, struct wf_str sha)
{
	struct wf_str found;

	return is_zero(sha) || repo_resolve(maker->repo, maker->arena, sha.p, &found);
}

static bool
compare(struct event_maker *maker, struct wf_str base, struct wf_error *err)
{
	struct event *event = maker->event;
	bool worktree = takes_worktree(maker);

	if (!is_here(maker, base) || !is_here(maker, maker->head_sha)) {
		unknown(maker, "a commit that they are counted from is not in this clone");
		return true;
	}
	if (!list_commits(maker, base, err))
		return false;
	event->diff_base = base;
	if (wf_str_is(event->name, "push") && maker->ncommits > MAX_PUSHED_COMMITS) {
		unknown(maker, "the push has more than 1,000 commits");
		return true;
	}
	event->has_changes = true;
	event->diff_from_worktree = worktree;
	return maker->args->changed ||
	       repo_diff(maker->repo, maker->arena, base.p, maker->head_sha.p, worktree, false,
	           &event->changes, &event->nchanges, err);
}

/* What a new branch is compared with: where it left what the server already has. */
static bool
base_of_new_branch(struct event_maker *maker, struct wf_str *base)
{
	const struct repo_facts *facts = maker->facts;
	struct wf_str tip;

	*base = WF_S(REPO_ZERO_SHA);
	if (wf_str_eq(maker->event->ref_name, facts->default_branch) || is_zero(maker->head_sha))
		return true;
	return event_branch_tip(maker, facts->default_branch, REPO_REMOTE, &tip) &&
	       repo_merge_base(maker->repo, maker->arena, tip.p, maker->head_sha.p, base);
}

static bool
changes_of_push(struct event_maker *maker, struct wf_error *err)
{
	struct wf_str base;

	if (!find_before(maker, err))
		return false;
	if (maker->deleted) {
		maker->event->has_changes = true; /* and there are none */
		return true;
	}
	base = maker->before;
	if (maker->created && !base_of_new_branch(maker, &base)) {
		unknown(maker, "the new branch has no commit in common with the default branch");
		return true;
	}
	return compare(maker, base, err);
}

static bool
changes_of_pull(struct event_maker *maker, struct wf_error *err)
{
	struct wf_str base = WF_S(REPO_ZERO_SHA);

	if (is_zero(maker->base_sha) && !is_zero(maker->head_sha)) {
		unknown(maker, "the base branch is not in this clone");
		return true;
	}
	if (!is_zero(maker->base_sha) && !repo_merge_base(maker->repo, maker->arena,
	                                     maker->base_sha.p, maker->head_sha.p, &base)) {
		unknown(maker, "head and base have no commit in common in this clone");
		return true;
	}
	return compare(maker, base, err);
}

/* ---- what the user says ---- */

static int
compare_paths(const void *a, const void *b)
{
	const struct repo_change *one = a, *two = b;

	return wf_str_cmp(one->path, two->path);
}

/* --changed replaces what git says. */
static void
take_named(struct event_maker *maker)
{
	struct event *event = maker->event;
	size_t cap = 0;

	event->has_changes = true;
	event->diff_from_worktree = false;
	event->changes_unknown = WF_S("");
	event->changes = NULL;
	event->nchanges = 0;
	for (const char *const *path = maker->args->changed; *path; path++) {
		struct repo_change *change = wf_push(maker->arena, event->changes, event->nchanges,
		    cap);

		change->path = wf_str(*path);
		change->status = REPO_MODIFIED;
	}
	if (event->nchanges > 0)
		qsort(event->changes, event->nchanges, sizeof(*event->changes), compare_paths);
}

bool
event_find_changes(struct event_maker *maker, struct wf_error *err)
{
	struct event *event = maker->event;
	bool pull = maker->base_sha.n > 0;
	bool push = wf_str_is(event->name, "push");

	if (push && wf_str_is(event->ref_type, "tag"))
		return find_before(maker, err); /* and tags have no changes */
	if (!push && !pull)
		return true;
	if (!(push ? changes_of_push(maker, err) : changes_of_pull(maker, err)))
		return false;
	if (maker->args->changed)
		take_named(maker);
	return true;
}
