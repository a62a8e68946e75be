/* SPDX-License-Identifier: MIT */
/* docker_action.h - container actions (semantics.md 8.6): `docker://` steps, and actions whose
 * manifest says `using: docker`.
 *
 * docker_run_read() says what is to run, in words that fit every kind of box; docker_action_start()
 * runs it in a sandbox, on an image of the store. All memory is the job's arena, or the step's. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "expr/expr.h"
#include "model/action.h"
#include "runner/box/box.h"
#include "runner/image/manifest.h"

#include <stdbool.h>
#include <stddef.h>

struct session;
struct step;

#define DOCKER_WORKSPACE "/github/workspace"
#define DOCKER_MOUNTS 5

/* One `docker run`. */
struct docker_run {
	struct wf_str image; /* its name, without docker:// */
	const char *entrypoint; /* in place of the image's; NULL: the image's */
	const char *const *args; /* NULL-ended; none: the image's, unless there is an entrypoint */
	struct expr_object *env; /* the step's, over that of the manifest */
	/* host: as the job sees it; those that are not there are to be made. Those listed first
	 * count first where a path of the job lies in more than one of them. */
	struct box_mount mounts[DOCKER_MOUNTS];
};

/* What a stage of a container action runs. step->action is the action, inputs are the values of its
 * inputs. The args and env of a manifest are evaluated, and see `inputs` alone (7.2). */
bool docker_run_read(struct step *step, const struct expr_object *inputs, struct docker_run *out,
    struct wf_error *err);
/* The program and its arguments, by the run and the image. NULL-ended; empty when neither says. */
const char *const *docker_run_argv(struct wf_arena *arena, const struct docker_run *run,
    const struct image_config *config);
/* Takes `with.args` apart as GitHub's runner does: blanks part words, double quotes group, a
 * backslash before one makes it a letter. NULL-ended. */
const char *const *docker_words(struct wf_arena *arena, struct wf_str text);
/* A path of the job as the container sees it, when it lies in what is mounted there; else the text
 * as it is. */
struct wf_str docker_path(struct wf_arena *arena, const struct docker_run *run, struct wf_str text);

/* The other way round: a path that a container says, as the job sees it. */
struct wf_str docker_path_back(struct wf_arena *arena, const struct box_guest *guest,
    struct wf_str text);

/* Runs a stage in the step's box; its end settles the step. Pulls the image when it is not stored.
 */
bool docker_action_start(struct step *step, const struct expr_object *inputs, struct wf_error *err);
/* What is wrong with the image of a container action before anything starts: an image that is to be
 * built, a box without images, with --offline one that is not stored. Errors are at pos. */
bool docker_action_check(struct session *session, struct wf_str image, struct wf_pos pos,
    struct wf_error *err);
/* The name of the image of an action, without docker://; empty: it is to be built. */
struct wf_str docker_image(struct wf_str image);
