/* SPDX-License-Identifier: MIT */
/* graph_text.c - the graph as a tree of lines: each job below the last of those it waits for.
 *
 *     CI
 *     |-- build
 *     |   `-- test  also after lint
 *     `-- lint
 *
 * What a job calls stands below it behind '=', what waits for it behind '-'. */
#include "cli/graph.h"

#include "cli/visible.h"

#define WIDTH 80

struct pen {
	struct wf_arena *arena;
	struct wf_buf *out;
};

/* A box while its members are drawn. */
struct level {
	const struct graph *graph;
	size_t *parents; /* below whom each member stands; n: nobody */
};

/* Each stands below the need that comes last: the deepest, of those the last that is named. */
static struct level
level_of(struct wf_arena *arena, const struct graph *graph)
{
	struct level level = { graph, wf_new_array(arena, graph->n, size_t) };
	size_t *depths = graph_levels(arena, graph);

	for (size_t i = 0; i < graph->n; i++)
		level.parents[i] = graph->n;
	for (size_t i = 0; i < graph->nedges; i++) {
		const struct graph_edge *edge = &graph->edges[i];
		size_t *parent = &level.parents[edge->to];

		if (*parent == graph->n || depths[edge->from] >= depths[*parent])
			*parent = edge->from;
	}
	return level;
}

/* Appends as much of the text as fits on the line that began at `start`. */
static void
fit(struct wf_buf *out, size_t start, struct wf_str text)
{
	size_t used = visible_width(wf_str_skip(wf_buf_str(out), start)), keep = 0, n = 0, len;

	if (used + visible_width(text) <= WIDTH) {
		wf_buf_add(out, text);
		return;
	}
	for (; keep < text.n && used + n + 3 < WIDTH; keep += len, n++)
		wf_utf8_get(wf_str_skip(text, keep), &len);
	wf_buf_add(out, wf_str_sub(text, 0, keep));
	wf_buf_adds(out, "...");
}

static void
add_edges(struct wf_buf *out, const struct level *level, size_t member)
{
	const struct graph *graph = level->graph;
	const char *before = "  also after ";

	for (size_t i = 0; i < graph->nedges; i++) {
		const struct graph_edge *edge = &graph->edges[i];
		struct wf_str from = graph->members[edge->from]->title;

		if (edge->to != member)
			continue;
		if (edge->label.n > 0)
			wf_buf_addf(out, "  after %.*s: %.*s", WF_ARG(from), WF_ARG(edge->label));
		else if (edge->from != level->parents[member]) {
			wf_buf_addf(out, "%s%.*s", before, WF_ARG(from));
			before = ", ";
		}
	}
}

static struct wf_str
line_of(struct wf_arena *arena, const struct level *level, size_t member)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	const struct graph *self = level->graph->members[member];

	wf_buf_add(&out, self->title);
	add_edges(&out, level, member);
	for (size_t i = 0; i < self->nlines; i++)
		wf_buf_addf(&out, "%s%.*s", i > 0 ? ", " : "  [", WF_ARG(self->lines[i]));
	wf_buf_adds(&out, self->nlines > 0 ? "]" : "");
	return wf_str_dup(arena, wf_buf_str(&out));
}

static void draw_members(const struct pen *pen, const struct graph *graph, struct wf_str prefix,
    bool more);

static void draw_below(const struct pen *pen, const struct level *level, size_t parent,
    struct wf_str prefix);

/* Whether anything stands below the member as waiting for it. */
static bool
has_below(const struct level *level, size_t member)
{
	for (size_t i = 0; i < level->graph->n; i++)
		if (level->parents[i] == member)
			return true;
	return false;
}

static void
draw_member(const struct pen *pen, const struct level *level, size_t member, struct wf_str prefix,
    bool last)
{
	const struct graph *self = level->graph->members[member];
	size_t start = pen->out->n;
	struct wf_str below = wf_strf(pen->arena, "%.*s%s", WF_ARG(prefix), last ? "    " : "|   ");

	fit(pen->out, start, wf_strf(pen->arena, "%.*s%s", WF_ARG(prefix), last ? "`-- " : "|-- "));
	fit(pen->out, start, line_of(pen->arena, level, member));
	wf_buf_addc(pen->out, '\n');
	draw_members(pen, self, below, has_below(level, member));
	draw_below(pen, level, member, below);
}

/* The members that stand below `parent`; n: those that wait for nothing. */
static void
draw_below(const struct pen *pen, const struct level *level, size_t parent, struct wf_str prefix)
{
	size_t n = 0, left;

	for (size_t i = 0; i < level->graph->n; i++)
		n += level->parents[i] == parent;
	left = n;
	for (size_t i = 0; i < level->graph->n; i++)
		if (level->parents[i] == parent)
			draw_member(pen, level, i, prefix, --left == 0);
}

/* What is in a box, set off by its own line on the left. */
static void
draw_members(const struct pen *pen, const struct graph *graph, struct wf_str prefix, bool more)
{
	struct level level = level_of(pen->arena, graph);

	if (graph->n > 0)
		draw_below(pen, &level, graph->n,
		    wf_strf(pen->arena, "%.*s%s", WF_ARG(prefix), more ? "| = " : "  = "));
}

void
graph_text(struct wf_buf *out, const struct graph *graph, struct wf_arena *arena)
{
	struct pen pen = { arena, out };
	struct level level = level_of(arena, graph);

	for (size_t i = 0; i < graph->n; i++) {
		struct level inner = level_of(arena, graph->members[i]);
		size_t start = out->n;

		fit(out, start, line_of(arena, &level, i));
		wf_buf_addc(out, '\n');
		draw_below(&pen, &inner, inner.graph->n, WF_S(""));
	}
}
