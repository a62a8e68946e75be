/* SPDX-License-Identifier: MIT */
/* test_matcher.c - problem matchers: definitions, single lines, several lines, loops, owners. */
#include "runner/output/matcher.h"

#include "test.h"

#include <stdio.h>

struct fixture {
	struct wf_arena *arena;
	struct matcher_set *set;
	struct matcher_stream *stream;
	struct wf_error err;
};

static void
fixture_release(struct fixture *f)
{
	matcher_stream_free(f->stream);
	matcher_set_free(f->set);
	wf_arena_free(f->arena);
}

#define FIXTURE(f)                                                                                 \
	wf_auto(fixture_release) struct fixture f = { .arena = wf_arena_new(),                     \
		.set = matcher_set_new() };                                                        \
	f.stream = matcher_stream_new(f.set)

static void
add(struct fixture *f, const char *json)
{
	CHECK(matcher_set_add(f->set, wf_str(json), &f->err));
}

/* Feeds a line; the hit as "level file:line:col code message", or "-". */
static void
check_line(struct fixture *f, const char *line, const char *want)
{
	struct matcher_hit hit;
	struct wf_str got = WF_S("-");

	if (matcher_stream_feed(f->stream, f->arena, wf_str(line), &hit))
		got = wf_strf(f->arena, "%s %.*s:%u:%u [%.*s] %.*s", hit.level, WF_ARG(hit.file),
		    hit.line, hit.col, WF_ARG(hit.code), WF_ARG(hit.message));
	CHECK_STR(got, want);
}

#define GCC                                                                                        \
	"{\"problemMatcher\":[{\"owner\":\"gcc\",\"pattern\":[{"                                   \
	"\"regexp\":\"^(.+?):(\\\\d+):(\\\\d+): (\\\\w+): (.*?)( \\\\[(.+)\\\\])?$\","             \
	"\"file\":1,\"line\":2,\"column\":3,\"severity\":4,\"message\":5,\"code\":7}]}]}"

TEST(matcher_takes_single_lines)
{
	FIXTURE(f);

	add(&f, GCC);
	check_line(&f, "a.c:3:5: error: bad [-Wx]", "error a.c:3:5 [-Wx] bad");
	check_line(&f, "a.c:3:5: Warning: odd", "warning a.c:3:5 [] odd");
	check_line(&f, "a.c:3:5: fatal: odd", "-");
	check_line(&f, "nothing", "-");
	check_line(&f, "a.c:99999999999:5: error: bad", "error a.c:0:5 [] bad");
	check_line(&f, "a.c:3:5: error: ", "-");
}

TEST(matcher_does_not_see_colours)
{
	FIXTURE(f);
	struct matcher_hit hit;

	add(&f, GCC);
	CHECK(matcher_stream_feed(f.stream, f.arena,
	    WF_S("\x1b[1ma.c:3:5:\x1b[0m \x1b[1;31merror:\x1b[m bad"), &hit));
	CHECK_STR(hit.text, "a.c:3:5: error: bad");
	CHECK_STR(hit.file, "a.c");
}

TEST(matcher_uses_its_default_severity)
{
	FIXTURE(f);

	add(&f, "{\"problemMatcher\":[{\"owner\":\"x\",\"severity\":\"Notice\",\"pattern\":["
	        "{\"regexp\":\"^(?:(error) )?m: (.*)$\",\"severity\":1,\"message\":2}]}]}");
	check_line(&f, "m: a", "notice :0:0 [] a");
	check_line(&f, "error m: a", "error :0:0 [] a");
}

#define ESLINT                                                                                     \
	"{\"problemMatcher\":[{\"owner\":\"eslint\",\"pattern\":["                                 \
	"{\"regexp\":\"^([^\\\\s].*)$\",\"file\":1},"                                              \
	"{\"regexp\":\"^\\\\s+(\\\\d+):(\\\\d+)\\\\s+(error|warning)\\\\s+(.*)\\\\s\\\\s+(.*)$\"," \
	"\"line\":1,\"column\":2,\"severity\":3,\"message\":4,\"code\":5,\"loop\":true}]}]}"

