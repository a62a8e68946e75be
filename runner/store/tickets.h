/* SPDX-License-Identifier: MIT */
/* tickets.h - the queues of a repository's concurrency groups, shared by all wfrun processes.
 *
 * A ticket is a socket in the folder of queues, named by its group and by a number that grows. Its
 * owner listens there for as long as it has the ticket. So a ticket is alive exactly while somebody
 * listens: one whose owner was killed refuses to be called and is swept away. The lowest ticket of
 * a group holds it. All changes are made under one lock, held for moments; what lies in the folder
 * then is the truth, and a call only says "look again":
 *
 * - who waits stays connected to the ticket before its own, and hears that it went;
 * - a waiting ticket that has to go is taken out of the folder, a holder's is marked, and both are
 *   called.
 *
 * Nothing here touches a loop: the owner of a ticket watches its two descriptors. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tickets; /* an open folder of queues */

struct ticket {
	struct tickets *tickets;
	char name[64]; /* of the socket */
	int bell; /* listens; readable when somebody calls, then ticket_answer() */
	int ahead; /* connected to the ticket before it, ends with it; -1: there is none */
	char ahead_name[64];
	int *guests; /* who is connected to this one; the arena's */
	size_t nguests, cap;
};

enum ticket_turn {
	TICKET_WAITS, /* ahead is open */
	TICKET_HOLDS,
	TICKET_ENDS, /* holds, and somebody newer wants it to end */
	TICKET_GONE, /* somebody newer took its place in the queue */
};

/* How to draw. */
struct ticket_wish {
	struct wf_str group; /* not empty; names compare without case */
	size_t room; /* this many older ones may go on waiting */
	bool end_holder; /* whoever holds the group shall end */
};

/* Opens the folder, which is there, and sweeps away what the killed have left. NULL and *err. The
 * arena must not end before tickets_close(), nor before the last ticket. */
struct tickets *tickets_open(struct wf_arena *arena, const char *folder, struct wf_error *err);
void tickets_close(struct tickets *tickets);

/* Draws the next ticket of the group; ticket_turn() says what it is worth. false and *err
 * (WF_ERR_SYS): the folder cannot be written, and there is no ticket. */
bool ticket_draw(struct tickets *tickets, const struct ticket_wish *wish, struct ticket *ticket,
    struct wf_error *err);
/* Whose turn it is; to be asked whenever a descriptor of the ticket says something. When the ticket
 * before it went, `ahead` is closed, and opened anew if there is another. false and *err when the
 * folder cannot be read. */
bool ticket_ask(struct ticket *ticket, enum ticket_turn *turn, struct wf_error *err);
/* Takes all calls. */
void ticket_answer(struct ticket *ticket);
/* Gives the ticket back, if it is still there, and closes its descriptors. */
void ticket_drop(struct ticket *ticket);
