/* SPDX-License-Identifier: MIT */
/* nest.c - see nest.h; in the order of life: open, bear, born, gone, close. The other end of the
 * socket is hatch.c. */
#include "runner/box/nest.h"

#include "base/arena.h"
#include "base/fs.h"
#include "base/str.h"
#include "runner/box/box.h"
#include "runner/box/wire.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_answer(uv_poll_t *poll, int status, int events);
static void on_nest_gone(struct proc *proc);
static void ask(struct nest *nest);
static void on_child_end(uv_poll_t *poll, int status, int events);
static void on_child_closed(uv_handle_t *handle);
static void on_closed(uv_handle_t *handle);

/* ---- open ---- */

/* What the dynamic linker and the sanitizers need to start the same program again. */
static const char **
nest_env(struct wf_arena *arena)
{
	size_t n = 0;
	const char **env;

	while (environ[n])
		n++;
	env = wf_new_array(arena, n + 1, const char *);
	n = 0;
	for (char **var = environ; *var; var++) {
		struct wf_str name = wf_str_sub(wf_str(*var), 0, strcspn(*var, "="));

		if (wf_str_starts(name, WF_S("LD_")) || wf_str_ends(name, WF_S("SAN_OPTIONS")))
			env[n++] = *var;
	}
	return env;
}

static void
spawn(struct nest *nest, int sock)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	char name[sizeof(((struct nest_order *)0)->name)];
	const char *argv[] = { BOX_INIT_NAME, name, NULL };
	const int fds[WIRE_FD + 1] = { -1, -1, -1, sock };
	char whose[32];

	/* filled up with blanks: the inits write their own names over it */
	snprintf(whose, sizeof(whose), "wfrun-%d-nest", (int)getpid());
	snprintf(name, sizeof(name), "%-*s", (int)sizeof(name) - 1, whose);
	nest->proc.data = nest;
	nest->proc.on_gone = on_nest_gone;
	nest->nopen++;
	proc_start(&nest->proc, nest->loop,
	    &(struct proc_options){
	        .file = "/proc/self/exe",
	        .argv = argv,
	        .env = nest_env(arena),
	        .fds = fds,
	        .nfds = WF_COUNT(fds),
	    });
	uv_unref((uv_handle_t *)&nest->proc.child);
}

void
nest_open(struct nest *nest, uv_loop_t *loop)
{
	wf_auto(wf_close_fd) int theirs = -1;
	int pair[2], rc;

	*nest = (struct nest){ .loop = loop, .sock = -1 };
	nest->tail = &nest->waiting;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		nest->errnum = errno;
		return;
	}
	theirs = pair[1];
	rc = uv_poll_init(loop, &nest->poll, pair[0]);
	if (rc < 0) {
		close(pair[0]);
		nest->errnum = -rc;
		return;
	}
	nest->sock = pair[0];
	nest->nopen = 1;
	nest->poll.data = nest;
	uv_poll_start(&nest->poll, UV_READABLE, on_answer);
	uv_unref((uv_handle_t *)&nest->poll);
	spawn(nest, theirs);
}

/* ---- bear ---- */

int
nest_bear(struct nest *nest, struct nest_child *child, int sock)
{
	if (nest->sock < 0)
		return nest->errnum;
	child->nest = nest;
	child->sock = sock;
	child->pid = 0;
	child->signum = 0;
	child->next = NULL;
	child->end = (struct proc_end){ 0 };
	*nest->tail = child;
	nest->tail = &child->next;
	uv_ref((uv_handle_t *)&nest->poll);
	if (nest->waiting == child)
		ask(nest);
	return 0;
}

static struct nest_child *
take_first(struct nest *nest)
{
	struct nest_child *child = nest->waiting;

	nest->waiting = child->next;
	if (!nest->waiting) {
		nest->tail = &nest->waiting;
		uv_unref((uv_handle_t *)&nest->poll);
	}
	wf_close_fd(&child->sock);
	return child;
}

/* One at a time, so that the socket has room and answers need no names. When the nest cannot be
 * reached, it is about to be heard of as gone. */
static void
ask(struct nest *nest)
{
	struct nest_child *child = nest->waiting;

	wire_send(nest->sock, &child->order, sizeof(child->order), &child->sock, 1);
}

/* ---- born ---- */

static void
never_born(struct nest_child *child, int errnum)
{
	child->end.errnum = errnum;
	child->on_gone(child);
}

/* Takes the pidfd. */
static void
born(struct nest_child *child, pid_t pid, int pidfd)
{
	child->pid = pid;
	child->pidfd = pidfd;
	if (child->signum)
		kill(pid, child->signum);
	uv_poll_init(child->nest->loop, &child->poll, pidfd);
	child->poll.data = child;
	uv_poll_start(&child->poll, UV_READABLE, on_child_end);
}

static void
on_answer(uv_poll_t *poll, int status, int events)
{
	struct nest *nest = poll->data;
	struct nest_answer answer;
	struct nest_child *child;
	int fds[WIRE_MAX_FDS];
	size_t nfds;

	(void)status;
	(void)events;
	if (wire_recv(nest->sock, &answer, sizeof(answer), fds, &nfds) <= 0) {
		uv_poll_stop(poll);
		uv_ref((uv_handle_t *)&nest->proc.child);
		return;
	}
	child = take_first(nest);
	if (nest->waiting)
		ask(nest);
	if (answer.errnum)
		never_born(child, answer.errnum);
	else
		born(child, answer.pid, fds[0]);
}

/* ---- gone ---- */

void
nest_signal(struct nest_child *child, int signum)
{
	child->signum = signum;
	if (child->pid)
		kill(child->pid, signum);
}

static void
on_child_end(uv_poll_t *poll, int status, int events)
{
	struct nest_child *child = poll->data;
	int how;

	(void)status;
	(void)events;
	if (waitpid(child->pid, &how, WNOHANG) != child->pid)
		return;
	child->pid = 0;
	if (WIFSIGNALED(how))
		child->end.signal = WTERMSIG(how);
	else
		child->end.status = WEXITSTATUS(how);
	uv_close((uv_handle_t *)poll, on_child_closed);
}

static void
on_child_closed(uv_handle_t *handle)
{
	struct nest_child *child = handle->data;

	wf_close_fd(&child->pidfd);
	child->on_gone(child);
}

/* ---- close ---- */

static void
hang_up(struct nest *nest)
{
	if (nest->sock < 0)
		return;
	uv_close((uv_handle_t *)&nest->poll, on_closed);
	wf_close_fd(&nest->sock);
}

/* It never started, was killed, or was told to end. */
static void
on_nest_gone(struct proc *proc)
{
	struct nest *nest = proc->data;

	nest->nopen--;
	nest->errnum = proc->end.errnum ? proc->end.errnum : ECHILD;
	hang_up(nest);
	while (nest->waiting)
		never_born(take_first(nest), nest->errnum);
}

void
nest_close(struct nest *nest)
{
	if (nest->nopen == 0)
		return;
	hang_up(nest);
	proc_signal(&nest->proc, SIGKILL);
	while (nest->nopen > 0) {
		uv_ref((uv_handle_t *)&nest->proc.child);
		uv_run(nest->loop, UV_RUN_ONCE);
	}
}

static void
on_closed(uv_handle_t *handle)
{
	struct nest *nest = handle->data;

	nest->nopen--;
}
