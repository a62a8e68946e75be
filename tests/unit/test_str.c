/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/str.h"

TEST(str_compares_bytes_and_lengths)
{
	CHECK(wf_str_eq(WF_S("ab"), WF_S("ab")));
	CHECK(!wf_str_eq(WF_S("ab"), WF_S("abc")));
	CHECK(wf_str_eq(WF_S(""), (struct wf_str){ NULL, 0 }));
	CHECK(wf_str_ieq(WF_S("aBc"), WF_S("AbC")));
	CHECK(!wf_str_ieq(WF_S("\xc3\xa4"), WF_S("\xc3\x84"))); /* ASCII only */
	CHECK(wf_str_cmp(WF_S("a"), WF_S("b")) < 0);
	CHECK(wf_str_cmp(WF_S("ab"), WF_S("a")) > 0);
	CHECK(wf_str_cmp(WF_S("\xff"), WF_S("a")) > 0);
}

TEST(str_cut_gives_empty_parts_and_ends)
{
	struct wf_str rest = WF_S("a,,b,");

	CHECK_STR(wf_str_cut(&rest, ','), "a");
	CHECK_STR(wf_str_cut(&rest, ','), "");
	CHECK_STR(wf_str_cut(&rest, ','), "b");
	CHECK(rest.p != NULL);
	CHECK_STR(wf_str_cut(&rest, ','), "");
	CHECK(rest.p == NULL);
}

TEST(str_sub_stays_inside)
{
	CHECK_STR(wf_str_sub(WF_S("abc"), 1, 9), "bc");
	CHECK_STR(wf_str_sub(WF_S("abc"), 5, 9), "");
	CHECK_STR(wf_str_sub(WF_S("abc"), 2, 1), "");
	CHECK_STR(wf_str_skip(WF_S("abc"), 4), "");
}

TEST(str_trim_takes_white_space_of_both_ends)
{
	CHECK_STR(wf_str_trim(WF_S(" \t a b\r\n\v\f")), "a b");
	CHECK_STR(wf_str_trim(WF_S(" \n ")), "");
}

TEST(str_find_finds_the_first)
{
	CHECK_INT(wf_str_find(WF_S("abab"), WF_S("ba")), 1);
	CHECK_INT(wf_str_find(WF_S("abab"), WF_S("")), 0);
	CHECK_INT(wf_str_find(WF_S("ab"), WF_S("abc")), -1);
	/* the first byte, again and again */
	CHECK_INT(wf_str_find(WF_S("aaaaaaaaaaaaaaaaaaaab"), WF_S("aab")), 18);
	CHECK_INT(wf_str_find(WF_S("aaaaaaaaaaaaaaaaaaaa"), WF_S("aab")), -1);
	CHECK_INT(wf_str_find(WF_S("aaaaaaaa"), WF_S("aab")), -1);
	CHECK_INT(wf_str_find(WF_S("aaaaaaab"), WF_S("b")), 7);
	CHECK_INT(wf_str_rfind_char(WF_S("a/b/c"), '/'), 3);
	CHECK_INT(wf_str_find_char(WF_S(""), '/'), -1);
}

TEST(str_u64_refuses_what_does_not_fit)
{
	uint64_t value = 7;

	CHECK(wf_str_u64(WF_S("18446744073709551615"), &value));
	CHECK(value == UINT64_MAX);
	CHECK(!wf_str_u64(WF_S("18446744073709551616"), &value));
	CHECK(!wf_str_u64(WF_S(""), &value));
	CHECK(!wf_str_u64(WF_S("-1"), &value));
	CHECK(!wf_str_u64(WF_S("1 "), &value));
}

TEST(utf8_reads_what_it_writes)
{
	static const uint32_t points[] = { 0x24, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF,
		0x10000, 0x10FFFF };
	char bytes[4];
	size_t len;

	for (size_t i = 0; i < WF_COUNT(points); i++) {
		struct wf_str s = { bytes, wf_utf8_put(points[i], bytes) };

		CHECK_INT(wf_utf8_get(s, &len), points[i]);
		CHECK_INT(len, s.n);
		CHECK(wf_utf8_valid(s));
	}
}

TEST(utf8_refuses_what_is_malformed)
{
	static const struct {
		const char *text;
		size_t len; /* that one U+FFFD stands for */
	} rows[] = {
		{ "\x80", 1 }, /* a continuation alone */
		{ "\xc0\xaf", 1 }, /* overlong */
		{ "\xe0\x80\xaf", 1 },
		{ "\xed\xa0\x80", 1 }, /* a surrogate */
		{ "\xf4\x90\x80\x80", 1 }, /* above the last */
		{ "\xe2\x82", 2 }, /* cut off */
		{ "\xff", 1 },
	};
	size_t len;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		CHECK_INT(wf_utf8_get(wf_str(rows[i].text), &len), 0xFFFD);
		CHECK_INT(len, rows[i].len);
		CHECK(!wf_utf8_valid(wf_str(rows[i].text)));
	}
	CHECK(wf_utf8_valid(WF_S("\xef\xbf\xbd"))); /* U+FFFD as it is written */
}

TEST(str_distance_counts_changes)
{
	CHECK_INT(wf_str_distance(WF_S("needs"), WF_S("neds")), 1);
	CHECK_INT(wf_str_distance(WF_S("Needs"), WF_S("needs")), 0);
	CHECK_INT(wf_str_distance(WF_S(""), WF_S("abc")), 3);
}

TEST(str_plain_ends_at_each_byte_that_is_not)
{
	static const char bytes[] = { '"', '\\', '\t', '\x7f', '\x1f', '\0', '\x80', '\xff' };
	char text[40];

	for (size_t i = 0; i < WF_COUNT(bytes); i++) {
		for (size_t at = 0; at < sizeof(text); at++) {
			memset(text, i % 2 ? '~' : ' ', sizeof(text));
			text[at] = bytes[i];
			CHECK(wf_str_plain((struct wf_str){ text, sizeof(text) }, '"', '\\') == at);
		}
	}
	CHECK(wf_str_plain(WF_S("a\"b"), '\\', '\\') == 3);
}
