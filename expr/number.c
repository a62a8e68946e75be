/* SPDX-License-Identifier: MIT */
/* number.c - numbers as text, both ways.
 *
 * strtod() and printf() round correctly but speak with the decimal point of the locale. So strtod()
 * only ever sees digits and an exponent here, and of what printf() wrote only the digits are taken.
 * Short numbers, which is nearly all of them, need neither. */
#include "expr/number.h"

#include "expr/expr.h"
#include "expr/text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No double needs more digits than 767 to be rounded; a 1 behind them stands for all that follow.
 */
#define DIGITS_KEPT 770
#define EXPONENT_CAP 100000000L
#define G15_DIGITS 15
#define ROUNDED_MAX 17 /* digits that tell any two doubles apart */

/* digits * 10^exponent, without leading zeros. */
struct decimal {
	bool negative;
	size_t n;
	long exponent;
	char digits[DIGITS_KEPT + 1];
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
add_digit(struct decimal *d, char c, bool fraction)
{
	if (d->n == 0 && c == '0') {
		d->exponent -= fraction;
		return;
	}
	if (d->n < DIGITS_KEPT) {
		d->digits[d->n++] = c;
		d->exponent -= fraction;
		return;
	}
	if (c != '0')
		d->digits[DIGITS_KEPT - 1] = '1';
	d->exponent += !fraction;
}

/* Reads the exponent behind the letter e at s.p[0]. */
static bool
read_exponent(struct wf_str s, long *exponent)
{
	size_t i = 1;
	bool negative = false;
	long e = 0;

	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
		negative = s.p[i++] == '-';
	if (i >= s.n)
		return false;
	for (; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
		if (e < EXPONENT_CAP)
			e = e * 10 + (s.p[i] - '0');
	}
	*exponent += negative ? -e : e;
	return true;
}

static bool
read_decimal(struct wf_str s, struct decimal *d)
{
	size_t i = 0;
	bool fraction = false, any = false;

	d->negative = false;
	d->n = 0;
	d->exponent = 0;
	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		d->negative = s.p[i++] == '-';
	for (; i < s.n; i++) {
		if (is_digit(s.p[i])) {
			any = true;
			add_digit(d, s.p[i], fraction);
		} else if (s.p[i] == '.' && !fraction) {
			fraction = true;
		} else {
			break;
		}
	}
	if (!any || i == s.n)
		return any;
	return (s.p[i] == 'e' || s.p[i] == 'E') && read_exponent(wf_str_skip(s, i), &d->exponent);
}

/* Exact while digits and power of ten are doubles themselves: one rounding, in the operation. */
static bool
short_value(const struct decimal *d, double *out)
{
	static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
		1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	int64_t mantissa = 0;

	if (d->n > 15 || d->exponent < -22 || d->exponent > 22)
		return false;
	for (size_t i = 0; i < d->n; i++)
		mantissa = mantissa * 10 + (d->digits[i] - '0');
	*out = (double)mantissa;
	if (d->exponent < 0)
		*out /= powers[-d->exponent];
	else
		*out *= powers[d->exponent];
	return true;
}

static double
long_value(const struct decimal *d)
{
	char text[DIGITS_KEPT + 32];

	snprintf(text, sizeof(text), "%.*se%ld", (int)d->n, d->digits, d->exponent);
	return strtod(text, NULL);
}

bool
expr_number_decimal(struct wf_str text, double *out)
{
	struct decimal d;
	double value = 0;

	if (!read_decimal(text, &d))
		return false;
	if (d.n > 0 && !short_value(&d, &value))
		value = long_value(&d);
	*out = d.negative ? -value : value;
	return true;
}

static unsigned
digit_value(char c)
{
	if (is_digit(c))
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

bool
expr_number_digits(struct wf_str text, unsigned base, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned digit = digit_value(text.p[i]);

		if (digit >= base || value > UINT64_MAX / base)
			return false;
		value = value * base + digit;
	}
	*out = value;
	return text.n > 0;
}

static bool
ascii_ieq(struct wf_str s, const char *word)
{
	return wf_str_ieq(s, wf_str(word));
}

/* .NET's Double.Parse takes its symbols in any case, and with a sign before them. */
static double
parse_symbol(struct wf_str s)
{
	if (ascii_ieq(s, "Infinity") || ascii_ieq(s, "+Infinity"))
		return INFINITY;
	if (ascii_ieq(s, "-Infinity"))
		return -INFINITY;
	return NAN;
}

double
expr_parse_number(struct wf_str text)
{
	struct wf_str s = expr_text_trim(text);
	double value;
	uint64_t bits;
	unsigned base;

	if (s.n == 0)
		return 0;
	if (expr_number_decimal(s, &value))
		return value;
	base = wf_str_starts(s, WF_S("0x")) ? 16 : wf_str_starts(s, WF_S("0o")) ? 8 : 0;
	if (base == 0)
		return parse_symbol(s);
	if (!expr_number_digits(wf_str_skip(s, 2), base, &bits) || bits > UINT32_MAX)
		return NAN;
	return (int32_t)(uint32_t)bits; /* a signed 32-bit integer there: 0xFFFFFFFF is -1 */
}

/* A number rounded for printing: the exponent is that of the first digit. */
struct rounded {
	bool negative;
	long n, exponent;
	char digits[ROUNDED_MAX];
};

/* Gives the digits of number, which is not 0, rounded to `precision` of them. */
static struct rounded
round_digits(double number, int precision)
{
	struct rounded r = { .negative = signbit(number) };
	char text[64];
	const char *p = text;

	snprintf(text, sizeof(text), "%.*e", precision - 1, fabs(number));
	for (; *p && *p != 'e' && r.n < ROUNDED_MAX; p++)
		if (is_digit(*p))
			r.digits[r.n++] = *p;
	r.exponent = strtol(p + 1, NULL, 10);
	while (r.n > 1 && r.digits[r.n - 1] == '0')
		r.n--;
	return r;
}

/* Writes the digits plainly when the exponent of the first is from -4 to below `plain`. */
static size_t
write_rounded(const struct rounded *r, long plain, char *out)
{
	char *p = out;
	long e = r->exponent;

	if (r->negative)
		*p++ = '-';
	if (e < -4 || e >= plain) {
		*p++ = r->digits[0];
		if (r->n > 1)
			*p++ = '.';
		p = mempcpy(p, r->digits + 1, (size_t)r->n - 1);
		return (size_t)(p - out) + (size_t)sprintf(p, "E%+03ld", e);
	}
	if (e < 0)
		p = mempcpy(p, "0.000", (size_t)(1 - e));
	for (long i = 0; i < r->n || i <= e; i++) {
		if (i == e + 1 && e >= 0)
			*p++ = '.';
		*p = '0';
		if (i < r->n)
			*p = r->digits[i];
		p++;
	}
	return (size_t)(p - out);
}

size_t
expr_number_write(double number, char out[EXPR_NUMBER_TEXT])
{
	struct rounded r;

	if (isnan(number))
		return (size_t)sprintf(out, "NaN");
	if (isinf(number))
		return (size_t)sprintf(out, number < 0 ? "-Infinity" : "Infinity");
	if (fabs(number) < 1e15 && number == trunc(number))
		return (size_t)sprintf(out, "%lld", (long long)number);
	r = round_digits(number, G15_DIGITS);
	return write_rounded(&r, G15_DIGITS, out);
}

size_t
expr_number_write_exact(double number, char out[EXPR_NUMBER_TEXT])
{
	double again = 0;
	size_t n;

	if (number == 0)
		return (size_t)sprintf(out, signbit(number) ? "-0" : "0");
	for (int precision = 15;; precision++) {
		struct rounded r = round_digits(number, precision);

		n = write_rounded(&r, 21, out);
		expr_number_decimal((struct wf_str){ out, n }, &again);
		if (again == number || precision == 17)
			return n;
	}
}

struct wf_str
expr_number_text(struct wf_arena *arena, double number)
{
	char text[EXPR_NUMBER_TEXT];

	return wf_str_dup(arena, (struct wf_str){ text, expr_number_write(number, text) });
}
