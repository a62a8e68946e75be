/* SPDX-License-Identifier: MIT */
/* elsewhere.c - the workflows that GitHub would read are not always those of the work tree. */
#include "event/event.h"

#include "event/table.h"

const char *
event_default_rev(struct wf_arena *arena, struct repo *repo, const struct repo_facts *facts)
{
	const char *rev = wf_cstr(arena, facts->default_branch);
	struct wf_str sha;

	if (!repo_resolve(repo, arena, rev, &sha))
		rev = wf_strf(arena, "origin/%s", rev).p;
	if (!repo_resolve(repo, arena, rev, &sha) || wf_str_eq(sha, facts->head_sha))
		return NULL;
	return rev;
}

/* What runs on the default branch is read there, too. */
struct wf_str
event_elsewhere(struct wf_arena *arena, const struct event *event, struct repo *repo,
    const struct repo_facts *facts)
{
	const struct event_def *def = event_def_find(event->name);

	if (!def || def->place != EVENT_AT_DEFAULT || !event_default_rev(arena, repo, facts))
		return WF_S("");
	return wf_strf(arena,
	    "GitHub reads the workflows of '%.*s' from '%.*s'; here they are those of the work "
	    "tree",
	    WF_ARG(event->name), WF_ARG(facts->default_branch));
}
