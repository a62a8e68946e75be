/* SPDX-License-Identifier: MIT */
/* proc.c - one child process over uv_spawn: start, on_exit, on_closed.
 *
 * uv_spawn() initialises its handle even when it fails, so a start that failed ends on the same
 * road as a process that ran: the handle is closed, and the close tells the owner. */
#include "runner/proc.h"

#include <assert.h>

static void on_exit_status(uv_process_t *child, int64_t status, int signum);
static void on_closed(uv_handle_t *handle);

void
proc_start(struct proc *proc, uv_loop_t *loop, const struct proc_options *options)
{
	uv_stdio_container_t stdio[PROC_MAX_FDS];
	uv_process_options_t spawn = {
		.exit_cb = on_exit_status,
		.file = options->file,
		.args = (char **)options->argv,
		.env = (char **)options->env,
		.flags = UV_PROCESS_DETACHED,
		.stdio_count = (int)options->nfds,
		.stdio = stdio,
	};
	int rc;

	assert(options->nfds <= PROC_MAX_FDS);
	for (size_t i = 0; i < options->nfds; i++) {
		stdio[i].flags = options->fds[i] < 0 ? UV_IGNORE : UV_INHERIT_FD;
		stdio[i].data.fd = options->fds[i];
	}
	rc = uv_spawn(loop, &proc->child, &spawn);
	proc->child.data = proc;
	proc->end = (struct proc_end){ .errnum = -rc };
	proc->alive = rc == 0;
	if (rc < 0)
		uv_close((uv_handle_t *)&proc->child, on_closed);
}

void
proc_signal(struct proc *proc, int signum)
{
	if (proc->alive)
		uv_process_kill(&proc->child, signum);
}

static void
on_exit_status(uv_process_t *child, int64_t status, int signum)
{
	struct proc *proc = child->data;

	proc->alive = false;
	proc->end.status = (int)status;
	proc->end.signal = signum;
	uv_close((uv_handle_t *)child, on_closed);
}

static void
on_closed(uv_handle_t *handle)
{
	struct proc *proc = handle->data;

	proc->on_gone(proc);
}
