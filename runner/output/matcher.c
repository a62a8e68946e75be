/* SPDX-License-Identifier: MIT */
/* matcher.c - feeds lines to matchers.
 *
 * A matcher of several patterns matches consecutive lines. Its slot k holds what the patterns 0 to
 * k have captured from the lines before this one; the patterns are tried from the last to the
 * first, so that each sees the slot of the line before. */
#include "runner/output/matcher.h"

#include "runner/output/matcher_def.h"

#include <limits.h>

struct slot {
	struct wf_arena *arena; /* of the captures; NULL before the first */
	bool set;
	struct wf_str captures[MATCHER_FIELDS]; /* p == NULL: not set by any pattern so far */
};

/* What one stream knows of one matcher. */
struct progress {
	const struct matcher_def *def;
	struct slot *slots; /* one fewer than patterns */
};

struct matcher_set {
	struct wf_arena *arena;
	const struct matcher_def **items; /* in the order in which they are asked */
	size_t n, cap;
	struct matcher_def **all; /* removed ones too: streams may know them */
	size_t nall, all_cap;
};

struct matcher_stream {
	struct wf_arena *arena;
	const struct matcher_set *set;
	struct progress **items;
	size_t n, cap;
	struct wf_buf plain; /* the line without colours */
};

/* ---- sets ---- */

struct matcher_set *
matcher_set_new(void)
{
	struct wf_arena *arena = wf_arena_new();
	struct matcher_set *set = wf_new(arena, struct matcher_set);

	set->arena = arena;
	return set;
}

void
matcher_set_free(struct matcher_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->nall; i++)
		matcher_def_release(set->all[i]);
	wf_arena_free(set->arena);
}

void
matcher_set_remove(struct matcher_set *set, struct wf_str owner)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->n; i++)
		if (!wf_str_ieq(set->items[i]->owner, owner))
			set->items[kept++] = set->items[i];
	set->n = kept;
}

/* Puts the definition in front of those from index `at` on. */
static void
insert(struct matcher_set *set, size_t at, struct matcher_def *def)
{
	(void)wf_push(set->arena, set->items, set->n, set->cap);
	memmove(&set->items[at + 1], &set->items[at], (set->n - 1 - at) * sizeof(*set->items));
	set->items[at] = def;
	*wf_push(set->arena, set->all, set->nall, set->all_cap) = def;
}

