/* SPDX-License-Identifier: MIT */
/* literal.h - what every text that a regular expression matches begins and ends with. */
#pragma once

#include "base/str.h"

/* For the expressions that glob.h writes: "\A...\z" and "^(?:...)\z". Appends to the two buffers,
 * which stay empty where nothing is certain. Both are ASCII. */
void literal_ends(struct wf_str source, struct wf_buf *prefix, struct wf_buf *suffix);
