/* SPDX-License-Identifier: MIT */
/* api_git.c - the part of the API that git and the event know: repository, refs, commits, trees,
 * contents, pull requests. */
#include "runner/service/api.h"

#include "event/repo_look.h"
#include "event/shape.h"

#include <inttypes.h>
#include <openssl/evp.h>

#define COMMITS_LARGEST 10000 /* of a list */
#define COMPARED_LARGEST 250 /* commits of a comparison, as on GitHub */

static const char *
cstr(struct api_call *api, struct wf_str text)
{
	return wf_cstr(api->arena, text);
}

/* What the event's payload says of the repository or the pull request; NULL when it has none. */
static const struct expr_object *
of_payload(const struct api_call *api, const char *key)
{
	struct expr_value value = { .kind = EXPR_NULL };

	if (api->facts->payload)
		value = expr_object_get(api->facts->payload, wf_str(key));
	return value.kind == EXPR_OBJECT ? value.object : NULL;
}

static void
say_const(struct api_call *api, const struct expr_object *object)
{
	server_say_json(api->call->request, 200, expr_object_value((struct expr_object *)object));
}

static void
get_repository(struct api_call *api)
{
	const struct expr_object *repository = of_payload(api, "repository");

	if (repository)
		say_const(api, repository);
	else
		api_not_found(api);
}

/* ---- commits ---- */

static struct expr_object *
person(struct api_call *api, struct wf_str name, struct wf_str email, int64_t time)
{
	struct expr_object *person = expr_object_new(api->arena);

	shape_text(person, "name", name);
	shape_text(person, "email", email);
	shape_text(person, "date", shape_time(api->arena, time));
	return person;
}

static struct expr_object *
link_to(struct api_call *api, const char *what, struct wf_str sha)
{
	struct expr_object *link = expr_object_new(api->arena);

	shape_text(link, "sha", sha);
	shape_text(link, "url", api_url(api, "%s/%.*s", what, WF_ARG(sha)));
	return link;
}

/* What both kinds of commits have: `git/commits` gives it alone. */
static void
add_commit(struct api_call *api, struct expr_object *to, const struct repo_commit *commit)
{
	shape_object(to, "author",
	    person(api, commit->author_name, commit->author_email, commit->author_time));
	shape_object(to, "committer",
	    person(api, commit->committer_name, commit->committer_email, commit->committer_time));
	shape_text(to, "message", shape_message(commit->message));
	shape_object(to, "tree", link_to(api, "git/trees", commit->tree));
	shape_text(to, "url", api_url(api, "git/commits/%.*s", WF_ARG(commit->sha)));
}

static void
add_parents(struct api_call *api, struct expr_object *to, const struct repo_commit *commit,
    const char *what)
{
	struct expr_array *parents = expr_array_new(api->arena);

	if (commit->parent.n)
		expr_array_push(parents, expr_object_value(link_to(api, what, commit->parent)));
	shape_array(to, "parents", parents);
}

static struct expr_object *
shape_of(struct api_call *api, const struct repo_commit *commit)
{
	struct expr_object *reply = expr_object_new(api->arena);
	struct expr_object *inner = expr_object_new(api->arena);

	add_commit(api, inner, commit);
	shape_text(reply, "sha", commit->sha);
	shape_object(reply, "commit", inner);
	shape_text(reply, "url", api_url(api, "commits/%.*s", WF_ARG(commit->sha)));
	shape_text(reply, "html_url",
	    wf_strf(api->arena, "%.*s/commit/%.*s", WF_ARG(api->facts->html_url),
	        WF_ARG(commit->sha)));
	shape_null(reply, "author"); /* no account is known for an e-mail */
	shape_null(reply, "committer");
	add_parents(api, reply, commit, "commits");
	return reply;
}

/* A revision as callers of the API write it: a branch, a tag, a sha, HEAD, a full ref. */
static bool
find_commit(struct api_call *api, struct wf_str rev, struct repo_commit *out)
{
	struct wf_str sha;
	const char *text = cstr(api, rev);

	if (!rev.n || !api->repo)
		return false;
	if (!repo_branch(api->repo, api->arena, rev, REPO_LOCAL, &sha) &&
	    !repo_resolve(api->repo, api->arena, text, &sha) &&
	    !repo_branch(api->repo, api->arena, rev, REPO_REMOTE, &sha))
		return false;
	return repo_commit(api->repo, api->arena, cstr(api, sha), out, NULL);
}

