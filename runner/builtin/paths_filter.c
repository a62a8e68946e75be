/* SPDX-License-Identifier: MIT */
/* paths_filter.c - dorny/paths-filter: which groups of files did this event change?
 *
 * The action asks GitHub's API on pull requests and git otherwise. Here the changes of a pull
 * request are the event's, and git is asked on a thread of the pool. What is compared with what
 * follows the action to the letter, since it surprises: a tag is compared with its merge base on
 * the default branch, which for a tag on that branch is the tag itself, so that nothing changed. */
#include "runner/builtin/builtin.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/fs.h"
#include "runner/builtin/probe.h"
#include "runner/builtin/quote.h"
#include "runner/builtin/rules.h"

enum compare {
	COMPARE_TREES, /* base and head */
	COMPARE_MERGE_BASE, /* head and where it left base */
	COMPARE_LAST_COMMIT, /* head and its parent */
	COMPARE_NOTHING, /* all files of head count as added */
};

/* How GitHub's API lists the files of a pull request: by pages, and not all of a huge one. */
#define LISTED_A_PAGE 100
#define LISTED_AT_MOST 3000

#define GIT_FAILED "The process '/usr/bin/git' failed with exit code 128"

struct paths_filter {
	struct builtin_call *call;
	uv_work_t work;
	struct wf_arena *arena; /* the thread's while it runs; gone with the call */
	struct wf_error error;
	struct rules *rules;
	enum quote_format format;

	enum compare compare;
	const char *base, *head; /* short names or shas */
	struct wf_str merged; /* the base of a pull request, which its merge commit has, too */
	struct wf_str below; /* the working directory below the checkout: "", or "src/" */
	bool ok, no_merge_base;
	bool cut; /* the checkout has no parent of its commit */
	const char *unknown; /* what the remote does not have either */

	struct repo_change *changes;
	size_t nchanges, cap;

	struct probe probe;
};

static const char *const input_names[] = { "token", "working-directory", "ref", "base", "filters",
	"list-files", "initial-fetch-depth", "predicate-quantifier", NULL };

/* Of the token is only asked whether there is one, as there is unless the step empties it. */
static const char *const input_defaults[] = { "the job's", NULL, NULL, NULL, NULL, "none", "100",
	"some", NULL };

static void
finish(struct paths_filter *pf, bool success)
{
	struct builtin_call *call = pf->call;
	struct wf_error error = pf->error;

	rules_free(pf->rules);
	wf_arena_free(pf->arena);
	if (success)
		call->done(call, true);
	else
		builtin_fail(call, "%s", error.msg);
}

/* ---- results ---- */

/* Prints one filter's files and sets its outputs; true when there are any. */
static bool
export_filter(struct paths_filter *pf, size_t filter)
{
	struct builtin_call *call = pf->call;
	struct wf_str name = rules_name(pf->rules, filter);
	struct wf_str *paths = wf_new_array(pf->arena, pf->nchanges, struct wf_str);
	struct wf_buf lines = WF_BUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < pf->nchanges; i++) {
		const struct repo_change *change = &pf->changes[i];

		if (!rules_match(pf->rules, filter, change->path, change->status))
			continue;
		paths[n++] = change->path;
		wf_buf_addf(&lines, "%.*s [%s]\n", WF_ARG(change->path),
		    rules_status_name(change->status));
	}
	builtin_group(call, "Filter %.*s = %s", WF_ARG(name), n > 0 ? "true" : "false");
	builtin_printf(call, "Matching files:%s", n > 0 ? "" : " none");
	call->print(call, wf_buf_str(&lines));
	wf_buf_release(&lines);
	name = wf_str_dup(call->arena, name);
	call->output(call, name, n > 0 ? WF_S("true") : WF_S("false"));
	call->output(call, wf_strf(call->arena, "%.*s_count", WF_ARG(name)),
	    wf_strf(call->arena, "%zu", n));
	if (pf->format != QUOTE_NONE)
		call->output(call, wf_strf(call->arena, "%.*s_files", WF_ARG(name)),
		    quote_list(call->arena, pf->format, paths, n));
	builtin_printf(call, "::endgroup::");
	return n > 0;
}

