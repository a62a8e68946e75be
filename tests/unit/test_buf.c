/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/str.h"

TEST(buf_grows_and_stays_a_c_string)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;

	for (int i = 0; i < 1000; i++)
		wf_buf_addf(&buf, "%d,", i);
	CHECK_INT(strlen(buf.p), buf.n);
	CHECK(wf_str_ends(wf_buf_str(&buf), WF_S("998,999,")));
	wf_buf_clear(&buf);
	CHECK_STR(wf_buf_str(&buf), "");
}

TEST(buf_json_escapes_and_repairs)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;

	wf_buf_add_json(&buf, WF_S("a\"\\\n\x01\xff\xc3\xa4"));
	CHECK_STR(wf_buf_str(&buf), "\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\xc3\xa4\"");
}

struct gathered {
	struct wf_buf text; /* lines, each with a '|' behind it; '+' before a later piece */
};

static void
gather(void *data, struct wf_str line, bool begins)
{
	struct gathered *gathered = data;

	wf_buf_adds(&gathered->text, begins ? "" : "+");
	wf_buf_add(&gathered->text, line);
	wf_buf_addc(&gathered->text, '|');
}

static void
check_lines(const char *const *chunks, size_t limit, const char *want)
{
	struct gathered gathered = { WF_BUF_INIT };
	struct wf_lines lines = { .on_line = gather, .data = &gathered, .limit = limit };

	for (; *chunks; chunks++)
		wf_lines_feed(&lines, wf_str(*chunks));
	wf_lines_finish(&lines);
	CHECK_STR(wf_buf_str(&gathered.text), want);
	wf_buf_release(&gathered.text);
}

TEST(lines_are_put_together_from_chunks)
{
	check_lines((const char *const[]){ "a", "b\nc", "\r\n", "\nd", NULL }, 0, "ab|c||d|");
	check_lines((const char *const[]){ "", NULL }, 0, "");
	check_lines((const char *const[]){ "a\n", NULL }, 0, "a|");
}

TEST(lines_end_at_a_cr_too)
{
	check_lines((const char *const[]){ "10%\r20%\r", "30%\r\n", "x\r", "\n\r", "\ry", NULL }, 0,
	    "10%|20%|30%|x|||y|");
	check_lines((const char *const[]){ "abc\rdefghi\r\nj\r", NULL }, 4, "abc|defg|+hi|j|");
	check_lines((const char *const[]){ "\r\r\n\n", NULL }, 0, "|||");
}

TEST(lines_too_long_come_in_pieces)
{
	check_lines((const char *const[]){ "abcdefgh", "ij\nk\n", NULL }, 4, "abcd|+efgh|+ij|k|");
	check_lines((const char *const[]){ "abcdefghij\nk\n", NULL }, 4, "abcd|+efgh|+ij|k|");
}

TEST(lines_in_pieces_keep_characters_whole)
{
	check_lines((const char *const[]){ "ab\xe2\x82\xac"
	                                   "cd\n",
	                NULL },
	    4,
	    "ab|+\xe2\x82\xac"
	    "c|+d|");
}

/* Wants three bytes behind the cut, and none inside of "xyz". */
static size_t
cut_around_xyz(void *data, struct wf_str text, size_t at)
{
	ptrdiff_t xyz = wf_str_find(text, WF_S("xyz"));

	(void)data;
	if (text.n - at < 3)
		return 0;
	return xyz > 0 && at > (size_t)xyz && at < (size_t)xyz + 3 ? (size_t)xyz : at;
}

TEST(lines_too_long_are_cut_where_the_owner_says)
{
	struct gathered gathered = { WF_BUF_INIT };
	struct wf_lines lines = {
		.on_line = gather,
		.cut = cut_around_xyz,
		.data = &gathered,
		.limit = 4,
	};

	wf_lines_feed(&lines, WF_S("abcx"));
	wf_lines_feed(&lines, WF_S("y"));
	CHECK_STR(wf_buf_str(&gathered.text), "");
	wf_lines_feed(&lines, WF_S("zdef\nabcxyz"));
	wf_lines_finish(&lines);
	CHECK_STR(wf_buf_str(&gathered.text), "abc|+xyzdef|abcxyz|");
	wf_buf_release(&gathered.text);
}
