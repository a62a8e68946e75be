/* SPDX-License-Identifier: MIT */
/* test_literal.c - what is certain at both ends of an expression, and what is not. */
#include "base/literal.h"

#include "test.h"

TEST(literal_ends_are_those_of_every_match)
{
	static const struct {
		const char *source, *prefix, *suffix;
	} rows[] = {
		{ "\\Asrc\\/.*\\z", "src/", "" },
		{ "\\A(?:.+/)?[^/]*\\.js\\z", "", ".js" },
		{ "\\Amain\\z", "main", "main" },
		{ "\\Aab?c\\z", "a", "c" },
		{ "\\Aab+\\z", "a", "" },
		{ "\\Aab*?\\z", "a", "" },
		{ "\\Aa{2}b\\z", "", "b" },
		{ "^(?:src\\/[^/]*?\\.c\\/?)\\z", "src/", "" },
		{ "^(?:a|b)\\z", "", "" },
		{ "^(?:x(a|b)y)\\z", "x", "y" },
		{ "^(?:x)(?:y)\\z", "", "" },
		{ "^(?!^(?:x)\\z).*\\z", "", "" },
		{ "^(?:a[])]b)\\z", "a", "b" },
		{ "^(?:a[^]]b)\\z", "a", "b" },
		{ "^(?:a[\\]b]c)\\z", "a", "c" },
		{ "^(?:a[[:digit:]]c)\\z", "", "" },
		{ "^(?:a(b[)]c)d)\\z", "a", "d" },
		{ "^(?:a(\\)|c)d)\\z", "a", "d" },
		{ "\\Aa\\x{0}b\\z", "a", "b" },
		{ "\\A\xc3\xa9?x\\z", "", "x" },
		{ "\\A\\z", "", "" },
		{ "abc", "", "" },
		{ "\\Aa\\", "", "" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_buf_release) struct wf_buf prefix = WF_BUF_INIT;
		wf_auto(wf_buf_release) struct wf_buf suffix = WF_BUF_INIT;

		literal_ends(wf_str(rows[i].source), &prefix, &suffix);
		CHECK_STR(wf_buf_str(&prefix), rows[i].prefix);
		CHECK_STR(wf_buf_str(&suffix), rows[i].suffix);
	}
}
