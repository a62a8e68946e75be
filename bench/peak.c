/* SPDX-License-Identifier: MIT */
/* peak.c - the most memory that one process held: peak FILE COMMAND...
 *
 * Writes VmHWM of the command's own process into FILE, in KiB. It is read while the process is
 * stopped at its exit, so that neither its children count, as in getrusage(), nor a peak between
 * two looks is missed. The exit status is the command's. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static long
high_water(pid_t pid)
{
	char path[64], line[256];
	long kib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return kib;
}

/* What its parent sends it is handed on; the stop at the exit is ours. */
static int
follow(pid_t pid, long *kib)
{
	int status;

	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
		int event = status >> 16, signum = event ? 0 : WSTOPSIG(status);

		if (event == PTRACE_EVENT_EXIT)
			*kib = high_water(pid);
		ptrace(PTRACE_CONT, pid, NULL, (void *)(long)signum);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static pid_t
start(char **argv)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready) < 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		close(ready[1]);
		if (read(ready[0], &byte, 1) == 1)
			execvp(argv[0], argv);
		_exit(127);
	}
	close(ready[0]);
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)PTRACE_O_TRACEEXIT) < 0 ||
	    write(ready[1], "", 1) != 1)
		kill(pid, SIGKILL);
	close(ready[1]);
	return pid;
}

int
main(int argc, char **argv)
{
	long kib = -1;
	int status;
	FILE *f;
	pid_t pid;

	if (argc < 3 || !(f = fopen(argv[1], "we"))) {
		fprintf(stderr, "usage: peak FILE COMMAND...\n");
		return 127;
	}
	pid = start(argv + 2);
	status = pid < 0 ? 127 : follow(pid, &kib);
	fprintf(f, "%ld\n", kib);
	fclose(f);
	return status;
}