static void
export_results(struct paths_filter *pf)
{
	struct builtin_call *call = pf->call;
	size_t n = rules_count(pf->rules), nchanged = 0;
	struct wf_str *changed = wf_new_array(pf->arena, n, struct wf_str), json;
	bool taken = false;

	builtin_printf(call, "Detected %zu changed files", pf->nchanges);
	builtin_printf(call, "Results:");
	for (size_t i = 0; i < n; i++) {
		if (export_filter(pf, i))
			changed[nchanged++] = rules_name(pf->rules, i);
		taken |= wf_str_is(rules_name(pf->rules, i), "changes");
	}
	if (taken) {
		builtin_printf(call, "Cannot set changes output variable - name already used by "
		                     "filter output");
	} else {
		json = quote_list(call->arena, QUOTE_JSON, changed, nchanged);
		builtin_printf(call, "Changes output set to %.*s", WF_ARG(json));
		call->output(call, WF_S("changes"), json);
	}
	finish(pf, true);
}

/* ---- changes that the event knows ---- */

static bool
is_pull_request(const struct event *event)
{
	static const char *const names[] = { "pull_request", "pull_request_review",
		"pull_request_review_comment", "pull_request_target" };

	for (size_t i = 0; i < WF_COUNT(names); i++)
		if (wf_str_is(event->name, names[i]))
			return true;
	return false;
}

static void
add_change(struct paths_filter *pf, struct wf_str path, enum repo_change_kind status)
{
	*wf_push(pf->arena, pf->changes, pf->nchanges,
	    pf->cap) = (struct repo_change){ .path = path, .status = status };
}

/* The action takes a rename for what it is without looking for renames. */
static void
add_split(struct paths_filter *pf, const struct repo_change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool renamed = changes[i].status == REPO_RENAMED;

		add_change(pf, changes[i].path, renamed ? REPO_ADDED : changes[i].status);
		if (renamed)
			add_change(pf, changes[i].old_path, REPO_DELETED);
	}
}

static struct wf_str
payload_text(struct paths_filter *pf, const char *path)
{
	return expr_path_str(pf->arena, expr_object_value(pf->call->event->payload), path);
}

/* One answer of the API, which calls what is deleted removed. */
static void
print_page(struct paths_filter *pf, const struct repo_change *changes, size_t n)
{
	builtin_printf(pf->call, "Received %zu items", n);
	for (size_t i = 0; i < n; i++)
		builtin_printf(pf->call, "[%s] %.*s",
		    changes[i].status == REPO_DELETED ? "removed"
		                                      : rules_status_name(changes[i].status),
		    WF_ARG(changes[i].path));
}

static void
export_listed(struct paths_filter *pf)
{
	struct builtin_call *call = pf->call;
	const struct event *event = call->event;
	struct wf_str number = payload_text(pf, "pull_request.number");
	size_t n = event->nchanges < LISTED_AT_MOST ? event->nchanges : LISTED_AT_MOST, at = 0;

	builtin_group(call, "Fetching list of changed files for PR#%.*s from Github API",
	    WF_ARG(number));
	builtin_printf(call, "Invoking listFiles(pull_number: %.*s, per_page: %d)", WF_ARG(number),
	    LISTED_A_PAGE);
	do {
		size_t page = n - at < LISTED_A_PAGE ? n - at : LISTED_A_PAGE;

		print_page(pf, event->changes + at, page);
		at += page;
	} while (at < n);
	builtin_printf(call, "::endgroup::");
	add_split(pf, event->changes, n);
	export_results(pf);
}

/* ---- names of refs ---- */

