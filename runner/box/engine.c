/* SPDX-License-Identifier: MIT */
/* engine.c - a container of Docker or Podman as the box of a job (semantics.md 8.2 to 8.4).
 *
 * The container runs `tail -f /dev/null`; each process is an exec in it, which takes three calls:
 * create, start (whose answer is the output), inspect (for the exit status). Scripts and command
 * files need none, for the folders of the job are this machine's, shown in the container. The work
 * tree is copied: an overlay could be shown there by root alone, and would outlive a killed wfrun.
 *
 * The engine tells nobody which number a process has inside of the container. So each is started
 * by a shell that writes its own number down and becomes the process; a signal is one more exec,
 * of a `kill` with that number. */
#include "runner/box/engine.h"

#include "base/fs.h"
#include "runner/box/box.h"
#include "runner/box/copying.h"
#include "runner/box/mount.h"
#include "runner/engine/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIDS_FOLDER "_wfrun_pids" /* in temp */
#define ASK_AGAIN_MS 200 /* of a process whose output ended before it did */

/* A folder of this machine, and where the job sees it. */
struct shown {
	const char *host, *inside;
};

#define MAX_SHOWN 6

struct engine_box {
	struct box box; /* first: the caller knows this one */
	struct box_engine *engine;
	struct pod pod;
	struct shown shown[MAX_SHOWN];
	size_t nshown;
	struct engine_ask probe;
	size_t probes; /* that were made */
	struct engine_ask sweep; /* of files that belong to others, before the end */
	struct engine_process *processes; /* that have not ended */
	size_t nkills, ncopies; /* under way */
	unsigned last_number; /* of a process */
	atomic_bool stopping; /* read by the copies */
	bool ready, pod_gone;
};

struct engine_process {
	struct engine_box *owner;
	struct box_exec *exec;
	struct engine_process *next;
	struct engine_ask ask;
	struct engine_stream stream;
	const char *id; /* of the exec; NULL: not created yet */
	const char *pid_name, *pid_inside;
	uv_timer_t timer;
	struct box_end end;
};

static void inspect(struct engine_process *p);

static struct engine_box *
engine_of(struct box *box)
{
	return (struct engine_box *)box;
}

/* ---- start ---- */

static bool
make_folder(const char *path, struct wf_error *err)
{
	if (!wf_mkdirs(path, 0777, err))
		return false;
	/* whoever the container runs as shall write here */
	return chmod(path, 0777) == 0 || wf_fail_sys(err, errno, "%s", path);
}

static bool
make_folders(struct engine_box *e, struct wf_error *err)
{
	struct box *box = &e->box;
	const char *workspace =
	    wf_strf(box->arena, "%s/work/%s/%s", box->spec.state, box->spec.repo, box->spec.repo).p;

	for (size_t i = 0; i < e->nshown; i++)
		if (!make_folder(e->shown[i].host, err))
			return false;
	return make_folder(workspace, err) &&
	       make_folder(wf_join(box->arena, box->spec.temp, PIDS_FOLDER), err);
}

static void
add_mount(struct engine_box *e, struct expr_array *mounts, const char *host, const char *inside,
    bool writable)
{
	const struct engine_pair mount[] = {
		{ "Type", expr_cstring("bind") },
		{ "Source", expr_cstring(host) },
		{ "Target", expr_cstring(inside) },
		{ "ReadOnly", expr_bool(!writable) },
		{ NULL, EXPR_NULL_VALUE },
	};

	expr_array_push(mounts, expr_object_value(engine_object(e->box.arena, mount)));
}

/* Those of the box behind those that the owner has put there. */
static struct expr_value
all_mounts(struct engine_box *e, struct expr_value given)
{
	const struct box_spec *spec = &e->box.spec;
	struct expr_array *mounts = given.kind == EXPR_ARRAY ? given.array
	                                                     : expr_array_new(e->box.arena);

	for (size_t i = 0; i < e->nshown; i++)
		add_mount(e, mounts, e->shown[i].host, e->shown[i].inside, true);
	for (size_t i = 0; i < spec->nmounts; i++)
		if (spec->mounts[i].inside) /* else a layer, which is copied */
			add_mount(e, mounts, spec->mounts[i].host, spec->mounts[i].inside,
			    spec->mounts[i].writable);
	return expr_array_value(mounts);
}

