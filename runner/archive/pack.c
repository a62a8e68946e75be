/* SPDX-License-Identifier: MIT */
/* pack.c - file by file into libarchive's writer. */
#include "runner/archive/pack.h"

#include "base/arena.h"
#include "base/fs.h"
#include "base/map.h"
#include "runner/archive/calls.h"
#include "runner/box/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << 18) /* bytes that are read at once */
#define COPY_AT_ONCE ((size_t)1 << 30)

struct work {
	const struct pack *job;
	struct archive_calls calls;
	struct archive *archive;
	struct archive_entry *entry;
	struct wf_arena *arena;
	struct wf_map seen; /* "DEV:INO" to the name of the first of several hard links */
	char *bytes; /* [CHUNK] */
	struct wf_error *err;
};

static bool
fail_archive(struct work *w, const char *path)
{
	const char *why = w->calls.archive_error_string(w->archive);

	return wf_fail(w->err, WF_ERR_SYS, WF_NOWHERE, "%s: %s", path,
	    why ? why : "it cannot be archived");
}

/* A file that grows is cut at the size in its header, and one that shrinks is filled up. */
static bool
add_bytes(struct work *w, int fd, const char *path)
{
	ssize_t got;

	while ((got = read(fd, w->bytes, CHUNK)) > 0) {
		if (w->job->stop && atomic_load(w->job->stop))
			return wf_fail(w->err, WF_ERR_SYS, WF_NOWHERE,
			    "The operation was canceled.");
		if (w->calls.archive_write_data(w->archive, w->bytes, (size_t)got) < 0)
			return fail_archive(w, path);
	}
	return got == 0 || wf_fail_sys(w->err, errno, "%s", path);
}

static bool
add_header(struct work *w, const char *name)
{
	w->calls.archive_entry_set_pathname(w->entry, name);
	return w->calls.archive_write_header(w->archive, w->entry) >= ARCHIVE_WARN ||
	       fail_archive(w, name);
}

/* Whether the file is in the archive already, under another name, which the entry then names. */
static bool
is_known(struct work *w, const struct stat *st, const char *name)
{
	struct wf_str key = wf_strf(w->arena, "%" PRIu64 ":%" PRIu64, (uint64_t)st->st_dev,
	    (uint64_t)st->st_ino);
	const char *first = wf_map_get(&w->seen, key);

	if (first) {
		w->calls.archive_entry_set_hardlink(w->entry, first);
		w->calls.archive_entry_set_size(w->entry, 0);
		return true;
	}
	wf_map_set(&w->seen, key, wf_cstr(w->arena, wf_str(name)));
	return false;
}

static bool
add_file(struct work *w, int fd, const struct stat *st, const struct pack_item *item)
{
	struct stat shown = *st;

	if (w->job->kind == PACK_ZIP)
		shown.st_mode = S_IFREG | 0644;
	w->calls.archive_entry_copy_stat(w->entry, &shown);
	if (w->job->kind != PACK_ZIP && st->st_nlink > 1 && is_known(w, st, item->name))
		return add_header(w, item->name);
	return add_header(w, item->name) && add_bytes(w, fd, item->path);
}

static bool add_item(struct work *w, const struct pack_item *item);

static bool
add_below(struct work *w, int fd, const struct pack_item *item)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char **names;
	size_t n;

	if (!wf_list_fd(arena, fd, &names, &n, w->err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct pack_item below = {
			.path = wf_join(arena, item->path, names[i]),
			.name = wf_strf(arena, "%s/%s", item->name, names[i]).p,
		};

		if (!add_item(w, &below))
			return false;
	}
	return true;
}

static bool
add_link(struct work *w, int fd, const struct stat *st, const struct pack_item *item)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);

	if (n < 0)
		return wf_fail_sys(w->err, errno, "%s", item->path);
	target[n] = '\0';
	w->calls.archive_entry_copy_stat(w->entry, st);
	w->calls.archive_entry_set_symlink(w->entry, target);
	return add_header(w, item->name);
}

/* Sockets and other things that hold no bytes are passed over, as tar does. */
static bool
add_item(struct work *w, const struct pack_item *item)
{
	uint64_t nofollow = w->job->kind == PACK_ZIP ? 0 : O_NOFOLLOW;
	wf_auto(wf_close_fd) int place = place_open(w->job->root, item->path, nofollow);
	wf_auto(wf_close_fd) int fd = -1;
	struct stat st;

	if (place < 0 || fstat(place, &st) < 0)
		return wf_fail_sys(w->err, errno, "%s", item->path);
	w->calls.archive_entry_clear(w->entry);
	if (S_ISLNK(st.st_mode))
		return add_link(w, place, &st, item);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return true;
	fd = place_open_mode(w->job->root, item->path, O_RDONLY | O_NONBLOCK | nofollow, 0);
	if (fd < 0 || fstat(fd, &st) < 0)
		return wf_fail_sys(w->err, errno, "%s", item->path);
	if (S_ISREG(st.st_mode))
		return add_file(w, fd, &st, item);
	if (!S_ISDIR(st.st_mode) || w->job->kind == PACK_ZIP)
		return true;
	w->calls.archive_entry_copy_stat(w->entry, &st);
	return add_header(w, item->name) && add_below(w, fd, item);
}

static void
choose_format(struct work *w)
{
	char options[64];

	switch (w->job->kind) {
	case PACK_ZIP:
		w->calls.archive_write_set_format_zip(w->archive);
		snprintf(options, sizeof(options), "zip:compression-level=%d", w->job->level);
		w->calls.archive_write_set_options(w->archive, options);
		w->calls.archive_write_set_bytes_per_block(w->archive, 0);
		return;
	case PACK_TAR_ZSTD:
		w->calls.archive_write_set_format_pax_restricted(w->archive);
		w->calls.archive_write_add_filter_zstd(w->archive);
		/* not known to all versions of the library: then one thread has to do */
		w->calls.archive_write_set_options(w->archive, "zstd:threads=0");
		return;
	case PACK_TAR_GZIP:
		w->calls.archive_write_set_format_pax_restricted(w->archive);
		w->calls.archive_write_add_filter_gzip(w->archive);
		return;
	}
	abort();
}

static bool
add_all(struct work *w)
{
	choose_format(w);
	if (w->calls.archive_write_open_fd(w->archive, w->job->target) != ARCHIVE_OK)
		return fail_archive(w, "the archive");
	for (size_t i = 0; i < w->job->n; i++)
		if (!add_item(w, &w->job->items[i]))
			return false;
	return w->calls.archive_write_close(w->archive) == ARCHIVE_OK ||
	       fail_archive(w, "the archive");
}

bool
pack(const struct pack *job, struct wf_error *err)
{
	struct work w = { .job = job, .err = err };
	bool ok;

	if (!archive_load(&w.calls, err))
		return false;
	w.arena = wf_arena_new();
	wf_map_init(&w.seen, w.arena, false);
	w.bytes = wf_alloc_raw(w.arena, CHUNK, 1);
	w.archive = w.calls.archive_write_new();
	w.entry = w.calls.archive_entry_new();
	ok = add_all(&w);
	w.calls.archive_entry_free(w.entry);
	w.calls.archive_write_free(w.archive);
	wf_arena_free(w.arena);
	return ok;
}

bool
pack_copy(int source, int target, const char *path, struct wf_error *err)
{
	ssize_t put;

	while ((put = sendfile(target, source, NULL, COPY_AT_ONCE)) > 0) {
	}
	return put == 0 || wf_fail_sys(err, errno, "%s", path);
}
