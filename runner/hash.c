/* SPDX-License-Identifier: MIT */
/* hash.c - the walk of hashFiles(), and the two-level hash.
 *
 * The order decides the result: search roots in the order of the patterns, below each a walk that
 * visits a folder's names in strcmp order, files and folders mixed (semantics.md 2.8.3). Every file
 * adds the digest of its bytes to an outer digest. The walk gathers files; a batch of them is read
 * by all processors, and its digests are added in the order of the walk. */
#include "runner/hash.h"

#include "base/crew.h"
#include "base/fs.h"
#include "runner/box/mount.h"
#include "runner/hash_glob.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#define DIGEST 32
#define BATCH 4096 /* files */
#define READ_SIZE 65536

/* A folder on the way from a search root to where the walk is. */
struct folder {
	const struct folder *above;
	dev_t dev;
	ino_t ino;
};

/* One file of a batch. */
struct item {
	const char *path; /* as the job sees it */
	bool hashed; /* it is a regular file, and this is the digest of its bytes */
	unsigned char digest[DIGEST];
	int errnum; /* not 0: it could not be read */
};

struct hash {
	struct wf_arena *arena;
	const struct hash_ask *ask;
	struct hash_globs globs;
	struct wf_arena *paths; /* of the items */
	struct item *items; /* [BATCH] */
	size_t nitems;
	EVP_MD *sha256;
	EVP_MD_CTX *outer;
	size_t nfiles;
	struct wf_error *err;
};

static bool
is_late(const struct hash_ask *ask)
{
	return uv_hrtime() >= ask->deadline;
}

/* Whether nobody waits for the answer any more, or has waited too long. */
static bool
is_over(const struct hash_ask *ask)
{
	return (ask->stop && atomic_load(ask->stop)) || is_late(ask);
}

static int
open_inside(const struct hash_ask *ask, const char *path, int flags)
{
	/* a fifo in the place of a file is not waited for */
	return place_open_mode(ask->root, path, (uint64_t)(flags | O_NONBLOCK | O_NOCTTY), 0);
}

/* ---- files ---- */

/* false: errno says why. One that is over is as good as read: nobody looks at the digest. */
static bool
digest_fd(const struct hash *hash, int fd, unsigned char *digest)
{
	EVP_MD_CTX *inner = EVP_MD_CTX_new();
	char bytes[READ_SIZE];
	ssize_t got;
	int errnum;

	EVP_DigestInit_ex(inner, hash->sha256, NULL);
	while ((got = read(fd, bytes, sizeof(bytes))) > 0 && !is_over(hash->ask))
		EVP_DigestUpdate(inner, bytes, (size_t)got);
	errnum = errno;
	EVP_DigestFinal_ex(inner, digest, NULL);
	EVP_MD_CTX_free(inner);
	errno = errnum;
	return got >= 0;
}

/* On any of several threads. */
static void
digest_item(void *data, size_t i, size_t slot)
{
	const struct hash *hash = data;
	struct item *item = &hash->items[i];
	struct stat st;

	(void)slot;
	if (is_over(hash->ask))
		return;
	wf_auto(wf_close_fd) int fd = open_inside(hash->ask, item->path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) < 0)
		item->errnum = errno;
	else if (!S_ISREG(st.st_mode))
		return; /* a link to a folder is passed over, one to a file is read */
	else if (digest_fd(hash, fd, item->digest))
		item->hashed = true;
	else
		item->errnum = errno;
}

/* Reads the files that were gathered. */
static bool
take_batch(struct hash *hash)
{
	const struct wf_crew crew = { .work = digest_item, .data = hash };
	size_t n = hash->nitems;

	wf_crew(&crew, n);
	hash->nitems = 0;
	for (size_t i = 0; i < n; i++) {
		const struct item *item = &hash->items[i];

		if (item->errnum)
			return wf_fail_sys(hash->err, item->errnum, "%s", item->path);
		if (!item->hashed)
			continue;
		EVP_DigestUpdate(hash->outer, item->digest, DIGEST);
		hash->nfiles++;
	}
	wf_arena_reset(hash->paths);
	return !is_over(hash->ask);
}

static const char *
inside(const struct hash *hash, struct wf_arena *arena, struct wf_str rel)
{
	const char *workspace = hash->ask->workspace;

	return rel.n ? wf_strf(arena, "%s/%.*s", workspace, WF_ARG(rel)).p : workspace;
}

static bool
add_file(struct hash *hash, struct wf_str rel)
{
	if (!hash_globs_match(&hash->globs, rel))
		return true;
	hash->items[hash->nitems++] = (struct item){ .path = inside(hash, hash->paths, rel) };
	return hash->nitems < BATCH || take_batch(hash);
}

/* ---- the walk ---- */

