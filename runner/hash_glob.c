/* SPDX-License-Identifier: MIT */
/* hash_glob.c - the glob dialect of hashFiles(): each line becomes a regular expression. */
#include "runner/hash_glob.h"

static void
add_literal(struct wf_buf *out, char c)
{
	if (strchr("\\^$.|?*+()[]{}", c))
		wf_buf_addc(out, '\\');
	wf_buf_addc(out, c);
}

/* [set] or [!set] as a class; a '[' that is never closed means itself. Returns what is behind. */
static size_t
add_set(struct wf_buf *out, struct wf_str segment, size_t at)
{
	size_t end = at + 1;

	if (end < segment.n && (segment.p[end] == '!' || segment.p[end] == '^'))
		end++;
	if (end < segment.n && segment.p[end] == ']')
		end++;
	while (end < segment.n && segment.p[end] != ']')
		end++;
	if (end >= segment.n) {
		add_literal(out, '[');
		return at + 1;
	}
	wf_buf_adds(out, "(?!/)[");
	for (size_t i = at + 1; i < end; i++) {
		if (i == at + 1 && segment.p[i] == '!')
			wf_buf_addc(out, '^');
		else if (strchr("[]\\", segment.p[i]))
			wf_buf_addf(out, "\\%c", segment.p[i]);
		else
			wf_buf_addc(out, segment.p[i]);
	}
	wf_buf_addc(out, ']');
	return end + 1;
}

static void
add_segment(struct wf_buf *out, struct wf_str segment)
{
	for (size_t i = 0; i < segment.n; i++) {
		char c = segment.p[i];

		if (c == '*') {
			wf_buf_adds(out, "[^/]*");
		} else if (c == '?') {
			wf_buf_adds(out, "[^/]");
		} else if (c == '[') {
			i = add_set(out, segment, i) - 1;
		} else {
			if (c == '\\' && i + 1 < segment.n)
				c = segment.p[++i];
			add_literal(out, c);
		}
	}
}

/* The whole of a path, or a folder above it: naming a folder takes all that is below. */
static void
add_glob(struct wf_buf *out, struct wf_str text)
{
	wf_buf_adds(out, "\\A(?s:");
	while (text.p) {
		struct wf_str segment = wf_str_cut(&text, '/');

		if (wf_str_is(segment, "**")) {
			wf_buf_adds(out, text.p ? "(?:[^/]+/)*" : ".*");
			continue;
		}
		add_segment(out, segment);
		if (text.p)
			wf_buf_addc(out, '/');
	}
	wf_buf_adds(out, ")(?:/.*)?\\z");
}

/* The folders in front of the first segment that is not literal. */
static struct wf_str
literal_root(struct wf_str text)
{
	struct wf_str rest = text;
	size_t n = 0;

	while (rest.p) {
		struct wf_str segment = wf_str_cut(&rest, '/');

		for (size_t i = 0; i < segment.n; i++)
			if (strchr("*?[\\", segment.p[i]))
				return wf_str_sub(text, 0, n ? n - 1 : 0);
		n += segment.n + 1;
	}
	return text;
}

/* `.` may stand at the front alone, `..` nowhere. */
static bool
is_relative(struct wf_str line)
{
	for (bool first = true; line.p; first = false) {
		struct wf_str segment = wf_str_cut(&line, '/');

		if (wf_str_is(segment, "..") || (wf_str_is(segment, ".") && !first))
			return true;
	}
	return false;
}

static bool
add_line(struct wf_arena *arena, struct hash_globs *globs, struct wf_str line, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf regex = WF_BUF_INIT;
	struct wf_str workspace = wf_str(globs->workspace);
	struct hash_glob glob = { .negated = false };

	line = wf_str_trim(line);
	if (!line.n || line.p[0] == '#')
		return true;
	for (; line.n && line.p[0] == '!'; line = wf_str_trim(wf_str_skip(line, 1)))
		glob.negated = !glob.negated;
	if (is_relative(line))
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
		    "Invalid pattern '%.*s'. Relative pathing '.' and '..' is not allowed.",
		    WF_ARG(line));
	if (wf_str_starts(line, workspace))
		line = wf_str_skip(line, workspace.n + 1);
	if (wf_str_starts(line, WF_S("./")))
		line = wf_str_skip(line, 2);
	while (line.n > 1 && line.p[line.n - 1] == '/')
		line.n--;
	if (line.n && (line.p[0] == '/' || line.p[0] == '~'))
		return true; /* outside of the workspace, where nothing is hashed */
	if (wf_str_is(line, "."))
		line = WF_S("**");
	add_glob(&regex, line);
	glob.root = wf_str_dup(arena, literal_root(line));
	glob.pattern = wf_pattern_new(WF_PATTERN_REGEX, wf_buf_str(&regex), WF_NOWHERE, err);
	if (!glob.pattern)
		return false;
	*wf_push(arena, globs->items, globs->n, globs->cap) = glob;
	return true;
}

bool
hash_globs_read(struct wf_arena *arena, const struct wf_str *patterns, size_t n,
    struct hash_globs *globs, struct wf_error *err)
{
	for (size_t i = 0; i < n; i++) {
		struct wf_str rest = patterns[i];

		if (i == 0 && wf_str_ieq(rest, WF_S("--follow-symbolic-links"))) {
			globs->follow = true;
			continue;
		}
		while (rest.p)
			if (!add_line(arena, globs, wf_str_cut(&rest, '\n'), err))
				return false;
	}
	return true;
}

bool
hash_globs_match(const struct hash_globs *globs, struct wf_str path)
{
	bool in = false;

	for (size_t i = 0; i < globs->n; i++)
		if (wf_pattern_match(globs->items[i].pattern, path))
			in = !globs->items[i].negated;
	return in;
}

static bool
is_below(struct wf_str path, struct wf_str folder)
{
	return folder.n == 0 || wf_str_eq(path, folder) ||
	       (wf_str_starts(path, folder) && path.p[folder.n] == '/');
}

/* Whether another positive pattern starts at or above the root of this one. */
static bool
is_covered(const struct hash_globs *globs, size_t index)
{
	struct wf_str root = globs->items[index].root;

	for (size_t i = 0; i < globs->n; i++) {
		const struct hash_glob *other = &globs->items[i];

		if (other->negated || i == index || !is_below(root, other->root))
			continue;
		if (i < index || !wf_str_eq(root, other->root))
			return true;
	}
	return false;
}

bool
hash_globs_is_root(const struct hash_globs *globs, size_t index)
{
	return !globs->items[index].negated && !is_covered(globs, index);
}

void
hash_globs_release(struct hash_globs *globs)
{
	for (size_t i = 0; i < globs->n; i++)
		wf_pattern_free(globs->items[i].pattern);
	globs->n = 0;
}
