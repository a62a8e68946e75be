/* SPDX-License-Identifier: MIT */
/* bring.c - one request to the action store, on a thread of the pool. */
#include "runner/bring.h"

#include "model/action.h"
#include "runner/job.h"
#include "runner/session_state.h"
#include "runner/step.h"

#include <stdatomic.h>

struct bring {
	uv_work_t work;
	struct wf_arena *arena; /* holds itself and all that the thread sees */
	struct step *step;
	struct actions_request *request;
	atomic_bool cancelled;
	void (*done)(struct step *step, const struct wf_error *err);
};

static void
on_thread(uv_work_t *work)
{
	struct bring *bring = work->data;

	actions_request_run(bring->request);
}

static void
on_done(uv_work_t *work, int status)
{
	struct bring *bring = work->data;
	struct step *step = bring->step;
	const struct actions_tree *tree;
	struct wf_error err;
	bool ok;

	if (status < 0)
		ok = wf_fail_sys(&err, -status, "fetch of an action");
	else
		ok = actions_request_adopt(step->job->call->run->session->actions, bring->request,
		    &tree, &err);
	step->bring = NULL;
	step->running = false;
	if (!ok)
		err.pos = step->def->uses_pos;
	bring->done(step, ok ? NULL : &err);
	wf_arena_free(bring->arena);
}

bool
bring_start(struct step *step, void (*done)(struct step *step, const struct wf_error *err),
    struct wf_error *err)
{
	struct session *session = step->job->call->run->session;
	struct wf_arena *arena;
	struct uses_ref ref;
	struct bring *bring;

	if (err->kind != WF_ERR_MISSING || actions_options(session->actions)->offline ||
	    !uses_parse(step->def->uses, step->def->uses_pos, &ref, NULL) || ref.kind != USES_REPO)
		return false;
	arena = wf_arena_new();
	bring = wf_new(arena, struct bring);
	bring->work.data = bring;
	bring->arena = arena;
	bring->step = step;
	bring->done = done;
	bring->request = actions_request_new(arena, session->actions,
	    &(struct actions_name){ ref.owner, ref.repo, ref.ref }, &bring->cancelled);
	step->bring = bring;
	step->running = true;
	uv_queue_work(&session->loop, &bring->work, on_thread, on_done);
	return true;
}

void
bring_cancel(struct bring *bring)
{
	atomic_store(&bring->cancelled, true);
}
