/* SPDX-License-Identifier: MIT */
/* fetching.h - the options about the actions of other repositories, and what a fetch shows while it
 * lasts: a line on the standard error for each, with its progress where that is a terminal. */
#pragma once

#include "cli/opt.h"
#include "runner/store/actions.h"

#include <stdbool.h>

struct fetching {
	bool terminal;
	bool open; /* a line that is not ended yet */
};

/* The options of a command line; workdir is that of the repository, and fetching outlives them. */
struct actions_options fetching_options(struct fetching *fetching, const struct args *args,
    const char *workdir);
