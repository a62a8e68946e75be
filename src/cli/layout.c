/* SPDX-License-Identifier: MIT */
/* layout.c - measures from the inside to the outside, then places from the outside to the inside.
 *
 * Each box is a row of columns. What stands in a column is a member, or the place at which an edge
 * passes; it is sorted by the middle of what it is tied to in the columns before. */
#include "cli/layout.h"

#include <stdlib.h>

#include "cli/visible.h"

#define CHAR_WIDTH 8 /* of a fixed font of 12 pixels, with room to spare */
#define MAX_TEXT 40 /* characters of a line */
#define COLUMN_GAP 48
#define ROW_GAP 14
#define PASS_HEIGHT 4 /* of the place at which an edge passes */

/* What stands in a column. */
struct item {
	struct layout *member; /* NULL: an edge passes */
	size_t edge; /* that passes */
	size_t column, order; /* as they come, to sort in a stable way */
	double middle; /* of what it is tied to */
	int y, height;
};

/* A box while it is laid out. */
struct frame {
	struct wf_arena *arena;
	struct layout *layout;
	size_t *columns; /* of the members */
	size_t ncolumns;
	struct item **items; /* sorted by column, then by place */
	size_t n, cap;
	struct item **of_member;
	int *x, *widths; /* of the columns, inside of the box */
};

struct wf_str
layout_text(struct wf_arena *arena, struct wf_str text)
{
	size_t keep = 0, len;

	if (visible_width(text) <= MAX_TEXT)
		return text;
	for (size_t n = 0; keep < text.n && n < MAX_TEXT - 3; keep += len, n++)
		wf_utf8_get(wf_str_skip(text, keep), &len);
	return wf_strf(arena, "%.*s...", WF_ARG(wf_str_sub(text, 0, keep)));
}

static int
text_width(struct wf_str text)
{
	size_t width = visible_width(text);

	return (int)(width < MAX_TEXT ? width : MAX_TEXT) * CHAR_WIDTH;
}

/* ---- columns ---- */

static struct item *
add_item(struct frame *frame, struct layout *member, size_t edge, size_t column, int height)
{
	struct item *item = wf_new(frame->arena, struct item);

	*item = (struct item){ .member = member,
		.edge = edge,
		.column = column,
		.order = frame->n,
		.height = height };
	*wf_push(frame->arena, frame->items, frame->n, frame->cap) = item;
	return item;
}

static void
fill_columns(struct frame *frame)
{
	const struct graph *graph = frame->layout->graph;

	frame->columns = graph_levels(frame->arena, graph);
	frame->of_member = wf_new_array(frame->arena, graph->n, struct item *);
	for (size_t i = 0; i < graph->n; i++) {
		struct layout *member = &frame->layout->members[i];

		frame->of_member[i] = add_item(frame, member, 0, frame->columns[i], member->height);
		if (frame->columns[i] >= frame->ncolumns)
			frame->ncolumns = frame->columns[i] + 1;
	}
	for (size_t i = 0; i < graph->nedges; i++)
		for (size_t c = frame->columns[graph->edges[i].from] + 1;
		     c < frame->columns[graph->edges[i].to]; c++)
			add_item(frame, NULL, i, c, PASS_HEIGHT);
}

static int
by_column(const void *a, const void *b)
{
	const struct item *x = *(const struct item *const *)a, *y = *(const struct item *const *)b;

	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	if (x->middle != y->middle)
		return x->middle < y->middle ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* An edge that passes is tied to where it comes from, a member to all that it waits for; what is
 * tied to nothing stays where it is in the file. Members are placed when this is asked. */
static double
middle_of(const struct frame *frame, const struct item *item, double fallback)
{
	const struct graph *graph = frame->layout->graph;
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < graph->nedges; i++) {
		const struct item *from = frame->of_member[graph->edges[i].from];

		if (item->member ? frame->of_member[graph->edges[i].to] != item : item->edge != i)
			continue;
		sum += from->y + from->height / 2.0;
		n++;
	}
	return n > 0 ? sum / (double)n : fallback;
}

/* Sorts one column and places what stands in it from the top. Gives its height. */
static int
stack(struct frame *frame, struct item **items, size_t n)
{
	int y = 0;

	for (size_t i = 0; i < n; i++)
		items[i]->middle = middle_of(frame, items[i], (double)items[i]->order);
	if (n > 0)
		qsort(items, n, sizeof(struct item *), by_column);
	for (size_t i = 0; i < n; i++) {
		items[i]->y = y;
		y += items[i]->height + ROW_GAP;
	}
	return n > 0 ? y - ROW_GAP : 0;
}

/* Where the items of the column that begins at `from` end. */
static size_t
column_end(const struct frame *frame, size_t from)
{
	size_t to = from;

	while (to < frame->n && frame->items[to]->column == frame->items[from]->column)
		to++;
	return to;
}

/* Stacks the columns from the left and sets their middles on one line. Gives the height of all. */
static int
stack_columns(struct frame *frame)
{
	int *heights = wf_new_array(frame->arena, frame->ncolumns, int);
	int height = 0;

	qsort(frame->items, frame->n, sizeof(struct item *), by_column);
	for (size_t from = 0, to; from < frame->n; from = to) {
		size_t column = frame->items[from]->column;

		to = column_end(frame, from);
		heights[column] = stack(frame, frame->items + from, to - from);
		if (heights[column] > height)
			height = heights[column];
	}
	for (size_t i = 0; i < frame->n; i++)
		frame->items[i]->y += (height - heights[frame->items[i]->column]) / 2;
	return height;
}

