/* SPDX-License-Identifier: MIT */
/* space.h - the namespaces of a sandbox, and what its processes may do in them.
 *
 * Used only inside a box's init. */
#pragma once

#include "base/error.h"
#include "runner/box/wire.h"

#include <stdbool.h>
#include <sys/types.h>

/* Moves into namespaces of its own (mount, PID, IPC, UTS; user too when the privileges are
 * missing; network, with nothing but its loopback interface, when the setup's spec has no_network).
 * Where a user namespace is needed its only user is this one, and is called root in there when the
 * box is made of an image, whose files are root's. Returns true in a new process, PID 1 of these
 * namespaces; the calling process stays behind as its keeper, is reaped only after the last process
 * in there, and never returns. Dies with setup->parent. On false nothing was started. */
bool space_enter(int sock, const struct wire_setup *setup, struct wf_error *err);
/* Takes from all processes started from now on what the root of a container does not get. */
bool space_drop(struct wf_error *err);
/* Names the machine after the box. */
bool space_name(const char *name, struct wf_error *err);
/* The name that the machine gets: what of `name` may stand in a host name. */
void space_hostname(const char *name, char out[64]);
