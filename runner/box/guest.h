/* SPDX-License-Identifier: MIT */
/* guest.h - a process on an image of its own, beside the root of its box: a container action
 * (semantics.md 8.6).
 *
 * It is PID 1 of process ids of its own, so that what it leaves behind ends with it, and its mounts
 * are seen by nobody else. Used only inside a box's init. */
#pragma once

#include "base/error.h"
#include "runner/box/child.h"
#include "runner/box/root.h"

#include <stdbool.h>

/* Starts order's program in the guest's root; it becomes one of the children. On false nothing is
 * left of it, and *err says why in the words of an engine. */
bool guest_start(struct root *root, struct children *children, const struct child_order *order,
    const struct box_guest *guest, struct wf_error *err);
