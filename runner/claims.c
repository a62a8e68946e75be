/* SPDX-License-Identifier: MIT */
/* claims.c - the tickets of this process on its loop: each is watched for calls, and each that
 * waits for the end of the one before it. */
#include "runner/claims.h"

#include "runner/store/home.h"

#include <stdlib.h>

#define QUEUE_LONGEST 100 /* of queue: max */
#define QUEUES "queues" /* the folder in the store of a repository */

struct claims {
	struct wf_arena *arena;
	struct claims_place place;
	struct tickets *shared; /* of the repository; NULL: nothing was claimed yet */
	struct tickets *own; /* of this process, from when the others could not be used */
	bool failed; /* the shared ones; those that were drawn before stay what they are */
};

struct claims *
claims_new(struct wf_arena *arena, const struct claims_place *place)
{
	struct claims *claims = wf_new(arena, struct claims);

	claims->arena = arena;
	claims->place = *place;
	return claims;
}

void
claims_close(struct claims *claims)
{
	if (!claims)
		return;
	tickets_close(claims->shared);
	tickets_close(claims->own);
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

/* ---- where the tickets are ---- */

static bool
draw_shared(struct claims *claims, const struct ticket_wish *wish, struct ticket *ticket,
    struct wf_error *err)
{
	const char *folder;

	if (!claims->shared) {
		folder = store_repository_folder(claims->arena, claims->place.common_dir, QUEUES,
		    err);
		claims->shared = folder ? tickets_open(claims->arena, folder, err) : NULL;
	}
	return claims->shared && ticket_draw(claims->shared, wish, ticket, err);
}

static bool
draw_own(struct claims *claims, const struct ticket_wish *wish, struct ticket *ticket,
    struct wf_error *err)
{
	const char *folder;

	if (!claims->own) {
		folder = claims->place.make_private(claims->place.data, err);
		claims->own = folder ? tickets_open(claims->arena, folder, err) : NULL;
	}
	return claims->own && ticket_draw(claims->own, wish, ticket, err);
}

/* Draws from the store, and once that cannot be, from the folder of this process. */
static bool
draw(struct claims *claims, const struct ticket_wish *wish, struct ticket *ticket)
{
	struct wf_error err;

	if (!claims->failed) {
		if (draw_shared(claims, wish, ticket, &err))
			return true;
		claims->failed = true;
		claims->place.note(claims->place.data, &err);
	}
	return draw_own(claims, wish, ticket, &err);
}

/* ---- a claim on the loop ---- */

static void look(struct claim *claim);

static void
on_closed(uv_handle_t *handle)
{
	(void)handle; /* its memory is the owner's */
}

static void
on_bell(uv_poll_t *poll, int status, int events)
{
	struct claim *claim = WF_OWNER(poll, struct claim, bell);

	(void)status;
	(void)events;
	ticket_answer(&claim->ticket);
	look(claim);
}

static void
on_ahead(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	look(poll->data);
}

static void
watch_ahead(struct claim *claim)
{
	claim->ahead = wf_new(claim->claims->arena, uv_poll_t);
	uv_poll_init(claim->claims->place.loop, claim->ahead, claim->ticket.ahead);
	claim->ahead->data = claim;
	uv_poll_start(claim->ahead, UV_READABLE | UV_DISCONNECT, on_ahead);
}

static void
unwatch_ahead(struct claim *claim)
{
	if (claim->ahead)
		uv_close((uv_handle_t *)claim->ahead, on_closed);
	claim->ahead = NULL;
}

static void
release(struct claim *claim)
{
	claim->state = CLAIM_NONE;
	unwatch_ahead(claim);
	uv_close((uv_handle_t *)&claim->bell, on_closed);
	ticket_drop(&claim->ticket);
}

static void
evict(struct claim *claim, const char *request)
{
	claim->evict(claim,
	    wf_strf(claim->claims->arena, "Canceling since a higher priority %s for '%.*s' exists",
	        request, WF_ARG(claim->group)));
}

static void
hold(struct claim *claim)
{
	if (claim->state == CLAIM_HOLDS)
		return;
	claim->state = CLAIM_HOLDS;
	claim->grant(claim);
}

static void
end_holder(struct claim *claim)
{
	if (claim->state == CLAIM_WAITS)
		release(claim); /* marked before it knew that it holds: it need not start */
	else if (claim->evicted)
		return;
	claim->evicted = true;
	evict(claim, "request");
}

/* Looks whose turn it is, and acts on it. */
static void
look(struct claim *claim)
{
	enum ticket_turn turn = TICKET_HOLDS;
	struct wf_error err;

	unwatch_ahead(claim);
	if (!ticket_ask(&claim->ticket, &turn, &err))
		claim->claims->place.note(claim->claims->place.data, &err);
	switch (turn) {
	case TICKET_WAITS: watch_ahead(claim); return;
	case TICKET_HOLDS: hold(claim); return;
	case TICKET_ENDS: end_holder(claim); return;
	case TICKET_GONE:
		release(claim);
		evict(claim, "waiting request");
		return;
	}
	abort();
}

/* ---- in and out ---- */

/* What its owner is a part of ends after the owner, and cannot leave the group before. */
static const struct claim *
around(const struct claim *claim)
{
	for (const struct claim *outer = claim->outer; outer; outer = outer->outer)
		if (outer->state == CLAIM_HOLDS && wf_str_ieq(outer->group, claim->group))
			return outer;
	return NULL;
}

static void
start(struct claims *claims, struct claim *claim, const struct claims_wish *wish)
{
	const struct ticket_wish drawn = {
		.group = wish->group,
		.room = wish->queue ? QUEUE_LONGEST - 1 : 0,
		.end_holder = wish->cancel_in_progress,
	};

	if (!draw(claims, &drawn, &claim->ticket)) {
		claim->grant(claim); /* as if there were no group: the note has said so */
		return;
	}
	claim->state = CLAIM_WAITS;
	uv_poll_init(claims->place.loop, &claim->bell, claim->ticket.bell);
	uv_poll_start(&claim->bell, UV_READABLE, on_bell);
	look(claim);
}

void
claims_enter(struct claims *claims, struct claim *claim, const struct claims_wish *wish)
{
	const struct claim *outer;

	claim->claims = claims;
	claim->group = wf_str_dup(claims->arena, wish->group);
	outer = wish->group.n ? around(claim) : NULL;
	if (!wish->group.n || (outer && claim->called && outer == claim->outer))
		claim->grant(claim);
	else if (outer)
		claim->evict(claim,
		    wf_strf(claims->arena,
		        "Canceling since a deadlock was detected for concurrency group: '%.*s' "
		        "between a top level workflow and '%.*s'",
		        WF_ARG(wish->group), WF_ARG(claim->name)));
	else
		start(claims, claim, wish);
}

void
claims_leave(struct claim *claim)
{
	if (claim->state != CLAIM_NONE)
		release(claim);
}
