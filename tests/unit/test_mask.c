/* SPDX-License-Identifier: MIT */
/* test_mask.c - what is covered, what is not, and that parents and levels add up. */
#include "runner/output/mask.h"

#include "runner/output/encode.h"
#include "test.h"

#include <stdlib.h>

/* What one mask with these values (NULL-ended) makes of text. */
static void
check_masked(const char *const *values, const char *text, const char *want)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;
	struct mask *mask = mask_new(NULL);

	for (; *values; values++)
		mask_add(mask, wf_str(*values));
	CHECK_STR(mask_apply(mask, wf_str(text), &buf), want);
	CHECK_INT(mask_hits(mask, wf_str(text)), strcmp(text, want) != 0);
	mask_free(mask);
}

#define VALUES(...) ((const char *const[]){ __VA_ARGS__, NULL })

TEST(mask_covers_every_occurrence)
{
	check_masked(VALUES("s3cret"), "a s3cret, s3cret.", "a ***, ***.");
	check_masked(VALUES("s3cret"), "s3cret", "***");
	check_masked(VALUES("s3cret"), "s3cre S3CRET s3 cret", "s3cre S3CRET s3 cret");
}

TEST(mask_merges_what_overlaps_and_what_touches)
{
	check_masked(VALUES("abcd", "cdef"), "xabcdefx", "x***x");
	check_masked(VALUES("abc", "def"), "xabcdefx", "x***x");
	check_masked(VALUES("abc", "def"), "abc-def", "***-***");
	check_masked(VALUES("aa"), "baaaaab", "b***b");
	check_masked(VALUES("b", "abcde"), "xabcdex b", "x***x ***");
	check_masked(VALUES("bc", "de", "abcdefg"), "abcdefg abcdef", "*** a***f");
}

TEST(mask_finds_a_value_inside_a_longer_one_that_fails)
{
	check_masked(VALUES("hers", "she", "his"), "ushers", "u***");
	check_masked(VALUES("abcabd", "cab"), "abcabc", "ab***c");
}

TEST(mask_takes_a_single_letter)
{
	check_masked(VALUES("x"), "axbx", "a***b***");
	check_masked(VALUES("x"), "x", "***");
}

TEST(mask_ignores_empty_and_blank_values)
{
	check_masked(VALUES("", "  \t\n"), "a b\tc", "a b\tc");
}

TEST(mask_trims_and_takes_each_line)
{
	check_masked(VALUES("  token \n"), "[token]", "[***]");
	check_masked(VALUES("first line\r\n  second line\n\nthird"),
	    "first line|second line|third|first", "***|***|***|first");
}

TEST(mask_takes_the_data_of_a_command_untrimmed)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;
	struct mask *mask = mask_new(NULL);

	mask_add_data(mask, WF_S(" ab "));
	CHECK_STR(mask_apply(mask, WF_S("x ab x"), &buf), "x***x");
	CHECK_STR(mask_apply(mask, WF_S("xabx"), &buf), "x***x");
	mask_free(mask);
}

TEST(mask_covers_the_encodings)
{
	/* base64 of the value, and of user:value with a name of each length modulo 3 */
	check_masked(VALUES("hunter2-hunter2"), "aHVudGVyMi1odW50ZXIy", "***");
	check_masked(VALUES("hunter2-hunter2"), "dTpodW50ZXIyLWh1bnRlcjI=", "dTpo***");
	check_masked(VALUES("hunter2-hunter2"), "dXU6aHVudGVyMi1odW50ZXIy", "dXU6***");
	check_masked(VALUES("a\"b"), "a\\\"b", "***");
	check_masked(VALUES("it's"), "it''s", "***");
	check_masked(VALUES("a\tb\\\x01"), "a\\tb\\\\\\u0001", "***");
	check_masked(VALUES("a b/c+d"), "a%20b%2Fc%2Bd", "***");
	check_masked(VALUES("<a&'b'>"), "&lt;a&amp;&apos;b&apos;&gt;", "***");
	check_masked(VALUES("\"12345678\""), "12345678", "***");
	check_masked(VALUES("\"123456\""), "123456", "123456");
}

