/* SPDX-License-Identifier: MIT */
/* credential.h - a name and a password from git's credential helpers.
 *
 * Asked by way of `git credential`, so that every helper works that git knows. Nobody is ever
 * prompted: what no helper knows is not there. Blocks; for the process of a fetch. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

struct credential {
	struct wf_str protocol, host, path; /* of a URL */
	struct wf_str username, password;
};

/* Takes the URL apart (http and https); false for others. */
bool credential_url(struct wf_str url, struct credential *out);
/* Asks the helpers; WF_ERR_MISSING when none knows, or git is not there. */
bool credential_fill(struct wf_arena *arena, struct credential *credential, struct wf_error *err);
/* Tells the helpers that they were right, or wrong. */
void credential_judge(struct wf_arena *arena, const struct credential *credential, bool good);
