/* SPDX-License-Identifier: MIT */
/* builtin_fixture.c - mkdtemp, sh -e, rm -rf; and the parts of a box that a built-in uses. */
#include "builtin_fixture.h"

#include "test.h"

#include "base/error.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* libgit2 1.5 loses its regex's match data when it looks for submodules; nothing of ours does in
 * these tests that the tests of pattern.c would not tell. */
const char *__lsan_default_suppressions(void); /* NOLINT(bugprone-reserved-identifier) */

const char *
__lsan_default_suppressions(void) /* NOLINT(bugprone-reserved-identifier) */
{
	return "leak:libpcre2-8.so\n";
}

static const char prelude[] =
    "export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=\"$PWD\" "
    "GIT_AUTHOR_NAME=Author GIT_AUTHOR_EMAIL=author@example.com "
    "GIT_COMMITTER_NAME=Committer GIT_COMMITTER_EMAIL=committer@example.com "
    "GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000'\n";

void
scratch_init(struct scratch *scratch)
{
	const char *tmp = getenv("TMPDIR");
	char *dir;

	scratch->arena = wf_arena_new();
	dir = wf_cstr(scratch->arena,
	    wf_strf(scratch->arena, "%s/wfrun-test-XXXXXX", tmp ? tmp : "/tmp"));
	CHECK(mkdtemp(dir) != NULL);
	scratch->dir = dir;
}

void
scratch_release(struct scratch *scratch)
{
	struct wf_error err;

	CHECK(wf_remove_tree(scratch->dir, &err));
	wf_arena_free(scratch->arena);
}

struct wf_str
scratch_run(struct scratch *scratch, const char *fmt, ...)
{
	struct wf_buf out = WF_BUF_INIT;
	struct wf_error err;
	struct wf_str body;
	const char *script;
	char chunk[4096];
	va_list ap;
	size_t got;
	FILE *pipe;

	va_start(ap, fmt);
	body = wf_vstrf(scratch->arena, fmt, ap);
	va_end(ap);
	script = wf_join(scratch->arena, scratch->dir, ".script");
	body = wf_strf(scratch->arena, "cd '%s'\n%s%.*s\n", scratch->dir, prelude, WF_ARG(body));
	CHECK(wf_write_file(script, body, 0644, &err));
	pipe = popen(wf_strf(scratch->arena, "exec sh -e '%s' 2>&1", script).p, "r");
	CHECK(pipe != NULL);
	while ((got = fread(chunk, 1, sizeof(chunk), pipe)) > 0)
		wf_buf_add(&out, (struct wf_str){ chunk, got });
	if (pclose(pipe) != 0)
		fail_msg("%.*s\n%.*s", WF_ARG(body), WF_ARG(wf_buf_str(&out)));
	return wf_str_dup(scratch->arena, wf_str_trim(wf_buf_take(&out, scratch->arena)));
}

const char *
scratch_path(struct scratch *scratch, const char *name)
{
	return wf_join(scratch->arena, scratch->dir, name);
}

/* ---- the box ---- */

/* One thing that the box was asked for, answered from the loop. */
struct request {
	struct fake_call *fake;
	uv_work_t work;
	struct box_exec *exec;
	int status;
	void (*done)(void *data, const struct wf_error *err);
	void *data;
};

/* Runs the command of an exec, its output in a file. Only calls that are safe after a fork. */
static void
run_command(uv_work_t *work)
{
	struct request *request = work->data;
	const char *file = scratch_path(&request->fake->scratch, ".output");
	pid_t pid = fork();

	if (pid == 0) {
		int out = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (out < 0 || dup2(out, 1) < 0 || chdir(request->exec->cwd) < 0)
			_exit(126);
		execvpe(request->exec->argv[0], (char *const *)request->exec->argv,
		    (char *const *)request->exec->env);
		_exit(127);
	}
	waitpid(pid, &request->status, 0);
}

static void
command_ended(uv_work_t *work, int status)
{
	struct request *request = work->data;
	const char *file = scratch_path(&request->fake->scratch, ".output");
	struct box_end end = { .started = true, .status = WEXITSTATUS(request->status) };
	struct box_exec *exec = request->exec;
	struct wf_str out;

	(void)status;
	if (wf_read_file(request->fake->scratch.arena, file, 0, &out, NULL))
		exec->on_output(exec, 1, out);
	exec->on_end(exec, &end);
}

