/* SPDX-License-Identifier: MIT */
/* remote.h - wfrun's end of a box's init: starts it, sends it requests, hears its answers.
 *
 * Both boxes that live on this machine have one: the sandbox's init is PID 1 of the job's
 * namespaces, the host box's init is a subreaper, so that in both nothing outlives it. The remote
 * dies with its init: whatever was under way then ends as killed.
 * remote_start(), any number of requests, remote_stop(); on_ready and on_gone come exactly once
 * each. `struct remote` holds uv handles: it must not move until on_gone(). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "runner/box/box.h"
#include "runner/box/wire.h"
#include "runner/proc.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct remote_call;
struct remote_message;

struct remote {
	/* set by the owner before remote_start() */
	uv_loop_t *loop;
	struct wf_arena *arena;
	struct valve *valve; /* of what processes print, or NULL */
	/* err is NULL when the init is ready; then root is a descriptor (O_PATH) of its root
	 * folder, now the owner's. */
	void (*on_ready)(struct remote *remote, int root, const struct wf_error *err);
	void (*on_gone)(struct remote *remote);
	void *data;

	/* the remote's own */
	struct proc proc;
	uv_poll_t poll;
	uv_timer_t later; /* says from the loop what was known at once */
	int sock; /* -1: closed, nothing more is said or heard */
	unsigned nopen; /* handles whose close callback has not run */
	bool running; /* the process has not been reaped */
	bool answered; /* on_ready ran */
	bool ready;
	bool stopping;
	struct wf_error error; /* why nothing can be asked any more */
	struct remote_call *calls; /* under way, or ended and not yet told */
	struct remote_call *idle; /* to be used again */
	struct remote_message *unsent; /* in order; the socket was full */
	uint32_t last_id;
	char *room; /* all drains read into it */
};

void remote_start(struct remote *remote, const struct wire_setup *setup);
/* In place of remote_start() when something before it failed: on_ready gets err. */
void remote_refuse(struct remote *remote, const struct wf_error *err);
void remote_exec(struct remote *remote, struct box_exec *exec);
void remote_signal(struct remote *remote, struct box_exec *exec, int signum, bool group);
void remote_overlay(struct remote *remote, const char *const *layers, const char *inside,
    void (*done)(void *data, const struct wf_error *err), void *data);
void remote_stop(struct remote *remote);
