/* SPDX-License-Identifier: MIT */
/* style.c - colours, durations and places in one hand. */
#include "cli/style.h"

#include "base/arena.h"
#include "cli/visible.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
style_color(enum style_when when, FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

	switch (when) {
	case STYLE_ALWAYS: return true;
	case STYLE_NEVER: return false;
	case STYLE_AUTO:
		return !(no_color && *no_color) && isatty(fileno(out)) && terminal &&
		       strcmp(terminal, "dumb") != 0;
	}
	abort();
}

void
style_add(struct wf_buf *out, enum style style, struct wf_str text, bool color)
{
	static const char *const codes[] = {
		[STYLE_PLAIN] = NULL,
		[STYLE_STRONG] = "1",
		[STYLE_FAINT] = "2",
		[STYLE_GOOD] = "32",
		[STYLE_BAD] = "1;31",
		[STYLE_CAREFUL] = "33",
		[STYLE_HINT] = "36",
	};

	if (color && codes[style])
		wf_buf_addf(out, "\x1b[%sm%.*s\x1b[0m", codes[style], WF_ARG(text));
	else
		wf_buf_add(out, text);
}

enum style
style_of(const char *word)
{
	static const struct {
		const char *word;
		enum style style;
	} rows[] = {
		{ "success", STYLE_GOOD },
		{ "failure", STYLE_BAD },
		{ "cancelled", STYLE_CAREFUL },
		{ "skipped", STYLE_FAINT },
		{ "error", STYLE_BAD },
		{ "warning", STYLE_CAREFUL },
		{ "notice", STYLE_HINT },
	};

	for (size_t i = 0; word && i < WF_COUNT(rows); i++)
		if (strcmp(word, rows[i].word) == 0)
			return rows[i].style;
	return STYLE_PLAIN;
}

void
style_add_duration(struct wf_buf *out, int64_t ms)
{
	int64_t seconds = ms / 1000;

	if (seconds < 60)
		wf_buf_addf(out, "%" PRId64 ".%ds", seconds, (int)(ms % 1000 / 100));
	else if (seconds < 3600)
		wf_buf_addf(out, "%" PRId64 "m %02ds", seconds / 60, (int)(seconds % 60));
	else
		wf_buf_addf(out, "%" PRId64 "h %02dm", seconds / 3600, (int)(seconds / 60 % 60));
}

void
style_add_place(struct wf_buf *out, const struct command_place *place)
{
	if (place->file.n == 0)
		return;
	visible_add(out, place->file, false);
	if (place->line)
		wf_buf_addf(out, ":%u", place->line);
	if (place->line && place->col)
		wf_buf_addf(out, ":%u", place->col);
}
