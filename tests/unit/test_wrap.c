/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "cli/wrap.h"

static void
check(const char *text, size_t columns, const char *want)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	wrap_add(&out, wf_str(text), columns);
	CHECK_STR(wf_buf_str(&out), want);
}

#define FORTY "1234567 1234567 1234567 1234567 12345678"

TEST(wrap_leaves_what_fits)
{
	check(FORTY "\nx\n", 40, FORTY "\nx\n");
	check("", 40, "");
	check("\n", 40, "\n");
}

TEST(wrap_breaks_at_the_last_blank_that_fits)
{
	check(FORTY "9\n", 40, "1234567 1234567 1234567 1234567\n    123456789\n");
	check("  " FORTY " and more of it that goes on and on\nx\n", 40,
	    "  1234567 1234567 1234567 1234567\n      12345678 and more of it that goes\n"
	    "      on and on\nx\n");
}

TEST(wrap_keeps_a_word_that_is_too_wide)
{
	check("  /a/path/that/is/longer/than/any/line/can/be then\n", 40,
	    "  /a/path/that/is/longer/than/any/line/can/be\n      then\n");
}

TEST(wrap_leaves_all_to_a_program_and_to_a_narrow_terminal)
{
	check(FORTY " " FORTY "\n", 0, FORTY " " FORTY "\n");
	check(FORTY "\n", 20, FORTY "\n");
}

TEST(wrap_counts_characters_and_not_bytes)
{
	check("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" FORTY "\n", 44,
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" FORTY "\n");
}