static const char *
short_name(struct paths_filter *pf, struct wf_str ref)
{
	static const struct wf_str prefixes[] = { { "refs/heads/", 11 }, { "refs/tags/", 10 } };

	for (size_t i = 0; i < WF_COUNT(prefixes); i++)
		if (wf_str_starts(ref, prefixes[i]))
			ref = wf_str_skip(ref, prefixes[i].n);
	return wf_cstr(pf->arena, ref);
}

/* Whether the name is that of the event's own ref. */
static bool
is_own(struct paths_filter *pf, const char *name)
{
	return strcmp(short_name(pf, pf->call->event->ref), name) == 0;
}

/* ---- on the thread: what git knows ---- */

/* The remote does not have it, as a rule; what has it under a longer name can be fetched, but is
 * not found then. */
static const char *
fail_fetch(struct paths_filter *pf, struct repo *repo, const char *name)
{
	struct wf_str sha;

	if (repo_resolve(repo, pf->arena, wf_strf(pf->arena, "refs/%s", name).p, &sha) ||
	    (wf_str_starts(wf_str(name), WF_S("refs/")) &&
	        repo_resolve(repo, pf->arena, name, &sha))) {
		wf_fail(&pf->error, WF_ERR_MISSING, WF_NOWHERE,
		    "Could not determine what is %s - fetch works but it's not a branch, tag or "
		    "commit SHA",
		    name);
		return NULL;
	}
	pf->unknown = name;
	wf_fail(&pf->error, WF_ERR_MISSING, WF_NOWHERE, GIT_FAILED);
	return NULL;
}

/* The commit of a short name, as it would be on the remote: the event's own ref is where the event
 * says, a branch is where it is here. */
static const char *
find_commit(struct paths_filter *pf, struct repo *repo, const char *name)
{
	struct wf_str sha;

	if (is_own(pf, name))
		return wf_cstr(pf->arena, pf->call->event->sha);
	if (repo_branch(repo, pf->arena, wf_str(name), REPO_LOCAL, &sha) ||
	    repo_branch(repo, pf->arena, wf_str(name), REPO_REMOTE, &sha) ||
	    repo_resolve(repo, pf->arena, wf_strf(pf->arena, "refs/tags/%s", name).p, &sha) ||
	    (strlen(name) == 40 && repo_resolve(repo, pf->arena, name, &sha)))
		return wf_cstr(pf->arena, sha);
	return fail_fetch(pf, repo, name);
}

/* Whether the merge commit of a pull request would have the files of its head. */
static bool
has_all_of_base(struct paths_filter *pf, struct repo *repo, const char *head)
{
	struct wf_str base;

	return pf->merged.n > 0 &&
	       repo_merge_base(repo, pf->arena, wf_cstr(pf->arena, pf->merged), head, &base) &&
	       wf_str_eq(base, pf->merged);
}

/* The commit to count from; REPO_ZERO_SHA: from nothing. */
static const char *
find_base(struct paths_filter *pf, struct repo *repo, const char *head)
{
	const char *base = pf->base;
	struct wf_str sha;

	switch (pf->compare) {
	case COMPARE_NOTHING: return REPO_ZERO_SHA;
	case COMPARE_LAST_COMMIT:
		/* where history ends, all files are new to git; it shows no changes for a merge */
		if (pf->cut)
			return REPO_ZERO_SHA;
		if (repo_resolve(repo, pf->arena, wf_strf(pf->arena, "%s^2", head).p, &sha))
			return head;
		if (!repo_resolve(repo, pf->arena, wf_strf(pf->arena, "%s^", head).p, &sha))
			return REPO_ZERO_SHA;
		return wf_cstr(pf->arena, sha);
	case COMPARE_TREES: return find_commit(pf, repo, base);
	case COMPARE_MERGE_BASE:
		base = find_commit(pf, repo, base);
		if (base && has_all_of_base(pf, repo, head))
			return base;
		if (base && repo_merge_base(repo, pf->arena, base, head, &sha))
			return wf_cstr(pf->arena, sha);
		pf->no_merge_base = base != NULL;
		return base;
	}
	abort();
}

