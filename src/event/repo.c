/* SPDX-License-Identifier: MIT */
/* repo.c - opening a repository, and the facts that do not depend on the event.
 *
 * Everything is only read, so a repository of another owner is opened, too: git refuses it because
 * its configuration could name programs to start, and libgit2 starts none. */
#include "event/repo.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "event/repo_git.h"

bool
repo_fail(struct wf_error *err, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s: %s", what,
	    last && last->message ? last->message : "git gives no reason");
}

void
repo_commit_freep(git_commit **commit)
{
	git_commit_free(*commit);
}

void
repo_tree_freep(git_tree **tree)
{
	git_tree_free(*tree);
}

static void
reference_freep(git_reference **ref)
{
	git_reference_free(*ref);
}

struct wf_str
repo_oid_text(struct wf_arena *arena, const git_oid *oid)
{
	char text[GIT_OID_HEXSZ + 1];

	return wf_str_dup(arena, wf_str(git_oid_tostr(text, sizeof(text), oid)));
}

/* ---- open and close ---- */

/* Whether a file of the user's configuration cannot be looked at: HOME is another user's, as after
 * setpriv or in a container. */
static bool
is_closed(const char *dir, const char *name)
{
	char path[PATH_MAX];

	if (!dir || snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return false;
	return access(path, R_OK) < 0 && errno == EACCES;
}

/* git passes over such a configuration; libgit2 would refuse to open any repository. */
static void
pass_over_closed_home(void)
{
	const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME");

	if (is_closed(home, ".gitconfig"))
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, "");
	if (xdg && *xdg ? is_closed(xdg, "git/config") : is_closed(home, ".config/git/config"))
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, "");
}

/* libgit2's switches hold for the process; they are set when it starts up, before any thread of
 * ours can be inside it. */
static void
start_libgit2(void)
{
	if (git_libgit2_init() != 1)
		return;
	pass_over_closed_home();
	/* git does not compute the hash of what it reads either */
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 5
	/* What these extensions change is nothing that a reader depends on. */
	static const char *const extensions[] = { "partialclone", "worktreeconfig",
		"preciousobjects" };

	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, WF_COUNT(extensions));
#endif
}

static char *
path_dup(const char *path)
{
	size_t n = strlen(path);
	char *copy;

	while (n > 1 && path[n - 1] == '/')
		n--;
	copy = strndup(path, n);
	if (!copy)
		abort();
	return copy;
}

static void
fail_open(const char *dir, int rc, struct wf_error *err)
{
	if (rc < 0 && rc != GIT_ENOTFOUND) {
		repo_fail(err, "open the git repository of %s", dir);
		return;
	}
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
	    rc < 0 ? "%s is not in a git repository" : "%s has no work tree", dir);
	wf_hint(err, "go into a clone of the repository, or name one with -C DIR");
}

struct repo *
repo_open(const char *dir, struct wf_error *err)
{
	git_repository *git = NULL;
	struct repo *repo;
	int rc;

	start_libgit2();
	rc = git_repository_open_ext(&git, dir, 0, NULL);
	if (rc < 0 || !git_repository_workdir(git)) {
		fail_open(dir, rc, err);
		git_repository_free(git);
		git_libgit2_shutdown();
		return NULL;
	}
	repo = calloc(1, sizeof(*repo));
	if (!repo)
		abort();
	repo->git = git;
	repo->workdir = path_dup(git_repository_workdir(git));
	repo->gitdir = path_dup(git_repository_path(git));
	repo->commondir = path_dup(git_repository_commondir(git));
	return repo;
}

void
repo_close(struct repo *repo)
{
	if (!repo)
		return;
	free(repo->workdir);
	free(repo->gitdir);
	free(repo->commondir);
	git_diff_free(repo->look);
	git_repository_free(repo->git);
	free(repo);
	git_libgit2_shutdown();
}

const char *
repo_workdir(const struct repo *repo)
{
	return repo->workdir;
}

const char *
repo_gitdir(const struct repo *repo)
{
	return repo->gitdir;
}

const char *
repo_commondir(const struct repo *repo)
{
	return repo->commondir;
}

bool
repo_config(struct repo *repo, struct wf_arena *arena, const char *key, struct wf_str *value)
{
	git_config *config = NULL;
	git_buf text = { 0 };
	bool found = git_repository_config_snapshot(&config, repo->git) == 0 &&
	             git_config_get_string_buf(&text, config, key) == 0;

	if (found)
		*value = wf_str_dup(arena, (struct wf_str){ text.ptr, text.size });
	git_buf_dispose(&text);
	git_config_free(config);
	return found;
}

