/* SPDX-License-Identifier: MIT */
/* mount.c - places by descriptor, bind mounts, overlays, /proc/self/mountinfo. */
#include "runner/box/mount.h"

#include "base/fs.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPEN_TRIES 100

/* ---- places ---- */

/* While anybody on this machine renames a folder the kernel cannot tell whether a ".." has left the
 * root, says EAGAIN, and may be asked again. */
int
place_open_mode(int root, const char *path, uint64_t flags, mode_t mode)
{
	struct open_how how = {
		.flags = O_CLOEXEC | flags,
		.mode = mode,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = -1;

	for (int i = 0; i < OPEN_TRIES && fd < 0; i++) {
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd < 0 && errno != EAGAIN)
			break;
	}
	return fd;
}

int
place_open(int root, const char *path, uint64_t flags)
{
	return place_open_mode(root, path, O_PATH | flags, 0);
}

/* Opens the folder made of the first n bytes of path, making its last component when missing. */
static int
open_prefix(int root, int parent, const char *path, size_t n)
{
	char prefix[PATH_MAX];
	const char *name;
	int fd;

	snprintf(prefix, sizeof(prefix), "%.*s", (int)n, path);
	fd = place_open(root, prefix, O_DIRECTORY);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	name = strrchr(prefix, '/');
	if (mkdirat(parent, name ? name + 1 : prefix, 0755) < 0)
		return -1;
	return place_open(root, prefix, O_DIRECTORY);
}

int
place_folder(int root, const char *path, struct wf_error *err)
{
	wf_auto(wf_close_fd) int parent = place_open(root, "/", O_DIRECTORY);
	size_t n = 0;
	int fd;

	if (strlen(path) >= PATH_MAX) {
		wf_fail_sys(err, ENAMETOOLONG, "%.64s...", path);
		return -1;
	}
	while (parent >= 0) {
		n += strspn(path + n, "/");
		if (!path[n])
			return wf_take_fd(&parent);
		n += strcspn(path + n, "/");
		fd = open_prefix(root, parent, path, n);
		wf_close_fd(&parent);
		parent = fd;
	}
	wf_fail_sys(err, errno, "%s", path);
	return -1;
}

int
place_file(int root, const char *path, struct wf_error *err)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	wf_auto(wf_close_fd) int parent = -1;
	int fd = place_open(root, path, 0);

	if (fd >= 0 || errno != ENOENT) {
		if (fd < 0)
			wf_fail_sys(err, errno, "%s", path);
		return fd;
	}
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) : 0, path);
	parent = place_folder(root, folder, err);
	if (parent < 0)
		return -1;
	fd = openat(parent, slash ? slash + 1 : path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC,
	    0644);
	if (fd < 0)
		wf_fail_sys(err, errno, "%s", path);
	return fd;
}

/* ---- mounts ---- */

bool
mount_bind(int source, int target, uint64_t attrs, struct wf_error *err)
{
	wf_auto(wf_close_fd) int tree = open_tree(source, "",
	    AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	struct mount_attr attr = { .attr_set = attrs };

	if (tree < 0)
		return wf_fail_sys(err, errno, "copy of a mount");
	if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) < 0)
		return wf_fail_sys(err, errno, "attributes of a mount");
	if (move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return wf_fail_sys(err, errno, "move of a mount");
	return true;
}

int
mount_overlay(const struct mount_overlay *overlay, int target)
{
	wf_auto(wf_buf_release) struct wf_buf options = WF_BUF_INIT;
	char path[64];

	/* layers by descriptor: nothing in their names has to be escaped, nor fits too badly */
	wf_buf_adds(&options, "lowerdir=");
	for (size_t i = 0; i < overlay->nlayers; i++)
		wf_buf_addf(&options, "%s/proc/self/fd/%d", i ? ":" : "", overlay->layers[i]);
	/* volatile: what vanishes with the box need not reach a disk first */
	wf_buf_addf(&options, ",upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d,volatile",
	    overlay->upper, overlay->work);
	if (overlay->userxattr)
		wf_buf_adds(&options, ",userxattr");
	if (options.n >= (size_t)sysconf(_SC_PAGESIZE))
		return E2BIG; /* mount(2) would cut it */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", target);
	return mount("overlay", path, "overlay", MS_NODEV, options.p) < 0 ? errno : 0;
}

/* ---- mounts of the host ---- */

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static void
unescape(char *text)
{
	char *out = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] && text[2] && text[3]) {
			*out++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
			                (text[3] - '0'));
			text += 3;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

/* ID PARENT MAJOR:MINOR ROOT PATH OPTIONS [FIELD...] - TYPE SOURCE SUPER */
static void
read_entry(struct wf_arena *arena, struct mount_table *table, char *line)
{
	struct wf_str rest = wf_str(line), path = { 0 }, type = wf_str(strstr(line, " - "));
	struct mount_entry *entry;

	for (int field = 0; field < 5; field++)
		path = wf_str_cut(&rest, ' ');
	type = wf_str_skip(type, 3);
	type = wf_str_cut(&type, ' ');
	if (!path.n || !type.n)
		return;
	entry = wf_push(arena, table->items, table->n, table->cap);
	entry->path = wf_cstr(arena, path);
	entry->type = wf_cstr(arena, type);
	unescape((char *)entry->path);
}

bool
mount_table_read(struct wf_arena *arena, struct mount_table *table, struct wf_error *err)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t cap = 0;

	if (!file)
		return wf_fail_sys(err, errno, "/proc/self/mountinfo");
	while (getline(&line, &cap, file) > 0)
		read_entry(arena, table, line);
	free(line);
	fclose(file);
	return true;
}

bool
mount_is_within(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	while (n > 0 && folder[n - 1] == '/')
		n--;
	return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

bool
mount_table_below(const struct mount_table *table, const char *path)
{
	for (size_t i = 0; i < table->n; i++)
		if (mount_is_within(table->items[i].path, path) &&
		    !mount_is_within(path, table->items[i].path))
			return true;
	return false;
}

const char *
mount_table_type(const struct mount_table *table, const char *path)
{
	const char *type = NULL;

	for (size_t i = 0; i < table->n; i++)
		if (strcmp(table->items[i].path, path) == 0)
			type = table->items[i].type; /* the last one lies on top */
	return type;
}