static void
fake_exec(struct box *box, struct box_exec *exec)
{
	struct fake_call *fake = box->data;
	struct request *request = wf_new(fake->scratch.arena, struct request);

	request->fake = fake;
	request->exec = exec;
	request->work.data = request;
	uv_queue_work(&fake->loop, &request->work, run_command, command_ended);
}

static void
nothing(uv_work_t *work)
{
	(void)work;
}

static void
overlay_done(uv_work_t *work, int status)
{
	struct request *request = work->data;

	(void)status;
	request->done(request->data, NULL);
}

/* Copies the layers over each other, the lowest first; a device 0/0 removes what is below it. */
static void
fake_overlay(struct box *box, const char *const *layers, const char *inside,
    void (*done)(void *data, const struct wf_error *err), void *data)
{
	struct fake_call *fake = box->data;
	struct request *request = wf_new(fake->scratch.arena, struct request);

	fake->nlayers = 0;
	while (layers[fake->nlayers]) {
		fake->layers[fake->nlayers] = wf_cstr(fake->scratch.arena,
		    wf_str(layers[fake->nlayers]));
		fake->nlayers++;
	}
	for (size_t i = fake->nlayers; i-- > 0;)
		scratch_run(&fake->scratch,
		    "to='%s'; mkdir -p \"$to\"; cd '%s'\n"
		    "find . -type c | while IFS= read -r p; do rm -rf \"$to/$p\"; done\n"
		    "find . -type d | while IFS= read -r p; do mkdir -p \"$to/$p\"; done\n"
		    "find . ! -type d ! -type c | while IFS= read -r p; do cp -a \"$p\" "
		    "\"$to/$p\"; done",
		    inside, layers[i]);
	request->done = done;
	request->data = data;
	request->work.data = request;
	uv_queue_work(&fake->loop, &request->work, nothing, overlay_done);
}

static int
fake_open(struct box *box, const char *inside, int flags, struct wf_error *err)
{
	int fd = open(inside, flags, 0644);

	(void)box;
	if (fd < 0)
		wf_fail_sys(err, errno, "%s", inside);
	return fd;
}

static const struct box_ops fake_ops = {
	.exec = fake_exec,
	.overlay = fake_overlay,
	.open = fake_open,
};

/* ---- the step ---- */

static void
on_print(struct builtin_call *call, struct wf_str text)
{
	struct fake_call *fake = call->data;

	wf_buf_add(&fake->log, text);
}

static void
on_output(struct builtin_call *call, struct wf_str name, struct wf_str value)
{
	struct fake_call *fake = call->data;
	struct wf_str *copy = wf_new(fake->scratch.arena, struct wf_str);

	*copy = wf_str_dup(fake->scratch.arena, value);
	wf_map_set(&fake->outputs, wf_str_dup(fake->scratch.arena, name), copy);
}

static void
on_setenv(struct builtin_call *call, struct wf_str name, struct wf_str value)
{
	struct fake_call *fake = call->data;

	wf_buf_addf(&fake->environment, "%.*s=%.*s\n", WF_ARG(name), WF_ARG(value));
}

static void
on_addpath(struct builtin_call *call, struct wf_str path)
{
	struct fake_call *fake = call->data;

	wf_buf_addf(&fake->environment, "PATH+=%.*s\n", WF_ARG(path));
}

static void
on_done(struct builtin_call *call, bool success)
{
	struct fake_call *fake = call->data;

	CHECK(!fake->done);
	fake->done = true;
	fake->success = success;
}

static bool
on_stores(struct builtin_call *call, struct builtin_stores *out, struct wf_error *err)
{
	struct fake_call *fake = call->data;

	(void)err;
	*out = fake->stores;
	return true;
}

static void
on_uploaded(struct builtin_call *call, const struct artifact *artifact, const char *path)
{
	struct fake_call *fake = call->data;

	CHECK(artifact->id > 0 && wf_exists(path));
	fake->nuploaded++;
}