/* ---- revisions ---- */

git_commit *
repo_find_commit(const struct repo *repo, const char *rev)
{
	git_object *object = NULL, *commit = NULL;

	if (git_revparse_single(&object, repo->git, rev) < 0)
		return NULL;
	git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
	git_object_free(object);
	return (git_commit *)commit;
}

git_tree *
repo_find_tree(const struct repo *repo, const char *rev)
{
	wf_auto(repo_commit_freep) git_commit *commit = repo_find_commit(repo, rev);
	git_tree *tree = NULL;

	if (commit)
		git_commit_tree(&tree, commit);
	return tree;
}

bool
repo_resolve(struct repo *repo, struct wf_arena *arena, const char *rev, struct wf_str *sha)
{
	wf_auto(repo_commit_freep) git_commit *commit = repo_find_commit(repo, rev);

	if (!commit)
		return false;
	*sha = repo_oid_text(arena, git_commit_id(commit));
	return true;
}

bool
repo_merge_base(struct repo *repo, struct wf_arena *arena, const char *a, const char *b,
    struct wf_str *sha)
{
	wf_auto(repo_commit_freep) git_commit *one = repo_find_commit(repo, a);
	wf_auto(repo_commit_freep) git_commit *two = repo_find_commit(repo, b);
	git_oid base;

	if (!one || !two)
		return false;
	if (git_repository_is_shallow(repo->git)
	        ? !repo_shallow_base(repo, git_commit_id(one), git_commit_id(two), &base)
	        : git_merge_base(&base, repo->git, git_commit_id(one), git_commit_id(two)) < 0)
		return false;
	*sha = repo_oid_text(arena, &base);
	return true;
}

/* ---- branches ---- */

/* The name in "remote.NAME.url", or empty. */
static struct wf_str
name_of_key(struct wf_str key)
{
	if (!wf_str_starts(key, WF_S("remote.")) || !wf_str_ends(key, WF_S(".url")) ||
	    key.n <= strlen("remote..url"))
		return WF_S("");
	return wf_str_sub(key, strlen("remote."), key.n - strlen(".url"));
}

/* The remote that stands for GitHub: "origin", else the first; empty when there is none. The
 * configuration is read here because libgit2 1.5, asked for remotes, loses 20 KiB for each line of
 * the configuration that names none. */
static struct wf_str
remote_name(const struct repo *repo, struct wf_arena *arena)
{
	git_config *config = NULL;
	git_config_iterator *lines = NULL;
	git_config_entry *entry;
	struct wf_str found = WF_S("");

	if (git_repository_config_snapshot(&config, repo->git) == 0 &&
	    git_config_iterator_new(&lines, config) == 0)
		while (git_config_next(&entry, lines) == 0) {
			struct wf_str name = name_of_key(wf_str(entry->name));

			if (name.n > 0 && (found.n == 0 || wf_str_is(name, "origin")))
				found = wf_str_dup(arena, name);
		}
	git_config_iterator_free(lines);
	git_config_free(config);
	return found;
}

/* The commit of a full reference name. */
static bool
ref_commit(struct repo *repo, struct wf_arena *arena, const char *name, struct wf_str *sha)
{
	wf_auto(reference_freep) git_reference *ref = NULL;
	git_object *commit = NULL;
	bool found = git_reference_lookup(&ref, repo->git, name) == 0 &&
	             git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT) == 0;

	if (found)
		*sha = repo_oid_text(arena, git_object_id(commit));
	git_object_free(commit);
	return found;
}

bool
repo_branch(struct repo *repo, struct wf_arena *arena, struct wf_str name, enum repo_side side,
    struct wf_str *sha)
{
	struct wf_str remote;

	switch (side) {
	case REPO_LOCAL:
		return ref_commit(repo, arena, wf_strf(arena, "refs/heads/%.*s", WF_ARG(name)).p,
		    sha);
	case REPO_REMOTE:
		remote = remote_name(repo, arena);
		return remote.n > 0 &&
		       ref_commit(repo, arena,
		           wf_strf(arena, "refs/remotes/%.*s/%.*s", WF_ARG(remote), WF_ARG(name)).p,
		           sha);
	}
	abort();
}

