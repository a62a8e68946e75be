/* SPDX-License-Identifier: MIT */
/* init.c - a box's init: set up once, then serve requests until the socket ends.
 *
 * It is a fork of the nest (hatch.c), single-threaded from birth, so that it may fork, mount and
 * wait as it likes. Of a sandbox it is PID 1, and its end is the end of all. Of a host box it is a
 * subreaper, and kills what is left before it ends. */
#include "runner/box/init.h"

#include "base/arena.h"
#include "base/fs.h"
#include "runner/box/box.h"
#include "runner/box/child.h"
#include "runner/box/guest.h"
#include "runner/box/root.h"
#include "runner/box/space.h"
#include "runner/box/user.h"
#include "runner/box/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct init {
	struct wf_arena *arena;
	struct wf_arena *scratch; /* of one request */
	struct wire_setup setup;
	struct root root; /* of a sandbox */
	struct children children;
	const struct init_birth *birth;
	int sock;
	int signals; /* SIGCHLD, and SIGTERM where it ends the box */
	int null; /* everybody's stdin */
	bool ending;
};

/* Nobody listens any more when it cannot be sent: then the socket ends, too. */
static void
answer(struct init *init, const struct wire_answer *a, int fd)
{
	if (wire_send_answer(init->sock, a, fd) != 0)
		init->ending = true;
}

static void
answer_failed(struct init *init, uint32_t id, const struct wf_error *err)
{
	struct wire_answer a = { .kind = WIRE_FAILED, .id = id, .error = *err };

	a.error.pos = WF_NOWHERE; /* it points into this process */
	answer(init, &a, -1);
}

/* ---- setup ---- */

/* PID 1 never gets what it neither blocks nor handles: a job cannot end its own box. (Sanitizers
 * come with handlers.) */
static bool
watch_signals(struct init *init, struct wf_error *err)
{
	sigset_t signals;

	for (int signum = 1; signum < NSIG; signum++)
		signal(signum, SIG_DFL);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	if (!init->setup.sandbox)
		sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	init->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return init->signals >= 0 || wf_fail_sys(err, errno, "signals");
}

static bool
make_sandbox(struct init *init, struct wf_error *err)
{
	const struct wire_setup *setup = &init->setup;

	if (init->birth->refused)
		return space_refused(&init->birth->space, init->birth->refused, err);
	return limits_join(setup->joins, err) &&
	       space_enter(&init->birth->space, setup->spec.image != NULL, err) &&
	       space_name(setup->spec.name, err) &&
	       root_build(&init->root, init->arena, setup, err) && space_drop(err);
}

static bool
be_reaper(struct wf_error *err)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 || wf_fail_sys(err, errno, "subreaper");
}

static bool
set_up(struct init *init, struct wf_error *err)
{
	bool made = init->setup.sandbox ? make_sandbox(init, err) : be_reaper(err);

	if (!made || !watch_signals(init, err))
		return false;
	if (init->setup.spec.image &&
	    !user_find(init->arena, init->setup.spec.image->user, &init->children.user, err))
		return false;
	init->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return init->null >= 0 || wf_fail_sys(err, errno, "/dev/null");
}

/* A sandbox that cannot be made is something that is missing on this machine, and there is a way
 * without one. */
static void
blame(struct wf_error *err, bool sandbox)
{
	if (!sandbox)
		return;
	err->kind = WF_ERR_MISSING;
	wf_wrap(err, "sandbox");
	if (!err->hint[0])
		wf_hint(err, "--box host runs the steps on this machine as it is");
}

static bool
receive_setup(struct init *init)
{
	struct wire_request request;
	int fds[WIRE_MAX_FDS];
	size_t nfds;
	struct wf_str texts;
	bool ok;

	if (wire_recv(init->sock, &request, sizeof(request), fds, &nfds) <= 0 || nfds != 1)
		return false;
	ok = wire_unpack(init->arena, fds[0], &texts, NULL);
	close(fds[0]);
	if (ok)
		wire_get_setup(init->arena, &request, texts, &init->setup);
	init->children.filtered = init->setup.sandbox;
	return ok;
}

/* ---- requests ---- */

static void
answer_ended(struct init *init, uint32_t id, int errnum, int status)
{
	struct wire_answer a = { .kind = WIRE_ENDED, .id = id, .errnum = errnum };

	if (WIFSIGNALED(status))
		a.signal = WTERMSIG(status);
	else
		a.status = WEXITSTATUS(status);
	answer(init, &a, -1);
}

