/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/lazy.h"

#include <math.h>

#define MATH_CALLS(CALL) CALL(trunc) CALL(hypot)
struct math_calls {
	MATH_CALLS(WF_LAZY_FIELD)
};
#define MATH_CALL(fn) WF_LAZY_CALL(struct math_calls, fn)
static const struct wf_lazy_call math_list[] = { MATH_CALLS(MATH_CALL) };

TEST(lazy_fills_every_call)
{
	struct math_calls math;

	CHECK(wf_lazy_load(&math, "libm.so.6", math_list, WF_COUNT(math_list), NULL));
	CHECK(math.trunc(2.5) == 2.0);
	CHECK(math.hypot(3.0, 4.0) == 5.0);
}

TEST(lazy_says_which_library_is_missing)
{
	struct math_calls math;
	struct wf_error err;

	CHECK(!wf_lazy_load(&math, "libwfrun-none.so.1", math_list, WF_COUNT(math_list), &err));
	CHECK_INT(err.kind, WF_ERR_MISSING);
	CHECK(wf_str_find(wf_str(err.msg), WF_S("libwfrun-none.so.1")) >= 0);
}

TEST(lazy_says_which_call_is_missing)
{
	static const struct wf_lazy_call list[] = { { "no_such_call", 0 } };
	struct math_calls math;
	struct wf_error err;

	CHECK(!wf_lazy_load(&math, "libm.so.6", list, WF_COUNT(list), &err));
	CHECK_INT(err.kind, WF_ERR_MISSING);
	CHECK(wf_str_find(wf_str(err.msg), WF_S("no_such_call")) >= 0);
}
