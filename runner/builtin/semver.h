/* SPDX-License-Identifier: MIT */
/* semver.h - versions and ranges as node's semver reads them, which the setup actions use.
 *
 * Ranges: comparators joined by blanks, alternatives by ||, x-ranges (3, 3.x, *), ~, ^, and
 * "1.2 - 1.4". A pre-release satisfies a range only when a comparator with the same three numbers
 * names a pre-release itself. */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct semver {
	uint64_t major, minor, patch;
	struct wf_str pre; /* "rc.1"; empty for a release */
};

/* Reads MAJOR.MINOR.PATCH[-PRE][+BUILD], with an optional v before it. */
bool semver_parse(struct wf_str text, struct semver *out);
/* < 0, 0, > 0 in order of precedence. */
int semver_compare(const struct semver *a, const struct semver *b);
/* Whether the text is a range at all. */
bool semver_is_range(struct wf_str range);
/* Whether the version lies in the range; false when that is not one. */
bool semver_satisfies(const struct semver *version, struct wf_str range);