/* Gives the width of all columns. */
static int
space_columns(struct frame *frame)
{
	int x = 0;

	frame->x = wf_new_array(frame->arena, frame->ncolumns, int);
	frame->widths = wf_new_array(frame->arena, frame->ncolumns, int);
	for (size_t i = 0; i < frame->n; i++) {
		const struct item *item = frame->items[i];

		if (item->member && item->member->width > frame->widths[item->column])
			frame->widths[item->column] = item->member->width;
	}
	for (size_t i = 0; i < frame->ncolumns; i++) {
		frame->x[i] = x;
		x += frame->widths[i] + COLUMN_GAP;
	}
	return x - COLUMN_GAP;
}

/* ---- edges ---- */

static void
add_point(struct layout_path *path, int x, int y)
{
	path->points[path->n++] = (struct layout_point){ x, y };
}

/* From the right side of one member to the left side of the other, by all places between. */
static void
route(struct frame *frame, size_t index, const struct item *const *passes)
{
	const struct graph_edge *edge = &frame->layout->graph->edges[index];
	const struct item *from = frame->of_member[edge->from], *to = frame->of_member[edge->to];
	struct layout_path *path = &frame->layout->edges[index];

	path->points = wf_new_array(frame->arena, 2 + 2 * (to->column - from->column),
	    struct layout_point);
	add_point(path, frame->x[from->column] + from->member->width, from->y + from->height / 2);
	for (size_t c = from->column + 1; c < to->column; c++, passes++) {
		int y = (*passes)->y + PASS_HEIGHT / 2;

		add_point(path, frame->x[c], y);
		add_point(path, frame->x[c] + frame->widths[c], y);
	}
	add_point(path, frame->x[to->column], to->y + to->height / 2);
}

static int
by_edge(const void *a, const void *b)
{
	const struct item *x = *(const struct item *const *)a, *y = *(const struct item *const *)b;

	if (!x->member != !y->member)
		return x->member ? 1 : -1;
	if (x->edge != y->edge)
		return x->edge < y->edge ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

/* With the passes of each edge one behind the other the places need not be searched for. */
static void
route_all(struct frame *frame)
{
	const struct graph *graph = frame->layout->graph;
	size_t at = 0;

	frame->layout->edges = wf_new_array(frame->arena, graph->nedges, struct layout_path);
	if (frame->n > 0)
		qsort(frame->items, frame->n, sizeof(struct item *), by_edge);
	for (size_t i = 0; i < graph->nedges; i++) {
		route(frame, i, (const struct item *const *)frame->items + at);
		at += frame->columns[graph->edges[i].to] - frame->columns[graph->edges[i].from] - 1;
	}
}

/* ---- boxes ---- */

/* Measures a box and all in it; members and edges are placed as if its inside began at 0, 0. */
static void
measure(struct wf_arena *arena, struct layout *layout)
{
	const struct graph *graph = layout->graph;
	struct frame frame = { .arena = arena, .layout = layout };
	int width = text_width(graph->title), inside;

	for (size_t i = 0; i < graph->nlines; i++)
		if (text_width(graph->lines[i]) > width)
			width = text_width(graph->lines[i]);
	layout->height = (int)(graph->nlines + (graph->title.n > 0)) * LAYOUT_LINE + LAYOUT_PAD;
	layout->members = wf_new_array(arena, graph->n, struct layout);
	for (size_t i = 0; i < graph->n; i++) {
		layout->members[i].graph = graph->members[i];
		measure(arena, &layout->members[i]);
	}
	if (graph->n > 0) {
		fill_columns(&frame);
		layout->height += stack_columns(&frame) + LAYOUT_PAD;
		inside = space_columns(&frame);
		width = inside > width ? inside : width;
		for (size_t i = 0; i < graph->n; i++) {
			layout->members[i].x = frame.x[frame.columns[i]];
			layout->members[i].y = frame.of_member[i]->y;
		}
		route_all(&frame);
	}
	layout->width = width + 2 * LAYOUT_PAD;
}

/* Moves the insides to where the boxes stand. */
static void
place(struct layout *layout)
{
	const struct graph *graph = layout->graph;
	int lines = (int)(graph->nlines + (graph->title.n > 0));
	int x = layout->x + LAYOUT_PAD, y = layout->y + lines * LAYOUT_LINE + LAYOUT_PAD;

	for (size_t i = 0; i < graph->n; i++) {
		layout->members[i].x += x;
		layout->members[i].y += y;
		place(&layout->members[i]);
	}
	for (size_t i = 0; graph->n > 0 && i < graph->nedges; i++)
		for (size_t k = 0; k < layout->edges[i].n; k++) {
			layout->edges[i].points[k].x += x;
			layout->edges[i].points[k].y += y;
		}
}

struct layout
layout_make(struct wf_arena *arena, const struct graph *graph)
{
	struct layout layout = { .graph = graph };

	measure(arena, &layout);
	place(&layout);
	return layout;
}
