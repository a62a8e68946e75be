/* SPDX-License-Identifier: MIT */
/* glob.c - patterns as lists of segments, and a walk that enters a folder only where a pattern may
 * still match below it. Names of a folder come in strcmp order, as node lists them. */
#include "runner/builtin/glob.h"

#include "base/fs.h"
#include "runner/box/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

struct parts {
	const char **items;
	size_t n, cap;
};

struct glob_pattern {
	bool negated;
	bool folders_only; /* it ends with a slash */
	bool implicit; /* what is below a folder that another pattern names */
	struct parts parts; /* of the absolute path */
	const char *root; /* its literal folders */
};

/* A folder on the way to where the walk is, to find links that lead back. */
struct step {
	dev_t dev;
	ino_t ino;
};

/* Something that the walk has not looked at yet. */
struct place {
	const char *path;
	size_t level; /* 1: a root */
};

struct walk {
	struct wf_arena *arena;
	const struct glob_ask *ask;
	struct glob_answer *answer;
	struct glob_pattern *patterns;
	size_t n, cap;
	struct place *stack;
	size_t depth, stack_cap;
	struct step *chain; /* folders above, by level */
	size_t nchain, chain_cap;
	struct wf_error *err;
};

/* ---- patterns ---- */

static struct parts
cut_path(struct wf_arena *arena, struct wf_str path)
{
	struct parts parts = { .n = 0 };

	while (path.p) {
		struct wf_str part = wf_str_cut(&path, '/');

		if (part.n)
			*wf_push(arena, parts.items, parts.n, parts.cap) = wf_cstr(arena, part);
	}
	return parts;
}

/* Text that stands for itself in a pattern. */
static struct wf_str
escape(struct wf_arena *arena, const char *path)
{
	struct wf_buf out = WF_BUF_INIT;

	for (; *path; path++) {
		if (strchr("*?[\\", *path))
			wf_buf_addc(&out, '\\');
		wf_buf_addc(&out, *path);
	}
	return wf_buf_take(&out, arena);
}

static struct wf_str
make_absolute(struct walk *walk, struct wf_str line)
{
	struct wf_arena *arena = walk->arena;

	if (wf_str_is(line, "~") || wf_str_starts(line, WF_S("~/")))
		return wf_strf(arena, "%.*s%.*s", WF_ARG(escape(arena, walk->ask->home)),
		    WF_ARG(wf_str_skip(line, 1)));
	if (wf_str_starts(line, WF_S("/")))
		return line;
	if (wf_str_is(line, ".") || wf_str_starts(line, WF_S("./")))
		line = wf_str_skip(line, 1);
	return wf_strf(arena, "%.*s/%.*s", WF_ARG(escape(arena, walk->ask->workspace)),
	    WF_ARG(line));
}

/* `.` may stand at the front alone, `..` nowhere. */
static bool
is_relative(struct wf_str line)
{
	for (bool first = true; line.p; first = false) {
		struct wf_str part = wf_str_cut(&line, '/');

		if (wf_str_is(part, "..") || (wf_str_is(part, ".") && !first))
			return true;
	}
	return false;
}

/* The text that a segment stands for when nothing in it is special, else NULL. */
static const char *
literal(struct wf_arena *arena, const char *part)
{
	struct wf_buf out = WF_BUF_INIT;

	for (; *part; part++) {
		if (*part == '\\' && part[1]) {
			part++;
		} else if (*part == '*' || *part == '?' || (*part == '[' && strchr(part, ']'))) {
			wf_buf_release(&out);
			return NULL;
		}
		wf_buf_addc(&out, *part);
	}
	return wf_buf_take(&out, arena).p;
}

static const char *
literal_root(struct wf_arena *arena, const struct parts *parts)
{
	struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < parts->n; i++) {
		const char *text = literal(arena, parts->items[i]);

		if (!text)
			break;
		wf_buf_addf(&out, "/%s", text);
	}
	if (!out.n)
		wf_buf_addc(&out, '/');
	return wf_buf_take(&out, arena).p;
}

static bool
ends_in_all(const struct parts *parts)
{
	return parts->n && strcmp(parts->items[parts->n - 1], "**") == 0;
}

