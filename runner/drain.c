/* SPDX-License-Identifier: MIT */
/* drain.c - output of a process: open, on_read, exited, on_grace, on_closed.
 *
 * Exit and end of output come in either order; the drain is over when both are in. */
#include "runner/drain.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A pipe holds 1 MiB at most unless the machine's owner raised the limit. */
#define CUT_READS 16

static void watch(struct drain *drain, uv_loop_t *loop, int i, int fd);
static bool is_held_back(const struct drain *drain);
static void read_on(struct drain *drain, uv_pipe_t *pipe);
static void on_turn(struct valve_user *user, bool open);
static void give_room(uv_handle_t *handle, size_t hint, uv_buf_t *buf);
static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);
static void stream_end(struct drain *drain, uv_pipe_t *pipe);
static void on_grace(uv_timer_t *timer);
static void settle(struct drain *drain);
static void on_closed(uv_handle_t *handle);

int
drain_open(struct drain *drain, uv_loop_t *loop, int ends[2])
{
	int out[2], err[2];

	if (pipe2(out, O_CLOEXEC) < 0)
		return errno;
	if (pipe2(err, O_CLOEXEC) < 0) {
		int errnum = errno;

		close(out[0]);
		close(out[1]);
		return errnum;
	}
	drain->nopen = 3;
	drain->nreading = 2;
	drain->exited = false;
	uv_timer_init(loop, &drain->grace);
	drain->grace.data = drain;
	drain->user.turn = on_turn;
	if (drain->valve)
		valve_join(drain->valve, &drain->user);
	watch(drain, loop, 0, out[0]);
	watch(drain, loop, 1, err[0]);
	ends[0] = out[1];
	ends[1] = err[1];
	return 0;
}

static void
watch(struct drain *drain, uv_loop_t *loop, int i, int fd)
{
	uv_pipe_t *pipe = &drain->pipes[i];

	uv_pipe_init(loop, pipe, 0);
	pipe->data = drain;
	if (uv_pipe_open(pipe, fd) < 0) {
		close(fd);
		stream_end(drain, pipe);
		return;
	}
	if (!is_held_back(drain))
		read_on(drain, pipe);
}

static bool
is_held_back(const struct drain *drain)
{
	return drain->valve && drain->valve->shut;
}

static void
read_on(struct drain *drain, uv_pipe_t *pipe)
{
	if (uv_read_start((uv_stream_t *)pipe, give_room, on_read) < 0)
		stream_end(drain, pipe);
}

static void
on_turn(struct valve_user *user, bool open)
{
	struct drain *drain = WF_OWNER(user, struct drain, user);

	for (int i = 0; i < 2; i++) {
		uv_pipe_t *pipe = &drain->pipes[i];

		if (uv_is_closing((uv_handle_t *)pipe))
			continue;
		if (open)
			read_on(drain, pipe);
		else
			uv_read_stop((uv_stream_t *)pipe);
	}
}

static void
give_room(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
	struct drain *drain = handle->data;

	(void)hint;
	*buf = uv_buf_init(drain->room, DRAIN_ROOM);
}

static void
say(struct drain *drain, const uv_pipe_t *pipe, size_t n)
{
	int stream = pipe == &drain->pipes[0] ? 1 : 2;

	drain->on_chunk(drain, stream, (struct wf_str){ drain->room, n });
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct drain *drain = stream->data;

	(void)buf;
	if (n > 0)
		say(drain, (uv_pipe_t *)stream, (size_t)n);
	else if (n < 0)
		stream_end(drain, (uv_pipe_t *)stream);
}

static void
stream_end(struct drain *drain, uv_pipe_t *pipe)
{
	uv_close((uv_handle_t *)pipe, on_closed);
	drain->nreading--;
	settle(drain);
}

void
drain_exited(struct drain *drain, unsigned grace_ms)
{
	drain->exited = true;
	drain->grace_ms = grace_ms;
	if (drain->nreading > 0)
		uv_timer_start(&drain->grace, on_grace, grace_ms, 0);
	settle(drain);
}

/* What is in a pipe now. More than a pipe holds is not read: somebody may be writing for ever. */
static void
read_rest(struct drain *drain, uv_pipe_t *pipe)
{
	uv_os_fd_t fd;
	ssize_t n;

	if (uv_fileno((uv_handle_t *)pipe, &fd) < 0)
		return;
	for (int i = 0; i < CUT_READS; i++) {
		n = read(fd, drain->room, DRAIN_ROOM);
		if (n <= 0)
			return;
		say(drain, pipe, (size_t)n);
	}
}

void
drain_cut(struct drain *drain)
{
	drain->exited = true;
	for (int i = 0; i < 2; i++) {
		uv_pipe_t *pipe = &drain->pipes[i];

		if (uv_is_closing((uv_handle_t *)pipe))
			continue;
		read_rest(drain, pipe);
		stream_end(drain, pipe);
	}
	settle(drain);
}

/* A daemon holds the output of a process that has exited; or nobody was there to read it. */
static void
on_grace(uv_timer_t *timer)
{
	struct drain *drain = timer->data;

	if (is_held_back(drain))
		uv_timer_start(timer, on_grace, drain->grace_ms, 0);
	else
		drain_cut(drain);
}

static void
settle(struct drain *drain)
{
	if (!drain->exited || drain->nreading > 0 || uv_is_closing((uv_handle_t *)&drain->grace))
		return;
	valve_leave(&drain->user);
	uv_close((uv_handle_t *)&drain->grace, on_closed);
}

static void
on_closed(uv_handle_t *handle)
{
	struct drain *drain = handle->data;

	if (--drain->nopen == 0)
		drain->on_over(drain);
}
