/* SPDX-License-Identifier: MIT */
/* template.c - loads a workflow and, level by level, what it calls.
 *
 * A file that is called twice is read twice: its jobs, and its share of the limits, count for each
 * call. Loading stops with the first call that has problems. */
#include "model/template.h"

#include "model/call.h"
#include "model/tree.h"

struct load {
	struct wf_arena *arena;
	const struct template_options *options;
	struct workflow_options reading;
	struct schema_budget budget;
	struct template_files *files;
	struct wf_diags *diags;
	size_t njobs;
};

static struct template *load_file(struct load *l, const struct template_file *file);

/* ---- words ---- */

static struct wf_str
cut(struct wf_arena *arena, struct wf_str text, size_t max)
{
	size_t units = 0, at = 0, len;

	if (!max || tree_units(text) <= max)
		return text;
	while (at < text.n) {
		units += wf_utf8_get(wf_str_skip(text, at), &len) >= 0x10000 ? 2 : 1;
		if (units > max)
			break;
		at += len;
	}
	return wf_strf(arena, "%.*s[...]", WF_ARG(wf_str_sub(text, 0, at)));
}

struct wf_str
template_message(struct wf_arena *arena, const struct wf_error *err, size_t max)
{
	struct wf_str text;

	if (!err->pos.file)
		return wf_strf(arena, "%s", err->msg);
	if (err->pos.col)
		text = wf_strf(arena, "%s (Line: %d, Col: %d): %s", err->pos.file, err->pos.line,
		    err->pos.col, err->msg);
	else
		text = wf_strf(arena, "%s: %s", err->pos.file, err->msg);
	return cut(arena, text, max);
}

/* Problems of a called file, from diags[first] on, say from where it was called. */
static void
blame_caller(struct load *l, const struct job_def *call, size_t first)
{
	const struct wf_pos *at = &call->uses_pos;
	struct wf_error *err;
	struct wf_str text;

	for (size_t i = first; i < l->diags->n; i++) {
		err = &l->diags->items[i]->error;
		text = template_message(l->arena, err, l->options->max_message);
		if (wf_str_starts(text, wf_str(at->file)))
			continue;
		wf_fail(err, WF_ERR_INVALID, WF_NOWHERE,
		    "In %s (Line: %d, Col: %d): Error from called workflow %.*s", at->file,
		    at->line, at->col, WF_ARG(text));
	}
}

/* ---- permissions ---- */

static struct wf_str
shown_name(const struct job_def *job)
{
	if (!job->name)
		return job->id;
	return schema_is_expression(job->name) ? job->name->source : schema_text_of(job->name);
}

static void
hold(struct wf_diags *diags, const struct job_def *call, const struct job_def *nested,
    const struct permissions_def *wish, const struct permission_set *allowed)
{
	struct permission_set asked = permission_asked(wish);
	wf_auto(wf_buf_release) struct wf_buf wants = WF_BUF_INIT;
	wf_auto(wf_buf_release) struct wf_buf may = WF_BUF_INIT;
	struct wf_str who;

	if (!wish->given || permission_within(&asked, allowed, &wants, &may))
		return;
	who = nested ? wf_strf(diags->arena, "nested job '%.*s'", WF_ARG(shown_name(nested)))
	             : wf_strf(diags->arena, "workflow '%.*s'", WF_ARG(call->uses));
	wf_diags_fail(diags, call->pos,
	    "Error calling workflow '%.*s'. The %.*s is requesting '%.*s', but is only allowed "
	    "'%.*s'.",
	    WF_ARG(call->uses), WF_ARG(who), WF_ARG(wf_buf_str(&wants)), WF_ARG(wf_buf_str(&may)));
}

void
template_check_permissions(struct wf_diags *diags, const struct job_def *call,
    const struct permissions_def *given, struct wf_str policy, const struct workflow *callee)
{
	struct permission_set allowed;

	if (given)
		allowed = permission_allowed(given);
	else if (!permission_policy(policy, &allowed))
		return;
	hold(diags, call, NULL, &callee->permissions, &allowed);
	for (size_t i = 0; i < callee->njobs; i++)
		hold(diags, call, callee->jobs[i], &callee->jobs[i]->permissions, &allowed);
}

