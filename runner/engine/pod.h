/* SPDX-License-Identifier: MIT */
/* pod.h - the containers of one job in an engine, and the network that they share (semantics.md
 * 8.2): made in order, waited for, and removed together.
 *
 * pod_start() ends in one on_ready(), pod_stop() in one on_gone(); none comes from within. When
 * on_gone() has run, the engine has none of it any more, unless it could not be reached: then what
 * is left carries labels by which a later wfrun finds and removes it (sweep.h). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "runner/engine/engine.h"
#include "runner/engine/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct pod_member {
	/* set by the owner */
	const char *name; /* of the container: unique in the engine */
	struct engine_image image; /* its name, user, password */
	struct expr_object *body; /* of /containers/create; image, labels and network are added */
	const char *alias; /* of a service: its name on the network; NULL: the job's container */
	struct wf_pos pos; /* of the image's name */

	/* the pod's, valid once it is ready */
	const char *id;
	struct expr_object *ports; /* "5432" to "49153" */
};

struct pod {
	/* set by the owner */
	uv_loop_t *loop;
	struct wf_arena *arena;
	struct engine *engine;
	const char *name; /* of the network; unique in the engine */
	const char *scratch; /* the folder whose lock says that this wfrun lives */
	struct pod_member *members; /* in the order in which they start */
	size_t nmembers;
	bool networked; /* they get a network of their own */
	/* Something that a person should know: a pull, a service that does not get well. */
	void (*say)(struct pod *pod, struct wf_str line);
	void (*on_ready)(struct pod *pod, const struct wf_error *err);
	void (*on_gone)(struct pod *pod);
	void *data;

	struct engine_ask ask; /* the one thing that is under way */
	bool asking, imaging, stopping, answered;
	bool said; /* the network's name was sent to the engine */
	size_t nsent; /* of the members, those whose names were */
	size_t at; /* of the members, the one that is started, waited for, or removed */
	unsigned pause; /* ms until health is asked for again */
	size_t nsick;
	struct wf_buf logs;
	struct wf_error refusal;
	uv_timer_t timer;
};

void pod_start(struct pod *pod);
/* In place of pod_start() when something before it failed: on_ready() gets err. */
void pod_refuse(struct pod *pod, const struct wf_error *err);
/* May come at any time after pod_start(), also before on_ready(), which then comes with an error.
 */
void pod_stop(struct pod *pod);

/* ---- labels ---- */

#define POD_LABEL_SCRATCH "wfrun.scratch" /* the folder whose lock says that its wfrun lives */
#define POD_LABEL_MACHINE "wfrun.machine" /* where that folder is */
/* What tells this machine, and what is mounted on it, from others that use the same engine. */
const char *pod_machine(struct wf_arena *arena);
/* Both labels, as the engine wants them. */
struct expr_value pod_labels(struct wf_arena *arena, const char *scratch);
