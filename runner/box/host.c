/* SPDX-License-Identifier: MIT */
/* host.c - a box without walls: the machine as it is, with GitHub's folders below the box's state.
 *
 * Its processes too are started by an init, which here is only a subreaper: whatever a step leaves
 * behind, however it detached itself, becomes a child of that init, and ends with it, also when
 * wfrun is killed. (GitHub's runner looks for processes that carry RUNNER_TRACKING_ID; those that
 * cleared their environment, and those of a killed runner, stay.) */
#include "runner/box/box.h"

#include "base/fs.h"
#include "runner/box/copying.h"
#include "runner/box/layers.h"
#include "runner/box/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct host {
	struct box box; /* first: the caller knows this one */
	struct remote remote;
	size_t ncopies; /* under way */
	atomic_bool stopping; /* read by the copies */
	bool remote_gone;
};

static struct host *
host_of(struct box *box)
{
	return (struct host *)box;
}

/* ---- start ---- */

/* There are no mounts here; a link at the place leads to the folder. */
static bool
link_mount(const struct box *box, const struct box_mount *mount, struct wf_error *err)
{
	const char *slash;
	struct wf_str parent;

	if (!mount->inside)
		return true; /* every folder can be a layer here */
	slash = strrchr(mount->inside, '/');
	if (!slash || !layers_within(mount->inside, box->spec.state)) {
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "the host box cannot show %s at %s",
		    mount->host, mount->inside);
		return wf_hint(err, "a sandbox can: leave --box host away");
	}
	parent = wf_str_sub(wf_str(mount->inside), 0, (size_t)(slash - mount->inside));
	if (!wf_mkdirs(wf_cstr(box->arena, parent), 0755, err))
		return false;
	if (symlink(mount->host, mount->inside) < 0)
		return wf_fail_sys(err, errno, "%s", mount->inside);
	return true;
}

static bool
make_folders(const struct box *box, struct wf_error *err)
{
	const struct box_layout *layout = &box->layout;
	const char *const folders[] = { layout->home, layout->workspace, layout->temp,
		layout->actions, layout->tool_cache };

	for (size_t i = 0; i < WF_COUNT(folders); i++)
		if (!wf_mkdirs(folders[i], 0755, err))
			return false;
	for (size_t i = 0; i < box->spec.nmounts; i++)
		if (!link_mount(box, &box->spec.mounts[i], err))
			return false;
	return true;
}

static void
on_ready(struct remote *remote, int root, const struct wf_error *err)
{
	struct host *host = remote->data;

	wf_close_fd(&root); /* the machine's own */
	host->box.on_ready(&host->box, err);
}

static void
tell_gone(struct host *host)
{
	if (host->remote_gone && host->ncopies == 0)
		host->box.on_gone(&host->box);
}

static void
on_gone(struct remote *remote)
{
	struct host *host = remote->data;

	host->remote_gone = true;
	tell_gone(host);
}

static void
host_start(struct box *box)
{
	struct host *host = host_of(box);
	struct remote *remote = &host->remote;
	struct wire_setup setup = {
		.spec = box->spec,
		.layout = box->layout,
		.sandbox = false,
	};
	struct wf_error err;

	remote->nest = box->nest;
	remote->valve = box->spec.valve;
	remote->arena = box->arena;
	remote->on_ready = on_ready;
	remote->on_gone = on_gone;
	remote->data = host;
	if (make_folders(box, &err))
		remote_start(remote, &setup);
	else
		remote_refuse(remote, &err);
}

/* ---- processes and files ---- */

static void
host_exec(struct box *box, struct box_exec *exec)
{
	remote_exec(&host_of(box)->remote, exec);
}

static void
host_signal(struct box *box, struct box_exec *exec, int signum, bool group)
{
	remote_signal(&host_of(box)->remote, exec, signum, group);
}

static int
host_open(struct box *box, const char *inside, int flags, struct wf_error *err)
{
	int fd = open(inside, box_open_flags(flags), 0644);

	(void)box;
	if (fd < 0)
		wf_fail_sys(err, errno, "%s", inside);
	return fd;
}

/* ---- layers ---- */

static void
on_copied(void *data)
{
	struct host *host = data;

	host->ncopies--;
	tell_gone(host);
}

static void
host_overlay(struct box *box, const char *const *layers, const char *inside,
    void (*done)(void *data, const struct wf_error *err), void *data)
{
	struct host *host = host_of(box);
	const struct copying_order order = {
		.copy = {
			.layers = layers,
			.target = inside,
			.skip = box->spec.state,
			.cancelled = &host->stopping,
		},
		.within = box->layout.work,
		.done = done,
		.data = data,
		.on_over = on_copied,
		.owner = host,
	};

	host->ncopies++;
	copying_start(box->loop, &order);
}

/* ---- end ---- */

static void
host_stop(struct box *box)
{
	struct host *host = host_of(box);

	atomic_store(&host->stopping, true);
	remote_stop(&host->remote);
}

static void
host_free(struct box *box)
{
	(void)box; /* all of it lives in the job's arena */
}

static const struct box_ops host_ops = {
	.start = host_start,
	.exec = host_exec,
	.signal = host_signal,
	.overlay = host_overlay,
	.open = host_open,
	.stop = host_stop,
	.free = host_free,
};

struct box *
box_host_new(struct wf_arena *arena, struct nest *nest, const struct box_spec *spec)
{
	struct host *host = wf_new(arena, struct host);
	struct box *box = &host->box;
	const char *state = spec->state;

	box->ops = &host_ops;
	box->nest = nest;
	box->loop = nest->loop;
	box->arena = arena;
	box->spec = *spec;
	box->layout = (struct box_layout){
		.home = wf_join(arena, state, "home"),
		.work = wf_join(arena, state, "work"),
		.workspace = wf_strf(arena, "%s/work/%s/%s", state, spec->repo, spec->repo).p,
		.temp = spec->temp,
		.actions = wf_join(arena, state, "work/_actions"),
		.tool_cache = wf_join(arena, state, "work/_tool"),
	};
	return box;
}