/* fds: texts, stdout, stderr */
static void
start(struct init *init, const struct wire_request *request, const int *fds)
{
	struct child_order order = {
		.id = request->id,
		.in = init->null,
		.out = fds[1],
		.err = fds[2],
	};
	struct box_exec exec = { .guest = NULL };
	struct wf_str texts;
	struct wf_error err;
	int errnum = EIO;

	if (wire_unpack(init->scratch, fds[0], &texts, NULL)) {
		wire_get_exec(init->scratch, request, texts, &exec);
		order.cwd = exec.cwd;
		order.argv = (char **)exec.argv;
		order.env = (char **)exec.env;
		if (!exec.guest)
			errnum = child_start(&init->children, &order);
	}
	if (exec.guest && !guest_start(&init->root, &init->children, &order, exec.guest, &err))
		answer_failed(init, request->id, &err);
	else if (!exec.guest && errnum)
		answer_ended(init, request->id, errnum, 0);
}

static void
overlay(struct init *init, const struct wire_request *request, int fd)
{
	struct wire_answer done = { .kind = WIRE_DONE, .id = request->id };
	uint32_t n = request->counts[0];
	struct wf_error err;
	struct wf_str texts;
	const char *inside;
	char **layers;

	if (!wire_unpack(init->scratch, fd, &texts, &err)) {
		answer_failed(init, request->id, &err);
		return;
	}
	inside = wire_get(&texts);
	layers = wire_get_list(init->scratch, &texts, n);
	if (root_overlay(&init->root, layers, n, inside, &err))
		answer(init, &done, -1);
	else
		answer_failed(init, request->id, &err);
}

static void
serve_request(struct init *init, const struct wire_request *request, const int *fds)
{
	switch (request->kind) {
	case WIRE_SETUP: return; /* the first one alone */
	case WIRE_EXEC: start(init, request, fds); return;
	case WIRE_SIGNAL:
		child_signal(&init->children, request->id, request->signum, request->group);
		return;
	case WIRE_OVERLAY: overlay(init, request, fds[0]); return;
	}
	abort();
}

static void
on_request(struct init *init)
{
	struct wire_request request;
	int fds[WIRE_MAX_FDS] = { -1, -1, -1 };
	size_t nfds;

	if (wire_recv(init->sock, &request, sizeof(request), fds, &nfds) <= 0) {
		init->ending = true;
		return;
	}
	serve_request(init, &request, fds);
	for (size_t i = 0; i < nfds; i++)
		close(fds[i]);
	wf_arena_reset(init->scratch);
}

static void
on_signals(struct init *init)
{
	struct signalfd_siginfo info;
	uint32_t id;
	int status;

	while (read(init->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo == SIGTERM)
			init->ending = true;
	while (child_reap(&init->children, &id, &status))
		if (id)
			answer_ended(init, id, 0, status);
}

static void
serve(struct init *init)
{
	struct pollfd fds[] = {
		{ .fd = init->sock, .events = POLLIN },
		{ .fd = init->signals, .events = POLLIN },
	};

	while (!init->ending) {
		if (poll(fds, WF_COUNT(fds), -1) < 0 && errno != EINTR)
			return;
		if (fds[1].revents)
			on_signals(init);
		if (fds[0].revents)
			on_request(init);
	}
}

/* ---- life ---- */

static void
live(struct init *init)
{
	struct wire_answer ready = { .kind = WIRE_READY };
	wf_auto(wf_close_fd) int root = -1;
	struct wf_error err;

	if (!receive_setup(init))
		return;
	if (!set_up(init, &err)) {
		blame(&err, init->setup.sandbox);
		answer_failed(init, 0, &err);
		return;
	}
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	answer(init, &ready, root);
	wf_close_fd(&root);
	serve(init);
	if (!init->setup.sandbox)
		child_kill_all();
}

_Noreturn void
init_live(const struct init_birth *birth)
{
	struct init init = { .birth = birth, .sock = birth->sock };

	init.arena = wf_arena_new();
	init.scratch = wf_arena_new();
	init.children.arena = init.arena;
	live(&init);
	/* as PID 1 takes everything with it; what exit handlers do is wfrun's own business */
	_exit(0);
}
