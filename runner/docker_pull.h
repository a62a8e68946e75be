/* SPDX-License-Identifier: MIT */
/* docker_pull.h - the images of a job's container actions, which GitHub pulls in "Set up job"
 * (semantics.md 8.6): those of its docker:// steps and of actions of repositories, whatever their
 * conditions. Those of local actions are not known then, and come when their step starts. */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "runner/stock.h"

#include <stdbool.h>
#include <stddef.h>

struct job;

struct docker_want {
	struct job *job;
	struct wf_pos pos;
	struct stock_wait wait;
	struct docker_want *next;
};

struct docker_wants {
	struct docker_want *first;
	size_t pending; /* that are awaited, and one more while they are being asked for */
	bool failed;
	struct wf_error error; /* why, the first of them */
	void (*done)(struct job *job, const struct wf_error *err);
};

/* The job will need an image, said as actions say it; what is to be built is none. False and *err
 * when its name is wrong. */
bool docker_want(struct job *job, struct wf_str image, struct wf_pos pos, struct wf_error *err);
/* Brings all that is wanted, then calls done, maybe from within. */
void docker_pull(struct job *job, void (*done)(struct job *job, const struct wf_error *err));
