/* SPDX-License-Identifier: MIT */
/* scratch.c - one locked folder for each living wfrun. */
#include "runner/scratch.h"

#include "base/fs.h"
#include "runner/box/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch {
	struct wf_arena *arena;
	const char *root, *path;
	int lock; /* descriptor of path itself, holding the lock */
};

static const char *
parent_path(struct wf_arena *arena)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || tmp[0] != '/')
		tmp = "/tmp";
	return wf_strf(arena, "%s/wfrun-%u", tmp, (unsigned)geteuid()).p;
}

/* Others may write into TMPDIR: the parent must be ours alone, or somebody could swap it. */
static bool
make_parent(const char *path, struct wf_error *err)
{
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return wf_fail_sys(err, errno, "%s", path);
	if (lstat(path, &st) < 0)
		return wf_fail_sys(err, errno, "%s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022)) {
		wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s does not belong to this user alone", path);
		return wf_hint(err, "remove it, or set TMPDIR to a folder of your own");
	}
	return true;
}

/* Opens a folder and takes its lock; -1 when another process holds it. */
static int
lock_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void
remove_abandoned(struct wf_arena *arena, const char *parent)
{
	bool any = false;
	char **names;
	size_t n;

	if (!wf_list_dir(arena, parent, &names, &n, NULL))
		return;
	for (size_t i = 0; i < n; i++) {
		const char *path = wf_join(arena, parent, names[i]);
		wf_auto(wf_close_fd) int lock = lock_folder(path);

		if (lock >= 0 && wf_remove_tree(path, NULL))
			any = true;
	}
	if (any)
		limits_sweep();
}

struct scratch *
scratch_new(struct wf_error *err)
{
	struct wf_arena *arena = wf_arena_new();
	struct scratch *scratch = wf_new(arena, struct scratch);
	const char *parent = parent_path(arena);
	wf_auto(wf_close_fd) int guard = -1;
	char *path;

	scratch->arena = arena;
	scratch->lock = -1;
	if (!make_parent(parent, err))
		goto fail;
	/* between mkdtemp() and the lock nobody may take our folder for an abandoned one */
	guard = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (guard < 0 || flock(guard, LOCK_EX) < 0) {
		wf_fail_sys(err, errno, "%s", parent);
		goto fail;
	}
	remove_abandoned(arena, parent);
	path = (char *)wf_strf(arena, "%s/%d.XXXXXX", parent, (int)getpid()).p;
	if (!mkdtemp(path) || (scratch->lock = lock_folder(path)) < 0) {
		wf_fail_sys(err, errno, "%s", path);
		goto fail;
	}
	scratch->root = parent;
	scratch->path = path;
	return scratch;
fail:
	wf_arena_free(arena);
	return NULL;
}

void
scratch_free(struct scratch *scratch)
{
	if (!scratch)
		return;
	wf_remove_tree(scratch->path, NULL);
	wf_close_fd(&scratch->lock);
	wf_arena_free(scratch->arena);
}

const char *
scratch_root(const struct scratch *scratch)
{
	return scratch->root;
}

const char *
scratch_path(const struct scratch *scratch)
{
	return scratch->path;
}

bool
scratch_abandoned(const char *path)
{
	wf_auto(wf_close_fd) int lock = lock_folder(path);

	/* one that cannot be looked at may be another user's, and alive */
	return lock >= 0 || errno == ENOENT;
}

const char *
scratch_folder(struct scratch *scratch, struct wf_arena *arena, const char *name,
    struct wf_error *err)
{
	char *path = wf_join(arena, scratch->path, name);

	if (mkdir(path, 0755) < 0) {
		wf_fail_sys(err, errno, "%s", path);
		return NULL;
	}
	return path;
}
