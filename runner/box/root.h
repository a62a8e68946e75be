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
	bool in_memory; /* it is one of a tmpfs, which keeps the notes of overlays */
	bool userxattr; /* overlays keep their notes in user.* attributes */
};

/* Builds the root of setup and makes it this process's. */
bool root_build(struct root *root, struct wf_arena *arena, const struct wire_setup *setup,
    struct wf_error *err);
/* Shows host folders at `inside`: box_overlay(). */
bool root_overlay(struct root *root, char *const *layers, size_t nlayers, const char *inside,
    struct wf_error *err);

/* Shows the layers of an image as the root of a guest, for one process of this box: with its /proc,
 * the machine's devices, and what its mounts name of this box. Called by that process, whose /proc
 * it is. root.box of the guest is its root folder, to be closed by the caller, and lies where
 * root_guest_leave() removes it. */
bool root_guest(const struct root *root, const struct box_guest *guest, struct root *out,
    struct wf_error *err);
/* Removes what root_guest() has mounted, here; a copy of the mounts elsewhere stays. */
void root_guest_leave(const struct root *root);

/* furnish.c: the places that are the box's own, in root.box, before it becomes the root. */
bool root_furnish(struct root *root, struct wf_error *err);
/* And those of a guest of the box `around`. */
bool root_furnish_guest(struct root *root, const struct root *around, const struct box_guest *guest,
    struct wf_error *err);
