/* SPDX-License-Identifier: MIT */
/* test_command.c - command lines of both forms, and the files. */
#include "runner/output/command.h"

#include "test.h"

struct fixture {
	struct wf_arena *arena;
	struct command_reader reader;
	struct wf_error err;
	bool failed;
};

static void
fixture_release(struct fixture *f)
{
	command_reader_release(&f->reader);
	wf_arena_free(f->arena);
}

#define FIXTURE(f) wf_auto(fixture_release) struct fixture f = { .arena = wf_arena_new() }

static struct command
take(struct fixture *f, const char *line)
{
	return command_take(&f->reader, f->arena, wf_str(line), &f->err, &f->failed);
}

TEST(command_knows_every_name_in_any_case)
{
	static const struct {
		const char *line;
		enum command_kind kind;
	} rows[] = {
		{ "::debug::x", COMMAND_DEBUG },
		{ "::notice::x", COMMAND_NOTICE },
		{ "::Warning::x", COMMAND_WARNING },
		{ "::ERROR::x", COMMAND_ERROR },
		{ "::group::x", COMMAND_GROUP },
		{ "::endgroup::", COMMAND_ENDGROUP },
		{ "::add-mask::x", COMMAND_ADD_MASK },
		{ "::add-matcher::x", COMMAND_ADD_MATCHER },
		{ "::remove-matcher owner=x::", COMMAND_REMOVE_MATCHER },
		{ "::echo::on", COMMAND_ECHO },
		{ "::set-output name=a::b", COMMAND_SET_OUTPUT },
		{ "::save-state name=a::b", COMMAND_SAVE_STATE },
		{ "::set-env name=a::b", COMMAND_SET_ENV },
		{ "::add-path::/x", COMMAND_ADD_PATH },
		{ "##[group]x", COMMAND_GROUP },
		{ "##[Error]x", COMMAND_ERROR },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		FIXTURE(f);

		CHECK_INT(take(&f, rows[i].line).kind, rows[i].kind);
		CHECK(!f.failed);
	}
}

TEST(command_takes_other_lines_as_text)
{
	static const char *const lines[] = {
		"",
		"hello",
		"::",
		"::::",
		"::error",
		"::error:",
		"::unknown::x",
		"::internal-set-repo-path repoFullName=a/b::x",
		"x ::error::y",
		":: error::y",
		"::error,::x",
		"::error\t::x",
		"##[error",
		"##[ error]x",
		"# [error]x",
		"##[unknown]##[error]x",
		"##[section]x",
	};

	for (size_t i = 0; i < WF_COUNT(lines); i++) {
		FIXTURE(f);

		CHECK_INT(take(&f, lines[i]).kind, COMMAND_NONE);
		CHECK(!f.failed);
	}
}

TEST(command_colons_stand_behind_white_space_only)
{
	FIXTURE(f);

	CHECK_STR(take(&f, "  \t::warning::w").data, "w");
	CHECK_STR(take(&f, "\xc2\xa0\xe3\x80\x80::warning::w").data, "w");
	CHECK_STR(take(&f, "::warning::a::b").data, "a::b");
	CHECK_STR(take(&f, "::warning:::x").data, ":x");
	CHECK_STR(take(&f, "::warning:: x ").data, " x ");
}

TEST(command_brackets_stand_anywhere)
{
	FIXTURE(f);

	CHECK_STR(take(&f, "2020 ##[warning]w]").data, "w]");
	CHECK_STR(take(&f, "::unknown:: ##[warning]w").data, "w");
	CHECK_STR(take(&f, "::error ##[warning]w").data, "w");
}

TEST(command_unescapes_data_by_its_form)
{
	FIXTURE(f);

	CHECK_STR(take(&f, "::debug::a%0Db%0Ac%25d").data, "a\rb\nc%d");
	CHECK_STR(take(&f, "::debug::%250A").data, "%0A");
	CHECK_STR(take(&f, "::debug::%0a%3A%2C%3B%5D%").data, "%0a%3A%2C%3B%5D%");
	CHECK_STR(take(&f, "::debug::%%0A%0").data, "%\n%0");
	CHECK_STR(take(&f, "##[debug]a%3Bb%0Dc%0Ad%5De%25").data, "a;b\rc\nd]e%");
	CHECK_STR(take(&f, "##[debug]%3A%2C").data, "%3A%2C");
}

TEST(command_reads_properties)
{
	FIXTURE(f);
	struct command c = take(&f,
	    "::error file=a%2Cb%3A%25.c,line=3,endLine=3,col=5,endColumn=7,title=T t::m");

	CHECK_STR(c.place.file, "a,b:%.c");
	CHECK_STR(c.place.title, "T t");
	CHECK_INT(c.place.line, 3);
	CHECK_INT(c.place.end_line, 3);
	CHECK_INT(c.place.col, 5);
	CHECK_INT(c.place.end_col, 7);
	CHECK_STR(c.data, "m");
	c = take(&f, "##[error file=a%5D%3B.c;LINE=3]m");
	CHECK_STR(c.place.file, "a];.c");
	CHECK_INT(c.place.line, 3);
	CHECK_STR(take(&f, "::remove-matcher owner=gcc::").owner, "gcc");
}

