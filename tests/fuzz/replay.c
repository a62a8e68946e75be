/* SPDX-License-Identifier: MIT */
/* replay.c - runs a fuzz target on every file of the folders named on the command line. */
#include "base/arena.h"
#include "base/fs.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static bool
replay_folder(struct wf_arena *arena, const char *folder, struct wf_error *err)
{
	char **names;
	size_t n;

	if (!wf_list_dir(arena, folder, &names, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct wf_str text;
		uint8_t *exact;

		if (!wf_read_file(arena, wf_join(arena, folder, names[i]), 0, &text, err))
			return false;
		exact = malloc(text.n ? text.n : 1); /* a sanitizer sees one byte too far */
		if (!exact)
			abort();
		memcpy(exact, text.p, text.n);
		LLVMFuzzerTestOneInput(exact, text.n);
		free(exact);
	}
	printf("%s: %zu files\n", folder, n);
	return n > 0;
}

int
main(int argc, char **argv)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_error err = { .msg = "an empty corpus" };

	for (int i = 1; i < argc; i++)
		if (!replay_folder(arena, argv[i], &err)) {
			fprintf(stderr, "%s: %s\n", argv[i], err.msg);
			return 1;
		}
	return 0;
}
