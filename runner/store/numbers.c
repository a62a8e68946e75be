/* SPDX-License-Identifier: MIT */
/* numbers.c - a few lines of text under a lock.
 *
 * Every number has the same width and is written over the one before: no other bytes move, and a
 * process that is killed has written all of a number or nothing. (To replace the file by another is
 * no way: ext4 then writes the new one to the disk first, which takes longer than a start.) */
#include "runner/store/numbers.h"

#include "base/arena.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define FILE_NAME "numbers"
#define LARGEST (1u << 20)
#define WIDTH 20 /* of a number; what follows it is a space or the end of the line */

/* The file, locked until it is closed; -1 and *err. */
static int
open_locked(const char *path, struct wf_error *err)
{
	wf_auto(wf_close_fd) int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int got = fd;

	while (got >= 0 && (got = flock(fd, LOCK_EX)) < 0 && errno == EINTR)
		got = 0;
	if (got >= 0)
		return wf_take_fd(&fd);
	wf_fail_sys(err, errno, "%s", path);
	return -1;
}

/* A number at the beginning of a line. */
static bool
read_number(struct wf_str line, uint64_t *number)
{
	return line.n >= WIDTH && wf_str_u64(wf_str_sub(line, 0, WIDTH), number);
}

/* Finds the line of a workflow: its offset and its number; that of a new line, and 0, when it has
 * none. A last line without an end was never written to its end, and does not count. */
static bool
find_line(struct wf_str text, struct wf_str key, size_t *offset, uint64_t *number)
{
	struct wf_str rest = wf_str_skip(text, *offset);

	*number = 0;
	while (wf_str_find_char(rest, '\n') >= 0) {
		struct wf_str line = wf_str_cut(&rest, '\n');

		if (!read_number(line, number) || line.n < WIDTH + 1)
			return false;
		if (wf_str_eq(wf_str_skip(line, WIDTH + 1), key))
			return true;
		*offset += line.n + 1;
	}
	*number = 0;
	return true;
}

static bool
write_at(int fd, const char *path, size_t offset, struct wf_str text, struct wf_error *err)
{
	ssize_t n = pwrite(fd, text.p, text.n, (off_t)offset);

	if (n == (ssize_t)text.n)
		return true;
	return wf_fail_sys(err, n < 0 ? errno : ENOSPC, "%s", path);
}

static bool
take(int fd, const char *path, struct wf_str workflow, struct numbers *out, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf key = WF_BUF_INIT;
	struct wf_str text, id, line;
	uint64_t last = 0, number = 0;
	size_t offset = WIDTH + 1;

	if (!wf_read_fd(scratch, fd, path, LARGEST, &text, err))
		return false;
	wf_buf_add_json(&key, workflow); /* a name may have several lines */
	if (text.n > WIDTH && (!read_number(text, &last) || text.p[WIDTH] != '\n' ||
	                          !find_line(text, wf_buf_str(&key), &offset, &number))) {
		wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s: this is no list of numbers", path);
		return wf_hint(err, "remove this file: the runs are then counted from 1");
	}
	if (out->id <= last)
		out->id = last + 1;
	out->number = number + 1;
	id = wf_strf(scratch, "%0*llu\n", WIDTH, (unsigned long long)out->id);
	line = wf_strf(scratch, "%0*llu %.*s\n", WIDTH, (unsigned long long)out->number,
	    WF_ARG(wf_buf_str(&key)));
	return write_at(fd, path, 0, id, err) && write_at(fd, path, offset, line, err);
}

bool
numbers_take(const char *folder, struct wf_str path, struct numbers *out, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	const char *file = wf_join(scratch, folder, FILE_NAME);
	wf_auto(wf_close_fd) int fd = open_locked(file, err);
	struct numbers next = *out;

	if (fd < 0 || !take(fd, file, path, &next, err))
		return false;
	*out = next;
	return true;
}
