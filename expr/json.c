/* SPDX-License-Identifier: MIT */
/* json.c - JSON text to values, strict or as fromJSON() takes it.
 *
 * No JSON library is used: none reads what fromJSON() reads on GitHub (the .NET library behind it
 * takes comments, single quotes, bare keys, trailing commas and hexadecimal numbers), none prints
 * what toJSON() prints, and all make a tree of their own that would have to be copied into values.
 * Here strings without escapes stay where they are, as slices of the text. */
#include "expr/expr.h"

#include "expr/number.h"
#include "expr/text.h"

#include <math.h>
#include <string.h>

#define STRICT_DEPTH 100
#define LENIENT_DEPTH 64

struct reader {
	struct wf_arena *arena;
	const char *file;
	struct wf_str text;
	size_t at;
	int depth, max_depth;
	bool lenient;
	struct wf_error *err;
};

static bool read_value(struct reader *r, struct expr_value *out);

/* The place of byte `at`, lines and characters counted from 1. */
static struct wf_pos
pos_at(const struct reader *r, size_t at)
{
	struct wf_pos pos = { r->file, 1, 1 };

	for (size_t i = 0; i < at && i < r->text.n; i++) {
		if (r->text.p[i] == '\n') {
			pos.line++;
			pos.col = 1;
		} else if (((unsigned char)r->text.p[i] & 0xC0) != 0x80) {
			pos.col++;
		}
	}
	return pos;
}

static bool
fail_at(const struct reader *r, size_t at, const char *what)
{
	return wf_fail(r->err, WF_ERR_INVALID, pos_at(r, at), "%s", what);
}

static bool
fail_here(const struct reader *r, const char *wanted)
{
	size_t len;

	if (r->at >= r->text.n)
		return wf_fail(r->err, WF_ERR_INVALID, pos_at(r, r->at),
		    "%s was expected, but the JSON text ends here", wanted);
	wf_utf8_get(wf_str_skip(r->text, r->at), &len);
	return wf_fail(r->err, WF_ERR_INVALID, pos_at(r, r->at), "%s was expected, not '%.*s'",
	    wanted, (int)len, r->text.p + r->at);
}

/* The byte at the reader's place, or -1 at the end. */
static int
peek(const struct reader *r)
{
	return r->at < r->text.n ? (unsigned char)r->text.p[r->at] : -1;
}

static bool
accept(struct reader *r, char c)
{
	if (peek(r) != c)
		return false;
	r->at++;
	return true;
}

/* Skips the comment at the reader's place, if there is one; an unclosed one ends the text. */
static bool
skip_comment(struct reader *r)
{
	struct wf_str rest = wf_str_skip(r->text, r->at);
	ptrdiff_t end;

	if (wf_str_starts(rest, WF_S("//"))) {
		end = wf_str_find_char(rest, '\n');
		r->at = end < 0 ? r->text.n : r->at + (size_t)end;
		return true;
	}
	if (!wf_str_starts(rest, WF_S("/*")))
		return false;
	end = wf_str_find(wf_str_skip(rest, 2), WF_S("*/"));
	r->at = end < 0 ? r->text.n : r->at + (size_t)end + 4;
	return true;
}

static void
skip_space(struct reader *r)
{
	for (;;) {
		int c = peek(r);
		size_t len = 0;

		if (c == ' ' || c == '\n' || c == '\t' || c == '\r')
			len = 1;
		else if (r->lenient && c != '/')
			len = expr_text_space(wf_str_skip(r->text, r->at));
		else if (r->lenient && skip_comment(r))
			continue;
		if (!len)
			return;
		r->at += len;
	}
}

/* ---- strings ---- */

/* Reads four hexadecimal digits at s. */
static bool
read_hex4(struct wf_str s, uint32_t *out)
{
	uint64_t value;

	if (s.n < 4 || !expr_number_digits(wf_str_sub(s, 0, 4), 16, &value))
		return false;
	*out = (uint32_t)value;
	return true;
}

/* Reads the XXXX of \uXXXX, and a second \uXXXX with it where the two are one character. A half
 * character becomes U+FFFD. Gives the bytes read, 0 when they are not hexadecimal. */
static size_t
read_unicode_escape(struct wf_str s, uint32_t *cp)
{
	uint32_t low;

	if (!read_hex4(s, cp))
		return 0;
	if (*cp < 0xD800 || *cp > 0xDFFF)
		return 4;
	if (*cp < 0xDC00 && wf_str_starts(wf_str_skip(s, 4), WF_S("\\u")) &&
	    read_hex4(wf_str_skip(s, 6), &low) && low >= 0xDC00 && low <= 0xDFFF) {
		*cp = 0x10000 + ((*cp - 0xD800) << 10) + (low - 0xDC00);
		return 10;
	}
	*cp = 0xFFFD;
	return 4;
}

