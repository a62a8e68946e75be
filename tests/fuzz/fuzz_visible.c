/* SPDX-License-Identifier: MIT */
/* fuzz_visible.c - a line of output on its way to a terminal: no control byte may come through. */
#include "fuzz.h"

#include "cli/visible.h"

#include "base/arena.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_buf_release) struct wf_buf plain = WF_BUF_INIT, color = WF_BUF_INIT;
	struct wf_str line = { (const char *)data, size };

	visible_add(&plain, line, false);
	visible_add(&color, line, true);
	for (size_t i = 0; i < plain.n; i++)
		if (((unsigned char)plain.p[i] < ' ' && plain.p[i] != '\t') || plain.p[i] == 0x7F)
			abort();
	if (!wf_utf8_valid(wf_buf_str(&plain)) ||
	    visible_width(wf_buf_str(&plain)) != visible_width(wf_buf_str(&color)))
		abort();
	return 0;
}