static void
set_limits(struct engine_box *e, struct expr_object *host)
{
	const struct box_limits *limits = &e->box.spec.limits;

	if (limits->memory)
		expr_object_set(host, WF_S("Memory"), expr_number((double)limits->memory));
	if (limits->processes)
		expr_object_set(host, WF_S("PidsLimit"), expr_number((double)limits->processes));
	if (limits->millicpus)
		expr_object_set(host, WF_S("NanoCpus"),
		    expr_number((double)limits->millicpus * 1e6));
	if (e->box.spec.no_network && !e->engine->networked)
		expr_object_set(host, WF_S("NetworkMode"), expr_cstring("none"));
}

static void
complete_body(struct engine_box *e, struct expr_object *body)
{
	static const char *const entrypoint[] = { "tail", NULL };
	static const char *const command[] = { "-f", "/dev/null", NULL };
	struct wf_arena *arena = e->box.arena;
	struct expr_value host = expr_object_get(body, WF_S("HostConfig"));

	if (host.kind != EXPR_OBJECT)
		host = expr_object_value(expr_object_new(arena));
	expr_object_set(host.object, WF_S("Mounts"),
	    all_mounts(e, expr_object_get(host.object, WF_S("Mounts"))));
	set_limits(e, host.object);
	expr_object_set(body, WF_S("HostConfig"), host);
	expr_object_set(body, WF_S("Entrypoint"), engine_list(arena, entrypoint));
	expr_object_set(body, WF_S("Cmd"), engine_list(arena, command));
	expr_object_set(body, WF_S("WorkingDir"), expr_cstring(e->box.layout.workspace));
}

/* Whether a file is there, and what it means. */
static const struct {
	const char *path;
	bool loader;
} wanted[] = {
	{ "/bin/bash", false },
	{ "/usr/bin/bash", false },
#if defined(__x86_64__)
	{ "/lib64/ld-linux-x86-64.so.2", true },
#elif defined(__aarch64__)
	{ "/lib/ld-linux-aarch64.so.1", true },
#endif
};

static void
tell_gone(struct engine_box *e)
{
	if (e->pod_gone && !e->processes && e->nkills == 0 && e->ncopies == 0 &&
	    !e->probe.under_way && !e->sweep.under_way)
		e->box.on_gone(&e->box);
}

static void probe_next(struct engine_box *e);

static void
on_probed(struct engine_ask *ask, const struct wf_error *err)
{
	struct engine_box *e = ask->data;

	if (!err && wanted[e->probes].loader)
		e->engine->has_loader = true;
	else if (!err)
		e->engine->has_bash = true;
	e->probes++;
	probe_next(e);
}

/* There is no other way to learn it that works with an image without any program. */
static void
probe_next(struct engine_box *e)
{
	struct wf_error why;

	if (e->stopping) {
		wf_fail(&why, WF_ERR_SYS, WF_NOWHERE, "The operation was canceled.");
		e->box.on_ready(&e->box, &why);
		tell_gone(e);
		return;
	}
	if (e->engine->has_bash)
		while (e->probes < WF_COUNT(wanted) && !wanted[e->probes].loader)
			e->probes++;
	if (e->probes == WF_COUNT(wanted)) {
		e->ready = true;
		e->box.on_ready(&e->box, NULL);
		return;
	}
	e->probe = (struct engine_ask){
		.method = "HEAD",
		.path = wf_strf(e->box.arena, "/containers/%s/archive?path=%s",
		    e->engine->members[0].id, wanted[e->probes].path)
		            .p,
		.on_answer = on_probed,
		.data = e,
	};
	engine_ask(e->engine->engine, &e->probe);
}

static void
on_pod_ready(struct pod *pod, const struct wf_error *err)
{
	struct engine_box *e = pod->data;

	if (err)
		e->box.on_ready(&e->box, err);
	else
		probe_next(e);
}