/* Undoes the escape behind the backslash at `at`; gives its length with the backslash, or 0. */
static size_t
unescape_one(const struct reader *r, size_t at, char *out, size_t *n)
{
	static const char from[] = "\"\\/bfnrt'", to[] = "\"\\/\b\f\n\r\t'";
	struct wf_str s = wf_str_skip(r->text, at + 1);
	const char *known = s.n && s.p[0] ? strchr(from, s.p[0]) : NULL;
	uint32_t cp;
	size_t len;

	if (known && (*known != '\'' || r->lenient)) {
		out[(*n)++] = to[known - from];
		return 2;
	}
	if (!s.n || s.p[0] != 'u' || !(len = read_unicode_escape(wf_str_skip(s, 1), &cp)))
		return 0;
	*n += wf_utf8_put(cp, out + *n);
	return 2 + len;
}

/* Copies the text from `from` to `to` with its escapes undone, which makes it shorter. */
static bool
unescape(struct reader *r, size_t from, size_t to, struct wf_str *out)
{
	char *copy = wf_alloc(r->arena, to - from, 1);
	size_t n = 0;

	while (from < to) {
		size_t len = 1;

		if (r->text.p[from] != '\\')
			copy[n++] = r->text.p[from];
		else if (!(len = unescape_one(r, from, copy, &n)))
			return fail_at(r, from, "no such escape in a JSON string");
		from += len;
	}
	*out = (struct wf_str){ copy, n };
	return true;
}

static bool
read_string(struct reader *r, struct wf_str *out)
{
	char quote = r->text.p[r->at];
	size_t start = r->at + 1, end;
	bool escaped = false;

	for (end = start; end < r->text.n && r->text.p[end] != quote; end++) {
		if (r->text.p[end] == '\\') {
			escaped = true;
			end++;
		} else if ((unsigned char)r->text.p[end] < 0x20 && !r->lenient) {
			return fail_at(r, end, "a control character in a JSON string");
		}
	}
	if (end >= r->text.n)
		return fail_at(r, r->at, "a JSON string that is not closed");
	r->at = end + 1;
	if (escaped)
		return unescape(r, start, end, out);
	*out = wf_str_sub(r->text, start, end);
	return true;
}

/* ---- numbers and words ---- */

/* Whether one of `any` stands at byte `at`. */
static bool
char_at(const struct reader *r, size_t at, const char *any)
{
	return at < r->text.n && r->text.p[at] && strchr(any, r->text.p[at]);
}

