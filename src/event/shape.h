/* SPDX-License-Identifier: MIT */
/* shape.h - the objects that payloads are made of: repository, user, commit (semantics.md 4.12). */
#pragma once

#include "event/repo.h"
#include "expr/expr.h"

#include <stdint.h>

/* One member of an object. The key is not copied. */
void shape_text(struct expr_object *object, const char *key, struct wf_str text);
void shape_bool(struct expr_object *object, const char *key, bool flag);
void shape_number(struct expr_object *object, const char *key, double number);
void shape_null(struct expr_object *object, const char *key);
void shape_object(struct expr_object *object, const char *key, struct expr_object *member);
void shape_array(struct expr_object *object, const char *key, struct expr_array *member);

/* Members as a list "key:value key:value", which must outlive the object. null, true, false, [], {}
 * and what begins with a digit mean what they mean in JSON; all else is text, maybe empty. */
void shape_members(struct expr_object *object, const char *list);
/* Members as a list "key:rest key:rest": each is a text, the rest behind `base`. */
void shape_links(struct expr_object *object, struct wf_str base, const char *list);
/* "https://api.github.com/repos/OWNER/NAME" */
struct wf_str shape_api(struct wf_arena *arena, const struct repo_facts *facts);

/* An id for what GitHub would number: nine digits, the same for the same kind and name. */
double shape_id(const char *kind, struct wf_str name);
/* The `node_id` that goes with an id: "MDQ6VXNlcjE=" for user 1. */
struct wf_str shape_node_id(struct wf_arena *arena, const char *kind, double id);
/* "2026-01-31T12:00:00Z"; with an offset in minutes "2026-01-31T13:00:00+01:00". */
struct wf_str shape_time(struct wf_arena *arena, int64_t seconds);
struct wf_str shape_time_at(struct wf_arena *arena, int64_t seconds, int offset);
/* A text without the line ends behind it, as GitHub gives commit messages. */
struct wf_str shape_message(struct wf_str message);

/* `changed` stands for the times that GitHub would know. */
struct expr_object *shape_repository(struct wf_arena *arena, const struct repo_facts *facts,
    int64_t changed);
struct expr_object *shape_user(struct wf_arena *arena, struct wf_str login);
struct expr_object *shape_commit(struct wf_arena *arena, const struct repo_facts *facts,
    const struct repo_commit *commit);
/* The shorter form that stands in runs, checks and merge groups: without `distinct` and `url`. */
struct expr_object *shape_short_commit(struct wf_arena *arena, const struct repo_facts *facts,
    const struct repo_commit *commit);
/* The counts of reactions to something new; `base` is where it is in the API, or empty. */
struct expr_object *shape_reactions(struct wf_arena *arena, struct wf_str base);
