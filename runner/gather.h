/* SPDX-License-Identifier: MIT */
/* gather.h - everything of other repositories that workflows can need, brought into the action
 * store: actions, the actions inside of them, reusable workflows. For `wfrun fetch`. */
#pragma once

#include "base/error.h"
#include "runner/session.h"

#include <stdbool.h>
#include <stddef.h>

struct gather_item {
	struct wf_str name; /* owner/repo@ref */
	struct wf_str sha; /* that counts from now on */
	struct wf_str moved; /* what the ref is now, where the lock file has another; or empty */
	bool fetched; /* it was not in the store */
};

struct gather {
	struct gather_item *items; /* sorted by name */
	size_t n;
};

/* Walks the workflows that the options name, or all of them, and fetches what is not here; a ref
 * that is not in the lock file is asked for anew. With options->actions.update so is one that is.
 * Then writes the lock file. Everything that cannot be had is in diags, each with its place; then
 * the rest is fetched and locked nevertheless, and the result is false. */
bool gather(const struct session_options *options, struct gather *out, struct wf_diags *diags,
    struct wf_error *err);
