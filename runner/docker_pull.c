/* SPDX-License-Identifier: MIT */
/* docker_pull.c - a list of images, and a count of those that have not come. */
#include "runner/docker_pull.h"

#include "runner/container.h"
#include "runner/docker_action.h"
#include "runner/job.h"
#include "runner/session_state.h"

static void
settle(struct job *job)
{
	struct docker_wants *wants = &job->images;

	if (--wants->pending == 0)
		wants->done(job, wants->failed ? &wants->error : NULL);
}

static void
on_ready(struct stock_wait *wait, const struct wf_error *err)
{
	struct docker_want *want = wait->data;
	struct docker_wants *wants = &want->job->images;

	if (err && !wants->failed) {
		wants->failed = true;
		wants->error = *err;
		wants->error.pos = want->pos;
	}
	settle(want->job);
}

bool
docker_want(struct job *job, struct wf_str image, struct wf_pos pos, struct wf_error *err)
{
	struct docker_want *want = wf_new(job->arena, struct docker_want);
	struct wf_str name = docker_image(image);

	if (!name.n || job->call->run->session->options->box != BOX_SANDBOX)
		return true;
	if (!image_ref_read(job->arena, name, &want->wait.ref, err)) {
		err->pos = pos;
		return false;
	}
	want->job = job;
	want->pos = pos;
	want->wait.arena = job->arena;
	want->wait.on_ready = on_ready;
	want->wait.data = want;
	want->next = job->images.first;
	job->images.first = want;
	return true;
}

void
docker_pull(struct job *job, void (*done)(struct job *job, const struct wf_error *err))
{
	struct docker_wants *wants = &job->images;
	struct wf_error err;
	struct stock *stock = NULL;

	if (wants->first && !(stock = container_stock(job->call->run->session, &err))) {
		done(job, &err);
		return;
	}
	wants->done = done;
	wants->pending = 1;
	for (struct docker_want *want = wants->first; want; want = want->next) {
		if (stock_find(stock, &want->wait))
			continue;
		wants->pending++;
		stock_get(stock, &want->wait);
	}
	settle(job);
}
