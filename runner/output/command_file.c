/* SPDX-License-Identifier: MIT */
/* command_file.c - reads what a step wrote into GITHUB_ENV, GITHUB_OUTPUT, GITHUB_STATE,
 * GITHUB_PATH.
 *
 * Nothing is trimmed: a carriage return is part of the name, value or delimiter that it stands in.
 */
#include "runner/output/command.h"

static struct wf_str
without_mark(struct wf_str text)
{
	return wf_str_starts(text, WF_S("\xEF\xBB\xBF")) ? wf_str_skip(text, 3) : text;
}

/* Cuts one line off; *complete says whether a line feed ended it. false: nothing is left. */
static bool
next_line(struct wf_str *rest, struct wf_str *line, bool *complete)
{
	ptrdiff_t lf = wf_str_find_char(*rest, '\n');

	if (rest->n == 0)
		return false;
	*complete = lf >= 0;
	*line = wf_str_sub(*rest, 0, *complete ? (size_t)lf : rest->n);
	*rest = wf_str_skip(*rest, line->n + *complete);
	return true;
}

/* The lines up to the delimiter, joined as they stand, without the last line feed. */
static bool
read_heredoc(struct wf_str *rest, struct wf_str delimiter, struct wf_str *value,
    struct wf_error *err)
{
	const char *start = rest->p;
	struct wf_str line;
	bool complete;

	*value = (struct wf_str){ start, 0 };
	for (;;) {
		if (!next_line(rest, &line, &complete))
			return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
			    "Invalid value. Matching delimiter not found '%.*s'",
			    WF_ARG(delimiter));
		if (wf_str_eq(line, delimiter))
			return true;
		if (!complete)
			return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
			    "Invalid value. EOF marker missing new line.");
		value->n = (size_t)(line.p - start) + line.n;
	}
}

/* One entry: NAME=VALUE when the equals sign comes first, NAME<<DELIMITER when that does. */
static bool
read_entry(struct wf_str line, struct wf_str *rest, struct command_pair *pair, struct wf_error *err)
{
	ptrdiff_t equals = wf_str_find_char(line, '=');
	ptrdiff_t heredoc = wf_str_find(line, WF_S("<<"));
	struct wf_str delimiter;

	if (equals < 0 && heredoc < 0)
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE, "Invalid format '%.*s'", WF_ARG(line));
	if (heredoc < 0 || (equals >= 0 && equals < heredoc)) {
		pair->name = wf_str_sub(line, 0, (size_t)equals);
		pair->value = wf_str_skip(line, (size_t)equals + 1);
		return true;
	}
	pair->name = wf_str_sub(line, 0, (size_t)heredoc);
	delimiter = wf_str_skip(line, (size_t)heredoc + 2);
	if (pair->name.n == 0 || delimiter.n == 0)
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
		    "Invalid format '%.*s'. Name must not be empty and delimiter must not be empty",
		    WF_ARG(line));
	return read_heredoc(rest, delimiter, &pair->value, err);
}

bool
command_file_pairs(struct wf_arena *arena, struct wf_str text, struct command_pair **pairs,
    size_t *n, struct wf_error *err)
{
	struct wf_str rest = without_mark(text), line;
	struct command_pair pair = { 0 };
	size_t cap = 0;
	bool complete;

	*pairs = NULL;
	*n = 0;
	while (next_line(&rest, &line, &complete)) {
		if (line.n == 0)
			continue;
		if (!read_entry(line, &rest, &pair, err))
			return false;
		*wf_push(arena, *pairs, *n,
		    cap) = (struct command_pair){ wf_str_dup(arena, pair.name),
			wf_str_dup(arena, pair.value) };
	}
	return true;
}

/* Lines end at LF, CR and CRLF here; the empty one between CR and LF is left out with the others.
 */
void
command_file_paths(struct wf_arena *arena, struct wf_str text, struct wf_str **paths, size_t *n)
{
	struct wf_str rest = without_mark(text);
	size_t cap = 0;

	*paths = NULL;
	*n = 0;
	while (rest.n > 0) {
		size_t end = 0;

		while (end < rest.n && rest.p[end] != '\n' && rest.p[end] != '\r')
			end++;
		if (end > 0)
			*wf_push(arena, *paths, *n, cap) = wf_str_dup(arena,
			    wf_str_sub(rest, 0, end));
		rest = wf_str_skip(rest, end + 1);
	}
}
