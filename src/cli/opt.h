/* SPDX-License-Identifier: MIT */
/* opt.h - the command line: one table of options and one of commands.
 *
 * The tables parse the arguments, print the help and feed the completion; doc/wfrun.1 is compared
 * with them by a test. Everything that is read from argv is in `struct args`; its texts are those
 * of argv. Options may stand before and after the command's word; `--` ends them. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts in the order they were given; items is NULL when there are none, else NULL-ended. */
struct opt_list {
	const char **items;
	size_t n, cap;
};

enum opt_network { OPT_NETWORK_HOST, OPT_NETWORK_NONE };

struct cmd_def;

struct args {
	const struct cmd_def *command; /* never NULL after opt_parse() */
	bool assumed; /* no command was named: it is the first of the table */
	struct opt_list words; /* what is neither option nor command */

	bool help, version;
	struct opt_list dirs; /* -C, each relative to the one before */
	unsigned color; /* enum style_when */
	bool json, quiet, verbose;

	const char *event, *payload; /* what happened */
	const char *before, *sha, *base, *ref, *actor;
	struct opt_list changed;
	struct opt_list paths; /* of `why` */
	unsigned graph; /* enum graph_form, of `plan` */
	bool schedule; /* of `list` */
	const char *week;
	bool committed;

	struct opt_list inputs, secrets, vars, env; /* NAME=VALUE */
	struct opt_list input_files, secret_files, var_files, env_files;
	struct opt_list environments; /* NAME:secret.KEY=VALUE, NAME:var.KEY=VALUE */

	unsigned box; /* enum box_kind */
	struct opt_list images; /* [LABEL=]IMAGE */
	unsigned network; /* enum opt_network */
	uint64_t memory, pids, millicpus; /* of a box; 0: not given */
	unsigned jobs; /* 0: not given */
	const char *stubs;
	struct opt_list action_sources;
	bool offline, update;
	unsigned builtin; /* enum actions_builtin */
	bool no_chain, strict;
	unsigned chain_from; /* enum session_chain_from */
	unsigned workflows_from; /* enum session_workflows_from */
	struct opt_list only_jobs, matrix, steps; /* what is selected */

	const char *name; /* of an image */
	struct opt_list insecure; /* registries without TLS */

	struct opt_list patterns; /* match */
	const char *context; /* eval */
	bool source; /* parse */
	bool sarif, explain; /* check */
	const char *permissions_policy;
	struct opt_list limits, features, local_repositories;
};

/* Reads argv (argv[0] is the program). Mistakes are WF_ERR_USAGE with the nearest known name. */
bool opt_parse(struct wf_arena *arena, int argc, char **argv, struct args *out,
    struct wf_error *err);

/* The help of one command, or of the program for NULL. */
void opt_help(struct wf_buf *out, const struct cmd_def *command);
/* A bash script that completes commands and options. */
void opt_completion(struct wf_buf *out);

/* ---- the tables, for those who compare them with the manual ---- */

/* One option as it stands in argv. */
struct opt_use {
	struct wf_arena *arena;
	const struct opt *opt;
	void *field; /* in struct args */
	const char *text; /* its argument, NULL for a flag */
};

struct opt {
	char letter; /* 0: none */
	const char *name; /* without the dashes; NULL: the letter only */
	const char *arg; /* what it takes, "DIR"; NULL: a flag; "X...": all words up to an option */
	const char *help;
	unsigned commands; /* bits of the commands that take it */
	bool (*set)(const struct opt_use *use, struct wf_error *err);
	size_t field; /* offset in struct args */
	const char *const *choices; /* NULL-ended */
};

const struct opt *opt_table(size_t *n);
