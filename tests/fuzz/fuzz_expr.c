/* SPDX-License-Identifier: MIT */
/* fuzz_expr.c - any bytes as an expression, evaluated over a small context. */
#include "fuzz.h"

#include "expr/expr.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char context[] =
	    "{\"a\":[{\"b\":1},{\"b\":\"x\"},[2]],\"s\":\"text\",\"n\":-1.5}";
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct expr_scope scope = { 0 };
	struct expr_value value;
	const struct expr *expr;
	struct wf_error err;

	expr = expr_parse(arena, (struct wf_str){ (const char *)data, size }, WF_NOWHERE, NULL,
	    NULL, &err);
	if (!expr)
		return 0;
	expr_print(&out, expr);
	expr_json_read(arena, NULL, WF_S(context), &value, NULL);
	scope.contexts = value.object;
	if (expr_eval(arena, expr, &scope, &value, &err))
		expr_json_pretty(&out, expr_copy(arena, value));
	return 0;
}
