/* SPDX-License-Identifier: MIT */
/* graph.c - from what is foreseen to boxes and edges. */
#include "cli/graph.h"

#include "cli/foresee.h"
#include "cli/tell.h"

#define MAX_LEGS 8 /* names of legs in a box */

struct builder {
	struct wf_arena *arena;
	size_t number;
};

static struct graph *
new_box(struct builder *b, struct wf_str title)
{
	struct graph *graph = wf_new(b->arena, struct graph);

	graph->number = b->number++;
	graph->title = tell_line(b->arena, title);
	return graph;
}

static struct graph *
add_member(struct builder *b, struct graph *graph, struct wf_str title)
{
	struct graph *member = new_box(b, title);

	*wf_push(b->arena, graph->members, graph->n, graph->cap) = member;
	return member;
}

static void
add_edge(struct builder *b, struct graph *graph, size_t from, size_t to, struct wf_str label)
{
	*wf_push(b->arena, graph->edges, graph->nedges,
	    graph->edges_cap) = (struct graph_edge){ from, to, label };
}

static void
add_line(struct builder *b, struct graph *graph, struct wf_str line)
{
	*wf_push(b->arena, graph->lines, graph->nlines, graph->lines_cap) = tell_line(b->arena,
	    line);
}

static struct wf_str
list(struct wf_arena *arena, const struct forecast_names *names)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < names->n; i++)
		wf_buf_addf(&out, "%s%.*s", i > 0 ? ", " : "", WF_ARG(names->items[i]));
	return wf_str_dup(arena, wf_buf_str(&out));
}

/* ---- jobs ---- */

static void
add_state(struct builder *b, struct graph *box, const struct forecast *f)
{
	struct wf_arena *arena = b->arena;

	box->state = f->kind;
	if (f->kind == FORECAST_SKIPPED || f->kind == FORECAST_FAILS)
		add_line(b, box, wf_str(forecast_kind_name(f->kind)));
	if (f->kind == FORECAST_UNKNOWN)
		add_line(b, box,
		    wf_strf(arena, "if: waits for %.*s", WF_ARG(list(arena, &f->waits))));
	if (f->matrix_waits.n > 0)
		add_line(b, box,
		    wf_strf(arena, "matrix: waits for %.*s",
		        WF_ARG(list(arena, &f->matrix_waits))));
}

static void
add_legs(struct builder *b, struct graph *box, const struct forecast *f)
{
	for (size_t i = 0; i < f->njobs && i < MAX_LEGS; i++)
		add_line(b, box, tell_name(f, i));
	if (f->njobs > MAX_LEGS)
		add_line(b, box, wf_strf(b->arena, "and %zu more", f->njobs - MAX_LEGS));
}

static void add_jobs(struct builder *b, struct graph *box, const struct outlook *outlook);

/* The jobs of one call stand in the job's own box, those of several in a box for each. */
static void
add_calls(struct builder *b, struct graph *box, const struct forecast *f,
    const struct outlook_calls *calls)
{
	for (size_t i = 0; i < calls->n; i++) {
		const struct outlook_call *call = &calls->items[i];
		struct graph *inner = box;

		if (calls->n > 1)
			inner = add_member(b, box, tell_name(f, i));
		if (call->missing.n > 0)
			add_line(b, inner,
			    wf_strf(b->arena, "not shown: %.*s", WF_ARG(call->missing)));
		if (call->callee)
			add_jobs(b, inner, call->callee);
	}
}

static void
add_jobs(struct builder *b, struct graph *box, const struct outlook *outlook)
{
	for (size_t i = 0; i < outlook->plan->n; i++) {
		const struct forecast *f = &outlook->jobs[i];
		struct graph *job = add_member(b, box,
		    f->njobs == 1 ? tell_name(f, 0) : f->node->def->id);

		add_state(b, job, f);
		if (f->njobs > 1 && outlook->calls[i].n == 0)
			add_legs(b, job, f);
		add_calls(b, job, f, &outlook->calls[i]);
		for (size_t k = 0; k < f->node->nneeds; k++)
			add_edge(b, box, f->node->needs[k], i, WF_S(""));
	}
}

/* ---- runs ---- */

static void
add_run(struct builder *b, struct graph *all, const struct foreseen *run)
{
	size_t self = all->n;

	add_jobs(b, add_member(b, all, run->wf->name), run->outlook);
	for (size_t i = 0; i < run->nfollowers; i++) {
		add_edge(b, all, self, all->n, wf_str(run->followers[i].action));
		add_run(b, all, run->followers[i].run);
	}
}

struct graph *
graph_make(struct wf_arena *arena, const struct foreseen *runs, size_t n)
{
	struct builder b = { .arena = arena };
	struct graph *all = new_box(&b, WF_S(""));

	for (size_t i = 0; i < n; i++)
		if (runs[i].outlook)
			add_run(&b, all, &runs[i]);
	return all;
}

size_t *
graph_levels(struct wf_arena *arena, const struct graph *graph)
{
	size_t *levels = wf_new_array(arena, graph->n, size_t);
	bool changed = graph->nedges > 0;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < graph->nedges; i++) {
			const struct graph_edge *edge = &graph->edges[i];

			if (levels[edge->to] > levels[edge->from])
				continue;
			levels[edge->to] = levels[edge->from] + 1;
			changed = true;
		}
	}
	return levels;
}
