/* SPDX-License-Identifier: MIT */
/* unpack.c - entry by entry: its name is judged, its folder opened below the root, its file made.
 *
 * The folder of the last entry stays open, since entries of one folder follow each other. */
#include "runner/archive/unpack.h"

#include "base/arena.h"
#include "base/fs.h"
#include "runner/archive/calls.h"
#include "runner/box/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BLOCK ((size_t)1 << 18) /* bytes that are read at once */
#define PERMISSIONS 07777

/* A link, made when all files are there. */
struct link {
	const char *path, *target;
	bool hard;
};

/* What a folder gets when nothing more is put into it. */
struct folder {
	const char *path;
	mode_t mode;
	struct timespec mtime;
};

struct work {
	struct unpack *job;
	struct archive_calls calls;
	struct archive *archive;
	struct wf_arena *arena; /* of links and folders */
	struct wf_arena *scratch; /* of one entry */
	int parent_fd; /* the folder of the last entry, -1: none */
	struct wf_buf parent_path;
	struct link *links;
	size_t nlinks, links_cap;
	struct folder *folders;
	size_t nfolders, folders_cap;
	struct wf_error *err;
};

static bool
refuse(struct work *w, const char *what, const char *name)
{
	return wf_fail(w->err, WF_ERR_USAGE, WF_NOWHERE, "the archive is refused: %s: '%s'", what,
	    name);
}

static bool
fail_archive(struct work *w)
{
	const char *why = w->calls.archive_error_string(w->archive);

	return wf_fail(w->err, WF_ERR_USAGE, WF_NOWHERE, "the archive cannot be read: %s",
	    why ? why : "it is damaged");
}

/* ---- names ---- */

/* Whether a relative name ever leaves the folder that it starts in, `depth` folders down. */
static bool
climbs(struct wf_str name, long depth)
{
	while (name.p) {
		struct wf_str part = wf_str_cut(&name, '/');

		if (wf_str_is(part, ".."))
			depth--;
		else if (part.n && !wf_str_is(part, "."))
			depth++;
		if (depth < 0)
			return true;
	}
	return false;
}

static long
depth_of(struct wf_str path)
{
	long depth = 0;

	while (path.p) {
		struct wf_str part = wf_str_cut(&path, '/');

		if (part.n && !wf_str_is(part, "."))
			depth++;
	}
	return depth;
}

/* The name without `.`, doubled slashes and `..`, from the root; NULL when it names the root. */
static const char *
normalize(struct work *w, struct wf_str name)
{
	struct wf_buf out = WF_BUF_INIT;

	if (!wf_str_starts(name, WF_S("/")))
		name = wf_strf(w->scratch, "%s/%.*s", w->job->base, WF_ARG(name));
	while (name.p) {
		struct wf_str part = wf_str_cut(&name, '/');
		ptrdiff_t up = wf_str_rfind_char(wf_buf_str(&out), '/');

		if (wf_str_is(part, "..") && up >= 0)
			out.n = (size_t)up;
		else if (part.n && !wf_str_is(part, ".") && !wf_str_is(part, ".."))
			wf_buf_addf(&out, "/%.*s", WF_ARG(part));
	}
	if (!out.n) {
		wf_buf_release(&out);
		return NULL;
	}
	return wf_buf_take(&out, w->arena).p;
}

/* *path is NULL when there is nothing to make of it. */
static bool
judge_name(struct work *w, const char *name, const char **path)
{
	struct wf_str text = wf_str(name);

	*path = NULL;
	if (!text.n)
		return refuse(w, "an entry has no name", "");
	if (w->job->kind == UNPACK_ARTIFACT && (text.p[0] == '/' || climbs(text, 0)))
		return refuse(w, "the name of an entry leads out of it", name);
	*path = normalize(w, text);
	return true;
}

/* Opens the folder above the path, made when missing, and gives the path's last part. */
static bool
open_parent(struct work *w, const char *path, const char **last)
{
	struct wf_str text = wf_str(path);
	struct wf_str above = wf_str_sub(text, 0, (size_t)wf_str_rfind_char(text, '/'));

	*last = path + above.n + 1;
	if (w->parent_fd >= 0 && wf_str_eq(above, wf_buf_str(&w->parent_path)))
		return true;
	wf_close_fd(&w->parent_fd);
	w->parent_fd = place_folder(w->job->root, above.n ? wf_cstr(w->scratch, above) : "/",
	    w->err);
	wf_buf_clear(&w->parent_path);
	wf_buf_add(&w->parent_path, above);
	return w->parent_fd >= 0;
}

/* ---- files ---- */

