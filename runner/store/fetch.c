/* SPDX-License-Identifier: MIT */
/* fetch.c - starts the process of a fetch, listens to it, and puts its files in their place. */
#include "runner/store/fetch.h"

#include "base/arena.h"
#include "base/fs.h"
#include "runner/store/fetch_word.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SILENCE_MS 60000 /* a server that says nothing for so long is given up */
#define SLICE_MS 100 /* between two looks at `cancelled` */

extern char **environ;

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Signals as a program finds them that a shell starts: libuv's threads block all of them. */
static void
reset_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static bool
start(const struct fetch_order *order, int out, pid_t *pid, struct wf_error *err)
{
	char *const argv[FETCH_ARGS + 1] = {
		[0] = (char *)FETCH_NAME,
		[FETCH_ARG_URL] = (char *)order->url,
		[FETCH_ARG_REF] = (char *)order->ref,
		[FETCH_ARG_STORE] = (char *)order->store,
		[FETCH_ARG_LOOK] = (char *)(order->look ? "look" : "fetch"),
	};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, FETCH_FD);
	posix_spawnattr_init(&attr);
	reset_signals(&attr);
	rc = posix_spawn(pid, "/proc/self/exe", &actions, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return rc == 0 || wf_fail_sys(err, rc, "start of a fetch");
}

/* ---- listening ---- */

/* Waits for the next word; FETCH_DONE when there is one, or the pipe has ended. */
static enum fetch_end
await_word(const struct fetch_order *order, int in, struct wf_error *err)
{
	struct pollfd poller = { .fd = in, .events = POLLIN };
	int64_t start_ms = now_ms();

	for (;;) {
		if (order->cancelled && atomic_load(order->cancelled)) {
			wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "cancelled");
			return FETCH_CANCELLED;
		}
		if (poll(&poller, 1, SLICE_MS) > 0)
			return FETCH_DONE;
		if (now_ms() - start_ms > SILENCE_MS) {
			wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "no answer for %d seconds",
			    SILENCE_MS / 1000);
			return FETCH_UNREACHABLE;
		}
	}
}

static enum fetch_end
listen_to(const struct fetch_order *order, int in, char sha[FETCH_SHA_SIZE], struct wf_error *err)
{
	struct fetch_word word;
	enum fetch_end end;
	ssize_t n;

	while ((end = await_word(order, in, err)) == FETCH_DONE) {
		n = read(in, &word, sizeof(word));
		if (n != (ssize_t)sizeof(word)) {
			wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
			    "the process of the fetch ended without an answer");
			return FETCH_FAILED;
		}
		if (word.kind == FETCH_WORD_PROGRESS) {
			if (order->on_progress)
				order->on_progress(order->data, &word.progress);
			continue;
		}
		memcpy(sha, word.sha, FETCH_SHA_SIZE);
		if (word.end != FETCH_DONE && err)
			*err = word.error;
		return word.end;
	}
	return end;
}

/* ---- the files ---- */

/* The folder gets its name when everything is in it: who sees it, sees all of it. */
static bool
settle(const struct fetch_order *order, const char *sha, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *incoming = wf_join(arena, order->store, FETCH_INCOMING);
	const char *commits = wf_join(arena, order->store, FETCH_COMMITS);
	const char *place = wf_join(arena, commits, sha);

	if (wf_is_dir(place))
		return true;
	if (!wf_mkdirs(commits, 0700, err))
		return false;
	return rename(incoming, place) == 0 || wf_fail_sys(err, errno, "%s", place);
}

static void
remove_incoming(const struct fetch_order *order)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	wf_remove_tree(wf_join(arena, order->store, FETCH_INCOMING), NULL);
}

enum fetch_end
fetch_commit(const struct fetch_order *order, char sha[FETCH_SHA_SIZE], struct wf_error *err)
{
	wf_auto(wf_close_fd) int in = -1;
	enum fetch_end end;
	int pipes[2];
	pid_t pid;
	bool started;

	if (pipe2(pipes, O_CLOEXEC) < 0) {
		wf_fail_sys(err, errno, "pipe");
		return FETCH_FAILED;
	}
	in = pipes[0];
	remove_incoming(order);
	started = start(order, pipes[1], &pid, err);
	close(pipes[1]);
	if (!started)
		return FETCH_FAILED;
	end = listen_to(order, in, sha, err);
	kill(pid, SIGKILL); /* it has nothing more to say */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (end == FETCH_DONE && !order->look && !settle(order, sha, err))
		end = FETCH_FAILED;
	remove_incoming(order);
	return end;
}
