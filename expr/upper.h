/* SPDX-License-Identifier: MIT */
/* upper.h - the upper-case letter of a letter, the same in every locale. */
#pragma once

#include <stdint.h>

/* The simple upper-case mapping of a code point, itself when it has none. The dotless i and the
 * long s stay as they are: .NET keeps them apart from I and S in ordinal comparison. */
uint32_t expr_upper(uint32_t cp);
