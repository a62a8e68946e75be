/* SPDX-License-Identifier: MIT */
/* fuzz.h - what a fuzz target is: libFuzzer calls it with bytes it makes up, replay.c with files.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Returns 0; what must not happen aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
