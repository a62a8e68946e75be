/* SPDX-License-Identifier: MIT */
/* drain.h - the two output streams of one process, read until they end.
 *
 * The owner calls drain_open(), gives the write ends to the process, and says with drain_exited()
 * that the process is gone. on_over() comes exactly once after that: when both streams have ended,
 * or when the grace time is over because a daemon that was left behind still holds them.
 * While the valve is shut nothing is read, and the grace time does not pass.
 * `struct drain` holds uv handles: it must not move until on_over(). */
#pragma once

#include "base/str.h"
#include "runner/valve.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#define DRAIN_ROOM 65536

struct drain {
	uv_pipe_t pipes[2]; /* stdout, stderr */
	uv_timer_t grace;
	unsigned nopen; /* handles whose close callback has not run */
	unsigned nreading; /* streams that have not ended */
	bool exited;
	unsigned grace_ms;
	struct valve *valve; /* set by the owner; NULL: nothing holds it back */
	struct valve_user user;
	char *room; /* DRAIN_ROOM bytes to read into; may be shared by all drains of a loop */
	/* stream is 1 or 2 */
	void (*on_chunk)(struct drain *drain, int stream, struct wf_str chunk);
	void (*on_over)(struct drain *drain);
	void *data; /* the owner's */
};

/* Opens two pipes and starts to read; ends[0] and ends[1] are the write ends for stdout and stderr,
 * blocking and close-on-exec, which the caller closes once the process has them. Real pipes, not
 * socket pairs: a process can open /dev/stdout again. room, on_chunk, on_over and data are set
 * before. Returns 0, or errno's number: then nothing is open and nothing will be called. */
int drain_open(struct drain *drain, uv_loop_t *loop, int ends[2]);
/* The process is gone: its output is waited for grace_ms more. */
void drain_exited(struct drain *drain, unsigned grace_ms);
/* The process and all that it left are gone: takes what the pipes still hold, and ends. */
void drain_cut(struct drain *drain);
