/* SPDX-License-Identifier: MIT */
/* job_engine.h - the containers of a job in an engine: the one that is its box, and its services
 * (semantics.md 8.1 to 8.5). */
#pragma once

#include "base/error.h"
#include "runner/box/box.h"

#include <stdbool.h>

struct job;
struct session;

/* Evaluates what the job's containers are; job->engine, or NULL when it has nothing to do with an
 * engine. WF_ERR_MISSING when no image is named for a job without `container:`. */
bool job_engine_read(struct job *job, struct wf_error *err);
/* Sees to it that the image of the box is there; on_ready comes when it is, or cannot be. */
bool job_engine_get(struct job *job, void (*on_ready)(struct job *job, const struct wf_error *err),
    struct wf_error *err);
/* What the box needs beyond what all boxes do. */
void job_engine_use(struct job *job, struct box_spec *spec);
/* The program that runs node actions, as container_node(). */
const char *job_engine_node(const struct job *job);
/* The lowest layer of the environment: the image's, and container.env. NULL-ended. */
const char *const *job_engine_env(struct job *job);
/* The box is ready: what only the engine knew goes into the contexts of the job. */
void job_engine_ready(struct job *job);
/* The job is cancelled while it waits for an image, or for its containers: it waits no more. */
void job_engine_cancel(struct job *job);

/* Whether boxes of this kind are containers of an engine. */
bool job_engine_kind(enum box_kind kind);
