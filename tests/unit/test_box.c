/* SPDX-License-Identifier: MIT */
/* test_box.c - what every box on this machine must do, tried in each kind of them. */
#include "base/fs.h"
#include "box_fixture.h"
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static const enum box_kind kinds[] = { BOX_SANDBOX, BOX_HOST };

/* Runs `body` in a fresh box of each kind. */
static void
in_each(void (*body)(struct box_fixture *f))
{
	struct box_fixture f;

	for (size_t i = 0; i < WF_COUNT(kinds); i++) {
		box_fixture_open(&f, kinds[i]);
		body(&f);
		box_fixture_close(&f);
	}
}

/* ---- processes ---- */

static void
statuses_and_streams(struct box_fixture *f)
{
	struct box_ran ran;

	box_sh(f, &ran, "echo out; echo err >&2; exit 3");
	CHECK(ran.end.started);
	CHECK_INT(ran.end.status, 3);
	CHECK_INT(ran.end.signal, 0);
	CHECK_STR(wf_buf_str(&ran.out[0]), "out\n");
	CHECK_STR(wf_buf_str(&ran.out[1]), "err\n");
	box_ran_release(&ran);
	box_sh(f, &ran, "kill -TERM $$");
	CHECK(ran.end.started);
	CHECK_INT(ran.end.signal, SIGTERM);
	box_ran_release(&ran);
}

TEST(box_exec_reports_status_signal_and_both_streams)
{
	in_each(statuses_and_streams);
}

static void
refused(struct box_fixture *f, const char *const *argv, const char *const *env, const char *cwd,
    const char *why)
{
	struct box_ran ran;

	box_begin(f, &ran, argv, env, cwd);
	box_wait(f, &ran);
	CHECK(!ran.end.started);
	CHECK_STR(wf_str(ran.end.error.msg), why);
	CHECK_INT(ran.out[0].n + ran.out[1].n, 0);
	box_ran_release(&ran);
}

static void
not_started(struct box_fixture *f)
{
	const char *missing[] = { "no-such-program", NULL };
	const char *not_executable[] = { "/etc/passwd", NULL };
	const char *folder[] = { "/etc", NULL };
	const char *fine[] = { "true", NULL };
	char *large = malloc(200001);
	const char *env[] = { "PATH=/usr/bin:/bin", large, NULL };

	memset(large, 'x', 200000);
	memcpy(large, "A=", 2);
	large[200000] = '\0';
	refused(f, missing, NULL, "/",
	    "An error occurred trying to start process 'no-such-program' with working directory "
	    "'/'. No such file or directory");
	refused(f, not_executable, NULL, "/",
	    "An error occurred trying to start process '/etc/passwd' with working directory '/'. "
	    "Permission denied");
	refused(f, folder, NULL, "/",
	    "An error occurred trying to start process '/etc' with working directory '/'. "
	    "Permission denied");
	refused(f, fine, NULL, "/no/such/folder",
	    "An error occurred trying to start process 'true' with working directory "
	    "'/no/such/folder'. No such file or directory");
	refused(f, fine, NULL, "/etc/passwd",
	    "An error occurred trying to start process 'true' with working directory "
	    "'/etc/passwd'. Not a directory");
	refused(f, fine, env, "/",
	    "An error occurred trying to start process 'true' with working directory '/'. "
	    "Argument list too long");
	free(large);
}

TEST(box_exec_says_why_a_process_never_ran)
{
	in_each(not_started);
}

static void
environment(struct box_fixture *f)
{
	enum { COUNT = 1500 };
	const char *argv[] = { "sh", "-c", "env | wc -l; echo $V1499", NULL };
	const char **env = wf_new_array(f->arena, COUNT + 2, const char *);
	struct box_ran ran;

	for (int i = 0; i < COUNT; i++)
		env[i] = wf_strf(f->arena, "V%d=%0300d", i, i).p;
	env[COUNT] = "PATH=/usr/bin:/bin";
	box_begin(f, &ran, argv, env, "/");
	box_wait(f, &ran);
	/* PWD is the shell's own */
	CHECK_STR(wf_buf_str(&ran.out[0]),
	    wf_strf(f->arena, "%d\n%0300d\n", COUNT + 2, COUNT - 1).p);
	box_ran_release(&ran);
}

TEST(box_exec_passes_an_environment_of_hundreds_of_kilobytes)
{
	in_each(environment);
}

