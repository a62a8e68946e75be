/* SPDX-License-Identifier: MIT */
/* nest.h - wfrun's end of the nest: the process that every box's init is a copy of.
 *
 * A start of this program links a score of libraries, which costs as much as a sandbox. The nest
 * is started once for all boxes of a loop, ahead of the first; each init is then a fork of it, and
 * yet a child of wfrun itself, which hears of its end. Nothing that wfrun has in memory is in the
 * nest, so neither in an init: no secret, and no thread.
 *
 * `struct nest` and `struct nest_child` hold uv handles: they must not move while they are open. */
#pragma once

#include "runner/proc.h"

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

/* What an init is to be; also what is sent to the nest, along with the init's socket. */
struct nest_order {
	bool sandbox; /* PID 1 of namespaces of its own */
	bool own_network;
	char name[64]; /* of its box, shown by ps; what is longer is cut */
};

/* An init. The owner sets order, on_gone and data, and keeps it until on_gone ran. */
struct nest_child {
	uv_poll_t poll; /* its pidfd */
	int pidfd;
	pid_t pid; /* 0: not born yet, or gone */
	int signum; /* came before it was born */
	int sock; /* for it, until it is born */
	struct nest_order order; /* set by the owner */
	struct nest *nest;
	struct nest_child *next; /* waits to be born, too */
	struct proc_end end;
	void (*on_gone)(struct nest_child *child);
	void *data;
};

struct nest {
	uv_loop_t *loop;
	struct proc proc;
	uv_poll_t poll;
	int sock; /* -1: nothing is asked of it any more */
	unsigned nopen; /* handles whose close callback has not run */
	int errnum; /* why it is not there, once it is not */
	struct nest_child *waiting, **tail; /* the first has been asked for */
};

/* Starts the nest and returns at once; by itself it does not keep the loop alive. What goes wrong
 * is told to the children. */
void nest_open(struct nest *nest, uv_loop_t *loop);
/* Ends it, turning the loop until nothing is left of it. All children must be gone. Fits a zeroed
 * nest, too. */
void nest_close(struct nest *nest);
/* Has an init born that serves `sock`. Takes the socket and returns 0: on_gone comes exactly once,
 * later, when its process has been reaped (of a sandbox that is the end of all its processes), or
 * with end.errnum when there never was one. Or returns errno's number: nothing happened. */
int nest_bear(struct nest *nest, struct nest_child *child, int sock);
/* Nothing happens when it has ended. */
void nest_signal(struct nest_child *child, int signum);

/* The answer of the nest, along with the child's pidfd. */
struct nest_answer {
	int errnum; /* not 0: there is no child */
	pid_t pid;
};
