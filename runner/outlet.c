/* SPDX-License-Identifier: MIT */
/* outlet.c - write what there is room for, keep the rest, go on when there is room again. */
#include "runner/outlet.h"

#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define HIGH_WATER ((size_t)1 << 20) /* bytes that wait when the valve is shut */
#define LOW_WATER ((size_t)1 << 18) /* and when it is opened */

struct outlet {
	FILE *stream;
	int fd;
	bool is_socket;
	bool broken; /* its reader is gone, or it failed: what comes is kept for outlet_close() */
	struct wf_buf waiting;
	size_t written; /* of waiting */
	uv_poll_t poll;
	bool attached;
	struct valve *valve;
};

static size_t
backlog(const struct outlet *outlet)
{
	return outlet->waiting.n - outlet->written;
}

static ssize_t
put_once(struct outlet *outlet, const char *p, size_t n)
{
	return outlet->is_socket ? send(outlet->fd, p, n, MSG_DONTWAIT) : write(outlet->fd, p, n);
}

/* How much of it went out. */
static size_t
put_some(struct outlet *outlet, const char *p, size_t n)
{
	size_t done = 0;

	while (done < n && !outlet->broken) {
		ssize_t now = put_once(outlet, p + done, n - done);

		if (now > 0)
			done += (size_t)now;
		else if (now < 0 && errno == EAGAIN)
			break;
		else if (now < 0 && errno != EINTR)
			outlet->broken = true;
	}
	return done;
}

static void on_room(uv_poll_t *poll, int status, int events);

/* Waits for room while something waits for it, and lets nothing more come than can wait. */
static void
adjust(struct outlet *outlet)
{
	size_t n = backlog(outlet);

	if (n == 0) {
		wf_buf_clear(&outlet->waiting);
		outlet->written = 0;
	}
	if (!outlet->attached)
		return;
	if (n == 0 || outlet->broken)
		uv_poll_stop(&outlet->poll);
	else if (!uv_is_active((uv_handle_t *)&outlet->poll))
		uv_poll_start(&outlet->poll, UV_WRITABLE, on_room);
	if (n <= LOW_WATER || outlet->broken) /* who ends a broken one shall not wait for it */
		valve_turn(outlet->valve, true);
	else if (n >= HIGH_WATER)
		valve_turn(outlet->valve, false);
}

static void
on_room(uv_poll_t *poll, int status, int events)
{
	struct outlet *outlet = poll->data;
	struct wf_str rest = wf_str_skip(wf_buf_str(&outlet->waiting), outlet->written);

	(void)events;
	if (status < 0)
		outlet->broken = true;
	outlet->written += put_some(outlet, rest.p, rest.n);
	adjust(outlet);
}

/* Drops what was written from the front before the buffer grows for it. */
static void
keep(struct outlet *outlet, struct wf_str text)
{
	struct wf_buf *waiting = &outlet->waiting;

	if (outlet->written > 0 && waiting->n + text.n > waiting->cap) {
		memmove(waiting->p, waiting->p + outlet->written, backlog(outlet));
		waiting->n -= outlet->written;
		outlet->written = 0;
	}
	wf_buf_add(waiting, text);
}

static ssize_t
on_write(void *cookie, const char *p, size_t n)
{
	struct outlet *outlet = cookie;
	size_t done = backlog(outlet) == 0 ? put_some(outlet, p, n) : 0;

	if (!outlet->broken || backlog(outlet) == 0) /* one byte is enough to fail again */
		keep(outlet, (struct wf_str){ p + done, n - done });
	adjust(outlet);
	return (ssize_t)n;
}

/* A descriptor of our own for what is behind fd: not to wait is a property of all that share one.
 */
static int
open_anew(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

struct outlet *
outlet_new(int fd)
{
	const cookie_io_functions_t calls = { .write = on_write };
	struct outlet *outlet;
	struct stat st;
	bool is_socket;
	int own;

	if (fstat(fd, &st) < 0)
		return NULL;
	is_socket = S_ISSOCK(st.st_mode);
	if (!is_socket && !S_ISFIFO(st.st_mode) && !isatty(fd))
		return NULL;
	own = is_socket ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : open_anew(fd);
	if (own < 0)
		return NULL;
	outlet = calloc(1, sizeof(*outlet));
	if (!outlet)
		abort();
	outlet->fd = own;
	outlet->is_socket = is_socket;
	outlet->stream = fopencookie(outlet, "w", calls);
	if (!outlet->stream)
		abort();
	setvbuf(outlet->stream, NULL, _IONBF, 0);
	return outlet;
}

FILE *
outlet_stream(struct outlet *outlet)
{
	return outlet->stream;
}

void
outlet_attach(struct outlet *outlet, uv_loop_t *loop, struct valve *valve)
{
	if (!outlet || uv_poll_init(loop, &outlet->poll, outlet->fd) < 0)
		return;
	outlet->poll.data = outlet;
	outlet->valve = valve;
	outlet->attached = true;
	uv_unref((uv_handle_t *)&outlet->poll);
	adjust(outlet);
}

void
outlet_detach(struct outlet *outlet)
{
	if (!outlet || !outlet->attached)
		return;
	outlet->attached = false;
	valve_turn(outlet->valve, true);
	uv_close((uv_handle_t *)&outlet->poll, NULL);
}

/* Until all is written, or there has been no room for so long. */
static void
wait_for_reader(struct outlet *outlet, int patience)
{
	struct pollfd room = { .fd = outlet->fd, .events = POLLOUT };
	struct wf_str rest;

	while (backlog(outlet) > 0 && !outlet->broken) {
		int n = poll(&room, 1, patience);

		if (n == 0 || (n < 0 && errno != EINTR))
			return;
		rest = wf_str_skip(wf_buf_str(&outlet->waiting), outlet->written);
		outlet->written += put_some(outlet, rest.p, rest.n);
	}
}

void
outlet_close(struct outlet *outlet, FILE *out, int patience)
{
	if (!outlet)
		return;
	fclose(outlet->stream);
	wait_for_reader(outlet, patience);
	if (outlet->broken)
		fwrite(outlet->waiting.p + outlet->written, 1, backlog(outlet), out);
	close(outlet->fd);
	wf_buf_release(&outlet->waiting);
	free(outlet);
}
