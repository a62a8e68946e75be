/* SPDX-License-Identifier: MIT */
/* fetching.h - the options about the actions of other repositories, and what a fetch shows while it
 * lasts: a line on the standard error for each, with its progress where that is a terminal. */
#pragma once

#include "base/error.h"
#include "cli/cmd.h"
#include "runner/store/actions.h"

#include <stdbool.h>

struct fetching {
	bool terminal;
	bool open; /* a line that is not ended yet */
};

/* The options of a command line, of the environment and of .wfrun.yml. workdir is that of the
 * repository; fetching and cmd outlive them. */
bool fetching_options(struct fetching *fetching, const struct cmd *cmd, const char *workdir,
    struct actions_options *out, struct wf_error *err);
