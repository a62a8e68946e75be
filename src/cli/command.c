/* SPDX-License-Identifier: MIT */
/* command.c - the table of commands, and the two commands that are about the table itself. */
#include "cli/command.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int
cmd_help(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	const char *name = cmd->args->words.n > 0 ? cmd->args->words.items[0] : NULL;
	const struct command *about = NULL;

	if (name && !(about = command_find(name))) {
		wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "there is no command '%s'", name);
		wf_hint(err, "'wfrun help' lists them");
		return CMD_FAILED;
	}
	opt_help(&out, about);
	fwrite(out.p, 1, out.n, stdout);
	return 0;
}

static int
cmd_completion(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	(void)cmd;
	(void)err;
	opt_completion(&out);
	fwrite(out.p, 1, out.n, stdout);
	return 0;
}

static const struct command commands[] = {
	{ "run", "[WORKFLOW...]", "run what the event wakes, and the chain that follows", IN_RUN, 0,
	    SIZE_MAX, cmd_run },
	{ "plan", "[WORKFLOW...]", "the same without running: workflows, jobs, what waits for what",
	    IN_PLAN, 0, SIZE_MAX, cmd_plan },
	{ "why", "[WORKFLOW...]", "every workflow: runs or not, and the line that decided", IN_WHY,
	    0, SIZE_MAX, cmd_why },
	{ "list", "[WORKFLOW...]", "workflows and what they listen to", IN_LIST, 0, SIZE_MAX,
	    cmd_list },
	{ "help", "[COMMAND]", "this help, or that of a command", IN_HELP, 0, 1, cmd_help },
	{ "completion", "", "a script for bash that completes commands and options", IN_COMPLETION,
	    0, 0, cmd_completion },
};

const struct command *
command_table(size_t *n)
{
	*n = WF_COUNT(commands);
	return commands;
}

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < WF_COUNT(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

struct wf_str *
command_names(struct wf_arena *arena, size_t *n)
{
	struct wf_str *names = wf_new_array(arena, WF_COUNT(commands), struct wf_str);

	for (size_t i = 0; i < WF_COUNT(commands); i++)
		names[i] = wf_str(commands[i].name);
	*n = WF_COUNT(commands);
	return names;
}
