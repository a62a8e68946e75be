/* SPDX-License-Identifier: MIT */
/* fuzz_markdown.c - a step summary on its way to a terminal: no control byte may come through, and
 * no text may unfold without end. */
#include "fuzz.h"

#include "cli/markdown.h"

#include <stdlib.h>

/* A table is put out as a whole, and a line is never cut. */
#define SLACK ((size_t)4 << 20)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_buf_release) struct wf_buf plain = WF_BUF_INIT, color = WF_BUF_INIT;
	struct wf_str text = { (const char *)data, size };

	if (!markdown_render(&plain, text, 76, false, NULL) ||
	    !markdown_render(&color, text, 76, true, NULL))
		return 0; /* there is nothing to read it with */
	for (size_t i = 0; i < plain.n; i++)
		if ((unsigned char)plain.p[i] < ' ' && plain.p[i] != '\t' && plain.p[i] != '\n')
			abort();
	if (!wf_utf8_valid(wf_buf_str(&plain)) || plain.n > MARKDOWN_LARGEST + SLACK)
		abort();
	return 0;
}
