/* SPDX-License-Identifier: MIT */
/* fuzz_command.c - the lines of one step. A refused command must say why. */
#include "fuzz.h"

#include "runner/output/command.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(command_reader_release) struct command_reader reader = { 0 };
	struct wf_str rest = { (const char *)data, size };

	while (rest.p) {
		struct wf_error err = { 0 };
		bool failed, was_stopped = reader.stopped;
		struct command command = command_take(&reader, arena, wf_str_cut(&rest, '\n'), &err,
		    &failed);

		if (failed != (err.msg[0] != '\0'))
			abort();
		if (was_stopped && command.kind != COMMAND_NONE && command.kind != COMMAND_RESUME)
			abort();
		if (command.place.end_line && command.place.end_line < command.place.line)
			abort();
	}
	return 0;
}
