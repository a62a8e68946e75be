/* SPDX-License-Identifier: MIT */
/* fuzz_command_file.c - the text of a GITHUB_* file, read in both ways. */
#include "fuzz.h"

#include "runner/output/command.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str text = { (const char *)data, size };
	struct command_pair *pairs;
	struct wf_str *paths;
	struct wf_error err = { 0 };
	size_t n, held = 0;

	if (!command_file_pairs(arena, text, &pairs, &n, &err) && err.msg[0] == '\0')
		abort();
	for (size_t i = 0; i < n; i++)
		held += pairs[i].name.n + pairs[i].value.n;
	if (held > size)
		abort();
	command_file_paths(arena, text, &paths, &n);
	for (size_t i = 0; i < n; i++)
		if (paths[i].n == 0 || wf_str_find_char(paths[i], '\n') >= 0)
			abort();
	return 0;
}
