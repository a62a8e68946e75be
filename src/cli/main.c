/* SPDX-License-Identifier: MIT */
/* main.c - the program: reads the command line, calls one command, shows what went wrong.
 *
 * The only place that ends the process. The same executable started as the init of a box never
 * comes back from box_init_main(). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/style.h"
#include "event/repo.h"
#include "runner/box/box.h"
#include "runner/store/fetch.h"

#define MAX_SOURCE (16u << 20)

/* The text of a file, or of "REV:PATH", as errors call what they found in a commit. */
static struct wf_str
read_source(struct wf_arena *arena, const char *file)
{
	const char *colon = strchr(file, ':');
	struct wf_str text = { NULL, 0 };
	struct repo *repo = NULL;

	if (wf_read_file(arena, file, MAX_SOURCE, &text, NULL) || !colon)
		return text;
	repo = repo_open(".", NULL);
	if (repo)
		repo_blob(repo, arena,
		    wf_cstr(arena, wf_str_sub(wf_str(file), 0, (size_t)(colon - file))), colon + 1,
		    &text);
	repo_close(repo);
	return text;
}

/* An error with the line of the file that it points at, on stderr. */
static void
show(struct wf_arena *arena, const struct wf_error *err, const char *severity, bool color)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct wf_str source = { NULL, 0 };

	if (err->pos.file)
		source = read_source(arena, err->pos.file);
	wf_error_render(&out, err, severity, source, color);
	fwrite(out.p, 1, out.n, stderr);
}

static void
show_diags(struct wf_arena *arena, const struct wf_diags *diags, bool color)
{
	static const char *const severities[] = {
		[WF_DIAG_ERROR] = "error",
		[WF_DIAG_WARNING] = "warning",
		[WF_DIAG_NOTE] = "note",
	};

	for (size_t i = 0; i < diags->n; i++)
		show(arena, &diags->items[i]->error, severities[diags->items[i]->severity], color);
}

static int
perform(struct cmd *cmd, struct wf_error *err)
{
	const struct args *args = cmd->args;
	wf_auto(wf_buf_release) struct wf_buf help = WF_BUF_INIT;

	for (size_t i = 0; i < args->dirs.n; i++)
		if (chdir(args->dirs.items[i]) != 0) {
			wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "-C '%s': %s", args->dirs.items[i],
			    strerror(errno));
			return CMD_FAILED;
		}
	if (args->version) {
		printf("wfrun %s\n", WFRUN_VERSION);
		return 0;
	}
	if (!args->help)
		return args->command->run(cmd, err);
	opt_help(&help, args->assumed ? NULL : args->command);
	cmd_print(&help);
	return 0;
}

/* An error that stands for several was shown with them, one by one. */
static bool
was_shown(const struct wf_diags *diags, const struct wf_error *err)
{
	for (size_t i = 0; i < diags->n; i++)
		if (strcmp(diags->items[i]->error.msg, err->msg) == 0)
			return true;
	return false;
}

/* Shows what went wrong and gives the exit status. */
static int
conclude(const struct cmd *cmd, int status, const struct wf_error *err)
{
	bool color = style_color(cmd->args->color, stderr);

	show_diags(cmd->arena, cmd->diags, color);
	if (status != CMD_FAILED)
		return status;
	if (!was_shown(cmd->diags, err))
		show(cmd->arena, err, "error", color);
	return wf_error_status(err->kind);
}

static bool
reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

/* A reader that has seen enough, as in `wfrun | head -1`, is told nothing: the signal ends us that
 * would have come had the loop not needed it to clean up. Where it is ignored, it is an error. */
static bool
flush_output(struct wf_error *err)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	if (reader_is_gone())
		raise(SIGPIPE);
	if (errno)
		return wf_fail_sys(err, errno, "write to standard output");
	return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "the standard output could not be written");
}

/* A standard stream that was closed would give its number to the next file that is opened, which
 * libuv takes for a mistake. What is put there instead refuses to be used, as nothing would. */
static void
occupy_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int
main(int argc, char **argv)
{
	struct args args;
	struct wf_error err;
	struct wf_diags diags = { 0 };
	struct cmd cmd = { .args = &args, .diags = &diags };
	int status = CMD_FAILED;

	box_init_main(argc, argv);
	fetch_main(argc, argv);
	occupy_streams();
	diags.arena = cmd.arena = wf_arena_new();
	if (opt_parse(cmd.arena, argc, argv, &args, &err))
		status = perform(&cmd, &err);
	if (status != CMD_FAILED && !flush_output(&err))
		status = CMD_FAILED;
	status = conclude(&cmd, status, &err);
	wf_arena_free(cmd.arena);
	return status;
}