static void
list_commits(struct api_call *api)
{
	struct wf_str rev = api_query(api, "sha");
	struct expr_array *all = expr_array_new(api->arena);
	struct repo_commit head, *commits;
	size_t n;

	if (!find_commit(api, rev.n ? rev : api->facts->default_branch, &head) ||
	    !repo_log(api->repo, api->arena, REPO_ZERO_SHA, cstr(api, head.sha), COMMITS_LARGEST,
	        &commits, &n, NULL)) {
		api_not_found(api);
		return;
	}
	while (n-- > 0) /* the newest first */
		expr_array_push(all, expr_object_value(shape_of(api, &commits[n])));
	api_say_page(api, all, NULL);
}

/* ---- changed files ---- */

static struct expr_array *
shape_files(struct api_call *api, const char *base, const char *head)
{
	struct expr_array *files = expr_array_new(api->arena);
	struct repo_lines *lines;
	size_t n;

	if (!repo_lines(api->repo, api->arena, base, head, &lines, &n))
		return files;
	for (size_t i = 0; i < n; i++) {
		struct expr_object *file = expr_object_new(api->arena);

		shape_text(file, "sha", lines[i].sha);
		shape_text(file, "filename", lines[i].path);
		shape_text(file, "status", wf_str(lines[i].status));
		shape_number(file, "additions", (double)lines[i].additions);
		shape_number(file, "deletions", (double)lines[i].deletions);
		shape_number(file, "changes", (double)(lines[i].additions + lines[i].deletions));
		shape_text(file, "contents_url",
		    api_url(api, "contents/%.*s?ref=%s", WF_ARG(lines[i].path), head));
		if (lines[i].patch.n)
			shape_text(file, "patch", lines[i].patch);
		if (lines[i].old_path.n)
			shape_text(file, "previous_filename", lines[i].old_path);
		expr_array_push(files, expr_object_value(file));
	}
	return files;
}

static void
get_commit(struct api_call *api)
{
	struct expr_object *reply;
	struct repo_commit commit;
	const char *parent;

	if (!find_commit(api, api->segments[0], &commit)) {
		api_not_found(api);
		return;
	}
	parent = commit.parent.n ? cstr(api, commit.parent) : REPO_ZERO_SHA;
	reply = shape_of(api, &commit);
	shape_array(reply, "files", shape_files(api, parent, cstr(api, commit.sha)));
	api_say(api, 200, reply);
}

static void
get_git_commit(struct api_call *api)
{
	struct expr_object *reply = expr_object_new(api->arena);
	struct repo_commit commit;

	if (!find_commit(api, api->segments[0], &commit)) {
		api_not_found(api);
		return;
	}
	shape_text(reply, "sha", commit.sha);
	add_commit(api, reply, &commit);
	add_parents(api, reply, &commit, "git/commits");
	api_say(api, 200, reply);
}

/* How many commits base..head has. */
static size_t
count(struct api_call *api, struct wf_str base, struct wf_str head, struct repo_commit **commits)
{
	size_t n = 0;

	repo_log(api->repo, api->arena, cstr(api, base), cstr(api, head), COMMITS_LARGEST, commits,
	    &n, NULL);
	return n;
}

static void
say_comparison(struct api_call *api, const struct repo_commit *base,
    const struct repo_commit *merge_base, const struct repo_commit *head)
{
	struct expr_object *reply = expr_object_new(api->arena);
	struct expr_array *list = expr_array_new(api->arena);
	struct repo_commit *commits = NULL, *others;
	size_t ahead = count(api, merge_base->sha, head->sha, &commits);
	size_t behind = count(api, merge_base->sha, base->sha, &others);

	for (size_t i = 0; i < ahead && i < COMPARED_LARGEST; i++)
		expr_array_push(list, expr_object_value(shape_of(api, &commits[i])));
	shape_object(reply, "base_commit", shape_of(api, base));
	shape_object(reply, "merge_base_commit", shape_of(api, merge_base));
	shape_text(reply, "status",
	    ahead    ? behind ? WF_S("diverged") : WF_S("ahead")
	       : behind ? WF_S("behind")
	             : WF_S("identical"));
	shape_number(reply, "ahead_by", (double)ahead);
	shape_number(reply, "behind_by", (double)behind);
	shape_number(reply, "total_commits", (double)ahead);
	shape_array(reply, "commits", list);
	shape_array(reply, "files",
	    shape_files(api, cstr(api, merge_base->sha), cstr(api, head->sha)));
	api_say(api, 200, reply);
}

