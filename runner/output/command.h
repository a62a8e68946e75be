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

/* Where an annotation points; empty and 0: not given. Already normalised (6.6, table row), but for
 * the file, which is as the step wrote it: see command_relative(). */
struct command_place {
	struct wf_str file, title;
	unsigned line, end_line, col, end_col;
};

struct command {
	enum command_kind kind;
	struct wf_str line; /* as printed; set by the caller that wants it */
	struct wf_str data; /* unescaped */
	struct wf_str name; /* the property name=, unescaped: set-output, save-state, set-env */
	struct wf_str owner; /* the property owner= */
	struct command_place place; /* notice, warning, error */
};

/* The state of one step's stream; zeroed at its start, released at its end. */
struct command_reader {
	bool stopped; /* commands are plain text until ::stop_token:: */
	struct wf_buf stop_token;
	bool echo; /* ::echo::on, or step debugging: the caller shows the line of a command, too */
	bool allow_unsecure; /* ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS=true */
	bool internal; /* internal-set-repo-path is a command: built-in checkout only */
};

void command_reader_release(struct command_reader *reader);

/* Takes one line apart. COMMAND_NONE for plain text and while stopped. Stopping, resuming and echo
 * are applied to the reader here. A command that GitHub refuses for what it says (a stop token that
 * is not allowed, an echo that is neither on nor off, an output without name) sets *failed and *err
 * and changes nothing: the step shows the error and fails. Text lives in the arena or in line. */
struct command command_take(struct command_reader *reader, struct wf_arena *arena,
    struct wf_str line, struct wf_error *err, bool *failed);

/* The word between the colons: "set-output". NULL for COMMAND_NONE and COMMAND_RESUME. */
const char *command_name(enum command_kind kind);
/* Whether an echoed line of this command is left out, since it shows itself or must not be shown.
 */
bool command_omits_echo(enum command_kind kind);

/* file as an annotation names it: relative to the workspace when it is below it. */
struct wf_str command_relative(struct wf_str file, struct wf_str workspace);

struct command_pair {
	struct wf_str name, value;
};

/* Reads the text of GITHUB_ENV, GITHUB_OUTPUT or GITHUB_STATE. Pairs before a bad line are still
 * handed out; false and *err in GitHub's wording for the bad line. */
bool command_file_pairs(struct wf_arena *arena, struct wf_str text, struct command_pair **pairs,
    size_t *n, struct wf_error *err);
/* Reads GITHUB_PATH: its lines in order, without empty ones. */
void command_file_paths(struct wf_arena *arena, struct wf_str text, struct wf_str **paths,
    size_t *n);
