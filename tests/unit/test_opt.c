/* SPDX-License-Identifier: MIT */
/* test_opt.c - the option table: reading argv, and agreement with help, completion and manual. */
#include "test.h"

#include <stdlib.h>

#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/opt.h"
#include "cli/style.h"

#define MAX_ARGV 16

struct fixture {
	struct wf_arena *arena;
	struct args args;
	struct wf_error err;
};

static void
release(struct fixture *f)
{
	wf_arena_free(f->arena);
}

/* Reads a line of words that single spaces separate, `wfrun` left out. */
static bool
parse(struct fixture *f, const char *line)
{
	struct wf_str rest = wf_str(line);
	char program[] = "wfrun", *argv[MAX_ARGV] = { program };
	int argc = 1;

	f->arena = wf_arena_new();
	f->err = (struct wf_error){ 0 };
	while (rest.n > 0 && argc < MAX_ARGV - 1)
		argv[argc++] = wf_cstr(f->arena, wf_str_cut(&rest, ' '));
	return opt_parse(f->arena, argc, argv, &f->args, &f->err);
}

TEST(opt_without_a_command_is_run)
{
	wf_auto(release) struct fixture f;

	CHECK(parse(&f, "ci.yml --event tag=v1.2.3"));
	CHECK_STR(wf_str(f.args.command->name), "run");
	CHECK(f.args.assumed);
	CHECK_INT(f.args.words.n, 1);
	CHECK_STR(wf_str(f.args.words.items[0]), "ci.yml");
	CHECK_STR(wf_str(f.args.event), "tag=v1.2.3");
}

TEST(opt_takes_options_before_and_after_the_command)
{
	wf_auto(release) struct fixture f;

	CHECK(parse(&f, "-C here list --json ci.yml -C there"));
	CHECK_STR(wf_str(f.args.command->name), "list");
	CHECK(!f.args.assumed && f.args.json);
	CHECK_INT(f.args.dirs.n, 2);
	CHECK_STR(wf_str(f.args.dirs.items[1]), "there");
	CHECK(!f.args.dirs.items[2]);
	CHECK_INT(f.args.words.n, 1);
}

TEST(opt_names_a_command_only_with_the_first_word)
{
	wf_auto(release) struct fixture f;

	CHECK(parse(&f, "run list"));
	CHECK_STR(wf_str(f.args.command->name), "run");
	CHECK_STR(wf_str(f.args.words.items[0]), "list");
}

TEST(opt_ends_at_two_dashes)
{
	wf_auto(release) struct fixture f;

	CHECK(parse(&f, "-q -- list --json"));
	CHECK_STR(wf_str(f.args.command->name), "run");
	CHECK(f.args.quiet && !f.args.json);
	CHECK_INT(f.args.words.n, 2);
	CHECK_STR(wf_str(f.args.words.items[1]), "--json");
}

TEST(opt_reads_every_spelling_of_an_argument)
{
	static const char *const lines[] = { "-j4", "-j 4", "--jobs=4", "--jobs 4", "-qvj4",
		"-qj 4 -v" };

	for (size_t i = 0; i < WF_COUNT(lines); i++) {
		wf_auto(release) struct fixture f;

		CHECK(parse(&f, lines[i]));
		CHECK_INT(f.args.jobs, 4);
		CHECK(f.args.quiet == (i >= 4) && f.args.verbose == (i >= 4));
	}
}

TEST(opt_keeps_equals_signs_and_empty_values)
{
	wf_auto(release) struct fixture f;

	CHECK(parse(&f, "--secret=A=b=c --secret B= --event="));
	CHECK_STR(wf_str(f.args.secrets.items[0]), "A=b=c");
	CHECK_STR(wf_str(f.args.secrets.items[1]), "B=");
	CHECK_STR(wf_str(f.args.event), "");
}

TEST(opt_gives_many_words_to_one_option)
{
	wf_auto(release) struct fixture f;

	CHECK(parse(&f, "match -p a !b -p c -- d -p"));
	CHECK_INT(f.args.patterns.n, 3);
	CHECK_STR(wf_str(f.args.patterns.items[1]), "!b");
	CHECK_STR(wf_str(f.args.patterns.items[2]), "c");
	CHECK_INT(f.args.words.n, 2);
	CHECK_STR(wf_str(f.args.words.items[1]), "-p");
}

TEST(opt_choices_are_numbers_of_their_table)
{
	wf_auto(release) struct fixture f;

	CHECK(parse(&f, "--box host --color=never"));
	CHECK_INT(f.args.box, 1);
	CHECK_INT(f.args.color, STYLE_NEVER);
}

