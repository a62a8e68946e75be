/* SPDX-License-Identifier: MIT */
/* wrap.c - takes as many words as fit, line by line. */
#include "cli/wrap.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/visible.h"

#define HANG 4 /* how much further in a line goes on */
#define NARROWEST 40 /* in less there is no use in breaking */

size_t
wrap_columns(FILE *stream)
{
	struct winsize size;

	if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

static size_t
indent_of(struct wf_str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == ' ')
		n++;
	return n;
}

/* How many bytes of the line fit: up to the last blank that is in reach, or to the first one when
 * a word is too wide for any line; all, when it need not break. */
static size_t
fitting(struct wf_str line, size_t columns)
{
	size_t indent = indent_of(line), last = 0, from = 0, width = 0;

	for (size_t i = indent + 1; i <= line.n; i++) {
		if (i < line.n && (line.p[i] != ' ' || line.p[i - 1] == ' '))
			continue;
		width += visible_width(wf_str_sub(line, from, i));
		if (width > columns)
			return last > 0 ? last : i;
		last = from = i;
	}
	return line.n;
}

static void
add_line(struct wf_buf *out, struct wf_str line, size_t columns)
{
	size_t indent = indent_of(line) + HANG, width = columns, n;

	if (indent > columns / 2)
		indent = columns / 2;
	while ((n = fitting(line, width)) < line.n) {
		wf_buf_add(out, wf_str_sub(line, 0, n));
		wf_buf_addf(out, "\n%*s", (int)indent, "");
		line = wf_str_skip(line, n);
		line = wf_str_skip(line, indent_of(line));
		width = columns - indent;
	}
	wf_buf_add(out, line);
	wf_buf_addc(out, '\n');
}

void
wrap_add(struct wf_buf *out, struct wf_str text, size_t columns)
{
	if (columns < NARROWEST) {
		wf_buf_add(out, text);
		return;
	}
	while (text.n > 0)
		add_line(out, wf_str_cut(&text, '\n'), columns);
}
