/* SPDX-License-Identifier: MIT */
/* builtin_fixture.h - a temporary folder, shell commands in it, and git repositories made by them.
 *
 * git runs without the configuration of the machine and of its user, with fixed names and times, so
 * that commits have the same sha everywhere. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

struct scratch {
	struct wf_arena *arena;
	const char *dir; /* absolute */
};

void scratch_init(struct scratch *scratch);
/* Removes the folder and frees the arena. */
void scratch_release(struct scratch *scratch);
/* Runs a shell script in the folder; the test fails unless it exits with 0. Gives what it printed,
 * without the line break at the end. */
struct wf_str scratch_run(struct scratch *scratch, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The path of a name in the folder. */
const char *scratch_path(struct scratch *scratch, const char *name);
