/* SPDX-License-Identifier: MIT */
/* emit.c - writes a template as JSON.
 *
 * The form is that of GitHub's own parsers: a literal stands for itself (with source: an object),
 * all else is an object with a numeric type; an empty list or mapping has no content member. */
#include "model/emit.h"

#include <stdlib.h>

enum token_type {
	TYPE_STRING,
	TYPE_SEQUENCE,
	TYPE_MAPPING,
	TYPE_EXPRESSION,
	TYPE_INSERT,
	TYPE_BOOLEAN,
	TYPE_NUMBER,
	TYPE_NULL,
};

struct emit {
	struct wf_buf *out;
	const struct emit_options *options;
};

/* ---- JSON ---- */

/* A comma, unless something has just begun. */
static void
separate(struct emit *e)
{
	char last = '{';

	if (e->out->n > 0)
		last = e->out->p[e->out->n - 1];
	if (last != '{' && last != '[' && last != ':')
		wf_buf_addc(e->out, ',');
}

static void
open(struct emit *e, char bracket)
{
	separate(e);
	wf_buf_addc(e->out, bracket);
}

static void
close(struct emit *e, char bracket)
{
	wf_buf_addc(e->out, bracket);
}

static void
key(struct emit *e, struct wf_str name)
{
	separate(e);
	wf_buf_add_json(e->out, name);
	wf_buf_addc(e->out, ':');
}

static void
string(struct emit *e, struct wf_str s)
{
	separate(e);
	wf_buf_add_json(e->out, s);
}

static void
member_string(struct emit *e, const char *name, struct wf_str s)
{
	key(e, wf_str(name));
	string(e, s);
}

static void
member_number(struct emit *e, const char *name, size_t n)
{
	key(e, wf_str(name));
	wf_buf_addf(e->out, "%zu", n);
}

/* ---- tokens ---- */

static size_t
file_id(const struct emit *e, const char *name)
{
	const struct template_files *files = e->options->files;

	for (size_t i = 0; i < files->n; i++)
		if (!strcmp(files->names[i], name))
			return i + 1;
	return 0;
}

static void
source(struct emit *e, struct wf_pos pos)
{
	if (!e->options->source || !pos.file)
		return;
	member_number(e, "file", file_id(e, pos.file));
	member_number(e, "line", (size_t)pos.line);
	member_number(e, "col", (size_t)pos.col);
}

static const struct {
	enum token_type type;
	const char *name; /* of the member that holds the value; NULL: none */
} literals[] = {
	[EXPR_NULL] = { TYPE_NULL, NULL },
	[EXPR_BOOL] = { TYPE_BOOLEAN, "bool" },
	[EXPR_NUMBER] = { TYPE_NUMBER, "num" },
	[EXPR_STRING] = { TYPE_STRING, "lit" },
};

static void
literal(struct emit *e, struct expr_value value, struct wf_pos pos)
{
	if (!e->options->source) {
		separate(e);
		expr_json_compact(e->out, value);
		return;
	}
	open(e, '{');
	member_number(e, "type", literals[value.kind].type);
	source(e, pos);
	if (literals[value.kind].name) {
		key(e, wf_str(literals[value.kind].name));
		expr_json_compact(e->out, value);
	}
	close(e, '}');
}

static void
text(struct emit *e, struct wf_str s, struct wf_pos pos)
{
	literal(e, expr_string(s), pos);
}

static void
expression(struct emit *e, const struct expr *expr, struct wf_pos pos)
{
	open(e, '{');
	member_number(e, "type", TYPE_EXPRESSION);
	source(e, pos);
	member_string(e, "expr", expr_source(expr));
	close(e, '}');
}

static void token(struct emit *e, const struct expr_token *t);

static void
sequence(struct emit *e, const struct expr_token *t)
{
	open(e, '{');
	member_number(e, "type", TYPE_SEQUENCE);
	source(e, t->pos);
	if (t->seq.n > 0) {
		key(e, WF_S("seq"));
		open(e, '[');
		for (size_t i = 0; i < t->seq.n; i++)
			token(e, t->seq.items[i]);
		close(e, ']');
	}
	close(e, '}');
}

