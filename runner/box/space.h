/* SPDX-License-Identifier: MIT */
/* space.h - the namespaces of a sandbox, and what its processes may do in them.
 *
 * Used only inside a box's init. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* Moves into namespaces of its own (mount, PID, IPC, UTS; user too when the privileges are
 * missing). Returns true in a new process, PID 1 of these namespaces; the calling process stays
 * behind as its keeper, is reaped only after the last process in there, and never returns. Dies
 * with `parent`. On false nothing was started. */
/* Where a user namespace is needed its only user is this one, and is called root in there when
 * as_root is set: the files of an image are root's. */
bool space_enter(int sock, pid_t parent, bool as_root, struct wf_error *err);
/* Takes from all processes started from now on what the root of a container does not get. */
bool space_drop(struct wf_error *err);
/* Names the machine after the box. */
bool space_name(const char *name, struct wf_error *err);
/* The name that the machine gets: what of `name` may stand in a host name. */
void space_hostname(const char *name, char out[64]);
