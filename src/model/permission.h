/* SPDX-License-Identifier: MIT */
/* permission.h - what a token may do: every scope with its level (semantics.md 5.10). */
#pragma once

#include "base/str.h"
#include "model/workflow.h"

#include <stdbool.h>

enum permission_level { PERMISSION_NONE, PERMISSION_READ, PERMISSION_WRITE };

/* In the order in which GitHub lists them. */
enum permission_scope {
	PERMISSION_ACTIONS,
	PERMISSION_ARTIFACT_METADATA,
	PERMISSION_ATTESTATIONS,
	PERMISSION_CHECKS,
	PERMISSION_CODE_QUALITY,
	PERMISSION_CONTENTS,
	PERMISSION_COPILOT_REQUESTS,
	PERMISSION_DEPLOYMENTS,
	PERMISSION_DISCUSSIONS,
	PERMISSION_DRIVES,
	PERMISSION_ISSUES,
	PERMISSION_PACKAGES,
	PERMISSION_PAGES,
	PERMISSION_PULL_REQUESTS,
	PERMISSION_REPOSITORY_PROJECTS,
	PERMISSION_STATUSES,
	PERMISSION_SECURITY_EVENTS,
	PERMISSION_ID_TOKEN,
	PERMISSION_MODELS,
	PERMISSION_VULNERABILITY_ALERTS,
	PERMISSION_SCOPES, /* how many there are */
};

struct permission_set {
	enum permission_level levels[PERMISSION_SCOPES];
};

const char *permission_scope_name(enum permission_scope scope);
const char *permission_level_name(enum permission_level level);

/* What a `permissions:` that was given asks for. `read-all` and `write-all` stand for the scopes
 * that GitHub spells out for them. */
struct permission_set permission_asked(const struct permissions_def *def);
/* What it allows: `read-all` and `write-all` cover every scope. */
struct permission_set permission_allowed(const struct permissions_def *def);
/* The token's own permissions when nobody writes any: "LimitedRead" (restricted) or "Write"
 * (permissive). False when the policy is called otherwise. */
bool permission_policy(struct wf_str policy, struct permission_set *out);

/* True when asked is within allowed. Else writes those that are not to both lists, as
 * "actions: write, contents: write" and "actions: none, contents: read". */
bool permission_within(const struct permission_set *asked, const struct permission_set *allowed,
    struct wf_buf *asked_list, struct wf_buf *allowed_list);