static void
pair(struct emit *e, const struct expr_token_pair *p)
{
	open(e, '{');
	key(e, WF_S("Key"));
	token(e, p->key);
	key(e, WF_S("Value"));
	token(e, p->value);
	close(e, '}');
}

static void
mapping(struct emit *e, const struct expr_token *t)
{
	open(e, '{');
	member_number(e, "type", TYPE_MAPPING);
	source(e, t->pos);
	if (t->map.n > 0) {
		key(e, WF_S("map"));
		open(e, '[');
		for (size_t i = 0; i < t->map.n; i++)
			pair(e, &t->map.pairs[i]);
		close(e, ']');
	}
	close(e, '}');
}

static void
insert(struct emit *e, const struct expr_token *t)
{
	open(e, '{');
	member_number(e, "type", TYPE_INSERT);
	source(e, t->pos);
	member_string(e, "directive", WF_S("insert"));
	close(e, '}');
}

static void
token(struct emit *e, const struct expr_token *t)
{
	switch (t->kind) {
	case EXPR_TOKEN_LITERAL: literal(e, t->literal, t->pos); return;
	case EXPR_TOKEN_EXPR: expression(e, t->expr, t->pos); return;
	case EXPR_TOKEN_SEQUENCE: sequence(e, t); return;
	case EXPR_TOKEN_MAPPING: mapping(e, t); return;
	case EXPR_TOKEN_INSERT: insert(e, t); return;
	}
	abort();
}

/* A member that is there only when the file has it. */
static void
member(struct emit *e, const char *name, const struct expr_token *t)
{
	if (!t)
		return;
	key(e, wf_str(name));
	token(e, t);
}

/* Members of the same name as the key in the file. */
static void
members(struct emit *e, const struct expr_token *from, const char *const *names)
{
	for (; *names; names++)
		member(e, *names, schema_get(from, *names));
}

/* ---- events ---- */

static void
list_or_one(struct emit *e, const struct expr_token *t)
{
	open(e, '[');
	if (t->kind == EXPR_TOKEN_SEQUENCE)
		for (size_t i = 0; i < t->seq.n; i++)
			string(e, schema_text_of(t->seq.items[i]));
	else
		string(e, schema_text_of(t));
	close(e, ']');
}

static void
plain_members(struct emit *e, const struct expr_token *from, const char *const *names)
{
	const struct expr_token *value;

	for (; *names; names++) {
		value = schema_get(from, *names);
		if (!value)
			continue;
		key(e, wf_str(*names));
		if (value->kind == EXPR_TOKEN_SEQUENCE)
			list_or_one(e, value);
		else if (value->kind == EXPR_TOKEN_EXPR)
			token(e, value);
		else
			expr_json_compact(e->out, value->literal);
	}
}

/* Inputs or secrets: an object for each, with the members that were written. */
static void
declarations(struct emit *e, const struct expr_token *event, const char *name, bool typed)
{
	static const char *const details[] = { "description", "required", "default", "options",
		NULL };
	const struct expr_token *map = schema_get(event, name);
	struct wf_str type;

	if (!map || map->kind != EXPR_TOKEN_MAPPING)
		return;
	key(e, wf_str(name));
	open(e, '{');
	for (size_t i = 0; i < map->map.n; i++) {
		key(e, schema_text_of(map->map.pairs[i].key));
		open(e, '{');
		type = schema_text_of(schema_get(map->map.pairs[i].value, "type"));
		if (typed)
			member_string(e, "type", type.n ? type : WF_S("string"));
		plain_members(e, map->map.pairs[i].value, details);
		close(e, '}');
	}
	close(e, '}');
}

static void
event(struct emit *e, const struct expr_token *value)
{
	static const char *const filters[] = { "branches", "branches-ignore", "tags", "tags-ignore",
		"paths", "paths-ignore", "types", "versions", "names", "workflows", NULL };
	const struct expr_token *filter;

	open(e, '{');
	for (const char *const *name = filters; value && *name; name++) {
		filter = schema_get(value, *name);
		if (!filter)
			continue;
		key(e, wf_str(*name));
		list_or_one(e, filter);
	}
	declarations(e, value, "inputs", true);
	declarations(e, value, "secrets", false);
	close(e, '}');
}

