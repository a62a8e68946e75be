/* SPDX-License-Identifier: MIT */
/* test_config.c - inputs, secrets, variables and environment: which source wins, which names are
 * refused. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "cli/config.h"

#define MAX_ARGV 16

struct fixture {
	struct wf_arena *arena;
	char root[32];
	struct config config;
	struct wf_error err;
};

static void
setup(struct fixture *f)
{
	*f = (struct fixture){ .arena = wf_arena_new(), .root = "/tmp/wfrun-config-XXXXXX" };
	CHECK(mkdtemp(f->root) != NULL);
}

static void
release(struct fixture *f)
{
	wf_remove_tree(f->root, NULL);
	wf_arena_free(f->arena);
}

static const char *
put(struct fixture *f, const char *name, const char *text)
{
	const char *path = wf_join(f->arena, f->root, name);

	CHECK(wf_write_file(path, wf_str(text), 0600, &f->err));
	return path;
}

/* Reads the configuration that the words of a command line give; single spaces separate them. */
static bool
configure(struct fixture *f, const char *line)
{
	struct wf_str rest = wf_str(line);
	char program[] = "wfrun", *argv[MAX_ARGV] = { program };
	struct args args;
	int argc = 1;

	while (rest.n > 0 && argc < MAX_ARGV - 1)
		argv[argc++] = wf_cstr(f->arena, wf_str_cut(&rest, ' '));
	CHECK(opt_parse(f->arena, argc, argv, &args, &f->err));
	return config_read(f->arena, &args, f->root, &f->config, &f->err);
}

static struct wf_str
text_of(const struct expr_object *object, const char *name)
{
	struct expr_value value = expr_object_get(object, wf_str(name));

	return value.kind == EXPR_STRING ? value.string : WF_S("(none)");
}

TEST(config_without_anything_is_empty)
{
	wf_auto(release) struct fixture f;

	setup(&f);
	CHECK(configure(&f, ""));
	CHECK_INT(f.config.inputs->n + f.config.secrets->n + f.config.vars->n + f.config.env->n, 0);
}

TEST(config_reads_the_files_of_the_root)
{
	wf_auto(release) struct fixture f;

	setup(&f);
	put(&f, ".input", "stack=dev\n");
	put(&f, ".secrets", "TOKEN='s'\n");
	put(&f, ".vars", "REGION=eu\n");
	put(&f, ".env", "Path=x\nPATH=y\n");
	CHECK(configure(&f, ""));
	CHECK_STR(text_of(f.config.inputs, "stack"), "dev");
	CHECK_STR(text_of(f.config.secrets, "token"), "s");
	CHECK_STR(text_of(f.config.vars, "region"), "eu");
	CHECK_STR(text_of(f.config.env, "Path"), "x");
	CHECK_STR(text_of(f.config.env, "PATH"), "y");
}

TEST(config_leaves_a_folder_of_that_name_alone)
{
	wf_auto(release) struct fixture f;

	setup(&f);
	CHECK(wf_mkdirs(wf_join(f.arena, f.root, ".env"), 0700, &f.err));
	CHECK(configure(&f, ""));
	CHECK_INT(f.config.env->n, 0);
}

TEST(config_takes_named_files_in_place_of_the_default)
{
	wf_auto(release) struct fixture f;
	const char *one, *two;

	setup(&f);
	put(&f, ".vars", "A=default\nB=default\n");
	one = put(&f, "one", "A=1\nC=1\n");
	two = put(&f, "two", "C=2\n");
	CHECK(configure(&f, wf_strf(f.arena, "--var-file %s --var-file %s", one, two).p));
	CHECK_STR(text_of(f.config.vars, "A"), "1");
	CHECK_STR(text_of(f.config.vars, "B"), "(none)");
	CHECK_STR(text_of(f.config.vars, "C"), "2");
}

TEST(config_lets_the_command_line_win)
{
	wf_auto(release) struct fixture f;

	setup(&f);
	put(&f, ".secrets", "token=file\n");
	CHECK(configure(&f, "--secret Token=a=b --input x= --env A=1 --env A=2"));
	CHECK_STR(text_of(f.config.secrets, "TOKEN"), "a=b");
	CHECK_INT(f.config.secrets->n, 1);
	CHECK_STR(text_of(f.config.inputs, "x"), "");
	CHECK_STR(text_of(f.config.env, "A"), "2");
}

TEST(config_stores_names_of_secrets_in_upper_case)
{
	wf_auto(release) struct fixture f;

	setup(&f);
	CHECK(configure(&f, "--secret my_Token=x --var region=eu --input stack=dev"));
	CHECK_STR(f.config.secrets->pairs[0].key, "MY_TOKEN");
	CHECK_STR(f.config.vars->pairs[0].key, "REGION");
	CHECK_STR(f.config.inputs->pairs[0].key, "stack");
}

TEST(config_takes_a_secret_from_the_environment)
{
	wf_auto(release) struct fixture f;

	setup(&f);
	CHECK(setenv("WFRUN_TEST_SECRET", "from outside", 1) == 0);
	CHECK(configure(&f, "--secret WFRUN_TEST_SECRET"));
	CHECK_STR(text_of(f.config.secrets, "WFRUN_TEST_SECRET"), "from outside");
	CHECK(unsetenv("WFRUN_TEST_SECRET") == 0);
	CHECK(!configure(&f, "--secret WFRUN_TEST_SECRET"));
	CHECK_INT(f.err.kind, WF_ERR_USAGE);
}

