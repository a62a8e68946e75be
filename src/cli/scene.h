/* SPDX-License-Identifier: MIT */
/* scene.h - what a command looks at: the repository, its workflows, and the event.
 *
 * Opened step by step, since not every command needs all of it. What it reads lives in the arena of
 * the command; scene_close() fits at any point, also after a failure. */
#pragma once

#include "base/error.h"
#include "cli/cmd.h"
#include "cli/config.h"
#include "event/event.h"
#include "event/repo.h"
#include "event/trigger.h"
#include "expr/expr.h"
#include "plan/select.h"
#include "runner/load.h"

#include <stdbool.h>
#include <stddef.h>

struct scene {
	struct cmd *cmd;
	struct repo *repo;
	struct repo_facts facts;
	struct load load; /* which files are read */
	struct load_files files; /* those of the event */
	struct load_files followers; /* those that a workflow_run can wake, once asked for */
	bool followers_read;
	const struct session_workflow *workflows; /* of `files` those that were named, or all */
	size_t n;
	struct config config;
	struct event_args event_args;
	struct event event;
	bool assumed; /* no event was given: push */
	struct select *select; /* --job, --matrix, --step; NULL: everything */
};

/* The repository of the current folder and its facts. */
bool scene_open(struct scene *scene, struct cmd *cmd, struct wf_error *err);
void scene_close(struct scene *scene);
/* The workflows that GitHub reads for the event; before there is one, those of what is checked out.
 * Problems of those that are named, or of all, go to the diags of the command. */
bool scene_load(struct scene *scene, struct wf_error *err);
/* Inputs, secrets, variables, what is selected, and what the options say of the event. A workflow
 * that is named without an event is WF_ERR_USAGE that lists what it listens to. */
bool scene_settings(struct scene *scene, struct wf_error *err);
/* The event itself. */
bool scene_event(struct scene *scene, struct wf_error *err);
/* The workflows that a workflow_run can wake. */
const struct load_files *scene_followers(struct scene *scene);

/* The status of a command that has shown its workflows: 3 when a file is invalid. */
int scene_status(const struct scene *scene);
/* The line above an answer: which event, which ref, what is assumed. */
void scene_print_event(const struct scene *scene, struct wf_buf *out);
/* Writes {"event": ..., "workflows": WORKFLOWS} to stdout. */
void scene_print_json(const struct scene *scene, struct expr_array *workflows);
