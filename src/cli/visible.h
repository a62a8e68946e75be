/* SPDX-License-Identifier: MIT */
/* visible.h - foreign text as a terminal may show it.
 *
 * A step can print any byte. What would move the cursor, change the terminal, reorder text or forge
 * a line is taken out or made visible; colours (SGR) stay when they are wanted. */
#pragma once

#include "base/str.h"

#include <stdbool.h>

/* Appends one line. A line that overwrites itself by carriage returns is what stands in the end.
 * With color, SGR sequences are kept and closed behind the text; without, they are left out. */
void visible_add(struct wf_buf *out, struct wf_str line, bool color);
/* How many columns the text takes; sequences count nothing, other characters one each. */
size_t visible_width(struct wf_str text);
