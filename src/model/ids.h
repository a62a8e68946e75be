/* SPDX-License-Identifier: MIT */
/* ids.h - identifiers of jobs and steps: which are legal, which are taken, and made-up ones.
 *
 * Rules: semantics.md 1.8. Letters count without case. */
#pragma once

#include "base/error.h"
#include "base/map.h"
#include "base/str.h"

struct ids {
	struct wf_map taken;
	struct wf_map numbers; /* a made-up base to the number that its last use got */
};

void ids_init(struct ids *ids, struct wf_arena *arena);
/* Takes an id that was written at pos; false and a problem in diags when it is not legal or taken.
 */
bool ids_take(struct ids *ids, struct wf_str id, struct wf_pos pos, struct wf_diags *diags);
/* Makes up an id from the text ("run", "actions/checkout"): "__run", then "__run_2", ... */
struct wf_str ids_make(struct ids *ids, struct wf_str text);
