/* SPDX-License-Identifier: MIT */
/* child.c - start, signal and reap the processes of a box, from its init.
 *
 * posix_spawn() shares memory with the child until the exec, so that a start costs the same however
 * large this program is; what it cannot tell (which of the paths was missing) is looked at before.
 */
#include "runner/box/child.h"

#include "base/fs.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <paths.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the program ---- */

static const char *
path_of(char *const *env)
{
	for (; *env; env++)
		if (strncmp(*env, "PATH=", 5) == 0)
			return *env + 5;
	return _PATH_DEFPATH;
}

/* 0 when it is a file that may be run, else errno's number. */
static int
runnable(int cwd, const char *path)
{
	struct stat st;

	if (fstatat(cwd, path, &st, 0) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return faccessat(cwd, path, X_OK, AT_EACCESS) < 0 ? errno : 0;
}

/* Finds argv[0] as execvp() does, but in the PATH of the new environment and seen from the new
 * folder. Returns 0 and the path, or errno's number. */
static int
find_program(const struct child_order *order, int cwd, char found[PATH_MAX])
{
	struct wf_str rest = wf_str(path_of(order->env));
	const char *name = order->argv[0];
	int why = ENOENT;

	if (strchr(name, '/') || !*name) {
		if (snprintf(found, PATH_MAX, "%s", name) >= PATH_MAX)
			return ENAMETOOLONG;
		return runnable(cwd, name);
	}
	while (rest.p) {
		struct wf_str dir = wf_str_cut(&rest, ':');
		int n = snprintf(found, PATH_MAX, "%.*s/%s", WF_ARG(dir.n ? dir : WF_S(".")), name);
		int errnum = n < PATH_MAX ? runnable(cwd, found) : ENAMETOOLONG;

		if (errnum == 0)
			return 0;
		if (errnum == EACCES)
			why = EACCES; /* found, but not to be run: says more than "not found" */
	}
	return why;
}

/* ---- start ---- */

static void
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t all, none;

	/* sigfillset() leaves out the two signals of the thread library, which would stay ignored
	 */
	memset(&all, 0xff, sizeof(all));
	sigemptyset(&none);
	posix_spawnattr_setflags(attr,
	    POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
}

static int
set_actions(posix_spawn_file_actions_t *actions, const struct child_order *order, int cwd)
{
	int errnum = posix_spawn_file_actions_adddup2(actions, order->in, STDIN_FILENO);

	if (errnum == 0)
		errnum = posix_spawn_file_actions_adddup2(actions, order->out, STDOUT_FILENO);
	if (errnum == 0)
		errnum = posix_spawn_file_actions_adddup2(actions, order->err, STDERR_FILENO);
	if (errnum == 0)
		errnum = posix_spawn_file_actions_addfchdir_np(actions, cwd);
	return errnum;
}

static int
spawn(const struct child_order *order, const char *program, int cwd, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int errnum;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	set_attributes(&attr);
	errnum = set_actions(&actions, order, cwd);
	if (errnum == 0)
		errnum = posix_spawn(pid, program, &actions, &attr, order->argv, order->env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return errnum;
}

/* ---- start as another user ---- */

/* In the new process; gives errno's number when it comes back. */
static int
become(const struct child_user *user, const struct child_order *order, const char *program, int cwd)
{
	sigset_t none;

	setsid();
	for (int signum = 1; signum < NSIG; signum++)
		signal(signum, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(order->in, STDIN_FILENO) < 0 || dup2(order->out, STDOUT_FILENO) < 0 ||
	    dup2(order->err, STDERR_FILENO) < 0 || fchdir(cwd) < 0)
		return errno;
	if (setgroups(user->ngroups, user->groups) < 0 || setgid(user->gid) < 0 ||
	    setuid(user->uid) < 0)
		return errno;
	execve(program, order->argv, order->env);
	return errno;
}

/* posix_spawn() changes no user. The pipe closes by the exec, or brings what went wrong. */
static int
spawn_as(const struct child_user *user, const struct child_order *order, const char *program,
    int cwd, pid_t *pid)
{
	int pipe[2], errnum = 0;

	if (pipe2(pipe, O_CLOEXEC) < 0)
		return errno;
	*pid = fork();
	if (*pid == 0) {
		errnum = become(user, order, program, cwd);
		if (write(pipe[1], &errnum, sizeof(errnum)) < 0)
			_exit(126);
		_exit(127);
	}
	if (*pid < 0)
		errnum = errno;
	close(pipe[1]);
	if (*pid > 0 && read(pipe[0], &errnum, sizeof(errnum)) == (ssize_t)sizeof(errnum))
		waitpid(*pid, NULL, 0);
	close(pipe[0]);
	return errnum;
}

int
child_start(struct children *children, const struct child_order *order)
{
	wf_auto(wf_close_fd) int cwd = open(order->cwd, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char program[PATH_MAX];
	pid_t pid;
	int errnum;

	if (cwd < 0)
		return errno;
	errnum = find_program(order, cwd, program);
	if (errnum == 0)
		errnum = children->user ? spawn_as(children->user, order, program, cwd, &pid)
		                        : spawn(order, program, cwd, &pid);
	if (errnum == 0)
		*wf_push(children->arena, children->items, children->n,
		    children->cap) = (struct child){ .id = order->id, .pid = pid };
	return errnum;
}

/* ---- signal and end ---- */

void
child_signal(const struct children *children, uint32_t id, int signum, bool group)
{
	for (size_t i = 0; i < children->n; i++)
		if (children->items[i].id == id)
			kill(group ? -children->items[i].pid : children->items[i].pid, signum);
}

bool
child_reap(struct children *children, uint32_t *id, int *status)
{
	pid_t pid = waitpid(-1, status, WNOHANG);

	*id = 0;
	if (pid <= 0)
		return false;
	for (size_t i = 0; i < children->n; i++) {
		if (children->items[i].pid != pid)
			continue;
		*id = children->items[i].id;
		children->items[i] = children->items[--children->n];
		break;
	}
	return true;
}

/* The parent of a process, from /proc/PID/stat: "PID (NAME) STATE PARENT ...", where NAME may hold
 * any byte. */
static pid_t
parent_of(const char *pid)
{
	char path[64], text[512], *end;
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return -1;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	end = strrchr(text, ')');
	return end && strlen(end) > 4 ? (pid_t)strtol(end + 4, NULL, 10) : -1;
}

/* Kills the direct children; false when there is none that may be killed. */
static bool
kill_children(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t self = getpid();
	bool any = false;

	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0 && parent_of(entry->d_name) == self && kill(pid, SIGKILL) == 0)
			any = true;
	}
	if (proc)
		closedir(proc);
	return any;
}

void
child_kill_all(void)
{
	while (waitpid(-1, NULL, WNOHANG) >= 0) {
		if (!kill_children())
			return;
		waitpid(-1, NULL, 0);
	}
}