/* What ends a number or a word for fromJSON(). */
static bool
ends_word(const struct reader *r, size_t at)
{
	return at >= r->text.n || char_at(r, at, ",}])/") ||
	       expr_text_space(wf_str_skip(r->text, at)) > 0;
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static size_t
skip_digits(const struct reader *r, size_t at)
{
	while (at < r->text.n && is_digit((unsigned char)r->text.p[at]))
		at++;
	return at;
}

/* The end of the number at the reader's place by the grammar of RFC 8259, or 0. */
static size_t
strict_number_end(const struct reader *r)
{
	size_t at = r->at + char_at(r, r->at, "-"), from = at;

	at = skip_digits(r, at);
	if (at == from || (at - from > 1 && r->text.p[from] == '0'))
		return 0;
	if (char_at(r, at, ".")) {
		from = ++at;
		at = skip_digits(r, at);
		if (at == from)
			return 0;
	}
	if (!char_at(r, at, "eE"))
		return at;
	at += 1 + char_at(r, at + 1, "+-");
	from = at;
	at = skip_digits(r, at);
	return at == from ? 0 : at;
}

/* A number as fromJSON() takes it: 0x1F and octal 017 too. */
static bool
lenient_number(struct wf_str s, double *out)
{
	uint64_t bits;
	bool hex = s.n > 2 && (s.p[1] == 'x' || s.p[1] == 'X');

	if (s.n < 2 || s.p[0] != '0' || s.p[1] == '.' || s.p[1] == 'e' || s.p[1] == 'E')
		return expr_number_decimal(s, out);
	if (!expr_number_digits(wf_str_skip(s, hex ? 2 : 1), hex ? 16 : 8, &bits))
		return false;
	*out = (double)(int64_t)bits;
	return true;
}

static bool
read_number(struct reader *r, struct expr_value *out)
{
	size_t end = r->at;
	double number;
	bool good;

	if (r->lenient) {
		while (!ends_word(r, end))
			end++;
		good = lenient_number(wf_str_sub(r->text, r->at, end), &number);
	} else {
		end = strict_number_end(r);
		good = end && expr_number_decimal(wf_str_sub(r->text, r->at, end), &number);
	}
	if (!good)
		return fail_at(r, r->at, "not a JSON number");
	r->at = end;
	*out = expr_number(number);
	return true;
}

static bool
read_word(struct reader *r, struct expr_value *out)
{
	static const struct {
		const char *word;
		bool lenient;
		struct expr_value value;
	} words[] = {
		{ "null", false, { .kind = EXPR_NULL } },
		{ "true", false, { .kind = EXPR_BOOL, .boolean = true } },
		{ "false", false, { .kind = EXPR_BOOL, .boolean = false } },
		{ "NaN", true, { .kind = EXPR_NUMBER, .number = NAN } },
		{ "Infinity", true, { .kind = EXPR_NUMBER, .number = INFINITY } },
		{ "-Infinity", true, { .kind = EXPR_NUMBER, .number = -INFINITY } },
	};
	struct wf_str rest = wf_str_skip(r->text, r->at);

	for (size_t i = 0; i < WF_COUNT(words); i++) {
		struct wf_str word = wf_str(words[i].word);

		if ((words[i].lenient && !r->lenient) || !wf_str_starts(rest, word))
			continue;
		if (r->lenient && !ends_word(r, r->at + word.n))
			break;
		r->at += word.n;
		*out = words[i].value;
		return true;
	}
	return fail_here(r, "a JSON value");
}

/* ---- arrays and objects ---- */

static bool
read_array(struct reader *r, struct expr_value *out)
{
	struct expr_array *array = expr_array_new(r->arena);
	struct expr_value item;

	r->at++;
	skip_space(r);
	*out = expr_array_value(array);
	if (accept(r, ']'))
		return true;
	for (;;) {
		if (!read_value(r, &item))
			return false;
		expr_array_push(array, item);
		skip_space(r);
		if (accept(r, ']'))
			return true;
		if (!accept(r, ','))
			return fail_here(r, "',' or ']'");
		skip_space(r);
		if (r->lenient && accept(r, ']'))
			return true;
	}
}

/* A key without quotes: letters, digits, '_' and '$'. */
static bool
read_bare_key(struct reader *r, struct wf_str *out)
{
	size_t start = r->at;

	for (int c = peek(r); c >= 0x80 || is_digit(c) || c == '_' || c == '$' ||
	                      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	     c = peek(r))
		r->at++;
	*out = wf_str_sub(r->text, start, r->at);
	return out->n > 0;
}

static bool
read_key(struct reader *r, struct wf_str *out)
{
	int c = peek(r);

	if (c == '"' || (c == '\'' && r->lenient))
		return read_string(r, out);
	if (r->lenient && read_bare_key(r, out))
		return true;
	return fail_here(r, "a key in double quotes");
}

static bool
read_pair(struct reader *r, struct expr_object *object)
{
	struct expr_value value;
	struct wf_str key;

	if (!read_key(r, &key))
		return false;
	skip_space(r);
	if (!accept(r, ':'))
		return fail_here(r, "':'");
	skip_space(r);
	if (!read_value(r, &value))
		return false;
	expr_object_set(object, key, value);
	return true;
}

static bool
read_object(struct reader *r, struct expr_value *out)
{
	struct expr_object *object = expr_object_new(r->arena);

	r->at++;
	skip_space(r);
	*out = expr_object_value(object);
	if (accept(r, '}'))
		return true;
	for (;;) {
		if (!read_pair(r, object))
			return false;
		skip_space(r);
		if (accept(r, '}'))
			return true;
		if (!accept(r, ','))
			return fail_here(r, "',' or '}'");
		skip_space(r);
		if (r->lenient && accept(r, '}'))
			return true;
	}
}

static bool
read_nested(struct reader *r, bool (*read)(struct reader *, struct expr_value *),
    struct expr_value *out)
{
	bool good;

	if (r->depth == r->max_depth)
		return fail_at(r, r->at, "the JSON text is nested too deep");
	r->depth++;
	good = read(r, out);
	r->depth--;
	return good;
}

/* Reads the value at the reader's place, which is past white space. */
static bool
read_value(struct reader *r, struct expr_value *out)
{
	int c = peek(r);

	if (c == '{')
		return read_nested(r, read_object, out);
	if (c == '[')
		return read_nested(r, read_array, out);
	if (c == '"' || (c == '\'' && r->lenient)) {
		*out = expr_string(WF_S(""));
		return read_string(r, &out->string);
	}
	if (is_digit(c) || (c == '-' && !char_at(r, r->at + 1, "I")) || (c == '.' && r->lenient))
		return read_number(r, out);
	return read_word(r, out);
}

bool
expr_json_read(struct wf_arena *arena, const char *file, struct wf_str text, struct expr_value *out,
    struct wf_error *err)
{
	struct reader r = { .arena = arena,
		.file = file,
		.text = wf_str_dup(arena, text),
		.max_depth = STRICT_DEPTH,
		.err = err };
	struct expr_value value;

	skip_space(&r);
	if (!read_value(&r, &value))
		return false;
	skip_space(&r);
	if (r.at < r.text.n)
		return fail_here(&r, "the end of the JSON text");
	*out = value;
	return true;
}

bool
expr_json_read_lenient(struct wf_arena *arena, struct wf_str text, struct expr_value *out,
    struct wf_error *err)
{
	struct reader r = { .arena = arena,
		.text = text,
		.max_depth = LENIENT_DEPTH,
		.lenient = true,
		.err = err };
	struct expr_value value;

	skip_space(&r);
	if (!read_value(&r, &value))
		return false;
	*out = value;
	return true;
}