static bool walk(struct hash *hash, struct wf_str rel, const struct folder *above);

static bool
visit(struct hash *hash, int dirfd, const char *name, struct wf_str rel, const struct folder *above)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, hash->globs.follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT || wf_fail_sys(hash->err, errno, "%.*s", WF_ARG(rel));
	return S_ISDIR(st.st_mode) ? walk(hash, rel, above) : add_file(hash, rel);
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
	wf_auto(wf_close_fd) int fd = open_inside(hash->ask, path, O_RDONLY | O_DIRECTORY);
	struct folder folder = { .above = above };
	struct stat st;
	char **names;
	size_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return wf_fail_sys(hash->err, errno, "%s", path);
	folder.dev = st.st_dev;
	folder.ino = st.st_ino;
	if (is_circle(&folder))
		return true;
	if (!wf_list_fd(arena, fd, &names, &n, hash->err))
		return false;
	for (size_t i = 0; i < n && !is_over(hash->ask); i++) {
		struct wf_str name = rel.n ? wf_strf(arena, "%.*s/%s", WF_ARG(rel), names[i])
		                           : wf_str(names[i]);

		if (!visit(hash, fd, names[i], name, &folder))
			return false;
	}
	return !is_over(hash->ask);
}

static bool
walk_root(struct hash *hash, struct wf_str root)
{
	const char *path = inside(hash, hash->arena, root);
	wf_auto(wf_close_fd) int fd = open_inside(hash->ask, path, O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return true; /* not there: matches nothing */
	return S_ISDIR(st.st_mode) ? walk(hash, root, NULL) : add_file(hash, root);
}

static bool
walk_roots(struct hash *hash)
{
	for (size_t i = 0; i < hash->globs.n; i++)
		if (hash_globs_is_root(&hash->globs, i) &&
		    !walk_root(hash, hash->globs.items[i].root))
			return false;
	return take_batch(hash);
}

/* ---- errors ---- */

static bool
is_follow(struct wf_str argument)
{
	return wf_str_ieq(argument, WF_S("--follow-symbolic-links"));
}

/* The patterns as GitHub's messages name them: joined, quotes doubled, without the option. */
static struct wf_str
shown(struct wf_arena *arena, const struct hash_ask *ask)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	for (size_t i = ask->n > 0 && is_follow(ask->patterns[0]); i < ask->n; i++) {
		struct wf_str pattern = ask->patterns[i];

		wf_buf_adds(&out, out.n ? ", " : "");
		for (size_t k = 0; k < pattern.n; k++)
			wf_buf_adds(&out,
			    pattern.p[k] == '\'' ? "''" : (char[]){ pattern.p[k], '\0' });
	}
	return wf_buf_take(&out, arena);
}

/* Says in GitHub's words that there is no answer. */
static bool
fail(struct wf_arena *arena, const struct hash_ask *ask, const struct wf_error *cause,
    struct wf_error *err)
{
	struct wf_str patterns = shown(arena, ask);

	if (is_late(ask))
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
		    "hashFiles('%.*s') couldn't finish within %d seconds.", WF_ARG(patterns),
		    HASH_SECONDS);
	wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
	    "hashFiles('%.*s') failed. Fail to hash files under directory '%s'", WF_ARG(patterns),
	    ask->workspace);
	return wf_hint(err, "%s", cause->msg);
}

bool
hash_files(struct wf_arena *arena, const struct hash_ask *ask, struct wf_str *out,
    struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *paths = wf_arena_new();
	struct wf_error cause = { .msg = "nobody waits for it" };
	struct hash hash = { .arena = arena,
		.ask = ask,
		.globs = { .workspace = ask->workspace },
		.paths = paths,
		.err = &cause };
	unsigned char digest[DIGEST];
	bool ok;

	*out = WF_S("");
	if (ask->n && wf_str_starts(ask->patterns[0], WF_S("--")) && !is_follow(ask->patterns[0]))
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
		    "Invalid glob option %.*s, avaliable option: '--follow-symbolic-links'.",
		    WF_ARG(ask->patterns[0]));
	hash.items = wf_new_array(arena, BATCH, struct item);
	hash.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	hash.outer = EVP_MD_CTX_new();
	EVP_DigestInit_ex(hash.outer, hash.sha256, NULL);
	ok = hash_globs_read(arena, ask->patterns, ask->n, &hash.globs, &cause) &&
	     walk_roots(&hash);
	EVP_DigestFinal_ex(hash.outer, digest, NULL);
	EVP_MD_CTX_free(hash.outer);
	EVP_MD_free(hash.sha256);
	hash_globs_release(&hash.globs);
	if (!ok)
		return fail(arena, ask, &cause, err);
	if (hash.nfiles)
		*out = wf_hex(arena, digest, DIGEST);
	return true;
}
