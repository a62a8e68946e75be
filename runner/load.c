/* SPDX-License-Identifier: MIT */
/* load.c - finds workflow files, in the work tree and in a commit, and reads them. */
#include "runner/load.h"

#include "base/fs.h"
#include "runner/pick.h"

#define FOLDER ".github/workflows"
#define WORKFLOW_LARGEST ((size_t)1 << 20)

/* One file before it is parsed. */
struct source {
	struct wf_str path; /* from the root of the repository */
	const char *file; /* as a person would type it */
	struct wf_str text;
	bool unread;
	struct wf_error err; /* when it is unread */
};

struct sources {
	struct source *items;
	size_t n, cap;
};

bool
load_is_workflow(struct wf_str name)
{
	return wf_str_ends(name, WF_S(".yml")) || wf_str_ends(name, WF_S(".yaml"));
}

/* ---- texts ---- */

static void
list_worktree(const struct load *load, struct sources *out)
{
	const char *root = wf_cstr(load->arena, wf_str(repo_workdir(load->repo)));
	size_t nnames;
	char **names;

	if (!wf_list_dir(load->arena, wf_join(load->arena, root, FOLDER), &names, &nnames, NULL))
		return; /* a repository without workflows */
	for (size_t i = 0; i < nnames; i++) {
		struct source *source;
		const char *full;

		if (!load_is_workflow(wf_str(names[i])))
			continue;
		source = wf_push(load->arena, out->items, out->n, out->cap);
		source->path = wf_strf(load->arena, FOLDER "/%s", names[i]);
		full = wf_join(load->arena, root, source->path.p);
		source->file = wf_shown_path(load->arena, full);
		source->unread = !wf_read_file(load->arena, full, WORKFLOW_LARGEST, &source->text,
		    &source->err);
	}
}

static void
list_commit(const struct load *load, const char *rev, struct sources *out)
{
	struct wf_str *names;
	size_t nnames;

	if (!repo_tree(load->repo, load->arena, rev, FOLDER, &names, &nnames))
		return;
	for (size_t i = 0; i < nnames; i++) {
		struct source *source;

		if (!load_is_workflow(names[i]))
			continue;
		source = wf_push(load->arena, out->items, out->n, out->cap);
		source->path = wf_strf(load->arena, FOLDER "/%.*s", WF_ARG(names[i]));
		source->file = wf_strf(load->arena, "%s:%.*s", rev, WF_ARG(source->path)).p;
		source->unread = !repo_blob(load->repo, load->arena, rev, source->path.p,
		    &source->text);
		if (source->unread)
			wf_fail(&source->err, WF_ERR_INVALID, WF_NOWHERE, "this is no file");
	}
}

/* ---- reading ---- */

static void
read_source(const struct load *load, struct source *source, struct session_workflow *out,
    struct wf_diags *diags)
{
	out->path = source->path;
	out->problem = diags->n;
	if (source->unread) {
		source->err.kind = WF_ERR_INVALID;
		source->err.pos.file = source->file;
		wf_diags_add(diags, WF_DIAG_ERROR, &source->err);
	} else {
		out->wf = workflow_read(load->arena, source->file, source->path, source->text,
		    diags);
	}
	out->nproblems = diags->n - out->problem;
}

static void
read_all(const struct load *load, const char *rev, struct load_files *out, struct wf_diags *diags)
{
	struct sources sources = { .n = 0 };

	if (rev)
		list_commit(load, rev, &sources);
	else
		list_worktree(load, &sources);
	out->rev = rev;
	out->n = sources.n;
	out->items = wf_new_array(load->arena, sources.n, struct session_workflow);
	for (size_t i = 0; i < sources.n; i++)
		read_source(load, &sources.items[i], &out->items[i], diags);
}

void
load_files(const struct load *load, const struct event *event, struct load_files *out,
    struct wf_diags *diags)
{
	const char *rev = load->args->committed ? "HEAD" : NULL;

	*out = (struct load_files){ .n = 0 };
	if (event)
		rev = event_commit_rev(load->arena, load->repo, load->facts, load->args, event);
	out->tree = rev;
	read_all(load, load->worktree ? NULL : rev, out, diags);
}

void
load_report(const struct session_workflow *file, const struct wf_diags *from, struct wf_diags *to)
{
	for (size_t i = 0; i < file->nproblems; i++) {
		const struct wf_diag *found = from->items[file->problem + i];
		struct wf_diag *copy = wf_diags_add(to, found->severity, &found->error);

		copy->rule = found->rule;
		copy->end = found->end;
	}
}

