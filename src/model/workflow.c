/* SPDX-License-Identifier: MIT */
/* workflow.c - a whole file: text to tree to tokens to structs, and the graph of its jobs.
 *
 * As on GitHub the structs are made only when the tokens are free of errors, and the graph is
 * looked at only when the jobs are. */
#include "model/workflow.h"

#include "base/map.h"
#include "model/job.h"
#include "model/keys.h"
#include "model/tree.h"
#include "model/when_read.h"

/* ---- the graph of jobs ---- */

static void
resolve_needs(struct workflow *wf, const struct wf_map *ids)
{
	const struct job_def *needed;
	struct need_def *need;

	for (size_t i = 0; i < wf->njobs; i++)
		for (size_t j = 0; j < wf->jobs[i]->nneeds; j++) {
			need = &wf->jobs[i]->needs[j];
			needed = wf_map_get(ids, need->id);
			need->index = needed ? needed->index : wf->njobs;
		}
}

/* A job can start once all its needs can; an unknown need (index njobs) never does. */
static bool
can_start(const struct job_def *job, const bool *startable)
{
	for (size_t j = 0; j < job->nneeds; j++)
		if (!startable[job->needs[j].index])
			return false;
	return true;
}

static void
mark_startable(const struct workflow *wf, bool *startable)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < wf->njobs; i++)
			if (!startable[i] && can_start(wf->jobs[i], startable))
				changed = startable[i] = true;
	}
}

static void
unknown_need(const struct workflow *wf, const struct job_def *job, const struct need_def *need,
    struct wf_diags *diags)
{
	struct wf_str *ids = wf_new_array(diags->arena, wf->njobs, struct wf_str), nearest;

	for (size_t i = 0; i < wf->njobs; i++)
		ids[i] = wf->jobs[i]->id;
	wf_diags_fail(diags, need->pos, "Job '%.*s' depends on unknown job '%.*s'.",
	    WF_ARG(job->id), WF_ARG(need->id));
	nearest = wf_nearest(need->id, ids, wf->njobs);
	if (nearest.n)
		wf_hint(&diags->items[diags->n - 1]->error, "did you mean '%.*s'?",
		    WF_ARG(nearest));
}

static void
report_stuck(const struct workflow *wf, const struct job_def *job, const bool *startable,
    struct wf_diags *diags)
{
	const struct need_def *need;

	for (size_t j = 0; j < job->nneeds && !schema_enough(diags); j++) {
		need = &job->needs[j];
		if (need->index == wf->njobs)
			unknown_need(wf, job, need, diags);
		else if (!startable[need->index])
			wf_diags_fail(diags, need->pos,
			    "Job '%.*s' depends on job '%.*s' which creates a cycle in the "
			    "dependency "
			    "graph.",
			    WF_ARG(job->id), WF_ARG(need->id));
	}
}

static void
check_graph(struct wf_arena *arena, struct workflow *wf, struct wf_pos pos, struct wf_diags *diags)
{
	bool *startable = wf_new_array(arena, wf->njobs + 1, bool), root = false;
	struct wf_map ids;

	wf_map_init(&ids, arena, true);
	for (size_t i = 0; i < wf->njobs; i++) {
		wf_map_set(&ids, wf->jobs[i]->id, wf->jobs[i]);
		root |= !wf->jobs[i]->nneeds;
	}
	resolve_needs(wf, &ids);
	if (!root) {
		wf_diags_fail(diags, pos,
		    "The workflow must contain at least one job with no dependencies.");
		return;
	}
	mark_startable(wf, startable);
	for (size_t i = 0; i < wf->njobs && !schema_enough(diags); i++)
		if (!startable[i])
			report_stuck(wf, wf->jobs[i], startable, diags);
}

/* ---- keys ---- */

struct reading {
	struct wf_arena *arena;
	struct wf_diags *diags;
	struct workflow *wf;
};

static void
read_on(struct reading *r, const struct expr_token *value)
{
	r->wf->on = when_read(r->arena, value, r->diags);
}

static void
read_name(struct reading *r, const struct expr_token *value)
{
	r->wf->name_pos = value->pos;
	if (schema_text_of(value).n)
		r->wf->name = schema_text_of(value);
}

