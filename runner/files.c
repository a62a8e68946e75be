/* SPDX-License-Identifier: MIT */
/* files.c - command files, made and read by descriptor. */
#include "runner/files.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *name; /* as GitHub's runner names the files */
	const char *property; /* of the github context */
} kinds[FILES_N] = {
	[FILES_ENV] = { "set_env_", "env" },
	[FILES_OUTPUT] = { "set_output_", "output" },
	[FILES_PATH] = { "add_path_", "path" },
	[FILES_STATE] = { "save_state_", "state" },
	[FILES_SUMMARY] = { "step_summary_", "step_summary" },
};

static bool
create_one(int dir, const char *name, struct wf_error *err)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

	if (fd < 0)
		return wf_fail_sys(err, errno, "%s", name);
	(void)fchmod(fd, 0666); /* another user of the box (sudo -u, a container) writes too */
	close(fd);
	return true;
}

bool
files_create(struct files *files, const struct files_place *place, unsigned number,
    struct expr_object *github, struct wf_error *err)
{
	files->dir = place->dir;
	for (size_t i = 0; i < FILES_N; i++) {
		struct wf_str name = wf_strf(place->arena, "%s%u", kinds[i].name, number);

		if (!create_one(place->dir, name.p, err))
			return false;
		files->names[i] = name;
		expr_object_set(github, wf_str(kinds[i].property),
		    expr_string(wf_strf(place->arena, "%s/%s/%s", place->temp, FILES_FOLDER,
		        name.p)));
	}
	return true;
}

bool
files_read(const struct files *files, struct wf_arena *arena, enum files_kind kind, size_t max,
    struct wf_str *out, size_t *size)
{
	const char *name = files->names[kind].p;
	struct stat st;

	*out = (struct wf_str){ NULL, 0 };
	*size = 0;
	if (!name || fstatat(files->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode) || st.st_size == 0)
		return true;
	*size = (size_t)st.st_size;
	if (*size > max)
		return false;
	/* a regular file a moment ago: should the step have put a link there since, refuse it */
	wf_auto(wf_close_fd) int fd = openat(files->dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return true;
	char *bytes = wf_alloc(arena, *size, 1);
	ssize_t got = read(fd, bytes, *size);
	if (got > 0)
		*out = (struct wf_str){ bytes, (size_t)got };
	return true;
}

void
files_remove(struct files *files)
{
	for (size_t i = 0; i < FILES_N; i++)
		if (files->names[i].p)
			unlinkat(files->dir, files->names[i].p, 0);
}
