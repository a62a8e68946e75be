/* SPDX-License-Identifier: MIT */
/* graph_svg.c - the laid out graph as a picture that stands alone: no script, no font, no link. */
#include "cli/graph.h"
#include "cli/layout.h"

/* Text of XML: what means something there is escaped, what may not stand there is replaced. */
static void
add_text(struct wf_buf *out, struct wf_str text)
{
	static const char *const codes[128] = {
		['&'] = "&amp;",
		['<'] = "&lt;",
		['>'] = "&gt;",
		['"'] = "&quot;",
	};
	size_t len;

	for (; text.n > 0; text = wf_str_skip(text, len)) {
		uint32_t cp = wf_utf8_get(text, &len);
		char bytes[4];

		if (cp < 0x20 || cp == 0x7f || cp == 0xfffe || cp == 0xffff)
			cp = 0xfffd;
		if (cp < 128 && codes[cp])
			wf_buf_adds(out, codes[cp]);
		else
			wf_buf_add(out, (struct wf_str){ bytes, wf_utf8_put(cp, bytes) });
	}
}

static void
add_line(struct wf_buf *out, struct wf_arena *arena, const struct layout *layout, size_t line,
    struct wf_str text)
{
	wf_buf_addf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", line == 0 ? "title" : "line",
	    layout->x + LAYOUT_PAD, layout->y + (int)(line + 1) * LAYOUT_LINE);
	add_text(out, layout_text(arena, text));
	wf_buf_adds(out, "</text>\n");
}

/* The box, and as its tooltip all of its text, of which it may show only a part. */
static void
add_box(struct wf_buf *out, struct wf_arena *arena, const struct layout *layout)
{
	const struct graph *graph = layout->graph;

	wf_buf_addf(out,
	    "<rect class=\"%s%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"><title>",
	    graph->n > 0 ? "group " : "", forecast_kind_name(graph->state), layout->x, layout->y,
	    layout->width, layout->height);
	add_text(out, graph->title);
	for (size_t i = 0; i < graph->nlines; i++) {
		wf_buf_addc(out, '\n');
		add_text(out, graph->lines[i]);
	}
	wf_buf_adds(out, "</title></rect>\n");
	add_line(out, arena, layout, 0, graph->title);
	for (size_t i = 0; i < graph->nlines; i++)
		add_line(out, arena, layout, i + 1, graph->lines[i]);
}

/* Curves between the columns, straight lines through them. */
static void
add_edge(struct wf_buf *out, const struct layout_path *path, struct wf_str label)
{
	const struct layout_point *points = path->points;

	wf_buf_addf(out, "<path d=\"M%d %d", points[0].x, points[0].y);
	for (size_t i = 1; i < path->n; i++) {
		int half = (points[i - 1].x + points[i].x) / 2;

		if (i % 2 == 0)
			wf_buf_addf(out, " H%d", points[i].x);
		else
			wf_buf_addf(out, " C%d %d %d %d %d %d", half, points[i - 1].y, half,
			    points[i].y, points[i].x, points[i].y);
	}
	wf_buf_adds(out, "\" marker-end=\"url(#arrow)\">");
	if (label.n > 0) {
		wf_buf_adds(out, "<title>");
		add_text(out, label);
		wf_buf_adds(out, "</title>");
	}
	wf_buf_adds(out, "</path>\n");
}

static void
add_members(struct wf_buf *out, struct wf_arena *arena, const struct layout *layout)
{
	const struct graph *graph = layout->graph;

	for (size_t i = 0; i < graph->n; i++) {
		add_box(out, arena, &layout->members[i]);
		add_members(out, arena, &layout->members[i]);
	}
	for (size_t i = 0; i < graph->nedges; i++)
		add_edge(out, &layout->edges[i], graph->edges[i].label);
}

void
graph_svg(struct wf_buf *out, const struct graph *graph, struct wf_arena *arena)
{
	struct layout layout = layout_make(arena, graph);

	wf_buf_addf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	    "viewBox=\"0 0 %d %d\">\n",
	    layout.width, layout.height, layout.width, layout.height);
	wf_buf_adds(out, "<style>\n"
	                 "text { font: 12px monospace; fill: #1f2328; }\n"
	                 ".title { font-weight: bold; }\n"
	                 ".line { fill: #59636e; }\n"
	                 "rect { fill: #ffffff; stroke: #1a7f37; }\n"
	                 "rect.group { fill: #f6f8fa; }\n"
	                 "rect.skipped { stroke: #8c959f; stroke-dasharray: 2 3; }\n"
	                 "rect.unknown { stroke: #9a6700; stroke-dasharray: 6 3; }\n"
	                 "rect.fails { stroke: #cf222e; stroke-width: 2; }\n"
	                 "path { fill: none; stroke: #59636e; }\n"
	                 "marker path { fill: #59636e; stroke: none; }\n"
	                 "</style>\n"
	                 "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
	                 "markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
	                 "<path d=\"M0 0 L8 4 L0 8 z\"/></marker></defs>\n");
	add_members(out, arena, &layout);
	wf_buf_adds(out, "</svg>\n");
}
