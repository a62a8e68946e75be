/* SPDX-License-Identifier: MIT */
/* graph_dot.c - the graph for Graphviz (dot) and for Mermaid: both have boxes in boxes. */
#include <stdlib.h>

#include "cli/graph.h"

/* ---- dot ---- */

/* Text inside of double quotes; the two that mean something there are escaped. */
static void
dot_text(struct wf_buf *out, struct wf_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			wf_buf_addc(out, '\\');
		wf_buf_addc(out, text.p[i]);
	}
}

static void
dot_label(struct wf_buf *out, const struct graph *graph)
{
	wf_buf_adds(out, "label=\"");
	dot_text(out, graph->title);
	for (size_t i = 0; i < graph->nlines; i++) {
		wf_buf_adds(out, "\\n");
		dot_text(out, graph->lines[i]);
	}
	wf_buf_addc(out, '"');
}

static const char *
dot_style(enum forecast_kind state)
{
	switch (state) {
	case FORECAST_RUNS: return "solid";
	case FORECAST_SKIPPED: return "dotted";
	case FORECAST_UNKNOWN: return "dashed";
	case FORECAST_FAILS: return "bold";
	}
	abort();
}

/* Edges of dot end at nodes: at one inside of a box, cut off where the box begins. */
static const struct graph *
any_leaf(const struct graph *graph)
{
	while (graph->n > 0)
		graph = graph->members[0];
	return graph;
}

static void
dot_edge(struct wf_buf *out, const struct graph *graph, const struct graph_edge *edge, int indent)
{
	const struct graph *from = graph->members[edge->from], *to = graph->members[edge->to];

	wf_buf_addf(out, "%*sn%zu -> n%zu", indent, "", any_leaf(from)->number,
	    any_leaf(to)->number);
	if (from->n > 0)
		wf_buf_addf(out, " [ltail=cluster_%zu]", from->number);
	if (to->n > 0)
		wf_buf_addf(out, " [lhead=cluster_%zu]", to->number);
	if (edge->label.n > 0) {
		wf_buf_adds(out, " [label=\"");
		dot_text(out, edge->label);
		wf_buf_adds(out, "\"]");
	}
	wf_buf_adds(out, ";\n");
}

static void
dot_box(struct wf_buf *out, const struct graph *graph, int indent)
{
	for (size_t i = 0; i < graph->n; i++) {
		const struct graph *member = graph->members[i];

		if (member->n > 0) {
			wf_buf_addf(out, "%*ssubgraph cluster_%zu {\n%*s", indent, "",
			    member->number, indent + 2, "");
			dot_label(out, member);
			wf_buf_addf(out, ";\n%*sstyle=%s;\n", indent + 2, "",
			    dot_style(member->state));
			dot_box(out, member, indent + 2);
			wf_buf_addf(out, "%*s}\n", indent, "");
			continue;
		}
		wf_buf_addf(out, "%*sn%zu [", indent, "", member->number);
		dot_label(out, member);
		wf_buf_addf(out, " style=%s];\n", dot_style(member->state));
	}
	for (size_t i = 0; i < graph->nedges; i++)
		dot_edge(out, graph, &graph->edges[i], indent);
}

void
graph_dot(struct wf_buf *out, const struct graph *graph)
{
	wf_buf_adds(out, "digraph plan {\n  rankdir=LR;\n  compound=true;\n  node [shape=box];\n");
	dot_box(out, graph, 2);
	wf_buf_adds(out, "}\n");
}

/* ---- mermaid ---- */

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == ' ' || c == '_' || c == '-' || c == '.' || c == ',' || c == ':' || c == '/';
}

/* Mermaid has codes for characters, by number; ASCII that could mean something is written so. */
static void
mermaid_text(struct wf_buf *out, struct wf_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (is_word(text.p[i]) || (unsigned char)text.p[i] >= 0x80)
			wf_buf_addc(out, text.p[i]);
		else
			wf_buf_addf(out, "#%d;", text.p[i]);
}

static void
mermaid_label(struct wf_buf *out, const struct graph *graph)
{
	wf_buf_adds(out, "[\"");
	mermaid_text(out, graph->title);
	for (size_t i = 0; i < graph->nlines; i++) {
		wf_buf_adds(out, "<br/>");
		mermaid_text(out, graph->lines[i]);
	}
	wf_buf_adds(out, "\"]");
}

static void
mermaid_box(struct wf_buf *out, const struct graph *graph, int indent)
{
	for (size_t i = 0; i < graph->n; i++) {
		const struct graph *member = graph->members[i];

		wf_buf_addf(out, "%*s%sn%zu", indent, "", member->n > 0 ? "subgraph " : "",
		    member->number);
		mermaid_label(out, member);
		if (member->n > 0) {
			wf_buf_addc(out, '\n');
			mermaid_box(out, member, indent + 2);
			wf_buf_addf(out, "%*send\n", indent, "");
		} else {
			wf_buf_addf(out, ":::%s\n", forecast_kind_name(member->state));
		}
	}
	for (size_t i = 0; i < graph->nedges; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		wf_buf_addf(out, "%*sn%zu -->", indent, "", graph->members[edge->from]->number);
		if (edge->label.n > 0) {
			wf_buf_adds(out, "|\"");
			mermaid_text(out, edge->label);
			wf_buf_adds(out, "\"|");
		}
		wf_buf_addf(out, " n%zu\n", graph->members[edge->to]->number);
	}
}

void
graph_mermaid(struct wf_buf *out, const struct graph *graph)
{
	wf_buf_adds(out, "flowchart LR\n"
	                 "  classDef runs stroke:#1a7f37\n"
	                 "  classDef skipped stroke:#8c959f,stroke-dasharray:2 3\n"
	                 "  classDef unknown stroke:#9a6700,stroke-dasharray:6 3\n"
	                 "  classDef fails stroke:#cf222e\n");
	mermaid_box(out, graph, 2);
}
