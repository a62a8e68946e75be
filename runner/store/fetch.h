/* SPDX-License-Identifier: MIT */
/* fetch.h - one commit of one repository, brought from one URL by libgit2.
 *
 * The work is done by this program started again (fetch_git.c), so that whatever a server does, it
 * can be ended at any moment: libgit2 cannot be interrupted while it waits for a connection. What a
 * fetch that ended early leaves behind is removed by the next one. */
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define FETCH_SHA_SIZE 41 /* of a commit's id as text */

/* Folders below that of a repository in the store. */
#define FETCH_OBJECTS "objects.git" /* bare, everything that was ever fetched of it */
#define FETCH_COMMITS "commits" /* a folder for each commit, named by its id: its files */
#define FETCH_INCOMING "incoming" /* files that are being written */

enum fetch_end {
	FETCH_DONE,
	FETCH_FAILED, /* this source does not have it, or does not give it */
	FETCH_UNREACHABLE, /* nobody answers there: no use to ask it for anything else */
	FETCH_CANCELLED,
};

struct fetch_progress {
	uint32_t received, total; /* objects; total 0: not known yet */
	uint64_t bytes;
};

struct fetch_order {
	const char *url;
	const char *ref; /* tag, branch, or commit, full or short, as GitHub resolves it */
	const char *store; /* the repository's folder in the store; the caller holds its lock */
	bool look; /* only asks which commit it is; nothing is written */
	const atomic_bool *cancelled; /* set by another thread to end it early; or NULL */
	void (*on_progress)(void *data, const struct fetch_progress *progress); /* or NULL */
	void *data;
};

/* Blocks until it has ended. FETCH_DONE: the commit's id is in sha, and unless `look` its files are
 * in store/commits/SHA, whole. Else *err says why (WF_ERR_MISSING), with a hint where one helps.
 * May be called from any thread. */
enum fetch_end fetch_commit(const struct fetch_order *order, char sha[FETCH_SHA_SIZE],
    struct wf_error *err);

/* The argv[0] under which this program does the work of a fetch. */
#define FETCH_NAME "wfrun-fetch"
/* Whether `argv` asks this process to be one; never returns when it does. Called first thing in
 * main(). */
void fetch_main(int argc, char **argv);