/* Who unpacks as root keeps owners, as tar does. */
static void
restore(struct work *w, struct archive_entry *entry, int fd)
{
	const struct timespec times[2] = {
		{ .tv_nsec = UTIME_OMIT },
		{ .tv_sec = w->calls.archive_entry_mtime(entry),
		    .tv_nsec = w->calls.archive_entry_mtime_nsec(entry) },
	};

	if (w->job->kind == UNPACK_ARTIFACT)
		return;
	if (geteuid() == 0 && fchown(fd, (uid_t)w->calls.archive_entry_uid(entry),
	                          (gid_t)w->calls.archive_entry_gid(entry)) < 0)
		return; /* nor may it then be set-user-id */
	fchmod(fd, w->calls.archive_entry_perm(entry) & PERMISSIONS);
	futimens(fd, times);
}

static bool
is_stopped(const struct work *w)
{
	return w->job->stop && atomic_load(w->job->stop);
}

static bool
write_block(struct work *w, int fd, struct wf_str bytes, int64_t offset, const char *path)
{
	while (bytes.n) {
		ssize_t put = pwrite(fd, bytes.p, bytes.n, offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return wf_fail_sys(w->err, errno, "%s", path);
		bytes = wf_str_skip(bytes, (size_t)put);
		offset += put;
	}
	return true;
}

/* The bytes of the entry that was read last. Holes stay holes, but count: they are bytes for all
 * who read the file. */
static bool
write_data(struct work *w, int fd, const char *path)
{
	struct unpack *job = w->job;
	int64_t offset, end = 0;
	struct wf_str bytes;
	const void *p;
	int status;

	while ((status = w->calls.archive_read_data_block(w->archive, &p, &bytes.n, &offset)) ==
	       ARCHIVE_OK) {
		bytes.p = p;
		if (is_stopped(w))
			return wf_fail(w->err, WF_ERR_SYS, WF_NOWHERE,
			    "The operation was canceled.");
		if (offset < end ||
		    (uint64_t)(offset - end) + bytes.n > job->max_bytes - job->bytes)
			return wf_fail(w->err, WF_ERR_USAGE, WF_NOWHERE,
			    "the archive is refused: its files have more than %" PRIu64 " bytes",
			    job->max_bytes);
		job->bytes += (uint64_t)(offset - end) + bytes.n;
		if (!write_block(w, fd, bytes, offset, path))
			return false;
		end = offset + (int64_t)bytes.n;
	}
	return status == ARCHIVE_EOF || fail_archive(w);
}

static bool
make_file(struct work *w, struct archive_entry *entry, const char *path)
{
	wf_auto(wf_close_fd) int fd = -1;
	const char *last;
	mode_t mode = w->job->kind == UNPACK_ARTIFACT ? 0644 : 0600;

	if (!open_parent(w, path, &last))
		return false;
	if (unlinkat(w->parent_fd, last, 0) < 0 && errno == EISDIR)
		return refuse(w, "a file is in the place of a folder", path);
	fd = openat(w->parent_fd, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return wf_fail_sys(w->err, errno, "%s", path);
	if (!write_data(w, fd, path))
		return false;
	restore(w, entry, fd);
	return true;
}

static bool
make_folder(struct work *w, struct archive_entry *entry, const char *path)
{
	wf_auto(wf_close_fd) int fd = place_folder(w->job->root, path, w->err);
	struct folder *folder;

	if (fd < 0)
		return false;
	if (w->job->kind == UNPACK_ARTIFACT)
		return true;
	folder = wf_push(w->arena, w->folders, w->nfolders, w->folders_cap);
	folder->path = path;
	folder->mode = (mode_t)(w->calls.archive_entry_perm(entry) & PERMISSIONS);
	folder->mtime.tv_sec = w->calls.archive_entry_mtime(entry);
	folder->mtime.tv_nsec = w->calls.archive_entry_mtime_nsec(entry);
	return true;
}

/* ---- links ---- */

static bool
remember_link(struct work *w, const char *path, const char *target, bool hard)
{
	struct wf_str text = wf_str(target);
	struct wf_str below = wf_str_skip(wf_str(path), strlen(w->job->base));
	struct link *link;

	if (w->job->kind == UNPACK_ARTIFACT &&
	    (hard || (text.n && text.p[0] == '/') || climbs(text, depth_of(below) - 1)))
		return refuse(w, "a link leads out of it", path);
	link = wf_push(w->arena, w->links, w->nlinks, w->links_cap);
	link->path = path;
	link->target = hard ? normalize(w, text) : wf_cstr(w->arena, text);
	link->hard = hard;
	return true;
}

static bool
make_hard_link(struct work *w, const struct link *link, const char *last)
{
	struct wf_str text = wf_str(link->target);
	struct wf_str above = wf_str_sub(text, 0, (size_t)wf_str_rfind_char(text, '/'));
	wf_auto(wf_close_fd) int from = place_open(w->job->root,
	    above.n ? wf_cstr(w->scratch, above) : "/", O_DIRECTORY);

	if (from < 0 || linkat(from, link->target + above.n + 1, w->parent_fd, last, 0) < 0)
		return wf_fail_sys(w->err, errno, "%s", link->path);
	return true;
}

static bool
make_links(struct work *w)
{
	for (size_t i = 0; i < w->nlinks; i++) {
		const struct link *link = &w->links[i];
		const char *last;

		wf_arena_reset(w->scratch);
		if (!open_parent(w, link->path, &last))
			return false;
		unlinkat(w->parent_fd, last, 0);
		if (link->hard && link->target && !make_hard_link(w, link, last))
			return false;
		if (!link->hard && symlinkat(link->target, w->parent_fd, last) < 0)
			return wf_fail_sys(w->err, errno, "%s", link->path);
	}
	return true;
}

/* The deepest first, as they come after those above them: a folder that may not be written, or
 * whose time is set, gets nothing more. */
static void
restore_folders(struct work *w)
{
	for (size_t i = w->nfolders; i-- > 0;) {
		const struct folder *folder = &w->folders[i];
		wf_auto(wf_close_fd) int fd = place_open_mode(w->job->root, folder->path,
		    O_RDONLY | O_DIRECTORY, 0);
		const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, folder->mtime };

		if (fd < 0)
			continue;
		fchmod(fd, folder->mode);
		futimens(fd, times);
	}
}

/* ---- the archive ---- */

static bool
take_entry(struct work *w, struct archive_entry *entry)
{
	const char *name = w->calls.archive_entry_pathname(entry);
	const char *hard = w->calls.archive_entry_hardlink(entry), *path;

	if (++w->job->files > UNPACK_FILES)
		return refuse(w, "it has too many files", name ? name : "");
	if (!judge_name(w, name, &path))
		return false;
	if (!path)
		return true; /* the root itself */
	if (hard)
		return remember_link(w, path, hard, true);
	switch (w->calls.archive_entry_filetype(entry)) {
	case AE_IFREG: return make_file(w, entry, path);
	case AE_IFDIR: return make_folder(w, entry, path);
	case AE_IFLNK: return remember_link(w, path, w->calls.archive_entry_symlink(entry), false);
	default: return refuse(w, "an entry is neither file, folder nor link", name);
	}
}

static bool
take_all(struct work *w)
{
	struct archive_entry *entry;
	int status;

	while ((status = w->calls.archive_read_next_header(w->archive, &entry)) == ARCHIVE_OK ||
	       status == ARCHIVE_WARN) {
		wf_arena_reset(w->scratch);
		if (!take_entry(w, entry))
			return false;
	}
	if (status != ARCHIVE_EOF)
		return fail_archive(w);
	if (!make_links(w))
		return false;
	restore_folders(w);
	return true;
}

static bool
open_archive(struct work *w)
{
	if (w->job->kind == UNPACK_ARTIFACT) {
		w->calls.archive_read_support_format_zip(w->archive);
	} else {
		w->calls.archive_read_support_format_tar(w->archive);
		w->calls.archive_read_support_filter_gzip(w->archive);
		w->calls.archive_read_support_filter_zstd(w->archive);
	}
	return w->calls.archive_read_open_fd(w->archive, w->job->source, BLOCK) == ARCHIVE_OK ||
	       fail_archive(w);
}

/* An archive may be small and its files without end: it never takes more than half of the room. */
static bool
find_limit(struct work *w)
{
	wf_auto(wf_close_fd) int base = place_folder(w->job->root, w->job->base, w->err);
	struct statvfs room;

	if (base < 0)
		return false;
	if (w->job->max_bytes)
		return true;
	if (fstatvfs(base, &room) < 0)
		return wf_fail_sys(w->err, errno, "%s", w->job->base);
	w->job->max_bytes = (uint64_t)room.f_bavail * room.f_frsize / 2;
	return true;
}

bool
unpack(struct unpack *job, struct wf_error *err)
{
	struct work w = { .job = job, .parent_fd = -1, .err = err };
	bool ok;

	job->bytes = job->files = 0;
	if (!archive_load(&w.calls, err) || !find_limit(&w))
		return false;
	w.arena = wf_arena_new();
	w.scratch = wf_arena_new();
	w.archive = w.calls.archive_read_new();
	ok = open_archive(&w) && take_all(&w);
	w.calls.archive_read_free(w.archive);
	wf_close_fd(&w.parent_fd);
	wf_buf_release(&w.parent_path);
	wf_arena_free(w.scratch);
	wf_arena_free(w.arena);
	return ok;
}
