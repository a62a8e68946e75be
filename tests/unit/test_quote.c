/* SPDX-License-Identifier: MIT */
/* test_quote.c - lists of paths in every format. */
#include "test.h"

#include "runner/builtin/quote.h"

TEST(quote_list_in_every_format)
{
	static const struct {
		const char *format, *path, *want;
	} rows[] = {
		{ "none", "a", "" },
		{ "csv", "path/to/file.txt", "path/to/file.txt" },
		{ "csv", "file with space", "\"file with space\"" },
		{ "csv", "file, with comma", "\"file, with comma\"" },
		{ "csv", "a \"quoted\" b", "\"a \"\"quoted\"\" b\"" },
		{ "json", "a \"b\"\\", "[\"a \\\"b\\\"\\\\\"]" },
		{ "shell", "dir/file-1.txt", "dir/file-1.txt" },
		{ "shell", "file with space", "'file with space'" },
		{ "shell", "it's", "\"it's\"" },
		{ "shell", "it's $x", "it\\''s $x'" },
		{ "shell", "$'a", "'$'\\'a" },
		{ "escape", "file with $ and 'q'", "file\\ with\\ \\$\\ and\\ \\'q\\'" },
		{ "escape", "caf\xc3\xa9", "caf\\\xc3\xa9" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct wf_str path = wf_str(rows[i].path);
		enum quote_format format;

		CHECK(quote_format(wf_str(rows[i].format), &format));
		CHECK_STR(quote_list(arena, format, &path, 1), rows[i].want);
	}
}

TEST(quote_list_joins_and_may_be_empty)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const struct wf_str paths[] = { WF_S("a"), WF_S("b c") };

	CHECK_STR(quote_list(arena, QUOTE_CSV, paths, 2), "a,\"b c\"");
	CHECK_STR(quote_list(arena, QUOTE_JSON, paths, 2), "[\"a\",\"b c\"]");
	CHECK_STR(quote_list(arena, QUOTE_SHELL, paths, 2), "a 'b c'");
	CHECK_STR(quote_list(arena, QUOTE_JSON, paths, 0), "[]");
	CHECK_STR(quote_list(arena, QUOTE_CSV, paths, 0), "");
}