static void
search(struct box_fixture *f)
{
	const char *argv[] = { "hello", "", "two words", NULL };
	const char *env[] = { wf_strf(f->arena, "PATH=/etc:%s/bin::/bin", f->temp).p, NULL };
	const char *script = "#!/bin/sh\necho \"$#:$1:$2\"; pwd\n";
	struct box_ran ran;

	/* in the box's temp, which wfrun can write from outside */
	CHECK(wf_write_file(wf_join(f->arena, f->temp, "hello"), wf_str(script), 0755, NULL));
	box_begin(f, &ran, argv, env, f->box->layout.temp);
	box_wait(f, &ran);
	CHECK(ran.end.started);
	CHECK_STR(wf_buf_str(&ran.out[0]),
	    wf_strf(f->arena, "2::two words\n%s\n", f->box->layout.temp).p);
	box_ran_release(&ran);
}

TEST(box_exec_searches_the_path_of_the_new_environment_from_the_new_folder)
{
	in_each(search);
}

static void
clean(struct box_fixture *f)
{
	CHECK_SH(f, "cat", 0, "");
	CHECK_SH(f, "ls /proc/$$/fd", 0, "0\n1\n2\n");
	CHECK_SH(f, "grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f2", 0,
	    "0000000000000000\n0000000000000000\n");
	CHECK_SH(f, "test $(cut -d' ' -f6 /proc/self/stat) = $$", 0, "");
}

TEST(box_exec_inherits_no_descriptor_no_signal_state_and_no_session)
{
	in_each(clean);
}

static void
reopened(struct box_fixture *f)
{
	struct box_ran ran;

	box_sh(f, &ran, "echo a >/dev/stdout; echo b >/dev/stderr; echo c | tee /dev/stderr");
	CHECK_INT(ran.end.status, 0);
	CHECK_STR(wf_buf_str(&ran.out[0]), "a\nc\n");
	CHECK_STR(wf_buf_str(&ran.out[1]), "b\nc\n");
	box_ran_release(&ran);
}

TEST(box_exec_output_can_be_opened_again_by_name)
{
	in_each(reopened);
}

static void
volume(struct box_fixture *f)
{
	struct box_ran ran;

	box_sh(f, &ran, "head -c 10000000 /dev/zero; head -c 3000000 /dev/zero >&2");
	CHECK_INT(ran.out[0].n, 10000000);
	CHECK_INT(ran.out[1].n, 3000000);
	box_ran_release(&ran);
}

TEST(box_exec_loses_no_byte_of_large_output)
{
	in_each(volume);
}

static void
many(struct box_fixture *f)
{
	enum { COUNT = 300 };
	const char *argv[] = { "sh", "-c", "echo $N; exit $((N % 100))", NULL };
	struct box_ran *ran = calloc(COUNT, sizeof(*ran));

	for (int i = 0; i < COUNT; i++) {
		const char **env = wf_new_array(f->arena, 3, const char *);

		env[0] = "PATH=/usr/bin:/bin";
		env[1] = wf_strf(f->arena, "N=%d", i).p;
		box_begin(f, &ran[i], argv, env, "/");
	}
	for (int i = 0; i < COUNT; i++) {
		box_wait(f, &ran[i]);
		CHECK_INT(ran[i].end.status, i % 100);
		CHECK_STR(wf_buf_str(&ran[i].out[0]), wf_strf(f->arena, "%d\n", i).p);
		box_ran_release(&ran[i]);
	}
	free(ran);
}

TEST(box_exec_runs_hundreds_at_once)
{
	in_each(many);
}

/* ---- signals ---- */

static void
wait_for_output(struct box_fixture *f, struct box_ran *ran, const char *text)
{
	while (!ran->ended && wf_str_find(wf_buf_str(&ran->out[0]), wf_str(text)) < 0)
		uv_run(&f->loop, UV_RUN_ONCE);
	CHECK(!ran->ended);
}

