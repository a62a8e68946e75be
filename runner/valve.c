/* SPDX-License-Identifier: MIT */
/* valve.c - a list of those who wait. */
#include "runner/valve.h"

#include <stddef.h>

void
valve_join(struct valve *valve, struct valve_user *user)
{
	user->next = valve->users;
	user->link = &valve->users;
	if (user->next)
		user->next->link = &user->next;
	valve->users = user;
}

void
valve_leave(struct valve_user *user)
{
	if (!user->link)
		return;
	*user->link = user->next;
	if (user->next)
		user->next->link = user->link;
	user->link = NULL;
}

void
valve_turn(struct valve *valve, bool open)
{
	if (valve->shut == !open)
		return;
	valve->shut = !open;
	for (struct valve_user *user = valve->users, *next; user; user = next) {
		next = user->next;
		user->turn(user, open);
	}
}
