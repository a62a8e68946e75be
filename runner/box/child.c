/* SPDX-License-Identifier: MIT */
/* child.c - start, signal and reap the processes of a box, from its init.
 *
 * A child shares this process's memory until its exec; what an exec cannot tell (which of the paths
 * was missing) is looked at before.
 */
#include "runner/box/child.h"

#include "base/fs.h"
#include "base/str.h"
#include "runner/box/filter.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <paths.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

/* All of what follows runs in the memory of this process, which waits: nothing but system calls,
 * and the one variable that both look at. */
struct birth {
	const struct child_order *order;
	const struct child_user *user; /* NULL: as this process */
	const char *program;
	int cwd;
	bool filtered;
	volatile int errnum;
};

static void
default_signals(void)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int signum = 1; signum < NSIG; signum++) /* two refuse, and are so already */
		sigaction(signum, &by_default, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* By the calls themselves: the library would tell all threads of a memory that is not its own. */
static bool
change_user(const struct child_user *user)
{
	return syscall(SYS_setgroups, user->ngroups, user->groups) == 0 &&
	       syscall(SYS_setgid, user->gid) == 0 && syscall(SYS_setuid, user->uid) == 0;
}

static void
become(struct birth *birth)
{
	const struct child_order *order = birth->order;

	setsid();
	default_signals();
	if (dup2(order->in, STDIN_FILENO) >= 0 && dup2(order->out, STDOUT_FILENO) >= 0 &&
	    dup2(order->err, STDERR_FILENO) >= 0 && fchdir(birth->cwd) == 0 &&
	    (!birth->user || change_user(birth->user))) {
		errno = birth->filtered ? filter_enter() : 0;
		if (errno == 0)
			execve(birth->program, order->argv, order->env);
	}
	birth->errnum = errno;
}

/* vfork(): a start costs the same however large this program is. */
static int
spawn(struct birth *birth, pid_t *pid)
{
	*pid = vfork();
	if (*pid == 0) {
		become(birth);
		_exit(127);
	}
	if (*pid < 0)
		return errno;
	if (birth->errnum)
		waitpid(*pid, NULL, 0);
	return birth->errnum;
}

void
child_adopt(struct children *children, uint32_t id, pid_t pid)
{
	*wf_push(children->arena, children->items, children->n,
	    children->cap) = (struct child){ .id = id, .pid = pid };
}

/* Opens the folder and finds the program, which the caller's buffer holds. */
static int
prepare(struct birth *birth, char program[PATH_MAX])
{
	birth->program = program;
	birth->cwd = open(birth->order->cwd, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return birth->cwd < 0 ? errno : find_program(birth->order, birth->cwd, program);
}

int
child_start(struct children *children, const struct child_order *order)
{
	struct birth birth = { order, children->user, NULL, -1, children->filtered, 0 };
	char program[PATH_MAX];
	int errnum = prepare(&birth, program);
	pid_t pid;

	if (errnum == 0)
		errnum = spawn(&birth, &pid);
	if (errnum == 0)
		child_adopt(children, order->id, pid);
	if (birth.cwd >= 0)
		close(birth.cwd);
	return errnum;
}

int
child_become(const struct child_order *order, const struct child_user *user, bool filtered)
{
	struct birth birth = { order, user, NULL, -1, filtered, 0 };
	char program[PATH_MAX];
	int errnum = prepare(&birth, program);

	if (errnum == 0)
		become(&birth);
	return errnum ? errnum : birth.errnum;
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