TEST(command_keeps_spaces_in_keys)
{
	FIXTURE(f);
	struct command c = take(&f, "::error file=a.c, line=1::m");

	CHECK_STR(c.place.file, "a.c");
	CHECK_INT(c.place.line, 0);
	/* around all properties they are trimmed, but in the bracket form they are not */
	CHECK_INT(take(&f, "::error   line=1  ::m").place.line, 1);
	CHECK_INT(take(&f, "##[error  line=1]m").place.line, 0);
	CHECK_INT(take(&f, "::error file=a.c,line= 7 ::m").place.line, 7);
}

TEST(command_drops_empty_parts_of_properties)
{
	FIXTURE(f);

	CHECK_STR(take(&f, "::set-output ,,name=a,::v").name, "a");
	CHECK_STR(take(&f, "::set-output name=a,name=b::v").name, "b");
	CHECK_STR(take(&f, "::set-output name=a=b=::v").name, "a=b=");
	CHECK_STR(take(&f, "::set-output =name==a::v").name, "a");
	take(&f, "::set-output name=::v");
	CHECK(f.failed);
	CHECK_STR(wf_str(f.err.msg), "Required field 'name' is missing in ##[set-output] command.");
}

TEST(command_normalises_places)
{
	static const struct {
		const char *properties;
		unsigned line, end_line, col, end_col;
	} rows[] = {
		{ "line=4", 4, 0, 0, 0 },
		{ "endLine=4", 4, 4, 0, 0 },
		{ "line=4,endColumn=2", 4, 0, 2, 2 },
		{ "col=2,endColumn=3", 0, 0, 0, 0 },
		{ "line=4,endLine=5,col=2", 4, 5, 0, 0 },
		{ "line=4,endLine=4,col=2,endColumn=9", 4, 4, 2, 9 },
		{ "line=4,endLine=3,col=2,endColumn=9", 0, 0, 0, 0 },
		{ "line=4,col=9,endColumn=2", 4, 0, 0, 0 },
		{ "line=x,col=2", 0, 0, 0, 0 },
		{ "line=-4", 0, 0, 0, 0 },
		{ "line=+4", 4, 0, 0, 0 },
		{ "line=99999999999", 0, 0, 0, 0 },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		FIXTURE(f);
		struct wf_str line = wf_strf(f.arena, "::error %s::m", rows[i].properties);
		struct command_place place = take(&f, line.p).place;

		CHECK_INT(place.line, rows[i].line);
		CHECK_INT(place.end_line, rows[i].end_line);
		CHECK_INT(place.col, rows[i].col);
		CHECK_INT(place.end_col, rows[i].end_col);
	}
}

TEST(command_stops_until_the_token)
{
	FIXTURE(f);

	CHECK_STR(take(&f, "::stop-commands::Token-1").data, "Token-1");
	CHECK_INT(take(&f, "::error::x").kind, COMMAND_NONE);
	CHECK_INT(take(&f, "::stop-commands::other").kind, COMMAND_NONE);
	CHECK_INT(take(&f, "::token::").kind, COMMAND_NONE);
	CHECK_INT(take(&f, "  ::TOKEN-1::").kind, COMMAND_RESUME);
	CHECK_INT(take(&f, "::Token-1::").kind, COMMAND_NONE);
	CHECK_INT(take(&f, "::error::x").kind, COMMAND_ERROR);
	take(&f, "##[stop-commands]t");
	CHECK_INT(take(&f, "text ##[T]").kind, COMMAND_RESUME);
}

TEST(command_refuses_stop_tokens_that_anyone_can_say)
{
	static const char *const lines[] = { "::stop-commands::", "::stop-commands::Pause-Logging",
		"::stop-commands::error", "::stop-commands::stop-commands" };

	for (size_t i = 0; i < WF_COUNT(lines); i++) {
		FIXTURE(f);

		take(&f, lines[i]);
		CHECK(f.failed);
		CHECK(!f.reader.stopped);
		CHECK(strstr(f.err.msg, "You cannot use a endToken that is an empty string"));
		f.reader.allow_unsecure = true;
		take(&f, lines[i]);
		CHECK(!f.failed);
		CHECK(f.reader.stopped);
	}
}