TEST(mask_covers_what_powershell_tears_apart)
{
	check_masked(VALUES("part01&part02&part03"), "part01&part02& part03", "*** ***");
	check_masked(VALUES("part01&+part02&part03"), "part01&+ p art02&part03", "*** p ***");
	check_masked(VALUES("abc&def"), "abc& def", "abc& def");
	check_masked(VALUES("abcdef&+"), "abcdef&+!", "***!");
}

TEST(mask_encodes_other_languages)
{
	check_masked(VALUES("p\xc3\xa4ss"), "p%C3%A4ss cMOkc3M=", "*** ***");
	check_masked(VALUES("a\xe2\x80\xa8"
	                    "b"),
	    "a\\u2028b", "***");
}

TEST(mask_masks_with_its_parents_in_one_go)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;
	struct mask *run = mask_new(NULL), *job = mask_new(run), *other = mask_new(run);

	mask_add(job, WF_S("def"));
	mask_add(run, WF_S("abc"));
	CHECK_STR(mask_apply(job, WF_S("abcdef abc ghi def"), &buf), "*** *** ghi ***");
	CHECK_STR(mask_apply(other, WF_S("abcdef"), &buf), "***def");
	CHECK_STR(mask_apply(run, WF_S("abcdef"), &buf), "***def");
	CHECK(mask_hits(job, WF_S("xabcx")));
	CHECK(!mask_hits(other, WF_S("def")));
	mask_free(other);
	mask_free(job);
	mask_free(run);
}

TEST(mask_without_hit_gives_the_text_itself)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;
	struct mask *mask = mask_new(NULL);
	struct wf_str text = WF_S("plain");

	CHECK(mask_apply(mask, text, &buf).p == text.p);
	CHECK(mask_apply(NULL, text, &buf).p == text.p);
	mask_add(mask, WF_S("other"));
	CHECK(mask_apply(mask, text, &buf).p == text.p);
	CHECK(mask_apply(mask, (struct wf_str){ NULL, 0 }, &buf).n == 0);
	mask_free(mask);
}

TEST(mask_finds_values_added_after_a_search)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;
	struct mask *mask = mask_new(NULL);

	mask_add(mask, WF_S("abcd"));
	CHECK_STR(mask_apply(mask, WF_S("abc abcd"), &buf), "abc ***");
	mask_add(mask, WF_S("bc"));
	CHECK_STR(mask_apply(mask, WF_S("abc abcd"), &buf), "a*** ***");
	mask_free(mask);
}

TEST(mask_looks_at_bytes_behind_a_nul)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;
	struct mask *mask = mask_new(NULL);
	struct wf_str masked;

	mask_add(mask, WF_S("key"));
	masked = mask_apply(mask, WF_S("a\0key\0b"), &buf);
	CHECK_INT(masked.n, 7);
	CHECK(memcmp(masked.p, "a\0***\0b", 7) == 0);
	mask_free(mask);
}

/* ---- against the rule as it is written: all positions of all forms, then merged ---- */

static void
cover_all(bool *covered, struct wf_str text, struct wf_str form)
{
	if (form.n == 0)
		return;
	for (size_t i = 0; i + form.n <= text.n; i++) {
		if (memcmp(text.p + i, form.p, form.n) != 0)
			continue;
		for (size_t k = 0; k < form.n; k++) {
			covered[i + k] = true;
		}
	}
}

static void
slow_mask(struct wf_buf *out, struct wf_str text, const struct wf_str *values, size_t n)
{
	bool covered[64] = { false };

	for (size_t v = 0; v < n; v++) {
		cover_all(covered, text, values[v]);
		for (size_t f = 0; f < ENCODE_FORMS; f++) {
			wf_auto(wf_buf_release) struct wf_buf form = WF_BUF_INIT;

			encode_form(f, &form, values[v]);
			cover_all(covered, text, wf_buf_str(&form));
		}
	}
	wf_buf_clear(out);
	for (size_t i = 0; i < text.n; i++) {
		if (!covered[i])
			wf_buf_addc(out, text.p[i]);
		else if (i == 0 || !covered[i - 1])
			wf_buf_adds(out, "***");
	}
}

static struct wf_str
random_text(char *bytes, size_t most, unsigned *seed)
{
	size_t n = 1 + (size_t)rand_r(seed) % most;

	for (size_t i = 0; i < n; i++)
		bytes[i] = "ab&'"[(unsigned)rand_r(seed) % 4];
	return (struct wf_str){ bytes, n };
}

