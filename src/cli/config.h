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

struct config_environments; /* what is given for environments, by their names */

/* Objects of strings, never NULL. Secrets and variables are stored with upper-case names, as on
 * GitHub; names of the environment are case-sensitive. */
struct config {
	struct expr_object *inputs, *secrets, *vars, *env;
	struct config_environments *environments;
};

/* root is the folder of the default files. */
bool config_read(struct wf_arena *arena, const struct args *args, const char *root,
    struct config *out, struct wf_error *err);

/* What is given for an environment, its name without case: --environment over .secrets.NAME and
 * .vars.NAME in the root, which are read when they are first asked for. Objects that hold nothing
 * are empty. */
bool config_environment(struct config_environments *environments, struct wf_str name,
    struct expr_object **secrets, struct expr_object **vars, struct wf_error *err);
