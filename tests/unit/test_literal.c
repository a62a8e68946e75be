/* SPDX-License-Identifier: MIT */
/* test_literal.c - what is certain at both ends of an expression, and what is not. */
#include "base/glob_piece.h"
#include "base/literal.h"

#include "test.h"

TEST(literals_are_those_of_every_match)
{
	static const struct {
		const char *source, *prefix, *suffix, *inner;
	} rows[] = {
		{ "\\Asrc\\/.*\\z", "src/", "", "" },
		{ "\\A(?:.+/)?[^/]*\\.js\\z", "", ".js", "" },
		{ "\\Amain\\z", "main", "main", "" },
		{ "\\Aab?c\\z", "a", "c", "" },
		{ "\\Aab+\\z", "a", "", "" },
		{ "\\Aab*?\\z", "a", "", "" },
		{ "\\Aa{2}b\\z", "", "b", "" },
		{ "^(?:src\\/[^/]*?\\.c/?)\\z", "src/", ".c", "" },
		{ "^(?:a\\/?)\\z", "", "", "" },
		{ "^(?:a|b)\\z", "", "", "" },
		{ "^(?:x(a|b)y)\\z", "x", "y", "" },
		{ "^(?:x)(?:y)\\z", "", "", "" },
		{ "^(?!^(?:x)\\z).*\\z", "", "", "" },
		{ "^(?:a[])]b)\\z", "a", "b", "" },
		{ "^(?:a[^]]b)\\z", "a", "b", "" },
		{ "^(?:a[\\]b]c)\\z", "a", "c", "" },
		{ "^(?:a[[:digit:]]c)\\z", "", "", "" },
		{ "^(?:a(b[)]c)d)\\z", "a", "d", "" },
		{ "^(?:a(\\)|c)d)\\z", "a", "d", "" },
		{ "\\Aa\\x{0}b\\z", "a", "b", "" },
		{ "\\A\xc3\xa9?x\\z", "", "x", "" },
		{ "\\A.*js\\/.*\\z", "", "", "js/" },
		{ "\\Aa.*long.*b\\z", "a", "b", "long" },
		{ "\\A\\z", "", "", "" },
		{ "abc", "", "", "" },
		{ "\\Aa\\", "", "", "" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(literals_release) struct literals found;

		literals_find(wf_str(rows[i].source), &found);
		CHECK_STR(wf_buf_str(&found.prefix), rows[i].prefix);
		CHECK_STR(wf_buf_str(&found.suffix), rows[i].suffix);
		CHECK_STR(wf_buf_str(&found.inner), rows[i].inner);
	}
}

/* The two questions, as they are asked. */
static bool
are_in(const struct literals *literals, struct wf_str s)
{
	return literals_may_be_in(literals, s) && literals_are_in(literals, s);
}

TEST(literals_that_are_lacking_rule_a_text_out)
{
	wf_auto(literals_release) struct literals found;

	literals_find(WF_S("\\Aa.*long.*b\\z"), &found);
	CHECK(are_in(&found, WF_S("a long b")));
	CHECK(!are_in(&found, WF_S("a lon b")));
	CHECK(!are_in(&found, WF_S("x long b")));
	CHECK(!are_in(&found, WF_S("a long")));
	CHECK(!are_in(&found, WF_S("")));
}

TEST(literals_leave_room_for_a_slash)
{
	wf_auto(literals_release) struct literals found;

	literals_find(WF_S("^(?:.*\\.c/?)\\z"), &found);
	CHECK(are_in(&found, WF_S("long/enough/a.c")));
	CHECK(are_in(&found, WF_S("long/enough/a.c/")));
	CHECK(!are_in(&found, WF_S("long/enough/a.h/")));
	CHECK(!are_in(&found, WF_S("long/enough/a.h")));
	CHECK(are_in(&found, WF_S(".c/")));
	CHECK(!are_in(&found, WF_S("c/")));
}

TEST(literals_between_folders_are_whole_segments)
{
	static const char *const sources[] = {
		"\\A(?:.+/)?ab\\/.*\\z",
		"^(?:" FIRST_FOLDERS "ab" LAST_FOLDERS "/?)\\z",
		"^(?:" FIRST_FOLDERS "ab" INNER_FOLDERS OR_END STAR "/?)\\z",
	};

	for (size_t i = 0; i < WF_COUNT(sources); i++) {
		wf_auto(literals_release) struct literals found;

		literals_find(wf_str(sources[i]), &found);
		CHECK(are_in(&found, WF_S("ab/c")));
		CHECK(are_in(&found, WF_S("x/ab/c")));
		CHECK(are_in(&found, WF_S("xab/ab/")));
		CHECK(!are_in(&found, WF_S("xab/c")));
		CHECK(!are_in(&found, WF_S("x/abc")));
		CHECK(are_in(&found, WF_S("x/ab")) == (i > 0));
	}
}
