/* SPDX-License-Identifier: MIT */
/* problems.c - the three forms of a problem. */
#include "cli/problems.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/lint.h"

static const char *const severities[] = {
	[WF_DIAG_ERROR] = "error",
	[WF_DIAG_WARNING] = "warning",
	[WF_DIAG_NOTE] = "note",
};

/* ---- where it ends ---- */

/* The column behind the word at the column: to its quote, or to what ends a scalar of YAML. */
static int
end_of_word(struct wf_str line, int col)
{
	char quote = '\0';
	int at = 1;

	for (size_t len; line.n > 0; line = wf_str_skip(line, len), at++) {
		wf_utf8_get(line, &len);
		if (at < col)
			continue;
		if (at == col && strchr("'\"", line.p[0]))
			quote = line.p[0];
		else if (quote && line.p[0] == quote)
			return at + 1;
		else if (!quote && strchr(" \t\r,[]{}:", line.p[0]))
			break;
	}
	return at > col ? at : col + 1;
}

/* The column behind it; 0 when there is no column at all. */
static int
end_of(const struct wf_diag *diag, struct wf_str source)
{
	const struct wf_pos *pos = &diag->error.pos;

	if (diag->end || pos->line == 0 || pos->col == 0)
		return diag->end;
	return end_of_word(wf_str_line(source, pos->line), pos->col);
}

static const char *
rule_of(const struct wf_diag *diag)
{
	return diag->rule ? diag->rule : LINT_INVALID_NAME;
}

/* ---- text ---- */

static void
add_text(struct problems *p, const struct wf_diag *diag, struct wf_str source)
{
	struct wf_error err = diag->error;
	size_t n = strlen(err.msg);

	if (diag->rule)
		snprintf(err.msg + n, sizeof(err.msg) - n, " [%s]", diag->rule);
	wf_error_render(&p->out, &err, severities[diag->severity], source, p->color);
}

/* ---- JSON ---- */

static void
add_string(struct wf_buf *out, const char *key, const char *value)
{
	wf_buf_addf(out, "\"%s\":", key);
	wf_buf_add_json(out, wf_str(value));
}

static void
add_number(struct wf_buf *out, const char *key, int value)
{
	if (value > 0)
		wf_buf_addf(out, ",\"%s\":%d", key, value);
	else
		wf_buf_addf(out, ",\"%s\":null", key);
}

static void
add_json(struct problems *p, const struct wf_diag *diag, struct wf_str source)
{
	const struct wf_error *err = &diag->error;

	wf_buf_addc(&p->out, '{');
	add_string(&p->out, "file", err->pos.file ? err->pos.file : "");
	add_number(&p->out, "line", err->pos.line);
	add_number(&p->out, "col", err->pos.col);
	add_number(&p->out, "end", end_of(diag, source));
	wf_buf_addc(&p->out, ',');
	add_string(&p->out, "severity", severities[diag->severity]);
	wf_buf_addc(&p->out, ',');
	add_string(&p->out, "rule", rule_of(diag));
	wf_buf_addc(&p->out, ',');
	add_string(&p->out, "message", err->msg);
	wf_buf_addc(&p->out, ',');
	add_string(&p->out, "hint", err->hint);
	wf_buf_adds(&p->out, "}\n");
}

/* ---- SARIF ---- */

static size_t
rule_index(const char *name)
{
	size_t n;

	return (size_t)(lint_rule(wf_str(name)) - lint_rules(&n));
}

static void
add_rule(struct wf_buf *out, const struct lint_rule *rule)
{
	wf_buf_addc(out, '{');
	add_string(out, "id", rule->name);
	wf_buf_adds(out, ",\"shortDescription\":{");
	add_string(out, "text", rule->summary);
	wf_buf_adds(out, "},\"fullDescription\":{");
	add_string(out, "text", rule->reason);
	wf_buf_adds(out, "},\"help\":{");
	add_string(out, "text", rule->reason);
	wf_buf_adds(out, "},\"defaultConfiguration\":{");
	add_string(out, "level", severities[rule->severity]);
	wf_buf_adds(out, "}}");
}

