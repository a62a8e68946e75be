/* SPDX-License-Identifier: MIT */
/* fuzz_rules.c - the first line as a path, the rest as the filters of dorny/paths-filter, read and
 * asked with every quantifier. */
#include "fuzz.h"

#include "runner/builtin/rules.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wf_str yaml = { (const char *)data, size };
	struct wf_str path = wf_str_cut(&yaml, '\n');

	for (int quantifier = RULES_SOME; quantifier <= RULES_SOME_WITH_EXCLUDES; quantifier++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct wf_error err;
		struct rules *rules = rules_read(arena, yaml, (enum rules_quantifier)quantifier,
		    &err);

		for (size_t i = 0; rules && i < rules_count(rules); i++)
			for (int status = REPO_ADDED; status <= REPO_DELETED; status++)
				rules_match(rules, i, path, (enum repo_change_kind)status);
		rules_free(rules);
	}
	return 0;
}
