/* SPDX-License-Identifier: MIT */
/* child.h - the processes that a box's init starts, and how they end.
 *
 * Used only inside the init, which is single-threaded and may block. Each child leads a session of
 * its own, has nothing open but stdin (/dev/null), stdout and stderr, and all signals as they are
 * by default. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct child_order {
	uint32_t id;
	const char *cwd;
	char **argv; /* NULL-ended, at least one */
	char **env; /* NULL-ended, complete */
	int in, out, err; /* descriptors above 2 */
};

/* As whom processes run. */
struct child_user {
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t ngroups;
};

struct child {
	uint32_t id;
	pid_t pid;
};

/* Those that have not ended. */
struct children {
	struct wf_arena *arena;
	const struct child_user *user; /* NULL: as this process */
	bool filtered; /* each gets the system call filter (filter.h) */
	struct child *items;
	size_t n, cap;
};

/* Starts one. Returns 0, or errno's number when it cannot be: nothing is left of it then. */
int child_start(struct children *children, const struct child_order *order);
/* In a process that was forked for it: becomes the order's program. Returns only when it cannot,
 * with errno's number. user may be NULL. */
int child_become(const struct child_order *order, const struct child_user *user, bool filtered);
/* Counts a process that was forked otherwise among them. */
void child_adopt(struct children *children, uint32_t id, pid_t pid);
/* Nothing happens when it has ended. */
void child_signal(const struct children *children, uint32_t id, int signum, bool group);
/* Reaps one process without waiting, be it a child or an orphan. False when none has ended. When it
 * was one of the children, *id is its id (else 0), and *status is as wait(2) gives it. */
bool child_reap(struct children *children, uint32_t *id, int *status);
/* Kills every process that descends from this one, and waits for them. Needs that this process is
 * a subreaper: the children of a killed child become its own. Those that it may not kill (they run
 * as another user) are left. */
void child_kill_all(void);
