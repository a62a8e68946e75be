/* SPDX-License-Identifier: MIT */
/* test_direct.c - the same answers as the expression itself, for every glob of up to four
 * parts against every name of up to four parts. */
#include "base/direct.h"
#include "base/glob.h"
#include "base/pattern.h"

#include "test.h"

#define TEXTS 4700

struct grid {
	struct wf_arena *arena;
	struct wf_str texts[TEXTS];
	size_t n;
};

/* All texts of up to `most` parts. */
static void
fill(struct grid *grid, const char *const *parts, size_t n, size_t most)
{
	size_t from = 0;

	grid->n = 0;
	grid->texts[grid->n++] = WF_S("");
	for (size_t length = 1; length <= most; length++) {
		size_t to = grid->n;

		for (; from < to; from++)
			for (size_t i = 0; i < n; i++) {
				assert_true(grid->n < TEXTS);
				grid->texts[grid->n++] = wf_strf(grid->arena, "%.*s%s",
				    WF_ARG(grid->texts[from]), parts[i]);
			}
	}
}

static bool
write_glob(enum wf_dialect dialect, struct wf_str glob, struct wf_buf *out)
{
	const char *problem;

	wf_buf_clear(out);
	return dialect == WF_PATTERN_FILTER ? glob_from_filter(glob, out, &problem)
	                                    : glob_from_picomatch(glob, out);
}

/* One glob three times. */
struct ways {
	struct wf_str glob;
	struct direct direct;
	struct wf_pattern *regex, *pattern;
};

/* Compares all names; counts those that match. */
static void
compare(const struct ways *ways, const struct grid *names, size_t *yes)
{
	for (size_t i = 0; i < names->n; i++) {
		struct wf_str name = names->texts[i];
		bool want = wf_pattern_match(ways->regex, name);
		enum direct_answer got = direct_match(&ways->direct, name);
		bool all = wf_str_eq(name, ways->glob) ? want /* picomatch says yes */
		                                       : wf_pattern_match(ways->pattern, name);

		if (got == DIRECT_UNKNOWN && name.n > 8)
			got = want ? DIRECT_YES : DIRECT_NO; /* it may take long */
		if (got != (want ? DIRECT_YES : DIRECT_NO) || all != want)
			print_error("'%.*s' on '%.*s': %d and %d, not %d\n", WF_ARG(ways->glob),
			    WF_ARG(name), (int)got, all, want);
		assert_int_equal(got, want ? DIRECT_YES : DIRECT_NO);
		assert_int_equal(all, want);
		*yes += want;
	}
}

/* How many of the globs are direct; each says what its expression says. */
static size_t
check_grid(enum wf_dialect dialect, const struct grid *globs, const struct grid *names)
{
	wf_auto(wf_buf_release) struct wf_buf source = WF_BUF_INIT, whole = WF_BUF_INIT;
	size_t known = 0, yes = 0;

	for (size_t i = 0; i < globs->n; i++) {
		struct ways ways = { .glob = globs->texts[i] };

		if (!write_glob(dialect, ways.glob, &source) ||
		    !direct_find(wf_buf_str(&source), &ways.direct))
			continue;
		wf_buf_clear(&whole);
		wf_buf_addf(&whole, "%s%s", dialect == WF_PATTERN_FILTER ? "(?s)" : "", source.p);
		ways.regex = wf_pattern_new(WF_PATTERN_REGEX, wf_buf_str(&whole), WF_NOWHERE, NULL);
		ways.pattern = wf_pattern_new(dialect, ways.glob, WF_NOWHERE, NULL);
		CHECK(ways.regex && ways.pattern);
		compare(&ways, names, &yes);
		known++;
		direct_release(&ways.direct);
		wf_pattern_free(ways.regex);
		wf_pattern_free(ways.pattern);
	}
	CHECK(yes > known);
	return known;
}

static void
check_dialect(enum wf_dialect dialect, size_t least)
{
	static const char *const wild[] = { "a", ".", "/", "*", "**", "**/", "/**", "b" };
	static const char *const plain[] = { "a", ".", "/", "b", "\n" };
	/* a text is looked at eight bytes at a time where there are more */
	static const char *const long_names[] = { "folders/", "./", ".a", "ab", "//", "..", "\na",
		"/a.folder", "\xc3\xa9" };
	struct grid globs = { wf_arena_new(), { { 0 } }, 0 },
	            names = { wf_arena_new(), { { 0 } }, 0 };

	fill(&globs, wild, WF_COUNT(wild), 4);
	fill(&names, plain, WF_COUNT(plain), 4);
	CHECK(check_grid(dialect, &globs, &names) > least);
	fill(&names, long_names, WF_COUNT(long_names), 3);
	CHECK(check_grid(dialect, &globs, &names) > least);
	wf_arena_free(globs.arena);
	wf_arena_free(names.arena);
}

TEST(direct_says_what_the_expression_of_a_filter_says)
{
	check_dialect(WF_PATTERN_FILTER, 500);
}

TEST(direct_says_what_the_expression_of_picomatch_says)
{
	check_dialect(WF_PATTERN_PICOMATCH, 300);
}

TEST(direct_knows_everyday_globs_and_leaves_the_rest)
{
	static const struct {
		const char *glob;
		bool filter, picomatch;
	} rows[] = {
		{ "**/*.js", true, true },
		{ "src/**", true, true },
		{ "**/test/**", true, true },
		{ "docs/**/*.md", true, true },
		{ "*.md", true, true },
		{ ".github/workflows/*.yml", true, true },
		{ "a_b-c/\\*", true, true },
		{ "**", true, true },
		{ "caf\xc3\xa9/*", true, true },
		{ "a?c", false, false },
		{ "[ab]c", false, false },
		{ "a/b?", false, false },
		{ "{a,b}/c", true, false },
		{ "!(a)", true, false },
		{ "*+", true, true },
		{ "!a", true, false },
		{ "*/*/*/*/*/*/*/*/*/*", false, false },
	};
	wf_auto(wf_buf_release) struct wf_buf source = WF_BUF_INIT;

	for (size_t i = 0; i < WF_COUNT(rows); i++)
		for (int picomatch = 0; picomatch < 2; picomatch++) {
			bool want = picomatch ? rows[i].picomatch : rows[i].filter;
			struct direct direct;

			CHECK(write_glob(picomatch ? WF_PATTERN_PICOMATCH : WF_PATTERN_FILTER,
			    wf_str(rows[i].glob), &source));
			if (direct_find(wf_buf_str(&source), &direct) != want)
				print_error("'%s' in dialect %d\n", rows[i].glob, picomatch);
			CHECK((direct.n > 0) == want);
			direct_release(&direct);
		}
}

/* To try all places would take longer than the tests may. */
TEST(direct_gives_up_on_hostile_names)
{
	static const char *const globs[] = { "**/*a**/*a**/*a**/*a**/*b", "*a*a*a*a*a*a*b*" };
	wf_auto(wf_buf_release) struct wf_buf source = WF_BUF_INIT;
	char name[4001];

	memset(name, 'a', sizeof(name));
	for (size_t i = 0; i < sizeof(name); i += 2)
		name[i] = '/';
	for (size_t i = 0; i < WF_COUNT(globs); i++) {
		struct direct direct;

		CHECK(write_glob(WF_PATTERN_FILTER, wf_str(globs[i]), &source));
		CHECK(direct_find(wf_buf_str(&source), &direct));
		CHECK_INT(direct_match(&direct, (struct wf_str){ name, sizeof(name) }),
		    DIRECT_UNKNOWN);
		direct_release(&direct);
		memset(name, 'a', sizeof(name));
	}
}
