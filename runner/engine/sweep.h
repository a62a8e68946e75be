/* SPDX-License-Identifier: MIT */
/* sweep.h - removes what a wfrun that was killed has left in an engine. */
#pragma once

#include "runner/engine/engine.h"

/* Looks for containers and networks with the labels of a pod (pod.h) whose wfrun was on this
 * machine and lives no more, and removes them. Nobody waits for it; what goes wrong is left for
 * the next time. */
void engine_sweep(struct engine *engine);
