/* SPDX-License-Identifier: MIT */
/* number.h - doubles from text and to text, whatever decimal point the locale has. */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

#define EXPR_NUMBER_TEXT 40 /* bytes that hold any number as text */

/* Reads [+-] digits [. digits] [e [+-] digits], at least one digit before the e, nothing else.
 * Correctly rounded; too large gives an infinity. */
bool expr_number_decimal(struct wf_str text, double *out);
/* The hexadecimal (base 16) or octal (base 8) digits of text; false when there are none, or others,
 * or more than 64 bits. */
bool expr_number_digits(struct wf_str text, unsigned base, uint64_t *out);
/* 15 significant digits as .NET's G15, -0 as 0; gives the length. */
size_t expr_number_write(double number, char out[EXPR_NUMBER_TEXT]);
/* As few digits as give the same double again, -0 as -0; finite numbers only. */
size_t expr_number_write_exact(double number, char out[EXPR_NUMBER_TEXT]);
