/* SPDX-License-Identifier: MIT */
/* unpack.c - entry by entry: name, place, what is there already, what comes.
 *
 * Modes, owners and times of folders are set at the end, since a folder that may not be written
 * has entries, too, and each entry changes its time. */
#include "runner/image/unpack.h"

#include "base/fs.h"
#include "base/lazy.h"
#include "base/map.h"
#include "runner/box/mount.h"
#include "runner/image/digest.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define READ_BYTES ((size_t)1 << 18)
#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"

#define ARCHIVE_CALLS(CALL)                                                                        \
	CALL(archive_read_new)                                                                     \
	CALL(archive_read_support_filter_gzip)                                                     \
	CALL(archive_read_support_filter_zstd)                                                     \
	CALL(archive_read_support_filter_xz)                                                       \
	CALL(archive_read_support_filter_bzip2)                                                    \
	CALL(archive_read_support_format_tar)                                                      \
	CALL(archive_read_open)                                                                    \
	CALL(archive_read_next_header)                                                             \
	CALL(archive_read_data_block)                                                              \
	CALL(archive_read_free)                                                                    \
	CALL(archive_error_string)                                                                 \
	CALL(archive_set_error)                                                                    \
	CALL(archive_entry_pathname)                                                               \
	CALL(archive_entry_hardlink)                                                               \
	CALL(archive_entry_symlink)                                                                \
	CALL(archive_entry_filetype)                                                               \
	CALL(archive_entry_mode)                                                                   \
	CALL(archive_entry_uid)                                                                    \
	CALL(archive_entry_gid)                                                                    \
	CALL(archive_entry_size)                                                                   \
	CALL(archive_entry_mtime)                                                                  \
	CALL(archive_entry_mtime_nsec)                                                             \
	CALL(archive_entry_xattr_reset)                                                            \
	CALL(archive_entry_xattr_next)

struct archive_calls {
	ARCHIVE_CALLS(WF_LAZY_FIELD)
};
#define ARCHIVE_CALL(fn) WF_LAZY_CALL(struct archive_calls, fn)
static const struct wf_lazy_call archive_list[] = { ARCHIVE_CALLS(ARCHIVE_CALL) };

/* What is set on a file or folder once it is there. */
struct attributes {
	mode_t mode;
	uid_t uid;
	gid_t gid;
	struct timespec mtime;
};

struct unpack {
	struct archive_calls lib;
	struct wf_arena *arena;
	struct archive *archive;
	struct archive_entry *entry; /* the one at hand */
	int in; /* the archive */
	int root;
	char *bytes; /* READ_BYTES of the archive */
	struct image_hash hash;
	uint64_t size;
	bool privileged;
	struct wf_map folders; /* path to struct attributes, to be set at the end */
	struct wf_str parent_path; /* the folder of the entry before */
	int parent;
};

/* ---- reading ---- */

/* The next bytes, counted; -1 with errno. */
static ssize_t
read_some(struct unpack *u)
{
	ssize_t n;

	do
		n = read(u->in, u->bytes, READ_BYTES);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	image_hash_add(&u->hash, (struct wf_str){ u->bytes, (size_t)n });
	u->size += (uint64_t)n;
	return n;
}

static la_ssize_t
read_archive(struct archive *archive, void *data, const void **bytes)
{
	struct unpack *u = data;
	ssize_t n = read_some(u);

	if (n < 0)
		u->lib.archive_set_error(archive, errno, "%s", strerror(errno));
	*bytes = u->bytes;
	return n < 0 ? ARCHIVE_FATAL : n;
}

static bool
open_archive(struct unpack *u, struct wf_error *err)
{
	if (!wf_lazy_load(&u->lib, "libarchive.so.13", archive_list, WF_COUNT(archive_list), err))
		return false;
	u->archive = u->lib.archive_read_new();
	if (!u->archive)
		abort(); /* out of memory */
	u->lib.archive_read_support_filter_gzip(u->archive);
	u->lib.archive_read_support_filter_zstd(u->archive);
	u->lib.archive_read_support_filter_xz(u->archive);
	u->lib.archive_read_support_filter_bzip2(u->archive);
	u->lib.archive_read_support_format_tar(u->archive);
	if (u->lib.archive_read_open(u->archive, u, NULL, read_archive, NULL) == ARCHIVE_OK)
		return true;
	return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "this is no tar archive: %s",
	    u->lib.archive_error_string(u->archive));
}

/* ---- names ---- */