bool
matcher_set_add(struct matcher_set *set, struct wf_str json, struct wf_error *err)
{
	struct matcher_def **defs;
	size_t n;

	if (!matcher_defs_read(set->arena, json, &defs, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		matcher_set_remove(set, defs[i]->owner);
	for (size_t i = 0; i < n; i++)
		insert(set, i, defs[i]);
	return true;
}

bool
matcher_set_remove_file(struct matcher_set *set, struct wf_str json, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str *owners;
	size_t n;

	if (!matcher_owners_read(arena, json, &owners, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		matcher_set_remove(set, owners[i]);
	return true;
}

/* ---- streams ---- */

struct matcher_stream *
matcher_stream_new(const struct matcher_set *set)
{
	struct wf_arena *arena = wf_arena_new();
	struct matcher_stream *stream = wf_new(arena, struct matcher_stream);

	stream->arena = arena;
	stream->set = set;
	return stream;
}

static size_t
slot_count(const struct progress *progress)
{
	return progress->def->npatterns - 1;
}

void
matcher_stream_free(struct matcher_stream *stream)
{
	if (!stream)
		return;
	for (size_t i = 0; i < stream->n; i++)
		for (size_t k = 0; k < slot_count(stream->items[i]); k++)
			wf_arena_free(stream->items[i]->slots[k].arena);
	wf_buf_release(&stream->plain);
	wf_arena_free(stream->arena);
}

static struct progress *
progress_of(struct matcher_stream *stream, const struct matcher_def *def)
{
	struct progress *progress;

	for (size_t i = 0; i < stream->n; i++)
		if (stream->items[i]->def == def)
			return stream->items[i];
	progress = wf_new(stream->arena, struct progress);
	progress->def = def;
	progress->slots = wf_new_array(stream->arena, def->npatterns, struct slot);
	*wf_push(stream->arena, stream->items, stream->n, stream->cap) = progress;
	return progress;
}

static void
reset(struct progress *progress)
{
	for (size_t k = 0; k < slot_count(progress); k++)
		progress->slots[k].set = false;
}

/* The captures of a pattern on a line, over those of the lines before: what is set, stays. */
static void
merge(struct wf_str *captures, const struct matcher_pattern *pattern, const struct slot *before,
    const struct wf_str *groups)
{
	for (size_t f = 0; f < MATCHER_FIELDS; f++) {
		captures[f] = before ? before->captures[f] : (struct wf_str){ NULL, 0 };
		if (captures[f].p || pattern->groups[f] < 0)
			continue;
		captures[f] = groups[pattern->groups[f]];
		if (!captures[f].p)
			captures[f] = WF_S(""); /* the group took no part in the match */
	}
}

static void
keep(struct slot *slot, const struct wf_str *captures)
{
	if (!slot->arena)
		slot->arena = wf_arena_new();
	wf_arena_reset(slot->arena);
	for (size_t f = 0; f < MATCHER_FIELDS; f++) {
		slot->captures[f] = captures[f];
		if (captures[f].p)
			slot->captures[f] = wf_str_dup(slot->arena, captures[f]);
	}
	slot->set = true;
}

/* Tries pattern k on the line. *captures is filled when it matches. */
static bool
try_pattern(const struct progress *progress, size_t k, struct wf_str line, struct wf_str *captures)
{
	const struct matcher_pattern *pattern = &progress->def->patterns[k];
	const struct slot *before = k > 0 ? &progress->slots[k - 1] : NULL;
	struct wf_str groups[MATCHER_GROUPS_MAX];

	if (before && !before->set)
		return false;
	if (wf_pattern_groups(pattern->regex, line, groups, MATCHER_GROUPS_MAX) == 0)
		return false;
	merge(captures, pattern, before, groups);
	return true;
}

/* Shows the line to one matcher; true when its last pattern matches, with all captures. */
static bool
advance(struct progress *progress, struct wf_str line, struct wf_str *captures)
{
	size_t last = progress->def->npatterns - 1;

	for (size_t k = last + 1; k-- > 0;) {
		bool matched = try_pattern(progress, k, line, captures);

		if (k == last && matched) {
			bool loop = progress->def->patterns[k].loop;

			reset(progress);
			if (loop)
				progress->slots[k - 1].set = true; /* for the next line, too */
			return true;
		}
		if (k == last && k > 0)
			progress->slots[k - 1].set = false;
		else if (k < last && matched)
			keep(&progress->slots[k], captures);
		else if (k < last)
			progress->slots[k].set = false;
	}
	return false;
}

static unsigned
read_number(struct wf_str text)
{
	uint64_t value;

	return wf_str_u64(text, &value) && value <= INT_MAX ? (unsigned)value : 0;
}

static const char *
level_of(struct wf_str severity)
{
	static const char *const levels[] = { "error", "warning", "notice" };

	for (size_t i = 0; i < WF_COUNT(levels); i++)
		if (wf_str_ieq(severity, wf_str(levels[i])))
			return levels[i];
	return severity.n == 0 ? "error" : NULL;
}

/* Makes the hit; false when it has no message or a severity that nobody knows. */
static bool
make_hit(struct wf_arena *arena, const struct matcher_def *def, const struct wf_str *captures,
    struct matcher_hit *hit)
{
	struct wf_str severity = captures[MATCHER_SEVERITY];

	*hit = (struct matcher_hit){ .level = level_of(severity.n ? severity : def->severity) };
	if (!hit->level || wf_str_trim(captures[MATCHER_MESSAGE]).n == 0)
		return false;
	hit->message = wf_str_dup(arena, captures[MATCHER_MESSAGE]);
	hit->code = wf_str_dup(arena, wf_str_trim(captures[MATCHER_CODE]));
	hit->file = wf_str_dup(arena, captures[MATCHER_FILE]);
	hit->from_path = wf_str_dup(arena, captures[MATCHER_FROM_PATH]);
	hit->line = read_number(captures[MATCHER_LINE]);
	hit->col = read_number(captures[MATCHER_COLUMN]);
	return true;
}

/* The line without colour sequences, ESC [ digits and semicolons m. */
static struct wf_str
without_colors(struct wf_buf *plain, struct wf_str line)
{
	struct wf_str rest = line;

	if (wf_str_find(line, WF_S("\x1b[")) < 0)
		return line;
	wf_buf_clear(plain);
	while (rest.n > 0) {
		ptrdiff_t at = wf_str_find(rest, WF_S("\x1b["));
		size_t end = at < 0 ? rest.n : (size_t)at;

		wf_buf_add(plain, wf_str_sub(rest, 0, end));
		rest = wf_str_skip(rest, at < 0 ? rest.n : end + 2);
		while (rest.n > 0 && ((rest.p[0] >= '0' && rest.p[0] <= '9') || rest.p[0] == ';'))
			rest = wf_str_skip(rest, 1);
		if (rest.n > 0 && at >= 0 && rest.p[0] == 'm')
			rest = wf_str_skip(rest, 1);
	}
	return wf_buf_str(plain);
}

bool
matcher_stream_feed(struct matcher_stream *stream, struct wf_arena *arena, struct wf_str line,
    struct matcher_hit *hit)
{
	struct wf_str captures[MATCHER_FIELDS], plain;

	if (stream->set->n == 0)
		return false;
	plain = without_colors(&stream->plain, line);
	for (size_t i = 0; i < stream->set->n; i++) {
		struct progress *progress = progress_of(stream, stream->set->items[i]);
		bool made;

		if (!advance(progress, plain, captures))
			continue;
		made = make_hit(arena, progress->def, captures, hit);
		for (size_t k = 0; k < stream->n; k++) /* the others begin anew */
			if (stream->items[k] != progress)
				reset(stream->items[k]);
		if (!made)
			continue;
		hit->text = wf_str_dup(arena, plain);
		return true;
	}
	return false;
}

/* ---- paths ---- */

static bool
is_absolute(struct wf_str path)
{
	return wf_str_starts(path, WF_S("/"));
}

static struct wf_str
folder_of(struct wf_str path)
{
	ptrdiff_t slash = wf_str_rfind_char(path, '/');

	return wf_str_sub(path, 0, slash < 0 ? 0 : (size_t)slash);
}

/* Appends the parts of path, with "." and ".." resolved by name. */
static void
add_parts(struct wf_buf *out, struct wf_str path)
{
	struct wf_str rest = path;

	while (rest.p) {
		struct wf_str part = wf_str_cut(&rest, '/');

		if (part.n == 0 || wf_str_is(part, "."))
			continue;
		if (wf_str_is(part, "..")) {
			out->n = folder_of(wf_buf_str(out)).n;
			continue;
		}
		wf_buf_addc(out, '/');
		wf_buf_add(out, part);
	}
}

struct wf_str
matcher_hit_path(struct wf_arena *arena, const struct matcher_hit *hit, struct wf_str workspace)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct wf_str folder = folder_of(hit->from_path);

	if (wf_str_trim(hit->file).n == 0)
		return (struct wf_str){ NULL, 0 };
	if (!is_absolute(hit->file)) {
		if (!is_absolute(hit->from_path))
			add_parts(&out, workspace);
		add_parts(&out, folder);
	}
	add_parts(&out, hit->file);
	return wf_buf_take(&out, arena);
}
