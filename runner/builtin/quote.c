/* SPDX-License-Identifier: MIT */
/* quote.c - comma-separated values, JSON, and two ways to write words for a shell. */
#include "runner/builtin/quote.h"

#include <stdlib.h>

bool
quote_format(struct wf_str name, enum quote_format *out)
{
	static const char *const names[] = {
		[QUOTE_NONE] = "none",
		[QUOTE_CSV] = "csv",
		[QUOTE_JSON] = "json",
		[QUOTE_SHELL] = "shell",
		[QUOTE_ESCAPE] = "escape",
	};

	for (size_t i = 0; i < WF_COUNT(names); i++)
		if (wf_str_is(name, names[i])) {
			*out = (enum quote_format)i;
			return true;
		}
	return false;
}

static bool
is_safe(char c, const char *others)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr(others, c));
}

/* Whether one line of the text has safe characters only; the action looks at lines, too. */
static bool
has_safe_line(struct wf_str text, const char *others)
{
	while (text.p) {
		struct wf_str line = wf_str_cut(&text, '\n');
		size_t n = 0;

		while (n < line.n && is_safe(line.p[n], others))
			n++;
		if (n == line.n && n > 0)
			return true;
	}
	return false;
}

static void
add_csv(struct wf_buf *out, struct wf_str path)
{
	if (has_safe_line(path, "._+:@%/-")) {
		wf_buf_add(out, path);
		return;
	}
	wf_buf_addc(out, '"');
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '"')
			wf_buf_addc(out, '"');
		wf_buf_addc(out, path.p[i]);
	}
	wf_buf_addc(out, '"');
}

/* A backslash before every character that is not plain. */
static void
add_escaped(struct wf_buf *out, struct wf_str path)
{
	for (size_t i = 0, len; i < path.n; i += len) {
		wf_utf8_get(wf_str_skip(path, i), &len);
		if (!is_safe(path.p[i], ",._+:@%/-"))
			wf_buf_addc(out, '\\');
		wf_buf_add(out, wf_str_sub(path, i, i + len));
	}
}

/* As little quoting as will do; a text with single quotes and worse is quoted between them. */
static void
add_shell(struct wf_buf *out, struct wf_str path)
{
	const char *quote = "'";

	if (path.n == 0 || has_safe_line(path, ",._+:@%/-")) {
		wf_buf_add(out, path);
		return;
	}
	if (wf_str_find_char(path, '\'') >= 0) {
		quote = "\"";
		if (!has_safe_line(path, ",._+:@%/-' \t\r\v\f")) {
			while (path.p) {
				add_shell(out, wf_str_cut(&path, '\''));
				if (path.p)
					wf_buf_adds(out, "\\'");
			}
			return;
		}
	}
	wf_buf_adds(out, quote);
	wf_buf_add(out, path);
	wf_buf_adds(out, quote);
}

struct wf_str
quote_list(struct wf_arena *arena, enum quote_format format, const struct wf_str *paths, size_t n)
{
	static const struct {
		const char *open, *between, *close;
		void (*add)(struct wf_buf *out, struct wf_str path);
	} formats[] = {
		[QUOTE_NONE] = { "", "", "", NULL },
		[QUOTE_CSV] = { "", ",", "", add_csv },
		[QUOTE_JSON] = { "[", ",", "]", wf_buf_add_json },
		[QUOTE_SHELL] = { "", " ", "", add_shell },
		[QUOTE_ESCAPE] = { "", " ", "", add_escaped },
	};
	struct wf_buf out = WF_BUF_INIT;

	if (!formats[format].add)
		return WF_S("");
	wf_buf_adds(&out, formats[format].open);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			wf_buf_adds(&out, formats[format].between);
		formats[format].add(&out, paths[i]);
	}
	wf_buf_adds(&out, formats[format].close);
	return wf_buf_take(&out, arena);
}
