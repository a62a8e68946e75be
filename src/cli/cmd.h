/* SPDX-License-Identifier: MIT */
/* cmd.h - the commands of the program, as one table. The first is the default. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "cli/opt.h"
#include "expr/expr.h"

#include <stddef.h>

/* What a command works with. */
struct cmd {
	const struct args *args;
	struct wf_arena *arena; /* lives until the program ends */
	struct wf_diags *diags; /* shown on stderr when the command has returned */
};

/* A command prints its answer on stdout and returns the exit status, or CMD_FAILED with *err. */
#define CMD_FAILED (-1)
typedef int cmd_fn(struct cmd *cmd, struct wf_error *err);

enum {
	IN_RUN = 1 << 0,
	IN_PLAN = 1 << 1,
	IN_WHY = 1 << 2,
	IN_LIST = 1 << 3,
	IN_CHECK = 1 << 4,
	IN_PARSE = 1 << 5,
	IN_EVAL = 1 << 6,
	IN_EVENT = 1 << 7,
	IN_MATCH = 1 << 8,
	IN_HELP = 1 << 9,
	IN_COMPLETION = 1 << 10,
	IN_FETCH = 1 << 11,
	IN_IMAGE = 1 << 12,
	IN_ALL = ~0,
};

struct cmd_def {
	const char *name;
	const char *words; /* what it takes beside options, for the usage line */
	const char *summary; /* one line */
	unsigned bit; /* the IN_* above */
	size_t min_words, max_words;
	cmd_fn *run;
};

const struct cmd_def *cmd_table(size_t *n);
/* The command of this name, or NULL. */
const struct cmd_def *cmd_find(const char *name);
/* The names of all commands, for "did you mean". */
struct wf_str *cmd_names(struct wf_arena *arena, size_t *n);

/* Writes lines to stdout, fit for a terminal: names come out of foreign files. */
void cmd_print(const struct wf_buf *text);
/* The same, with lines broken that are wider than the terminal. */
void cmd_print_wrapped(const struct wf_buf *text);
/* Writes a value to stdout as JSON, one line an element. */
void cmd_print_json(struct expr_value value);

cmd_fn cmd_fetch, cmd_run, cmd_plan, cmd_why, cmd_list, cmd_check, cmd_parse, cmd_eval, cmd_event,
    cmd_match, cmd_image;