/* All files that git knows are listed as the working directory sees them; a comparison is one of
 * the whole repository wherever it is made. */
static void
keep_below(struct paths_filter *pf)
{
	size_t n = 0;

	for (size_t i = 0; i < pf->nchanges; i++) {
		struct repo_change change = pf->changes[i];

		if (!wf_str_starts(change.path, pf->below))
			continue;
		change.path = wf_str_skip(change.path, pf->below.n);
		pf->changes[n++] = change;
	}
	pf->nchanges = n;
}

static bool
find_changes(struct paths_filter *pf, struct repo *repo)
{
	const struct event *event = pf->call->event;
	bool worktree = is_own(pf, pf->head) && event->diff_from_worktree;
	const char *head = find_commit(pf, repo, pf->head), *base;

	if (!head || !(base = find_base(pf, repo, head)) ||
	    !repo_diff(repo, pf->arena, base, head, worktree, false, &pf->changes, &pf->nchanges,
	        &pf->error))
		return false;
	if (pf->compare == COMPARE_NOTHING)
		keep_below(pf);
	return true;
}

static void
on_work(uv_work_t *work)
{
	struct paths_filter *pf = work->data;
	struct repo *repo = repo_open(pf->call->repo_dir, &pf->error);

	pf->ok = repo && find_changes(pf, repo);
	repo_close(repo);
}

static void
on_worked(uv_work_t *work, int status)
{
	struct paths_filter *pf = work->data;

	if (status < 0 || pf->call->cancelled)
		pf->ok = wf_fail(&pf->error, WF_ERR_SYS, WF_NOWHERE, "The operation was canceled.");
	if (pf->unknown)
		builtin_printf(pf->call, "fatal: couldn't find remote ref %s", pf->unknown);
	if (!pf->ok) {
		finish(pf, false);
		return;
	}
	if (pf->no_merge_base)
		builtin_warn(pf->call, "No merge base found - change detection will use direct "
		                       "<commit>..<commit> comparison");
	export_results(pf);
}

/* ---- what is compared with what ---- */

static bool
is_sha(const char *name)
{
	return strlen(name) == 40 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789") == 40;
}

static void
warn_other_head(struct paths_filter *pf)
{
	if (!is_own(pf, pf->head))
		builtin_warn(pf->call, "Ref %s is not checked out - results might be incorrect!",
		    pf->head);
}

/* The base is a commit, or the branch that was pushed: then it is where that was before. */
static void
compare_before(struct paths_filter *pf, const char *before)
{
	struct builtin_call *call = pf->call;
	const char *fallback = wf_cstr(pf->arena, call->facts->default_branch);

	pf->compare = COMPARE_TREES;
	if (!*before) {
		pf->compare = COMPARE_LAST_COMMIT;
		builtin_warn(call, "'before' field is missing in event payload - changes will be "
		                   "detected from last commit");
		warn_other_head(pf);
	} else if (strcmp(before, REPO_ZERO_SHA) != 0) {
		builtin_printf(call, "Changes will be detected between %s and %s", before,
		    pf->head);
	} else if (*fallback && strcmp(pf->base, fallback) != 0) {
		pf->compare = COMPARE_MERGE_BASE;
		builtin_printf(call,
		    "First push of a branch detected - changes will be detected against the "
		    "default branch %s",
		    fallback);
		before = fallback;
	} else {
		pf->compare = COMPARE_NOTHING;
		builtin_printf(call, "Initial push detected - all files will be listed as added");
		warn_other_head(pf);
	}
	pf->base = before;
}

