/* SPDX-License-Identifier: MIT */
/* wrap.h - lines that are wider than the terminal, broken at blanks. */
#pragma once

#include "base/str.h"

#include <stddef.h>
#include <stdio.h>

/* The columns of the terminal that the stream is, or 0 when it is none: a program that reads lines
 * gets them whole. */
size_t wrap_columns(FILE *stream);
/* Appends the lines of the text, none wider than `columns` where a blank lets it break; what goes
 * on stands 4 columns further in than its beginning. 0: as they are. */
void wrap_add(struct wf_buf *out, struct wf_str text, size_t columns);
