/* SPDX-License-Identifier: MIT */
/* claims.h - concurrency groups: who holds one, who waits for it, who has to go (semantics.md 5.8).
 *
 * Runs, called workflows and jobs share the groups of their repository, those of other wfrun
 * processes too; names compare without case. Each claim has a ticket (store/tickets.h), whether it
 * stands against one of this process or of another. Where the store cannot be used the tickets lie
 * in the session's own folder: then the groups hold within this process only, which is said. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "runner/store/tickets.h"

#include <stdbool.h>
#include <uv.h>

struct claims; /* all groups, as a session sees them */

/* Where the queues are, and who hears what the user should know. */
struct claims_place {
	uv_loop_t *loop;
	const char *common_dir; /* the repository's git directory (store/home.h) */
	/* Makes a folder for when the store cannot be used; NULL and *err when it cannot be made.
	 */
	const char *(*make_private)(void *data, struct wf_error *err);
	void (*note)(void *data, const struct wf_error *why); /* the store cannot be used */
	void *data;
};

/* What `concurrency:` says after evaluation. */
struct claims_wish {
	struct wf_str group; /* empty: none */
	bool cancel_in_progress;
	bool queue; /* queue: max, first in first out */
};

/* One claim on a group; embedded in its owner, which must not move before the loop has run after
 * claims_leave(). */
struct claim {
	void (*grant)(struct claim *claim); /* the group is yours until claims_leave() */
	/* End, and leave the group: somebody newer wants it, or you wait for yourself. A claim that
	 * never held the group is CLAIM_NONE by then. */
	void (*evict)(struct claim *claim, struct wf_str reason);
	const struct claim *outer; /* the claim of what the owner is a part of, or NULL */
	struct wf_str name; /* of the owner's job; empty for a run */
	bool called; /* the owner is a called workflow, outer the job that calls it */

	enum claim_state { CLAIM_NONE, CLAIM_WAITS, CLAIM_HOLDS } state;
	struct claims *claims;
	struct wf_str group;
	struct ticket ticket;
	uv_poll_t bell; /* on the ticket's descriptor */
	uv_poll_t *ahead; /* the same, while it waits; one for each that was ahead */
	bool evicted; /* the holder was told */
};

/* Nothing is opened before the first group is claimed. */
struct claims *claims_new(struct wf_arena *arena, const struct claims_place *place);
/* When all claims have left. */
void claims_close(struct claims *claims);

/* Evaluates the token (text, or a map of group, cancel-in-progress, queue). NULL gives no group. */
bool claims_read(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct claims_wish *out, struct wf_error *err);

/* Claims the group: grant() is called at once when it is free, and at once when wish->group is
 * empty (then there is nothing to leave), else from the loop. Who waits there, or holds the group,
 * may be evicted from the loop of its own process. A claim on a group that something around it
 * holds would wait for ever, so it is evicted at once; but a called workflow shares the group of
 * the job that calls it. */
void claims_enter(struct claims *claims, struct claim *claim, const struct claims_wish *wish);
/* Gives the group, or the place in its queue, back; the next one hears of it from the loop. */
void claims_leave(struct claim *claim);
