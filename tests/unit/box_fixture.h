/* SPDX-License-Identifier: MIT */
/* box_fixture.h - one real box on a loop of its own, asked one thing after the other. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "runner/box/box.h"

#include <stdbool.h>

struct box_fixture {
	struct wf_arena *arena;
	uv_loop_t loop;
	struct nest nest;
	struct box *box;
	char dir[64]; /* of this fixture: work tree, state, canary */
	char *worktree, *state, *temp;
	bool ready, gone;
	struct wf_error error; /* of the start */
};

/* What one process did. */
struct box_ran {
	struct box_exec exec;
	struct box_end end;
	bool ended;
	struct wf_buf out[2]; /* stdout, stderr */
};

/* Makes folders and the box, with mounts. Does not start it. */
void box_fixture_make(struct box_fixture *f, enum box_kind kind, const struct box_mount *mounts,
    size_t nmounts);
/* The same with its folders below `place`. */
void box_fixture_make_in(struct box_fixture *f, enum box_kind kind, const char *place,
    const struct box_mount *mounts, size_t nmounts);
/* Starts it and waits for the answer. */
void box_fixture_start(struct box_fixture *f);
/* Both, and fails the test when the box is not ready. */
void box_fixture_open(struct box_fixture *f, enum box_kind kind);
/* Stops the box and sweeps. */
void box_fixture_close(struct box_fixture *f);
/* Checks that all of a box that was stopped is gone, and removes the folders. */
void box_fixture_sweep(struct box_fixture *f);

/* Starts a process and returns at once. env may be NULL: only PATH. */
void box_begin(struct box_fixture *f, struct box_ran *ran, const char *const *argv,
    const char *const *env, const char *cwd);
/* Turns the loop until it ended. */
void box_wait(struct box_fixture *f, struct box_ran *ran);
/* sh -c script in the workspace, to its end. */
void box_sh(struct box_fixture *f, struct box_ran *ran, const char *script);
void box_ran_release(struct box_ran *ran);
/* Runs the script and checks its exit status, and its stdout unless want is NULL. */
void box_check(struct box_fixture *f, const char *script, int status, const char *want,
    const char *file, int line);
#define CHECK_SH(f, script, status, want)                                                          \
	box_check((f), (script), (status), (want), __FILE__, __LINE__)
/* Lays layers and waits; false and f->error when it was refused. */
bool box_lay(struct box_fixture *f, const char *const *layers, const char *inside);
