/* SPDX-License-Identifier: MIT */
/* cmd_parse.c - `wfrun parse`: reads a workflow as GitHub does and prints what it is made of. */
#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "cli/cmd.h"
#include "model/action.h"
#include "model/emit.h"
#include "model/template.h"
#include "runner/store/actions.h"

enum { MAX_ERRORS = 10, MAX_FILE = 16 << 20 };

struct repository {
	struct actions_name name;
	const char *dir;
};

struct parse {
	struct wf_arena *arena;
	struct template_options load;
	struct schema_budget budget;
	struct repository *repositories;
	size_t nrepositories, cap;
};

/* ---- arguments ---- */

static bool
fail_usage(struct wf_error *err, const char *what, const char *value)
{
	return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "%s '%s'", what, value);
}

static bool
read_limit(struct parse *p, const char *text, struct wf_error *err)
{
	const struct {
		const char *name;
		size_t *limit;
	} limits[] = {
		{ "max-depth", &p->budget.max_depth },
		{ "max-file-size", &p->load.reading.max_file_size },
		{ "max-result-size", &p->budget.max_bytes },
		{ "max-job-limit", &p->load.max_jobs },
		{ "max-nested-reusable-workflows-depth", &p->load.max_nesting },
	};
	struct wf_str value = wf_str(text), name = wf_str_cut(&value, '=');
	uint64_t number;

	for (size_t i = 0; i < WF_COUNT(limits); i++)
		if (wf_str_is(name, limits[i].name) && wf_str_u64(value, &number)) {
			*limits[i].limit = number;
			return true;
		}
	return fail_usage(err, "unknown limit", text);
}

static bool
read_policy(struct parse *p, const char *text, struct wf_error *err)
{
	struct permission_set unused;

	p->load.policy = wf_str(text);
	return permission_policy(p->load.policy, &unused) ||
	       fail_usage(err, "unknown policy", text);
}

/* Features that every workflow has by now need no switch, but may be named. */
static bool
read_feature(struct parse *p, const char *text, struct wf_error *err)
{
	if (strncmp(text, "allow", 5) != 0)
		return fail_usage(err, "unknown feature", text);
	if (!strcmp(text, "allowAnchors"))
		p->load.reading.no_anchors = false;
	return true;
}

static bool
read_repository(struct parse *p, const char *text, struct wf_error *err)
{
	struct repository *repository = wf_push(p->arena, p->repositories, p->nrepositories,
	    p->cap);

	return actions_parse_local(text, &repository->name, &repository->dir, err);
}

/* Hands each text of an option to its reader. */
static bool
read_list(struct parse *p, const struct opt_list *texts,
    bool (*read)(struct parse *p, const char *text, struct wf_error *err), struct wf_error *err)
{
	for (size_t i = 0; i < texts->n; i++)
		if (!read(p, texts->items[i], err))
			return false;
	return true;
}

static bool
read_options(struct parse *p, const struct args *args, struct wf_error *err)
{
	return read_list(p, &args->limits, read_limit, err) &&
	       read_list(p, &args->features, read_feature, err) &&
	       read_list(p, &args->local_repositories, read_repository, err) &&
	       (!args->permissions_policy || read_policy(p, args->permissions_policy, err));
}

/* ---- files ---- */

/* Whether the path stays below the folder it is taken from. */
static bool
stays_inside(struct wf_str path)
{
	while (path.p)
		if (wf_str_is(wf_str_cut(&path, '/'), ".."))
			return false;
	return true;
}

static const struct repository *
find_repository(const struct parse *p, const struct uses_ref *ref)
{
	const struct repository *r;

	for (size_t i = 0; i < p->nrepositories; i++) {
		r = &p->repositories[i];
		if (wf_str_ieq(r->name.owner, ref->owner) && wf_str_ieq(r->name.repo, ref->repo) &&
		    wf_str_eq(r->name.ref, ref->ref))
			return r;
	}
	return NULL;
}

static bool
read_file(struct parse *p, const char *dir, struct wf_str path, struct template_file *out,
    struct wf_error *err)
{
	struct wf_error cause;

	if (stays_inside(path) &&
	    wf_read_file(p->arena, wf_join(p->arena, dir, wf_cstr(p->arena, path)), MAX_FILE,
	        &out->text, &cause))
		return true;
	return wf_fail(err, WF_ERR_INVALID, (struct wf_pos){ .file = out->name },
	    "workflow was not found.");
}

/* A reference without owner and repository means the repository of the file it stands in. */
static bool
find_local(struct parse *p, const char *caller, struct wf_str path, struct template_file *out,
    struct wf_error *err)
{
	struct uses_ref ref;
	const struct repository *repository = NULL;

	if (uses_parse(wf_str(caller), WF_NOWHERE, &ref, NULL) && ref.kind == USES_REPO)
		repository = find_repository(p, &ref);
	if (!repository) {
		out->name = wf_cstr(p->arena, path);
		return read_file(p, ".", path, out, err);
	}
	out->name = wf_strf(p->arena, "%.*s/%.*s/%.*s@%.*s", WF_ARG(repository->name.owner),
	    WF_ARG(repository->name.repo), WF_ARG(path), WF_ARG(repository->name.ref))
	                .p;
	return read_file(p, repository->dir, path, out, err);
}

static bool
find_file(void *data, const char *caller, struct wf_str uses, struct template_file *out,
    struct wf_error *err)
{
	struct parse *p = data;
	struct uses_ref ref;
	const struct repository *repository;

	if (!uses_parse(uses, WF_NOWHERE, &ref, err))
		return false;
	if (ref.kind == USES_LOCAL || ref.kind == USES_SELF)
		return find_local(p, caller, ref.path, out, err);
	out->name = wf_cstr(p->arena, uses);
	repository = ref.kind == USES_REPO ? find_repository(p, &ref) : NULL;
	return read_file(p, repository ? repository->dir : "", repository ? ref.path : WF_S(".."),
	    out, err);
}

/* ---- the command ---- */

static int
print_template(struct parse *p, const char *path, bool source)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct wf_diags diags = { .arena = p->arena };
	struct template_file file = { .name = path };
	struct template_files files = { 0 };
	struct emit_options how = { .source = source, .files = &files };
	struct template *template = NULL;
	struct wf_error err;

	if (wf_read_file(p->arena, path, MAX_FILE, &file.text, &err))
		template = template_load(p->arena, &p->load, &file, &files, &diags);
	else
		wf_diags_add(&diags, WF_DIAG_ERROR, &err);
	if (template)
		emit_template(&out, template, &how);
	else
		emit_errors(&out, &diags, MAX_ERRORS, p->load.max_message);
	fwrite(out.p, 1, out.n, stdout);
	return template ? 0 : 1;
}

int
cmd_parse(struct cmd *cmd, struct wf_error *err)
{
	struct parse p = { .arena = cmd->arena, .load = TEMPLATE_OPTIONS, .budget = SCHEMA_BUDGET };

	p.load.reading = (struct workflow_options){ .strict = true,
		.no_anchors = true,
		.budget = &p.budget };
	p.load.find = find_file;
	p.load.data = &p;
	if (!read_options(&p, cmd->args, err))
		return CMD_FAILED;
	return print_template(&p, cmd->args->words.items[0], cmd->args->source);
}
