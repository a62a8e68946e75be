/* SPDX-License-Identifier: MIT */
/* cmd_event.h - `wfrun event [SPEC]`: prints the payload of an event, as a workflow would see it.
 */
#pragma once

#include "cli/cmd.h"

/* SPEC is the first word, else --event, else push; the options of events apply. */
cmd_fn cmd_event;
