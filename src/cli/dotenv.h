/* SPDX-License-Identifier: MIT */
/* dotenv.h - files of NAME=VALUE lines, as `.env` files are written everywhere.
 *
 * A line is blank, a comment (#), or `NAME=value` with an optional `export` before it. A value may
 * be bare (up to the end of the line or to white space and #), in single quotes (as it is) or in
 * double quotes (\n \r \t \" \$ and \\ are escapes); a quoted value may have several lines. Nothing
 * is expanded: a secret that holds a dollar sign stays what it is. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>

/* Sets a string for every name of the text; a later line wins. *err is WF_ERR_USAGE at the line and
 * column of `file` that is not understood. Texts live in the arena. */
bool dotenv_read(struct wf_arena *arena, const char *file, struct wf_str text,
    struct expr_object *out, struct wf_error *err);
