/* SPDX-License-Identifier: MIT */
/* node.c - find, ask, compare. */
#include "runner/node.h"

#include "base/fs.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 1000
#define GITHUB_NODE 24 /* what runs all of them there */
#define OLDEST_NODE 20 /* what older ones were raised to before */

extern char **environ;

static const char *
search_path(struct wf_arena *arena)
{
	struct wf_str rest = wf_str(getenv("PATH"));

	while (rest.p) {
		struct wf_str folder = wf_str_cut(&rest, ':');
		const char *path = wf_join(arena, wf_cstr(arena, folder), "node");

		if (folder.n > 0 && folder.p[0] == '/' && !wf_is_dir(path) &&
		    access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

/* What comes within the time, up to the size of the room. */
static struct wf_str
read_answer(struct wf_arena *arena, int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char room[64];
	ssize_t n = poll(&wait, 1, PATIENCE_MS) == 1 ? read(fd, room, sizeof(room)) : 0;

	return n > 0 ? wf_str_dup(arena, wf_str_trim((struct wf_str){ room, (size_t)n }))
	             : WF_S("");
}

/* Starts `program --version`, its output going to `out`; 0: it cannot be started. */
static pid_t
start(const char *program, int out)
{
	char *argv[] = { (char *)"node", (char *)"--version", NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid = 0;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, program, &actions, NULL, argv, environ) != 0)
		pid = 0;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static struct wf_str
ask_version(struct wf_arena *arena, const char *program)
{
	struct wf_str answer = WF_S("");
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return answer;
	pid = start(program, ends[1]);
	close(ends[1]);
	if (pid > 0) {
		answer = read_answer(arena, ends[0]);
		kill(pid, SIGKILL); /* whoever is not done by now */
		waitpid(pid, NULL, 0);
	}
	close(ends[0]);
	return answer;
}

/* The 24 of "v24.1.0". */
static unsigned
major_of(struct wf_str version)
{
	struct wf_str rest = wf_str_skip(version, 1);
	uint64_t major;

	if (version.n == 0 || version.p[0] != 'v' || !wf_str_u64(wf_str_cut(&rest, '.'), &major) ||
	    major > 1000)
		return 0;
	return (unsigned)major;
}

bool
node_find(struct wf_arena *arena, const char *stubs, const char *inside, struct node *out,
    struct wf_error *err)
{
	const char *stub = stubs ? wf_join(arena, stubs, "node") : NULL;
	const char *program = stub && access(stub, X_OK) == 0 ? stub : search_path(arena);

	*out = (struct node){ .program = program };
	if (!program) {
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "node actions need a node, and there is none");
		return wf_hint(err,
		    "install Node.js %d so that PATH has it, or put a program "
		    "'node' into a folder for --stubs",
		    GITHUB_NODE);
	}
	out->version = ask_version(arena, program);
	out->major = major_of(out->version);
	if (program == stub)
		out->program = wf_join(arena, inside, "node");
	return true;
}

bool
node_differs(const struct node *node, struct wf_str using)
{
	uint64_t wanted;

	if (node->major == 0 || node->major == GITHUB_NODE ||
	    !wf_str_u64(wf_str_skip(using, sizeof("node") - 1), &wanted))
		return false;
	return node->major != (wanted < OLDEST_NODE ? OLDEST_NODE : wanted);
}
