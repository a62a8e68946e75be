/* SPDX-License-Identifier: MIT */
/* fuzz_pattern.c - the first line is a pattern, the rest a name; each dialect sees both. */
#include "base/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum wf_dialect dialects[] = { WF_PATTERN_FILTER, WF_PATTERN_PICOMATCH,
		WF_PATTERN_REGEX };
	struct wf_str name = { (const char *)data, size }, text = wf_str_cut(&name, '\n');
	struct wf_str groups[4];
	struct wf_error err;

	for (size_t i = 0; i < WF_COUNT(dialects); i++) {
		struct wf_pattern *pattern = wf_pattern_new(dialects[i], text, WF_NOWHERE, &err);

		if (!pattern)
			continue;
		wf_pattern_match(pattern, name);
		if (dialects[i] == WF_PATTERN_REGEX)
			wf_pattern_groups(pattern, name, groups, WF_COUNT(groups));
		wf_pattern_free(pattern);
	}
	return 0;
}
