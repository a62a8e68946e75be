/* SPDX-License-Identifier: MIT */
/* setup_tool.h - what the setup actions of tools differ in; the rest is theirs together.
 *
 * A tool is one program that tells its version. The highest that is at hand and satisfies what is
 * asked for is put first in PATH; nothing is downloaded. */
#pragma once

#include "runner/builtin/builtin.h"

struct setup_tool {
	const char *label; /* "Node" */
	const char *binary; /* "node" */
	const char *flag; /* with which it tells its version */
	const char *cache; /* its folder in the tool cache, a shell pattern */
	const char
	    *places; /* more folders of its binary, shell patterns, `~` is home; one a line */
	const char *version, *file; /* names of the inputs */
	const char *usual_file; /* read when neither is given, or NULL */
	const char *asdf; /* its name in .tool-versions */
	const char *root; /* variable that gets its folder, or NULL */
	const char *output; /* that gets the version */
	const char *prefix; /* before the version there */
};

/* The built-ins' start(). */
void setup_tool_start(struct builtin_call *call, const struct setup_tool *tool);

/* The version that a file asks for, in the arena; empty when it asks for none. `path` tells which
 * kind of file it is. */
struct wf_str setup_tool_wanted(struct wf_arena *arena, const struct setup_tool *tool,
    struct wf_str path, struct wf_str text);
