/* SPDX-License-Identifier: MIT */
/* test_filter.c - order, negation and -ignore lists. */
#include "event/filter.h"

#include "test.h"

/* A list written with blanks between the patterns. */
static struct filter *
make(struct wf_arena *arena, const char *text, struct wf_error *err)
{
	struct when_filter list = { .given = true };
	struct wf_str rest = wf_str(text);
	size_t cap = 0;

	while (rest.n > 0) {
		struct when_pattern *item = wf_push(arena, list.items, list.n, cap);

		item->text = wf_str_cut(&rest, ' ');
		item->pos = (struct wf_pos){ "ci.yml", (int)list.n, 1 };
	}
	return filter_new(&list, err);
}

TEST(filter_takes_what_the_last_match_says)
{
	static const struct {
		const char *list, *name;
		bool takes;
		int decided;
	} rows[] = {
		{ "*.md !README.md", "hello.md", true, 0 },
		{ "*.md !README.md", "README.md", false, 1 },
		{ "*.md !README.md", "docs/hello.md", false, -1 },
		{ "*.md !README.md README*", "README.md", true, 2 },
		{ "*.md !README.md README*", "README.doc", true, 2 },
		{ "!x", "x", false, 0 },
		{ "!x", "y", false, -1 },
		{ "!x x", "x", true, 1 },
		{ "releases/** !releases/**-alpha", "releases/beta/3-alpha", false, 1 },
		{ "!!x", "!x", false, 0 },
		{ "", "x", false, -1 },
	};
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	ptrdiff_t decided;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct filter *filter = make(arena, rows[i].list, NULL);

		CHECK(filter_match(filter, wf_str(rows[i].name), &decided) == rows[i].takes);
		CHECK_INT(decided, rows[i].decided);
		filter_free(filter);
	}
}

TEST(filter_ignores_what_any_entry_hits)
{
	static const struct {
		const char *list, *name;
		bool ignores;
		int decided;
	} rows[] = {
		{ "docs/** *.md", "docs/x", true, 0 },
		{ "docs/** *.md", "x.md", true, 1 },
		{ "docs/** *.md", "x.c", false, -1 },
		{ "!x", "x", false, -1 },
		{ "!x", "y", true, 0 },
		{ "", "x", false, -1 },
	};
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	ptrdiff_t decided;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct filter *filter = make(arena, rows[i].list, NULL);

		CHECK(filter_ignores(filter, wf_str(rows[i].name), &decided) == rows[i].ignores);
		CHECK_INT(decided, rows[i].decided);
		filter_free(filter);
	}
}

TEST(filter_points_at_the_pattern_that_is_none)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_error err;

	CHECK(make(arena, "main ![ x", &err) == NULL);
	CHECK_INT(err.pos.line, 2);
	filter_free(NULL);
}
