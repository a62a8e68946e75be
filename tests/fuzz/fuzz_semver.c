/* SPDX-License-Identifier: MIT */
/* fuzz_semver.c - the first line as a version, the rest as a range; a version is equal to itself
 * and lies in the range that it is. */
#include "fuzz.h"

#include "runner/builtin/semver.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wf_str range = { (const char *)data, size };
	struct wf_str version = wf_str_cut(&range, '\n');
	struct semver parsed;

	if (!semver_parse(version, &parsed)) {
		semver_is_range(range);
		return 0;
	}
	if (semver_compare(&parsed, &parsed) != 0 || !semver_satisfies(&parsed, version))
		abort();
	if (semver_satisfies(&parsed, range) && !semver_is_range(range))
		abort();
	return 0;
}