/* The path below the root: without "." and empty components. */
static bool
clean_path(struct unpack *u, const char *raw, struct wf_str *out, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf path = WF_BUF_INIT;
	struct wf_str rest = wf_str(raw);

	if (!raw || rest.n >= PATH_MAX)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the layer has an entry whose path is too long, or is none");
	while (rest.p) {
		struct wf_str part = wf_str_cut(&rest, '/');

		if (!part.n || wf_str_is(part, "."))
			continue;
		if (wf_str_is(part, ".."))
			return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
			    "the layer wants to leave its folder: '%.200s'", raw);
		if (path.n > 0)
			wf_buf_addc(&path, '/');
		wf_buf_add(&path, part);
	}
	*out = wf_str_dup(u->arena, wf_buf_str(&path));
	return true;
}

/* The last component; *path keeps what is before it. */
static const char *
take_name(struct unpack *u, struct wf_str *path)
{
	ptrdiff_t slash = wf_str_rfind_char(*path, '/');
	const char *name = wf_cstr(u->arena, wf_str_skip(*path, (size_t)(slash + 1)));

	*path = wf_str_sub(*path, 0, slash < 0 ? 0 : (size_t)slash);
	return name;
}

static void
forget_parent(struct unpack *u)
{
	wf_close_fd(&u->parent);
}

/* Opens the folder in which an entry stands; the next entry is mostly in the same one. */
static bool
open_parent(struct unpack *u, struct wf_str path, struct wf_error *err)
{
	if (u->parent >= 0 && wf_str_eq(u->parent_path, path))
		return true;
	forget_parent(u);
	u->parent = place_folder(u->root, wf_cstr(u->arena, path), err);
	u->parent_path = path;
	return u->parent >= 0;
}

/* Takes away what stands at the name; true when it could be tried again. */
static bool
clear_place(struct unpack *u, const char *name)
{
	char path[PATH_MAX];

	if (errno != EEXIST)
		return false;
	if (unlinkat(u->parent, name, 0) == 0)
		return true;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", u->parent, name);
	return image_unpack_undo(path, NULL);
}

static bool
fail_entry(const struct unpack *u, struct wf_error *err)
{
	int errnum = errno;

	wf_fail_sys(err, errnum, "'%.200s' of the layer", u->lib.archive_entry_pathname(u->entry));
	if (errnum == ENOSPC || errnum == EDQUOT)
		wf_hint(err,
		    "the disk of the image store is full: 'wfrun image remove' makes room, "
		    "WFRUN_HOME chooses another place");
	return false;
}

/* ---- attributes ---- */

static struct attributes
attributes_of(const struct unpack *u)
{
	return (struct attributes){
		.mode = u->lib.archive_entry_mode(u->entry) & 07777,
		.uid = (uid_t)u->lib.archive_entry_uid(u->entry),
		.gid = (gid_t)u->lib.archive_entry_gid(u->entry),
		.mtime = { .tv_sec = u->lib.archive_entry_mtime(u->entry),
		    .tv_nsec = u->lib.archive_entry_mtime_nsec(u->entry) },
	};
}

/* The owner first: a change of it takes set-user-id away. */
static bool
set_attributes(const struct unpack *u, int fd, const struct attributes *a)
{
	const struct timespec times[2] = { a->mtime, a->mtime };

	if (u->privileged && fchown(fd, a->uid, a->gid) < 0)
		return false;
	return fchmod(fd, a->mode) == 0 && futimens(fd, times) == 0;
}

/* Capabilities of programs and users' own notes; not those by which the kernel steers overlays. */
static bool
wanted_xattr(const struct unpack *u, struct wf_str name)
{
	if (wf_str_is(name, "security.capability"))
		return u->privileged;
	return wf_str_starts(name, WF_S("user.")) && !wf_str_starts(name, WF_S("user.overlay."));
}

static void
set_xattrs(const struct unpack *u, int fd)
{
	const char *name;
	const void *value;
	size_t size;

	u->lib.archive_entry_xattr_reset(u->entry);
	while (u->lib.archive_entry_xattr_next(u->entry, &name, &value, &size) == ARCHIVE_OK)
		if (name && wanted_xattr(u, wf_str(name)))
			fsetxattr(fd, name, value, size, 0); /* some file systems have none */
}

/* ---- kinds of entries ---- */

static bool
fail_data(const struct unpack *u, struct wf_error *err)
{
	return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "the archive is damaged: %s",
	    u->lib.archive_error_string(u->archive));
}

