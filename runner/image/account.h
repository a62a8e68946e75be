/* SPDX-License-Identifier: MIT */
/* account.h - who we are at a registry, as docker was told: ~/.docker/config.json (or the folder
 * $DOCKER_CONFIG) and the credential helpers that it names. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

struct image_account {
	struct wf_str user, password; /* empty: nobody */
	struct wf_str token; /* in place of both: one with which tokens are asked for, or empty */
};

/* Looks the registry ("docker.io", "localhost:5000") up. Runs a helper and waits for it, so it is
 * called on a thread. No entry leaves *out empty, which is no error; a configuration that cannot be
 * read or a helper that fails is one (WF_ERR_MISSING). */
bool image_account_find(struct wf_arena *arena, struct wf_str registry, struct image_account *out,
    struct wf_error *err);
/* "user:password" in base64, as an auths entry and the Basic scheme have it. */
struct wf_str image_account_basic(struct wf_arena *arena, const struct image_account *account);
