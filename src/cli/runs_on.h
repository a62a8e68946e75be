/* SPDX-License-Identifier: MIT */
/* runs_on.h - which image stands in for which machine when jobs run in an engine: --image, and
 * `runs-on` of .wfrun.yml below it. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "cli/opt.h"
#include "expr/expr.h"

/* Labels to images; "*" stands for all others. `given` has [LABEL=]IMAGE, `root` the folder of
 * .wfrun.yml. NULL and *err (WF_ERR_USAGE) when one makes no sense. */
const struct expr_object *runs_on_read(struct wf_arena *arena, const struct opt_list *given,
    const char *root, struct wf_error *err);
