/* SPDX-License-Identifier: MIT */
/* test.h - TEST(name) { ... } registers a test; CHECK and its kin fail it with the place.
 *
 * One binary a floor runs all tests linked into it and prints TAP. Arguments choose tests by a part
 * of their names. Names say module and fact: TEST(str_cut_gives_empty_parts). */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

void test_register(const char *name, CMUnitTestFunction fn);

#define TEST(name)                                                                                 \
	static void test_##name(void **cmocka_state);                                              \
	__attribute__((constructor)) static void register_##name(void)                             \
	{                                                                                          \
		test_register(#name, test_##name);                                                 \
	}                                                                                          \
	static void test_##name(void **cmocka_state __attribute__((unused)))

#define CHECK(cond) assert_true(cond)
/* Leaves the test, which tools/tally counts as skipped. cmocka's own skip() jumps over cleanups and
 * is a failure to those who read TAP. */
#define SKIP(why)                                                                                  \
	do {                                                                                       \
		print_message("# SKIP %s\n", (why));                                               \
		return;                                                                            \
	} while (0)
#define CHECK_INT(got, want) assert_int_equal((got), (want))
/* A slice against a C string, shown when they differ. */
#define CHECK_STR(got, want) test_check_str((got), (want), __FILE__, __LINE__)
void test_check_str(struct wf_str got, const char *want, const char *file, int line);
