/* SPDX-License-Identifier: MIT */
/* caches.h - what jobs keep for later runs, by key, version and scope (semantics.md 9.6).
 *
 * An entry is written once, under the ref of its run, and read from that ref, from the base of a
 * pull request, and from the default branch. Entries go when nobody used them for seven days, and
 * the least recently used ones when all of them are larger than the limit. Several processes may
 * share the folder; what a killed one was uploading is forgotten. Keys compare without case. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define CACHES_LIMIT ((uint64_t)10 << 30) /* GitHub's, for one repository */
#define CACHES_KEY_MAX 512
#define CACHES_KEYS_MAX 10 /* in one lookup */

struct caches;

struct cache_entry {
	int64_t id, size, created; /* milliseconds since 1970 */
	struct wf_str key, version, scope;
	const char *path; /* of its bytes */
};

struct caches *caches_open(const char *folder, uint64_t limit, struct wf_error *err);
void caches_close(struct caches *caches);

/* Whether the text may be a key; *err in GitHub's words. */
bool caches_key_ok(struct wf_str key, struct wf_error *err);

/* The entry for the first key, or the newest one whose key begins with one of them: all keys in the
 * first scope, then all in the next. False without *err touched: a miss. An entry whose bytes were
 * damaged is dropped, and *damaged says which. */
struct cache_query {
	const struct wf_str *keys;
	size_t nkeys;
	struct wf_str version;
	const struct wf_str *scopes; /* full refs */
	size_t nscopes;
};
#define CACHES_SCOPES_MAX 3
/* The scopes that a job reads: its ref, the base of its pull request (or empty), the default
 * branch; each once. Returns how many. */
size_t caches_scopes(struct wf_str ref, struct wf_str base, struct wf_str fallback,
    struct wf_str scopes[CACHES_SCOPES_MAX]);
bool caches_find(struct caches *caches, struct wf_arena *arena, const struct cache_query *query,
    struct cache_entry *out, struct wf_str *damaged);

/* Reserves a place for a new entry; 0 in *id when there is one already, or being written. */
bool caches_reserve(struct caches *caches, struct wf_str key, struct wf_str version,
    struct wf_str scope, int64_t *id, struct wf_error *err);
/* Whether the entry of this id is there and not finished. */
bool caches_waits(struct caches *caches, int64_t id);
/* Where its bytes go. */
const char *caches_path(const struct caches *caches, struct wf_arena *arena, int64_t id);
/* The reserved id of these; 0 when there is none of this process. */
int64_t caches_reserved(struct caches *caches, struct wf_str key, struct wf_str version,
    struct wf_str scope);
/* The bytes are there and must be as many; makes room by the limit. WF_ERR_USAGE when they are
 * not. */
bool caches_commit(struct caches *caches, int64_t id, int64_t size, struct wf_error *err);
/* Gives the place up. */
void caches_forget(struct caches *caches, int64_t id);
/* Entries whose key begins with this, the newest first. */
bool caches_list(struct caches *caches, struct wf_arena *arena, struct wf_str prefix,
    struct cache_entry **out, size_t *n, struct wf_error *err);
/* A finished entry by its id; false when there is none. */
bool caches_get(struct caches *caches, struct wf_arena *arena, int64_t id, struct cache_entry *out);
