/* SPDX-License-Identifier: MIT */
/* test_pattern.c - both glob dialects by table, regular expressions, and hostile texts. */
#include "base/pattern.h"

#include "test.h"

/* A pattern, and names separated by blanks: those it matches, those it does not. */
struct row {
	const char *pattern, *yes, *no;
};

static void
check_names(const struct wf_pattern *pattern, const struct row *row, bool want)
{
	struct wf_str names = wf_str(want ? row->yes : row->no);

	while (names.n > 0) {
		struct wf_str name = wf_str_cut(&names, ' ');

		if (wf_pattern_match(pattern, name) != want)
			print_error("'%s' %s '%.*s'\n", row->pattern,
			    want ? "does not match" : "matches", WF_ARG(name));
		CHECK(wf_pattern_match(pattern, name) == want);
	}
}

static void
check_rows(enum wf_dialect dialect, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct wf_pattern *pattern = wf_pattern_new(dialect, wf_str(rows[i].pattern),
		    WF_NOWHERE, NULL);

		if (!pattern)
			print_error("'%s' is refused\n", rows[i].pattern);
		CHECK(pattern != NULL);
		check_names(pattern, &rows[i], true);
		check_names(pattern, &rows[i], false);
		wf_pattern_free(pattern);
	}
}

TEST(pattern_filter_matches_as_documented)
{
	static const struct row rows[] = {
		{ "feature/*", "feature/x", "feature/x/y feature" },
		{ "feature/**", "feature/x feature/beta-a/x", "feature" },
		{ "main", "main", "Main mainx xmain" },
		{ "releases/mona", "releases/mona", "releases/mona/x" },
		{ "*", "main releases .hidden", "a/b" },
		{ "**", "main a/b/c", "" },
		{ "*feature", "mona-feature feature", "a/feature" },
		{ "v2*", "v2 v2.0", "v1 xv2" },
		{ "v[12].[0-9]+.[0-9]+", "v1.10.1 v2.0.0", "v3.0.0 v1.0 v1.x.1" },
		{ "*.jsx?", "page.js page.jsx", "a/page.js page.jsxx page.jx" },
		{ "*.js", "app.js .js", "src/app.js appxjs" },
		{ "**.js", "index.js src/js/app.js", "src/app.ts" },
		{ "docs/*", "docs/README.md", "docs/a/b.md" },
		{ "docs/**", "docs/README.md docs/a/b.md", "docs" },
		{ "docs/**/*.md", "docs/README.md docs/a/b.md docs/a/b/c.md", "docs/a/b.txt" },
		{ "**/docs/**", "docs/hello.md dir/docs/my.txt", "xdocs/a" },
		{ "**/README.md", "README.md js/README.md", "xREADME.md" },
		{ "**/*src/**", "a/src/app.js my-src/code/js/app.js", "src2/a" },
		{ "**/*-post.md", "my-post.md path/their-post.md", "post.md" },
		{ "**/migrate-*.sql", "migrate-10909.sql db/sept/migrate-v1.sql", "migrate.sql" },
		{ "dir", "dir", "dir/file" },
		{ "dir/", "", "dir/file dir" },
		{ "./x", "", "x" },
		{ "/x", "", "x" },
		{ "?x", "?x", "x ax" },
		{ "+x", "+x", "x xx" },
		{ "ab?c", "abc ac", "abbc" },
		{ "ab+c", "abc abbbc", "ac" },
		{ "a\\*", "a*", "ab a" },
		{ "a\\?", "a?", "a" },
		{ "a.b", "a.b", "axb" },
		{ "(a|b)", "(a|b)", "a b" },
		{ "a!b", "a!b", "ab" },
		{ "[a-cx]+", "abcx", "d abcd" },
		{ "a{2}", "a{2}", "aa" },
		{ "$a^", "$a^", "a" },
		{ "\xc3\xa9+", "\xc3\xa9 \xc3\xa9\xc3\xa9", "\xc3" },
	};

	check_rows(WF_PATTERN_FILTER, rows, WF_COUNT(rows));
}

TEST(pattern_filter_repeats_what_is_already_repeated)
{
	static const struct row rows[] = {
		{ "a??b", "ab b", "aab" },
		{ "a++b", "ab aaab", "b" },
		{ "a+?b", "b ab aab", "" },
		{ "a?+b", "b ab aab", "" },
		{ "x*+y", "xy xabcy", "x/y" },
		{ "x**?y", "xy xa/by", "" },
		{ "**/?x", "x a/x", "ax" },
	};

	check_rows(WF_PATTERN_FILTER, rows, WF_COUNT(rows));
}

