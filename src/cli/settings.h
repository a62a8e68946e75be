/* SPDX-License-Identifier: MIT */
/* settings.h - .wfrun.yml in the root of the repository: what holds for everybody who works on it.
 *
 * The command line and the environment win over it. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "cli/opt.h"
#include "expr/expr.h"

#include <stdbool.h>

#define SETTINGS_FILE ".wfrun.yml"

struct settings {
	/* `action-sources`: as --action-source, a list or one; paths are relative to the root */
	struct opt_list action_sources;
	/* `runs-on`: labels to the images that stand in for such machines in an engine; never NULL
	 */
	struct expr_object *images;
};

/* Reads the file; one that is not there sets nothing. WF_ERR_USAGE at the place that is wrong. */
bool settings_read(struct wf_arena *arena, const char *root, struct settings *out,
    struct wf_error *err);
