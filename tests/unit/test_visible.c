/* SPDX-License-Identifier: MIT */
/* test_visible.c - nothing that a step prints may move the cursor or forge a line. */
#include "cli/visible.h"

#include "test.h"

static void
check_shown(const char *text, bool color, const char *want)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	visible_add(&out, wf_str(text), color);
	CHECK_STR(wf_buf_str(&out), want);
}

TEST(visible_keeps_plain_text)
{
	check_shown("plain text\twith tab", true, "plain text\twith tab");
	check_shown("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", true,
	    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	check_shown("", true, "");
}

TEST(visible_keeps_colours_when_wanted)
{
	check_shown("\x1b[1;31mred\x1b[0m", true, "\x1b[1;31mred\x1b[0m\x1b[0m");
	check_shown("\x1b[38:2:1:2:3mx", true, "\x1b[38:2:1:2:3mx\x1b[0m");
	check_shown("\x1b[1;31mred\x1b[0m", false, "red");
}

TEST(visible_takes_other_sequences_out)
{
	check_shown("a\x1b[2J\x1b[1;1Hb", true, "ab");
	check_shown("a\x1b[?25lb", true, "ab");
	check_shown("a\x1b[>4;2mb", true, "ab");
	check_shown("a\x1b[1 mb", true, "ab");
	check_shown("a\x1b]0;title\x07"
	            "b",
	    true, "ab");
	check_shown("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", true, "alinkb");
	check_shown("a\x1bP1$r\x1b\\b", true, "ab");
	check_shown("a\x1b(Bb\x1b"
	            "7c\x1b"
	            "cd",
	    true, "abcd");
}

TEST(visible_takes_sequences_without_end_out)
{
	check_shown("a\x1b", true, "a");
	check_shown("a\x1b[", true, "a");
	check_shown("a\x1b[31", true, "a");
	check_shown("a\x1b[31\x1b[32mb", true, "a\x1b[32mb\x1b[0m");
	check_shown("a\x1b]0;b", true, "a");
	check_shown("a\x1b\x1b[2Jb", true, "ab");
}

TEST(visible_shows_control_characters)
{
	check_shown("a\b\x07\x7f"
	            "b",
	    true, "a^H^G^?b");
	check_shown("a\xc2\x9b"
	            "2Jb",
	    true, "a<U+009B>2Jb");
	check_shown("a\xe2\x80\xae"
	            "b",
	    true, "a<U+202E>b");
	check_shown("a\x9b\xff"
	            "b",
	    true,
	    "a\xef\xbf\xbd\xef\xbf\xbd"
	    "b");
}

TEST(visible_shows_the_last_drawing_of_a_line)
{
	check_shown("10%\r50%\r100%\r", true, "100%");
	check_shown("\r\r", true, "");
}

TEST(visible_width_counts_characters)
{
	CHECK_INT(visible_width(WF_S("ab\xc3\xa4")), 3);
	CHECK_INT(visible_width(WF_S("\x1b[31mab\x1b[0m")), 2);
	CHECK_INT(visible_width(WF_S("")), 0);
}
