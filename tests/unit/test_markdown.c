/* SPDX-License-Identifier: MIT */
/* test_markdown.c - step summaries as a terminal shows them. */
#include "cli/markdown.h"
#include "test.h"

static void
check(const char *text, bool color, const char *want)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct wf_error err;

	CHECK(markdown_render(&out, wf_str(text), 20, color, &err));
	CHECK_STR(wf_buf_str(&out), want);
}

TEST(markdown_sets_headings_and_paragraphs)
{
	check("# Title\ntext of a paragraph\nthat is long\n\n### Third\nx", false,
	    "Title\n=====\n\ntext of a paragraph\nthat is long\n\nThird\n\nx\n");
	check("a  \nb\n***\nc", false, "a\nb\n\n----------------------------------------\nc\n");
	check("a-word-that-is-longer-than-a-line and more", false,
	    "a-word-that-is-longer-than-a-line\nand more\n");
	check("", false, "");
}

TEST(markdown_sets_lists_and_quotes)
{
	check("- one\n- two words that wrap here\n  1. in\n  2. it\n- [x] done\n- [ ] open", false,
	    "- one\n- two words that\n  wrap here\n  1. in\n  2. it\n- [x] done\n- [ ] open\n");
	check("3. c\n4. d", false, "3. c\n4. d\n");
	check("> quoted words that wrap\n\nafter", false, "| quoted words that\n| wrap\n\nafter\n");
	check("- a\n\n  ```\n  code  x\n   y\n  ```", false, "- a\n    code  x\n     y\n");
}

TEST(markdown_aligns_tables)
{
	check("| Name | N |\n|---|--:|\n| a | 1 |\n| long name | 1000 |\n| b | |", false,
	    "Name          N\n---------  ----\na             1\nlong name  1000\nb\n");
	check("|a|\n|---|\n|1|\n\n|b|\n|---|\n", false, "a\n-\n1\n\nb\n-\n");
}

TEST(markdown_marks_spans)
{
	check("**b** `c` [l](http://x) <http://y>", false, "b `c` l (http://x)\nhttp://y\n");
	check("**b** `c`", true, "\x1b[1mb\x1b[0m \x1b[36mc\x1b[0m\n");
	check("[top](#top) ![alt](x.png)", false, "top alt\n");
	check("&lt;&amp;&#65;&#x42;&nbsp;&unknown; &#0;", false, "<&AB &unknown; &#0;\n");
}

/* What the toolkit's summary writes. */
TEST(markdown_knows_the_html_of_the_toolkit)
{
	check("<h1>T</h1>\n<table><tr><th>F</th><th>R</th></tr><tr><td>a.c</td><td>ok</td></tr>"
	      "</table>\n<ul><li>x</li><li>y</li></ul>\n",
	    false, "T\n=\n\nF    R\n---  --\na.c  ok\n\n- x\n- y\n");
	check("<details><summary>More</summary>\n\nin **it**\n\n</details><!-- unseen -->", false,
	    "More\n\nin it\n");
	check("<pre><code>a  b\nc</code></pre>", false, "  a  b\n  c\n");
	check("<a href=\"http://x\">l</a><img src=\"y\" alt='pic'>", false, "l (http://x)pic\n");
}

TEST(markdown_survives_what_is_left_open)
{
	check("</li></h1></td></table></code>x", false, "`x\n");
	check("<table><tr><td>a<table><tr><td>b</table>", false, "a b\n");
	check("<b>bold\n\nplain", true, "\x1b[1mbold\x1b[0m\n\nplain\n");
	check("<unclosed", false, "<unclosed\n");
	check("\x1b[31mred\x07 \xff", false, "red^G \xef\xbf\xbd\n");
}

TEST(markdown_ends_where_it_unfolds_too_far)
{
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT, out = WF_BUF_INIT;

	for (int i = 0; i < 5000; i++)
		wf_buf_adds(&text, "|a");
	wf_buf_adds(&text, "\n");
	for (int i = 0; i < 5000; i++)
		wf_buf_adds(&text, "|-");
	wf_buf_adds(&text, "\n");
	for (int i = 0; i < 20000; i++)
		wf_buf_adds(&text, "|\n");
	CHECK(markdown_render(&out, wf_buf_str(&text), 76, false, NULL));
	CHECK(out.n < 2 * MARKDOWN_LARGEST);
}
