/* SPDX-License-Identifier: MIT */
/* sandbox.c - a box of namespaces and overlays: the vtable over its init (init.c). */
#include "runner/box/box.h"

#include "base/fs.h"
#include "runner/box/mount.h"
#include "runner/box/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct sandbox {
	struct box box; /* first: the caller knows this one */
	struct remote remote;
	int root; /* the box's root folder; -1: it has none (any more) */
	const char *const *groups; /* limits_make(), or NULL */
};

static struct sandbox *
sandbox_of(struct box *box)
{
	return (struct sandbox *)box;
}

static void
on_ready(struct remote *remote, int root, const struct wf_error *err)
{
	struct sandbox *sandbox = remote->data;

	sandbox->root = root;
	sandbox->box.on_ready(&sandbox->box, err);
}

static void
on_gone(struct remote *remote)
{
	struct sandbox *sandbox = remote->data;

	if (sandbox->groups)
		limits_remove(sandbox->groups);
	sandbox->box.on_gone(&sandbox->box);
}

static void
sandbox_start(struct box *box)
{
	struct sandbox *sandbox = sandbox_of(box);
	struct remote *remote = &sandbox->remote;
	struct wire_setup setup = {
		.spec = box->spec,
		.layout = box->layout,
		.sandbox = true,
		.parent = getpid(),
	};
	struct wf_error err;

	remote->loop = box->loop;
	remote->valve = box->spec.valve;
	remote->arena = box->arena;
	remote->on_ready = on_ready;
	remote->on_gone = on_gone;
	remote->data = sandbox;
	if (limits_any(&box->spec.limits) &&
	    !limits_make(box->arena, &box->spec.limits, box->spec.name, &sandbox->groups, &err)) {
		remote_refuse(remote, &err);
		return;
	}
	setup.joins = sandbox->groups;
	remote_start(remote, &setup);
}

static void
sandbox_exec(struct box *box, struct box_exec *exec)
{
	remote_exec(&sandbox_of(box)->remote, exec);
}

static void
sandbox_signal(struct box *box, struct box_exec *exec, int signum, bool group)
{
	remote_signal(&sandbox_of(box)->remote, exec, signum, group);
}

static void
sandbox_overlay(struct box *box, const char *const *layers, const char *inside,
    void (*done)(void *data, const struct wf_error *err), void *data)
{
	remote_overlay(&sandbox_of(box)->remote, layers, inside, done, data);
}

static int
sandbox_open(struct box *box, const char *inside, int flags, struct wf_error *err)
{
	int fd = place_open_mode(sandbox_of(box)->root, inside, (uint64_t)box_open_flags(flags),
	    flags & O_CREAT ? 0644 : 0);

	if (fd < 0)
		wf_fail_sys(err, errno, "%s", inside);
	return fd;
}

static void
sandbox_stop(struct box *box)
{
	struct sandbox *sandbox = sandbox_of(box);

	wf_close_fd(&sandbox->root);
	remote_stop(&sandbox->remote);
}

static void
sandbox_free(struct box *box)
{
	(void)box; /* all of it lives in the job's arena */
}

static const struct box_ops sandbox_ops = {
	.start = sandbox_start,
	.exec = sandbox_exec,
	.signal = sandbox_signal,
	.overlay = sandbox_overlay,
	.open = sandbox_open,
	.stop = sandbox_stop,
	.free = sandbox_free,
};

static struct box_layout
layout_of(struct wf_arena *arena, const struct box_spec *spec)
{
	if (spec->image)
		return (struct box_layout){
			.home = "/github/home",
			.work = "/__w",
			.workspace = wf_strf(arena, "/__w/%s/%s", spec->repo, spec->repo).p,
			.temp = "/__w/_temp",
			.actions = "/__w/_actions",
			.tool_cache = "/__t",
		};
	return (struct box_layout){
		.home = "/home/runner",
		.work = "/home/runner/work",
		.workspace = wf_strf(arena, "/home/runner/work/%s/%s", spec->repo, spec->repo).p,
		.temp = "/home/runner/work/_temp",
		.actions = "/home/runner/work/_actions",
		.tool_cache = "/opt/hostedtoolcache",
	};
}

struct box *
box_sandbox_new(struct wf_arena *arena, uv_loop_t *loop, const struct box_spec *spec)
{
	struct sandbox *sandbox = wf_new(arena, struct sandbox);
	struct box *box = &sandbox->box;

	sandbox->root = -1;
	box->ops = &sandbox_ops;
	box->loop = loop;
	box->arena = arena;
	box->spec = *spec;
	box->layout = layout_of(arena, spec);
	return box;
}