static bool
write_data(const struct unpack *u, int fd, struct wf_error *err)
{
	la_int64_t offset, end = 0;
	const void *block;
	size_t size;
	int rc;

	while ((rc = u->lib.archive_read_data_block(u->archive, &block, &size, &offset)) ==
	       ARCHIVE_OK) {
		for (size_t done = 0; done < size;) {
			ssize_t n = pwrite(fd, (const char *)block + done, size - done,
			    offset + (off_t)done);

			if (n < 0)
				return fail_entry(u, err);
			done += (size_t)n;
		}
		end = offset + (la_int64_t)size;
	}
	if (rc != ARCHIVE_EOF)
		return fail_data(u, err);
	/* a hole at the end */
	if (end < u->lib.archive_entry_size(u->entry) &&
	    ftruncate(fd, u->lib.archive_entry_size(u->entry)) < 0)
		return fail_entry(u, err);
	return true;
}

static bool
make_file(struct unpack *u, const char *name, struct wf_error *err)
{
	const struct attributes a = attributes_of(u);
	wf_auto(wf_close_fd) int fd = -1;

	do
		fd = openat(u->parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	while (fd < 0 && clear_place(u, name));
	if (fd < 0)
		return fail_entry(u, err);
	if (!write_data(u, fd, err))
		return false;
	set_xattrs(u, fd);
	return set_attributes(u, fd, &a) || fail_entry(u, err);
}

static bool
make_folder(struct unpack *u, const char *name, struct wf_str path, struct wf_error *err)
{
	struct attributes *a = wf_new(u->arena, struct attributes);
	struct stat st;
	int rc;

	*a = attributes_of(u);
	if (fstatat(u->parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode)) {
		do
			rc = mkdirat(u->parent, name, 0700);
		while (rc < 0 && clear_place(u, name));
		if (rc < 0)
			return fail_entry(u, err);
	}
	wf_map_set(&u->folders, path, a);
	return true;
}

static bool
make_symlink(struct unpack *u, const char *name, struct wf_error *err)
{
	const struct attributes a = attributes_of(u);
	const struct timespec times[2] = { a.mtime, a.mtime };
	const char *target = u->lib.archive_entry_symlink(u->entry);
	int rc;

	if (!target)
		return fail_data(u, err);
	do
		rc = symlinkat(target, u->parent, name);
	while (rc < 0 && clear_place(u, name));
	if (rc == 0 && u->privileged)
		rc = fchownat(u->parent, name, a.uid, a.gid, AT_SYMLINK_NOFOLLOW);
	if (rc == 0)
		rc = utimensat(u->parent, name, times, AT_SYMLINK_NOFOLLOW);
	return rc == 0 || fail_entry(u, err);
}

static bool
make_fifo(struct unpack *u, const char *name, struct wf_error *err)
{
	const struct attributes a = attributes_of(u);
	int rc;

	do
		rc = mkfifoat(u->parent, name, a.mode & 0777);
	while (rc < 0 && clear_place(u, name));
	if (rc == 0 && u->privileged)
		rc = fchownat(u->parent, name, a.uid, a.gid, AT_SYMLINK_NOFOLLOW);
	return rc == 0 || fail_entry(u, err);
}

/* The other name of a file of this layer. */
static bool
make_hard_link(struct unpack *u, const char *name, const char *target, struct wf_error *err)
{
	wf_auto(wf_close_fd) int folder = -1;
	struct wf_str path;
	const char *other;
	int rc;

	if (!clean_path(u, target, &path, err))
		return false;
	other = take_name(u, &path);
	folder = place_open(u->root, path.n ? wf_cstr(u->arena, path) : "/", O_DIRECTORY);
	if (folder < 0)
		return fail_entry(u, err);
	do
		rc = linkat(folder, other, u->parent, name, 0);
	while (rc < 0 && clear_place(u, name));
	return rc == 0 || fail_entry(u, err);
}

/* ---- whiteouts ---- */

static bool
set_opaque(const struct unpack *u)
{
	char path[64];
	bool done;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", u->parent);
	done = setxattr(path, "user.overlay.opaque", "y", 1, 0) == 0;
	/* which of the two counts is up to how the overlay is mounted */
	if (u->privileged)
		done = setxattr(path, "trusted.overlay.opaque", "y", 1, 0) == 0 || done;
	return done;
}

static bool
make_whiteout(struct unpack *u, const char *name, struct wf_error *err)
{
	int rc;

	if (strcmp(name, OPAQUE) == 0) {
		if (set_opaque(u))
			return true;
		fail_entry(u, err);
		return wf_hint(err,
		    "the file system of the image store must take user.* attributes; "
		    "WFRUN_HOME chooses another place");
	}
	name += sizeof(WHITEOUT) - 1;
	if (wf_str_starts(wf_str(name), WF_S(WHITEOUT)))
		return true; /* notes of aufs to itself */
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the layer wants to leave its folder: '%s%s'", WHITEOUT, name);
	do
		rc = mknodat(u->parent, name, S_IFCHR, 0);
	while (rc < 0 && clear_place(u, name));
	return rc == 0 || fail_entry(u, err);
}

/* ---- all entries ---- */

static bool
put_kind(struct unpack *u, const char *name, struct wf_str path, struct wf_error *err)
{
	switch (u->lib.archive_entry_filetype(u->entry)) {
	case AE_IFREG: return make_file(u, name, err);
	case AE_IFDIR: return make_folder(u, name, path, err);
	case AE_IFLNK: return make_symlink(u, name, err);
	case AE_IFIFO: return make_fifo(u, name, err);
	default: return true; /* devices and sockets */
	}
}

static bool
put_entry(struct unpack *u, struct wf_error *err)
{
	const char *link = u->lib.archive_entry_hardlink(u->entry);
	struct wf_str path, folder;
	const char *name;

	if (!clean_path(u, u->lib.archive_entry_pathname(u->entry), &path, err))
		return false;
	if (!path.n) {
		struct attributes *a = wf_new(u->arena, struct attributes);

		*a = attributes_of(u);
		wf_map_set(&u->folders, path, a);
		return true;
	}
	folder = path;
	name = take_name(u, &folder);
	if (!open_parent(u, folder, err))
		return false;
	if (wf_str_starts(wf_str(name), WF_S(WHITEOUT)))
		return make_whiteout(u, name, err);
	if (link)
		return make_hard_link(u, name, link, err);
	return put_kind(u, name, path, err);
}

/* The last word on each folder, the deepest first; one that is no longer there has none. */
static bool
finish_folders(struct unpack *u, struct wf_error *err)
{
	for (size_t i = u->folders.n; i-- > 0;) {
		const struct wf_map_item *item = &u->folders.items[i];
		wf_auto(wf_close_fd) int fd = place_open_mode(u->root,
		    item->key.n ? wf_cstr(u->arena, item->key) : ".",
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

		if (fd >= 0 && !set_attributes(u, fd, item->value))
			return wf_fail_sys(err, errno, "%.*s", WF_ARG(item->key));
	}
	return true;
}

/* What stands behind the end of the archive belongs to the bytes that have a digest. */
static bool
drain(struct unpack *u, struct wf_error *err)
{
	ssize_t n;

	do
		n = read_some(u);
	while (n > 0);
	return n == 0 || wf_fail_sys(err, errno, "the archive");
}

static bool
put_all(struct unpack *u, struct wf_error *err)
{
	int rc;

	/* a warning is about the spelling of a name in this locale, which is taken as it is */
	while ((rc = u->lib.archive_read_next_header(u->archive, &u->entry)) == ARCHIVE_OK ||
	       rc == ARCHIVE_WARN)
		if (!put_entry(u, err))
			return false;
	if (rc != ARCHIVE_EOF)
		return fail_data(u, err);
	return finish_folders(u, err);
}

bool
image_unpack(struct wf_arena *arena, int archive, int root, struct image_unpacked *out,
    struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	struct unpack u = {
		.arena = scratch,
		.in = archive,
		.bytes = wf_alloc(scratch, READ_BYTES, 1),
		.root = root,
		.parent = -1,
		.privileged = geteuid() == 0,
	};
	bool ok;

	wf_map_init(&u.folders, scratch, false);
	image_hash_begin(&u.hash);
	ok = open_archive(&u, err) && put_all(&u, err);
	forget_parent(&u);
	/* what could not be unpacked has a digest, too: the bytes may be the wrong ones */
	if (drain(&u, ok ? err : NULL))
		*out = (struct image_unpacked){ image_hash_end(&u.hash, arena), u.size };
	else
		ok = false;
	if (u.archive)
		u.lib.archive_read_free(u.archive);
	image_hash_release(&u.hash);
	return ok;
}

/* ---- removal ---- */

static bool
open_up(void *data, const char *rel, const struct stat *st, bool *descend)
{
	const char *root = data;
	char path[PATH_MAX];

	(void)descend;
	if (S_ISDIR(st->st_mode) && (st->st_mode & 0700) != 0700 &&
	    snprintf(path, sizeof(path), "%s/%s", root, rel) < (int)sizeof(path))
		chmod(path, 0700);
	return true;
}

bool
image_unpack_undo(const char *path, struct wf_error *err)
{
	if (geteuid() != 0) {
		struct stat st;

		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			chmod(path, 0700);
		wf_walk(path, open_up, (void *)path, NULL);
	}
	return wf_remove_tree(path, err);
}
