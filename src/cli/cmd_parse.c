/* SPDX-License-Identifier: MIT */
/* cmd_parse.c - `wfrun parse`: reads a workflow as GitHub does and prints what it is made of. */
#include "cli/cmd_parse.h"

#include "base/fs.h"
#include "model/action.h"
#include "model/emit.h"
#include "model/template.h"

#include <stdio.h>

enum { MAX_ERRORS = 10, MAX_FILE = 16 << 20 };

struct repository {
	struct wf_str owner, repo, ref;
	const char *dir;
};

struct args {
	struct wf_arena *arena;
	struct template_options load;
	struct schema_budget budget;
	bool source;
	const char *file;
	struct repository *repositories;
	size_t nrepositories, cap;
};

/* ---- arguments ---- */

static bool
usage(const char *what, const char *value)
{
	fprintf(stderr, "wfrun parse: %s '%s'\n", what, value);
	return false;
}

static bool
read_limit(struct args *a, char *text)
{
	const struct {
		const char *name;
		size_t *limit;
	} limits[] = {
		{ "max-depth", &a->budget.max_depth },
		{ "max-file-size", &a->load.reading.max_file_size },
		{ "max-result-size", &a->budget.max_bytes },
		{ "max-job-limit", &a->load.max_jobs },
		{ "max-nested-reusable-workflows-depth", &a->load.max_nesting },
	};
	struct wf_str value = wf_str(text), name = wf_str_cut(&value, '=');
	uint64_t number;

	for (size_t i = 0; i < WF_COUNT(limits); i++)
		if (wf_str_is(name, limits[i].name) && wf_str_u64(value, &number)) {
			*limits[i].limit = number;
			return true;
		}
	return usage("unknown limit", text);
}

static bool
read_policy(struct args *a, char *text)
{
	struct permission_set unused;

	a->load.policy = wf_str(text);
	return permission_policy(a->load.policy, &unused) || usage("unknown policy", text);
}

/* Features that every workflow has by now need no switch, but may be named. */
static bool
read_feature(struct args *a, char *text)
{
	if (!strcmp(text, "allowAnchors"))
		a->load.reading.no_anchors = false;
	return true;
}

static bool
read_repository(struct args *a, char *text)
{
	struct wf_str dir = wf_str(text), name = wf_str_cut(&dir, '=');
	struct wf_str ref = name, path = wf_str_cut(&ref, '@');
	struct wf_str repo = path, owner = wf_str_cut(&repo, '/');

	if (!dir.n || !ref.n || !repo.n || !owner.n)
		return usage("expected OWNER/REPO@REF=DIR, not", text);
	*wf_push(a->arena, a->repositories, a->nrepositories, a->cap) =
	    (struct repository){ owner, repo, ref, dir.p };
	return true;
}

static const struct {
	const char *name;
	bool (*read)(struct args *args, char *value);
} options[] = {
	{ "--limit", read_limit },
	{ "--permissions-policy", read_policy },
	{ "--feature", read_feature },
	{ "--local-repository", read_repository },
};

/* Takes one argument and, with an option, its value; *i is left at the last word taken. */
static bool
read_arg(struct args *a, int argc, char **argv, int *i)
{
	const char *word = argv[*i];

	for (size_t o = 0; o < WF_COUNT(options); o++) {
		if (strcmp(word, options[o].name) != 0)
			continue;
		if (*i + 1 >= argc)
			return usage("a value is missing for", word);
		return options[o].read(a, argv[++*i]);
	}
	if (!strcmp(word, "--source")) {
		a->source = true;
		return true;
	}
	if (word[0] == '-' || a->file)
		return usage("unexpected argument", word);
	a->file = word;
	return true;
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
find_repository(const struct args *a, const struct uses_ref *ref)
{
	const struct repository *r;

	for (size_t i = 0; i < a->nrepositories; i++) {
		r = &a->repositories[i];
		if (wf_str_ieq(r->owner, ref->owner) && wf_str_ieq(r->repo, ref->repo) &&
		    wf_str_eq(r->ref, ref->ref))
			return r;
	}
	return NULL;
}

static bool
read_file(struct args *a, const char *dir, struct wf_str path, struct template_file *out,
    struct wf_error *err)
{
	struct wf_error cause;

	if (stays_inside(path) &&
	    wf_read_file(a->arena, wf_join(a->arena, dir, wf_cstr(a->arena, path)), MAX_FILE,
	        &out->text, &cause))
		return true;
	return wf_fail(
	    err, WF_ERR_INVALID, (struct wf_pos){ .file = out->name }, "workflow was not found.");
}

/* A reference without owner and repository means the repository of the file it stands in. */
static bool
find_local(struct args *a, const char *caller, struct wf_str path, struct template_file *out,
    struct wf_error *err)
{
	struct uses_ref ref;
	const struct repository *repository = NULL;

	if (uses_parse(wf_str(caller), WF_NOWHERE, &ref, NULL) && ref.kind == USES_REPO)
		repository = find_repository(a, &ref);
	if (!repository) {
		out->name = wf_cstr(a->arena, path);
		return read_file(a, ".", path, out, err);
	}
	out->name = wf_strf(a->arena, "%.*s/%.*s/%.*s@%.*s", WF_ARG(repository->owner),
	    WF_ARG(repository->repo), WF_ARG(path), WF_ARG(repository->ref))
	                .p;
	return read_file(a, repository->dir, path, out, err);
}

static bool
find_file(void *data, const char *caller, struct wf_str uses, struct template_file *out,
    struct wf_error *err)
{
	struct args *a = data;
	struct uses_ref ref;
	const struct repository *repository;

	if (!uses_parse(uses, WF_NOWHERE, &ref, err))
		return false;
	if (ref.kind == USES_LOCAL || ref.kind == USES_SELF)
		return find_local(a, caller, ref.path, out, err);
	out->name = wf_cstr(a->arena, uses);
	repository = ref.kind == USES_REPO ? find_repository(a, &ref) : NULL;
	return read_file(
	    a, repository ? repository->dir : "", repository ? ref.path : WF_S(".."), out, err);
}

/* ---- the command ---- */

static int
print(const struct wf_buf *text, int status)
{
	return fwrite(text->p, 1, text->n, stdout) == text->n ? status : 1;
}

static int
parse(struct args *a)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct wf_diags diags = { .arena = a->arena };
	struct template_file file = { .name = a->file };
	struct template_files files = { 0 };
	struct emit_options how = { .source = a->source, .files = &files };
	struct template *template = NULL;
	struct wf_error err;

	if (wf_read_file(a->arena, a->file, MAX_FILE, &file.text, &err))
		template = template_load(a->arena, &a->load, &file, &files, &diags);
	else
		wf_diags_add(&diags, WF_DIAG_ERROR, &err);
	if (template)
		emit_template(&out, template, &how);
	else
		emit_errors(&out, &diags, MAX_ERRORS, a->load.max_message);
	return print(&out, template ? 0 : 1);
}

int
cmd_parse(int argc, char **argv)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct args a = { .arena = arena, .load = TEMPLATE_OPTIONS, .budget = SCHEMA_BUDGET };

	a.load.reading =
	    (struct workflow_options){ .strict = true, .no_anchors = true, .budget = &a.budget };
	a.load.find = find_file;
	a.load.data = &a;
	for (int i = 0; i < argc; i++)
		if (!read_arg(&a, argc, argv, &i))
			return 2;
	if (!a.file) {
		fputs("usage: wfrun parse [OPTION]... FILE\n", stderr);
		return 2;
	}
	return parse(&a);
}
