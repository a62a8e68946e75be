/* SPDX-License-Identifier: MIT */
/* stage.c - which stages there are, in which order, and what they hand on. */
#include "runner/stage.h"

#include "runner/job.h"
#include "runner/session_state.h"
#include "runner/uses.h"

#include <stdlib.h>

struct stage *
stage_of(struct job *job, const struct step_def *def)
{
	struct stage *stage;

	for (stage = job->stages.all; stage; stage = stage->next)
		if (stage->def == def)
			return stage;
	stage = wf_new(job->arena, struct stage);
	stage->def = def;
	stage->state = expr_object_new(job->arena);
	stage->state->exact = true;
	stage->next = job->stages.all;
	job->stages.all = stage;
	return stage;
}

static bool
find_pre(struct job *job, const struct step_def *def, struct wf_error *err)
{
	struct session *session = job->call->run->session;
	struct action *action = NULL;
	struct uses_place place;
	struct stage *stage;

	if (!uses_find(session, job->arena, def->uses, def->uses_pos, &place, err))
		return false;
	if (place.kind != USES_PLACE_STUB && place.kind != USES_PLACE_SELF)
		return true;
	if (!uses_read(session, job->arena, &place, job->call->run->files->rev, &action, err))
		return false;
	if (!action || action->kind != ACTION_NODE || !action->pre.n)
		return true;
	stage = stage_of(job, def);
	stage->action = action;
	stage->path = wf_str(uses_folder(job, &place));
	*wf_push(job->arena, job->stages.pres, job->stages.npres, job->stages.cap) = stage;
	return true;
}

bool
stage_find_pres(struct job *job, struct wf_error *err)
{
	for (size_t i = 0; i < job->nsteps; i++) {
		const struct step_def *def = job->steps.defs[i];

		if (def->kind == STEP_USES && !find_pre(job, def, err))
			return false;
	}
	return true;
}

struct stage *
stage_next_pre(struct job *job)
{
	struct stages *stages = &job->stages;

	return stages->next_pre < stages->npres ? stages->pres[stages->next_pre++] : NULL;
}

struct stage *
stage_next_post(struct job *job)
{
	struct stage *stage = job->stages.posts;

	if (stage)
		job->stages.posts = stage->below;
	return stage;
}

void
stage_register_post(struct job *job, struct stage *stage)
{
	if (stage->has_post || !stage->action->post.n)
		return;
	stage->has_post = true;
	stage->below = job->stages.posts;
	job->stages.posts = stage;
}

struct wf_str
stage_file(const struct stage *stage, enum stage_kind kind)
{
	switch (kind) {
	case STAGE_MAIN: return stage->action->main;
	case STAGE_PRE: return stage->action->pre;
	case STAGE_POST: return stage->action->post;
	}
	abort();
}

const struct expr *
stage_condition(const struct stage *stage, enum stage_kind kind)
{
	switch (kind) {
	case STAGE_MAIN: return stage->def->cond;
	case STAGE_PRE: return stage->action->pre_if;
	case STAGE_POST: return stage->action->post_if;
	}
	abort();
}

void
stage_save(struct job *job, struct stage *stage, struct wf_str name, struct wf_str value)
{
	expr_object_set(stage->state, wf_str_dup(job->arena, name),
	    expr_string(wf_str_dup(job->arena, value)));
}
