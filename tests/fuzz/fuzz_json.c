/* SPDX-License-Identifier: MIT */
/* fuzz_json.c - any bytes as JSON in both dialects; what the strict reader takes must survive being
 * written and read again. */
#include "fuzz.h"

#include "expr/expr.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf first = WF_BUF_INIT, second = WF_BUF_INIT;
	struct wf_str text = { (const char *)data, size };
	struct expr_value value;
	struct wf_error err;

	if (expr_json_read_lenient(arena, text, &value, &err))
		expr_json_pretty(&first, value);
	if (!expr_json_read(arena, NULL, text, &value, &err))
		return 0;
	wf_buf_clear(&first);
	expr_json_compact(&first, value);
	if (!expr_json_read(arena, NULL, wf_buf_str(&first), &value, &err))
		abort();
	expr_json_compact(&second, value);
	if (!wf_str_eq(wf_buf_str(&first), wf_buf_str(&second)))
		abort();
	return 0;
}
