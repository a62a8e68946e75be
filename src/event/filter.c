/* SPDX-License-Identifier: MIT */
/* filter.c - lists of patterns, compiled. */
#include "event/filter.h"

#include <stdlib.h>

#include "base/pattern.h"

struct filter {
	size_t n;
	struct filter_item {
		struct wf_pattern *pattern;
		bool negated;
	} items[];
};

struct filter *
filter_new(const struct when_filter *list, struct wf_error *err)
{
	struct filter *filter = calloc(1, sizeof(*filter) + list->n * sizeof(filter->items[0]));

	if (!filter)
		abort();
	for (; filter->n < list->n; filter->n++) {
		const struct when_pattern *from = &list->items[filter->n];
		struct filter_item *item = &filter->items[filter->n];

		item->negated = wf_str_starts(from->text, WF_S("!"));
		item->pattern = wf_pattern_new(WF_PATTERN_FILTER,
		    wf_str_skip(from->text, item->negated), from->pos, err);
		if (!item->pattern) {
			filter_free(filter);
			return NULL;
		}
	}
	return filter;
}

void
filter_free(struct filter *filter)
{
	if (!filter)
		return;
	for (size_t i = 0; i < filter->n; i++)
		wf_pattern_free(filter->items[i].pattern);
	free(filter);
}

bool
filter_match(const struct filter *filter, struct wf_str name, ptrdiff_t *decided)
{
	*decided = -1;
	for (size_t i = 0; i < filter->n; i++)
		if (wf_pattern_match(filter->items[i].pattern, name))
			*decided = (ptrdiff_t)i;
	return *decided >= 0 && !filter->items[*decided].negated;
}

/* Each entry stands alone: `!x` hits whatever is not x. */
bool
filter_ignores(const struct filter *filter, struct wf_str name, ptrdiff_t *decided)
{
	*decided = -1;
	for (size_t i = 0; i < filter->n && *decided < 0; i++)
		if (wf_pattern_match(filter->items[i].pattern, name) != filter->items[i].negated)
			*decided = (ptrdiff_t)i;
	return *decided >= 0;
}