static void
signals(struct box_fixture *f)
{
	const char *entry[] = { "sh", "-c",
		"trap 'echo got; exit 7' INT; sleep 1000 >/dev/null 2>&1 & echo up; wait", NULL };
	const char *group[] = { "sh", "-c", "trap '' TERM; sleep 1000 & echo up; wait; echo over",
		NULL };
	struct box_ran ran;

	box_begin(f, &ran, entry, NULL, "/");
	wait_for_output(f, &ran, "up\n");
	box_signal(f->box, &ran.exec, SIGINT, false);
	box_wait(f, &ran);
	CHECK_INT(ran.end.status, 7);
	CHECK_STR(wf_buf_str(&ran.out[0]), "up\ngot\n");
	box_signal(f->box, &ran.exec, SIGKILL, false); /* nothing happens */
	box_ran_release(&ran);

	/* sleep ignores TERM as well, and holds the output: KILL has to reach both */
	box_begin(f, &ran, group, NULL, "/");
	wait_for_output(f, &ran, "up\n");
	box_signal(f->box, &ran.exec, SIGTERM, true);
	box_signal(f->box, &ran.exec, SIGKILL, true);
	box_wait(f, &ran);
	CHECK_INT(ran.end.signal, SIGKILL);
	CHECK_STR(wf_buf_str(&ran.out[0]), "up\n");
	box_ran_release(&ran);
}

TEST(box_signal_reaches_the_entry_process_or_its_group)
{
	in_each(signals);
}

/* ---- layers ---- */

static void
put(struct box_fixture *f, const char *path, const char *text)
{
	const char *whole = wf_join(f->arena, f->dir, path);
	struct wf_str parent = wf_str_sub(wf_str(whole), 0, (size_t)(strrchr(whole, '/') - whole));

	CHECK(wf_mkdirs(wf_cstr(f->arena, parent), 0755, NULL));
	CHECK(wf_write_file(whole, wf_str(text), 0644, NULL));
}

static void
hide(struct box_fixture *f, const char *path)
{
	CHECK_INT(mknod(wf_join(f->arena, f->dir, path), S_IFCHR | 0644, makedev(0, 0)), 0);
}

static void
layers(struct box_fixture *f)
{
	const char *upper = wf_join(f->arena, f->state, "a:b,c\\d e");
	const char *list[] = { upper, f->worktree, NULL };
	struct wf_str text;

	/* made after the start */
	put(f, "tree/kept", "tree\n");
	put(f, "tree/both", "tree\n");
	put(f, "tree/hidden", "tree\n");
	put(f, "tree/sub/deep/file", "tree\n");
	put(f, "tree/hidden-dir/file", "tree\n");
	put(f, "state/a:b,c\\d e/both", "upper\n");
	put(f, "state/a:b,c\\d e/sub/more", "upper\n");
	hide(f, "state/a:b,c\\d e/hidden");
	hide(f, "state/a:b,c\\d e/hidden-dir");
	CHECK_INT(symlink("kept", wf_join(f->arena, f->worktree, "link")), 0);
	CHECK_INT(chmod(wf_join(f->arena, f->worktree, "kept"), 0750), 0);

	if (!box_lay(f, list, f->box->layout.workspace))
		print_error("%s\n", f->error.msg);
	CHECK_STR(wf_str(f->error.msg), "");
	CHECK_SH(f, "find . | LC_ALL=C sort", 0,
	    ".\n./both\n./kept\n./link\n./sub\n./sub/deep\n./sub/deep/file\n./sub/more\n");
	CHECK_SH(f, "cat both link sub/deep/file; stat -c %a kept; readlink link", 0,
	    "upper\ntree\ntree\n750\nkept\n");
	CHECK_SH(f,
	    "echo new >kept; rm both; rm -r sub; mkdir sub; echo x >sub/y; mv link renamed; ls . "
	    "sub",
	    0, ".:\nkept\nrenamed\nsub\n\nsub:\ny\n");

	CHECK(wf_read_file(f->arena, wf_join(f->arena, f->worktree, "kept"), 0, &text, NULL));
	CHECK_STR(text, "tree\n");
	CHECK(wf_exists(wf_join(f->arena, f->worktree, "both")));
	CHECK(wf_exists(wf_join(f->arena, f->worktree, "sub/deep/file")));
	CHECK(wf_exists(wf_join(f->arena, f->worktree, "hidden")));
	CHECK(!wf_exists(wf_join(f->arena, f->worktree, "renamed")));
	CHECK(wf_exists(wf_join(f->arena, upper, "sub/more")));
}

TEST(box_overlay_merges_layers_and_never_writes_to_them)
{
	in_each(layers);
}

static void
bad_layers(struct box_fixture *f)
{
	const char *missing[] = { wf_join(f->arena, f->worktree, "none"), NULL };
	const char *place = wf_strf(f->arena, "%s/x", f->box->layout.workspace).p;

	CHECK(!box_lay(f, missing, place));
	CHECK(strstr(f->error.msg, "none: No such file or directory") != NULL);
}

