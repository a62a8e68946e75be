/* SPDX-License-Identifier: MIT */
/* event.h - one event: its name, ref and sha, what it changed, its payload, its `github` context.
 *
 * Made from the command line's SPEC, a payload file and git. Rules: semantics.md 3.1, section 4. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "event/repo.h"
#include "expr/expr.h"

#include <stdbool.h>
#include <stddef.h>

/* How the user describes an event; what is NULL is taken from git. */
struct event_args {
	const char *spec; /* push[=BRANCH], tag=NAME, pr[=BASE], release=TAG, dispatch[=REF],
	                   * schedule[=CRON], workflow_run=WORKFLOW, NAME[:TYPE]; NULL: push */
	const char *payload_file; /* JSON, merged over what git gives */
	const char *before, *sha, *base, *ref; /* replace facts of git */
	const char *const *changed; /* NULL-ended: replace the diff */
	const char *actor; /* NULL: git's user.name, else "local" */
	struct expr_object *inputs; /* --input, values are strings; NULL: none */
	bool committed; /* leave the work tree's changes out */
};

struct event {
	struct wf_str name; /* "push", "pull_request", "workflow_run" */
	struct wf_str action; /* activity type, "opened"; empty when the event has none */
	struct wf_str ref; /* "refs/tags/v1.2.3" */
	struct wf_str ref_name; /* "v1.2.3", "7/merge" */
	struct wf_str ref_type; /* "branch" or "tag" */
	struct wf_str sha;
	struct wf_str head_ref, base_ref; /* pull requests, else empty */
	struct wf_str filter_name; /* what branches/tags filters look at: branch, tag, base branch,
	                            * or the head branch of the triggering run */
	struct wf_str actor;
	struct expr_object *payload; /* github.event */
	struct expr_object *inputs; /* the raw `inputs` of workflow_dispatch, else NULL */
	bool skip_ci; /* the head commit says [skip ci] and the event heeds it */
	bool has_changes; /* `changes` is known: push to a branch, pull request */
	bool diff_from_worktree; /* the work tree's changes are in it */
	struct repo_change *changes; /* sorted by path */
	size_t nchanges;
	struct wf_str diff_base; /* commit the changes are counted from, for `why` */
	struct wf_str
	    changes_unknown; /* why a push or pull request has no `changes`, in words; then
	                      * path filters let it pass, as GitHub does when it gives up */
};

/* Builds the event. Unknown names are WF_ERR_USAGE with the nearest known one.
 *
 * What a push is compared with, when neither --before nor the payload says it: a branch that the
 * remote has was, before the push, where it was when last fetched or pushed; if that is where it
 * is now, the last commit is taken as the push. A branch that the remote does not have is new, but
 * for the default branch, of which the last commit is the push. What is not committed counts as if
 * it were, on the branch that is checked out.
 *
 * Ids that only GitHub knows are made from names, always the same nine digits for the same name.
 * The number of a pull request or an issue is 1, and the sha of a pull request is that of its head
 * (on GitHub: of the merge), unless the payload file says otherwise. */
bool event_make(struct wf_arena *arena, struct repo *repo, const struct repo_facts *facts,
    const struct event_args *args, struct event *out, struct wf_error *err);

/* The tip of the default branch, here or where it was last seen on the remote; false: none yet. */
bool event_default_tip(struct wf_arena *arena, struct repo *repo, const struct repo_facts *facts,
    struct wf_str *sha);
/* The revision of the commit that stands in github.sha, from which GitHub reads the workflow files
 * (4.1), as a person would type it: "HEAD", a branch or tag, the word of --sha, or digits. NULL: it
 * is checked out, and the work tree counts as it (unless args->committed); or it is not in this
 * clone. */
const char *event_commit_rev(struct wf_arena *arena, struct repo *repo,
    const struct repo_facts *facts, const struct event_args *args, const struct event *event);
/* The same for the tip of the default branch: where workflow_run finds its workflows. */
const char *event_default_rev(struct wf_arena *arena, struct repo *repo,
    const struct repo_facts *facts, const struct event_args *args);

/* Facts of a run that stand in its `github` context beside the event's. */
struct event_run {
	struct wf_str workflow; /* display name */
	struct wf_str workflow_path; /* ".github/workflows/ci.yml" */
	uint64_t run_id, run_number, run_attempt;
	struct wf_str workflow_ref_branch; /* ref of the file: "refs/heads/main" */
	struct wf_str workflow_sha;
	struct wf_str cron; /* schedule: the entry that fired (trigger_verdict.pattern), or empty */
	const struct expr_object *inputs; /* workflow_dispatch: what event_inputs() gave, or NULL */
};

/* The part of `github` that the server sets (semantics.md 3.1, rows marked S), token left out. */
struct expr_object *event_github(struct wf_arena *arena, const struct event *event,
    const struct repo_facts *facts, const struct event_run *run);

/* The `inputs` context of a workflow_dispatch run: types, choices, defaults, required (4.7). With
 * problems: WF_ERR_USAGE that lists the known inputs. `when` is the workflow's workflow_dispatch
 * entry. */
struct when_event;
bool event_inputs(struct wf_arena *arena, const struct event *event, const struct when_event *when,
    struct expr_object **out, struct wf_error *err);

/* The names of all events, sorted, for help and messages. */
size_t event_names(struct wf_arena *arena, const struct wf_str **names);