/* Decides what git is asked. */
static void
choose(struct paths_filter *pf)
{
	struct builtin_call *call = pf->call;
	const struct event *event = call->event;
	struct wf_str ref = builtin_input(call, "ref"), base = builtin_input(call, "base");
	struct wf_str before = WF_S("");

	if (wf_str_is(event->name, "push"))
		before = payload_text(pf, "before");
	pf->head = short_name(pf, ref.n > 0 ? ref : event->ref);
	pf->base = short_name(pf, base.n > 0 ? base : call->facts->default_branch);
	if (is_sha(pf->base)) {
		compare_before(pf, pf->base);
	} else if (strcmp(pf->base, pf->head) == 0) {
		compare_before(pf, wf_cstr(pf->arena, before));
	} else {
		pf->compare = COMPARE_MERGE_BASE;
		builtin_printf(call, "Changes will be detected between %s and %s", pf->base,
		    pf->head);
	}
}

/* On GitHub the merge of head and base is checked out and compared with the base, whose name is
 * taken as it is written. Here no merge is made. Where head has all of the base it would be the
 * same as head; else what it brings is what head has beyond the place where it left the base. */
static void
choose_pull(struct paths_filter *pf)
{
	struct wf_str base = builtin_input(pf->call, "base");

	if (base.n == 0)
		base = payload_text(pf, "pull_request.base.sha");
	if (base.n == 0)
		base = pf->call->facts->default_branch;
	pf->compare = COMPARE_MERGE_BASE;
	pf->head = short_name(pf, pf->call->event->ref);
	pf->base = wf_cstr(pf->arena, base);
	pf->merged = payload_text(pf, "pull_request.base.sha");
}

/* Whether the comparison is the one that the event was made from: its changes are then taken, which
 * the user may have replaced. */
static bool
is_the_events(struct paths_filter *pf)
{
	const struct event *event = pf->call->event;

	if (!event->has_changes)
		return false;
	if (is_pull_request(event))
		return builtin_input(pf->call, "base").n == 0;
	return pf->compare == COMPARE_TREES && wf_str_is(payload_text(pf, "before"), pf->base) &&
	       is_own(pf, pf->head);
}

static bool
is_folder(struct paths_filter *pf, const char *path)
{
	struct wf_error ignored;
	wf_auto(wf_close_fd) int fd = box_open(pf->call->box, path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC, &ignored);

	return fd >= 0;
}

static const char *
working_directory(struct paths_filter *pf)
{
	struct wf_str dir = builtin_input(pf->call, "working-directory");
	const char *workspace = pf->call->box->layout.workspace;

	return dir.n > 0 ? wf_join(pf->call->arena, workspace, wf_cstr(pf->arena, dir)) : workspace;
}

static bool
has_git(struct paths_filter *pf, struct wf_str folder)
{
	const char *git = wf_join(pf->arena, wf_cstr(pf->arena, folder), ".git");
	struct wf_error ignored;
	wf_auto(wf_close_fd) int fd = box_open(pf->call->box, git, O_RDONLY | O_CLOEXEC, &ignored);

	return fd >= 0;
}

/* Whether history ends at the event's commit, as after a checkout of depth 1. */
static bool
is_cut(struct paths_filter *pf, struct wf_str folder)
{
	const char *path = wf_join(pf->call->arena, wf_cstr(pf->arena, folder), ".git/shallow");
	struct wf_error ignored;
	struct wf_str text;

	return builtin_read(pf->call, path, &text, &ignored) &&
	       wf_str_find(text, pf->call->event->sha) >= 0;
}

/* The action runs git, which wants a checkout in its folder or above. Notes where below the
 * checkout the folder is. */