static void
schedule(struct emit *e, const struct expr_token *list)
{
	static const char *const details[] = { "cron", "timezone", NULL };

	open(e, '[');
	for (size_t i = 0; i < list->seq.n; i++) {
		open(e, '{');
		plain_members(e, list->seq.items[i], details);
		close(e, '}');
	}
	close(e, ']');
}

static void
named_event(struct emit *e, const struct expr_token *name, const struct expr_token *value)
{
	key(e, schema_text_of(name));
	if (value && value->kind == EXPR_TOKEN_SEQUENCE)
		schedule(e, value);
	else
		event(e, value);
}

static void
events(struct emit *e, const struct expr_token *on)
{
	key(e, WF_S("events"));
	open(e, '{');
	if (on->kind == EXPR_TOKEN_MAPPING)
		for (size_t i = 0; i < on->map.n; i++)
			named_event(e, on->map.pairs[i].key, on->map.pairs[i].value);
	else if (on->kind == EXPR_TOKEN_SEQUENCE)
		for (size_t i = 0; i < on->seq.n; i++)
			named_event(e, on->seq.items[i], NULL);
	else
		named_event(e, on, NULL);
	close(e, '}');
}

/* ---- jobs ---- */

static void
condition(struct emit *e, const struct expr *cond, const struct expr_token *written)
{
	key(e, WF_S("if"));
	expression(e, cond, written ? written->pos : WF_NOWHERE);
}

static void
permissions(struct emit *e, const struct permissions_def *def)
{
	struct permission_set set;

	if (!def)
		return;
	set = permission_asked(def);
	key(e, WF_S("permissions"));
	open(e, '{');
	for (size_t s = 0; s < PERMISSION_SCOPES; s++)
		if (set.levels[s] != PERMISSION_NONE)
			member_string(e, permission_scope_name((enum permission_scope)s),
			    wf_str(permission_level_name(set.levels[s])));
	close(e, '}');
}

static void steps(struct emit *e, struct step_def *const *list, size_t n);

static void
control(struct emit *e, const struct step_def *step)
{
	switch (step->kind) {
	case STEP_RUN:
	case STEP_USES: return;
	case STEP_WAIT:
	case STEP_CANCEL:
		key(e, step->kind == STEP_WAIT ? WF_S("wait") : WF_S("cancel"));
		open(e, '[');
		for (size_t i = 0; i < step->ntargets; i++)
			string(e, step->targets[i]);
		close(e, ']');
		return;
	case STEP_WAIT_ALL:
		key(e, WF_S("wait-all"));
		wf_buf_adds(e->out, "true");
		return;
	case STEP_PARALLEL:
		key(e, WF_S("parallel"));
		steps(e, step->members, step->nmembers);
		return;
	}
	abort();
}

static void
one_step(struct emit *e, const struct step_def *step)
{
	open(e, '{');
	member_string(e, "id", step->id);
	member(e, "name", step->name);
	condition(e, step->cond, step->cond_source);
	member(e, "continue-on-error", step->continue_on_error);
	member(e, "timeout-minutes", step->timeout_minutes);
	member(e, "env", step->env);
	member(e, "working-directory", step->working_directory);
	member(e, "shell", step->shell);
	member(e, "run", step->run);
	if (step->uses.n) {
		key(e, WF_S("uses"));
		text(e, step->uses, step->uses_pos);
	}
	member(e, "with", step->with);
	control(e, step);
	close(e, '}');
}

static void
steps(struct emit *e, struct step_def *const *list, size_t n)
{
	open(e, '[');
	for (size_t i = 0; i < n; i++)
		one_step(e, list[i]);
	close(e, ']');
}

static void
needs(struct emit *e, const struct job_def *job)
{
	key(e, WF_S("needs"));
	open(e, '[');
	for (size_t i = 0; i < job->nneeds; i++)
		text(e, job->needs[i].id, job->needs[i].pos);
	close(e, ']');
}

