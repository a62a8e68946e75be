/* SPDX-License-Identifier: MIT */
/* container.h - `container:` of a job in a sandbox (semantics.md 8.1 to 8.4): the image that its
 * box shows, and what GitHub's runner adds to it. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "expr/expr.h"
#include "runner/box/box.h"
#include "runner/image/manifest.h"
#include "runner/stock.h"

#include <stdbool.h>

struct job;
struct job_def;
struct session;

struct container {
	struct job *job;
	struct wf_pos pos; /* of the image's name */
	struct stock_wait wait;
	struct image_config config;
	struct box_image image;
	struct expr_object *env; /* of container.env, and of --env among its options */
	struct wf_str user; /* --user among its options, or empty */
	struct box_mount *mounts; /* of volumes, and of --volume among its options */
	size_t nmounts, mounts_cap;
	bool has_node; /* the machine's is shown in it */
	void (*on_ready)(struct job *job, const struct wf_error *err);
};

/* Evaluates the job's container: job->container, or NULL when it has none (an empty image is none).
 * What cannot be done in a sandbox is reported as a difference. */
bool container_read(struct job *job, struct wf_error *err);
/* The same for boxes of an engine, where the engine has the images: evaluates a key that may see
 * what a container's keys see; the place of the image's name in it; a container of which only
 * config.env, env and the mounts of GitHub's runner are used. */
bool container_evaluate(struct job *job, const struct expr_token *token, struct expr_value *out,
    struct wf_error *err);
struct wf_pos container_image_pos(const struct expr_token *token);
struct container *container_new(struct job *job, struct wf_pos pos);
/* Shows the machine's node in it, whatever the image is. */
void container_add_node(struct container *container);
/* Adds its mounts to those of the spec. */
void container_add_mounts(struct container *container, struct box_spec *spec);
/* Whether the image is in the store; else on_ready comes when it is, or cannot be. Call
 * container_use() then. */
bool container_get(struct job *job, void (*on_ready)(struct job *job, const struct wf_error *err),
    bool *stored, struct wf_error *err);
/* Reads the image's configuration, and puts what the box needs into its spec. */
bool container_use(struct job *job, struct box_spec *spec, struct wf_error *err);
/* The lowest layer of the environment: the image's, container.env, HOME. NULL-ended. */
const char *const *container_env(const struct container *container, const char *home);

/* job.container (3.2): its id, and the network, which is the machine's. */
struct expr_value container_context(const struct container *container);
/* The program that runs node actions: the machine's own, shown in the container where GitHub's
 * runner has its node, if the image has what it needs to start; else the one in PATH. container may
 * be NULL. */
const char *container_node(const struct container *container);

/* The images of the session; opened when first asked for. NULL and *err when there can be none. */
struct stock *container_stock(struct session *session, struct wf_error *err);
/* What is wrong with a container before anything starts: with --offline an image that is not stored
 * (WF_ERR_MISSING at its place). */
bool container_check(struct session *session, const struct job_def *def, struct wf_error *err);
