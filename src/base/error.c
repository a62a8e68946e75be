/* SPDX-License-Identifier: MIT */
/* error.c - errors that are set once, wrapped on the way up, and rendered at the end. */
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

__attribute__((format(printf, 4, 0))) static void
set(struct wf_error *err, enum wf_errkind kind, struct wf_pos pos, const char *fmt, va_list ap)
{
	*err = (struct wf_error){ .kind = kind, .pos = pos };
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
}

bool
wf_fail(struct wf_error *err, enum wf_errkind kind, struct wf_pos pos, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return false;
	va_start(ap, fmt);
	set(err, kind, pos, fmt, ap);
	va_end(ap);
	return false;
}

bool
wf_fail_sys(struct wf_error *err, int errnum, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	if (!err)
		return false;
	va_start(ap, fmt);
	set(err, WF_ERR_SYS, WF_NOWHERE, fmt, ap);
	va_end(ap);
	n = strlen(err->msg);
	snprintf(err->msg + n, sizeof(err->msg) - n, ": %s", strerror(errnum));
	return false;
}

bool
wf_wrap(struct wf_error *err, const char *fmt, ...)
{
	char inner[sizeof(err->msg)];
	size_t n;
	va_list ap;

	if (!err)
		return false;
	memcpy(inner, err->msg, sizeof(inner));
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	n = strlen(err->msg);
	snprintf(err->msg + n, sizeof(err->msg) - n, ": %.*s", (int)(sizeof(inner) - 1), inner);
	return false;
}

bool
wf_hint(struct wf_error *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return false;
	va_start(ap, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	return false;
}

int
wf_error_status(enum wf_errkind kind)
{
	switch (kind) {
	case WF_ERR_USAGE: return 2;
	case WF_ERR_INVALID: return 3;
	case WF_ERR_MISSING: return 4;
	case WF_ERR_STRICT: return 5;
	case WF_ERR_SYS: return 4;
	case WF_ERR_EVAL: return 1;
	}
	abort();
}

struct wf_diag *
wf_diags_add(struct wf_diags *diags, enum wf_severity severity, const struct wf_error *err)
{
	struct wf_diag *diag = wf_new(diags->arena, struct wf_diag);

	*diag = (struct wf_diag){ .severity = severity, .error = *err };
	*wf_push(diags->arena, diags->items, diags->n, diags->cap) = diag;
	if (severity == WF_DIAG_ERROR)
		diags->nerrors++;
	return diag;
}

bool
wf_diags_fail(struct wf_diags *diags, struct wf_pos pos, const char *fmt, ...)
{
	struct wf_error err;
	va_list ap;

	va_start(ap, fmt);
	set(&err, WF_ERR_INVALID, pos, fmt, ap);
	va_end(ap);
	wf_diags_add(diags, WF_DIAG_ERROR, &err);
	return false;
}

bool
wf_diags_first(const struct wf_diags *diags, struct wf_error *err)
{
	for (size_t i = 0; i < diags->n; i++) {
		if (diags->items[i]->severity != WF_DIAG_ERROR)
			continue;
		if (!err)
			return false;
		*err = diags->items[i]->error;
		if (diags->nerrors > 1 && !err->hint[0])
			wf_hint(err, "and %zu more, see 'wfrun check'", diags->nerrors - 1);
		return false;
	}
	return false;
}

#define EXCERPT_LONGEST 160

/* One line of foreign text, so that a terminal shows it and obeys nothing in it; gives the width of
 * what stands before character `col`. */
static size_t
add_excerpt(struct wf_buf *out, struct wf_str text, int col)
{
	size_t width = 0, before = 0, len;
	int at = 1;

	for (; text.n && width < EXCERPT_LONGEST; text = wf_str_skip(text, len), at++) {
		uint32_t cp = wf_utf8_get(text, &len);
		char bytes[4];

		if (at == col)
			before = width;
		width++;
		if (cp == '\t')
			cp = ' ';
		if (cp == '\r' && text.n == 1)
			break;
		if (cp < 0x20 || cp == 0x7F || (cp >= 0x80 && cp < 0xA0))
			cp = 0xFFFD;
		wf_buf_add(out, (struct wf_str){ bytes, wf_utf8_put(cp, bytes) });
	}
	return col >= at ? width : before;
}

static void
render_excerpt(struct wf_buf *out, const struct wf_error *err, struct wf_str source, bool color)
{
	struct wf_str text = wf_str_line(source, err->pos.line);
	size_t before;

	if (!text.p)
		return;
	wf_buf_addf(out, "%5d | ", err->pos.line);
	before = add_excerpt(out, text, err->pos.col);
	wf_buf_addc(out, '\n');
	if (err->pos.col > 0)
		wf_buf_addf(out, "      | %*s%s^%s\n", (int)before, "", color ? "\033[1;32m" : "",
		    color ? "\033[0m" : "");
}

static const char *
severity_color(const char *severity)
{
	return severity[0] == 'e' ? "\033[1;31m" : severity[0] == 'w' ? "\033[1;33m" : "\033[1;36m";
}

void
wf_error_render(struct wf_buf *out, const struct wf_error *err, const char *severity,
    struct wf_str source, bool color)
{
	if (err->pos.file) {
		wf_buf_adds(out, err->pos.file);
		if (err->pos.line > 0)
			wf_buf_addf(out, ":%d", err->pos.line);
		if (err->pos.line > 0 && err->pos.col > 0)
			wf_buf_addf(out, ":%d", err->pos.col);
		wf_buf_adds(out, ": ");
	}
	wf_buf_addf(out, "%s%s:%s %s\n", color ? severity_color(severity) : "", severity,
	    color ? "\033[0m" : "", err->msg);
	if (err->pos.file && err->pos.line > 0)
		render_excerpt(out, err, source, color);
	if (err->hint[0])
		wf_buf_addf(out, "hint: %s\n", err->hint);
}

struct wf_str
wf_nearest(struct wf_str word, const struct wf_str *candidates, size_t n)
{
	struct wf_str best = { NULL, 0 };
	size_t near = word.n <= 3 ? 2 : word.n / 3 + 2; /* what is farther was not meant */

	for (size_t i = 0; i < n; i++) {
		size_t distance = wf_str_distance(word, candidates[i]);

		if (distance < near) {
			near = distance;
			best = candidates[i];
		}
	}
	return best;
}
