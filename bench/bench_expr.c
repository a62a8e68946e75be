/* SPDX-License-Identifier: MIT */
/* bench_expr.c - what parsing and evaluating an expression costs.
 *
 *     bench_expr CONTEXTS EXPRESSIONS
 *
 * CONTEXTS is a JSON object, EXPRESSIONS has one on each line. Prints the nanoseconds of one parse
 * and evaluation of each, the best of several batches; expressions.mjs does the same with npm's. */
#include "base/fs.h"
#include "expr/expr.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCHES 9
#define BATCH 20000

static double
nanoseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void
fail(const struct wf_error *err)
{
	fprintf(stderr, "bench_expr: %s\n", err->msg);
	exit(1);
}

static void
once(struct wf_arena *arena, struct wf_str text, const struct expr_names *names,
    const struct expr_scope *scope)
{
	const struct wf_pos pos = { .file = "expression" };
	const struct expr *expr;
	struct expr_value value;
	struct wf_error err;

	expr = expr_parse(arena, text, pos, names, NULL, &err);
	if (!expr || !expr_eval(arena, expr, scope, &value, &err))
		fail(&err);
	wf_arena_reset(arena);
}

static double
measure(struct wf_str text, const struct expr_names *names, const struct expr_scope *scope)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	double best = 0;

	for (int batch = 0; batch < BATCHES; batch++) {
		double start = nanoseconds(), each;

		for (int i = 0; i < BATCH; i++)
			once(arena, text, names, scope);
		each = (nanoseconds() - start) / BATCH;
		if (batch == 0 || each < best)
			best = each;
	}
	return best;
}

int
main(int argc, char **argv)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_names names = { .contexts = NULL };
	struct expr_scope scope = { .contexts = NULL };
	struct wf_str contexts, text;
	struct expr_value value;
	struct wf_error err;
	const char **known;

	if (argc != 3) {
		fprintf(stderr, "usage: bench_expr CONTEXTS EXPRESSIONS\n");
		return 2;
	}
	if (!wf_read_file(arena, argv[1], 0, &contexts, &err) ||
	    !wf_read_file(arena, argv[2], 0, &text, &err) ||
	    !expr_json_read(arena, argv[1], contexts, &value, &err))
		fail(&err);
	known = wf_new_array(arena, value.object->n + 1, const char *);
	for (size_t i = 0; i < value.object->n; i++)
		known[i] = wf_cstr(arena, value.object->pairs[i].key);
	names.contexts = known;
	scope.contexts = value.object;
	while (text.n > 0) {
		struct wf_str line = wf_str_cut(&text, '\n');

		printf("%.0f\t%.*s\n", measure(line, &names, &scope), WF_ARG(line));
	}
	return 0;
}
