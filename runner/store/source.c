/* SPDX-License-Identifier: MIT */
/* source.c - reads templates, and fills them in. */
#include "runner/store/source.h"

#include "base/fs.h"

#include <stdlib.h>

static bool
is_url(struct wf_str source)
{
	ptrdiff_t colon = wf_str_find_char(source, ':'), slash = wf_str_find_char(source, '/');

	return colon >= 0 && (slash < 0 || colon < slash); /* git@host:path too */
}

/* Cuts the next "{word}" off: the text before it, and the word, p NULL when there is none. */
static struct wf_str
cut_word(struct wf_str *rest, struct wf_str *word)
{
	struct wf_str before = wf_str_cut(rest, '{');

	*word = (struct wf_str){ NULL, 0 };
	if (rest->p && wf_str_find_char(*rest, '}') < 0)
		*word = WF_S("{"); /* which is none */
	else if (rest->p)
		*word = wf_str_cut(rest, '}');
	return before;
}

static bool
check(const char *source, struct wf_error *err)
{
	struct wf_str rest = wf_str(source), word;
	bool has_repo = false;

	while (rest.p) {
		cut_word(&rest, &word);
		if (word.p && !wf_str_is(word, "owner") && !wf_str_is(word, "repo")) {
			wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
			    "action source '%s': '{%.*s}' means nothing", source, WF_ARG(word));
			return wf_hint(err, "{owner} and {repo} are filled in");
		}
		has_repo |= wf_str_is(word, "repo");
	}
	if (has_repo)
		return true;
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "action source '%s' has no {repo}", source);
	return wf_hint(err, "for example " SOURCE_DEFAULT ", file:///mirror/{owner}/{repo}");
}

struct sources {
	const char **items;
	size_t n, cap;
};

static bool
add(struct wf_arena *arena, struct sources *list, const char *source, struct wf_error *err)
{
	if (!check(source, err))
		return false;
	if (!is_url(wf_str(source)))
		source = wf_join(arena, wf_cwd(arena), source);
	*wf_push(arena, list->items, list->n, list->cap) = source;
	return true;
}

static bool
add_environment(struct wf_arena *arena, struct sources *list, struct wf_error *err)
{
	struct wf_str rest = wf_str(getenv(SOURCE_VARIABLE));

	while (rest.p) {
		struct wf_str source = wf_str_trim(wf_str_cut(&rest, ' '));

		if (source.n && !add(arena, list, wf_cstr(arena, source), err))
			return wf_wrap(err, SOURCE_VARIABLE);
	}
	return true;
}

const char *const *
source_list(struct wf_arena *arena, const char *const *given, size_t *n, struct wf_error *err)
{
	struct sources list = { .n = 0 };

	for (size_t i = 0; given && given[i]; i++)
		if (!add(arena, &list, given[i], err))
			return NULL;
	if (!list.n && !add_environment(arena, &list, err))
		return NULL;
	if (!list.n && !add(arena, &list, SOURCE_DEFAULT, err))
		return NULL;
	*n = list.n;
	return list.items;
}

const char *
source_url(struct wf_arena *arena, const char *source, struct wf_str owner, struct wf_str repo)
{
	static const char scheme[] = "file://";
	struct wf_str rest = wf_str(source), word;
	struct wf_buf url = WF_BUF_INIT;
	const char *path;

	while (rest.p) {
		wf_buf_add(&url, cut_word(&rest, &word));
		wf_buf_add(&url, wf_str_is(word, "owner")  ? owner
		                 : wf_str_is(word, "repo") ? repo
		                                           : WF_S(""));
	}
	source = wf_buf_take(&url, arena).p;
	path = strncmp(source, scheme, strlen(scheme)) == 0 ? source + strlen(scheme) : source;
	if (path[0] == '/' && !wf_is_dir(path) && wf_is_dir(wf_strf(arena, "%s.git", path).p))
		return wf_strf(arena, "%s.git", source).p;
	return source;
}

struct wf_str
source_shown(struct wf_arena *arena, const char *url)
{
	struct wf_str all = wf_str(url), rest;
	ptrdiff_t scheme = wf_str_find(all, WF_S("://")), at;

	if (scheme < 0)
		return all;
	rest = wf_str_skip(all, (size_t)scheme + strlen("://"));
	at = wf_str_rfind_char(wf_str_sub(rest, 0,
	                           wf_str_find_char(rest, '/') < 0
	                               ? rest.n
	                               : (size_t)wf_str_find_char(rest, '/')),
	    '@');
	if (at < 0)
		return all;
	return wf_strf(arena, "%.*s://%.*s", (int)scheme, url,
	    WF_ARG(wf_str_skip(rest, (size_t)at + 1)));
}
