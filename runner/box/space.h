/* SPDX-License-Identifier: MIT */
/* space.h - the namespaces of a sandbox, and what its processes may do in them.
 *
 * Used only inside a box's init. */
#pragma once

#include "base/error.h"

#include <stdbool.h>

struct space {
	int flags; /* of clone(2) */
	unsigned uid, gid; /* outside of it */
};

/* The namespaces that a sandbox is to be born into: mount, PID, IPC, UTS; user too when the
 * privileges are missing; network, with nothing but its loopback interface, when `own_network`. */
struct space space_plan(bool own_network);
/* Makes them usable, from within: users are mapped, the loopback interface is up. The only user of
 * a user namespace is this one, called root in there when `as_root`: a box made of an image needs
 * it, as the image's files are root's. */
bool space_enter(const struct space *space, bool as_root, struct wf_error *err);
/* False, and *err says which of them the kernel refused with `errnum`, and the way out. Called by a
 * process outside of them that ends then. */
bool space_refused(const struct space *space, int errnum, struct wf_error *err);
/* Moves into a user namespace in which this user is root, and the only one. */
bool space_be_root(struct wf_error *err);
/* Takes from all processes started from now on what the root of a container does not get. */
bool space_drop(struct wf_error *err);
/* Names the machine after the box. */
bool space_name(const char *name, struct wf_error *err);
/* The name that the machine gets: what of `name` may stand in a host name. */
void space_hostname(const char *name, char out[64]);
