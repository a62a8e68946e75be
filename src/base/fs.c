/* SPDX-License-Identifier: MIT */
/* fs.c - files and trees by descriptors, so that a path that changes underfoot leads nowhere else.
 */
#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
wf_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int
wf_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static void
close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define UNSIZED_MAX ((size_t)64 << 10) /* of a file that does not say how long it is */

static bool
read_all(int fd, struct wf_str *out, char *bytes, size_t size)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, bytes + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*out = (struct wf_str){ bytes, n };
	return true;
}

/* A file that says it is empty: it may be one of the kernel's, which are as long as they turn out.
 */
static bool
read_unsized(struct wf_arena *arena, int fd, const char *path, struct wf_str *out,
    struct wf_error *err)
{
	char bytes[UNSIZED_MAX];

	if (!read_all(fd, out, bytes, sizeof(bytes)))
		return wf_fail_sys(err, errno, "%s", path);
	*out = wf_str_dup(arena, *out);
	return true;
}

bool
wf_read_fd(struct wf_arena *arena, int fd, const char *path, size_t max, struct wf_str *out,
    struct wf_error *err)
{
	struct stat st;
	char *bytes;

	if (fstat(fd, &st) < 0)
		return wf_fail_sys(err, errno, "%s", path);
	if (S_ISDIR(st.st_mode))
		return wf_fail_sys(err, EISDIR, "%s", path);
	if (!S_ISREG(st.st_mode))
		return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s: not a regular file", path);
	if (max && (uint64_t)st.st_size > max)
		return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s: larger than %zu bytes", path, max);
	if (st.st_size == 0)
		return read_unsized(arena, fd, path, out, err);
	bytes = wf_alloc_raw(arena, (size_t)st.st_size + 1, 1);
	if (!read_all(fd, out, bytes, (size_t)st.st_size))
		return wf_fail_sys(err, errno, "%s", path);
	bytes[out->n] = '\0';
	return true;
}

bool
wf_read_file_at(struct wf_arena *arena, int dirfd, const char *path, size_t max, struct wf_str *out,
    struct wf_error *err)
{
	/* O_NONBLOCK: a fifo must not hold us up before fstat() has refused it */
	wf_auto(wf_close_fd) int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return wf_fail_sys(err, errno, "%s", path);
	return wf_read_fd(arena, fd, path, max, out, err);
}

bool
wf_read_file(struct wf_arena *arena, const char *path, size_t max, struct wf_str *out,
    struct wf_error *err)
{
	return wf_read_file_at(arena, AT_FDCWD, path, max, out, err);
}

bool
wf_write_all(int fd, struct wf_str bytes)
{
	while (bytes.n) {
		ssize_t put = write(fd, bytes.p, bytes.n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		bytes = wf_str_skip(bytes, (size_t)put);
	}
	return true;
}

bool
wf_write_file(const char *path, struct wf_str bytes, mode_t mode, struct wf_error *err)
{
	char temp[PATH_MAX];
	int n = snprintf(temp, sizeof(temp), "%s.XXXXXX", path);
	bool written;
	int fd;

	if (n < 0 || (size_t)n >= sizeof(temp))
		return wf_fail_sys(err, ENAMETOOLONG, "%s", path);
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return wf_fail_sys(err, errno, "%s", path);
	written = wf_write_all(fd, bytes) && fchmod(fd, mode) == 0;
	if (close(fd) < 0)
		written = false;
	if (written && rename(temp, path) == 0)
		return true;
	wf_fail_sys(err, errno, "%s", path);
	unlink(temp);
	return false;
}

bool
wf_mkdirs(const char *path, mode_t mode, struct wf_error *err)
{
	char copy[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(copy))
		return wf_fail_sys(err, ENAMETOOLONG, "%s", path);
	memcpy(copy, path, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (copy[i] != '/' && copy[i] != '\0')
			continue;
		copy[i] = '\0';
		if (mkdir(copy, mode) < 0 && errno != EEXIST)
			return wf_fail_sys(err, errno, "%s", copy);
		copy[i] = path[i];
	}
	if (!wf_is_dir(path))
		return wf_fail_sys(err, ENOTDIR, "%s", path);
	return true;
}

static bool remove_entries(int fd, dev_t dev, struct wf_error *err);

/* A folder that its owner may not search is opened up first: build tools leave such behind. */
static int
open_to_remove(int dirfd, const char *name)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dirfd, name, flags);

	if (fd < 0 && errno == EACCES && fchmodat(dirfd, name, 0700, 0) == 0)
		fd = openat(dirfd, name, flags);
	return fd;
}