static bool
find_checkout(struct paths_filter *pf)
{
	struct wf_str folder = wf_str(working_directory(pf)), from = folder;

	for (ptrdiff_t slash; (slash = wf_str_rfind_char(folder, '/')) > 0;
	     folder = wf_str_sub(folder, 0, (size_t)slash)) {
		if (!has_git(pf, folder))
			continue;
		from = wf_str_skip(from, folder.n);
		pf->below = wf_strf(pf->arena, "%.*s/", WF_ARG(from));
		pf->below = wf_str_skip(pf->below, 1); /* "", or "src/" */
		pf->cut = is_cut(pf, folder);
		return true;
	}
	builtin_printf(pf->call,
	    "fatal: not a git repository (or any of the parent directories): .git");
	return wf_fail(&pf->error, WF_ERR_MISSING, WF_NOWHERE, GIT_FAILED);
}

static void
ask_git(struct paths_filter *pf)
{
	if (!find_checkout(pf)) {
		finish(pf, false);
		return;
	}
	if (is_pull_request(pf->call->event))
		choose_pull(pf);
	else
		choose(pf);
	if (is_the_events(pf)) {
		add_split(pf, pf->call->event->changes, pf->call->event->nchanges);
		export_results(pf);
	} else if (uv_queue_work(pf->call->loop, &pf->work, on_work, on_worked) < 0) {
		wf_fail(&pf->error, WF_ERR_SYS, WF_NOWHERE, "no thread to compare with");
		finish(pf, false);
	}
}

/* ---- changes that the job made ---- */

/* The letters of git diff --name-status. */
static enum repo_change_kind
read_status(struct wf_str letters)
{
	if (wf_str_starts(letters, WF_S("A")))
		return REPO_ADDED;
	return wf_str_starts(letters, WF_S("D")) ? REPO_DELETED : REPO_MODIFIED;
}

static void
on_diff(struct probe *probe, bool ok)
{
	struct paths_filter *pf = probe->data;
	struct wf_str rest = wf_buf_str(&probe->out);

	if (!ok) {
		pf->error = probe->error;
		finish(pf, false);
		return;
	}
	while (rest.n > 0) {
		struct wf_str status = wf_str_cut(&rest, '\0');
		struct wf_str path = wf_str_cut(&rest, '\0');

		if (path.n > 0)
			add_change(pf, wf_str_dup(pf->arena, path), read_status(status));
	}
	export_results(pf);
}

/* What differs from HEAD in the workspace, where earlier steps may have written. */
static void
ask_box(struct paths_filter *pf)
{
	static const char *const diff[] = { "git", "diff", "--no-renames", "--name-status", "-z",
		"HEAD", NULL };

	pf->probe = (struct probe){ .call = pf->call, .on_done = on_diff, .data = pf };
	probe_start(&pf->probe, diff, working_directory(pf));
}

/* ---- start ---- */

static bool
read_quantifier(struct paths_filter *pf, enum rules_quantifier *out)
{
	static const char *const names[] = {
		[RULES_SOME] = "some",
		[RULES_EVERY] = "every",
		[RULES_SOME_WITH_EXCLUDES] = "some-with-excludes",
	};
	struct wf_str name = builtin_input(pf->call, "predicate-quantifier");

	*out = RULES_SOME;
	if (name.n == 0)
		return true;
	for (size_t i = 0; i < WF_COUNT(names); i++)
		if (wf_str_is(name, names[i])) {
			*out = (enum rules_quantifier)i;
			return true;
		}
	return wf_fail(&pf->error, WF_ERR_EVAL, WF_NOWHERE,
	    "Input parameter 'predicate-quantifier' is set to invalid value '%.*s'. Valid values: "
	    "every, some, some-with-excludes",
	    WF_ARG(name));
}

static bool
read_format(struct paths_filter *pf)
{
	struct wf_str name = wf_str_lower(pf->arena, builtin_input(pf->call, "list-files"));

	if (name.n == 0 || quote_format(name, &pf->format))
		return true;
	return wf_fail(&pf->error, WF_ERR_EVAL, WF_NOWHERE,
	    "Input parameter 'list-files' is set to invalid value '%.*s'", WF_ARG(name));
}

