/* SPDX-License-Identifier: MIT */
/* fuzz_opt.c - the command line, one word a line. */
#include "fuzz.h"

#include "cli/cmd.h"

#include <stdlib.h>

#define MAX_WORDS 64

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str rest = { (const char *)data, size };
	char program[] = "wfrun", *argv[MAX_WORDS + 1] = { program };
	struct args args;
	struct wf_error err;
	int argc = 1;

	while (rest.n > 0 && argc < MAX_WORDS)
		argv[argc++] = wf_cstr(arena, wf_str_cut(&rest, '\n'));
	if (opt_parse(arena, argc, argv, &args, &err)) {
		if (!args.command || args.words.n >= MAX_WORDS)
			abort();
	} else if (err.kind != WF_ERR_USAGE || !err.msg[0]) {
		abort();
	}
	return 0;
}
