/* SPDX-License-Identifier: MIT */
/* cmd.c - the table of commands, and the two commands that are about the table itself. */
#include "cli/cmd.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cli/visible.h"
#include "cli/wrap.h"

void
cmd_print(const struct wf_buf *text)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct wf_str rest = wf_buf_str(text);

	while (rest.n > 0) {
		visible_add(&out, wf_str_cut(&rest, '\n'), false);
		wf_buf_addc(&out, '\n');
	}
	if (out.n > 0)
		fwrite(out.p, 1, out.n, stdout);
}

void
cmd_print_wrapped(const struct wf_buf *text)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	wrap_add(&out, wf_buf_str(text), wrap_columns(stdout));
	cmd_print(&out);
}

void
cmd_print_json(struct expr_value value)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	expr_json_pretty(&out, value);
	wf_buf_addc(&out, '\n');
	fwrite(out.p, 1, out.n, stdout);
}

static int
cmd_help(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	const char *name = cmd->args->words.n > 0 ? cmd->args->words.items[0] : NULL;
	const struct cmd_def *about = NULL;

	if (name && !(about = cmd_find(name))) {
		wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "there is no command '%s'", name);
		wf_hint(err, "'wfrun help' lists them");
		return CMD_FAILED;
	}
	opt_help(&out, about);
	cmd_print(&out);
	return 0;
}

static int
cmd_completion(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	(void)cmd;
	(void)err;
	opt_completion(&out);
	cmd_print(&out);
	return 0;
}

static const struct cmd_def commands[] = {
	{ "run", "[WORKFLOW...]", "run what the event wakes, and the chain that follows", IN_RUN, 0,
	    SIZE_MAX, cmd_run },
	{ "plan", "[WORKFLOW...]", "the same without running: workflows, jobs, what waits for what",
	    IN_PLAN, 0, SIZE_MAX, cmd_plan },
	{ "why", "[WORKFLOW...]", "every workflow: runs or not, and the line that decided", IN_WHY,
	    0, SIZE_MAX, cmd_why },
	{ "fetch", "[WORKFLOW...]", "bring what the workflows use, and lock its commits", IN_FETCH,
	    0, SIZE_MAX, cmd_fetch },
	{ "list", "[WORKFLOW...]", "workflows and what they listen to", IN_LIST, 0, SIZE_MAX,
	    cmd_list },
	{ "check", "[FILE...]", "what is wrong with workflow files and actions", IN_CHECK, 0,
	    SIZE_MAX, cmd_check },
	{ "parse", "FILE", "a workflow as GitHub reads it, as JSON", IN_PARSE, 1, 1, cmd_parse },
	{ "eval", "EXPR", "the value of an expression", IN_EVAL, 1, 1, cmd_eval },
	{ "event", "[SPEC]", "the payload of an event, as JSON", IN_EVENT, 0, 1, cmd_event },
	{ "match", "[--] NAME...", "which names a list of patterns takes", IN_MATCH, 1, SIZE_MAX,
	    cmd_match },
	{ "image", "pull|import|list|remove [NAME...]",
	    "the images that jobs with a container run on", IN_IMAGE, 1, SIZE_MAX, cmd_image },
	{ "help", "[COMMAND]", "this help, or that of a command", IN_HELP, 0, 1, cmd_help },
	{ "completion", "", "a script for bash that completes commands and options", IN_COMPLETION,
	    0, 0, cmd_completion },
};

const struct cmd_def *
cmd_table(size_t *n)
{
	*n = WF_COUNT(commands);
	return commands;
}

const struct cmd_def *
cmd_find(const char *name)
{
	for (size_t i = 0; i < WF_COUNT(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

struct wf_str *
cmd_names(struct wf_arena *arena, size_t *n)
{
	struct wf_str *names = wf_new_array(arena, WF_COUNT(commands), struct wf_str);

	for (size_t i = 0; i < WF_COUNT(commands); i++)
		names[i] = wf_str(commands[i].name);
	*n = WF_COUNT(commands);
	return names;
}
