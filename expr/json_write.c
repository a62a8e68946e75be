/* SPDX-License-Identifier: MIT */
/* json_write.c - values to JSON text: as toJSON() prints them, and compact for programs. */
#include "expr/json.h"

#include "expr/memory.h"
#include "expr/number.h"
#include "expr/text.h"

#include <math.h>
#include <stdlib.h>

/* GitHub counts the memory of toJSON() by the pieces that it writes: a bracket, a key, a value,
 * each with the line break and the blanks before it. */
struct writer {
	struct wf_buf *out;
	size_t piece; /* where the piece being written begins */
	size_t cost, max;
};

/* The letter of a short escape, or 0. */
static char
short_escape(char c)
{
	switch (c) {
	case '"':
	case '\\': return c;
	case '\b': return 'b';
	case '\f': return 'f';
	case '\n': return 'n';
	case '\r': return 'r';
	case '\t': return 't';
	default: return 0;
	}
}

/* The length of what must be escaped at the beginning of s, 0 for what stays. Beyond control
 * characters these are the three line ends of Unicode. */
static size_t
escaped_length(struct wf_str s)
{
	unsigned char c = (unsigned char)s.p[0];

	if (c < 0x20 || c == '"' || c == '\\')
		return 1;
	if (c == 0xC2 && wf_str_starts(s, WF_S("\xC2\x85")))
		return 2;
	if (c == 0xE2 && s.n > 2 && s.p[1] == '\x80' && (s.p[2] == '\xA8' || s.p[2] == '\xA9'))
		return 3;
	return 0;
}

static void
write_string(struct wf_buf *out, struct wf_str s)
{
	size_t from = 0;

	wf_buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		size_t len = escaped_length(wf_str_skip(s, i)), unused;
		char letter;

		if (!len)
			continue;
		wf_buf_add(out, wf_str_sub(s, from, i));
		letter = short_escape(s.p[i]);
		if (letter)
			wf_buf_addf(out, "\\%c", letter);
		else
			wf_buf_addf(out, "\\u%04x", wf_utf8_get(wf_str_skip(s, i), &unused));
		i += len - 1;
		from = i + 1;
	}
	wf_buf_add(out, wf_str_skip(s, from));
	wf_buf_addc(out, '"');
}

static void
write_scalar(struct wf_buf *out, struct expr_value value)
{
	char text[EXPR_NUMBER_TEXT];

	switch (value.kind) {
	case EXPR_NULL: wf_buf_adds(out, "null"); return;
	case EXPR_BOOL: wf_buf_adds(out, value.boolean ? "true" : "false"); return;
	case EXPR_NUMBER:
		wf_buf_add(out, (struct wf_str){ text, expr_number_write(value.number, text) });
		return;
	case EXPR_STRING: write_string(out, value.string); return;
	case EXPR_ARRAY: wf_buf_adds(out, "[]"); return; /* an empty one */
	case EXPR_OBJECT: wf_buf_adds(out, "{}"); return;
	}
	abort();
}

static void
start_line(struct wf_buf *out, int level, bool comma)
{
	wf_buf_adds(out, comma ? ",\n" : "\n");
	for (int i = 0; i < level; i++)
		wf_buf_adds(out, "  ");
}

static bool
end_piece(struct writer *w)
{
	w->cost += expr_memory_of_text(wf_str_skip(wf_buf_str(w->out), w->piece));
	w->piece = w->out->n;
	return w->cost <= w->max;
}

static size_t
length(struct expr_value value)
{
	return value.kind == EXPR_ARRAY    ? value.array->n
	       : value.kind == EXPR_OBJECT ? value.object->n
	                                   : 0;
}

static bool write_value(struct writer *w, struct expr_value value, int level);

static bool
write_members(struct writer *w, struct expr_value value, int level)
{
	for (size_t i = 0; i < length(value); i++) {
		struct expr_value member;

		start_line(w->out, level, i > 0);
		if (value.kind == EXPR_ARRAY) {
			member = value.array->items[i];
		} else {
			write_string(w->out, value.object->pairs[i].key);
			if (!end_piece(w))
				return false;
			wf_buf_adds(w->out, ": ");
			member = value.object->pairs[i].value;
		}
		if (!write_value(w, member, level))
			return false;
	}
	return true;
}

static bool
write_value(struct writer *w, struct expr_value value, int level)
{
	bool array = value.kind == EXPR_ARRAY;

	if (length(value) == 0) {
		write_scalar(w->out, value);
		return end_piece(w);
	}
	wf_buf_addc(w->out, array ? '[' : '{');
	if (!end_piece(w) || !write_members(w, value, level + 1))
		return false;
	start_line(w->out, level, false);
	wf_buf_addc(w->out, array ? ']' : '}');
	return end_piece(w);
}

bool
expr_json_pretty_within(struct wf_buf *out, struct expr_value value, size_t max)
{
	struct writer w = { .out = out, .piece = out->n, .max = max };

	return write_value(&w, value, 0);
}

void
expr_json_pretty(struct wf_buf *out, struct expr_value value)
{
	expr_json_pretty_within(out, value, SIZE_MAX);
}

static void
write_exact_number(struct wf_buf *out, double number)
{
	char text[EXPR_NUMBER_TEXT];
	size_t n;

	if (isfinite(number)) {
		n = expr_number_write_exact(number, text);
		wf_buf_add(out, (struct wf_str){ text, n });
	} else {
		n = expr_number_write(number, text);
		wf_buf_add_json(out, (struct wf_str){ text, n });
	}
}

static void
write_compact_members(struct wf_buf *out, struct expr_value value)
{
	for (size_t i = 0; i < length(value); i++) {
		if (i)
			wf_buf_addc(out, ',');
		if (value.kind == EXPR_ARRAY) {
			expr_json_compact(out, value.array->items[i]);
			continue;
		}
		wf_buf_add_json(out, value.object->pairs[i].key);
		wf_buf_addc(out, ':');
		expr_json_compact(out, value.object->pairs[i].value);
	}
}

void
expr_json_compact(struct wf_buf *out, struct expr_value value)
{
	switch (value.kind) {
	case EXPR_NULL:
	case EXPR_BOOL: write_scalar(out, value); return;
	case EXPR_NUMBER: write_exact_number(out, value.number); return;
	case EXPR_STRING: wf_buf_add_json(out, value.string); return;
	case EXPR_ARRAY:
		wf_buf_addc(out, '[');
		write_compact_members(out, value);
		wf_buf_addc(out, ']');
		return;
	case EXPR_OBJECT:
		wf_buf_addc(out, '{');
		write_compact_members(out, value);
		wf_buf_addc(out, '}');
		return;
	}
	abort();
}
