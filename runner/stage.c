/* SPDX-License-Identifier: MIT */
/* stage.c - which stages there are, in which order, and what they hand on. */
#include "runner/stage.h"

#include "runner/job.h"
#include "runner/session_state.h"
#include "runner/uses.h"

#include <stdlib.h>

#define DEEPEST 10 /* composite actions in one another; the step fails that goes further */

struct stage *
stage_of(struct job *job, const struct stage *outer, const struct step_def *def)
{
	struct stage *stage;

	for (stage = job->stages.all; stage; stage = stage->next)
		if (stage->def == def && stage->outer == outer)
			return stage;
	stage = wf_new(job->arena, struct stage);
	stage->outer = outer;
	stage->def = def;
	stage->state = expr_object_new(job->arena);
	stage->state->exact = true;
	stage->next = job->stages.all;
	job->stages.all = stage;
	return stage;
}

/* Of a node action a file, of a container action an entrypoint. */
static struct wf_str
file_of(const struct action *action, enum stage_kind kind)
{
	bool docker = action->kind == ACTION_DOCKER;

	switch (kind) {
	case STAGE_MAIN: return docker ? action->entrypoint : action->main;
	case STAGE_PRE: return docker ? action->pre_entrypoint : action->pre;
	case STAGE_POST: return docker ? action->post_entrypoint : action->post;
	}
	abort();
}

/* ---- before the first step ---- */

/* What a job knows of an action, however often it is used. */
struct known {
	struct uses_place place;
	struct action *action; /* NULL: there is nothing to read on the host */
	bool looking; /* into it, now: it is inside itself */
	bool has_pre; /* it, or some action inside */
};

struct search {
	struct job *job;
	struct wf_map known; /* folder on the host to struct known */
	unsigned depth;
};

static struct known *know(struct search *search, const struct step_def *def,
    const struct actions_tree *from, struct wf_error *err);

static bool
look_inside(struct search *search, struct known *known, struct wf_error *err)
{
	const struct action *action = known->action;

	if (known->looking || action->kind != ACTION_COMPOSITE || search->depth >= DEEPEST)
		return true;
	known->looking = true;
	search->depth++;
	for (size_t i = 0; i < action->nsteps; i++) {
		const struct step_def *def = action->steps[i];
		const struct known *inner;

		if (def->kind != STEP_USES)
			continue;
		inner = know(search, def, known->place.from, err);
		if (!inner)
			return false;
		known->has_pre |= inner->has_pre;
	}
	search->depth--;
	known->looking = false;
	return true;
}

/* Looks an action up, and the actions inside of it; each once. */
static struct known *
know(struct search *search, const struct step_def *def, const struct actions_tree *from,
    struct wf_error *err)
{
	const struct uses_query query = { def->uses, def->uses_pos, from, false };
	struct job *job = search->job;
	struct uses_place place;
	struct known *known;

	if (!uses_find(job->call->run->session, job->arena, &query, &place, err))
		return NULL;
	known = place.host ? wf_map_get(&search->known, wf_str(place.host)) : NULL;
	if (known)
		return known;
	known = wf_new(job->arena, struct known);
	known->place = place;
	if (place.kind == USES_PLACE_IMAGE && !docker_want(job, def->uses, def->uses_pos, err))
		return NULL;
	if (!place.host || place.kind == USES_PLACE_WORKSPACE)
		return known;
	wf_map_set(&search->known, wf_str(place.host), known);
	uses_folder(job, &place);
	if (!uses_read(job->call->run->session, &place, job->call->run->files->rev, &known->action,
	        err))
		return NULL;
	if (!known->action)
		return known;
	if (known->action->kind == ACTION_DOCKER &&
	    !docker_want(job, known->action->image, def->uses_pos, err))
		return NULL;
	known->has_pre = file_of(known->action, STAGE_PRE).n > 0;
	return look_inside(search, known, err) ? known : NULL;
}

/* Makes the uses that have a pre, in the order in which they run. */
static bool
add_pres(struct search *search, const struct stage *outer, const struct step_def *def,
    const struct actions_tree *from, struct wf_error *err)
{
	struct job *job = search->job;
	struct known *known = def->kind == STEP_USES ? know(search, def, from, err) : NULL;
	struct stage *stage;

	if (def->kind != STEP_USES)
		return true;
	if (!known)
		return false;
	if (!known->has_pre || search->depth >= DEEPEST)
		return true;
	stage = stage_of(job, outer, def);
	stage->place = known->place;
	stage->action = known->action;
	stage->path = wf_str(uses_folder(job, &known->place));
	if (known->action->kind != ACTION_COMPOSITE)
		*wf_push(job->arena, job->stages.pres, job->stages.npres, job->stages.cap) = stage;
	search->depth++;
	for (size_t i = 0; i < known->action->nsteps; i++)
		if (!add_pres(search, stage, known->action->steps[i], known->place.from, err))
			return false;
	search->depth--;
	return true;
}

bool
stage_find_pres(struct job *job, struct wf_error *err)
{
	struct search search = { .job = job };

	wf_map_init(&search.known, job->arena, false);
	for (size_t i = 0; i < job->nsteps; i++)
		if (!add_pres(&search, NULL, job->steps.defs[i], job->call->from, err))
			return false;
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
	if (stage->has_post || !file_of(stage->action, STAGE_POST).n)
		return;
	stage->has_post = true;
	stage->below = job->stages.posts;
	job->stages.posts = stage;
}

struct wf_str
stage_file(const struct stage *stage, enum stage_kind kind)
{
	return file_of(stage->action, kind);
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
