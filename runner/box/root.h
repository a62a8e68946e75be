/* SPDX-License-Identifier: MIT */
/* root.h - the file system of a sandbox: built once, and given overlays later.
 *
 * Used only inside a box's init, in a mount namespace of its own. Nothing that the job can write
 * leads to the host, but setup.spec.temp and mounts that ask for it. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "runner/box/mount.h"
#include "runner/box/wire.h"

#include <stdbool.h>
#include <stddef.h>

struct root {
	struct wf_arena *arena;
	const struct wire_setup *setup;
	struct mount_table mounts; /* the host's, as they were */
	int host; /* the host's root, until the build is done */
	int base; /* a tmpfs that the job never sees: what the box is made from */
	int box; /* the box's root */
	int worktree, state; /* what layers are made of, read-only; -1: there is none */
	int *sources; /* of each mount of the spec that has no `inside`, the same; else -1 */
	int uppers; /* folder for what overlays write */
	unsigned nuppers;
	bool userxattr; /* overlays keep their notes in user.* attributes */
};

/* Builds the root of setup and makes it this process's. */
bool root_build(struct root *root, struct wf_arena *arena, const struct wire_setup *setup,
    struct wf_error *err);
/* Shows host folders at `inside`: box_overlay(). */
bool root_overlay(struct root *root, char *const *layers, size_t nlayers, const char *inside,
    struct wf_error *err);

/* furnish.c: the places that are the box's own, in root.box, before it becomes the root. */
bool root_furnish(struct root *root, struct wf_error *err);
