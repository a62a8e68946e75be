/* SPDX-License-Identifier: MIT */
/* node.h - the node that runs node actions.
 *
 * GitHub's runner brings its own and asks no PATH of the job, whatever setup-node did to it; here
 * it is the machine's. node12 and node16 have long been run by a later one, and since June 2026 all
 * are run by node 24 there (semantics.md 7.2). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

struct node {
	const char *program; /* as the job sees it */
	unsigned major; /* 0: it did not say */
	struct wf_str version; /* "v24.1.0" */
};

/* Looks in the folder of stubs (NULL: there is none; `inside` is how the job sees it), then in
 * PATH, and asks for the version, a second at most. WF_ERR_MISSING when there is no node. */
bool node_find(struct wf_arena *arena, const char *stubs, const char *inside, struct node *out,
    struct wf_error *err);
/* Whether GitHub would run an action that says `using` by another node than this one. */
bool node_differs(const struct node *node, struct wf_str using);
