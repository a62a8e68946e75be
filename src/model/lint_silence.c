/* SPDX-License-Identifier: MIT */
/* lint_silence.c - comments that silence rules, and the order in which problems are told.
 *
 * A comment is looked for in every line of the text, so that one inside of a script counts, too. */
#include "model/lint_walk.h"

#include <stdlib.h>

/* One name in a comment. */
struct ignore {
	struct wf_str name;
	struct wf_pos pos;
	bool whole_file, next_line, used;
};

struct ignores {
	struct wf_arena *arena;
	struct ignore *items;
	size_t n, cap;
};

enum { MAX_IGNORES = 1000 };

static const char mark[] = "# wfrun: ignore";

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || c == '-';
}

/* Reads the names behind the mark, parted by commas; what follows the last is for people. */
static void
read_names(struct ignores *all, struct wf_str line, size_t at, struct ignore ignore)
{
	bool more = true;

	while (more && all->n < MAX_IGNORES) {
		size_t start;

		while (at < line.n && line.p[at] == ' ')
			at++;
		for (start = at; at < line.n && is_name_char(line.p[at]);)
			at++;
		if (at == start)
			return;
		ignore.name = wf_str_sub(line, start, at);
		ignore.pos.col = 1;
		for (size_t i = 0, len; i < start; i += len, ignore.pos.col++)
			wf_utf8_get(wf_str_skip(line, i), &len);
		*wf_push(all->arena, all->items, all->n, all->cap) = ignore;
		more = at < line.n && line.p[at] == ',';
		at += more;
	}
}

static void
read_line(struct ignores *all, struct wf_str line, struct wf_pos pos)
{
	static const char file[] = "-file";
	struct wf_str begin = wf_str_trim(line);
	struct ignore ignore = { .pos = pos };
	ptrdiff_t at = wf_str_find(line, wf_str(mark));
	size_t next;

	if (at < 0)
		return;
	next = (size_t)at + strlen(mark);
	ignore.whole_file = wf_str_starts(wf_str_skip(line, next), wf_str(file));
	ignore.next_line = begin.p == line.p + at;
	if (ignore.whole_file)
		next += strlen(file);
	if (next < line.n && line.p[next] == ' ')
		read_names(all, line, next, ignore);
}

static void
read_ignores(struct ignores *all, const char *file, struct wf_str source)
{
	struct wf_pos pos = { .file = file };

	if (wf_str_find(source, wf_str(mark)) < 0)
		return;
	while (source.p) {
		pos.line++;
		read_line(all, wf_str_cut(&source, '\n'), pos);
	}
}

static bool
covers(const struct ignore *ignore, const struct wf_diag *diag)
{
	int line = diag->error.pos.line;

	if (!diag->rule || diag->severity == WF_DIAG_ERROR || !wf_str_is(ignore->name, diag->rule))
		return false;
	return ignore->whole_file || line == ignore->pos.line ||
	       (ignore->next_line && line == ignore->pos.line + 1);
}

static bool
is_silenced(struct ignores *all, const struct wf_diag *diag)
{
	bool silenced = false;

	for (size_t i = 0; i < all->n; i++)
		if (covers(&all->items[i], diag))
			silenced = all->items[i].used = true;
	return silenced;
}

static void
note_unused(const struct ignore *ignore, struct wf_diags *diags)
{
	size_t n;
	const struct lint_rule *rules = lint_rules(&n), *known = lint_rule(ignore->name);
	struct wf_str *names = wf_new_array(diags->arena, n, struct wf_str);
	struct wf_error err;
	struct wf_diag *diag;

	wf_fail(&err, WF_ERR_INVALID, ignore->pos,
	    known ? "this comment silences nothing: '%.*s' has no warning here"
	          : "there is no rule '%.*s'",
	    WF_ARG(ignore->name));
	diag = wf_diags_add(diags, rules[LINT_UNUSED_IGNORE].severity, &err);
	diag->rule = rules[LINT_UNUSED_IGNORE].name;
	diag->end = ignore->pos.col + (int)ignore->name.n;
	for (size_t i = 0; i < n; i++)
		names[i] = wf_str(rules[i].name);
	if (!known)
		lint_suggest(diag, ignore->name, names, n);
}

/* ---- order ---- */

struct place {
	struct wf_diag *diag;
	size_t index; /* problems of one place stay in their order */
	bool elsewhere; /* in another file */
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	const struct wf_pos *p = &x->diag->error.pos, *q = &y->diag->error.pos;

	if (x->elsewhere != y->elsewhere)
		return x->elsewhere ? 1 : -1;
	if (p->line != q->line)
		return p->line < q->line ? -1 : 1;
	if (p->col != q->col)
		return p->col < q->col ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

static void
sort(const char *file, struct wf_diags *diags)
{
	struct place *places = wf_new_array(diags->arena, diags->n, struct place);

	for (size_t i = 0; i < diags->n; i++) {
		const char *other = diags->items[i]->error.pos.file;

		places[i] = (struct place){ diags->items[i], i, other && strcmp(other, file) != 0 };
	}
	qsort(places, diags->n, sizeof(places[0]), compare_places);
	for (size_t i = 0; i < diags->n; i++)
		diags->items[i] = places[i].diag;
}

void
lint_finish(const char *file, struct wf_str source, bool judged, struct wf_diags *diags)
{
	struct ignores all = { .arena = diags->arena };
	size_t kept = 0;

	read_ignores(&all, file, source);
	for (size_t i = 0; i < diags->n; i++)
		if (!is_silenced(&all, diags->items[i]))
			diags->items[kept++] = diags->items[i];
	diags->n = kept;
	for (size_t i = 0; judged && i < all.n; i++)
		if (!all.items[i].used)
			note_unused(&all.items[i], diags);
	if (diags->n > 1)
		sort(file, diags);
}
