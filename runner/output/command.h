/* SPDX-License-Identifier: MIT */
/* command.h - what a step says to the runner: `::command::` lines and the GITHUB_* files.
 *
 * Parsing only; the effects are the step's. Rules: semantics.md 6.5, 6.6. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum command_kind {
	COMMAND_NONE, /* a plain line */
	COMMAND_DEBUG,
	COMMAND_NOTICE,
	COMMAND_WARNING,
	COMMAND_ERROR,
	COMMAND_GROUP,
	COMMAND_ENDGROUP,
	COMMAND_ADD_MASK,
	COMMAND_ADD_MATCHER,
	COMMAND_REMOVE_MATCHER,
	COMMAND_ECHO,
	COMMAND_STOP_COMMANDS,
	COMMAND_RESUME, /* the ::token:: that ends stop-commands */
	COMMAND_SET_OUTPUT,
	COMMAND_SAVE_STATE,
	COMMAND_SET_ENV,
	COMMAND_ADD_PATH,
	COMMAND_SET_REPO_PATH,
};

/* Where an annotation points; empty and 0: not given. Already normalised (6.6, table row). */
struct command_place {
	struct wf_str file, title;
	unsigned line, end_line, col, end_col;
};

struct command {
	enum command_kind kind;
	struct wf_str data; /* unescaped */
	struct wf_str name; /* the property name=, unescaped: set-output, save-state, set-env */
	struct wf_str owner; /* the property owner= */
	struct command_place place; /* notice, warning, error */
};

/* The state of one step's stream; zeroed at its start. */
struct command_reader {
	struct wf_str stop_token; /* not empty: commands are stopped until ::token:: */
	bool echo;
	bool allow_unsecure; /* ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS=true */
};

/* Takes one line apart. COMMAND_NONE for plain text and while stopped. A stop-commands with a token
 * that is not allowed sets *err and leaves the reader as it was (the step fails by it). Text lives
 * in the arena. */
struct command command_take(struct command_reader *reader, struct wf_arena *arena,
    struct wf_str line, struct wf_error *err, bool *failed);

struct command_pair {
	struct wf_str name, value;
};

/* Reads the text of GITHUB_ENV, GITHUB_OUTPUT or GITHUB_STATE. Pairs before a bad line are still
 * handed out; false and *err in GitHub's wording for the bad line. */
bool command_file_pairs(struct wf_arena *arena, struct wf_str text, struct command_pair **pairs,
    size_t *n, struct wf_error *err);
/* Reads GITHUB_PATH: its non-blank lines in order. */
void command_file_paths(struct wf_arena *arena, struct wf_str text, struct wf_str **paths,
    size_t *n);