TEST(config_takes_the_token_of_the_user)
{
	wf_auto(release) struct fixture f;

	setup(&f);
	CHECK(configure(&f, "--secret GITHUB_TOKEN=t"));
	CHECK_STR(text_of(f.config.secrets, "github_token"), "t");
}

TEST(config_refuses_what_is_not_a_pair_or_not_a_name)
{
	static const char *const lines[] = { "--input x", "--input =x", "--var X", "--env X",
		"--secret =x", "--secret 1A=x", "--secret A-B=x", "--var A.B=x",
		"--secret GITHUB_X=x", "--var github_x=x" };

	for (size_t i = 0; i < WF_COUNT(lines); i++) {
		wf_auto(release) struct fixture f;

		setup(&f);
		CHECK(!configure(&f, lines[i]));
		CHECK_INT(f.err.kind, WF_ERR_USAGE);
	}
}

TEST(config_says_which_file_is_wrong)
{
	wf_auto(release) struct fixture f;
	const char *path;

	setup(&f);
	path = put(&f, ".vars", "A=b\nnonsense\n");
	CHECK(!configure(&f, ""));
	CHECK_STR(wf_str(f.err.pos.file), path);
	CHECK_INT(f.err.pos.line, 2);
	CHECK(!configure(&f, "--secret-file /nowhere/at/all"));
	CHECK_INT(f.err.kind, WF_ERR_SYS);
}

/* What an environment has of a kind: "A=1 B=2". */
static struct wf_str
environment(struct fixture *f, const char *name, bool of_secrets)
{
	struct expr_object *secrets, *vars, *object;
	struct wf_buf out = WF_BUF_INIT;

	CHECK(config_environment(f->config.environments, wf_str(name), &secrets, &vars, &f->err));
	object = of_secrets ? secrets : vars;
	for (size_t i = 0; i < object->n; i++)
		wf_buf_addf(&out, "%s%.*s=%.*s", i > 0 ? " " : "", WF_ARG(object->pairs[i].key),
		    WF_ARG(object->pairs[i].value.string));
	return wf_buf_take(&out, f->arena);
}

TEST(config_environments_come_from_options_and_files)
{
	struct fixture f;

	setup(&f);
	put(&f, ".secrets.Production", "token=file\nOTHER=kept\n");
	put(&f, ".vars.production", "PLACE=live\n");
	put(&f, ".secrets.staging.swp", "this is not understood");
	setenv("WFRUN_TEST_KEY", "from here", 1);
	CHECK(configure(&f, "--environment production:secret.Token=option --environment "
	                    "PRODUCTION:secret.WFRUN_TEST_KEY --environment staging:var.X=a=b"));
	CHECK_STR(environment(&f, "production", true),
	    "TOKEN=option WFRUN_TEST_KEY=from here OTHER=kept");
	CHECK_STR(environment(&f, "ProDuction", false), "PLACE=live");
	CHECK_STR(environment(&f, "staging", true), "");
	CHECK_STR(environment(&f, "staging", false), "X=a=b");
	CHECK_STR(environment(&f, "unheard of/../x", true), "");
	unsetenv("WFRUN_TEST_KEY");
	release(&f);
}

TEST(config_environments_that_are_wrong_are_said)
{
	static const char *const wrong[] = { "--environment production",
		"--environment :secret.A=1", "--environment p:secret.1A=1", "--environment p:var.A",
		"--environment p=x:var.A=1", "--environment p:secret.GITHUB_A=1",
		"--environment p:other.A=1" };

	for (size_t i = 0; i < WF_COUNT(wrong); i++) {
		struct fixture f;

		setup(&f);
		CHECK(!configure(&f, wrong[i]));
		CHECK_INT(f.err.kind, WF_ERR_USAGE);
		CHECK(wf_str_find(wf_str(f.err.msg), WF_S("--environment")) >= 0);
		release(&f);
	}
}

TEST(config_environment_file_that_is_wrong_is_said_with_its_line)
{
	struct expr_object *secrets, *vars;
	struct fixture f;

	setup(&f);
	put(&f, ".secrets.production", "A=1\nnonsense\n");
	CHECK(configure(&f, ""));
	CHECK(!config_environment(f.config.environments, WF_S("production"), &secrets, &vars,
	    &f.err));
	CHECK_INT(f.err.pos.line, 2);
	release(&f);
}

TEST(config_shows_no_line_of_a_file_of_secrets)
{
	wf_auto(release) struct fixture f;
	wf_auto(wf_buf_release) struct wf_buf shown = WF_BUF_INIT;
	const char *path;

	setup(&f);
	path = put(&f, ".secrets", "A=b\nhunter2\n");
	CHECK(!configure(&f, ""));
	wf_error_render(&shown, &f.err, "error", WF_S("A=b\nhunter2\n"), false);
	CHECK(wf_str_find(wf_buf_str(&shown), wf_str(path)) >= 0);
	CHECK(wf_str_find(wf_buf_str(&shown), WF_S(":2:")) >= 0);
	CHECK(wf_str_find(wf_buf_str(&shown), WF_S("hunter2")) < 0);
}
