/* SPDX-License-Identifier: MIT */
/* builtin_fixture.h - a temporary folder, git repositories made in it, and a call of a built-in in
 * a box that is no box: commands run on this machine, overlays are copied together.
 *
 * git runs without the configuration of the machine and of its user, with fixed names and times, so
 * that commits have the same sha everywhere. */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "event/event.h"
#include "runner/builtin/builtin.h"

#include <stdbool.h>
#include <stddef.h>

struct scratch {
	struct wf_arena *arena;
	const char *dir; /* absolute */
};

void scratch_init(struct scratch *scratch);
/* Removes the folder and frees the arena. */
void scratch_release(struct scratch *scratch);
/* Runs a shell script in the folder; the test fails unless it exits with 0. Gives what it printed,
 * without white space at the end. */
struct wf_str scratch_run(struct scratch *scratch, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The path of a name in the folder. */
const char *scratch_path(struct scratch *scratch, const char *name);

/* One call in the repository DIR/repo with the workspace DIR/work/ws. Fill in `inputs` and what of
 * the event the built-in looks at, then run; afterwards look at what it did. */
struct fake_call {
	struct scratch scratch;
	uv_loop_t loop;
	struct box box;
	struct builtin_call call;
	struct event event;
	struct repo_facts facts;
	struct expr_object *inputs, *payload;
	const char *env[8];

	bool done, success;
	struct wf_buf log; /* everything it printed */
	struct wf_map outputs; /* name to struct wf_str */
	struct wf_buf environment; /* "NAME=value" and "PATH+=folder" lines, in order */
	const char *layers[8]; /* of the last overlay */
	size_t nlayers;
	struct builtin_stores stores; /* DIR/runs and DIR/caches, of run 1 on main */
	struct expr_object *memory; /* from a main to its post */
	unsigned nuploaded;
};

/* The script makes the repository; it runs in DIR. */
void fake_call_init(struct fake_call *fake, const char *script);
void fake_call_release(struct fake_call *fake);
/* Reads the facts, sets the defaults of inputs that are not given, runs the built-in to its end. */
void fake_call_run(struct fake_call *fake, const struct builtin *builtin);
void fake_call_input(struct fake_call *fake, const char *name, const char *value);
/* Makes it ready for one more call in the same place: without inputs, log and outputs. */
void fake_call_again(struct fake_call *fake);
/* The post of a built-in, after its main. */
void fake_call_post(struct fake_call *fake, const struct builtin *builtin);
/* The value of an output, "(none)" when it was not set. */
struct wf_str fake_call_output(const struct fake_call *fake, const char *name);
/* Whether the text was printed. */
bool fake_call_said(const struct fake_call *fake, const char *text);
