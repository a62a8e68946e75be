/* SPDX-License-Identifier: MIT */
/* event_make.h - an event while it is made; shared by event.c, changes.c and payload.c only. */
#pragma once

#include "event/event.h"
#include "event/repo.h"
#include "event/table.h"

#include <stdint.h>

struct event_maker {
	struct wf_arena *arena;
	struct repo *repo;
	const struct repo_facts *facts;
	const struct event_args *args;
	struct event_spec spec;
	struct expr_value given; /* the payload file's object; null when there is none */
	struct event *event; /* what is filled */

	struct wf_str head_sha; /* where the changes end; not the event's sha for
	                         * pull_request_target and for what was merged */
	struct wf_str before; /* of a push; REPO_ZERO_SHA for what is new */
	bool created, forced, deleted; /* of a push */
	struct wf_str base_sha; /* tip of a pull request's base, or REPO_ZERO_SHA */
	double number; /* of a pull request or issue */
	struct repo_commit *commits; /* of the push or pull request, oldest first */
	size_t ncommits;
};

#define EVENT_MAX_COMMITS 2048 /* in a payload */

/* What the payload file says at a path, as text; empty when it says nothing. */
struct wf_str event_given(const struct event_maker *maker, const char *path);
/* The commit of a branch: the one on the first side that has it. */
bool event_branch_tip(const struct event_maker *maker, struct wf_str branch, enum repo_side first,
    struct wf_str *sha);

/* The full ref of a name: one that is no branch but a tag means the tag. */
struct wf_str event_branch_or_tag(const struct event_maker *maker, struct wf_str name);

/* The commit that the event is about; false before the first one. */
bool event_head_commit(const struct event_maker *maker, struct repo_commit *out);

/* When that commit was made, in seconds since 1970: the time of all that git knows no time of. */
int64_t event_time(const struct event_maker *maker);
/* A page of the repository: "https://github.com/OWNER/NAME/path/name". */
struct wf_str event_web_url(const struct event_maker *maker, const char *path, struct wf_str name);

/* Finds what the event changed (changes.c). Sets before, created, forced and the commits, too. */
bool event_find_changes(struct event_maker *maker, struct wf_error *err);
/* Builds the payload with the payload file merged over it (payload.c). */
void event_fill_payload(struct event_maker *maker);
/* Members of events about pull requests and issues (thread.c). */
void event_fill_pull(const struct event_maker *maker, struct expr_object *payload);
void event_fill_review(const struct event_maker *maker, struct expr_object *payload);
void event_fill_review_comment(const struct event_maker *maker, struct expr_object *payload);
void event_fill_issue(const struct event_maker *maker, struct expr_object *payload);
void event_fill_issue_comment(const struct event_maker *maker, struct expr_object *payload);
/* What only some activity types have: the label of `labeled`, `changes` of `edited` (activity.c).
 */
void event_fill_activity(const struct event_maker *maker, struct expr_object *payload);
/* The object that the event of this name is about, "label" (subject.c); the name must be known. */
struct expr_object *event_subject(const struct event_maker *maker, const char *name);
/* Sets each of the keys, a blank between them, to the time of the event. */
void event_put_dates(const struct event_maker *maker, struct expr_object *object, const char *keys);
/* What the payload of a smaller event is about: label, milestone, check, ... (subject.c). */
void event_fill_subject(const struct event_maker *maker, struct expr_object *payload);
/* Merges `over` into `payload`, objects key by key, and gives it in the order of the keys' bytes,
 * in which GitHub writes event.json. */
struct expr_object *event_merge(struct wf_arena *arena, struct expr_object *payload,
    struct expr_value over);