static void
on_pod_gone(struct pod *pod)
{
	struct engine_box *e = pod->data;

	e->pod_gone = true;
	/* their container is gone, or the engine is: nothing that they wait for will come */
	for (struct engine_process *p = e->processes; p; p = p->next)
		engine_cancel(&p->ask);
	tell_gone(e);
}

static void
on_pod_says(struct pod *pod, struct wf_str line)
{
	struct engine_box *e = pod->data;

	e->engine->say(e->engine->data, line);
}

static void
engine_start(struct box *box)
{
	struct engine_box *e = engine_of(box);
	struct wf_error err;

	e->pod = (struct pod){
		.loop = box->loop,
		.arena = box->arena,
		.engine = e->engine->engine,
		.name = wf_strf(box->arena, "%s-network", box->spec.name).p,
		.scratch = e->engine->scratch,
		.members = e->engine->members,
		.nmembers = e->engine->nmembers,
		.networked = e->engine->networked,
		.say = on_pod_says,
		.on_ready = on_pod_ready,
		.on_gone = on_pod_gone,
		.data = e,
	};
	complete_body(e, e->engine->members[0].body);
	if (make_folders(e, &err))
		pod_start(&e->pod);
	else
		pod_refuse(&e->pod, &err);
}

/* ---- processes ---- */

static void
on_timer_closed(uv_handle_t *handle)
{
	struct engine_process *p = handle->data;
	struct engine_box *e = p->owner;
	struct engine_process **link = &e->processes;

	while (*link != p)
		link = &(*link)->next;
	*link = p->next;
	unlink(wf_strf(e->box.arena, "%s/%s", e->box.spec.temp, p->pid_name).p);
	p->exec->impl = NULL;
	p->exec->on_end(p->exec, &p->end);
	if (e->stopping)
		tell_gone(e);
}

static void
end_process(struct engine_process *p)
{
	uv_close((uv_handle_t *)&p->timer, on_timer_closed);
}

/* It never ran, or nobody can say any more what became of it. */
static void
fail_process(struct engine_process *p, const struct wf_error *err)
{
	if (p->owner->stopping) { /* its container was taken away */
		p->end = (struct box_end){ .started = true, .signal = SIGKILL };
	} else {
		p->end.started = false;
		p->end.error = *err;
	}
	end_process(p);
}

static void
on_timer(uv_timer_t *timer)
{
	inspect(timer->data);
}

static void
on_exec_inspected(struct engine_ask *ask, const struct wf_error *err)
{
	struct engine_process *p = ask->data;
	struct expr_value status = expr_path(ask->value, "ExitCode");

	if (err) {
		fail_process(p, err);
		return;
	}
	if (expr_truthy(expr_path(ask->value, "Running")) || status.kind != EXPR_NUMBER) {
		uv_timer_start(&p->timer, on_timer, ASK_AGAIN_MS, 0);
		return;
	}
	p->end = (struct box_end){ .started = true, .status = (int)status.number & 0xff };
	end_process(p);
}

static void
inspect(struct engine_process *p)
{
	p->ask = (struct engine_ask){
		.path = wf_strf(p->owner->box.arena, "/exec/%s/json", p->id).p,
		.on_answer = on_exec_inspected,
		.data = p,
	};
	engine_ask(p->owner->engine->engine, &p->ask);
}

static void
on_bytes(void *data, int stream, struct wf_str bytes)
{
	struct engine_process *p = data;

	p->exec->on_output(p->exec, stream, bytes);
}

static void
on_output(struct engine_ask *ask, struct wf_str chunk)
{
	struct engine_process *p = ask->data;

	engine_stream_feed(&p->stream, chunk);
}

static void
on_output_over(struct engine_ask *ask, const struct wf_error *err)
{
	struct engine_process *p = ask->data;

	/* a connection that broke says nothing about the process: the engine is asked */
	if (err && ask->status >= 400)
		fail_process(p, err);
	else
		inspect(p);
}

