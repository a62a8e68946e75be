/* SPDX-License-Identifier: MIT */
/* pick.c - three ways to name a workflow, tried in turn. */
#include "runner/pick.h"

#include <stdlib.h>

static struct wf_str
file_name(struct wf_str path)
{
	return wf_str_skip(path, (size_t)(wf_str_rfind_char(path, '/') + 1));
}

/* The path from the repository's root, or a longer one that ends in it. */
static bool
is_path(const struct session_workflow *workflow, struct wf_str word)
{
	struct wf_str path = workflow->path;

	return wf_str_eq(word, path) ||
	       (word.n > path.n && wf_str_ends(word, path) && word.p[word.n - path.n - 1] == '/');
}

static bool
is_file_name(const struct session_workflow *workflow, struct wf_str word)
{
	return wf_str_eq(word, file_name(workflow->path));
}

static bool
is_display_name(const struct session_workflow *workflow, struct wf_str word)
{
	return workflow->wf && wf_str_eq(word, workflow->wf->name);
}

static bool (*const ways[])(const struct session_workflow *workflow,
    struct wf_str word) = { is_path, is_file_name, is_display_name };

static bool
fail_unknown(const struct session_workflow *all, size_t n, struct wf_str word, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str *known = wf_new_array(arena, 2 * n, struct wf_str), nearest;
	wf_auto(wf_buf_release) struct wf_buf list = WF_BUF_INIT;
	size_t nknown = 0;

	for (size_t i = 0; i < n; i++) {
		known[nknown++] = file_name(all[i].path);
		wf_buf_addf(&list, "%s%.*s", i > 0 ? ", " : "", WF_ARG(known[nknown - 1]));
		if (all[i].wf)
			known[nknown++] = all[i].wf->name;
	}
	nearest = wf_nearest(word, known, nknown);
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "there is no workflow '%.*s'", WF_ARG(word));
	if (nearest.n > 0)
		return wf_hint(err, "did you mean '%.*s'?", WF_ARG(nearest));
	if (n == 0)
		return wf_hint(err, "there are no files in .github/workflows");
	return wf_hint(err, "there are %s", list.p);
}

bool
pick_workflow(const struct session_workflow *all, size_t n, const char *word, size_t *index,
    struct wf_error *err)
{
	for (size_t way = 0; way < WF_COUNT(ways); way++) {
		size_t found = 0;

		for (size_t i = 0; i < n; i++)
			if (ways[way](&all[i], wf_str(word)) && found++ == 0)
				*index = i;
		if (found == 1)
			return true;
		if (found > 1) {
			wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "%zu workflows are named '%s'",
			    found, word);
			return wf_hint(err, "name the file, for example %.*s",
			    WF_ARG(file_name(all[*index].path)));
		}
	}
	return fail_unknown(all, n, wf_str(word), err);
}
