/* SPDX-License-Identifier: MIT */
/* label.c - makes job names short without making two of them equal. */
#include "cli/label.h"

#include "cli/visible.h"

#include <inttypes.h>

#define CUT_HEAD                                                                                   \
	11 /* characters kept in front; the rest is kept behind, where the matrix stands           \
	    */

void
labels_init(struct labels *labels, struct wf_arena *arena)
{
	*labels = (struct labels){ .arena = arena };
	wf_map_init(&labels->taken, arena, false);
}

/* Where the character number `index` of s starts. */
static size_t
offset_of(struct wf_str s, size_t index)
{
	size_t at = 0, len;

	for (; index > 0 && at < s.n; index--, at += len)
		wf_utf8_get(wf_str_skip(s, at), &len);
	return at;
}

/* "a / b" becomes "a/b", and what is too wide loses its middle. */
static struct wf_str
shorten(struct wf_arena *arena, struct wf_str name)
{
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;
	struct wf_str rest = name, s;
	size_t width;

	while (rest.n > 0) {
		ptrdiff_t at = wf_str_find(rest, WF_S(" / "));

		visible_add(&text, at < 0 ? rest : wf_str_sub(rest, 0, (size_t)at), false);
		if (at >= 0)
			wf_buf_addc(&text, '/');
		rest = wf_str_skip(rest, at < 0 ? rest.n : (size_t)at + 3);
	}
	s = wf_buf_str(&text);
	width = visible_width(s);
	if (width <= LABEL_WIDTH_MAX)
		return wf_str_dup(arena, s);
	return wf_strf(arena, "%.*s..%.*s", WF_ARG(wf_str_sub(s, 0, offset_of(s, CUT_HEAD))),
	    WF_ARG(wf_str_skip(s, offset_of(s, width - (LABEL_WIDTH_MAX - 2 - CUT_HEAD)))));
}

static struct wf_str
make(struct labels *labels, const struct record_job *job)
{
	struct wf_str name = shorten(labels->arena, job->name.n ? job->name : job->id);
	struct wf_str label = name;

	if (wf_map_has(&labels->taken, label) && job->run)
		label = wf_strf(labels->arena, "%.*s@%" PRIu64, WF_ARG(name), job->run->number);
	if (wf_map_has(&labels->taken, label))
		label = wf_strf(labels->arena, "%.*s#%" PRIu64, WF_ARG(name), job->number);
	wf_map_set(&labels->taken, label, labels);
	return label;
}

struct wf_str
labels_get(struct labels *labels, const struct record_job *job)
{
	struct wf_str *label;
	size_t width;

	while (labels->n <= job->number)
		(void)wf_push(labels->arena, labels->items, labels->n, labels->cap);
	label = &labels->items[job->number];
	if (label->n > 0)
		return *label;
	*label = make(labels, job);
	width = visible_width(*label);
	if (width > labels->width)
		labels->width = width;
	return *label;
}
