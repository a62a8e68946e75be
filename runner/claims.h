/* SPDX-License-Identifier: MIT */
/* claims.h - concurrency groups: who holds one, who waits for it, who has to go (semantics.md 5.8).
 *
 * Runs, called workflows and jobs of a session share the groups; names compare without case. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>

struct claims; /* all groups of a session */
struct claims_group;

/* What `concurrency:` says after evaluation. */
struct claims_wish {
	struct wf_str group; /* empty: none */
	bool cancel_in_progress;
	bool queue; /* queue: max, first in first out */
};

/* One claim on a group; embedded in its owner. */
struct claim {
	void (*grant)(struct claim *claim); /* the group is yours until claims_leave() */
	/* Somebody newer wants the group: end, and leave it. */
	void (*evict)(struct claim *claim, struct wf_str reason);
	enum claim_state { CLAIM_NONE, CLAIM_WAITS, CLAIM_HOLDS } state;
	struct claims_group *group;
	struct claim *next;
};

struct claims *claims_new(struct wf_arena *arena);

/* Evaluates the token (text, or a map of group, cancel-in-progress, queue). NULL gives no group. */
bool claims_read(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct claims_wish *out, struct wf_error *err);

/* Claims the group: grant() is called at once when it is free, and at once when wish->group is
 * empty (then there is nothing to leave). May evict who holds it, or who waits. */
void claims_enter(struct claims *claims, struct claim *claim, const struct claims_wish *wish);
/* Gives the group, or the place in its queue, back; the next one is granted from within. */
void claims_leave(struct claim *claim);