static void
on_exec_created(struct engine_ask *ask, const struct wf_error *err)
{
	static const struct engine_pair body[] = {
		{ "Detach", { .kind = EXPR_BOOL, .boolean = false } },
		{ "Tty", { .kind = EXPR_BOOL, .boolean = false } },
		{ NULL, { .kind = EXPR_NULL } },
	};
	struct engine_process *p = ask->data;
	struct wf_arena *arena = p->owner->box.arena;

	if (err) {
		fail_process(p, err);
		return;
	}
	p->id = wf_cstr(arena, expr_path_str(ask->arena, ask->value, "Id"));
	p->stream = (struct engine_stream){ .on_bytes = on_bytes, .data = p };
	p->ask = (struct engine_ask){
		.method = "POST",
		.path = wf_strf(arena, "/exec/%s/start", p->id).p,
		.body = engine_object(arena, body),
		.patient = true,
		.on_chunk = on_output,
		.on_answer = on_output_over,
		.data = p,
	};
	engine_ask(p->owner->engine->engine, &p->ask);
}

/* The process behind a shell that writes down its number. */
static struct expr_value
command_of(struct engine_process *p)
{
	static const char *const note[] = { "sh", "-c",
		"{ echo $$ >\"$0\"; } 2>/dev/null; exec \"$@\"", NULL };
	struct expr_value list = engine_list(p->owner->box.arena, note);

	expr_array_push(list.array, expr_cstring(p->pid_inside));
	for (const char *const *arg = p->exec->argv; *arg; arg++)
		expr_array_push(list.array, expr_cstring(*arg));
	return list;
}

static const char *
exec_path(struct engine_box *e)
{
	return wf_strf(e->box.arena, "/containers/%s/exec", e->engine->members[0].id).p;
}

static void
engine_exec(struct box *box, struct box_exec *exec)
{
	struct engine_box *e = engine_of(box);
	struct engine_process *p = wf_new(box->arena, struct engine_process);

	p->owner = e;
	p->exec = exec;
	p->pid_name = wf_strf(box->arena, "%s/%u", PIDS_FOLDER, ++e->last_number).p;
	p->pid_inside = wf_join(box->arena, box->layout.temp, p->pid_name);
	p->next = e->processes;
	e->processes = p;
	exec->impl = p;
	uv_timer_init(box->loop, &p->timer);
	p->timer.data = p;
	const struct engine_pair body[] = {
		{ "AttachStdout", expr_bool(true) },
		{ "AttachStderr", expr_bool(true) },
		{ "Env", engine_list(box->arena, exec->env) },
		{ "Cmd", command_of(p) },
		{ "WorkingDir", expr_cstring(exec->cwd) },
		{ NULL, EXPR_NULL_VALUE },
	};
	p->ask = (struct engine_ask){
		.method = "POST",
		.path = exec_path(e),
		.body = engine_object(box->arena, body),
		.on_answer = on_exec_created,
		.data = p,
	};
	engine_ask(e->engine->engine, &p->ask);
}

/* ---- signals ---- */

struct engine_kill {
	struct engine_box *owner;
	struct engine_ask ask;
};

static void
on_killed(struct engine_ask *ask, const struct wf_error *err)
{
	struct engine_kill *kill = ask->data;
	struct engine_box *e = kill->owner;

	(void)err; /* who sent it climbs to a stronger one, and in the end to box_stop() */
	e->nkills--;
	if (e->stopping)
		tell_gone(e);
}

static void
on_kill_created(struct engine_ask *ask, const struct wf_error *err)
{
	static const struct engine_pair body[] = {
		{ "Detach", { .kind = EXPR_BOOL, .boolean = true } },
		{ NULL, { .kind = EXPR_NULL } },
	};
	struct engine_kill *kill = ask->data;
	struct wf_arena *arena = kill->owner->box.arena;
	struct wf_str id = expr_path_str(ask->arena, ask->value, "Id");

	if (err) {
		on_killed(ask, err);
		return;
	}
	kill->ask = (struct engine_ask){
		.method = "POST",
		.path = wf_strf(arena, "/exec/%.*s/start", WF_ARG(id)).p,
		.body = engine_object(arena, body),
		.on_answer = on_killed,
		.data = kill,
	};
	engine_ask(kill->owner->engine->engine, &kill->ask);
}