TEST(box_overlay_says_which_layer_is_missing)
{
	in_each(bad_layers);
}

static void
second_place(struct box_fixture *f)
{
	const char *list[] = { f->worktree, NULL };
	const char *place = wf_strf(f->arena, "%s/a/b c", f->box->layout.workspace).p;

	put(f, "tree/file", "x\n");
	CHECK(box_lay(f, list, place));
	CHECK_SH(f, "cat 'a/b c/file'", 0, "x\n");
}

TEST(box_overlay_makes_the_folders_above_its_place)
{
	in_each(second_place);
}

/* ---- files from outside ---- */

static void
opening(struct box_fixture *f)
{
	const char *dir = f->box->layout.workspace;
	struct wf_error err;
	char text[16];
	int fd;

	CHECK_SH(f, "echo hi >file; ln -s file link; mkfifo fifo", 0, "");
	fd = box_open(f->box, wf_join(f->arena, dir, "link"), O_RDONLY, &err);
	CHECK(fd >= 0);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	CHECK_INT(read(fd, text, sizeof(text)), 3);
	close(fd);
	CHECK_INT(box_open(f->box, wf_join(f->arena, dir, "none"), O_RDONLY, &err), -1);
	CHECK(strstr(err.msg, "No such file or directory") != NULL);
	fd = box_open(f->box, wf_join(f->arena, dir, "fifo"), O_RDONLY, &err);
	CHECK(fd >= 0); /* and did not wait for a writer */
	close(fd);
	fd = box_open(f->box, wf_join(f->arena, f->box->layout.temp, "new"), O_WRONLY | O_CREAT,
	    &err);
	CHECK(fd >= 0);
	close(fd);
	CHECK(wf_exists(wf_join(f->arena, f->temp, "new")));
}

TEST(box_open_sees_what_the_job_sees_and_never_waits)
{
	in_each(opening);
}

/* ---- the end ---- */

static void
await_refusal(struct box_fixture *f)
{
	while (!f->ready && uv_run(&f->loop, UV_RUN_ONCE))
		;
	CHECK(f->ready);
	CHECK_STR(wf_str_sub(wf_str(f->error.msg), 0, 17), "start of the box:");
	box_fixture_close(f);
}

static void
signal_nest(struct box_fixture *f, int signum)
{
	CHECK_INT(kill(f->nest.proc.child.pid, signum), 0);
}

TEST(box_start_says_that_the_nest_was_gone_before)
{
	struct box_fixture f;

	box_fixture_make(&f, BOX_SANDBOX, NULL, 0);
	signal_nest(&f, SIGKILL);
	uv_ref((uv_handle_t *)&f.nest.proc.child);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	box_start(f.box);
	await_refusal(&f);
}

TEST(box_start_says_that_the_nest_went_meanwhile)
{
	struct box_fixture f;

	box_fixture_make(&f, BOX_HOST, NULL, 0);
	signal_nest(&f, SIGSTOP); /* so that it does not answer before it is gone */
	box_start(f.box);
	signal_nest(&f, SIGKILL);
	await_refusal(&f);
}

/* How many processes of the machine have `marker` as one of their arguments. */
static int
count_processes(const char *marker)
{
	char command[256], line[32] = "";
	FILE *out;

	/* the brackets keep the searching processes themselves out */
	snprintf(command, sizeof(command),
	    "grep -lzxE '[%c]%s' /proc/[0-9]*/cmdline 2>/dev/null | wc -l", marker[0], marker + 1);
	out = popen(command, "r");
	CHECK(out != NULL);
	CHECK(fgets(line, sizeof(line), out) != NULL);
	pclose(out);
	return (int)strtol(line, NULL, 10);
}

/* Until there are n of them; a machine under load may take its time. */
static void
await_processes(const char *marker, int n)
{
	for (int tries = 0; tries < 1000 && count_processes(marker) != n; tries++)
		usleep(10000);
	CHECK_INT(count_processes(marker), n);
}

/* A number for `sleep` that no other test and no other run of it has. */
static const char *
marker_of(struct box_fixture *f, int i)
{
	return wf_strf(f->arena, "1%07d.%d", (int)getpid(), i).p;
}