static void
read_run_name(struct reading *r, const struct expr_token *value)
{
	r->wf->run_name = value;
}

static void
read_env(struct reading *r, const struct expr_token *value)
{
	r->wf->env = value;
}

static void
read_defaults(struct reading *r, const struct expr_token *value)
{
	job_read_defaults(value, &r->wf->defaults);
}

static void
read_permissions(struct reading *r, const struct expr_token *value)
{
	job_read_permissions(r->arena, value, &r->wf->permissions);
}

static void
read_concurrency(struct reading *r, const struct expr_token *value)
{
	r->wf->concurrency = value;
	job_check_concurrency(value, r->diags);
}

static void
read_jobs(struct reading *r, const struct expr_token *value)
{
	struct workflow *wf = r->wf;
	size_t before = r->diags->nerrors;

	wf->jobs = wf_new_array(r->arena, value->map.n, struct job_def *);
	for (size_t i = 0; i < value->map.n && !schema_enough(r->diags); i++) {
		wf->jobs[i] = job_read(r->arena, value->map.pairs[i].key, value->map.pairs[i].value,
		    r->diags);
		wf->jobs[i]->index = i;
		wf->njobs++;
	}
	if (r->diags->nerrors == before)
		check_graph(r->arena, wf, value->pos, r->diags);
}

static const struct {
	const char *name;
	void (*read)(struct reading *r, const struct expr_token *value);
} root_keys[] = {
	{ "on", read_on },
	{ "name", read_name },
	{ "run-name", read_run_name },
	{ "env", read_env },
	{ "defaults", read_defaults },
	{ "permissions", read_permissions },
	{ "concurrency", read_concurrency },
	{ "jobs", read_jobs },
};

static void
read_key(struct reading *r, const struct expr_token_pair *pair)
{
	for (size_t i = 0; i < WF_COUNT(root_keys); i++)
		if (wf_str_is(schema_text_of(pair->key), root_keys[i].name))
			root_keys[i].read(r, pair->value);
}

/* ---- the file ---- */

static const struct expr_token *
read_tokens(struct reading *r, const struct workflow_options *options)
{
	struct schema_budget own = SCHEMA_BUDGET;
	struct schema_options schema = {
		.file = r->wf->file,
		.strict = options->strict,
		.alt = !options->strict,
	};
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	struct tree_limits limits = TREE_LIMITS;
	struct tree tree;

	limits.no_anchors = options->no_anchors;
	if (options->max_file_size)
		limits.size = options->max_file_size;
	tree_read(r->arena, scratch, r->wf->file, r->wf->source, &limits, &tree);
	return schema_read(r->arena, &tree, &keys_workflow, &schema,
	    options->budget ? options->budget : &own, r->diags);
}

struct workflow *
workflow_read_with(struct wf_arena *arena, const struct workflow_options *options, const char *file,
    struct wf_str path, struct wf_str text, struct wf_diags *diags)
{
	struct reading r = { .arena = arena, .diags = diags };
	size_t before = diags->nerrors;

	r.wf = wf_new(arena, struct workflow);
	r.wf->file = file;
	r.wf->path = path;
	r.wf->name = path;
	r.wf->source = text;
	r.wf->root = read_tokens(&r, options);
	if (!r.wf->root || diags->nerrors > before)
		return NULL;
	for (size_t i = 0; i < r.wf->root->map.n; i++)
		read_key(&r, &r.wf->root->map.pairs[i]);
	return diags->nerrors > before ? NULL : r.wf;
}

struct workflow *
workflow_read(struct wf_arena *arena, const char *file, struct wf_str path, struct wf_str text,
    struct wf_diags *diags)
{
	struct workflow_options options = WORKFLOW_OPTIONS;
	struct workflow *wf = workflow_read_with(arena, &options, file, path, text, diags);
	size_t before = diags->nerrors;

	if (wf)
		when_check(wf->on, diags);
	return diags->nerrors > before ? NULL : wf;
}

const struct job_def *
workflow_job(const struct workflow *wf, struct wf_str id)
{
	for (size_t i = 0; i < wf->njobs; i++)
		if (wf_str_ieq(wf->jobs[i]->id, id))
			return wf->jobs[i];
	return NULL;
}
