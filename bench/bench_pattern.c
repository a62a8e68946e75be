/* SPDX-License-Identifier: MIT */
/* bench_pattern.c DIALECT PATTERNS PATHS - the milliseconds of processor time that it takes to ask
 * each pattern of a file about each path of another, once they are read and compiled, and how many
 * match. DIALECT is filter or picomatch. patterns.mjs is the same with npm's picomatch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fs.h"
#include "base/pattern.h"

#define LARGEST ((size_t)1 << 30)

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct wf_str *
read_lines(struct wf_arena *arena, const char *path, size_t *n)
{
	struct wf_str text, *lines = NULL;
	struct wf_error err;
	size_t cap = 0;

	*n = 0;
	if (!wf_read_file(arena, path, LARGEST, &text, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		exit(1);
	}
	while (text.n > 0)
		*wf_push(arena, lines, *n, cap) = wf_str_cut(&text, '\n');
	return lines;
}

static struct wf_pattern **
compile(struct wf_arena *arena, enum wf_dialect dialect, const struct wf_str *lines, size_t n)
{
	struct wf_pattern **patterns = wf_new_array(arena, n, struct wf_pattern *);
	struct wf_error err;

	for (size_t i = 0; i < n; i++) {
		patterns[i] = wf_pattern_new(dialect, lines[i], WF_NOWHERE, &err);
		if (!patterns[i]) {
			fprintf(stderr, "%s\n", err.msg);
			exit(1);
		}
	}
	return patterns;
}

int
main(int argc, char **argv)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	size_t npatterns, npaths, matches = 0;
	struct wf_str *lines, *paths;
	struct wf_pattern **patterns;
	double start;

	if (argc != 4)
		return 2;
	lines = read_lines(arena, argv[2], &npatterns);
	paths = read_lines(arena, argv[3], &npaths);
	patterns = compile(arena,
	    strcmp(argv[1], "filter") == 0 ? WF_PATTERN_FILTER : WF_PATTERN_PICOMATCH, lines,
	    npatterns);
	start = now();
	for (size_t i = 0; i < npaths; i++)
		for (size_t k = 0; k < npatterns; k++)
			matches += wf_pattern_match(patterns[k], paths[i]);
	printf("%.0f %zu\n", now() - start, matches);
	for (size_t k = 0; k < npatterns; k++)
		wf_pattern_free(patterns[k]);
	return 0;
}