static void
begin_sarif(struct problems *p)
{
	const struct lint_rule *rules;
	size_t n;

	wf_map_init(&p->prints, p->arena, false);
	wf_buf_adds(&p->out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
	                     "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{");
	add_string(&p->out, "name", "wfrun");
	wf_buf_addc(&p->out, ',');
	add_string(&p->out, "version", WFRUN_VERSION);
	wf_buf_adds(&p->out, ",\"rules\":[");
	rules = lint_rules(&n);
	for (size_t i = 0; i < n; i++) {
		wf_buf_adds(&p->out, i ? ",\n" : "\n");
		add_rule(&p->out, &rules[i]);
	}
	wf_buf_adds(&p->out, "\n]}},\"columnKind\":\"unicodeCodePoints\",\"results\":[");
}

static uint64_t
hash(uint64_t h, struct wf_str s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return (h ^ 0xff) * UINT64_C(0x100000001b3);
}

/* Stays the same when lines are added elsewhere: rule, file, the text of the line, and which of
 * several it is. */
static void
add_fingerprint(struct problems *p, const struct wf_diag *diag, struct wf_str source)
{
	const struct wf_pos *pos = &diag->error.pos;
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	struct wf_str print;
	size_t *count;

	h = hash(h, wf_str(rule_of(diag)));
	h = hash(h, wf_str(pos->file));
	h = hash(h, wf_str_trim(wf_str_line(source, pos->line)));
	print = wf_strf(p->arena, "%016" PRIx64, h);
	count = wf_map_get(&p->prints, print);
	if (!count) {
		count = wf_new(p->arena, size_t);
		wf_map_set(&p->prints, print, count);
	}
	wf_buf_addf(&p->out, ",\"partialFingerprints\":{\"primaryLocationLineHash\":\"%s:%zu\"}",
	    print.p, ++*count);
}

/* A path as a URI reference. */
static void
add_uri(struct wf_buf *out, const char *path)
{
	static const char plain[] = "-._~/!$&'()*+,;=@";

	wf_buf_adds(out, path[0] == '/' ? "\"uri\":\"file://" : "\"uri\":\"");
	for (; *path; path++) {
		bool word = (*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z') ||
		            (*path >= '0' && *path <= '9');

		if (word || strchr(plain, *path))
			wf_buf_addc(out, *path);
		else
			wf_buf_addf(out, "%%%02X", (unsigned char)*path);
	}
	wf_buf_addc(out, '"');
}

static void
add_region(struct wf_buf *out, const struct wf_pos *pos, int end)
{
	if (pos->line < 1)
		return;
	wf_buf_addf(out, ",\"region\":{\"startLine\":%d", pos->line);
	if (pos->col > 0)
		wf_buf_addf(out, ",\"startColumn\":%d,\"endColumn\":%d", pos->col, end);
	wf_buf_addc(out, '}');
}

static void
add_sarif(struct problems *p, const struct wf_diag *diag, struct wf_str source)
{
	const struct wf_error *err = &diag->error;

	wf_buf_adds(&p->out, p->n ? ",\n{" : "\n{");
	add_string(&p->out, "ruleId", rule_of(diag));
	wf_buf_addf(&p->out, ",\"ruleIndex\":%zu,", rule_index(rule_of(diag)));
	add_string(&p->out, "level", severities[diag->severity]);
	wf_buf_adds(&p->out, ",\"message\":{");
	if (err->hint[0])
		add_string(&p->out, "text", wf_strf(p->arena, "%s (%s)", err->msg, err->hint).p);
	else
		add_string(&p->out, "text", err->msg);
	wf_buf_adds(&p->out, "},\"locations\":[");
	if (err->pos.file) {
		wf_buf_adds(&p->out, "{\"physicalLocation\":{\"artifactLocation\":{");
		add_uri(&p->out, err->pos.file);
		wf_buf_addc(&p->out, '}');
		add_region(&p->out, &err->pos, end_of(diag, source));
		wf_buf_adds(&p->out, "}}");
	}
	wf_buf_addc(&p->out, ']');
	add_fingerprint(p, diag, source);
	wf_buf_addc(&p->out, '}');
}

/* ---- any form ---- */

void
problems_begin(struct problems *p)
{
	if (p->form == PROBLEMS_SARIF)
		begin_sarif(p);
}

void
problems_add(struct problems *p, const struct wf_diag *diag, struct wf_str source)
{
	switch (p->form) {
	case PROBLEMS_TEXT: add_text(p, diag, source); break;
	case PROBLEMS_JSON: add_json(p, diag, source); break;
	case PROBLEMS_SARIF: add_sarif(p, diag, source); break;
	}
	p->n++;
}

void
problems_end(struct problems *p)
{
	if (p->form == PROBLEMS_SARIF)
		wf_buf_adds(&p->out, "\n]}]}\n");
}