/* What nobody writes comes from around: the file's own, else the caller's. */
static void
inherit_permissions(struct template *t, const struct template_job *caller)
{
	const struct permissions_def *own;

	t->permissions = caller ? caller->permissions : NULL;
	if (t->wf->permissions.given)
		t->permissions = &t->wf->permissions;
	for (size_t i = 0; i < t->wf->njobs; i++) {
		own = &t->wf->jobs[i]->permissions;
		t->jobs[i].permissions = own->given ? own : t->permissions;
	}
}

/* ---- files ---- */

/* Notes the file and charges for its name when it is new. */
static bool
note_file(struct load *l, const char *name)
{
	for (size_t i = 0; i < l->files->n; i++)
		if (wf_str_ieq(wf_str(l->files->names[i]), wf_str(name)))
			return true;
	*wf_push(l->arena, l->files->names, l->files->n, l->files->cap) = name;
	if (l->files->n > l->options->max_files)
		return wf_diags_fail(l->diags, WF_NOWHERE,
		    "The maximum file count of %zu has been exceeded", l->options->max_files);
	if (!schema_charge(&l->budget, wf_str(name)))
		return wf_diags_fail(l->diags, WF_NOWHERE, "Maximum object size exceeded");
	return true;
}

static bool
find_file(struct load *l, const struct job_def *call, struct template_file *out)
{
	struct wf_error err = { 0 };

	if (l->options->find &&
	    l->options->find(l->options->data, call->uses_pos.file, call->uses, out, &err))
		return true;
	return wf_diags_fail(l->diags, err.pos, "%s", err.msg);
}

/* The called file, checked against its call; NULL when diags has grown. */
static struct template *
load_callee(struct load *l, const struct job_def *call, const struct template_job *caller)
{
	size_t first = l->diags->n, errors = l->diags->nerrors;
	struct template_file file = { 0 };
	struct template *callee = NULL;

	if (find_file(l, call, &file))
		callee = load_file(l, &file);
	if (callee) {
		inherit_permissions(callee, caller);
		call_check(call, callee->wf, l->diags);
		template_check_permissions(l->diags, call, caller->permissions, l->options->policy,
		    callee->wf);
	}
	blame_caller(l, call, first);
	return l->diags->nerrors > errors ? NULL : callee;
}

static bool
load_calls(struct load *l, struct template *t, size_t depth)
{
	const struct job_def *job;

	for (size_t i = 0; i < t->wf->njobs; i++) {
		job = t->wf->jobs[i];
		if (!job->uses.n)
			continue;
		if (depth > l->options->max_nesting)
			return wf_diags_fail(l->diags, WF_NOWHERE,
			    "Nested reusable workflow depth exceeded %zu.",
			    l->options->max_nesting);
		t->jobs[i].callee = load_callee(l, job, &t->jobs[i]);
		if (!t->jobs[i].callee || !load_calls(l, t->jobs[i].callee, depth + 1))
			return false;
	}
	return true;
}

static struct template *
load_file(struct load *l, const struct template_file *file)
{
	struct template *t = wf_new(l->arena, struct template);

	if (!note_file(l, file->name))
		return NULL;
	t->wf = workflow_read_with(l->arena, &l->reading, file->name, wf_str(file->name),
	    file->text, l->diags);
	if (!t->wf)
		return NULL;
	t->jobs = wf_new_array(l->arena, t->wf->njobs, struct template_job);
	l->njobs += t->wf->njobs;
	return t;
}

struct template *
template_load(struct wf_arena *arena, const struct template_options *options,
    const struct template_file *file, struct template_files *files, struct wf_diags *diags)
{
	struct load l = {
		.arena = arena,
		.options = options,
		.reading = options->reading,
		.budget = SCHEMA_BUDGET,
		.files = files,
		.diags = diags,
	};
	struct template *t;

	if (options->reading.budget)
		l.budget = *options->reading.budget;
	l.reading.budget = &l.budget;
	*files = (struct template_files){ 0 };
	t = load_file(&l, file);
	if (!t)
		return NULL;
	inherit_permissions(t, NULL);
	if (!load_calls(&l, t, 1))
		return NULL;
	if (options->max_jobs && l.njobs > options->max_jobs) {
		wf_diags_fail(diags, WF_NOWHERE, "The workflow may not contain more than %zu jobs",
		    options->max_jobs);
		return NULL;
	}
	return t;
}
