/* SPDX-License-Identifier: MIT */
/* crew.h - the same work on many things, by as many threads as there are processors. */
#pragma once

#include <stddef.h>

/* Calls work(data, i) for each i below n, each once, in no order, and returns when all are done. A
 * single thing is done by the caller's own thread. work must keep to what belongs to its i, and
 * guard what it shares. */
void wf_crew(size_t n, void (*work)(void *data, size_t i), void *data);
