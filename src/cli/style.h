/* SPDX-License-Identifier: MIT */
/* style.h - how the live view and the summary write what both write: colours, results, times. */
#pragma once

#include "base/str.h"
#include "runner/output/command.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum style {
	STYLE_PLAIN,
	STYLE_STRONG, /* names of what starts */
	STYLE_FAINT, /* what did not happen */
	STYLE_GOOD,
	STYLE_BAD,
	STYLE_CAREFUL,
	STYLE_HINT,
};

/* --color */
enum style_when { STYLE_AUTO, STYLE_ALWAYS, STYLE_NEVER };

/* Whether text on out is to be coloured: STYLE_AUTO asks whether out is a terminal that can, and
 * heeds NO_COLOR. */
bool style_color(enum style_when when, FILE *out);

/* Appends text in its style; plain without color. The text must be fit for a terminal. */
void style_add(struct wf_buf *out, enum style style, struct wf_str text, bool color);
/* The style that goes with "success", "failure", "cancelled", "skipped", or a level's name. */
enum style style_of(const char *word);
/* "0.4s", "12.3s", "2m 05s", "1h 02m" */
void style_add_duration(struct wf_buf *out, int64_t ms);
/* "file:line:col", as far as it is known; nothing when there is no file. */
void style_add_place(struct wf_buf *out, const struct command_place *place);