/* The input is YAML, or the name of a file when it is one word. */
static bool
read_filters(struct paths_filter *pf, struct wf_str *out)
{
	struct builtin_call *call = pf->call;
	struct wf_str text = builtin_input(call, "filters");
	const char *path;

	*out = text;
	if (text.n == 0)
		return wf_fail(&pf->error, WF_ERR_EVAL, WF_NOWHERE,
		    "Input required and not supplied: filters");
	if (wf_str_find_char(text, '\n') >= 0 || wf_str_find_char(text, ':') >= 0)
		return true;
	path = wf_join(call->arena, working_directory(pf), wf_cstr(pf->arena, text));
	if (builtin_read(call, path, out, &pf->error))
		return true;
	if (is_folder(pf, path))
		return wf_fail(&pf->error, WF_ERR_MISSING, WF_NOWHERE, "'%.*s' is not a file.",
		    WF_ARG(text));
	return wf_fail(&pf->error, WF_ERR_MISSING, WF_NOWHERE,
	    "Configuration file '%.*s' not found", WF_ARG(text));
}

/* The action goes there before all else. */
static bool
check_directory(struct paths_filter *pf)
{
	struct wf_str dir = builtin_input(pf->call, "working-directory");

	if (dir.n == 0 || is_folder(pf, working_directory(pf)))
		return true;
	return wf_fail(&pf->error, WF_ERR_MISSING, WF_NOWHERE,
	    "ENOENT: no such file or directory, chdir '%s' -> '%.*s'",
	    pf->call->box->layout.workspace, WF_ARG(dir));
}

static bool
read_inputs(struct paths_filter *pf)
{
	enum rules_quantifier quantifier;
	struct wf_str yaml;

	if (!check_directory(pf) || !read_filters(pf, &yaml) || !read_format(pf) ||
	    !read_quantifier(pf, &quantifier))
		return false;
	pf->rules = rules_read(pf->arena, yaml, quantifier, &pf->error);
	return pf->rules != NULL;
}

static void
start_pull(struct paths_filter *pf)
{
	struct builtin_call *call = pf->call;
	bool token = builtin_input(call, "token").n > 0;

	if (builtin_input(call, "ref").n > 0)
		builtin_warn(call, "'ref' input parameter is ignored when 'base' is set to HEAD");
	if (builtin_input(call, "base").n > 0)
		builtin_warn(call, "'base' input parameter is ignored when action is triggered by "
		                   "pull request event");
	if (token && call->event->has_changes) {
		export_listed(pf);
		return;
	}
	if (!token && wf_str_is(call->event->name, "pull_request_target")) {
		wf_fail(&pf->error, WF_ERR_EVAL, WF_NOWHERE,
		    "'token' input parameter is required if action is triggered by "
		    "'pull_request_target' event");
		finish(pf, false);
		return;
	}
	if (!token)
		builtin_printf(call, "Github token is not available - changes will be detected "
		                     "using git diff");
	ask_git(pf);
}

static void
paths_filter_start(struct builtin_call *call)
{
	struct paths_filter *pf = wf_new(call->arena, struct paths_filter);
	struct wf_str ref = builtin_input(call, "ref"), base = builtin_input(call, "base");

	pf->call = call;
	pf->arena = wf_arena_new();
	pf->work.data = pf;
	if (!read_inputs(pf)) {
		finish(pf, false);
		return;
	}
	if (wf_str_is(base, "HEAD")) {
		if (ref.n > 0)
			builtin_warn(call,
			    "'ref' input parameter is ignored when 'base' is set to HEAD");
		ask_box(pf);
	} else if (is_pull_request(call->event)) {
		start_pull(pf);
	} else {
		ask_git(pf);
	}
}

const struct builtin builtin_paths_filter = {
	.repository = "dorny/paths-filter",
	.inputs = input_names,
	.defaults = input_defaults,
	.start = paths_filter_start,
};