TEST(opt_says_what_is_wrong)
{
	static const struct {
		const char *line, *msg, *hint;
	} rows[] = {
		{ "--evnt push", "unknown option '--evnt'", "did you mean '--event'?" },
		{ "--qqqqqqqq", "unknown option '--qqqqqqqq'", "" },
		{ "-x", "unknown option '-x'", "" },
		{ "-qx", "unknown option '-x'", "" },
		{ "--event", "option '--event' wants SPEC", "" },
		{ "-C", "option '-C' wants DIR", "" },
		{ "-qj", "option '--jobs' wants N", "" },
		{ "--json=yes", "option '--json' takes no value", "" },
		{ "-j 0", "option '--jobs' takes a number from 1 to 1024, not '0'", "" },
		{ "-j 1x", "option '--jobs' takes a number from 1 to 1024, not '1x'", "" },
		{ "-j 99999999999999999999",
		    "option '--jobs' takes a number from 1 to 1024, not '99999999999999999999'",
		    "" },
		{ "--box cloud", "option '--box' takes sandbox|host|docker|podman, not 'cloud'",
		    "" },
		{ "list --strict", "option '--strict' is not for 'wfrun list'",
		    "'wfrun help list' lists its options" },
		{ "--strict list", "option '--strict' is not for 'wfrun list'",
		    "'wfrun help list' lists its options" },
		{ "help run plan", "too many arguments for 'wfrun help'",
		    "usage: wfrun help [COMMAND]" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(release) struct fixture f;

		CHECK(!parse(&f, rows[i].line));
		CHECK_INT(f.err.kind, WF_ERR_USAGE);
		CHECK_STR(wf_str(f.err.msg), rows[i].msg);
		CHECK_STR(wf_str(f.err.hint), rows[i].hint);
	}
}

TEST(opt_help_fits_every_command)
{
	wf_auto(release) struct fixture f;

	CHECK(parse(&f, "list --strict --help"));
	CHECK(f.args.help);
	CHECK_STR(wf_str(f.args.command->name), "list");
}

TEST(opt_help_lists_what_the_command_takes_and_nothing_else)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	opt_help(&out, cmd_find("list"));
	CHECK(wf_str_starts(wf_buf_str(&out), WF_S("usage: wfrun list [WORKFLOW...]")));
	CHECK(wf_str_find(wf_buf_str(&out), WF_S("\n  -C DIR ")) > 0);
	CHECK(wf_str_find(wf_buf_str(&out), WF_S("--json ")) > 0);
	CHECK(wf_str_find(wf_buf_str(&out), WF_S("--strict")) < 0);
}

TEST(opt_help_lines_fit_a_terminal)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	const struct cmd_def *commands;
	struct wf_str rest;
	size_t n;

	commands = cmd_table(&n);
	opt_help(&out, NULL);
	for (size_t i = 0; i < n; i++)
		opt_help(&out, &commands[i]);
	rest = wf_buf_str(&out);
	while (rest.p)
		CHECK(wf_str_cut(&rest, '\n').n <= 80);
}

TEST(opt_letters_and_names_are_unique)
{
	const struct opt *options;
	size_t n;

	options = opt_table(&n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++) {
			CHECK(!options[i].letter || options[i].letter != options[k].letter);
			CHECK(!options[i].name || !options[k].name ||
			      strcmp(options[i].name, options[k].name) != 0);
		}
}

/* ---- the manual ---- */

static struct wf_str
manual(struct wf_arena *arena)
{
	const char *root = getenv("SOURCE_ROOT");
	struct wf_str text = { NULL, 0 };
	struct wf_error err;

	CHECK(root && wf_read_file(arena, wf_join(arena, root, "doc/wfrun.1"), 0, &text, &err));
	return text;
}

static size_t
count_lines(struct wf_str text, struct wf_str line)
{
	size_t n = 0;

	while (text.p)
		n += wf_str_eq(wf_str_cut(&text, '\n'), line);
	return n;
}

TEST(opt_table_is_what_the_manual_says)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str text = manual(arena), rest = text;
	const struct opt *options;
	size_t n, items = 0;

	options = opt_table(&n);
	for (size_t i = 0; i < n; i++) {
		struct wf_buf line = WF_BUF_INIT;

		wf_buf_adds(&line, ".It");
		if (options[i].letter)
			wf_buf_addf(&line, " Fl %c%s", options[i].letter,
			    options[i].name ? " ," : "");
		if (options[i].name)
			wf_buf_addf(&line, " Fl -%s", options[i].name);
		if (options[i].arg)
			wf_buf_addf(&line, " Ar %s", options[i].arg);
		if (count_lines(text, wf_buf_str(&line)) != 1)
			print_error("the manual lacks: %s\n", line.p);
		CHECK(count_lines(text, wf_buf_take(&line, arena)) == 1);
	}
	while (rest.p)
		items += wf_str_starts(wf_str_cut(&rest, '\n'), WF_S(".It Fl "));
	CHECK_INT(items, n);
}

TEST(opt_commands_are_what_the_manual_says)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str text = manual(arena), rest = text;
	const struct cmd_def *commands;
	size_t n, items = 0;

	commands = cmd_table(&n);
	for (size_t i = 0; i < n; i++) {
		struct wf_str words = wf_str(commands[i].words);
		struct wf_str line = wf_strf(arena, ".It Cm %s%s%.*s", commands[i].name,
		    words.n > 0 ? " Ar " : "", WF_ARG(words));

		if (count_lines(text, line) != 1)
			print_error("the manual lacks: %s\n", line.p);
		CHECK(count_lines(text, line) == 1);
	}
	while (rest.p)
		items += wf_str_starts(wf_str_cut(&rest, '\n'), WF_S(".It Cm "));
	CHECK_INT(items, n);
}

TEST(opt_completion_has_every_command_and_option)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_buf script = WF_BUF_INIT;
	const struct cmd_def *commands;
	const struct opt *options;
	struct wf_str text;
	size_t n;

	opt_completion(&script);
	text = wf_buf_take(&script, arena);
	options = opt_table(&n);
	for (size_t i = 0; i < n; i++)
		if (options[i].name)
			CHECK(wf_str_find(text, wf_strf(arena, "--%s ", options[i].name)) > 0);
	commands = cmd_table(&n);
	for (size_t i = 0; i < n; i++)
		CHECK(wf_str_find(text, wf_strf(arena, "\t%s) words=", commands[i].name)) > 0);
}
