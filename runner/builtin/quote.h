/* SPDX-License-Identifier: MIT */
/* quote.h - lists of paths as dorny/paths-filter exports them (its input list-files). */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum quote_format { QUOTE_NONE, QUOTE_CSV, QUOTE_JSON, QUOTE_SHELL, QUOTE_ESCAPE };

/* The format of this name (lower case); false when there is none. */
bool quote_format(struct wf_str name, enum quote_format *out);
/* All paths as one text; empty for QUOTE_NONE. */
struct wf_str quote_list(struct wf_arena *arena, enum quote_format format,
    const struct wf_str *paths, size_t n);
