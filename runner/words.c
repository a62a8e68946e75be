/* SPDX-License-Identifier: MIT */
/* words.c - see words.h. */
#include "runner/words.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
words_next(struct wf_arena *arena, struct wf_str *rest, struct wf_str *out)
{
	wf_auto(wf_buf_release) struct wf_buf word = WF_BUF_INIT;
	bool quoted = false;
	size_t i = 0;

	while (rest->n && is_blank(rest->p[0]))
		*rest = wf_str_skip(*rest, 1);
	if (!rest->n)
		return false;
	wf_buf_reserve(&word, rest->n);
	for (; i < rest->n && (quoted || !is_blank(rest->p[i])); i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->n && rest->p[i + 1] == '"')
			wf_buf_addc(&word, rest->p[++i]);
		else if (rest->p[i] == '"')
			quoted = !quoted;
		else
			wf_buf_addc(&word, rest->p[i]);
	}
	*rest = wf_str_skip(*rest, i);
	*out = wf_str_dup(arena, wf_buf_str(&word));
	return true;
}