TEST(pattern_filter_refuses_what_is_no_pattern)
{
	static const char *const wrong[] = { "a[", "a[]", "a[!b]", "a[^b]", "a[b", "a[z-a]",
		"a[a-9]", "a[a-]", "a[-]", "a\\", "[a/b]", "[\\a]" };
	struct wf_pos pos = { "ci.yml", 3, 7 };

	for (size_t i = 0; i < WF_COUNT(wrong); i++) {
		struct wf_error err = { 0 };

		CHECK(wf_pattern_new(WF_PATTERN_FILTER, wf_str(wrong[i]), pos, &err) == NULL);
		CHECK(strstr(err.msg, wrong[i]) != NULL);
		CHECK_INT(err.kind, WF_ERR_INVALID);
		CHECK_INT(err.pos.line, 3);
	}
}

/* picomatch 4.0 itself gave the same answers, and agreed on 100,000 made-up pairs but for texts
 * with brackets that nothing closes and two stars behind a quoted text. */
TEST(pattern_picomatch_matches_as_picomatch_does)
{
	static const struct row rows[] = {
		{ "src/**", "src src/a src/a/b src/.a/b", "asrc/a srcx" },
		{ "**/*.py", "a.py x/y/a.py .x/.a.py", "a.pyc" },
		{ "**", "a .a a/b", "" },
		{ "*", "a .a", "a/b" },
		{ "*.md", "a.md", "x/a.md" },
		{ "*/**", "a/ / a/b", "a" },
		{ "a/**/b", "a/b a/x/b a/x/y/b", "ab a/xb" },
		{ "a/**/**/b", "a/b a/x/b", "ab" },
		{ "**/x.js", "x.js a/x.js a/b/x.js", "ax.js" },
		{ "a**b", "ab axb", "a/b" },
		{ "**.js", "a.js x/a.js", "a.ts" },
		{ "libs/{common,data}/**", "libs/common/a libs/data/x/y libs/data", "libs/cli/a" },
		{ "{a,{b,c}/d}.py", "a.py b/d.py c/d.py", "b.py" },
		{ "{a}", "{a}", "a" },
		{ "{1..3}", "1 2 3", "4 1..3" },
		{ "{a,b", "{a,b", "a b" },
		{ "@(a|b)/c", "a/c b/c", "c ab/c" },
		{ "+(a|b)c", "ac abac", "c" },
		{ "*(a)b", "b aab", "ab/b" },
		{ "a?(b)c", "ac abc", "abbc" },
		{ "!(foo)*.js", "bar.js", "foo.js" },
		{ "!(*.d).ts", "a.ts", "a.d.ts" },
		{ "!(a|b)", "c ab", "a b" },
		{ "!docs/**", "src/a README.md", "docs docs/a" },
		{ "!!docs/**", "docs/a", "src/a" },
		{ "!*.md", "a.py x/a.md", "a.md" },
		{ "(a|b)?", "a b", "c" },
		{ "a|b", "a|b", "a b" },
		{ "[abc]x", "ax [abc]x", "dx" },
		{ "[a-c]", "a b", "d" },
		{ "[^a]b", "bb", "ab /b" },
		{ "[[:digit:]]x", "1x", "ax" },
		{ "[!a]x", "!x ax", "bx" },
		{ "[a", "[a", "a" },
		{ "a?c", "abc", "ac a/c" },
		{ "./a/*", "a/b", "b" },
		{ "\"a*\"b", "a*b", "axb" },
		{ "a\\*b", "a*b", "axb" },
		{ "a+b", "a+b", "aab" },
		{ "a)b", "a)b", "ab" },
		{ "(a", "(a", "a" },
		{ "*.*", "a.b .a", "a. ab" },
		{ "a/.*", "a/.b", "a/b a/.." },
		{ "\xc3\xa9?", "\xc3\xa9\xc3\xa9", "\xc3\xa9" },
	};

	check_rows(WF_PATTERN_PICOMATCH, rows, WF_COUNT(rows));
	CHECK(wf_pattern_new(WF_PATTERN_PICOMATCH, WF_S(""), WF_NOWHERE, NULL) == NULL);
}

