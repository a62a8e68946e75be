/* SPDX-License-Identifier: MIT */
/* valve.h - back pressure: who brings output waits while nobody takes it away.
 *
 * One valve for a loop. What can be held back joins it; who cannot get rid of what comes shuts it,
 * and opens it later. Nothing is lost by that: what is not read stays in the pipe, and in the end
 * whoever writes into it waits. */
#pragma once

#include <stdbool.h>

struct valve_user {
	struct valve_user *next, **link; /* link is NULL while it has not joined */
	void (*turn)(struct valve_user *user, bool open);
};

struct valve {
	bool shut;
	struct valve_user *users;
};

/* turn is set before. It is not called from within, even if the valve is shut. */
void valve_join(struct valve *valve, struct valve_user *user);
void valve_leave(struct valve_user *user);
/* Tells all users when this changes anything. From within they may leave themselves, no more. */
void valve_turn(struct valve *valve, bool open);