TEST(command_echo_is_on_or_off)
{
	FIXTURE(f);

	take(&f, "::echo:: On ");
	CHECK(f.reader.echo);
	take(&f, "::echo::maybe");
	CHECK(f.failed);
	CHECK_STR(wf_str(f.err.msg),
	    "Invalid echo command value. Possible values can be: 'on', 'off'. "
	    "Current value is: 'maybe'.");
	CHECK(f.reader.echo);
	take(&f, "::echo::OFF");
	CHECK(!f.reader.echo);
	CHECK(command_omits_echo(COMMAND_ADD_MASK));
	CHECK(command_omits_echo(COMMAND_STOP_COMMANDS)); /* shown by themselves */
	CHECK(command_omits_echo(COMMAND_RESUME));
	CHECK(!command_omits_echo(COMMAND_GROUP));
}

TEST(command_internal_names_are_known_to_the_built_in_alone)
{
	FIXTURE(f);

	f.reader.internal = true;
	CHECK_INT(take(&f, "::internal-set-repo-path a=b::x").kind, COMMAND_SET_REPO_PATH);
}

TEST(command_relative_cuts_the_workspace_off)
{
	CHECK_STR(command_relative(WF_S("/w/r/a/b.c"), WF_S("/w/r")), "a/b.c");
	CHECK_STR(command_relative(WF_S("/w/r/a.c"), WF_S("/w/r/")), "a.c");
	CHECK_STR(command_relative(WF_S("/w/rr/a.c"), WF_S("/w/r")), "/w/rr/a.c");
	CHECK_STR(command_relative(WF_S("a.c"), WF_S("/w/r")), "a.c");
	CHECK_STR(command_relative(WF_S("/w/r"), WF_S("/w/r")), "/w/r");
}

/* ---- files ---- */

static void
check_pairs(const char *text, const char *want, const char *message)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf got = WF_BUF_INIT;
	struct command_pair *pairs;
	struct wf_error err;
	size_t n;
	bool good = command_file_pairs(arena, wf_str(text), &pairs, &n, &err);

	for (size_t i = 0; i < n; i++)
		wf_buf_addf(&got, "[%.*s|%.*s]", WF_ARG(pairs[i].name), WF_ARG(pairs[i].value));
	CHECK_STR(wf_buf_str(&got), want);
	CHECK(good == !message);
	if (message)
		CHECK_STR(wf_str(err.msg), message);
}

TEST(command_file_reads_single_lines)
{
	check_pairs("", "", NULL);
	check_pairs("\n\n", "", NULL);
	check_pairs("a=1\nb=\n\nc = x=y \n", "[a|1][b|][c | x=y ]", NULL);
	check_pairs("a=1", "[a|1]", NULL);
	check_pairs("\xEF\xBB\xBF"
	            "a=1",
	    "[a|1]", NULL);
	check_pairs("a=1\r\n", "[a|1\r]", NULL);
	check_pairs("=v\n", "[|v]", NULL);
	check_pairs("a=<<EOF\n", "[a|<<EOF]", NULL);
}

TEST(command_file_reads_heredocs)
{
	check_pairs("a<<EOF\none\ntwo\nEOF\nb=2", "[a|one\ntwo][b|2]", NULL);
	check_pairs("a<<EOF\nEOF", "[a|]", NULL);
	check_pairs("a<<EOF\n\nEOF\n", "[a|]", NULL);
	check_pairs("a<<EOF\n\n\nEOF\n", "[a|\n]", NULL);
	check_pairs("a<<EOF\n EOF\nEOF \nEOF\n", "[a| EOF\nEOF ]", NULL);
	check_pairs("a<<E=F\nx\nE=F\n", "[a|x]", NULL);
	check_pairs("a<<EOF\r\nx\r\nEOF\r\n", "[a|x\r]", NULL);
	check_pairs("a<<b<<c\nx\nb<<c\n", "[a|x]", NULL);
}

TEST(command_file_refuses_in_githubs_words_and_keeps_what_came_before)
{
	check_pairs("a=1\nfoo\nb=2\n", "[a|1]", "Invalid format 'foo'");
	check_pairs("<<EOF\nEOF\n", "",
	    "Invalid format '<<EOF'. Name must not be empty and delimiter must not be empty");
	check_pairs("a<<\n\n", "",
	    "Invalid format 'a<<'. Name must not be empty and delimiter must not be empty");
	check_pairs("a<<EOF\nx\n", "", "Invalid value. Matching delimiter not found 'EOF'");
	check_pairs("a<<EOF", "", "Invalid value. Matching delimiter not found 'EOF'");
	check_pairs("a<<EOF\nx", "", "Invalid value. EOF marker missing new line.");
	check_pairs("\r\n", "", "Invalid format '\r'");
}

TEST(command_file_reads_paths)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str *paths;
	size_t n;

	command_file_paths(arena, WF_S("\xEF\xBB\xBF/a b\r\n\n/c\r/d\n  "), &paths, &n);
	CHECK_INT(n, 4);
	CHECK_STR(paths[0], "/a b");
	CHECK_STR(paths[1], "/c");
	CHECK_STR(paths[2], "/d");
	CHECK_STR(paths[3], "  ");
	command_file_paths(arena, WF_S(""), &paths, &n);
	CHECK_INT(n, 0);
}