TEST(pattern_regex_gives_groups)
{
	struct wf_pattern *pattern = wf_pattern_new(WF_PATTERN_REGEX,
	    WF_S("^(.+?):(\\d+)(?::(\\d+))?: (error)"), WF_NOWHERE, NULL);
	struct wf_str groups[6];

	CHECK_INT(wf_pattern_groups(pattern, WF_S("a.c:12: error: x"), groups, 6), 5);
	CHECK_STR(groups[0], "a.c:12: error");
	CHECK_STR(groups[1], "a.c");
	CHECK_STR(groups[2], "12");
	CHECK(groups[3].p == NULL);
	CHECK_STR(groups[4], "error");
	CHECK(groups[5].p == NULL);
	CHECK_INT(wf_pattern_groups(pattern, WF_S("a.c:12:3: error"), groups, 4), 5);
	CHECK_STR(groups[3], "3");
	CHECK_INT(wf_pattern_groups(pattern, WF_S("no"), groups, 4), 0);
	wf_pattern_free(pattern);
}

TEST(pattern_regex_places_groups_in_bytes_that_are_no_utf8)
{
	struct wf_pattern *pattern = wf_pattern_new(WF_PATTERN_REGEX, WF_S("^(.+):(\\d+)$"),
	    WF_NOWHERE, NULL);
	struct wf_str line = WF_S("caf\xe9\xff.c:7"), groups[3];

	CHECK_INT(wf_pattern_groups(pattern, line, groups, 3), 3);
	CHECK_STR(groups[1], "caf\xe9\xff.c");
	CHECK_STR(groups[2], "7");
	CHECK(groups[2].p == line.p + 8);
	CHECK_INT(wf_pattern_groups(pattern, WF_S(""), groups, 3), 0);
	wf_pattern_free(pattern);
}

TEST(pattern_regex_refuses_bad_syntax)
{
	struct wf_error err;

	CHECK(wf_pattern_new(WF_PATTERN_REGEX, WF_S("a("), WF_NOWHERE, &err) == NULL);
	CHECK(strstr(err.msg, "offset 2") != NULL);
}

TEST(pattern_matches_names_that_are_no_utf8)
{
	static const enum wf_dialect dialects[] = { WF_PATTERN_FILTER, WF_PATTERN_PICOMATCH };

	for (size_t i = 0; i < WF_COUNT(dialects); i++) {
		struct wf_pattern *pattern = wf_pattern_new(dialects[i], WF_S("src/*.c"),
		    WF_NOWHERE, NULL);

		CHECK(wf_pattern_match(pattern, WF_S("src/caf\xe9.c")));
		CHECK(!wf_pattern_match(pattern, WF_S("src/caf\xe9.h")));
		wf_pattern_free(pattern);
	}
}

/* Each would take longer than the tests may if the matcher went back for ever. */
TEST(pattern_survives_hostile_texts)
{
	static const struct {
		enum wf_dialect dialect;
		const char *text;
		bool want;
	} rows[] = {
		{ WF_PATTERN_FILTER, "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab", true },
		{ WF_PATTERN_FILTER, "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ac", false },
		{ WF_PATTERN_FILTER, "**/**/**/**/**/**/**/**/**/**/**/x", false },
		{ WF_PATTERN_PICOMATCH, "+(a|aa|aaa)+(a|aa|aaa)+(a|aa)c", false },
		{ WF_PATTERN_PICOMATCH, "+(+(+(+(a))))b", true },
		{ WF_PATTERN_REGEX, "^(a+)+$", false },
	};
	char name[201];

	memset(name, 'a', 199);
	name[199] = 'b';
	name[200] = '\0';
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct wf_pattern *pattern = wf_pattern_new(rows[i].dialect, wf_str(rows[i].text),
		    WF_NOWHERE, NULL);

		CHECK(wf_pattern_match(pattern, wf_str(name)) == rows[i].want);
		wf_pattern_free(pattern);
	}
}

TEST(pattern_refuses_texts_without_end)
{
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;
	struct wf_pattern *pattern;
	struct wf_error err;

	for (int i = 0; i < 500; i++)
		wf_buf_adds(&text, "@(");
	for (int i = 0; i < 500; i++)
		wf_buf_addc(&text, ')');
	pattern = wf_pattern_new(WF_PATTERN_PICOMATCH, wf_buf_str(&text), WF_NOWHERE, NULL);
	CHECK(pattern && !wf_pattern_match(pattern, WF_S("a")));
	wf_pattern_free(pattern);
	for (int i = 0; i < 70000; i++)
		wf_buf_addc(&text, 'x');
	CHECK(!wf_pattern_new(WF_PATTERN_FILTER, wf_buf_str(&text), WF_NOWHERE, &err));
	CHECK(strstr(err.msg, "too long") != NULL);
}
