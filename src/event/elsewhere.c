/* SPDX-License-Identifier: MIT */
/* elsewhere.c - which commit GitHub reads the workflow files of an event from: the one that stands
 * in github.sha (semantics.md 4.1). The work tree counts as the commit that is checked out. */
#include "event/event.h"

#define SHORT_SHA 12 /* digits that are enough to name a commit */

bool
event_default_tip(struct wf_arena *arena, struct repo *repo, const struct repo_facts *facts,
    struct wf_str *sha)
{
	return repo_branch(repo, arena, facts->default_branch, REPO_LOCAL, sha) ||
	       repo_branch(repo, arena, facts->default_branch, REPO_REMOTE, sha);
}

/* How a person calls the commit: by the name, by that of the remote's branch, or by its digits. */
static const char *
call_commit(struct wf_arena *arena, struct repo *repo, struct wf_str sha, struct wf_str name)
{
	static const char *const prefixes[] = { "", "origin/" };
	struct wf_str found;

	for (size_t i = 0; name.n > 0 && i < WF_COUNT(prefixes); i++) {
		const char *rev = wf_strf(arena, "%s%.*s", prefixes[i], WF_ARG(name)).p;

		if (repo_resolve(repo, arena, rev, &found) && wf_str_eq(found, sha))
			return rev;
	}
	return wf_cstr(arena, wf_str_sub(sha, 0, sha.n < SHORT_SHA ? sha.n : SHORT_SHA));
}

const char *
event_commit_rev(struct wf_arena *arena, struct repo *repo, const struct repo_facts *facts,
    const struct event_args *args, const struct event *event)
{
	struct wf_str found;

	if (wf_str_eq(event->sha, facts->head_sha))
		return args->committed ? "HEAD" : NULL;
	if (!repo_resolve(repo, arena, wf_cstr(arena, event->sha), &found))
		return NULL; /* it is not in this clone: the work tree is all there is */
	if (args->sha)
		return args->sha;
	return call_commit(arena, repo, event->sha, event->ref_name);
}

const char *
event_default_rev(struct wf_arena *arena, struct repo *repo, const struct repo_facts *facts,
    const struct event_args *args)
{
	struct event event = { .ref_name = facts->default_branch };
	struct event_args plain = { .committed = args->committed };

	if (!event_default_tip(arena, repo, facts, &event.sha))
		event.sha = facts->head_sha;
	return event_commit_rev(arena, repo, facts, &plain, &event);
}
