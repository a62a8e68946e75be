/* SPDX-License-Identifier: MIT */
/* config.h - inputs, secrets, variables and environment, from options and from files.
 *
 * What is on the command line wins over the files named there; without a named file the one in the
 * repository's root is read when it is there: .input, .secrets, .vars, .env. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "cli/opt.h"
#include "expr/expr.h"

#include <stdbool.h>

/* Objects of strings, never NULL. Secrets and variables are stored with upper-case names, as on
 * GitHub; names of the environment are case-sensitive. */
struct config {
	struct expr_object *inputs, *secrets, *vars, *env;
};

/* root is the folder of the default files. */
bool config_read(struct wf_arena *arena, const struct args *args, const char *root,
    struct config *out, struct wf_error *err);
