/* SPDX-License-Identifier: MIT */
/* claims.c - one holder a group, and a queue behind it that is usually one long. */
#include "runner/claims.h"

#include "base/map.h"

#define QUEUE_LONGEST 100 /* of queue: max */

struct claims_group {
	struct wf_str name;
	struct claim *holder;
	struct claim *waiting; /* oldest first */
	size_t nwaiting;
};

struct claims {
	struct wf_arena *arena;
	struct wf_map groups;
};

struct claims *
claims_new(struct wf_arena *arena)
{
	struct claims *claims = wf_new(arena, struct claims);

	claims->arena = arena;
	wf_map_init(&claims->groups, arena, true);
	return claims;
}

/* ---- what is wished ---- */

static bool
read_map(struct wf_arena *arena, const struct expr_token *token, const struct expr_object *map,
    struct claims_wish *out, struct wf_error *err)
{
	struct expr_value cancel = expr_object_get(map, WF_S("cancel-in-progress"));
	struct expr_value queue = expr_object_get(map, WF_S("queue"));

	if (cancel.kind != EXPR_NULL && cancel.kind != EXPR_BOOL)
		return wf_fail(err, WF_ERR_EVAL, token->pos,
		    "concurrency: cancel-in-progress is not a boolean");
	out->group = expr_to_string(arena, expr_object_get(map, WF_S("group")));
	out->cancel_in_progress = cancel.kind == EXPR_BOOL && cancel.boolean;
	out->queue = wf_str_is(expr_to_string(arena, queue), "max");
	return true;
}

bool
claims_read(struct wf_arena *arena, const struct expr_token *token, const struct expr_scope *scope,
    struct claims_wish *out, struct wf_error *err)
{
	struct expr_value value;

	*out = (struct claims_wish){ .queue = false };
	if (!token)
		return true;
	if (!expr_token_eval(arena, token, scope, &value, err))
		return false;
	if (value.kind == EXPR_OBJECT)
		return read_map(arena, token, value.object, out, err);
	if (value.kind == EXPR_ARRAY)
		return wf_fail(err, WF_ERR_EVAL, token->pos, "A sequence was not expected");
	out->group = expr_to_string(arena, value);
	return true;
}

/* ---- holders and queues ---- */

static struct claims_group *
group_of(struct claims *claims, struct wf_str name)
{
	struct claims_group *group = wf_map_get(&claims->groups, name);

	if (group)
		return group;
	group = wf_new(claims->arena, struct claims_group);
	group->name = wf_str_dup(claims->arena, name);
	wf_map_set(&claims->groups, group->name, group);
	return group;
}

static void
grant(struct claims_group *group, struct claim *claim)
{
	group->holder = claim;
	claim->state = CLAIM_HOLDS;
	claim->grant(claim);
}

static void
unlink_waiting(struct claims_group *group, struct claim *claim)
{
	for (struct claim **at = &group->waiting; *at; at = &(*at)->next)
		if (*at == claim) {
			*at = claim->next;
			group->nwaiting--;
			break;
		}
	claim->next = NULL;
	claim->state = CLAIM_NONE;
}

/* 5.8: whoever waited so far has to go, unless the group keeps a queue. */
static void
evict_waiting(struct claims *claims, struct claims_group *group, size_t room)
{
	while (group->nwaiting > room) {
		struct claim *oldest = group->waiting;

		unlink_waiting(group, oldest);
		oldest->evict(oldest,
		    wf_strf(claims->arena,
		        "Canceling since a higher priority waiting request for '%.*s' exists",
		        WF_ARG(group->name)));
	}
}

void
claims_enter(struct claims *claims, struct claim *claim, const struct claims_wish *wish)
{
	struct claims_group *group;
	struct claim **tail;

	if (!wish->group.n) {
		claim->grant(claim);
		return;
	}
	group = group_of(claims, wish->group);
	claim->group = group;
	if (!group->holder) {
		grant(group, claim);
		return;
	}
	evict_waiting(claims, group, wish->queue ? QUEUE_LONGEST - 1 : 0);
	for (tail = &group->waiting; *tail; tail = &(*tail)->next)
		continue;
	*tail = claim;
	group->nwaiting++;
	claim->state = CLAIM_WAITS;
	if (wish->cancel_in_progress && group->holder)
		group->holder->evict(group->holder,
		    wf_strf(claims->arena,
		        "Canceling since a higher priority request for '%.*s' exists",
		        WF_ARG(group->name)));
}

void
claims_leave(struct claim *claim)
{
	struct claims_group *group = claim->group;
	struct claim *next;

	if (claim->state == CLAIM_WAITS)
		unlink_waiting(group, claim);
	if (claim->state != CLAIM_HOLDS)
		return;
	claim->state = CLAIM_NONE;
	group->holder = NULL;
	next = group->waiting;
	if (!next)
		return;
	unlink_waiting(group, next);
	grant(group, next);
}
