/* SPDX-License-Identifier: MIT */
/* host.c - a box without walls: the machine as it is, with GitHub's folders below the box's state.
 *
 * Its processes too are started by an init, which here is only a subreaper: whatever a step leaves
 * behind, however it detached itself, becomes a child of that init, and ends with it, also when
 * wfrun is killed. (GitHub's runner looks for processes that carry RUNNER_TRACKING_ID; those that
 * cleared their environment, and those of a killed runner, stay.) */
#include "runner/box/box.h"

#include "base/fs.h"
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

/* A copy of layers, on a thread of the loop's pool. */
struct copying {
	uv_work_t work;
	struct host *host;
	struct wf_arena *arena; /* holds itself and copies of all it reads */
	struct layers_copy copy;
	bool failed;
	struct wf_error error;
	void (*done)(void *data, const struct wf_error *err);
	void *data;
};

static struct host *
host_of(struct box *box)
{
	return (struct host *)box;
}

static bool
is_within(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/') &&
	       !strstr(path, "/../");
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
	if (!slash || !is_within(mount->inside, box->spec.state)) {
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

/* On a thread of the pool. */
static void
copy_layers(uv_work_t *work)
{
	struct copying *c = work->data;

	c->failed = !is_within(c->copy.target, c->host->box.layout.work);
	if (c->failed) {
		wf_fail(&c->error, WF_ERR_SYS, WF_NOWHERE, "%s: not below %s", c->copy.target,
		    c->host->box.layout.work);
		return;
	}
	c->failed = !wf_remove_tree(c->copy.target, &c->error) ||
	            !wf_mkdirs(c->copy.target, 0755, &c->error) ||
	            !layers_copy(&c->copy, &c->error);
}

static void
on_copied(uv_work_t *work, int status)
{
	struct copying *c = work->data;
	struct host *host = c->host;

	if (status < 0)
		c->failed = !wf_fail_sys(&c->error, -status, "copy of the work tree");
	c->done(c->data, c->failed ? &c->error : NULL);
	wf_arena_free(c->arena);
	host->ncopies--;
	tell_gone(host);
}

static const char *const *
copy_list(struct wf_arena *arena, const char *const *list)
{
	size_t n = 0;
	const char **copy;

	while (list[n])
		n++;
	copy = wf_new_array(arena, n + 1, const char *);
	for (size_t i = 0; i < n; i++)
		copy[i] = wf_cstr(arena, wf_str(list[i]));
	return copy;
}

static void
host_overlay(struct box *box, const char *const *layers, const char *inside,
    void (*done)(void *data, const struct wf_error *err), void *data)
{
	struct wf_arena *arena = wf_arena_new();
	struct copying *c = wf_new(arena, struct copying);
	struct host *host = host_of(box);

	c->work.data = c;
	c->host = host;
	c->arena = arena;
	c->copy = (struct layers_copy){
		.layers = copy_list(arena, layers),
		.target = wf_cstr(arena, wf_str(inside)),
		.skip = box->spec.state,
		.cancelled = &host->stopping,
	};
	c->done = done;
	c->data = data;
	host->ncopies++;
	uv_queue_work(box->loop, &c->work, copy_layers, on_copied);
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