/* BASE...HEAD, three dots as GitHub has it. */
static void
compare(struct api_call *api)
{
	struct wf_str text = api->segments[0], sha;
	ptrdiff_t dots = wf_str_find(text, WF_S("..."));
	struct repo_commit base, head, merge_base;

	if (dots > 0 && find_commit(api, wf_str_sub(text, 0, (size_t)dots), &base) &&
	    find_commit(api, wf_str_skip(text, (size_t)dots + 3), &head) &&
	    repo_merge_base(api->repo, api->arena, cstr(api, base.sha), cstr(api, head.sha),
	        &sha) &&
	    repo_commit(api->repo, api->arena, cstr(api, sha), &merge_base, NULL))
		say_comparison(api, &base, &merge_base, &head);
	else
		api_not_found(api);
}

/* ---- refs ---- */

static struct expr_value
shape_branch(struct api_call *api, const struct repo_ref *ref)
{
	struct expr_object *entry = expr_object_new(api->arena);

	shape_text(entry, "name", ref->name);
	shape_object(entry, "commit", link_to(api, "commits", ref->sha));
	if (!ref->tag)
		shape_bool(entry, "protected", false);
	return expr_object_value(entry);
}

static void
list_refs(struct api_call *api, bool tags)
{
	struct expr_array *all = expr_array_new(api->arena);
	struct repo_ref *refs;
	size_t n = 0;

	if (api->repo && !repo_refs(api->repo, api->arena, &refs, &n, NULL))
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (refs[i].tag == tags)
			expr_array_push(all, shape_branch(api, &refs[i]));
	api_say_page(api, all, NULL);
}

static void
list_branches(struct api_call *api)
{
	list_refs(api, false);
}

static void
list_tags(struct api_call *api)
{
	list_refs(api, true);
}

static void
get_branch(struct api_call *api)
{
	struct expr_object *reply = expr_object_new(api->arena);
	struct repo_commit commit;
	struct wf_str sha;

	if (!api->repo ||
	    (!repo_branch(api->repo, api->arena, api->segments[0], REPO_LOCAL, &sha) &&
	        !repo_branch(api->repo, api->arena, api->segments[0], REPO_REMOTE, &sha)) ||
	    !repo_commit(api->repo, api->arena, cstr(api, sha), &commit, NULL)) {
		api_not_found(api);
		return;
	}
	shape_text(reply, "name", api->segments[0]);
	shape_object(reply, "commit", shape_of(api, &commit));
	shape_bool(reply, "protected", false);
	api_say(api, 200, reply);
}

static struct expr_value
shape_ref(struct api_call *api, struct wf_str full, struct wf_str sha)
{
	struct expr_object *reply = expr_object_new(api->arena);
	struct expr_object *object = link_to(api, "git/commits", sha);

	shape_text(object, "type", WF_S("commit"));
	shape_text(reply, "ref", full);
	shape_text(reply, "url", api_url(api, "git/%.*s", WF_ARG(full)));
	shape_object(reply, "object", object);
	return expr_object_value(reply);
}

static void
get_ref(struct api_call *api)
{
	struct wf_str full = wf_strf(api->arena, "refs/%.*s", WF_ARG(api->segments[0])), sha;

	if (api->repo && repo_resolve(api->repo, api->arena, full.p, &sha))
		server_say_json(api->call->request, 200, shape_ref(api, full, sha));
	else
		api_not_found(api);
}

static void
match_refs(struct api_call *api)
{
	struct expr_array *all = expr_array_new(api->arena);
	struct repo_ref *refs;
	size_t n = 0;

	if (api->repo && !repo_refs(api->repo, api->arena, &refs, &n, NULL))
		n = 0;
	for (size_t i = 0; i < n; i++) {
		struct wf_str name = wf_strf(api->arena, "%s/%.*s", refs[i].tag ? "tags" : "heads",
		    WF_ARG(refs[i].name));

		if (wf_str_starts(name, api->segments[0]))
			expr_array_push(all,
			    shape_ref(api, wf_strf(api->arena, "refs/%.*s", WF_ARG(name)),
			        refs[i].sha));
	}
	api_say_page(api, all, NULL);
}

/* ---- trees and files ---- */

static struct expr_value
shape_tree_entry(struct api_call *api, const struct repo_entry *entry)
{
	struct expr_object *object = expr_object_new(api->arena);
	bool blob = strcmp(entry->type, "blob") == 0;

	shape_text(object, "path", entry->path);
	shape_text(object, "mode", wf_strf(api->arena, "%06o", entry->mode));
	shape_text(object, "type", wf_str(entry->type));
	shape_text(object, "sha", entry->sha);
	if (blob)
		shape_number(object, "size", (double)entry->size);
	shape_text(object, "url",
	    api_url(api, "git/%s/%.*s", blob ? "blobs" : "trees", WF_ARG(entry->sha)));
	return expr_object_value(object);
}