static bool
is_branch(struct repo *repo, struct wf_arena *arena, const char *name)
{
	struct wf_str sha;

	return repo_branch(repo, arena, wf_str(name), REPO_LOCAL, &sha) ||
	       repo_branch(repo, arena, wf_str(name), REPO_REMOTE, &sha);
}

/* The branch that refs/remotes/REMOTE/HEAD points to. */
static bool
remote_head(struct repo *repo, struct wf_arena *arena, struct wf_str *name)
{
	struct wf_str remote = remote_name(repo, arena);
	struct wf_str prefix = wf_strf(arena, "refs/remotes/%.*s/", WF_ARG(remote));
	wf_auto(reference_freep) git_reference *ref = NULL;
	struct wf_str target;

	if (git_reference_lookup(&ref, repo->git, wf_strf(arena, "%.*sHEAD", WF_ARG(prefix)).p) < 0)
		return false;
	target = wf_str(git_reference_symbolic_target(ref));
	if (!wf_str_starts(target, prefix))
		return false;
	*name = wf_str_dup(arena, wf_str_skip(target, prefix.n));
	return true;
}

static struct wf_str
default_branch(struct repo *repo, struct wf_arena *arena, struct wf_str head)
{
	struct wf_str name;

	if (remote_head(repo, arena, &name))
		return name;
	if (is_branch(repo, arena, "main"))
		return WF_S("main");
	if (is_branch(repo, arena, "master"))
		return WF_S("master");
	return head.n > 0 ? head : WF_S("main");
}

/* ---- facts ---- */

/* A name as GitHub allows it: other bytes become '-', and no name is a way out of a folder. */
static struct wf_str
github_name(struct wf_arena *arena, struct wf_str text, const char *fallback)
{
	struct wf_str name;

	if (wf_str_ends(text, WF_S(".git")))
		text.n -= 4;
	if (text.n == 0 || wf_str_is(text, ".") || wf_str_is(text, ".."))
		return wf_str(fallback);
	name = wf_str_dup(arena, text);
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum((unsigned char)name.p[i]) && !strchr("._-", name.p[i]))
			((char *)name.p)[i] = '-';
	return name;
}

/* Cuts the last part of a path or URL off. */
static struct wf_str
cut_last(struct wf_str *path)
{
	ptrdiff_t slash;
	struct wf_str last;

	while (path->n > 0 && path->p[path->n - 1] == '/')
		path->n--;
	slash = wf_str_rfind_char(*path, '/');
	if (slash >= 0) {
		last = wf_str_skip(*path, (size_t)slash + 1);
		path->n = (size_t)slash;
	} else {
		/* git@host:name.git; in front of a colon stands no folder */
		last = wf_str_skip(*path, (size_t)(wf_str_rfind_char(*path, ':') + 1));
		path->n = 0;
	}
	return last;
}

/* A URL that names no server says nothing about an owner. */
static bool
is_local_url(struct wf_str url)
{
	ptrdiff_t colon = wf_str_find_char(url, ':'), slash = wf_str_find_char(url, '/');

	return wf_str_starts(url, WF_S("file://")) || colon < 0 || (slash >= 0 && slash < colon);
}

/* Takes owner and name out of https://host/owner/name.git, git@host:owner/name and their kin. */
static void
names_of_url(struct wf_arena *arena, struct wf_str url, struct repo_facts *out)
{
	bool local = is_local_url(url);
	struct wf_str name = cut_last(&url), owner = local ? WF_S("") : cut_last(&url);
	ptrdiff_t colon = wf_str_rfind_char(owner, ':'); /* git@host:owner/name */

	out->name = github_name(arena, name, "repo");
	out->owner = github_name(arena, wf_str_skip(owner, (size_t)(colon + 1)), "local");
}

static void
read_names(struct repo *repo, struct wf_arena *arena, struct repo_facts *out)
{
	struct wf_str remote = remote_name(repo, arena), folder = wf_str(repo->workdir), url;

	if (remote.n > 0 &&
	    repo_config(repo, arena, wf_strf(arena, "remote.%.*s.url", WF_ARG(remote)).p, &url)) {
		names_of_url(arena, url, out);
	} else {
		out->owner = WF_S("local");
		out->name = github_name(arena, cut_last(&folder), "repo");
	}
	out->full_name = wf_strf(arena, "%.*s/%.*s", WF_ARG(out->owner), WF_ARG(out->name));
}

