/* SPDX-License-Identifier: MIT */
/* hash.c - the glob dialect of hashFiles(), the order of its walk, and the two-level hash.
 *
 * The order decides the result: search roots in the order of the patterns, below each a walk that
 * visits a folder's names in strcmp order, files and folders mixed (semantics.md 2.8.3). Every file
 * adds the digest of its bytes to an outer digest. */
#include "runner/hash.h"

#include "base/fs.h"
#include "base/pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGEST 32

struct glob {
	bool negated;
	struct wf_pattern *pattern; /* matches paths relative to the workspace */
	struct wf_str root; /* the literal folders that it starts with, relative; empty: all */
};

/* A folder on the way from a search root to where the walk is. */
struct folder {
	const struct folder *above;
	dev_t dev;
	ino_t ino;
};

struct hash {
	struct wf_arena *arena;
	struct box *box;
	bool follow;
	struct glob *globs;
	size_t n, cap;
	EVP_MD_CTX *outer;
	size_t nfiles;
	struct wf_error *err;
};

/* ---- patterns ---- */

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
add_line(struct hash *hash, struct wf_str line)
{
	wf_auto(wf_buf_release) struct wf_buf regex = WF_BUF_INIT;
	struct wf_str workspace = wf_str(hash->box->layout.workspace);
	struct glob glob = { .negated = false };

	line = wf_str_trim(line);
	if (!line.n || line.p[0] == '#')
		return true;
	for (; line.n && line.p[0] == '!'; line = wf_str_trim(wf_str_skip(line, 1)))
		glob.negated = !glob.negated;
	if (is_relative(line))
		return wf_fail(hash->err, WF_ERR_EVAL, WF_NOWHERE,
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
	glob.root = wf_str_dup(hash->arena, literal_root(line));
	glob.pattern = wf_pattern_new(WF_PATTERN_REGEX, wf_buf_str(&regex), WF_NOWHERE, hash->err);
	if (!glob.pattern)
		return false;
	*wf_push(hash->arena, hash->globs, hash->n, hash->cap) = glob;
	return true;
}

static bool
add_patterns(struct hash *hash, const struct wf_str *patterns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct wf_str rest = patterns[i];

		if (i == 0 && wf_str_ieq(rest, WF_S("--follow-symbolic-links"))) {
			hash->follow = true;
			continue;
		}
		if (i == 0 && wf_str_starts(rest, WF_S("--")))
			return wf_fail(hash->err, WF_ERR_EVAL, WF_NOWHERE,
			    "Invalid glob option %.*s, avaliable option: "
			    "'--follow-symbolic-links'.",
			    WF_ARG(rest));
		while (rest.p)
			if (!add_line(hash, wf_str_cut(&rest, '\n')))
				return false;
	}
	return true;
}

/* ---- files ---- */

/* Ordered: a positive pattern sets, a negated one clears. */
static bool
matches(const struct hash *hash, struct wf_str path)
{
	bool in = false;

	for (size_t i = 0; i < hash->n; i++)
		if (wf_pattern_match(hash->globs[i].pattern, path))
			in = !hash->globs[i].negated;
	return in;
}

static bool
hash_fd(struct hash *hash, int fd, const char *path)
{
	EVP_MD_CTX *inner = EVP_MD_CTX_new();
	unsigned char digest[DIGEST];
	static const size_t size = (size_t)1 << 16;
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char *bytes = wf_alloc(arena, size, 1);
	ssize_t got;

	EVP_DigestInit_ex(inner, EVP_sha256(), NULL);
	while ((got = read(fd, bytes, size)) > 0)
		EVP_DigestUpdate(inner, bytes, (size_t)got);
	EVP_DigestFinal_ex(inner, digest, NULL);
	EVP_MD_CTX_free(inner);
	if (got < 0)
		return wf_fail_sys(hash->err, errno, "%s", path);
	EVP_DigestUpdate(hash->outer, digest, sizeof(digest));
	hash->nfiles++;
	return true;
}

static const char *
inside(struct hash *hash, struct wf_arena *arena, struct wf_str rel)
{
	const char *workspace = hash->box->layout.workspace;

	return rel.n ? wf_strf(arena, "%s/%.*s", workspace, WF_ARG(rel)).p : workspace;
}

