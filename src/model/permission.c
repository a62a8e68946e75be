/* SPDX-License-Identifier: MIT */
/* permission.c - scopes and levels of a token. */
#include "model/permission.h"

#include <stdlib.h>

static const struct {
	const char *name;
	bool in_all; /* spelled out for read-all and write-all */
} scopes[] = {
	[PERMISSION_ACTIONS] = { "actions", true },
	[PERMISSION_ARTIFACT_METADATA] = { "artifact-metadata", false },
	[PERMISSION_ATTESTATIONS] = { "attestations", false },
	[PERMISSION_CHECKS] = { "checks", true },
	[PERMISSION_CODE_QUALITY] = { "code-quality", false },
	[PERMISSION_CONTENTS] = { "contents", true },
	[PERMISSION_COPILOT_REQUESTS] = { "copilot-requests", false },
	[PERMISSION_DEPLOYMENTS] = { "deployments", true },
	[PERMISSION_DISCUSSIONS] = { "discussions", true },
	[PERMISSION_DRIVES] = { "drives", false },
	[PERMISSION_ISSUES] = { "issues", true },
	[PERMISSION_PACKAGES] = { "packages", true },
	[PERMISSION_PAGES] = { "pages", true },
	[PERMISSION_PULL_REQUESTS] = { "pull-requests", true },
	[PERMISSION_REPOSITORY_PROJECTS] = { "repository-projects", true },
	[PERMISSION_STATUSES] = { "statuses", true },
	[PERMISSION_SECURITY_EVENTS] = { "security-events", true },
	[PERMISSION_ID_TOKEN] = { "id-token", true },
	[PERMISSION_MODELS] = { "models", false },
	[PERMISSION_VULNERABILITY_ALERTS] = { "vulnerability-alerts", false },
};
_Static_assert(WF_COUNT(scopes) == PERMISSION_SCOPES, "a scope has no name");

const char *
permission_scope_name(enum permission_scope scope)
{
	return scopes[scope].name;
}

const char *
permission_level_name(enum permission_level level)
{
	switch (level) {
	case PERMISSION_NONE: return "none";
	case PERMISSION_READ: return "read";
	case PERMISSION_WRITE: return "write";
	}
	abort();
}

static enum permission_level
level_of(struct wf_str name)
{
	if (wf_str_is(name, "write") || wf_str_is(name, "write-all"))
		return PERMISSION_WRITE;
	if (wf_str_is(name, "read") || wf_str_is(name, "read-all"))
		return PERMISSION_READ;
	return PERMISSION_NONE;
}

static struct permission_set
resolve(const struct permissions_def *def, bool all_is_all)
{
	struct permission_set set = { { PERMISSION_NONE } };

	for (size_t s = 0; s < PERMISSION_SCOPES; s++) {
		if (all_is_all || scopes[s].in_all)
			set.levels[s] = level_of(def->all);
		for (size_t i = 0; i < def->n; i++)
			if (wf_str_is(def->items[i].scope, scopes[s].name))
				set.levels[s] = level_of(def->items[i].level);
	}
	return set;
}

struct permission_set
permission_asked(const struct permissions_def *def)
{
	return resolve(def, false);
}

struct permission_set
permission_allowed(const struct permissions_def *def)
{
	return resolve(def, true);
}

bool
permission_policy(struct wf_str policy, struct permission_set *out)
{
	bool write = wf_str_is(policy, "Write");

	*out = (struct permission_set){ { PERMISSION_NONE } };
	for (size_t s = 0; write && s < PERMISSION_SCOPES; s++)
		out->levels[s] = PERMISSION_WRITE;
	if (wf_str_is(policy, "LimitedRead")) {
		out->levels[PERMISSION_CONTENTS] = PERMISSION_READ;
		out->levels[PERMISSION_PACKAGES] = PERMISSION_READ;
		return true;
	}
	return write;
}

static void
list(struct wf_buf *out, size_t scope, enum permission_level level)
{
	wf_buf_addf(out, "%s%s: %s", out->n ? ", " : "", scopes[scope].name,
	    permission_level_name(level));
}

bool
permission_within(const struct permission_set *asked, const struct permission_set *allowed,
    struct wf_buf *asked_list, struct wf_buf *allowed_list)
{
	bool within = true;

	for (size_t s = 0; s < PERMISSION_SCOPES; s++) {
		if (asked->levels[s] <= allowed->levels[s])
			continue;
		within = false;
		list(asked_list, s, asked->levels[s]);
		list(allowed_list, s, allowed->levels[s]);
	}
	return within;
}