TEST(mask_equals_the_plain_rule_on_random_text)
{
	wf_auto(wf_buf_release) struct wf_buf fast = WF_BUF_INIT, slow = WF_BUF_INIT;
	unsigned seed = 7;

	for (int round = 0; round < 20000; round++) {
		char bytes[4][64];
		struct wf_str values[3], text;
		struct mask *run = mask_new(NULL), *job = mask_new(run);

		for (size_t v = 0; v < WF_COUNT(values); v++) {
			values[v] = random_text(bytes[v], 6, &seed);
			mask_add(v == 0 ? run : job, values[v]);
		}
		text = random_text(bytes[3], 40, &seed);
		slow_mask(&slow, text, values, WF_COUNT(values));
		for (int again = 0; again < 3; again++) /* links are made on the way */
			CHECK_STR(mask_apply(job, text, &fast), slow.p);
		mask_free(job);
		mask_free(run);
	}
}

TEST(mask_costs_no_more_than_the_text_on_hostile_input)
{
	wf_auto(wf_buf_release) struct wf_buf value = WF_BUF_INIT, text = WF_BUF_INIT,
	                                      out = WF_BUF_INIT;
	struct mask *mask = mask_new(NULL);

	for (int i = 0; i < 20000; i++)
		wf_buf_addc(&value, 'a');
	wf_buf_addc(&value, 'b');
	for (int i = 0; i < 1000000; i++)
		wf_buf_addc(&text, 'a');
	mask_add(mask, wf_buf_str(&value));
	/* a search that tries each place by itself would need 20,000,000,000 steps */
	CHECK(mask_apply(mask, wf_buf_str(&text), &out).p == text.p);
	wf_buf_addc(&text, 'b');
	CHECK_INT(mask_apply(mask, wf_buf_str(&text), &out).n, 1000000 - 20000 + 3);
	mask_free(mask);
}

TEST(mask_takes_a_value_before_each_of_many_lines)
{
	wf_auto(wf_buf_release) struct wf_buf value = WF_BUF_INIT, out = WF_BUF_INIT;
	struct mask *mask = mask_new(NULL);

	/* links made anew for each line would be 10,000,000,000 */
	for (int i = 0; i < 20000; i++) {
		wf_buf_clear(&value);
		wf_buf_addf(&value, "secret-%d", i);
		mask_add(mask, wf_buf_str(&value));
		CHECK(!mask_hits(mask, WF_S("a secret is none")));
		CHECK_STR(mask_apply(mask, wf_buf_str(&value), &out), "***");
	}
	CHECK(mask_hits(mask, WF_S("secret-1, told")));
	mask_free(mask);
}

TEST(mask_covers_a_token_as_git_sends_it)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;
	struct mask *mask = mask_new(NULL);

	mask_add_token(mask, WF_S("gh-token"));
	CHECK_STR(mask_apply(mask, WF_S("AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46Z2gtdG9rZW4="),
	              &buf),
	    "AUTHORIZATION: basic ***");
	CHECK_STR(mask_apply(mask, WF_S("x-access-token:gh-token"), &buf), "x-access-token:***");
	mask_free(mask);
}

#define TAIL "........" /* as long as the longest form of the values: base64 */

TEST(mask_tells_where_a_line_may_be_cut)
{
	static const struct {
		const char *text;
		size_t at, want;
	} rows[] = {
		{ "0123456789abcdef" TAIL, 4, 4 }, { "0123secret456789" TAIL, 4, 4 },
		{ "0123secret456789" TAIL, 5, 4 }, { "0123secret456789" TAIL, 9, 4 },
		{ "0123secret456789" TAIL, 10, 10 },
		{ "secret0123456789" TAIL, 3, 6 }, /* something is handed out, whatever comes */
		{ "0123456789secret", 9, 0 }, /* the value might go on */
		{ "0123wordsecret89" TAIL, 8, 4 }, /* of parent and child, merged */
	};
	struct mask *parent = mask_new(NULL), *mask = mask_new(parent);

	mask_add(parent, WF_S("secret"));
	mask_add(mask, WF_S("word"));
	for (size_t i = 0; i < WF_COUNT(rows); i++)
		CHECK_INT(mask_cut(mask, wf_str(rows[i].text), rows[i].at), rows[i].want);
	mask_free(mask);
	mask_free(parent);
}