/* What both kinds of jobs begin with. */
static void
head(struct emit *e, const struct job_def *job, const char *type)
{
	member_string(e, "type", wf_str(type));
	key(e, WF_S("id"));
	text(e, job->id, job->pos);
	key(e, WF_S("name"));
	if (job->name)
		token(e, job->name);
	else
		text(e, job->id, job->pos);
	if (job->nneeds || job->uses.n)
		needs(e, job);
	condition(e, job->cond, job->cond_source);
}

static void
normal_job(struct emit *e, const struct job_def *job, const struct template_job *more)
{
	static const char *const plain[] = { "strategy", "env", "environment", "concurrency",
		"continue-on-error", "timeout-minutes", "cancel-timeout-minutes", "container",
		"services", "outputs", "defaults", "runs-on", "snapshot", NULL };

	open(e, '{');
	head(e, job, "job");
	members(e, job->root, plain);
	permissions(e, more->permissions);
	key(e, WF_S("steps"));
	steps(e, job->steps, job->nsteps);
	close(e, '}');
}

static void jobs(struct emit *e, const struct template *t);

static void
called_file(struct emit *e, const struct template *callee)
{
	const struct expr_token *root = callee->wf->root;
	const struct expr_token *on = schema_get(schema_get(root, "on"), "workflow_call");

	member(e, "input-definitions", schema_get(on, "inputs"));
	member(e, "secret-definitions", schema_get(on, "secrets"));
	member(e, "outputs", schema_get(on, "outputs"));
	member(e, "env", schema_get(root, "env"));
	member(e, "defaults", schema_get(root, "defaults"));
	member(e, "embedded-concurrency", schema_get(root, "concurrency"));
	permissions(e, callee->permissions);
	jobs(e, callee);
}

static void
calling_job(struct emit *e, const struct job_def *job, const struct template_job *more)
{
	static const char *const plain[] = { "strategy", "concurrency", NULL };

	open(e, '{');
	head(e, job, "reusableWorkflowJob");
	key(e, WF_S("ref"));
	text(e, job->uses, job->uses_pos);
	member(e, "input-values", job->with);
	member(e, "secret-values", job->secrets);
	if (job->inherit_secrets) {
		key(e, WF_S("inherit-secrets"));
		wf_buf_adds(e->out, "true");
	}
	members(e, job->root, plain);
	called_file(e, more->callee);
	close(e, '}');
}

static void
jobs(struct emit *e, const struct template *t)
{
	key(e, WF_S("jobs"));
	open(e, '[');
	for (size_t i = 0; i < t->wf->njobs; i++)
		if (t->jobs[i].callee)
			calling_job(e, t->wf->jobs[i], &t->jobs[i]);
		else
			normal_job(e, t->wf->jobs[i], &t->jobs[i]);
	close(e, ']');
}

void
emit_template(struct wf_buf *out, const struct template *template,
    const struct emit_options *options)
{
	static const char *const plain[] = { "env", "defaults", "concurrency", NULL };
	struct emit e = { .out = out, .options = options };

	open(&e, '{');
	events(&e, schema_get(template->wf->root, "on"));
	members(&e, template->wf->root, plain);
	permissions(&e, template->permissions);
	jobs(&e, template);
	if (options->source) {
		key(&e, WF_S("file-table"));
		open(&e, '[');
		for (size_t i = 0; i < options->files->n; i++)
			string(&e, wf_str(options->files->names[i]));
		close(&e, ']');
	}
	close(&e, '}');
	wf_buf_addc(out, '\n');
}

void
emit_errors(struct wf_buf *out, const struct wf_diags *diags, size_t max_errors, size_t max_message)
{
	struct emit e = { .out = out };
	size_t n = 0;

	open(&e, '{');
	key(&e, WF_S("errors"));
	open(&e, '[');
	for (size_t i = 0; i < diags->n && n < max_errors; i++) {
		if (diags->items[i]->severity != WF_DIAG_ERROR)
			continue;
		open(&e, '{');
		member_string(&e, "Message",
		    template_message(diags->arena, &diags->items[i]->error, max_message));
		close(&e, '}');
		n++;
	}
	close(&e, ']');
	close(&e, '}');
	wf_buf_addc(out, '\n');
}
