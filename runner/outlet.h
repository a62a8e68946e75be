/* SPDX-License-Identifier: MIT */
/* outlet.h - an output whose reader may be slow, or may never read, without the loop waiting for
 * it: signals are heard all the time.
 *
 * What cannot be written at once waits here in its order, and shuts the valve before it is too
 * much. The descriptor itself stays as it is, for others write to it as well: the outlet opens what
 * is behind it anew. Attach it while a loop runs, detach it before that loop is closed. */
#pragma once

#include "runner/valve.h"

#include <stdio.h>
#include <uv.h>

struct outlet;

/* NULL when fd is nothing that keeps a writer waiting, as a file, or cannot be opened anew. */
struct outlet *outlet_new(int fd);
/* What is written to it never waits. It has no buffer of its own. */
FILE *outlet_stream(struct outlet *outlet);
/* From here on what waits is written when there is room; this does not keep the loop alive. */
void outlet_attach(struct outlet *outlet, uv_loop_t *loop, struct valve *valve);
/* The loop has to turn once more. */
void outlet_detach(struct outlet *outlet);
/* Writes what waits to `out`, the stream of the descriptor, and frees the outlet. patience: how
 * many milliseconds its reader may keep us waiting, then the rest is dropped; -1: for ever. An
 * error of writing comes up in `out`. */
void outlet_close(struct outlet *outlet, FILE *out, int patience);
