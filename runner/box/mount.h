/* SPDX-License-Identifier: MIT */
/* mount.h - the few mounts that a box is made of, and the list of those that the host has.
 *
 * Sources and targets are descriptors (O_PATH), so that no path is looked up twice and no symbolic
 * link of a job leads a mount elsewhere. Used only inside a box's init; needs /proc. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/types.h>

/* ---- places ---- */

/* Opens `path` (O_PATH) as if the folder `root` were the root of all: absolute links and ".." stay
 * inside. The last component may be a link. -1 with errno. */
int place_open(int root, const char *path, uint64_t flags);
/* The same for reading or writing what is there: flags are those of open(2). */
int place_open_mode(int root, const char *path, uint64_t flags, mode_t mode);
/* The same, and makes the folders that are missing. -1 and *err. */
int place_folder(int root, const char *path, struct wf_error *err);
/* The same for a file: parents and an empty file are made when missing. */
int place_file(int root, const char *path, struct wf_error *err);

/* ---- mounts ---- */

/* Shows what `source` shows, with the mounts below it, at `target`. attrs: MOUNT_ATTR_* to be set
 * on all of it. */
#define MOUNT_WRITABLE MOUNT_ATTR_NODEV
#define MOUNT_READ_ONLY (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV)
bool mount_bind(int source, int target, uint64_t attrs, struct wf_error *err);

struct mount_overlay {
	const int *layers; /* folders, the first on top */
	size_t nlayers;
	int upper, work; /* empty folders in one file system */
	bool userxattr;
};
/* Shows the layers at `target`; writes go to `upper`. Returns 0 or errno's number. */
int mount_overlay(const struct mount_overlay *overlay, int target);

/* ---- mounts of the host ---- */

struct mount_entry {
	const char *path;
	const char *type; /* of the file system */
};

struct mount_table {
	struct mount_entry *items; /* in the order in which they were mounted */
	size_t n, cap;
};

bool mount_table_read(struct wf_arena *arena, struct mount_table *table, struct wf_error *err);
/* Whether `path` is `folder` or lies below it. */
bool mount_is_within(const char *path, const char *folder);
/* Whether something is mounted strictly below `path`. */
bool mount_table_below(const struct mount_table *table, const char *path);
/* The type of what is mounted exactly at `path`, or NULL. */
const char *mount_table_type(const struct mount_table *table, const char *path);
