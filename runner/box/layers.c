/* SPDX-License-Identifier: MIT */
/* layers.c - a merging copy of folders, from the top layer down: the first layer that has a name
 * decides what it is, so that nothing hidden is ever read. */
#include "runner/box/layers.h"

#include "base/arena.h"
#include "base/fs.h"
#include "base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (1u << 20)

/* A folder as all layers that take part in it have it. */
struct level {
	const struct layers_copy *copy;
	struct wf_arena *arena; /* of this folder alone */
	const char *path; /* below the target, for messages */
	int *from; /* one descriptor for each layer, the first on top */
	size_t n;
	int to;
	struct stat skip;
};

static bool merge(struct level *level, struct wf_error *err);

/* ---- files ---- */

static bool
copy_range(int from, int to)
{
	ssize_t n;

	do
		n = copy_file_range(from, NULL, to, NULL, CHUNK, 0);
	while (n > 0);
	return n == 0;
}

static bool
copy_plain(int from, int to)
{
	char bytes[65536];
	ssize_t n;

	if (lseek(from, 0, SEEK_SET) < 0 || lseek(to, 0, SEEK_SET) < 0)
		return false;
	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		if (write(to, bytes, (size_t)n) != n)
			return false;
	return n == 0;
}

static bool
copy_file(const struct level *level, int layer, const char *name, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	wf_auto(wf_close_fd) int from = openat(layer, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	wf_auto(wf_close_fd) int to = -1;

	if (from < 0)
		return false;
	to = openat(level->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return false;
	if (ioctl(to, FICLONE, from) < 0 && !copy_range(from, to) && !copy_plain(from, to))
		return false;
	return fchmod(to, st->st_mode & 07777) == 0 && futimens(to, times) == 0;
}

static bool
copy_link(const struct level *level, int layer, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(layer, name, target, sizeof(target) - 1);

	if (n < 0)
		return false;
	target[n] = '\0';
	return symlinkat(target, level->to, name) == 0;
}

/* ---- folders ---- */

/* Opens the folder in all layers from the one that decides, down to one that has something else
 * under this name. */
static bool
open_level(const struct level *above, size_t layer, const char *name, struct level *level)
{
	level->from = wf_new_array(level->arena, above->n - layer, int);
	for (size_t i = layer; i < above->n; i++) {
		int fd = openat(above->from[i], name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

		if (fd >= 0)
			level->from[level->n++] = fd;
		else if (errno == ENOTDIR || errno == ELOOP)
			break;
		else if (errno != ENOENT)
			return false;
	}
	return true;
}

static bool
copy_folder(const struct level *above, size_t layer, const char *name, const char *path,
    const struct stat *st, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct level level = {
		.copy = above->copy,
		.arena = arena,
		.path = path,
		.to = -1,
		.skip = above->skip,
	};
	bool ok;

	if (st->st_dev == above->skip.st_dev && st->st_ino == above->skip.st_ino)
		return true;
	if (mkdirat(above->to, name, 0700) == 0)
		level.to = openat(above->to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = level.to >= 0 && open_level(above, layer, name, &level);
	if (!ok)
		wf_fail_sys(err, errno, "%s", path);
	ok = ok && merge(&level, err);
	if (ok && fchmod(level.to, st->st_mode & 07777) < 0)
		ok = wf_fail_sys(err, errno, "%s", path);
	for (size_t i = 0; i < level.n; i++)
		close(level.from[i]);
	wf_close_fd(&level.to);
	return ok;
}

static bool
copy_entry(const struct level *level, size_t layer, const char *name, struct wf_error *err)
{
	const char *path = *level->path ? wf_join(level->arena, level->path, name) : name;
	int from = level->from[layer];
	bool ok = true;
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		ok = errno == ENOENT; /* gone since it was listed */
	else if (S_ISDIR(st.st_mode))
		return copy_folder(level, layer, name, path, &st, err);
	else if (S_ISREG(st.st_mode))
		ok = copy_file(level, from, name, &st);
	else if (S_ISLNK(st.st_mode))
		ok = copy_link(level, from, name);
	return ok || wf_fail_sys(err, errno, "%s", path);
}

static bool
merge_layer(struct level *level, size_t layer, struct wf_map *seen, struct wf_error *err)
{
	char **names, path[64];
	size_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", level->from[layer]);
	if (!wf_list_dir(level->arena, path, &names, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (atomic_load(level->copy->cancelled))
			return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "the copy was cancelled");
		if (wf_map_set(seen, wf_str(names[i]), level))
			continue;
		if (!copy_entry(level, layer, names[i], err))
			return false;
	}
	return true;
}

static bool
merge(struct level *level, struct wf_error *err)
{
	struct wf_map seen;

	wf_map_init(&seen, level->arena, false);
	for (size_t i = 0; i < level->n; i++)
		if (!merge_layer(level, i, &seen, err))
			return false;
	return true;
}

bool
layers_copy(const struct layers_copy *copy, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_close_fd) int to = open(copy->target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct level level = { .copy = copy, .arena = arena, .path = "", .to = to };
	size_t n = 0;
	bool ok = true;

	if (to < 0)
		return wf_fail_sys(err, errno, "%s", copy->target);
	if (copy->skip && stat(copy->skip, &level.skip) < 0)
		return wf_fail_sys(err, errno, "%s", copy->skip);
	while (copy->layers[n])
		n++;
	level.from = wf_new_array(arena, n, int);
	for (; ok && level.n < n; level.n += ok) {
		int fd = open(copy->layers[level.n], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		level.from[level.n] = fd;
		ok = fd >= 0 || wf_fail_sys(err, errno, "layer %s", copy->layers[level.n]);
	}
	ok = ok && merge(&level, err);
	for (size_t i = 0; i < level.n; i++)
		close(level.from[i]);
	return ok;
}

bool
layers_within(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/') &&
	       !strstr(path, "/../");
}
