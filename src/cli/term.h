/* SPDX-License-Identifier: MIT */
/* term.h - the live view: a sink that shows a record to a person while it grows.
 *
 * Plain text that depends on nothing but the events, so that it can be compared byte for byte;
 * colours are added where they are wanted. */
#pragma once

#include "runner/output/record.h"

#include <stdbool.h>
#include <stdio.h>

enum term_detail {
	TERM_QUIET, /* runs and jobs; the output of a step when it failed */
	TERM_NORMAL,
	TERM_VERBOSE, /* and debug lines */
};

/* out is not closed by the sink. */
struct record_sink *term_new(FILE *out, enum term_detail detail, bool color);
