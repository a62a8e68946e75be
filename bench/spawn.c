/* SPDX-License-Identifier: MIT */
/* spawn.c - the least that starting a program costs: spawn TIMES COMMAND... runs it that many times
 * with posix_spawn() and waits for each. */
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	int times = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 0;
	pid_t pid;

	for (int i = 0; i < times; i++) {
		if (posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2, environ) != 0)
			return 1;
		waitpid(pid, NULL, 0);
	}
	return times == 0;
}