static void
leftovers(struct box_fixture *f)
{
	const char *marker = marker_of(f, 1);
	const char *script = wf_strf(f->arena,
	    "sleep %s >/dev/null 2>&1 & env -i setsid sh -c '(sleep %s &) ; exec sleep %s' "
	    ">/dev/null 2>&1 &",
	    marker, marker, marker)
	                         .p;

	CHECK_SH(f, script, 0, "");
	await_processes(marker, 3);
	box_stop(f->box);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	CHECK(f->gone);
	CHECK_INT(count_processes(marker), 0);
}

TEST(box_stop_ends_processes_that_detached_themselves)
{
	struct box_fixture f;

	for (size_t i = 0; i < WF_COUNT(kinds); i++) {
		box_fixture_open(&f, kinds[i]);
		leftovers(&f);
		box_fixture_sweep(&f);
	}
}

TEST(box_stop_ends_what_is_running_as_killed)
{
	const char *argv[] = { "sh", "-c", "echo up; sleep 1000", NULL };
	const char *late[] = { "true", NULL };
	struct box_ran ran, after;
	struct box_fixture f;

	for (size_t i = 0; i < WF_COUNT(kinds); i++) {
		box_fixture_open(&f, kinds[i]);
		box_begin(&f, &ran, argv, NULL, "/");
		wait_for_output(&f, &ran, "up\n");
		box_stop(f.box);
		box_begin(&f, &after, late, NULL, "/");
		uv_run(&f.loop, UV_RUN_DEFAULT);
		CHECK(f.gone);
		CHECK(ran.ended);
		CHECK(ran.end.started);
		CHECK_INT(ran.end.signal, SIGKILL);
		CHECK(after.ended);
		CHECK(!after.end.started);
		CHECK_STR(wf_str(after.end.error.msg), "the box was stopped");
		box_ran_release(&ran);
		box_fixture_sweep(&f);
	}
}

TEST(box_stop_right_after_the_start_leaves_nothing)
{
	struct box_fixture f;

	for (size_t i = 0; i < WF_COUNT(kinds); i++) {
		box_fixture_make(&f, kinds[i], NULL, 0);
		box_start(f.box);
		box_fixture_close(&f);
		CHECK(f.ready);
		CHECK(f.error.msg[0]);
	}
}

TEST(box_exec_waits_no_longer_than_the_grace_for_a_daemon_that_holds_the_output)
{
	struct box_fixture f;

	box_fixture_open(&f, BOX_SANDBOX);
	CHECK_SH(&f, "setsid sleep 1000 & echo x", 0, "x\n");
	box_fixture_close(&f);
}

/* Starts a box and work in it, says so on `fd`, and waits to be killed. */
_Noreturn static void
be_killed(enum box_kind kind, const char *marker, int fd)
{
	struct box_fixture f;
	struct box_ran ran;

	box_fixture_open(&f, kind);
	box_sh(&f, &ran,
	    wf_strf(f.arena, "setsid sleep %s >/dev/null 2>&1 & sleep %s >/dev/null 2>&1 &", marker,
	        marker)
	        .p);
	if (write(fd, f.dir, sizeof(f.dir)) != (ssize_t)sizeof(f.dir))
		_exit(1);
	for (;;)
		pause();
}

TEST(box_ends_with_all_its_processes_when_wfrun_is_killed)
{
	char marker[32], dir[64];
	int pipes[2];
	pid_t pid;

	for (size_t i = 0; i < WF_COUNT(kinds); i++) {
		snprintf(marker, sizeof(marker), "2%07d.%zu", (int)getpid(), i);
		CHECK_INT(pipe2(pipes, O_CLOEXEC), 0);
		pid = fork();
		if (pid == 0)
			be_killed(kinds[i], marker, pipes[1]);
		CHECK_INT(read(pipes[0], dir, sizeof(dir)), sizeof(dir));
		close(pipes[0]);
		close(pipes[1]);
		await_processes(marker, 2);
		kill(pid, SIGKILL);
		CHECK_INT(waitpid(pid, NULL, 0), pid);
		await_processes(marker, 0);
		CHECK(wf_remove_tree(dir, NULL));
	}
}

TEST(box_kinds_live_side_by_side)
{
	struct box_fixture a, b;

	box_fixture_open(&a, BOX_SANDBOX);
	box_fixture_open(&b, BOX_SANDBOX);
	CHECK_SH(&a, "echo a >/tmp/file; cat /tmp/file", 0, "a\n");
	CHECK_SH(&b, "cat /tmp/file 2>/dev/null; echo b", 0, "b\n");
	box_fixture_close(&a);
	CHECK_SH(&b, "echo still here", 0, "still here\n");
	box_fixture_close(&b);
}