/* HEAD's branch, also when it has no commit yet. */
static struct wf_str
head_branch(struct repo *repo, struct wf_arena *arena)
{
	wf_auto(reference_freep) git_reference *head = NULL;
	struct wf_str target;

	if (git_reference_lookup(&head, repo->git, "HEAD") < 0)
		return WF_S("");
	target = wf_str(git_reference_symbolic_target(head));
	if (!wf_str_starts(target, WF_S("refs/heads/")))
		return WF_S("");
	return wf_str_dup(arena, wf_str_skip(target, strlen("refs/heads/")));
}

bool
repo_facts(struct repo *repo, struct wf_arena *arena, struct repo_facts *out, struct wf_error *err)
{
	*out = (struct repo_facts){ 0 };
	read_names(repo, arena, out);
	out->head_branch = head_branch(repo, arena);
	out->default_branch = default_branch(repo, arena, out->head_branch);
	if (!ref_commit(repo, arena, "HEAD", &out->head_sha))
		out->head_sha = WF_S(REPO_ZERO_SHA);
	return repo_status(repo, arena, out->head_sha.p, &out->status, err);
}

/* ---- borrowed objects ---- */

#define MAX_ALTERNATES 64 /* git itself stops five levels deep */
#define MAX_ALTERNATES_FILE (1u << 20)

static bool
is_known(const char *const *paths, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(paths[i], path) == 0)
			return true;
	return false;
}

/* The folder that a line names in info/alternates of the folder `from`; NULL: none that is there. A
 * relative one counts from there. */
static const char *
alternate(struct wf_arena *arena, const char *from, struct wf_str line)
{
	const char *path = wf_cstr(arena, line);
	char real[PATH_MAX];

	if (line.n > 0 && path[0] != '/' && path[0] != '#')
		path = realpath(wf_join(arena, from, path), real)
		           ? wf_str_dup(arena, wf_str(real)).p
		           : "";
	return path[0] == '/' && wf_is_dir(path) ? path : NULL;
}

void
repo_alternates(struct repo *repo, struct wf_arena *arena, const char ***out, size_t *n)
{
	const char *from = wf_join(arena, repo->commondir, "objects");
	size_t cap = 0, next = 0;

	*out = NULL;
	*n = 0;
	for (; from; from = next < *n ? (*out)[next++] : NULL) {
		struct wf_str text;

		if (!wf_read_file(arena, wf_join(arena, from, "info/alternates"),
		        MAX_ALTERNATES_FILE, &text, NULL))
			continue; /* most have none */
		while (text.p && *n < MAX_ALTERNATES) {
			const char *path = alternate(arena, from, wf_str_cut(&text, '\n'));

			if (path && !is_known(*out, *n, path))
				*wf_push(arena, *out, *n, cap) = path;
		}
	}
}

/* ---- all references ---- */

struct ref_list {
	struct wf_arena *arena;
	struct repo_ref *items;
	size_t n, cap;
};

static int
add_ref(git_reference *ref, void *data)
{
	struct ref_list *list = data;
	bool branch = git_reference_is_branch(ref), tag = git_reference_is_tag(ref);
	git_object *commit = NULL;
	struct repo_ref *item;

	if ((branch || tag) && git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT) == 0) {
		item = wf_push(list->arena, list->items, list->n, list->cap);
		item->name = wf_str_dup(list->arena, wf_str(git_reference_shorthand(ref)));
		item->sha = repo_oid_text(list->arena, git_object_id(commit));
		item->tag = tag;
	}
	git_object_free(commit);
	git_reference_free(ref);
	return 0;
}

static int
compare_refs(const void *a, const void *b)
{
	const struct repo_ref *one = a, *two = b;

	return one->tag != two->tag ? (one->tag ? 1 : -1) : wf_str_cmp(one->name, two->name);
}

bool
repo_refs(struct repo *repo, struct wf_arena *arena, struct repo_ref **out, size_t *n,
    struct wf_error *err)
{
	struct ref_list list = { .arena = arena };

	if (git_reference_foreach(repo->git, add_ref, &list) < 0)
		return repo_fail(err, "list the references of %s", repo->workdir);
	if (list.n > 0)
		qsort(list.items, list.n, sizeof(*list.items), compare_refs);
	*out = list.items;
	*n = list.n;
	return true;
}