TEST(matcher_loops_over_lines_of_one_file)
{
	FIXTURE(f);

	add(&f, ESLINT);
	check_line(&f, "  1:1  error  lost  x", "-");
	check_line(&f, "a.js", "-");
	check_line(&f, "  1:10  error  m one  no-one", "error a.js:1:10 [no-one] m one");
	check_line(&f, "  2:20  warning  m two  no-two", "warning a.js:2:20 [no-two] m two");
	check_line(&f, "", "-");
	check_line(&f, "  3:30  error  m three  x", "-");
	check_line(&f, "b.js", "-");
	check_line(&f, "c.js", "-");
	check_line(&f, "  4:40  error  m four  x", "error c.js:4:40 [x] m four");
}

#define THREE                                                                                      \
	"{\"problemMatcher\":[{\"owner\":\"three\",\"pattern\":["                                  \
	"{\"regexp\":\"^(ERROR)$\",\"severity\":1},"                                               \
	"{\"regexp\":\"^at (.*):(\\\\d+)$\",\"file\":1,\"line\":2},"                               \
	"{\"regexp\":\"^because (.*)$\",\"message\":1}]}]}"

TEST(matcher_takes_lines_that_follow_each_other)
{
	FIXTURE(f);

	add(&f, THREE);
	check_line(&f, "ERROR", "-");
	check_line(&f, "at a.c:3", "-");
	check_line(&f, "because so", "error a.c:3:0 [] so");
	check_line(&f, "because so", "-");
	check_line(&f, "ERROR", "-");
	check_line(&f, "between", "-");
	check_line(&f, "at a.c:3", "-");
	check_line(&f, "because so", "-");
	check_line(&f, "ERROR", "-");
	check_line(&f, "ERROR", "-");
	check_line(&f, "at b.c:4", "-");
	check_line(&f, "because of", "error b.c:4:0 [] of");
}

TEST(matcher_asks_the_newest_first)
{
	FIXTURE(f);

	add(&f, "{\"problemMatcher\":[{\"owner\":\"a\",\"pattern\":[{\"regexp\":\"(x.*)\","
	        "\"message\":1}]},{\"owner\":\"b\",\"pattern\":[{\"regexp\":\"(y.*)\","
	        "\"message\":1}]}]}");
	check_line(&f, "1 xy", "error :0:0 [] xy");
	add(&f, "{\"problemMatcher\":[{\"owner\":\"c\",\"pattern\":[{\"regexp\":\"y(.*)\","
	        "\"message\":0}]}]}");
	check_line(&f, "1 xyz", "error :0:0 [] yz");
	matcher_set_remove(f.set, WF_S("C"));
	check_line(&f, "1 xyz", "error :0:0 [] xyz");
	CHECK(matcher_set_remove_file(f.set, WF_S("{\"problemMatcher\":[{\"owner\":\"A\"}]}"),
	    &f.err));
	check_line(&f, "1 xyz", "error :0:0 [] yz");
	add(&f, "{\"problemMatcher\":[{\"owner\":\"B\",\"pattern\":[{\"regexp\":\"(z)\","
	        "\"message\":1}]}]}");
	check_line(&f, "1 xyz", "error :0:0 [] z");
	check_line(&f, "1 xy", "-");
}

TEST(matcher_hit_makes_others_begin_anew)
{
	FIXTURE(f);

	add(&f, THREE);
	add(&f, GCC);
	check_line(&f, "ERROR", "-");
	check_line(&f, "a.c:3:5: error: bad", "error a.c:3:5 [] bad");
	check_line(&f, "at a.c:3", "-");
	check_line(&f, "because so", "-");
}

