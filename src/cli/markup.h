/* SPDX-License-Identifier: MIT */
/* markup.h - sets a text with headings, lists, tables and code for a terminal.
 *
 * The owner says what opens, what stands in it and what closes; it need not be well-formed, for it
 * comes from foreign HTML too: a close without an open is passed over, and takes along what was
 * left open within. Texts may hold any byte. */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum markup_kind {
	/* blocks */
	MARKUP_PARAGRAPH,
	MARKUP_HEADING, /* number: its level */
	MARKUP_QUOTE,
	MARKUP_BULLETS,
	MARKUP_NUMBERS, /* number: of the first item */
	MARKUP_ITEM, /* text: what stands behind its mark, "[x] " */
	MARKUP_VERBATIM,
	MARKUP_TABLE,
	MARKUP_ROW,
	MARKUP_HEAD, /* a cell; number: not 0 to put its text to the right */
	MARKUP_CELL, /* the same */
	/* spans */
	MARKUP_STRONG,
	MARKUP_CODE,
	MARKUP_LINK, /* text: where it leads */
};

struct markup_detail {
	unsigned number;
	struct wf_str text;
};

struct markup;

/* Lines of at most `width` columns, where words allow it. Without color, what colours say is said
 * by characters: headings are underlined, code stands in backquotes. */
struct markup *markup_new(size_t width, bool color);
void markup_open(struct markup *m, enum markup_kind kind, struct markup_detail detail);
void markup_close(struct markup *m, enum markup_kind kind);
/* White space is where a line may end, and nothing else, but for MARKUP_VERBATIM. */
void markup_text(struct markup *m, struct wf_str text);
void markup_break(struct markup *m); /* a new line within the block */
void markup_rule(struct markup *m); /* a line across */
/* Bytes of output so far. */
size_t markup_size(const struct markup *m);
/* Appends the lines, each with a line feed and fit for a terminal, and frees m. */
void markup_finish(struct markup *m, struct wf_buf *out);