static void
add_pattern(struct walk *walk, const struct glob_pattern *pattern)
{
	*wf_push(walk->arena, walk->patterns, walk->n, walk->cap) = *pattern;
}

static bool
add_line(struct walk *walk, struct wf_str line)
{
	struct glob_pattern pattern = { .negated = false };

	line = wf_str_trim(line);
	if (!line.n || line.p[0] == '#')
		return true;
	for (; line.n && line.p[0] == '!'; line = wf_str_trim(wf_str_skip(line, 1)))
		pattern.negated = !pattern.negated;
	if (!line.n)
		return wf_fail(walk->err, WF_ERR_USAGE, WF_NOWHERE, "pattern cannot be empty");
	if (is_relative(line))
		return wf_fail(walk->err, WF_ERR_USAGE, WF_NOWHERE,
		    "Invalid pattern '%.*s'. Relative pathing '.' and '..' is not allowed.",
		    WF_ARG(line));
	line = make_absolute(walk, line);
	pattern.folders_only = line.p[line.n - 1] == '/';
	pattern.parts = cut_path(walk->arena, line);
	pattern.root = literal_root(walk->arena, &pattern.parts);
	add_pattern(walk, &pattern);
	if (!walk->ask->descendants || (!pattern.folders_only && ends_in_all(&pattern.parts)))
		return true;
	pattern.parts = cut_path(walk->arena, wf_strf(walk->arena, "%.*s/**", WF_ARG(line)));
	pattern.folders_only = false;
	pattern.implicit = true;
	add_pattern(walk, &pattern);
	return true;
}

static bool
read_patterns(struct walk *walk)
{
	struct wf_str rest = walk->ask->patterns;

	while (rest.p)
		if (!add_line(walk, wf_str_cut(&rest, '\n')))
			return false;
	return true;
}

/* ---- matching ---- */

/* `partial`: whether something below the path may match. */
static bool
match_parts(const struct glob_pattern *pattern, size_t at, const struct parts *path, size_t from,
    bool partial)
{
	const struct parts *parts = &pattern->parts;

	for (; at < parts->n; at++, from++) {
		bool all = strcmp(parts->items[at], "**") == 0;

		if (from == path->n && partial)
			return true;
		if (from == path->n) /* a folder itself is taken by FOLDER/ and two stars */
			return all && at + 1 == parts->n && !pattern->implicit;
		if (all && at + 1 == parts->n)
			return true;
		if (all) {
			for (size_t next = from; next <= path->n; next++)
				if (match_parts(pattern, at + 1, path, next, partial))
					return true;
			return false;
		}
		if (fnmatch(parts->items[at], path->items[from], 0) != 0)
			return false;
	}
	return from == path->n;
}

enum match { MATCH_NONE = 0, MATCH_FOLDER = 1, MATCH_FILE = 2, MATCH_ALL = 3 };

/* Ordered: a positive pattern adds, a negated one takes away. */
static unsigned
match_all(const struct walk *walk, const struct parts *path)
{
	unsigned result = MATCH_NONE;

	for (size_t i = 0; i < walk->n; i++) {
		const struct glob_pattern *pattern = &walk->patterns[i];
		unsigned kind = pattern->folders_only ? MATCH_FOLDER : MATCH_ALL;

		if (!match_parts(pattern, 0, path, 0, false))
			continue;
		if (pattern->negated)
			result &= ~kind;
		else
			result |= kind;
	}
	return result;
}

static bool
may_match_below(const struct walk *walk, const struct parts *path)
{
	for (size_t i = 0; i < walk->n; i++)
		if (!walk->patterns[i].negated && match_parts(&walk->patterns[i], 0, path, 0, true))
			return true;
	return false;
}

/* ---- the walk ---- */

static bool
is_below(struct wf_str path, struct wf_str folder)
{
	return wf_str_starts(path, folder) && path.n > folder.n &&
	       (path.p[folder.n] == '/' || folder.n == 1);
}

