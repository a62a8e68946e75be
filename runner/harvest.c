/* SPDX-License-Identifier: MIT */
/* harvest.c - one artifact at a time: unpacked beside its place, then renamed to it, so that nobody
 * ever sees half of one. */
#include "runner/harvest.h"

#include "base/fs.h"
#include "runner/archive/pack.h"
#include "runner/archive/unpack.h"
#include "runner/session_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct harvest {
	struct wf_arena *arena;
	struct session *session;
	struct harvest_artifact artifact;
	const char *temp, *place; /* folders: while it is made, and for good */
	uint64_t files;
	bool ok;
	struct wf_error err;
	uv_work_t work;
	struct harvest *next;
};

/* ---- on a thread of the pool ---- */

/* What was not zipped is one file, called as the artifact is. */
static bool
copy_file(struct harvest *h, int source)
{
	const char *path = wf_join(h->arena, h->temp, h->artifact.name.p);
	wf_auto(wf_close_fd) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	h->files = 1;
	if (fd < 0)
		return wf_fail_sys(&h->err, errno, "%s", path);
	return pack_copy(source, fd, path, &h->err);
}

static bool
unpack_zip(struct harvest *h, int source, int root)
{
	struct unpack job = { .kind = UNPACK_ARTIFACT,
		.source = source,
		.root = root,
		.base = "/" };

	if (!unpack(&job, &h->err))
		return false;
	h->files = job.files;
	return true;
}

static bool
fill(struct harvest *h)
{
	wf_auto(wf_close_fd) int source = open(h->artifact.path.p, O_RDONLY | O_CLOEXEC);
	wf_auto(wf_close_fd) int root = -1;

	if (source < 0)
		return wf_fail_sys(&h->err, errno, "%s", h->artifact.path.p);
	if (!wf_mkdirs(h->temp, 0700, &h->err))
		return false;
	root = open(h->temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return wf_fail_sys(&h->err, errno, "%s", h->temp);
	return h->artifact.is_zip ? unpack_zip(h, source, root) : copy_file(h, source);
}

static void
make(uv_work_t *work)
{
	struct harvest *h = work->data;

	h->ok = fill(h) && wf_remove_tree(h->place, &h->err);
	if (h->ok && rename(h->temp, h->place) < 0)
		h->ok = wf_fail_sys(&h->err, errno, "%s", h->place);
	if (!h->ok)
		wf_remove_tree(h->temp, NULL);
}

/* ---- on the loop ---- */

static struct run *
run_of(const struct harvest *h)
{
	for (struct run *run = h->session->runs; run; run = run->next)
		if ((int64_t)run->facts.run_id == h->artifact.run_id)
			return run;
	return NULL;
}

static void
say(struct harvest *h)
{
	struct session *session = h->session;
	const struct run *run = run_of(h);
	const struct record_artifact facts = {
		.id = (uint64_t)h->artifact.id,
		.size = (uint64_t)h->artifact.size,
		.files = h->files,
	};
	const struct record_event event = {
		.kind = RECORD_ARTIFACT,
		.run = run ? run->rec : NULL,
		.mask = run ? run->mask : session->mask,
		.text = h->artifact.name,
		.place.file = wf_str(h->ok ? h->place : h->artifact.path.p),
		.artifact = &facts,
	};

	if (!h->ok)
		session_note(session, RECORD_NOTE, event.run, WF_NOWHERE,
		    wf_strf(session->arena, "the artifact '%.*s' stays as it was uploaded: %s",
		        WF_ARG(h->artifact.name), h->err.msg));
	record_put(session->record, &event);
}

static void start(struct session *session);

/* An artifact that was deleted in the meantime, or overwritten, is nothing to speak of. */
static void
on_made(uv_work_t *work, int status)
{
	struct harvest *h = work->data;
	struct session *session = h->session;

	(void)status;
	if (wf_exists(h->artifact.path.p))
		say(h);
	else
		wf_remove_tree(h->place, NULL);
	session->harvest = h->next;
	wf_arena_free(h->arena);
	start(session);
}

static void
start(struct session *session)
{
	struct harvest *h = session->harvest;

	if (h)
		uv_queue_work(&session->loop, &h->work, make, on_made);
}

/* The folder RUNS/RUN_ID/artifacts. */
static struct wf_str
folder_of(struct wf_str path)
{
	path = wf_str_sub(path, 0, (size_t)wf_str_rfind_char(path, '/'));
	return wf_str_sub(path, 0, (size_t)wf_str_rfind_char(path, '/'));
}

void
harvest_add(struct session *session, const struct harvest_artifact *artifact)
{
	struct wf_arena *arena = wf_arena_new();
	struct harvest *h = wf_new(arena, struct harvest), **tail = &session->harvest;
	bool idle = !session->harvest;

	h->arena = arena;
	h->session = session;
	h->artifact = *artifact;
	h->artifact.name = wf_str_dup(arena, artifact->name);
	h->artifact.path = wf_str_dup(arena, artifact->path);
	h->temp = wf_strf(arena, "%.*s.files", WF_ARG(artifact->path)).p;
	h->place = wf_strf(arena, "%.*s/%.*s", WF_ARG(folder_of(artifact->path)),
	    WF_ARG(artifact->name))
	               .p;
	h->work.data = h;
	while (*tail)
		tail = &(*tail)->next;
	*tail = h;
	if (idle)
		start(session);
}
