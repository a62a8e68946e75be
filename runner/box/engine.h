/* SPDX-License-Identifier: MIT */
/* engine.h - a box that is a container of an engine: what there is to say of one, beyond box.h. */
#pragma once

#include "base/str.h"
#include "runner/engine/engine.h"
#include "runner/engine/pod.h"

#include <stdbool.h>
#include <stddef.h>

struct box_engine {
	/* set by the owner; must stay as long as the box */
	struct engine *engine;
	const char *scratch; /* the folder whose lock says that this wfrun lives */
	struct pod_member *members; /* the first is the box itself, the others are services */
	size_t nmembers;
	bool container; /* the job has a `container:`: places as in 8.3; else those of 3.10 */
	bool networked; /* they share a network of their own */
	void (*say)(void *data, struct wf_str line); /* as a pod's */
	void *data;

	/* the box's, known when it is ready */
	bool has_bash;
	bool has_loader; /* programs of this machine's C library start in it */
};