TEST(matcher_streams_do_not_mix)
{
	FIXTURE(f);
	struct matcher_stream *first = f.stream, *second = matcher_stream_new(f.set);

	add(&f, ESLINT);
	check_line(&f, "a.js", "-");
	f.stream = second;
	check_line(&f, "  1:10  error  m  x", "-");
	f.stream = first;
	check_line(&f, "  1:10  error  m  x", "error a.js:1:10 [x] m");
	matcher_stream_free(second);
}

TEST(matcher_refuses_in_githubs_words)
{
#define MATCHER(rest) "{\"problemMatcher\":[{\"owner\":\"x\"," rest "}]}"
	static const struct {
		const char *json, *message;
	} rows[] = {
		{ "{\"problemMatcher\":[{}]}", "Owner must not be empty" },
		{ MATCHER("\"severity\":\"bad\""),
		    "Matcher 'x' contains unexpected default severity 'bad'" },
		{ MATCHER("\"pattern\":[]"), "Matcher 'x' does not contain any patterns" },
		{ MATCHER("\"pattern\":[{\"regexp\":\"a\",\"message\":0,\"loop\":true}]"),
		    "Only the last pattern in a multiline matcher may set 'loop'" },
		{ MATCHER("\"pattern\":[{\"regexp\":\"a\",\"message\":0},"
		          "{\"regexp\":\"b\",\"loop\":true}]"),
		    "The loop pattern must set 'message'" },
		{ MATCHER("\"pattern\":[{\"regexp\":\"a\",\"message\":0},"
		          "{\"regexp\":\"b\",\"message\":0}]"),
		    "The property 'message' is set twice" },
		{ MATCHER("\"pattern\":[{\"regexp\":\"(a)(?:b)[(]\\\\((?<n>c)(?=d)(?<!e)\","
		          "\"message\":3}]"),
		    "The property 'message' is set to 3 which is out of range" },
		{ MATCHER("\"pattern\":[{\"regexp\":\"a\",\"file\":-1}]"),
		    "The property 'file' is set to -1 which is out of range" },
		{ MATCHER("\"pattern\":[{\"regexp\":\"a\",\"file\":0}]"),
		    "At least one pattern must set 'message'" },
		{ "{\"problemMatcher\":[{\"owner\":\"x\",\"pattern\":[{\"message\":0}]},"
		  "{\"owner\":\"X\",\"pattern\":[{\"message\":0}]}]}",
		    "Duplicate owner name 'X'" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		FIXTURE(f);

		CHECK(!matcher_set_add(f.set, wf_str(rows[i].json), &f.err));
		CHECK_STR(wf_str(f.err.msg), rows[i].message);
		check_line(&f, "a", "-");
	}
}

TEST(matcher_refuses_what_is_not_a_definition)
{
	FIXTURE(f);

	CHECK(!matcher_set_add(f.set, WF_S("nonsense"), &f.err));
	CHECK(!matcher_set_add(f.set, WF_S(MATCHER("\"pattern\":[{\"regexp\":\"(\"}]")), &f.err));
	CHECK(matcher_set_add(f.set, WF_S("{}"), &f.err));
	CHECK(matcher_set_add(f.set, WF_S("[1]"), &f.err));
	check_line(&f, "a", "-");
}

TEST(matcher_hit_path_joins_from_path_and_workspace)
{
	static const struct {
		const char *file, *from_path, *want;
	} rows[] = {
		{ "a.c", "", "/w/r/a.c" },
		{ "./x/../a.c", "", "/w/r/a.c" },
		{ "/abs//a.c", "/p/x.proj", "/abs/a.c" },
		{ "a.c", "/p/x.proj", "/p/a.c" },
		{ "a.c", "sub/x.proj", "/w/r/sub/a.c" },
		{ "a.c", "x.proj", "/w/r/a.c" },
		{ "../../../../etc/passwd", "", "/etc/passwd" },
		{ "", "x.proj", "" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct matcher_hit hit = { .file = wf_str(rows[i].file),
			.from_path = wf_str(rows[i].from_path) };

		CHECK_STR(matcher_hit_path(arena, &hit, WF_S("/w/r")), rows[i].want);
	}
}
