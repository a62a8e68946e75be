/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/error.h"

#include <errno.h>

TEST(error_is_set_wrapped_and_hinted)
{
	struct wf_error err;

	CHECK(!wf_fail_sys(&err, ENOENT, "%s", "a.yml"));
	CHECK(!wf_wrap(&err, "load %s", "it"));
	CHECK(!wf_hint(&err, "look %s", "there"));
	CHECK_STR(wf_str(err.msg), "load it: a.yml: No such file or directory");
	CHECK_STR(wf_str(err.hint), "look there");
	CHECK_INT(wf_error_status(err.kind), 4);
	CHECK(!wf_fail(NULL, WF_ERR_SYS, WF_NOWHERE, "nobody listens"));
}

TEST(error_message_that_is_too_long_is_cut)
{
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;
	struct wf_error err;

	while (text.n < 3000)
		wf_buf_addc(&text, 'x');
	wf_fail(&err, WF_ERR_INVALID, WF_NOWHERE, "%s", text.p);
	wf_wrap(&err, "around");
	CHECK_INT(strlen(err.msg), sizeof(err.msg) - 1);
}

static void
check_rendered(struct wf_pos pos, const char *source, const char *want)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct wf_error err;

	wf_fail(&err, WF_ERR_INVALID, pos, "bad");
	wf_error_render(&out, &err, "error", wf_str(source), false);
	CHECK_STR(wf_buf_str(&out), want);
}

TEST(error_shows_the_line_and_a_caret)
{
	check_rendered((struct wf_pos){ "a.yml", 2, 5 }, "one\n  two\nthree",
	    "a.yml:2:5: error: bad\n    2 |   two\n      |     ^\n");
	check_rendered((struct wf_pos){ "a.yml", 1, 9 }, "one",
	    "a.yml:1:9: error: bad\n    1 | one\n      |    ^\n");
	check_rendered((struct wf_pos){ "a.yml", 9, 1 }, "one", "a.yml:9:1: error: bad\n");
	check_rendered(WF_NOWHERE, "one", "error: bad\n");
}

TEST(error_excerpt_cannot_steer_a_terminal)
{
	check_rendered((struct wf_pos){ "a.yml", 1, 3 }, "\t\x1b[2Jx",
	    "a.yml:1:3: error: bad\n    1 |  \xef\xbf\xbd[2Jx\n      |   ^\n");
}

TEST(diags_count_errors_and_tell_the_first)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_diags diags = { .arena = arena };
	struct wf_error warning = { .kind = WF_ERR_INVALID, .msg = "soft" }, first;

	wf_diags_add(&diags, WF_DIAG_WARNING, &warning);
	wf_diags_fail(&diags, (struct wf_pos){ "f", 1, 2 }, "hard %d", 1);
	wf_diags_fail(&diags, WF_NOWHERE, "hard 2");
	CHECK_INT(diags.n, 3);
	CHECK_INT(diags.nerrors, 2);
	CHECK(!wf_diags_first(&diags, &first));
	CHECK_STR(wf_str(first.msg), "hard 1");
	CHECK_INT(first.pos.col, 2);
}

TEST(nearest_is_near_or_nothing)
{
	static const struct wf_str names[] = { { "needs", 5 }, { "name", 4 }, { "steps", 5 } };

	CHECK_STR(wf_nearest(WF_S("neds"), names, 3), "needs");
	CHECK_STR(wf_nearest(WF_S("NAME"), names, 3), "name");
	CHECK_STR(wf_nearest(WF_S("concurrency"), names, 3), "");
}