static bool
same_rev(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

void
load_followers(const struct load *load, const struct load_files *own, struct load_files *out)
{
	struct wf_diags ignored = { .arena = load->arena };
	const char *tip = event_default_rev(load->arena, load->repo, load->facts, load->args);
	const char *rev = load->worktree || load->chain_worktree ? NULL : tip;

	*out = *own;
	if (!same_rev(rev, own->rev))
		read_all(load, rev, out, &ignored);
	out->tree = tip;
}

/* ---- what differs ---- */

static const struct session_workflow *
find(const struct load_files *files, struct wf_str path)
{
	for (size_t i = 0; i < files->n; i++)
		if (wf_str_eq(files->items[i].path, path))
			return &files->items[i];
	return NULL;
}

const struct workflow *
load_find(const struct load_files *files, struct wf_str path)
{
	const struct session_workflow *item = find(files, path);

	return item ? item->wf : NULL;
}

/* Whether the commit has this file just as it is here. */
static bool
is_same(const struct load *load, const char *rev, const struct source *source)
{
	struct wf_str text;

	return !source->unread && repo_blob(load->repo, load->arena, rev, source->path.p, &text) &&
	       wf_str_eq(text, source->text);
}

struct wf_str
load_note(const struct load *load, const struct load_files *own, const struct event *event)
{
	struct sources here = { .n = 0 };
	struct wf_buf names = WF_BUF_INIT;
	struct wf_str found, list;
	size_t n = 0;

	if (!own->rev && !own->tree && event->sha.n > 0 && !wf_str_is(event->sha, REPO_ZERO_SHA) &&
	    !repo_resolve(load->repo, load->arena, wf_cstr(load->arena, event->sha), &found))
		return wf_strf(load->arena,
		    "commit %.7s is not in this clone: the workflow files are those of the work "
		    "tree",
		    event->sha.p);
	if (!own->rev || strcmp(own->rev, "HEAD") == 0)
		return WF_S("");
	list_worktree(load, &here);
	for (size_t i = 0; i < here.n; i++)
		if (!is_same(load, own->rev, &here.items[i]) && n++ < 3)
			wf_buf_addf(&names, "%s%.*s", n > 1 ? ", " : "",
			    WF_ARG(wf_str_skip(here.items[i].path, strlen(FOLDER "/"))));
	list = wf_buf_take(&names, load->arena);
	if (n == 0)
		return list;
	return wf_strf(load->arena,
	    "GitHub reads the workflows of this event from '%s', and so does wfrun; the work tree "
	    "has "
	    "others: %.*s%s; --workflows-from worktree rehearses those",
	    own->rev, WF_ARG(list), n > 3 ? ", ..." : "");
}

bool
load_hint(const struct load *load, const struct load_files *own, const char *word,
    struct wf_error *err)
{
	struct wf_diags ignored = { .arena = load->arena };
	struct load_files here;
	struct wf_error other;
	size_t index;

	if (!own->rev)
		return false;
	read_all(load, NULL, &here, &ignored);
	if (!pick_workflow(here.items, here.n, word, &index, &other))
		return false;
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
	    "there is no workflow '%s' on '%s', from which GitHub reads those of this event", word,
	    own->rev);
	return wf_hint(err, "--workflows-from worktree rehearses the one in the work tree");
}

static bool
is_follower(const struct workflow *wf, struct wf_pos *pos)
{
	const struct when_event *when = wf ? when_find(wf->on, WF_S("workflow_run")) : NULL;

	if (when)
		*pos = when->pos;
	return when != NULL;
}

void
load_remarks(struct wf_arena *arena, const struct load_files *own,
    const struct load_files *followers, struct load_remark **out, size_t *n)
{
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	for (size_t i = 0; followers->rev && followers->items != own->items && i < own->n; i++) {
		const struct session_workflow *mine = &own->items[i], *theirs;
		struct load_remark *remark;
		struct wf_pos pos;

		if (!is_follower(mine->wf, &pos))
			continue;
		theirs = find(followers, mine->path);
		if (theirs && theirs->wf && wf_str_eq(theirs->wf->source, mine->wf->source))
			continue;
		remark = wf_push(arena, *out, *n, cap);
		remark->pos = pos;
		remark->text = wf_strf(arena,
		    theirs ? "'%.*s' is another on '%s', from which a workflow_run wakes it; "
		             "--chain-from worktree rehearses this one"
		           : "'%.*s' is not on '%s', so that no workflow_run wakes it; "
		             "--chain-from worktree rehearses it",
		    WF_ARG(mine->path), followers->rev);
	}
}