static void
get_tree(struct api_call *api)
{
	struct expr_object *reply = expr_object_new(api->arena);
	struct expr_array *tree = expr_array_new(api->arena);
	struct repo_commit commit;
	struct repo_entry *entries;
	struct wf_str sha = api->segments[0];
	size_t n;

	if (find_commit(api, sha, &commit))
		sha = commit.tree;
	if (!api->repo || !repo_entries(api->repo, api->arena, cstr(api, sha),
	                      api_query(api, "recursive").n > 0, &entries, &n)) {
		api_not_found(api);
		return;
	}
	for (size_t i = 0; i < n; i++)
		expr_array_push(tree, shape_tree_entry(api, &entries[i]));
	shape_text(reply, "sha", sha);
	shape_text(reply, "url", api_url(api, "git/trees/%.*s", WF_ARG(sha)));
	shape_array(reply, "tree", tree);
	shape_bool(reply, "truncated", false);
	api_say(api, 200, reply);
}

/* In lines of 60 characters, as GitHub has it. */
static struct wf_str
base64(struct wf_arena *arena, struct wf_str bytes)
{
	struct wf_buf out = WF_BUF_INIT;

	while (bytes.n) {
		struct wf_str piece = wf_str_sub(bytes, 0, 45);
		unsigned char line[64];

		EVP_EncodeBlock(line, (const unsigned char *)piece.p, (int)piece.n);
		wf_buf_adds(&out, (const char *)line);
		wf_buf_addc(&out, '\n');
		bytes = wf_str_skip(bytes, piece.n);
	}
	return wf_buf_take(&out, arena);
}

static void
get_blob(struct api_call *api)
{
	struct expr_object *reply = expr_object_new(api->arena);
	struct wf_str bytes;

	if (!api->repo ||
	    !repo_object(api->repo, api->arena, cstr(api, api->segments[0]), &bytes)) {
		api_not_found(api);
		return;
	}
	shape_text(reply, "sha", api->segments[0]);
	shape_number(reply, "size", (double)bytes.n);
	shape_text(reply, "encoding", WF_S("base64"));
	shape_text(reply, "content", base64(api->arena, bytes));
	shape_text(reply, "url", api_url(api, "git/blobs/%.*s", WF_ARG(api->segments[0])));
	api_say(api, 200, reply);
}

static struct expr_object *
shape_content(struct api_call *api, const struct repo_entry *entry, struct wf_str path)
{
	struct expr_object *content = expr_object_new(api->arena);
	ptrdiff_t slash = wf_str_rfind_char(path, '/');

	shape_text(content, "name", wf_str_skip(path, (size_t)(slash + 1)));
	shape_text(content, "path", path);
	shape_text(content, "sha", entry->sha);
	shape_number(content, "size", (double)entry->size);
	shape_text(content, "url", api_url(api, "contents/%.*s", WF_ARG(path)));
	shape_text(content, "type",
	    strcmp(entry->type, "tree") == 0     ? WF_S("dir")
	    : strcmp(entry->type, "commit") == 0 ? WF_S("submodule")
	    : entry->mode == 0120000             ? WF_S("symlink")
	                                         : WF_S("file"));
	return content;
}

static void
say_file(struct api_call *api, const struct repo_entry *entry, struct wf_str path)
{
	struct wf_str accept = server_header(api->call->request, "Accept"), bytes = WF_S("");
	struct expr_object *content = shape_content(api, entry, path);

	repo_object(api->repo, api->arena, cstr(api, entry->sha), &bytes);
	if (wf_str_find(accept, WF_S("raw")) >= 0) {
		server_say(api->call->request, 200, "application/octet-stream", bytes);
		return;
	}
	shape_text(content, "encoding", WF_S("base64"));
	shape_text(content, "content", base64(api->arena, bytes));
	api_say(api, 200, content);
}

static void
say_folder(struct api_call *api, struct wf_str tree, struct wf_str path)
{
	struct expr_array *all = expr_array_new(api->arena);
	struct repo_entry *entries;
	size_t n;

	if (!repo_entries(api->repo, api->arena, cstr(api, tree), false, &entries, &n)) {
		api_not_found(api);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct wf_str full = path.n ? wf_strf(api->arena, "%.*s/%.*s", WF_ARG(path),
		                                  WF_ARG(entries[i].path))
		                            : entries[i].path;

		expr_array_push(all, expr_object_value(shape_content(api, &entries[i], full)));
	}
	server_say_json(api->call->request, 200, expr_array_value(all));
}

