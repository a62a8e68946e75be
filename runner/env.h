/* SPDX-License-Identifier: MIT */
/* env.h - the environment layers of a job, and the environment of one process (semantics.md 6.3).
 *
 * `struct env` is what lives as long as the job: workflow and job env, what GITHUB_ENV and
 * GITHUB_PATH added. A process gets it with its step's own layers over it, and the exports of the
 * github and runner contexts over all. */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "expr/expr.h"
#include "runner/box/box.h"

#include <stdbool.h>
#include <stddef.h>

struct env {
	struct wf_arena *arena; /* the job's */
	const char *const *base; /* of the machine, NULL-ended "NAME=value"; lowest */
	struct expr_object *values; /* the env context without step layers; exact names */
	struct wf_str *paths; /* GITHUB_PATH, oldest first; NULL where one was added again */
	struct wf_map path_places; /* each path's place in them, counted from 1 */
	size_t npaths, paths_cap;
	struct wf_str first_path; /* folder before all of them (--stubs), or empty */
};

/* The environment of the machine that a job in such a box sees: everything for the host, PATH and
 * the names that every login has for the others. */
const char *const *env_base(struct wf_arena *arena, enum box_kind kind,
    const struct box_layout *layout);

/* Sets one variable for all later steps. */
void env_set(struct env *env, struct wf_str name, struct wf_str value);
/* Puts a folder before PATH for all later steps; one that is there already becomes the newest. */
void env_add_path(struct env *env, struct wf_str path);

/* Makes the changes that `from` has gathered: its values, then its folders, oldest first. */
void env_merge(struct env *into, const struct env *from);

/* What one process gets beyond the job's environment. */
struct env_layers {
	const struct expr_object *context; /* the env context of the step, all layers merged */
	const struct expr_object *inputs; /* INPUT_*, or NULL */
	const struct expr_object *state; /* STATE_*, or NULL */
	const struct expr_object *github, *runner; /* exported as GITHUB_*, RUNNER_* */
	const struct expr_object *service; /* ACTIONS_*, over all; or NULL */
};

/* The complete, NULL-ended environment of a process, in the arena. */
const char *const *env_process(struct wf_arena *arena, const struct env *env,
    const struct env_layers *layers);

/* PATH as a process of these layers sees it. */
struct wf_str env_path(struct wf_arena *arena, const struct env *env,
    const struct expr_object *context);
