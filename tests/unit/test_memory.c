/* SPDX-License-Identifier: MIT */
#include "expr/memory.h"
#include "test.h"

TEST(memory_counts_text_in_utf16)
{
	CHECK_INT(expr_memory_of_text(WF_S("")), 26);
	CHECK_INT(expr_memory_of_text(WF_S("ab\u20AC")), 32);
	CHECK_INT(expr_memory_of(expr_cstring("ab")), 30);
	CHECK_INT(expr_memory_of(expr_number(1)), 24);
}

TEST(memory_primitive_lets_deeper_levels_go)
{
	struct expr_memory memory;

	expr_memory_init(&memory, 100);
	CHECK(expr_memory_add(&memory, 2, 60, true));
	CHECK(expr_memory_add(&memory, 2, 30, true));
	CHECK(!expr_memory_add(&memory, 1, 20, false));
	expr_memory_init(&memory, 100);
	CHECK(expr_memory_add(&memory, 2, 90, true));
	CHECK(expr_memory_add(&memory, 1, 10, true));
	CHECK(expr_memory_add(&memory, 3, 90, false));
	CHECK(!expr_memory_add(&memory, 2, 1, false));
	CHECK(expr_memory_add(&memory, 1, 90, true));
	CHECK(!expr_memory_add(&memory, 1, 1, true));
}
