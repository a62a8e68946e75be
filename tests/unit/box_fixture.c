/* SPDX-License-Identifier: MIT */
/* box_fixture.c - see box_fixture.h. */
#include "box_fixture.h"

#include "base/fs.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The test binary is its own init: this runs before cmocka's main. */
__attribute__((constructor)) static void
be_init(int argc, char **argv)
{
	box_init_main(argc, argv);
}

static void
on_ready(struct box *box, const struct wf_error *err)
{
	struct box_fixture *f = box->data;

	CHECK(!f->ready);
	f->ready = true;
	f->error = err ? *err : (struct wf_error){ 0 };
}

static void
on_gone(struct box *box)
{
	struct box_fixture *f = box->data;

	CHECK(!f->gone);
	f->gone = true;
}

static char *
folder(struct box_fixture *f, const char *name)
{
	char *path = wf_join(f->arena, f->dir, name);

	CHECK(wf_mkdirs(path, 0755, NULL));
	return path;
}

void
box_fixture_make(struct box_fixture *f, enum box_kind kind, const struct box_mount *mounts,
    size_t nmounts)
{
	box_fixture_make_in(f, kind, "/tmp", mounts, nmounts);
}

void
box_fixture_make_in(struct box_fixture *f, enum box_kind kind, const char *place,
    const struct box_mount *mounts, size_t nmounts)
{
	struct box_spec spec = { .name = "job-1", .repo = "hello", .mounts = mounts };

	*f = (struct box_fixture){ .arena = wf_arena_new() };
	snprintf(f->dir, sizeof(f->dir), "%s/wfrun-box-XXXXXX", place);
	CHECK(mkdtemp(f->dir) != NULL);
	f->worktree = folder(f, "tree");
	f->state = folder(f, "state");
	f->temp = folder(f, "state/temp");
	CHECK_INT(uv_loop_init(&f->loop), 0);
	nest_open(&f->nest, &f->loop);
	spec.worktree = f->worktree;
	spec.state = f->state;
	spec.temp = f->temp;
	spec.nmounts = nmounts;
	f->box = box_new(kind, f->arena, &f->nest, &spec);
	f->box->on_ready = on_ready;
	f->box->on_gone = on_gone;
	f->box->data = f;
}

void
box_fixture_start(struct box_fixture *f)
{
	box_start(f->box);
	CHECK(!f->ready);
	while (!f->ready && uv_run(&f->loop, UV_RUN_ONCE))
		;
	CHECK(f->ready);
}

void
box_fixture_open(struct box_fixture *f, enum box_kind kind)
{
	box_fixture_make(f, kind, NULL, 0);
	box_fixture_start(f);
	CHECK_STR(wf_str(f->error.msg), "");
}

void
box_fixture_close(struct box_fixture *f)
{
	box_stop(f->box);
	CHECK(!f->gone);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	box_fixture_sweep(f);
}

void
box_fixture_sweep(struct box_fixture *f)
{
	CHECK(f->gone);
	box_free(f->box);
	nest_close(&f->nest);
	CHECK_INT(uv_loop_close(&f->loop), 0);
	CHECK(wf_remove_tree(f->dir, NULL));
	wf_arena_free(f->arena);
}

static void
on_output(struct box_exec *exec, int stream, struct wf_str chunk)
{
	struct box_ran *ran = exec->data;

	CHECK(!ran->ended);
	wf_buf_add(&ran->out[stream - 1], chunk);
}

static void
on_end(struct box_exec *exec, const struct box_end *end)
{
	struct box_ran *ran = exec->data;

	CHECK(!ran->ended);
	ran->ended = true;
	ran->end = *end;
}

void
box_begin(struct box_fixture *f, struct box_ran *ran, const char *const *argv,
    const char *const *env, const char *cwd)
{
	static const char *const plain[] = { "PATH=/usr/local/bin:/usr/bin:/bin", NULL };

	*ran = (struct box_ran){
		.exec = {
			.argv = argv,
			.env = env ? env : plain,
			.cwd = cwd,
			.on_output = on_output,
			.on_end = on_end,
			.data = ran,
		},
	};
	box_exec(f->box, &ran->exec);
	CHECK(!ran->ended);
}

void
box_wait(struct box_fixture *f, struct box_ran *ran)
{
	while (!ran->ended && uv_run(&f->loop, UV_RUN_ONCE))
		;
	CHECK(ran->ended);
}

void
box_sh(struct box_fixture *f, struct box_ran *ran, const char *script)
{
	const char *argv[] = { "sh", "-c", script, NULL };

	box_begin(f, ran, argv, NULL, f->box->layout.workspace);
	box_wait(f, ran);
}

void
box_ran_release(struct box_ran *ran)
{
	wf_buf_release(&ran->out[0]);
	wf_buf_release(&ran->out[1]);
}

void
box_check(struct box_fixture *f, const char *script, int status, const char *want, const char *file,
    int line)
{
	struct box_ran ran;

	box_sh(f, &ran, script);
	if (!ran.end.started || ran.end.signal || ran.end.status != status)
		print_error("'%s': started %d, status %d, signal %d: %s\n%.*s\n", script,
		    ran.end.started, ran.end.status, ran.end.signal, ran.end.error.msg,
		    WF_ARG(wf_buf_str(&ran.out[1])));
	if (ran.end.status != status || ran.end.signal)
		_fail(file, line);
	if (want)
		test_check_str(wf_buf_str(&ran.out[0]), want, file, line);
	box_ran_release(&ran);
}

struct laid {
	struct box_fixture *f;
	bool done;
};

static void
on_laid(void *data, const struct wf_error *err)
{
	struct laid *laid = data;

	CHECK(!laid->done);
	laid->done = true;
	laid->f->error = err ? *err : (struct wf_error){ 0 };
}

bool
box_lay(struct box_fixture *f, const char *const *layers, const char *inside)
{
	struct laid laid = { .f = f };

	box_overlay(f->box, layers, inside, on_laid, &laid);
	CHECK(!laid.done);
	while (!laid.done && uv_run(&f->loop, UV_RUN_ONCE))
		;
	CHECK(laid.done);
	return !f->error.msg[0];
}
