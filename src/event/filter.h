/* SPDX-License-Identifier: MIT */
/* filter.h - ordered include/exclude lists over branches, tags and paths (semantics.md 4.4, 4.5).
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "model/when.h"

#include <stdbool.h>
#include <stddef.h>

struct filter; /* a compiled list */

/* Compiles the list; *err has the position of the pattern that is not one. */
struct filter *filter_new(const struct when_filter *list, struct wf_error *err);
void filter_free(struct filter *filter);

/* Ordered evaluation of one name. *decided is the index of the last pattern that matched, or -1. */
bool filter_match(const struct filter *filter, struct wf_str name, ptrdiff_t *decided);
/* For -ignore lists: whether any entry hits. */
bool filter_ignores(const struct filter *filter, struct wf_str name, ptrdiff_t *decided);