/* A root is searched once, and not when one above it is. */
static bool
is_searched_elsewhere(const struct walk *walk, size_t index)
{
	struct wf_str root = wf_str(walk->patterns[index].root);

	for (size_t i = 0; i < walk->n; i++) {
		struct wf_str other = wf_str(walk->patterns[i].root);

		if (walk->patterns[i].negated || i == index)
			continue;
		if (is_below(root, other) || (i < index && wf_str_eq(root, other)))
			return true;
	}
	return false;
}

static void
find_roots(struct walk *walk)
{
	struct glob_answer *answer = walk->answer;

	for (size_t i = 0; i < walk->n; i++)
		if (!walk->patterns[i].negated && !is_searched_elsewhere(walk, i))
			*wf_push(walk->arena, answer->roots, answer->nroots,
			    answer->roots_cap) = walk->patterns[i].root;
}

static void
push(struct walk *walk, const char *path, size_t level)
{
	*wf_push(walk->arena, walk->stack, walk->depth, walk->stack_cap) = (struct place){ path,
		level };
}

/* Whether a link has led back to a folder that the walk is in; else it is in this one now. */
static bool
is_circle(struct walk *walk, const struct stat *st, size_t level)
{
	if (walk->nchain >= level)
		walk->nchain = level - 1;
	for (size_t i = 0; i < walk->nchain; i++)
		if (walk->chain[i].dev == st->st_dev && walk->chain[i].ino == st->st_ino)
			return true;
	*wf_push(walk->arena, walk->chain, walk->nchain,
	    walk->chain_cap) = (struct step){ st->st_dev, st->st_ino };
	return false;
}

static bool
push_names(struct walk *walk, const struct place *place)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	wf_auto(wf_close_fd) int fd = place_open_mode(walk->ask->root, place->path,
	    O_RDONLY | O_DIRECTORY, 0);
	const char *slash = strcmp(place->path, "/") == 0 ? "" : "/";
	char **names;
	size_t n;

	if (fd < 0)
		return wf_fail_sys(walk->err, errno, "%s", place->path);
	if (!wf_list_fd(scratch, fd, &names, &n, walk->err))
		return false;
	while (n-- > 0) /* the first name on top */
		push(walk, wf_strf(walk->arena, "%s%s%s", place->path, slash, names[n]).p,
		    place->level + 1);
	return true;
}

static void
found(struct walk *walk, const char *path, bool is_folder)
{
	struct glob_answer *answer = walk->answer;

	*wf_push(walk->arena, answer->items, answer->n, answer->cap) = (struct glob_found){ path,
		is_folder };
}

static bool
visit(struct walk *walk, const struct place *place)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	struct parts parts = cut_path(scratch, wf_str(place->path));
	unsigned match = match_all(walk, &parts);
	bool below = match || may_match_below(walk, &parts);
	wf_auto(wf_close_fd) int fd = below ? place_open(walk->ask->root, place->path, 0) : -1;
	struct stat st;

	if (!below || fd < 0 || fstat(fd, &st) < 0)
		return true; /* not wanted, not there, or a broken link */
	if (S_ISDIR(st.st_mode) && is_circle(walk, &st, place->level))
		return true;
	if (walk->ask->no_hidden && parts.n && parts.items[parts.n - 1][0] == '.')
		return true;
	if (!S_ISDIR(st.st_mode)) {
		if (match & MATCH_FILE)
			found(walk, place->path, false);
		return true;
	}
	if (match & MATCH_FOLDER)
		found(walk, place->path, true);
	return !may_match_below(walk, &parts) || push_names(walk, place);
}

bool
glob_find(struct wf_arena *arena, const struct glob_ask *ask, struct glob_answer *answer,
    struct wf_error *err)
{
	struct walk walk = { .arena = arena, .ask = ask, .answer = answer, .err = err };

	*answer = (struct glob_answer){ .items = NULL };
	if (!read_patterns(&walk))
		return false;
	find_roots(&walk);
	for (size_t i = answer->nroots; i-- > 0;)
		push(&walk, answer->roots[i], 1);
	while (walk.depth > 0) {
		struct place place = walk.stack[--walk.depth];

		if (ask->stop && atomic_load(ask->stop))
			return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "The operation was canceled.");
		if (!visit(&walk, &place))
			return false;
	}
	return true;
}
