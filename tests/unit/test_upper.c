/* SPDX-License-Identifier: MIT */
#include "expr/upper.h"
#include "test.h"

TEST(upper_maps_letters_of_many_scripts)
{
	static const uint32_t rows[][2] = {
		{ 'a', 'A' },
		{ 'Z', 'Z' },
		{ '_', '_' },
		{ 0xB5, 0x39C }, /* micro sign to capital mu */
		{ 0xFF, 0x178 },
		{ 0x101, 0x100 }, /* pairs of neighbours, a step of two */
		{ 0x100, 0x100 },
		{ 0x3C2, 0x3A3 }, /* both small sigmas have one capital */
		{ 0x3C3, 0x3A3 },
		{ 0x430, 0x410 },
		{ 0x2C65, 0x23A }, /* three bytes of UTF-8 become two */
		{ 0x1FB3, 0x1FBC },
		{ 0x10428, 0x10400 },
		{ 0x1E943, 0x1E921 }, /* the last row */
		{ 0x10FFFF, 0x10FFFF },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_INT(expr_upper(rows[i][0]), rows[i][1]);
}

TEST(upper_keeps_what_ordinal_comparison_keeps_apart)
{
	CHECK_INT(expr_upper(0x131), 0x131); /* dotless i is not I */
	CHECK_INT(expr_upper(0x17F), 0x17F); /* long s is not S */
	CHECK_INT(expr_upper(0x130), 0x130);
	CHECK_INT(expr_upper(0xDF), 0xDF); /* no SS */
}