/* A process that was told to start a moment ago may not have written its number yet. */
#define KILL_SCRIPT                                                                                \
	"n=0; until [ -s \"$0\" ] || [ $n = 5 ]; do sleep 1; n=$((n+1)); done; "                   \
	"read p <\"$0\" && kill -s \"$1\" -- \"$2$p\""

/* kill(1) of all shells knows these by name, and some by nothing else. */
static const char *
signal_name(int signum)
{
	switch (signum) {
	case SIGINT: return "INT";
	case SIGTERM: return "TERM";
	case SIGHUP: return "HUP";
	}
	return "KILL";
}

static void
engine_signal(struct box *box, struct box_exec *exec, int signum, bool group)
{
	struct engine_box *e = engine_of(box);
	struct engine_process *p = exec->impl;
	struct engine_kill *kill;

	if (!p || e->stopping)
		return;
	const char *const command[] = { "sh", "-c", KILL_SCRIPT, p->pid_inside, signal_name(signum),
		group ? "-" : "", NULL };
	const struct engine_pair body[] = {
		{ "Cmd", engine_list(box->arena, command) },
		{ "User", expr_cstring("0") },
		{ NULL, EXPR_NULL_VALUE },
	};
	kill = wf_new(box->arena, struct engine_kill);
	kill->owner = e;
	kill->ask = (struct engine_ask){
		.method = "POST",
		.path = exec_path(e),
		.body = engine_object(box->arena, body),
		.on_answer = on_kill_created,
		.data = kill,
	};
	e->nkills++;
	engine_ask(e->engine->engine, &kill->ask);
}

/* ---- files ---- */

/* The folder that is shown nearest above the path. */
static const struct shown *
find_shown(const struct engine_box *e, const char *inside)
{
	const struct shown *best = NULL;

	for (size_t i = 0; i < e->nshown; i++) {
		const struct shown *shown = &e->shown[i];

		if (layers_within(inside, shown->inside) &&
		    (!best || strlen(shown->inside) > strlen(best->inside)))
			best = shown;
	}
	return best;
}

