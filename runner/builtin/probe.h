/* SPDX-License-Identifier: MIT */
/* probe.h - one command in the box, asked for its standard output.
 *
 * For built-ins that must know what the job would see. `struct probe` must not move until on_done,
 * which is called exactly once, from the loop, also when the command never started. What it prints
 * to standard error goes to the step's log. */
#pragma once

#include "base/str.h"
#include "runner/box/box.h"
#include "runner/builtin/builtin.h"

#include <stdbool.h>
#include <stddef.h>

struct probe {
	struct builtin_call *call;
	/* ok: it exited with 0 and its output is complete. error says what went wrong else. */
	void (*on_done)(struct probe *probe, bool ok);
	void *data; /* the caller's */
	struct wf_buf out; /* released after on_done */
	struct wf_error error;
	/* private */
	struct box_exec exec;
	bool overflow;
};

/* Starts argv (NULL-ended, like cwd kept by the caller) with the environment of the step. The
 * caller has set call, on_done and data. */
void probe_start(struct probe *probe, const char *const *argv, const char *cwd);