void
fake_call_init(struct fake_call *fake, const char *script)
{
	*fake = (struct fake_call){ 0 };
	scratch_init(&fake->scratch);
	scratch_run(&fake->scratch, "mkdir state temp tools home work runs caches; %s", script);
	uv_loop_init(&fake->loop);
	fake->box = (struct box){ .ops = &fake_ops, .loop = &fake->loop, .data = fake };
	fake->box.layout = (struct box_layout){
		.home = scratch_path(&fake->scratch, "home"),
		.work = scratch_path(&fake->scratch, "work"),
		.workspace = scratch_path(&fake->scratch, "work/ws"),
		.temp = scratch_path(&fake->scratch, "temp"),
		.tool_cache = scratch_path(&fake->scratch, "tools"),
	};
	fake->stores = (struct builtin_stores){
		.runs = scratch_path(&fake->scratch, "runs"),
		.caches = scratch_path(&fake->scratch, "caches"),
		.run_id = 1,
		.job_id = 1,
		.ref = WF_S("refs/heads/main"),
		.default_ref = WF_S("refs/heads/main"),
	};
	fake->memory = expr_object_new(fake->scratch.arena);
	fake->inputs = expr_object_new(fake->scratch.arena);
	fake->payload = expr_object_new(fake->scratch.arena);
	wf_map_init(&fake->outputs, fake->scratch.arena, false);
	fake->env[0] = wf_strf(fake->scratch.arena, "HOME=%s", fake->box.layout.home).p;
	fake->env[1] = wf_strf(fake->scratch.arena, "PATH=%s", getenv("PATH")).p;
	fake->env[2] = "GIT_CONFIG_NOSYSTEM=1";
}

void
fake_call_release(struct fake_call *fake)
{
	CHECK_INT(uv_loop_close(&fake->loop), 0);
	wf_buf_release(&fake->log);
	wf_buf_release(&fake->environment);
	scratch_release(&fake->scratch);
}

void
fake_call_input(struct fake_call *fake, const char *name, const char *value)
{
	expr_object_set(fake->inputs, wf_str(name), expr_string(wf_str(value)));
}

static void
read_facts(struct fake_call *fake, const char *dir)
{
	struct wf_error err;
	struct repo *repo = repo_open(dir, &err);

	CHECK(repo && repo_facts(repo, fake->scratch.arena, &fake->facts, &err));
	repo_close(repo);
	if (!fake->event.sha.n)
		fake->event.sha = fake->facts.head_sha;
}

static void
run_stage(struct fake_call *fake, const struct builtin *builtin,
    void (*start)(struct builtin_call *call))
{
	const char *dir = scratch_path(&fake->scratch, "repo");

	if (wf_is_dir(dir))
		read_facts(fake, dir);
	fake->event.payload = fake->payload;
	for (size_t i = 0; builtin->inputs[i]; i++)
		if (!expr_object_find(fake->inputs, wf_str(builtin->inputs[i])))
			expr_object_set(fake->inputs, wf_str(builtin->inputs[i]),
			    expr_string(wf_str(builtin->defaults[i])));
	fake->call = (struct builtin_call){
		.builtin = builtin,
		.arena = fake->scratch.arena,
		.loop = &fake->loop,
		.box = &fake->box,
		.inputs = fake->inputs,
		.github = expr_object_new(fake->scratch.arena),
		.event = &fake->event,
		.facts = &fake->facts,
		.repo_dir = dir,
		.env = fake->env,
		.state = scratch_path(&fake->scratch, "state"),
		.committed = fake->call.committed,
		.print = on_print,
		.output = on_output,
		.setenv = on_setenv,
		.addpath = on_addpath,
		.stores = on_stores,
		.uploaded = on_uploaded,
		.memory = fake->memory,
		.done = on_done,
		.data = fake,
	};
	fake->done = false;
	start(&fake->call);
	uv_run(&fake->loop, UV_RUN_DEFAULT);
	CHECK(fake->done);
}

void
fake_call_run(struct fake_call *fake, const struct builtin *builtin)
{
	run_stage(fake, builtin, builtin->start);
}

void
fake_call_post(struct fake_call *fake, const struct builtin *builtin)
{
	wf_buf_clear(&fake->log);
	run_stage(fake, builtin, builtin->post);
}

void
fake_call_again(struct fake_call *fake)
{
	wf_buf_clear(&fake->log);
	fake->inputs = expr_object_new(fake->scratch.arena);
	fake->memory = expr_object_new(fake->scratch.arena);
	wf_map_init(&fake->outputs, fake->scratch.arena, false);
}

struct wf_str
fake_call_output(const struct fake_call *fake, const char *name)
{
	const struct wf_str *value = wf_map_get(&fake->outputs, wf_str(name));

	return value ? *value : WF_S("(none)");
}

bool
fake_call_said(const struct fake_call *fake, const char *text)
{
	if (wf_str_find(wf_buf_str(&fake->log), wf_str(text)) >= 0)
		return true;
	print_message("not said: %s\n%.*s", text, WF_ARG(wf_buf_str(&fake->log)));
	return false;
}
