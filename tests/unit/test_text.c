/* SPDX-License-Identifier: MIT */
#include "expr/text.h"
#include "test.h"

TEST(text_compares_without_case)
{
	CHECK(expr_text_eq(WF_S("Straße"), WF_S("STRAßE")));
	CHECK(!expr_text_eq(WF_S("Straße"), WF_S("STRASSE")));
	CHECK(expr_text_eq(WF_S("ⱥ"), WF_S("Ⱥ"))); /* of different lengths */
	CHECK(!expr_text_eq(WF_S("a"), WF_S("ab")));
	CHECK(expr_text_eq(WF_S(""), (struct wf_str){ NULL, 0 }));
}

TEST(text_orders_by_upper_case)
{
	CHECK(expr_text_cmp(WF_S("_"), WF_S("z")) > 0);
	CHECK(expr_text_cmp(WF_S("a"), WF_S("B")) < 0);
	CHECK(expr_text_cmp(WF_S("ab"), WF_S("A")) > 0);
	CHECK(expr_text_cmp(WF_S(""), WF_S("a")) < 0);
	CHECK(expr_text_cmp(WF_S("ä"), WF_S("Ö")) < 0);
	CHECK(expr_text_cmp(WF_S("\U0001F600"), WF_S("\uFF21")) > 0);
}

TEST(text_starts_and_ends_count_characters_not_bytes)
{
	CHECK(expr_text_starts(WF_S("Ⱥbc"), WF_S("ⱥB")));
	CHECK(!expr_text_starts(WF_S("a"), WF_S("ab")));
	CHECK(expr_text_ends(WF_S("xyⱥ"), WF_S("YȺ")));
	CHECK(expr_text_ends(WF_S("xyȺ"), WF_S("yⱥ")));
	CHECK(!expr_text_ends(WF_S("y"), WF_S("xy")));
	CHECK(expr_text_ends(WF_S("x"), WF_S("")));
}

TEST(text_contains_short_and_long)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	size_t n = 1 << 20;
	char *many = wf_alloc(arena, n, 1);

	CHECK(expr_text_contains(arena, WF_S("abcÜd"), WF_S("cüD")));
	CHECK(!expr_text_contains(arena, WF_S("abc"), WF_S("abcd")));
	CHECK(expr_text_contains(arena, WF_S(""), WF_S("")));
	CHECK(!expr_text_contains(arena, WF_S(""), WF_S("a")));
	memset(many, 'a', n);
	CHECK(expr_text_contains(arena, (struct wf_str){ many, n },
	    (struct wf_str){ many, n / 2 }));
	many[n - 1] = 'B'; /* compared at every place, this would take minutes */
	CHECK(expr_text_contains(arena, (struct wf_str){ many, n },
	    (struct wf_str){ many + n / 2, n / 2 }));
	CHECK(!expr_text_contains(arena, (struct wf_str){ many, n - 1 },
	    (struct wf_str){ many + n / 2, n / 2 }));
}

TEST(text_hash_follows_equality)
{
	CHECK(expr_text_hash(WF_S("Größe"), 7) == expr_text_hash(WF_S("GRÖßE"), 7));
	CHECK(expr_text_hash(WF_S("a"), 7) != expr_text_hash(WF_S("b"), 7));
	CHECK(expr_text_hash(WF_S("a"), 7) != expr_text_hash(WF_S("a"), 8));
}

TEST(text_trims_what_dotnet_calls_white_space)
{
	CHECK_STR(expr_text_trim(WF_S(" \t\v\u00A0\u2003x\u3000\xC2\x85\r\n")), "x");
	CHECK_STR(expr_text_trim(WF_S("\uFEFFx\u200B")), "\uFEFFx\u200B");
	CHECK_STR(expr_text_trim(WF_S(" \u3000 ")), "");
	CHECK_STR(expr_text_trim(WF_S("")), "");
	CHECK_STR(expr_text_trim(WF_S("\xE3\x80")), "\xE3\x80"); /* half of U+3000 */
}

TEST(text_units_are_those_of_utf16)
{
	CHECK_INT(expr_text_units(WF_S("aü€")), 3);
	CHECK_INT(expr_text_units(WF_S("\U0001F600x")), 3);
	CHECK_INT(expr_text_units(WF_S("")), 0);
}

TEST(text_knows_names)
{
	CHECK(expr_text_is_name(WF_S("_a-B9")));
	CHECK(!expr_text_is_name(WF_S("9a")));
	CHECK(!expr_text_is_name(WF_S("-a")));
	CHECK(!expr_text_is_name(WF_S("")));
	CHECK(!expr_text_is_name(WF_S("ä")));
}

TEST(text_place_counts_lines_and_characters)
{
	struct wf_pos pos = expr_text_pos("x", WF_S("ab\nüc"), 6);

	CHECK_INT(pos.line, 2);
	CHECK_INT(pos.col, 3);
	CHECK_STR(wf_str(pos.file), "x");
	pos = expr_text_pos(NULL, WF_S(""), 9);
	CHECK_INT(pos.line, 1);
	CHECK_INT(pos.col, 1);
}
