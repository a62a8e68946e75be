/* SPDX-License-Identifier: MIT */
/* box.c - the calls that all boxes share, handed to the kind of box. */
#include "runner/box/box.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct box *
box_new(enum box_kind kind, struct wf_arena *arena, struct nest *nest, const struct box_spec *spec)
{
	switch (kind) {
	case BOX_SANDBOX: return box_sandbox_new(arena, nest, spec);
	case BOX_HOST: return box_host_new(arena, nest, spec);
	case BOX_DOCKER:
	case BOX_PODMAN: return box_engine_new(arena, nest->loop, spec);
	}
	abort();
}

void
box_start(struct box *box)
{
	box->ops->start(box);
}

void
box_exec(struct box *box, struct box_exec *exec)
{
	box->ops->exec(box, exec);
}

void
box_signal(struct box *box, struct box_exec *exec, int signum, bool group)
{
	box->ops->signal(box, exec, signum, group);
}

void
box_overlay(struct box *box, const char *const *layers, const char *inside,
    void (*done)(void *data, const struct wf_error *err), void *data)
{
	box->ops->overlay(box, layers, inside, done, data);
}

int
box_open(struct box *box, const char *inside, int flags, struct wf_error *err)
{
	return box->ops->open(box, inside, flags, err);
}

void
box_stop(struct box *box)
{
	box->ops->stop(box);
}

void
box_free(struct box *box)
{
	box->ops->free(box);
}

int
box_open_flags(int flags)
{
	flags |= O_CLOEXEC;
	return flags & O_PATH ? flags : flags | O_NONBLOCK | O_NOCTTY;
}

void
box_exec_error(struct wf_error *err, const struct box_exec *exec, int errnum)
{
	wf_fail(err, WF_ERR_SYS, WF_NOWHERE,
	    "An error occurred trying to start process '%s' with working directory '%s'. %s",
	    exec->argv[0], exec->cwd, strerror(errnum));
}
