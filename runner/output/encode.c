/* SPDX-License-Identifier: MIT */
/* encode.c - how a secret looks after a program has encoded it.
 *
 * Each form is what one function of the official runner registers beside the value itself. Lengths
 * that decide whether a form exists count UTF-16 units there, and so they do here. */
#include "runner/output/encode.h"

#include "base/arena.h"

#define PADDING 64 /* the index of the equals sign */

void
encode_base64(struct wf_buf *out, struct wf_str bytes)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		uint32_t bits = (uint32_t)(unsigned char)bytes.p[i] << 16;

		if (left > 1)
			bits |= (uint32_t)(unsigned char)bytes.p[i + 1] << 8;
		if (left > 2)
			bits |= (uint32_t)(unsigned char)bytes.p[i + 2];
		wf_buf_addc(out, digits[bits >> 18 & 63]);
		wf_buf_addc(out, digits[bits >> 12 & 63]);
		wf_buf_addc(out, digits[left > 1 ? bits >> 6 & 63 : PADDING]);
		wf_buf_addc(out, digits[left > 2 ? bits & 63 : PADDING]);
	}
}

/* base64(user:secret) meets the secret at one of three places within a group of three bytes;
 * without its first one or two bytes the secret starts such a group. */
static void
base64_without_1(struct wf_buf *out, struct wf_str value)
{
	encode_base64(out, value.n > 1 ? wf_str_skip(value, 1) : value);
}

static void
base64_without_2(struct wf_buf *out, struct wf_str value)
{
	encode_base64(out, value.n > 2 ? wf_str_skip(value, 2) : value);
}

/* value with each `from` replaced by `to`. */
static void
add_replaced(struct wf_buf *out, struct wf_str value, char from, const char *to)
{
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == from)
			wf_buf_adds(out, to);
		else
			wf_buf_addc(out, value.p[i]);
	}
}

static void
double_quotes_escaped(struct wf_buf *out, struct wf_str value)
{
	add_replaced(out, value, '"', "\\\"");
}

static void
single_quotes_doubled(struct wf_buf *out, struct wf_str value)
{
	add_replaced(out, value, '\'', "''");
}

/* The JSON escape of a code point as .NET's serializer writes it; false when it stands for itself.
 */
static bool
add_json_escape(struct wf_buf *out, uint32_t cp)
{
	static const char letters[] = "\bb\tt\nn\ff\rr\"\"\\\\";

	for (size_t i = 0; i + 1 < sizeof(letters) && cp < 128; i += 2) {
		if (cp == (unsigned char)letters[i]) {
			wf_buf_addf(out, "\\%c", letters[i + 1]);
			return true;
		}
	}
	if (cp >= 0x20 && cp != 0x85 && cp != 0x2028 && cp != 0x2029)
		return false;
	wf_buf_addf(out, "\\u%04x", (unsigned)cp);
	return true;
}

static void
json_escaped(struct wf_buf *out, struct wf_str value)
{
	size_t len;

	for (; value.n > 0; value = wf_str_skip(value, len)) {
		uint32_t cp = wf_utf8_get(value, &len);

		if (!add_json_escape(out, cp))
			wf_buf_add(out, wf_str_sub(value, 0, len));
	}
}

static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.' || c == '~';
}

static void
uri_escaped(struct wf_buf *out, struct wf_str value)
{
	for (size_t i = 0; i < value.n; i++) {
		if (is_unreserved(value.p[i]))
			wf_buf_addc(out, value.p[i]);
		else
			wf_buf_addf(out, "%%%02X", (unsigned)(unsigned char)value.p[i]);
	}
}

static void
xml_escaped(struct wf_buf *out, struct wf_str value)
{
	static const char *const entities[256] = {
		['<'] = "&lt;",
		['>'] = "&gt;",
		['"'] = "&quot;",
		['\''] = "&apos;",
		['&'] = "&amp;",
	};

	for (size_t i = 0; i < value.n; i++) {
		const char *entity = entities[(unsigned char)value.p[i]];

		if (entity)
			wf_buf_adds(out, entity);
		else
			wf_buf_addc(out, value.p[i]);
	}
}

static size_t
utf16_length(struct wf_str s)
{
	size_t length = 0, len;

	for (; s.n > 0; s = wf_str_skip(s, len))
		length += wf_utf8_get(s, &len) > 0xFFFF ? 2 : 1;
	return length;
}

static void
without_double_quotes(struct wf_buf *out, struct wf_str value)
{
	if (utf16_length(value) > 8 && value.p[0] == '"' && value.p[value.n - 1] == '"')
		wf_buf_add(out, wf_str_sub(value, 1, value.n - 1));
}

#define POWERSHELL_SHORTEST 6 /* parts with fewer characters would mask too much */

/* PowerShell colours the part of a command line that it complains about and so tears a value with
 * `&` in two; with `&+` the letter behind it is the coloured one. */
static void
before_ampersand(struct wf_buf *out, struct wf_str value)
{
	ptrdiff_t plus = wf_str_find(value, WF_S("&+"));
	ptrdiff_t amp = wf_str_rfind_char(value, '&');
	struct wf_str part = wf_str_sub(value, 0, (size_t)(plus >= 0 ? plus + 2 : amp + 1));

	if (utf16_length(part) >= POWERSHELL_SHORTEST)
		wf_buf_add(out, part);
}

static void
behind_ampersand(struct wf_buf *out, struct wf_str value)
{
	ptrdiff_t plus = wf_str_find(value, WF_S("&+"));
	ptrdiff_t amp = wf_str_rfind_char(value, '&');
	struct wf_str part = { NULL, 0 };
	size_t len = 1;

	if (plus >= 0) {
		part = wf_str_skip(value, (size_t)plus + 2);
		if (part.n > 0)
			wf_utf8_get(part, &len);
		part = wf_str_skip(part, len);
	} else if (amp >= 0) {
		part = wf_str_skip(value, (size_t)amp + 1);
	}
	if (utf16_length(part) >= POWERSHELL_SHORTEST)
		wf_buf_add(out, part);
}

void
encode_form(size_t index, struct wf_buf *out, struct wf_str value)
{
	static void (*const forms[])(struct wf_buf *, struct wf_str) = {
		encode_base64,
		base64_without_1,
		base64_without_2,
		double_quotes_escaped,
		single_quotes_doubled,
		json_escaped,
		uri_escaped,
		xml_escaped,
		without_double_quotes,
		before_ampersand,
		behind_ampersand,
	};
	_Static_assert(WF_COUNT(forms) == ENCODE_FORMS, "ENCODE_FORMS counts the table");

	forms[index](out, value);
}
