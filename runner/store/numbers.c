/* SPDX-License-Identifier: MIT */
/* numbers.c - a few lines of text under a lock. */
#include "runner/store/numbers.h"

#include "base/arena.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#define FILE_NAME "numbers"
#define LARGEST (1u << 20)

/* The folder, locked until it is closed; -1 and *err. */
static int
lock_folder(const char *folder, struct wf_error *err)
{
	wf_auto(wf_close_fd) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int got = fd;

	while (got >= 0 && (got = flock(fd, LOCK_EX)) < 0 && errno == EINTR)
		got = 0;
	if (got >= 0)
		return wf_take_fd(&fd);
	wf_fail_sys(err, errno, "%s", folder);
	return -1;
}

static bool
fail_damaged(const char *file, struct wf_error *err)
{
	wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s: this is no list of numbers", file);
	return wf_hint(err, "remove this file: the runs are then counted from 1");
}

/* Copies all lines but that of the workflow, whose number is the next one then. Paths stand there
 * as JSON, since a name may have several lines. */
static bool
copy_lines(struct wf_str text, struct wf_str path, uint64_t *number, struct wf_buf *out)
{
	while (text.n > 0) {
		struct wf_str line = wf_str_cut(&text, '\n'), rest = line;
		uint64_t last;

		if (!wf_str_u64(wf_str_cut(&rest, ' '), &last) || !rest.n)
			return false;
		if (wf_str_eq(rest, path))
			*number = last + 1;
		else
			wf_buf_addf(out, "%.*s\n", WF_ARG(line));
	}
	return true;
}

bool
numbers_take(const char *folder, struct wf_str path, struct numbers *out, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf lines = WF_BUF_INIT, all = WF_BUF_INIT,
	                                      key = WF_BUF_INIT;
	wf_auto(wf_close_fd) int lock = lock_folder(folder, err);
	const char *file = wf_join(scratch, folder, FILE_NAME);
	struct numbers next = { .id = out->id, .number = 1 };
	struct wf_str text = { NULL, 0 };
	uint64_t last = 0;

	wf_buf_add_json(&key, path);
	if (lock < 0 || (wf_exists(file) && !wf_read_file(scratch, file, LARGEST, &text, err)))
		return false;
	if (text.n && (!wf_str_u64(wf_str_cut(&text, '\n'), &last) ||
	                  !copy_lines(text, wf_buf_str(&key), &next.number, &lines)))
		return fail_damaged(file, err);
	if (next.id <= last)
		next.id = last + 1;
	wf_buf_addf(&all, "%llu\n%llu %.*s\n%.*s", (unsigned long long)next.id,
	    (unsigned long long)next.number, WF_ARG(wf_buf_str(&key)), WF_ARG(wf_buf_str(&lines)));
	if (!wf_write_file(file, wf_buf_str(&all), 0600, err))
		return false;
	*out = next;
	return true;
}
