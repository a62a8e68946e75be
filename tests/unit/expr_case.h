/* SPDX-License-Identifier: MIT */
/* expr_case.h - one expression and what it must give, for tables of tests. */
#pragma once

#include "expr/expr.h"
#include "test.h"

struct expr_case {
	const char *expr;
	const char *want; /* the value as compact JSON, or the message of the error */
	const char *contexts; /* a JSON object; NULL: none, and every name is known */
};

/* What the expression gives: compact JSON, or the message of the error. */
static inline struct wf_str
expr_case_answer(struct wf_arena *arena, const struct expr_case *test,
    const struct expr_scope *more)
{
	struct expr_scope scope = more ? *more : (struct expr_scope){ 0 };
	struct expr_names names = { .funcs = scope.funcs };
	struct wf_buf out = WF_BUF_INIT;
	struct expr_value value = EXPR_NULL_VALUE;
	const struct expr *expr;
	struct wf_error err;

	if (test->contexts) {
		assert_true(expr_json_read(arena, NULL, wf_str(test->contexts), &value, &err));
		scope.contexts = value.object;
	}
	expr = expr_parse(arena, wf_str(test->expr), WF_NOWHERE, &names, NULL, &err);
	if (!expr || !expr_eval(arena, expr, &scope, &value, &err))
		return wf_strf(arena, "%s", err.msg);
	expr_json_compact(&out, value);
	return wf_buf_take(&out, arena);
}

static inline void
expr_case_check(const struct expr_case *cases, size_t n, const struct expr_scope *more)
{
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct wf_str got = expr_case_answer(arena, &cases[i], more);

		if (wf_str_is(got, cases[i].want))
			continue;
		print_error("%s\n  got:  %.*s\n  want: %s\n", cases[i].expr, WF_ARG(got),
		    cases[i].want);
		good = false;
	}
	CHECK(good);
}
