/* SPDX-License-Identifier: MIT */
/* main.c - runs the tests that registered themselves (test.h). */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct CMUnitTest *tests;
static size_t ntests;

void
test_register(const char *name, CMUnitTestFunction fn)
{
	tests = realloc(tests, (ntests + 1) * sizeof(*tests));
	if (!tests)
		abort();
	tests[ntests++] = (struct CMUnitTest){ .name = name, .test_func = fn };
}

void
test_check_str(struct wf_str got, const char *want, const char *file, int line)
{
	if (wf_str_is(got, want))
		return;
	print_error("got:  '%.*s'\nwant: '%s'\n", WF_ARG(got), want);
	_fail(file, line);
}

int
main(int argc, char **argv)
{
	size_t kept = 0;
	int failed;

	for (size_t i = 0; argc > 1 && i < ntests; i++)
		for (int a = 1; a < argc; a++)
			if (strstr(tests[i].name, argv[a])) {
				tests[kept++] = tests[i];
				break;
			}
	if (argc > 1)
		ntests = kept;
	failed = _cmocka_run_group_tests("tests", tests, ntests, NULL, NULL);
	free(tests);
	return failed != 0;
}
