/* SPDX-License-Identifier: MIT */
/* ids.c - identifiers of jobs and steps. */
#include "model/ids.h"

enum { MAX_LENGTH = 100 };

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_inner(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

static bool
is_valid(struct wf_str id)
{
	if (!id.n || id.n >= MAX_LENGTH || !is_letter(id.p[0]))
		return false;
	for (size_t i = 1; i < id.n; i++)
		if (!is_inner(id.p[i]))
			return false;
	return true;
}

void
ids_init(struct ids *ids, struct wf_arena *arena)
{
	wf_map_init(&ids->taken, arena, true);
	wf_map_init(&ids->numbers, arena, true);
}

bool
ids_take(struct ids *ids, struct wf_str id, struct wf_pos pos, struct wf_diags *diags)
{
	/* "and and" is how GitHub prints it */
	if (!is_valid(id))
		return wf_diags_fail(diags, pos,
		    "The identifier '%.*s' is invalid. IDs may only contain alphanumeric "
		    "characters, "
		    "'_', and '-'. IDs must start with a letter or '_' and and must be less than "
		    "%d "
		    "characters.",
		    WF_ARG(id), MAX_LENGTH);
	if (wf_str_starts(id, WF_S("__")))
		return wf_diags_fail(diags, pos,
		    "The identifier '%.*s' is invalid. IDs starting with '__' are reserved.",
		    WF_ARG(id));
	if (wf_map_has(&ids->taken, id))
		return wf_diags_fail(diags, pos,
		    "The identifier '%.*s' may not be used more than once within the same scope.",
		    WF_ARG(id));
	wf_map_set(&ids->taken, id, ids);
	return true;
}

/* "__" and the text with what an id may not hold as '_'. */
static struct wf_str
base_of(struct wf_arena *arena, struct wf_str text)
{
	char *base = wf_alloc_raw(arena, text.n + 2, 1);
	size_t n = 0, len;

	base[n++] = '_';
	base[n++] = '_';
	for (; text.n > 0; text = wf_str_skip(text, len)) {
		wf_utf8_get(text, &len);
		base[n++] = is_inner(text.p[0]) ? text.p[0] : '_';
	}
	return (struct wf_str){ base, n };
}

/* The base with the number, which is left out of the first, in at most MAX_LENGTH characters. */
static struct wf_str
numbered(struct wf_arena *arena, struct wf_str base, size_t number)
{
	struct wf_str suffix;

	if (number == 1)
		return wf_str_sub(base, 0, MAX_LENGTH);
	suffix = wf_strf(arena, "_%zu", number);
	return wf_strf(arena, "%.*s%.*s", WF_ARG(wf_str_sub(base, 0, MAX_LENGTH - suffix.n)),
	    WF_ARG(suffix));
}

struct wf_str
ids_make(struct ids *ids, struct wf_str text)
{
	struct wf_arena *arena = ids->taken.arena;
	struct wf_str base = base_of(arena, text), id;
	size_t *number = wf_map_get(&ids->numbers, base);

	if (!number) {
		number = wf_new(arena, size_t);
		wf_map_set(&ids->numbers, base, number);
	}
	do
		id = numbered(arena, base, ++*number);
	while (wf_map_has(&ids->taken, id));
	wf_map_set(&ids->taken, id, ids);
	return id;
}
