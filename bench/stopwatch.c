/* SPDX-License-Identifier: MIT */
/* stopwatch.c - two commands against each other, in turns, so that both meet the same load.
 *
 *     stopwatch [-t TEXT] TIMES BASELINE... -- COMMAND...
 *
 * Prints for both the median milliseconds to the first byte of stdout and to the end, and the
 * ratios. A command that prints nothing has its end as its first byte. With -t the first byte is
 * that of TEXT, which both commands must print. */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct sample {
	double *first, *end; /* milliseconds, one for each turn */
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
fail(const char *command, const char *why)
{
	fprintf(stderr, "stopwatch: %s %s\n", command, why);
	exit(1);
}

/* Starts it with stdout in *out. */
static pid_t
start(char **argv, int *out)
{
	posix_spawn_file_actions_t actions;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	*out = fds[0];
	return pid;
}

/* Reads on until the text is there (NULL: any byte), at the latest to the end of output. The end of
 * one read is kept before the next, so that a text across both is found. */
static bool
wait_for(int out, const char *text)
{
	size_t length = text ? strlen(text) : 1, kept = 0;
	char bytes[65536];
	ssize_t n;

	while ((n = read(out, bytes + kept, sizeof(bytes) - kept)) > 0) {
		size_t have = kept + (size_t)n;

		if (!text || memmem(bytes, have, text, length))
			return true;
		kept = have < length ? have : length - 1;
		memmove(bytes, bytes + have - kept, kept);
	}
	return !text;
}

static void
measure(char **argv, const char *text, struct sample *sample, int turn)
{
	double begin = now();
	char bytes[4096];
	int out, status = 0;
	pid_t pid = start(argv, &out);

	if (pid < 0)
		fail(argv[0], "does not start");
	if (!wait_for(out, text))
		fail(argv[0], "does not print the text");
	sample->first[turn] = now() - begin;
	while (read(out, bytes, sizeof(bytes)) > 0)
		continue;
	close(out);
	waitpid(pid, &status, 0);
	sample->end[turn] = now() - begin;
	if (status != 0)
		fail(argv[0], "failed");
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), compare);
	return values[n / 2];
}

int
main(int argc, char **argv)
{
	struct sample samples[2];
	char **commands[2];
	double first[2], end[2];
	const char *text = NULL;
	int times, i = 2;

	if (argc > 2 && strcmp(argv[1], "-t") == 0) {
		text = argv[2];
		argc -= 2;
		argv += 2;
	}
	times = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
	while (i < argc && strcmp(argv[i], "--") != 0)
		i++;
	if (times < 1 || i == 2 || i + 1 >= argc) {
		fprintf(stderr, "usage: stopwatch [-t TEXT] TIMES BASELINE... -- COMMAND...\n");
		return 2;
	}
	argv[i] = NULL;
	commands[0] = argv + 2;
	commands[1] = argv + i + 1;
	for (int c = 0; c < 2; c++) {
		samples[c].first = calloc((size_t)times, sizeof(double));
		samples[c].end = calloc((size_t)times, sizeof(double));
	}
	for (int turn = 0; turn < times; turn++)
		for (int c = 0; c < 2; c++)
			measure(commands[c], text, &samples[c], turn);
	for (int c = 0; c < 2; c++) {
		first[c] = median(samples[c].first, times);
		end[c] = median(samples[c].end, times);
		printf("%-10s first %9.2f ms  end %9.2f ms\n", c ? "command" : "baseline", first[c],
		    end[c]);
		free(samples[c].first);
		free(samples[c].end);
	}
	printf("ratio      first %9.2f     end %9.2f\n", first[1] / first[0], end[1] / end[0]);
	return 0;
}
