/* SPDX-License-Identifier: MIT */
/* hatch.c - what the nest does: waits for an order, and forks an init for it.
 *
 * It is this program started again, single-threaded from birth, with nothing of wfrun's in its
 * memory. A fork of it is born into the namespaces of its sandbox, where it is PID 1, and as a
 * child of wfrun (CLONE_PARENT): wfrun reaps it, which the kernel allows only when all processes of
 * the namespace are gone, and its death signal comes when wfrun dies. */
#include "runner/box/hatch.h"

#include "base/fs.h"
#include "runner/box/box.h"
#include "runner/box/init.h"
#include "runner/box/nest.h"
#include "runner/box/space.h"
#include "runner/box/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where the kernel keeps the command line of this process. */
struct title {
	char *text;
	size_t size;
};

static struct title
title_of(char **argv)
{
	size_t last = 0;

	while (argv[last + 1])
		last++;
	return (struct title){ argv[0], (size_t)(argv[last] + strlen(argv[last]) - argv[0]) + 1 };
}

/* A last byte that is not NUL tells the kernel that all of it is one text. */
static void
title_set(const struct title *title, const char *name)
{
	snprintf(title->text, title->size, "%s %s", BOX_INIT_NAME, name);
	title->text[title->size - 1] = ' ';
}

/* Like fork(). The C library has none that takes flags, and its clone() wants another stack. */
static pid_t
fork_with(int flags, int *pidfd)
{
	return (pid_t)syscall(SYS_clone, CLONE_PARENT | CLONE_PIDFD | flags, NULL, pidfd, NULL,
	    NULL);
}

_Noreturn static void
be_init(struct init_birth *birth, const struct title *title, const char *name)
{
	if (birth->space
	        .flags) /* else it is not PID 1, and kills the job's processes before it ends */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	close(WIRE_FD);
	title_set(title, name);
	init_live(birth);
}

/* A sandbox whose namespaces the kernel refuses gets an init without them, which says so. */
static void
bear(const struct nest_order *order, int sock, const struct title *title)
{
	struct init_birth birth = { .sock = sock };
	struct nest_answer answer = { 0 };
	int pidfd = -1;

	if (order->sandbox)
		birth.space = space_plan(order->own_network);
	answer.pid = fork_with(birth.space.flags, &pidfd);
	if (answer.pid < 0 && order->sandbox) {
		birth.refused = errno;
		answer.pid = fork_with(0, &pidfd);
	}
	if (answer.pid == 0)
		be_init(&birth, title, order->name);
	if (answer.pid < 0)
		answer = (struct nest_answer){ .errnum = errno };
	wire_send(WIRE_FD, &answer, sizeof(answer), &pidfd, pidfd < 0 ? 0 : 1);
	wf_close_fd(&pidfd);
}

_Noreturn void
hatch(char **argv)
{
	const struct title title = title_of(argv);
	struct nest_order order;
	int fds[WIRE_MAX_FDS];
	size_t nfds;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close_range(WIRE_FD + 1, ~0u, 0);
	fcntl(WIRE_FD, F_SETFD, FD_CLOEXEC);
	while (wire_recv(WIRE_FD, &order, sizeof(order), fds, &nfds) > 0) {
		if (nfds == 1)
			bear(&order, fds[0], &title);
		for (size_t i = 0; i < nfds; i++)
			close(fds[i]);
	}
	_exit(0);
}

void
box_init_main(int argc, char **argv)
{
	if (argc > 0 && strcmp(argv[0], BOX_INIT_NAME) == 0)
		hatch(argv);
}
