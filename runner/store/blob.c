/* SPDX-License-Identifier: MIT */
/* blob.c - pieces in a folder beside the blob, put together when the list of them comes. */
#include "runner/store/blob.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES ((size_t)1 << 20)

static const char *
folder_of(struct wf_arena *arena, const char *path)
{
	return wf_strf(arena, "%s.part", path).p;
}

static bool
open_piece(struct wf_arena *arena, const char *path, const char *name, struct blob_piece *out,
    struct wf_error *err)
{
	const char *folder = folder_of(arena, path);

	*out = (struct blob_piece){ .fd = -1 };
	if (!wf_mkdirs(folder, 0700, err))
		return false;
	out->temp = wf_strf(arena, "%s/%s.XXXXXX", folder, name).p;
	out->fd = mkostemp((char *)out->temp, O_CLOEXEC);
	return out->fd >= 0 || wf_fail_sys(err, errno, "%s", out->temp);
}

bool
blob_open_whole(struct wf_arena *arena, const char *path, struct blob_piece *out,
    struct wf_error *err)
{
	if (!open_piece(arena, path, "whole", out, err))
		return false;
	out->path = path;
	return true;
}

/* Ids are foreign text of any length: their hash is a file name. */
static const char *
block_path(struct wf_arena *arena, const char *path, struct wf_str id)
{
	unsigned char hash[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)id.p, id.n, hash);
	return wf_strf(arena, "%s/%s", folder_of(arena, path), wf_hex(arena, hash, sizeof(hash)).p)
	    .p;
}

bool
blob_open_block(struct wf_arena *arena, const char *path, struct wf_str id, struct blob_piece *out,
    struct wf_error *err)
{
	if (!open_piece(arena, path, "block", out, err))
		return false;
	out->path = block_path(arena, path, id);
	return true;
}

bool
blob_write(struct blob_piece *piece, struct wf_str bytes, struct wf_error *err)
{
	return wf_write_all(piece->fd, bytes) || wf_fail_sys(err, errno, "%s", piece->temp);
}

bool
blob_keep(struct blob_piece *piece, struct wf_error *err)
{
	wf_close_fd(&piece->fd);
	if (rename(piece->temp, piece->path) < 0)
		return wf_fail_sys(err, errno, "%s", piece->path);
	piece->temp = NULL;
	return true;
}

void
blob_drop(struct blob_piece *piece)
{
	wf_close_fd(&piece->fd);
	if (piece->temp)
		unlink(piece->temp);
	piece->temp = NULL;
}

/* ---- a list of blocks ---- */

static const char *
list_path(struct wf_arena *arena, const char *path)
{
	return wf_strf(arena, "%s.list", path).p;
}

static struct wf_str
list_text(struct wf_arena *arena, const struct wf_str *ids, size_t n)
{
	struct wf_buf text = WF_BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		wf_buf_add(&text, ids[i]);
		wf_buf_addc(&text, '\n');
	}
	return wf_buf_take(&text, arena);
}

static bool
was_committed(struct wf_arena *arena, const char *path, struct wf_str list)
{
	struct wf_str before;

	return wf_exists(path) && wf_read_file(arena, list_path(arena, path), 0, &before, NULL) &&
	       wf_str_eq(before, list);
}

static bool
append_file(int to, const char *from, struct wf_error *err)
{
	wf_auto(wf_close_fd) int fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	ssize_t n = 1;

	if (fd < 0 || fstat(fd, &st) < 0)
		return wf_fail_sys(err, errno, "%s", from);
	for (off_t left = st.st_size; left > 0 && n > 0; left -= n)
		n = copy_file_range(fd, NULL, to, NULL, (size_t)left, 0);
	return n > 0 || wf_fail_sys(err, n < 0 ? errno : EIO, "%s", from);
}

static bool
have_blocks(struct wf_arena *arena, const char *path, const struct wf_str *ids, size_t n,
    struct wf_error *err)
{
	for (size_t i = 0; i < n; i++)
		if (!wf_exists(block_path(arena, path, ids[i])))
			return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
			    "The specified block list is invalid: there is no block '%.*s'",
			    (int)(ids[i].n < 128 ? ids[i].n : 128), ids[i].p);
	return true;
}

/* The blocks are copied one behind the other; a block may be named twice. */
static bool
join(struct wf_arena *arena, struct blob_piece *piece, const char *path, const struct wf_str *ids,
    size_t n, struct wf_error *err)
{
	for (size_t i = 0; i < n; i++)
		if (!append_file(piece->fd, block_path(arena, path, ids[i]), err))
			return false;
	return true;
}

bool
blob_commit(struct wf_arena *arena, const char *path, const struct wf_str *ids, size_t n,
    struct wf_error *err)
{
	struct wf_str list = list_text(arena, ids, n);
	struct blob_piece piece;
	bool ok;

	if (was_committed(arena, path, list))
		return true;
	if (!have_blocks(arena, path, ids, n, err) || !blob_open_whole(arena, path, &piece, err))
		return false;
	ok = join(arena, &piece, path, ids, n, err) && blob_keep(&piece, err) &&
	     wf_write_file(list_path(arena, path), list, 0600, err);
	blob_drop(&piece);
	if (ok)
		wf_remove_tree(folder_of(arena, path), NULL);
	return ok;
}

/* ---- ranges ---- */

static const char *
ranges_path(struct wf_arena *arena, const char *path)
{
	return wf_strf(arena, "%s/ranges", folder_of(arena, path)).p;
}

int
blob_open_ranges(struct wf_arena *arena, const char *path, struct wf_error *err)
{
	const char *file = ranges_path(arena, path);
	int fd;

	if (!wf_mkdirs(folder_of(arena, path), 0700, err))
		return -1;
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		wf_fail_sys(err, errno, "%s", file);
	return fd;
}

bool
blob_seal(struct wf_arena *arena, const char *path, struct wf_error *err)
{
	if (rename(ranges_path(arena, path), path) < 0)
		return wf_fail_sys(err, errno, "%s", path);
	wf_remove_tree(folder_of(arena, path), NULL);
	return true;
}

/* ---- the whole ---- */

void
blob_remove(struct wf_arena *arena, const char *path)
{
	wf_remove_tree(folder_of(arena, path), NULL);
	unlink(list_path(arena, path));
	unlink(path);
}

bool
blob_digest(struct wf_arena *arena, const char *path, struct wf_str *out, struct wf_error *err)
{
	wf_auto(wf_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	unsigned char digest[SHA256_DIGEST_LENGTH];
	EVP_MD_CTX *context;
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	char *bytes = wf_alloc_raw(scratch, READ_BYTES, 1);
	ssize_t n;

	if (fd < 0)
		return wf_fail_sys(err, errno, "%s", path);
	context = EVP_MD_CTX_new();
	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	while ((n = read(fd, bytes, READ_BYTES)) > 0)
		EVP_DigestUpdate(context, bytes, (size_t)n);
	EVP_DigestFinal_ex(context, digest, NULL);
	EVP_MD_CTX_free(context);
	if (n < 0)
		return wf_fail_sys(err, errno, "%s", path);
	*out = wf_hex(arena, digest, sizeof(digest));
	return true;
}