static bool
remove_one(int dirfd, const char *name, dev_t dev, struct wf_error *err)
{
	struct stat st;
	int fd;
	bool ok;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR && errno != EPERM)
		return wf_fail_sys(err, errno, "%s", name);
	fd = open_to_remove(dirfd, name);
	if (fd < 0)
		return wf_fail_sys(err, errno, "%s", name);
	if (fstat(fd, &st) < 0 || st.st_dev != dev) {
		close(fd);
		return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s: another file system", name);
	}
	ok = remove_entries(fd, dev, err); /* takes fd */
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return ok;
	return ok ? wf_fail_sys(err, errno, "%s", name) : false;
}

static bool
remove_entries(int fd, dev_t dev, struct wf_error *err)
{
	wf_auto(close_dir) DIR *dir = fdopendir(fd);
	struct dirent *entry;
	bool ok = true;

	if (!dir) {
		wf_fail_sys(err, errno, "fdopendir");
		close(fd);
		return false;
	}
	(void)fchmod(fd, 0700); /* a folder without write permission keeps its entries */
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!remove_one(dirfd(dir), entry->d_name, dev, ok ? err : NULL))
			ok = false;
	}
	return ok;
}

bool
wf_remove_tree(const char *path, struct wf_error *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? true : wf_fail_sys(err, errno, "%s", path);
	if (!remove_one(AT_FDCWD, path, st.st_dev, err))
		return wf_wrap(err, "remove %s", path);
	return true;
}

bool
wf_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

bool
wf_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *
wf_join(struct wf_arena *arena, const char *dir, const char *name)
{
	size_t n = strlen(dir);

	if (name[0] == '/')
		return wf_cstr(arena, wf_str(name));
	while (n > 1 && dir[n - 1] == '/')
		n--;
	return (char *)wf_strf(arena, "%.*s%s%s", (int)n, dir, n == 1 && dir[0] == '/' ? "" : "/",
	    name)
	    .p;
}

char *
wf_cwd(struct wf_arena *arena)
{
	char path[PATH_MAX];

	return getcwd(path, sizeof(path)) ? wf_cstr(arena, wf_str(path)) : NULL;
}

const char *
wf_shown_path(struct wf_arena *arena, const char *path)
{
	const char *cwd = wf_cwd(arena);
	size_t n = cwd ? strlen(cwd) : 0;

	if (n > 1 && strncmp(path, cwd, n) == 0 && path[n] == '/')
		return path + n + 1;
	return path;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool
wf_list_fd(struct wf_arena *arena, int fd, char ***names, size_t *n, struct wf_error *err)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* closedir() takes its descriptor along */
	wf_auto(close_dir) DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	size_t cap = 0;

	*names = NULL;
	*n = 0;
	if (!dir) {
		wf_fail_sys(err, errno, "read folder");
		wf_close_fd(&copy);
		return false;
	}
	rewinddir(dir); /* the position is shared with fd */
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		*wf_push(arena, *names, *n, cap) = wf_cstr(arena, wf_str(entry->d_name));
	}
	if (*n)
		qsort(*names, *n, sizeof(**names), by_name);
	return true;
}

bool
wf_list_dir(struct wf_arena *arena, const char *path, char ***names, size_t *n,
    struct wf_error *err)
{
	wf_auto(wf_close_fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return wf_fail_sys(err, errno, "%s", path);
	return wf_list_fd(arena, fd, names, n, err);
}

struct walk {
	wf_visit *visit;
	void *data;
	struct wf_error *err;
	bool stopped;
};

static bool walk_dir(struct walk *walk, int fd, const char *rel);

static bool
walk_entry(struct walk *walk, int dirfd, const char *name, const char *rel)
{
	bool descend = true;
	struct stat st;
	int fd;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? true : wf_fail_sys(walk->err, errno, "%s", rel);
	if (!walk->visit(walk->data, rel, &st, &descend)) {
		walk->stopped = true;
		return true;
	}
	if (!S_ISDIR(st.st_mode) || !descend)
		return true;
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return wf_fail_sys(walk->err, errno, "%s", rel);
	return walk_dir(walk, fd, rel);
}

/* Takes fd. Each folder's names live in an arena of their own: depth costs, breadth does not add
 * up.
 */
static bool
walk_dir(struct walk *walk, int fd, const char *rel)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_close_fd) int dir = fd;
	char **names;
	size_t n;

	if (!wf_list_fd(arena, dir, &names, &n, walk->err))
		return false;
	for (size_t i = 0; i < n && !walk->stopped; i++) {
		const char *path = rel[0] ? wf_join(arena, rel, names[i]) : names[i];

		if (!walk_entry(walk, dir, names[i], path))
			return false;
	}
	return true;
}

bool
wf_walk(const char *root, wf_visit *visit, void *data, struct wf_error *err)
{
	struct walk walk = { .visit = visit, .data = data, .err = err };
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return wf_fail_sys(err, errno, "%s", root);
	return walk_dir(&walk, fd, "");
}