static void
get_contents(struct api_call *api)
{
	struct wf_str rev = api_query(api, "ref"), path = api->segments[0];
	struct repo_commit commit;
	struct repo_entry entry;

	while (wf_str_ends(path, WF_S("/")))
		path.n--;
	if (!find_commit(api, rev.n ? rev : api->facts->default_branch, &commit))
		api_not_found(api);
	else if (!path.n)
		say_folder(api, commit.tree, path);
	else if (!repo_entry(api->repo, api->arena, cstr(api, commit.sha), cstr(api, path), &entry))
		api_not_found(api);
	else if (strcmp(entry.type, "tree") == 0)
		say_folder(api, entry.sha, path);
	else
		say_file(api, &entry, path);
}

/* ---- the pull request of the event ---- */

static const struct expr_object *
pull_request(struct api_call *api)
{
	const struct expr_object *pull = of_payload(api, "pull_request");
	struct wf_str number;

	if (!pull)
		return NULL;
	number = expr_to_string(api->arena, expr_object_get(pull, WF_S("number")));
	return wf_str_eq(number, api->segments[0]) ? pull : NULL;
}

static void
list_pulls(struct api_call *api)
{
	const struct expr_object *pull = of_payload(api, "pull_request");
	struct expr_array *all = expr_array_new(api->arena);

	if (pull)
		expr_array_push(all, expr_object_value((struct expr_object *)pull));
	api_say_page(api, all, NULL);
}

static void
get_pull(struct api_call *api)
{
	const struct expr_object *pull = pull_request(api);

	if (pull)
		say_const(api, pull);
	else
		api_not_found(api);
}

static struct wf_str
side_sha(struct api_call *api, const struct expr_object *pull, const char *side)
{
	struct expr_value value = expr_object_get(pull, wf_str(side));

	return value.kind == EXPR_OBJECT
	           ? expr_to_string(api->arena, expr_object_get(value.object, WF_S("sha")))
	           : WF_S("");
}

/* The two ends of the pull request: from where it branched off. */
static bool
find_sides(struct api_call *api, struct wf_str *base, struct wf_str *head)
{
	const struct expr_object *pull = pull_request(api);

	if (!pull || !api->repo)
		return false;
	*head = side_sha(api, pull, "head");
	return repo_merge_base(api->repo, api->arena, cstr(api, side_sha(api, pull, "base")),
	    cstr(api, *head), base);
}

static void
list_pull_files(struct api_call *api)
{
	struct wf_str base, head;

	if (find_sides(api, &base, &head))
		api_say_page(api, shape_files(api, cstr(api, base), cstr(api, head)), NULL);
	else
		api_not_found(api);
}

static void
list_pull_commits(struct api_call *api)
{
	struct expr_array *all = expr_array_new(api->arena);
	struct repo_commit *commits = NULL;
	struct wf_str base, head;
	size_t n;

	if (!find_sides(api, &base, &head)) {
		api_not_found(api);
		return;
	}
	n = count(api, base, head, &commits);
	for (size_t i = 0; i < n; i++)
		expr_array_push(all, expr_object_value(shape_of(api, &commits[i])));
	api_say_page(api, all, NULL);
}

const struct api_route api_git_routes[] = {
	{ "GET", "", get_repository },
	{ "GET", "branches", list_branches },
	{ "GET", "branches/**", get_branch },
	{ "GET", "tags", list_tags },
	{ "GET", "commits", list_commits },
	{ "GET", "commits/*", get_commit },
	{ "GET", "compare/**", compare },
	{ "GET", "contents", get_contents },
	{ "GET", "contents/**", get_contents },
	{ "GET", "git/commits/*", get_git_commit },
	{ "GET", "git/trees/*", get_tree },
	{ "GET", "git/blobs/*", get_blob },
	{ "GET", "git/ref/**", get_ref },
	{ "GET", "git/refs/**", get_ref },
	{ "GET", "git/matching-refs/**", match_refs },
	{ "GET", "pulls", list_pulls },
	{ "GET", "pulls/*", get_pull },
	{ "GET", "pulls/*/files", list_pull_files },
	{ "GET", "pulls/*/commits", list_pull_commits },
	{ .method = NULL },
};
