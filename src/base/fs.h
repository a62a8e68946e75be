/* SPDX-License-Identifier: MIT */
/* fs.h - files: read whole, write atomically, make and remove trees, walk in order.
 *
 * Paths are C strings. Nothing here follows a symbolic link out of a tree that it removes or
 * walks. Errors are WF_ERR_SYS with the path in the message. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <sys/stat.h>

/* The file's bytes in the arena, NUL behind them. Refuses what is not a regular file and what is
 * larger than max bytes (0: no limit). A file of /proc is read up to 64 KiB. */
bool wf_read_file(struct wf_arena *arena, const char *path, size_t max, struct wf_str *out,
    struct wf_error *err);
/* The same relative to a folder's descriptor (AT_FDCWD allowed). */
bool wf_read_file_at(struct wf_arena *arena, int dirfd, const char *path, size_t max,
    struct wf_str *out, struct wf_error *err);
/* The same of an open descriptor, which stays open; path is for messages. */
bool wf_read_fd(struct wf_arena *arena, int fd, const char *path, size_t max, struct wf_str *out,
    struct wf_error *err);
/* Writes all bytes to an open descriptor; false with errno set. */
bool wf_write_all(int fd, struct wf_str bytes);
/* Creates or replaces path with mode; a reader sees the old or the new bytes, never half. */
bool wf_write_file(const char *path, struct wf_str bytes, mode_t mode, struct wf_error *err);
/* mkdir -p. */
bool wf_mkdirs(const char *path, mode_t mode, struct wf_error *err);
/* rm -rf without crossing into other file systems; a path that is not there is fine. Goes on after
 * an error and reports the first. */
bool wf_remove_tree(const char *path, struct wf_error *err);
bool wf_exists(const char *path);
bool wf_is_dir(const char *path);
/* dir + "/" + name; an absolute name stays as it is. */
char *wf_join(struct wf_arena *arena, const char *dir, const char *name);
/* The current folder, or NULL. */
char *wf_cwd(struct wf_arena *arena);
/* An absolute path as a person would type it here: relative when it is below the current folder. */
const char *wf_shown_path(struct wf_arena *arena, const char *path);
/* The names in a folder, without . and .., in strcmp order. */
bool wf_list_dir(struct wf_arena *arena, const char *path, char ***names, size_t *n,
    struct wf_error *err);

/* The same of an open folder, which stays open. */
bool wf_list_fd(struct wf_arena *arena, int fd, char ***names, size_t *n, struct wf_error *err);

/* Depth-first walk in strcmp order of each folder's names; rel is the path below root. Symbolic
 * links are reported, not followed. Return false from visit to stop; for a folder, set
 * *descend = false to leave it closed. */
typedef bool wf_visit(void *data, const char *rel, const struct stat *st, bool *descend);
bool wf_walk(const char *root, wf_visit *visit, void *data, struct wf_error *err);

/* For wf_auto(): closes *fd unless it is -1. */
void wf_close_fd(int *fd);
/* Hands the descriptor over: returns it and sets *fd to -1. */
int wf_take_fd(int *fd);
