/* SPDX-License-Identifier: MIT */
#include "expr/expr.h"
#include "expr_case.h"

TEST(func_contains)
{
	static const struct expr_case cases[] = {
		{ "contains('x', '')", "true" },
		{ "contains('Größe', 'ÖSS')", "false" },
		{ "contains('Größe', 'ÖSSE')", "false" },
		{ "contains('Größe', 'RÖß')", "true" },
		{ "contains(123, 2)", "true" },
		{ "contains(null, '')", "true" },
		{ "contains(fromJSON('[\"A\",1,null]'), 'a')", "true" },
		{ "contains(fromJSON('[\"A\",1,null]'), '1')", "true" },
		{ "contains(fromJSON('[\"A\",1,null]'), '')", "true" },
		{ "contains(fromJSON('[\"A\"]'), fromJSON('[\"A\"]'))", "false" },
		{ "contains(fromJSON('{\"a\":1}'), 'a')", "false" },
		{ "contains('Array', fromJSON('[]'))", "false" },
	};

	expr_case_check(cases, WF_COUNT(cases), NULL);
}

TEST(func_starts_and_ends_with)
{
	static const struct expr_case cases[] = {
		{ "startsWith('refs/Tags/v1', 'refs/tags/')", "true" },
		{ "startsWith('ab', 'abc')", "false" },
		{ "startsWith(1234, 12)", "true" },
		{ "startsWith('Array', fromJSON('[]'))", "false" },
		{ "endsWith('a.YML', '.yml')", "true" },
		{ "endsWith('', 'a')", "false" },
		{ "endsWith(null, null)", "true" },
		{ "endsWith(fromJSON('{}'), 'ct')", "false" },
	};

	expr_case_check(cases, WF_COUNT(cases), NULL);
}

TEST(func_format)
{
	static const struct expr_case cases[] = {
		{ "format('a{0}b{1}c{0}', 1, 'x')", "\"a1bxc1\"" },
		{ "format('{{{0}}}', 'x')", "\"{x}\"" },
		{ "format('}}{{')", "\"}{\"" },
		{ "format('{007}', 0, 1, 2, 3, 4, 5, 6, 'seven')", "\"seven\"" },
		{ "format('{0}', fromJSON('[]'))", "\"Array\"" },
		{ "format('{0}', '{1}')", "\"{1}\"" },
		{ "format('{0}')", "The following format string references more arguments than "
		                   "were supplied: {0}" },
		{ "format('{1}', 1)", "The following format string references more arguments than "
		                      "were supplied: {1}" },
		{ "format('{256}', 1)", "The following format string is invalid: {256}" },
		{ "format('{}', 1)", "The following format string is invalid: {}" },
		{ "format('{0', 1)", "The following format string is invalid: {0" },
		{ "format('{ 0}', 1)", "The following format string is invalid: { 0}" },
		{ "format('{-1}', 1)", "The following format string is invalid: {-1}" },
		{ "format('a}b', 1)", "The following format string is invalid: a}b" },
		{ "format('{0:}', 1)", "\"1\"" },
		{ "format('{0:x}}y}', 1)",
		    "The format specifiers 'x}y' are not valid for objects of type 'Number'" },
		{ "format('{0:x', 1)", "The following format string is invalid: {0:x" },
		/* the text is judged before the arguments */
		{ "format('{0} {', fromJSON('bad'))",
		    "The following format string is invalid: {0} {" },
		{ "format('{0:x}', fromJSON('bad'))", "Error parsing fromJson" },
	};

	expr_case_check(cases, WF_COUNT(cases), NULL);
}

TEST(func_join)
{
	static const struct expr_case cases[] = {
		{ "join(fromJSON('[\"a\",null,true,1.50,[],{}]'))",
		    "\"a,,true,1.5,Array,Object\"" },
		{ "join(fromJSON('[1,2]'), ', ')", "\"1, 2\"" },
		{ "join(fromJSON('[1,2]'), null)", "\"12\"" },
		{ "join(fromJSON('[1,2]'), fromJSON('[]'))", "\"1,2\"" },
		{ "join(fromJSON('[]'), '-')", "\"\"" },
		{ "join(fromJSON('{\"a\":1}'))", "\"\"" },
		{ "join(12)", "\"12\"" },
	};

	expr_case_check(cases, WF_COUNT(cases), NULL);
}

TEST(func_json)
{
	static const struct expr_case cases[] = {
		{ "toJSON(fromJSON('{\"b\":[1,{}],\"a\":\"x\"}'))",
		    "\"{\\n  \\\"b\\\": [\\n    1,\\n    {}\\n  ],\\n  \\\"a\\\": "
		    "\\\"x\\\"\\n}\"" },
		{ "toJSON(1e21)", "\"1E+21\"" },
		{ "toJSON(NaN)", "\"NaN\"" },
		{ "toJSON(fromJSON('[1,2]').*)", "\"[\\n  1,\\n  2\\n]\"" },
		{ "fromJSON('{\"a\":1,\"A\":2}').a", "2" },
		{ "fromJSON(' [1, /* two */ 2,] rest')", "[1,2]" },
		{ "fromJSON(true)", "true" },
		{ "fromJSON(12)", "12" },
		{ "fromJSON('\"2024-01-01T00:00:00Z\"')", "\"2024-01-01T00:00:00Z\"" },
		{ "fromJSON('')", "Error parsing fromJson" },
		{ "fromJSON(null)", "Error parsing fromJson" },
		{ "fromJSON(fromJSON('[]'))", "Error parsing fromJson" },
		{ "fromJSON('{')", "Error parsing fromJson" },
	};

	expr_case_check(cases, WF_COUNT(cases), NULL);
}

TEST(func_case)
{
	static const struct expr_case cases[] = {
		{ "case(false, 1, true, 2, 3)", "2" },
		{ "case(false, 1, false, 2, 3)", "3" },
		{ "CASE(1 == 1, 'yes', 'no')", "\"yes\"" },
		{ "case('true', 1, 2)", "case predicate must evaluate to a boolean value" },
		{ "case(true, 1, 'x', 2, 3)", "1" },
		{ "case(true, fromJSON('[1]').*, 2)", "[1]" },
	};

	expr_case_check(cases, WF_COUNT(cases), NULL);
}

TEST(func_table_ends)
{
	size_t n = 0;

	for (const struct expr_func *func = expr_builtins(); func->name; func++)
		n++;
	CHECK_INT(n, 8);
}
