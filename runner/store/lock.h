/* SPDX-License-Identifier: MIT */
/* lock.h - .github/wfrun.lock: which commit an owner/repo@ref meant when it was fetched.
 *
 * A text file for people and for `git diff`: comments after '#', then one line each, sorted by
 * name:
 *     actions/cache@v4 0123456789abcdef0123456789abcdef01234567
 * Owner and repository compare without case, as on GitHub; refs with it. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/str.h"

#include <stdbool.h>

#define LOCK_FILE ".github/wfrun.lock" /* below the work tree */

struct lock {
	struct wf_arena *arena;
	struct wf_map commits; /* key to struct lock_entry */
};

struct lock_entry {
	struct wf_str key; /* the name with owner and repository in lower case: the order */
	struct wf_str name; /* "owner/repo@ref", as it is written */
	struct wf_str sha; /* 40 digits */
};

/* An empty one; what is set is copied into the arena. */
void lock_init(struct lock *lock, struct wf_arena *arena);
/* Adds the entries of a file's text. WF_ERR_INVALID at the line that is none; file is for its
 * place. */
bool lock_parse(struct lock *lock, const char *file, struct wf_str text, struct wf_error *err);
/* Reads the file of a work tree; one that is not there is empty. */
bool lock_read(struct lock *lock, const char *workdir, struct wf_error *err);
/* The commit, or an empty text. */
struct wf_str lock_get(const struct lock *lock, struct wf_str name);
void lock_set(struct lock *lock, struct wf_str name, struct wf_str sha);
/* The text of the file: the same entries give the same bytes. */
struct wf_str lock_text(const struct lock *lock, struct wf_arena *arena);
/* Writes the file of a work tree, unless it has these bytes already. */
bool lock_write(const struct lock *lock, const char *workdir, struct wf_error *err);

/* Whether it is a commit's full id: 40 lower-case hexadecimal digits. */
bool lock_is_sha(struct wf_str text);
