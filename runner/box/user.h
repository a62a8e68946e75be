/* SPDX-License-Identifier: MIT */
/* user.h - the user of a container, by the image's own /etc/passwd and /etc/group.
 *
 * Used only inside a box's init, when the box's root is the root. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "runner/box/child.h"

#include <stdbool.h>

/* Reads "USER[:GROUP]", names or numbers, as engines do: a number needs no entry; without a group
 * it is the user's own, and the groups of which they are a member come along. NULL for "" and for
 * root. False and *err when a name is not known. */
bool user_find(struct wf_arena *arena, const char *text, const struct child_user **out,
    struct wf_error *err);