static bool walk(struct hash *hash, struct wf_str rel, const struct folder *above);

static bool
visit(struct hash *hash, int dirfd, const char *name, struct wf_str rel, const struct folder *above)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct stat st;

	if (fstatat(dirfd, name, &st, hash->follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT || wf_fail_sys(hash->err, errno, "%.*s", WF_ARG(rel));
	if (S_ISDIR(st.st_mode))
		return walk(hash, rel, above);
	if (!matches(hash, rel))
		return true;
	/* a link to a folder is passed over, a link to a file is read */
	wf_auto(wf_close_fd) int fd = box_open(hash->box, inside(hash, arena, rel),
	    O_RDONLY | O_NONBLOCK, hash->err);
	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	return !S_ISREG(st.st_mode) || hash_fd(hash, fd, name);
}

/* Whether a link has led back to a folder that the walk is in. */
static bool
is_circle(const struct folder *folder)
{
	for (const struct folder *above = folder->above; above; above = above->above)
		if (above->dev == folder->dev && above->ino == folder->ino)
			return true;
	return false;
}

static bool
walk(struct hash *hash, struct wf_str rel, const struct folder *above)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *path = inside(hash, arena, rel);
	wf_auto(wf_close_fd) int fd = box_open(hash->box, path, O_RDONLY | O_DIRECTORY, hash->err);
	struct folder folder = { .above = above };
	struct stat st;
	char **names;
	size_t n;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0)
		return wf_fail_sys(hash->err, errno, "%s", path);
	folder.dev = st.st_dev;
	folder.ino = st.st_ino;
	if (is_circle(&folder))
		return true;
	if (!wf_list_fd(arena, fd, &names, &n, hash->err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct wf_str name = rel.n ? wf_strf(arena, "%.*s/%s", WF_ARG(rel), names[i])
		                           : wf_str(names[i]);

		if (!visit(hash, fd, names[i], name, &folder))
			return false;
	}
	return true;
}

static bool
is_below(struct wf_str path, struct wf_str folder)
{
	return folder.n == 0 || wf_str_eq(path, folder) ||
	       (wf_str_starts(path, folder) && path.p[folder.n] == '/');
}

/* Whether another positive pattern starts at or above the root of this one. */
static bool
is_covered(const struct hash *hash, size_t index)
{
	struct wf_str root = hash->globs[index].root;

	for (size_t i = 0; i < hash->n; i++) {
		const struct glob *other = &hash->globs[i];

		if (other->negated || i == index || !is_below(root, other->root))
			continue;
		if (i < index || !wf_str_eq(root, other->root))
			return true;
	}
	return false;
}

static bool
walk_root(struct hash *hash, struct wf_str root)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *path = inside(hash, arena, root);
	wf_auto(wf_close_fd) int fd = box_open(hash->box, path, O_RDONLY | O_NONBLOCK, NULL);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return true; /* not there: matches nothing */
	if (S_ISDIR(st.st_mode))
		return walk(hash, root, NULL);
	return !S_ISREG(st.st_mode) || !matches(hash, root) || hash_fd(hash, fd, path);
}

static bool
walk_roots(struct hash *hash)
{
	for (size_t i = 0; i < hash->n; i++)
		if (!hash->globs[i].negated && !is_covered(hash, i) &&
		    !walk_root(hash, hash->globs[i].root))
			return false;
	return true;
}

bool
hash_files(struct wf_arena *arena, struct box *box, const struct wf_str *patterns, size_t n,
    struct wf_str *out, struct wf_error *err)
{
	struct hash hash = { .arena = arena, .box = box, .outer = EVP_MD_CTX_new(), .err = err };
	unsigned char digest[DIGEST];
	bool ok;

	*out = WF_S("");
	EVP_DigestInit_ex(hash.outer, EVP_sha256(), NULL);
	ok = add_patterns(&hash, patterns, n) && walk_roots(&hash);
	EVP_DigestFinal_ex(hash.outer, digest, NULL);
	EVP_MD_CTX_free(hash.outer);
	for (size_t i = 0; i < hash.n; i++)
		wf_pattern_free(hash.globs[i].pattern);
	if (ok && hash.nfiles)
		*out = wf_hex(arena, digest, DIGEST);
	if (!ok && err)
		err->kind = WF_ERR_EVAL;
	return ok;
}