static int
engine_open(struct box *box, const char *inside, int flags, struct wf_error *err)
{
	const struct shown *shown = find_shown(engine_of(box), inside);
	wf_auto(wf_close_fd) int root = -1;
	const char *rel;
	int fd;

	if (!shown) {
		wf_fail_sys(err, ENOENT, "%s", inside);
		return -1;
	}
	rel = inside + strlen(shown->inside);
	root = open(shown->host, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = root < 0 ? -1
	              : place_open_mode(root, *rel ? rel : "/", (uint64_t)box_open_flags(flags),
	                    flags & O_CREAT ? 0644 : 0);
	if (fd < 0)
		wf_fail_sys(err, errno, "%s", inside);
	return fd;
}

static void
on_copied(void *owner)
{
	struct engine_box *e = owner;

	e->ncopies--;
	if (e->stopping)
		tell_gone(e);
}

static void
engine_overlay(struct box *box, const char *const *layers, const char *inside,
    void (*done)(void *data, const struct wf_error *err), void *data)
{
	struct engine_box *e = engine_of(box);
	const char *work = wf_join(box->arena, box->spec.state, "work");
	const char *rel = layers_within(inside, box->layout.work)
	                      ? inside + strlen(box->layout.work)
	                      : "/..";
	const struct copying_order order = {
		.copy = {
			.layers = layers,
			.target = wf_strf(box->arena, "%s%s", work, rel).p,
			.skip = box->spec.state,
			.cancelled = &e->stopping,
		},
		.within = work,
		.done = done,
		.data = data,
		.on_over = on_copied,
		.owner = e,
	};

	e->ncopies++;
	copying_start(box->loop, &order);
}

/* ---- end ---- */

static void
on_swept(struct engine_ask *ask, const struct wf_error *err)
{
	struct engine_box *e = ask->data;

	(void)err;
	pod_stop(&e->pod);
}

static void
on_sweep_created(struct engine_ask *ask, const struct wf_error *err)
{
	static const struct engine_pair body[] = {
		{ "Detach", { .kind = EXPR_BOOL, .boolean = false } },
		{ NULL, { .kind = EXPR_NULL } },
	};
	struct engine_box *e = ask->data;
	struct wf_arena *arena = e->box.arena;
	struct wf_str id = expr_path_str(ask->arena, ask->value, "Id");

	if (err) {
		on_swept(ask, err);
		return;
	}
	e->sweep = (struct engine_ask){
		.method = "POST",
		.path = wf_strf(arena, "/exec/%.*s/start", WF_ARG(id)).p,
		.body = engine_object(arena, body),
		.on_answer = on_swept,
		.data = e,
	};
	engine_ask(e->engine->engine, &e->sweep);
}

/* What root of the container has made belongs to this machine's root, or to somebody whom only the
 * engine knows: only there can it be removed. The folders themselves are in use, and stay. */
static void
sweep(struct engine_box *e)
{
	const char *const command[] = { "rm", "-rf", e->box.layout.work, e->box.layout.home,
		e->box.layout.tool_cache, NULL };
	const struct engine_pair body[] = {
		{ "Cmd", engine_list(e->box.arena, command) },
		{ "User", expr_cstring("0") },
		{ "AttachStdout", expr_bool(true) },
		{ NULL, EXPR_NULL_VALUE },
	};

	e->sweep = (struct engine_ask){
		.method = "POST",
		.path = exec_path(e),
		.body = engine_object(e->box.arena, body),
		.on_answer = on_sweep_created,
		.data = e,
	};
	engine_ask(e->engine->engine, &e->sweep);
}

static void
engine_stop(struct box *box)
{
	struct engine_box *e = engine_of(box);

	if (e->stopping)
		return;
	atomic_store(&e->stopping, true);
	if (e->ready && geteuid() != 0)
		sweep(e);
	else
		pod_stop(&e->pod);
}

static void
engine_free(struct box *box)
{
	(void)box; /* all of it lives in the job's arena */
}

static const struct box_ops engine_ops = {
	.start = engine_start,
	.exec = engine_exec,
	.signal = engine_signal,
	.overlay = engine_overlay,
	.open = engine_open,
	.stop = engine_stop,
	.free = engine_free,
};

static const struct box_layout container_layout = {
	.home = "/github/home",
	.work = "/__w",
	.temp = "/__w/_temp",
	.actions = "/__w/_actions",
	.tool_cache = "/__t",
};

static const struct box_layout machine_layout = {
	.home = "/home/runner",
	.work = "/home/runner/work",
	.temp = "/home/runner/work/_temp",
	.actions = "/home/runner/work/_actions",
	.tool_cache = "/opt/hostedtoolcache",
};

static void
show(struct engine_box *e, const char *host, const char *inside)
{
	e->shown[e->nshown++] = (struct shown){ host, inside };
}

struct box *
box_engine_new(struct wf_arena *arena, uv_loop_t *loop, const struct box_spec *spec)
{
	struct engine_box *e = wf_new(arena, struct engine_box);
	struct box *box = &e->box;
	const char *state = spec->state;

	e->engine = spec->engine;
	box->ops = &engine_ops;
	box->loop = loop;
	box->arena = arena;
	box->spec = *spec;
	box->layout = spec->engine->container ? container_layout : machine_layout;
	box->layout.workspace = wf_strf(arena, "%s/%s/%s", box->layout.work, spec->repo, spec->repo)
	                            .p;
	show(e, wf_join(arena, state, "home"), box->layout.home);
	show(e, wf_join(arena, state, "work"), box->layout.work);
	show(e, wf_join(arena, state, "tools"), box->layout.tool_cache);
	show(e, spec->temp, box->layout.temp);
	if (spec->engine->container)
		show(e, wf_join(arena, spec->temp, "_github_workflow"), "/github/workflow");
	return box;
}
