/* SPDX-License-Identifier: MIT */
/* box_run.c - runs one command in a box, for scripts that measure and test boxes.
 *
 *     box_run [--host] [--image LAYER] [-n TIMES] STATE COMMAND...
 *
 * STATE is an empty folder, which is also the work tree. Output goes where it came from; the exit
 * status is the command's (128 + signal), or 125 when there was none. With -n the command runs that
 * many times, one after the other, in the same box. LAYER is the folder of an unpacked image. */
#include "base/fs.h"
#include "runner/box/box.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bench {
	struct box *box;
	struct box_exec exec;
	const char *image; /* NULL: the machine */
	int times;
	int status;
};

static void
on_output(struct box_exec *exec, int stream, struct wf_str chunk)
{
	(void)exec;
	if (write(stream, chunk.p, chunk.n) != (ssize_t)chunk.n)
		abort();
}

static void
on_end(struct box_exec *exec, const struct box_end *end)
{
	struct bench *bench = exec->data;

	bench->status = end->signal ? 128 + end->signal : end->status;
	if (!end->started) {
		fprintf(stderr, "%s\n", end->error.msg);
		bench->status = 125;
	}
	if (end->started && --bench->times > 0)
		box_exec(bench->box, exec);
	else
		box_stop(bench->box);
}

static void
on_ready(struct box *box, const struct wf_error *err)
{
	struct bench *bench = box->data;

	if (!err) {
		box_exec(box, &bench->exec);
		return;
	}
	fprintf(stderr, "%s\n%s\n", err->msg, err->hint);
	bench->status = 125;
	box_stop(box);
}

static void
on_gone(struct box *box)
{
	(void)box;
}

static int
run(struct bench *bench, enum box_kind kind, const char *state)
{
	struct wf_arena *arena = wf_arena_new();
	const char *const layers[] = { bench->image, NULL };
	const struct box_image image = { .layers = layers, .user = "" };
	struct box_spec spec = { .name = "bench", .repo = "bench", .worktree = state };
	uv_loop_t loop;

	spec.state = state;
	spec.image = bench->image ? &image : NULL;
	spec.temp = wf_join(arena, state, "temp");
	uv_loop_init(&loop);
	if (wf_mkdirs(spec.temp, 0755, NULL)) {
		bench->box = box_new(kind, arena, &loop, &spec);
		bench->box->on_ready = on_ready;
		bench->box->on_gone = on_gone;
		bench->box->data = bench;
		box_start(bench->box);
		uv_run(&loop, UV_RUN_DEFAULT);
		box_free(bench->box);
	}
	uv_loop_close(&loop);
	wf_arena_free(arena);
	return bench->status;
}

int
main(int argc, char **argv)
{
	static const char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", NULL };
	enum box_kind kind = BOX_SANDBOX;
	struct bench bench = { .times = 1, .status = 125 };
	int i = 1;

	box_init_main(argc, argv);
	for (; argv[i] && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--host") == 0)
			kind = BOX_HOST;
		else if (strcmp(argv[i], "--image") == 0 && argv[i + 1])
			bench.image = argv[++i];
		else if (strcmp(argv[i], "-n") == 0 && argv[i + 1])
			bench.times = (int)strtol(argv[++i], NULL, 10);
	}
	if (argc - i < 2) {
		fprintf(stderr,
		    "usage: box_run [--host] [--image LAYER] [-n TIMES] STATE COMMAND...\n");
		return 125;
	}
	bench.exec = (struct box_exec){
		.argv = (const char *const *)argv + i + 1,
		.env = env,
		.cwd = "/",
		.on_output = on_output,
		.on_end = on_end,
		.data = &bench,
	};
	return run(&bench, kind, argv[i]);
}
