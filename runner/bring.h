/* SPDX-License-Identifier: MIT */
/* bring.h - fetches an action while a run is under way.
 *
 * What a workflow uses is looked up before it starts; but an action below ./ that a checkout
 * brought may use others that nobody could see. GitHub's runner downloads them just in time, and so
 * does this, on a thread of the pool. */
#pragma once

#include "base/error.h"

#include <stdbool.h>

struct bring;
struct step;

/* *err says that the step's action is missing. Where it can be fetched, this begins and returns
 * true; done follows from the loop, with NULL when it is in the store. Else false, *err untouched.
 */
bool bring_start(struct step *step, void (*done)(struct step *step, const struct wf_error *err),
    struct wf_error *err);
/* Ends it early; done still follows. */
void bring_cancel(struct bring *bring);
