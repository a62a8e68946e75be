/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "expr/expr.h"
#include "expr/number.h"
#include "test.h"

static void
check_text(double number, const char *want)
{
	char text[EXPR_NUMBER_TEXT];

	CHECK_STR(((struct wf_str){ text, expr_number_write(number, text) }), want);
}

TEST(number_text_is_g15)
{
	static const struct {
		double number;
		const char *want;
	} rows[] = {
		{ 1.0, "1" },
		{ -0.0, "0" },
		{ 0.1, "0.1" },
		{ 1.0 / 3, "0.333333333333333" },
		{ -2.0 / 3, "-0.666666666666667" },
		{ 999999999999999, "999999999999999" },
		{ 1e15, "1E+15" },
		{ 123456789012345.67, "123456789012346" },
		{ 1234567890123456, "1.23456789012346E+15" },
		{ 0.0001, "0.0001" },
		{ 0.00012345, "0.00012345" },
		{ 0.00001, "1E-05" },
		{ 1.5e-7, "1.5E-07" },
		{ 1e21, "1E+21" },
		{ 1e100, "1E+100" },
		{ 3.10, "3.1" },
		{ 1.7976931348623157e308, "1.79769313486232E+308" },
		{ 5e-324, "4.94065645841247E-324" },
		{ NAN, "NaN" },
		{ INFINITY, "Infinity" },
		{ -INFINITY, "-Infinity" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++)
		check_text(rows[i].number, rows[i].want);
}

TEST(number_exact_text_reads_back)
{
	static const double rows[] = { 0.1, 1.0 / 3, 123456789012345678.0, 9007199254740993.0, 1e21,
		1e22, 5e-324, 1.7976931348623157e308, -0.5, 1e-7, 4503599627370497.5 };
	char text[EXPR_NUMBER_TEXT];

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		double again;
		size_t n = expr_number_write_exact(rows[i], text);

		CHECK(expr_number_decimal((struct wf_str){ text, n }, &again));
		CHECK(again == rows[i]);
	}
	CHECK_STR(((struct wf_str){ text, expr_number_write_exact(0.1, text) }), "0.1");
	CHECK_STR(((struct wf_str){ text, expr_number_write_exact(1e15, text) }),
	    "1000000000000000");
	CHECK_STR(((struct wf_str){ text, expr_number_write_exact(-0.0, text) }), "-0");
}

TEST(number_parses_as_github_does)
{
	static const struct {
		const char *text;
		double want;
	} rows[] = {
		{ "", 0 },
		{ " \t ", 0 },
		{ " +1.5 ", 1.5 },
		{ ".5", 0.5 },
		{ "5.", 5 },
		{ "-1e-3", -0.001 },
		{ "1E+2", 100 },
		{ "1e400", INFINITY },
		{ "-1e400", -INFINITY },
		{ "1e-400", 0 },
		{ "0e99999999999999999999", 0 },
		{ "0x1F", 31 },
		{ "0xFFFFFFFF", -1 },
		{ "0x80000000", -2147483648.0 },
		{ "0x0000000001", 1 },
		{ "0o17", 15 },
		{ "0o37777777777", -1 },
		{ "Infinity", INFINITY },
		{ "-infinity", -INFINITY },
		{ "+INFINITY", INFINITY },
		{ "9007199254740993", 9007199254740992.0 },
		{ "0.1000000000000000055511151231257827021181583404541015625", 0.1 },
		{ "123456789012345678901234567890", 123456789012345678901234567890.0 },
		{ "2.2250738585072011e-308", 2.2250738585072011e-308 },
	};
	static const char *const none[] = { "NaN", ".", "+", "-", "1e", "1e+", "e1", "1 2", "1,000",
		"0x", "0xG", "0X1", "-0x1", "0x100000000", "0o8", "0o", "1.2.3", "abc", "1_000",
		"--1" };

	for (size_t i = 0; i < WF_COUNT(rows); i++)
		CHECK(expr_parse_number(wf_str(rows[i].text)) == rows[i].want);
	for (size_t i = 0; i < WF_COUNT(none); i++)
		CHECK(isnan(expr_parse_number(wf_str(none[i]))));
}

TEST(number_rounds_long_texts_right)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	size_t n = 5000;
	char *text = wf_alloc(arena, n, 1);
	double value;

	/* just above the middle of 1 and its successor, by a digit far behind */
	memset(text, '0', n);
	memcpy(text, "1.00000000000000011102230246251565404236316680908203125", 55);
	CHECK(expr_number_decimal((struct wf_str){ text, n }, &value) && value == 1);
	text[n - 1] = '1';
	CHECK(expr_number_decimal((struct wf_str){ text, n }, &value) && value > 1);
	memset(text, '9', n);
	CHECK(expr_number_decimal((struct wf_str){ text, n }, &value) && value == INFINITY);
}

TEST(number_ignores_the_decimal_point_of_the_locale)
{
	if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
		SKIP("there is no locale with a decimal comma");
	check_text(0.5, "0.5");
	check_text(1234567890123456789.0, "1.23456789012346E+18");
	CHECK(expr_parse_number(WF_S("0.123456789012345678")) == 0.123456789012345678);
	setlocale(LC_NUMERIC, "C");
}
