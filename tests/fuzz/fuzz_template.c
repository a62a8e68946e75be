/* SPDX-License-Identifier: MIT */
/* fuzz_template.c - any bytes as a scalar of a workflow, read, evaluated, and taken as an `if:`. */
#include "fuzz.h"

#include "expr/expr.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct expr_func funcs[] = { { "success", 0, 0, NULL, NULL }, { 0 } };
	static const struct expr_names names = { .funcs = funcs };
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str text = { (const char *)data, size };
	struct expr_scope scope = { 0 };
	struct expr_token *token;
	struct expr_value value;
	struct wf_error err;

	if (!expr_token_read(arena, text, WF_NOWHERE, &names, size % 2, &token, &err))
		return 0;
	expr_token_eval(arena, token, &scope, &value, &err);
	expr_condition(arena, token, &names, &err);
	return 0;
}
