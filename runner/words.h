/* SPDX-License-Identifier: MIT */
/* words.h - a command line as one text, split as GitHub's runner does before a program starts:
 * spaces and tabs separate, double quotes group, a backslash makes a quote of a quote. No shell
 * looks at it, so that single quotes are letters. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>

/* Takes one word off the front of *rest, with a NUL behind it; false when there is none left. */
bool words_next(struct wf_arena *arena, struct wf_str *rest, struct wf_str *word);
