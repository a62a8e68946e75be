/* SPDX-License-Identifier: MIT */
/* proc.h - one child process of wfrun itself, as one thing that ends once.
 *
 * The owner calls proc_start() and then hears on_gone() exactly once, also when the start failed.
 * `struct proc` holds a uv handle: it must not move, and its memory must stay until on_gone().
 * No other file calls uv_spawn(). The child leads a session of its own, so that keys pressed at
 * wfrun's terminal do not reach it, and inherits no descriptor that is not named. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#define PROC_MAX_FDS 8

struct proc_options {
	const char *file;
	const char *const *argv; /* NULL-ended */
	const char *const *env; /* NULL-ended "NAME=value"; nothing else is inherited */
	const int
	    *fds; /* fds[i] becomes the child's descriptor i; -1: /dev/null (0..2), or closed */
	size_t nfds; /* at least 3, at most PROC_MAX_FDS; the caller keeps and closes its own */
};

struct proc_end {
	int errnum; /* not 0: it never ran */
	int status;
	int signal;
};

struct proc {
	uv_process_t child;
	bool alive;
	struct proc_end end;
	void (*on_gone)(struct proc *proc);
	void *data; /* the owner's */
};

/* on_gone and data are set before; on_gone is called later, never from within. */
void proc_start(struct proc *proc, uv_loop_t *loop, const struct proc_options *options);
/* Nothing happens when it has ended. */
void proc_signal(struct proc *proc, int signum);
