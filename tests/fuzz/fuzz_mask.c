/* SPDX-License-Identifier: MIT */
/* fuzz_mask.c - values and a text, separated by NUL; the text comes last. No value may be left in
 * the masked text, but for one that holds a star itself. */
#include "fuzz.h"

#include "runner/output/mask.h"

#include <stdlib.h>

static void
check_gone(struct wf_str value, struct wf_str shown)
{
	value = wf_str_trim(value);
	if (value.n > 0 && wf_str_find_char(value, '*') < 0 && wf_str_find(shown, value) >= 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;
	struct mask *run = mask_new(NULL), *job = mask_new(run);
	struct wf_str rest = { (const char *)data, size }, text = rest, shown;
	bool odd = false;

	while (wf_str_find_char(rest, '\0') >= 0) {
		mask_add(odd ? run : job, wf_str_cut(&rest, '\0'));
		odd = !odd;
	}
	shown = mask_apply(job, rest, &buf);
	if (mask_hits(job, rest) == (shown.p == rest.p))
		abort();
	while (wf_str_find_char(text, '\0') >= 0)
		check_gone(wf_str_cut(&text, '\0'), shown);
	mask_free(job);
	mask_free(run);
	return 0;
}
