/* SPDX-License-Identifier: MIT */
/* checkout.c - actions/checkout: this repository, into the workspace.
 *
 * Nothing is copied when the wanted commit is the one that is checked out: the job sees the user's
 * work tree as the lowest layer of an overlay. Above it lies a layer that hides what a clone would
 * not have (the user's .git, ignored paths), and on top a fresh .git. Any other commit is exported
 * into a layer of its own. All of this is made on a thread of the pool; the box shows it. */
#include "runner/builtin/builtin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fs.h"
#include "runner/box/layers.h"
#include "runner/builtin/gitdir.h"
#include "runner/builtin/probe.h"

#define SHA_LENGTH 40

/* A call of the action. What the thread reads is set before it starts, what it writes is read after
 * it ended. */
struct checkout {
	struct builtin_call *call;
	uv_work_t work;
	struct wf_arena *arena; /* the thread's while it runs; gone with the call */
	struct wf_error error;

	/* wanted */
	const char *ref; /* full or short, NULL when a commit was asked for by its sha */
	const char *sha; /* the commit, NULL when ref names it */
	const char *inside; /* where the job sees it */
	unsigned depth;
	bool tags, submodules;

	/* made */
	bool ok;
	bool exported; /* a commit that is not checked out, or not without changes */
	size_t nhidden;
	bool copied; /* the work tree's files, see copy_foreign() */
	const char *commit, *subject;
	struct gitdir_spec git;
	const char *layers[4];

	struct probe probe;
};

/* ---- inputs ---- */

static const char *const input_names[] = { "repository", "ref", "token", "ssh-key",
	"ssh-known-hosts", "ssh-strict", "ssh-user", "persist-credentials", "path", "clean",
	"filter", "sparse-checkout", "sparse-checkout-cone-mode", "fetch-depth", "fetch-tags",
	"show-progress", "lfs", "submodules", "set-safe-directory", "github-server-url",
	"allow-unsafe-pr-checkout", NULL };

static const char *const input_defaults[] = { NULL, NULL, NULL, NULL, NULL, "true", "git", "true",
	NULL, "true", NULL, NULL, "true", "1", "false", "true", "false", "false", "true", NULL,
	"false", NULL };

/* What the action would do and this does not; said when the input has a value other than these. */
static const struct {
	const char *input, *harmless, *also_harmless;
	const char *what;
} not_done[] = {
	{ "sparse-checkout", "", "", "all files are there, not only the sparse ones" },
	{ "lfs", "false", "", "files that Git LFS keeps are there as the work tree has them" },
	{ "ssh-key", "", "", "no key is set up: git cannot reach the remote from the job" },
	{ "clean", "true", "", "the workspace is always made anew" },
	{ "github-server-url", "", "https://github.com",
	    "the repository always comes from this machine" },
};

static void
say_not_done(struct builtin_call *call)
{
	for (size_t i = 0; i < WF_COUNT(not_done); i++) {
		struct wf_str value = builtin_input(call, not_done[i].input);

		if (!wf_str_ieq(value, wf_str(not_done[i].harmless)) &&
		    !wf_str_ieq(value, wf_str(not_done[i].also_harmless)))
			builtin_warn(call, "Input '%s' is not supported yet: %s", not_done[i].input,
			    not_done[i].what);
	}
}

static bool
is_sha(struct wf_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!text.p[i] || !strchr("0123456789abcdefABCDEF", text.p[i]))
			return false;
	return text.n == SHA_LENGTH;
}

/* As the action reads it: rounded down, and all of history for what is no number. */
static unsigned
read_depth(struct wf_str text)
{
	struct wf_str whole = wf_str_cut(&text, '.');
	uint64_t depth;

	if (!wf_str_u64(whole, &depth))
		return 0;
	return depth < INT32_MAX ? (unsigned)depth : 0;
}

/* The folder of `path` in the workspace, with . and .. resolved; NULL when it leads out of it. */
static const char *
resolve_path(struct builtin_call *call, struct wf_str path)
{
	struct wf_str workspace = wf_str(call->box->layout.workspace);
	struct wf_buf out = WF_BUF_INIT;
	struct wf_str rest = path;
	const char *result = NULL;

	if (!wf_str_starts(path, WF_S("/")))
		wf_buf_add(&out, workspace);
	while (rest.p) {
		struct wf_str part = wf_str_cut(&rest, '/');
		ptrdiff_t slash = wf_str_rfind_char(wf_buf_str(&out), '/');

		if (wf_str_is(part, "..") && slash >= 0)
			out.n = (size_t)slash;
		else if (part.n > 0 && !wf_str_is(part, ".") && !wf_str_is(part, "..")) {
			wf_buf_addc(&out, '/');
			wf_buf_add(&out, part);
		}
	}
	rest = wf_buf_str(&out);
	if (wf_str_eq(rest, workspace) ||
	    (wf_str_starts(rest, workspace) &&
	        wf_str_starts(wf_str_skip(rest, workspace.n), WF_S("/"))))
		result = wf_cstr(call->arena, rest);
	wf_buf_release(&out);
	return result;
}

static void
read_ref(struct checkout *co, struct wf_str ref)
{
	const struct event *event = co->call->event;

	if (is_sha(ref)) {
		co->sha = wf_str_lower(co->arena, ref).p;
	} else if (ref.n > 0) {
		co->ref = wf_cstr(co->arena, ref);
	} else if (wf_str_starts(event->ref, WF_S("refs/"))) {
		co->ref = wf_cstr(co->arena, event->ref);
	} else {
		co->ref = wf_strf(co->arena, "refs/heads/%.*s", WF_ARG(event->ref)).p;
	}
}

/* Says what is wrong and is false when the call cannot be served. */
static bool
read_inputs(struct checkout *co)
{
	struct builtin_call *call = co->call;
	struct wf_str repository = builtin_input(call, "repository");
	struct wf_str own = call->facts->full_name;

	if (repository.n > 0 && !wf_str_ieq(repository, own)) {
		builtin_fail(call,
		    "Repository '%.*s' cannot be checked out: only this one, '%.*s', is at hand. "
		    "Guard the step with an `if:`, or put an action in its place with --stubs",
		    WF_ARG(repository), WF_ARG(own));
		return false;
	}
	co->inside = resolve_path(call, builtin_input(call, "path"));
	if (!co->inside) {
		builtin_fail(call, "Repository path '%.*s' is not under '%s'",
		    WF_ARG(builtin_input(call, "path")), call->box->layout.workspace);
		return false;
	}
	read_ref(co, builtin_input(call, "ref"));
	co->depth = read_depth(builtin_input(call, "fetch-depth"));
	co->tags = builtin_flag(call, "fetch-tags");
	co->submodules = builtin_flag(call, "submodules") ||
	                 wf_str_ieq(builtin_input(call, "submodules"), WF_S("recursive"));
	return true;
}

/* ---- on the thread: which commit ---- */

/* What the event says of a ref of its own, which need not exist in the repository yet. Some events
 * have a short ref, such as that of a merged pull request. */
static const char *
own_commit(struct checkout *co, const char *full)
{
	const struct event *event = co->call->event;
	struct wf_str own = event->ref;

	if (!wf_str_starts(own, WF_S("refs/")))
		own = wf_strf(co->arena, "refs/heads/%.*s", WF_ARG(own));
	return wf_str_is(own, full) ? wf_cstr(co->arena, event->sha) : NULL;
}

/* The head of the run that raised a workflow_run event: a tag that was only played through is not
 * in the repository, but the workflows that follow check it out by its name. */
static const char *
run_commit(struct checkout *co, const char *name)
{
	const struct expr_object *payload = co->call->event->payload;
	struct expr_value run = payload ? expr_object_get(payload, WF_S("workflow_run"))
	                                : EXPR_NULL_VALUE;
	struct wf_str sha = expr_path_str(co->arena, run, "head_sha");

	if (sha.n == 0 || !wf_str_is(expr_path_str(co->arena, run, "head_branch"), name))
		return NULL;
	return wf_cstr(co->arena, sha);
}

/* The commit of a branch: of the event, here, or where it was last seen on the remote. */
static const char *
branch_commit(struct checkout *co, struct repo *repo, const char *name)
{
	const char *own = own_commit(co, wf_strf(co->arena, "refs/heads/%s", name).p);
	struct wf_str sha;

	if (own)
		return own;
	if (repo_branch(repo, co->arena, wf_str(name), REPO_LOCAL, &sha) ||
	    repo_branch(repo, co->arena, wf_str(name), REPO_REMOTE, &sha))
		return wf_cstr(co->arena, sha);
	return NULL;
}

static const char *
tag_commit(struct checkout *co, struct repo *repo, const char *name)
{
	const char *full = wf_strf(co->arena, "refs/tags/%s", name).p;
	const char *own = own_commit(co, full);
	struct wf_str sha;

	if (own)
		return own;
	if (!repo_resolve(repo, co->arena, full, &sha))
		return run_commit(co, name);
	co->git.keep_tag = true;
	return wf_cstr(co->arena, sha);
}

/* Finds the commit of a ref as it was written, and what HEAD will be called. */
static bool
find_commit(struct checkout *co, struct repo *repo)
{
	struct wf_str ref = wf_str(co->ref);
	const char *branch = NULL, *tag = NULL;

	if (wf_str_starts(ref, WF_S("refs/heads/")))
		branch = co->ref + strlen("refs/heads/");
	else if (wf_str_starts(ref, WF_S("refs/tags/")))
		tag = co->ref + strlen("refs/tags/");
	else if (!wf_str_starts(ref, WF_S("refs/")))
		branch = tag = co->ref; /* a branch if there is one of this name */

	if (branch && (co->commit = branch_commit(co, repo, branch)))
		co->git.branch = branch;
	else if (tag && (co->commit = tag_commit(co, repo, tag)))
		co->git.ref = wf_strf(co->arena, "refs/tags/%s", tag).p;
	else if (!branch && !tag)
		co->commit = own_commit(co, co->ref);
	if (co->commit && wf_str_starts(ref, WF_S("refs/pull/")))
		co->git.ref = wf_strf(co->arena, "refs/remotes/%s", co->ref + strlen("refs/")).p;
	return co->commit || wf_fail(&co->error, WF_ERR_MISSING, WF_NOWHERE,
	                         "A branch or tag with the name '%s' could not be found", co->ref);
}

static bool
choose_commit(struct checkout *co, struct repo *repo)
{
	struct repo_commit commit;
	struct wf_str sha;

	co->commit = co->sha;
	if (co->ref && !find_commit(co, repo))
		return false;
	if (strcmp(co->commit, REPO_ZERO_SHA) == 0)
		return wf_fail(&co->error, WF_ERR_MISSING, WF_NOWHERE,
		    "There is nothing to check out: this repository has no commit yet");
	if (!repo_resolve(repo, co->arena, co->commit, &sha))
		return wf_fail(&co->error, WF_ERR_MISSING, WF_NOWHERE,
		    "The commit '%s' is not in this repository", co->commit);
	co->commit = wf_cstr(co->arena, sha);
	if (!repo_commit(repo, co->arena, co->commit, &commit, &co->error))
		return false;
	co->subject = wf_cstr(co->arena, wf_str_cut(&commit.message, '\n'));
	return true;
}

/* ---- on the thread: layers ---- */

static const char *
new_layer(struct checkout *co, const char *base, const char *name)
{
	const char *path = wf_join(co->arena, base, name);

	return wf_mkdirs(path, 0755, &co->error) ? path : NULL;
}

/* Makes the folders above `rel` in the layer; an overlay shows their modes, so they are those of
 * the work tree. */
static bool
copy_parents(struct checkout *co, const char *layer, struct wf_str rel)
{
	const char *from = co->call->repo_dir;

	for (size_t i = 0; i < rel.n; i++) {
		struct stat st;
		const char *part, *made;

		if (rel.p[i] != '/')
			continue;
		part = wf_cstr(co->arena, wf_str_sub(rel, 0, i));
		made = wf_join(co->arena, layer, part);
		if (mkdir(made, 0755) < 0) {
			if (errno == EEXIST)
				continue;
			return wf_fail_sys(&co->error, errno, "create %s", made);
		}
		if (stat(wf_join(co->arena, from, part), &st) < 0)
			return wf_fail_sys(&co->error, errno, "look at %s/%s", from, part);
		if (chmod(made, st.st_mode & 07777) < 0 ||
		    (geteuid() == 0 && chown(made, st.st_uid, st.st_gid) < 0))
			return wf_fail_sys(&co->error, errno, "set the mode of %s", made);
	}
	return true;
}

/* Hides a path of the layers below. A device 0/0 takes no privilege to make. */
static bool
hide(struct checkout *co, const char *layer, struct wf_str rel)
{
	const char *path = wf_join(co->arena, layer, wf_cstr(co->arena, rel));

	if (!copy_parents(co, layer, rel))
		return false;
	if (mknod(path, S_IFCHR, makedev(0, 0)) < 0 && errno != EEXIST)
		return wf_fail_sys(&co->error, errno, "hide %.*s", WF_ARG(rel));
	return true;
}

/* The paths of submodules, one `path = ...` each in .gitmodules. */
static bool
next_submodule(struct wf_str *text, struct wf_str *path)
{
	while (text->p) {
		struct wf_str value = wf_str_cut(text, '\n');
		struct wf_str key = wf_str_trim(wf_str_cut(&value, '='));

		*path = wf_str_trim(value);
		if (wf_str_is(key, "path") && path->n > 0 && path->p[0] != '/' &&
		    wf_str_find(*path, WF_S("..")) < 0)
			return true;
	}
	return false;
}

/* A clone has an empty folder for a submodule; one that is asked for keeps its files, but not the
 * link into the user's .git. */
static bool
hide_submodules(struct checkout *co, const char *layer, const char *top)
{
	const char *file = wf_join(co->arena, co->call->repo_dir, ".gitmodules");
	struct wf_str text, path;

	if (!wf_read_file(co->arena, file, 1u << 20, &text, NULL))
		return true; /* there are none */
	while (next_submodule(&text, &path)) {
		const char *name = wf_cstr(co->arena, path);

		if (!wf_exists(wf_join(co->arena, co->call->repo_dir, name)))
			continue;
		if (co->submodules)
			path = wf_strf(co->arena, "%s/.git", name);
		else if (!new_layer(co, top, name))
			return false;
		if (!hide(co, layer, path))
			return false;
	}
	return true;
}

/* Hides what a clone would not have. */
static bool
hide_untracked(struct checkout *co, const char *layer)
{
	const struct repo_status *status = &co->call->facts->status;

	if (!hide(co, layer, WF_S(".git")))
		return false;
	for (size_t i = 0; i < status->nignored; i++)
		if (!hide(co, layer, status->ignored[i]))
			return false;
	co->nhidden = status->nignored;
	return true;
}

/* An overlay cannot take over files whose owner has no name in the sandbox's user namespace: it
 * would show them, and refuse every write to them. They are copied then, as nothing else helps. */
static bool
copy_foreign(struct checkout *co, const char *base)
{
	static const atomic_bool never;
	const char *files = new_layer(co, base, "files");
	const struct layers_copy copy = { .layers = &co->layers[1],
		.target = files,
		.cancelled = &never };

	if (geteuid() == 0 || !co->call->facts->status.foreign)
		return true;
	if (!files || !layers_copy(&copy, &co->error))
		return false;
	co->layers[1] = files;
	co->layers[2] = NULL;
	co->copied = true;
	return true;
}

/* The work tree as it is. */
static bool
layer_worktree(struct checkout *co, const char *base)
{
	const char *layer = new_layer(co, base, "hidden");

	if (!layer || !hide_untracked(co, layer))
		return false;
	co->layers[1] = layer;
	co->layers[2] = co->call->repo_dir;
	return hide_submodules(co, layer, co->layers[0]) && copy_foreign(co, base);
}

static bool
layer_export(struct checkout *co, struct repo *repo, const char *base)
{
	const char *layer = new_layer(co, base, "files");

	co->layers[1] = layer;
	return layer && repo_export(repo, co->commit, layer, &co->error);
}

/* The folder of this call below the job's: a job may check out more than once. */
static const char *
make_base(struct checkout *co)
{
	char *base = wf_join(co->arena, co->call->state, "checkout-XXXXXX");

	if (!mkdtemp(base)) {
		wf_fail_sys(&co->error, errno, "create a folder in %s", co->call->state);
		return NULL;
	}
	return base;
}

static bool
make_layers(struct checkout *co, struct repo *repo)
{
	const struct builtin_call *call = co->call;
	const char *base = make_base(co), *git;

	if (!base || !(co->layers[0] = new_layer(co, base, "git")) ||
	    !(git = new_layer(co, co->layers[0], ".git")))
		return false;
	co->exported = !wf_str_is(call->facts->head_sha, co->commit) ||
	               (call->committed && call->facts->status.dirty);
	co->git.sha = co->commit;
	co->git.objects = call->objects ? call->objects
	                                : wf_join(co->arena, repo_commondir(repo), "objects");
	co->git.depth = co->depth;
	co->git.tags = co->tags;
	co->git.keep_index = !co->exported;
	return gitdir_write(co->arena, repo, git, &co->git, &co->error) &&
	       (co->exported ? layer_export(co, repo, base) : layer_worktree(co, base));
}

static void
on_work(uv_work_t *work)
{
	struct checkout *co = work->data;
	struct repo *repo = repo_open(co->call->repo_dir, &co->error);

	co->ok = repo && choose_commit(co, repo) && make_layers(co, repo);
	repo_close(repo);
}

/* ---- back on the loop ---- */

static void
finish(struct checkout *co, const struct wf_error *err)
{
	struct builtin_call *call = co->call;
	struct wf_error failure;

	if (err)
		failure = *err;
	wf_arena_free(co->arena);
	if (err)
		builtin_fail(call, "%s", failure.msg);
	else
		call->done(call, true);
}

/* git refuses a repository of another user; the action says in the user's configuration that this
 * one is fine. Never in the configuration of the person who runs wfrun. */
static void
trust_folder(struct checkout *co)
{
	struct builtin_call *call = co->call;
	struct wf_str home = builtin_env(call, "HOME");
	const char *own = getenv("HOME");
	struct wf_buf text = WF_BUF_INIT;
	wf_auto(wf_close_fd) int fd = -1;

	if (!builtin_flag(call, "set-safe-directory") || home.n == 0 ||
	    (own && wf_str_is(home, own)))
		return;
	fd = box_open(call->box, wf_strf(co->arena, "%.*s/.gitconfig", WF_ARG(home)).p,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, NULL);
	wf_buf_adds(&text, "[safe]\n\tdirectory = ");
	wf_buf_add_json(&text, wf_str(co->inside));
	wf_buf_addc(&text, '\n');
	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n)
		builtin_warn(call, "git may refuse %s: it could not be marked as a safe directory",
		    co->inside);
	wf_buf_release(&text);
}

static void
succeed(struct checkout *co)
{
	struct builtin_call *call = co->call;

	builtin_printf(call, "%s", co->commit);
	call->output(call, WF_S("ref"), wf_str_dup(call->arena, wf_str(co->ref)));
	call->output(call, WF_S("commit"), wf_str_dup(call->arena, wf_str(co->commit)));
	finish(co, NULL);
}

/* An exported commit has no index yet; a box without git has no use for one. */
static void
on_index(struct probe *probe, bool ok)
{
	struct checkout *co = probe->data;

	(void)ok;
	succeed(co);
}

static void
describe(struct checkout *co)
{
	struct builtin_call *call = co->call;

	builtin_group(call, "Checking out the ref");
	if (co->git.branch)
		builtin_printf(call, "Switched to a new branch '%s'", co->git.branch);
	builtin_printf(call, "HEAD is now at %.7s %s", co->commit, co->subject);
	if (co->exported)
		builtin_printf(call, "The files are those of the commit");
	else
		builtin_printf(call,
		    "The files are those of the work tree%s; ignored and left out: %zu",
		    call->facts->status.dirty ? ", with changes that are not committed" : "",
		    co->nhidden);
	if (co->copied)
		builtin_printf(call, "Some files belong to another user or group: all were copied");
	builtin_printf(call, "::endgroup::");
}

static void
on_overlay(void *data, const struct wf_error *err)
{
	static const char *const read_tree[] = { "git", "read-tree", "HEAD", NULL };
	struct checkout *co = data;

	if (err) {
		finish(co, err);
		return;
	}
	describe(co);
	trust_folder(co);
	if (!co->exported) {
		succeed(co);
		return;
	}
	co->probe = (struct probe){ .call = co->call, .on_done = on_index, .data = co };
	probe_start(&co->probe, read_tree, co->inside);
}

static void
on_worked(uv_work_t *work, int status)
{
	struct checkout *co = work->data;

	if (status < 0 || co->call->cancelled)
		wf_fail(&co->error, WF_ERR_SYS, WF_NOWHERE, "The operation was canceled.");
	if (status < 0 || co->call->cancelled || !co->ok)
		finish(co, &co->error);
	else
		box_overlay(co->call->box, co->layers, co->inside, on_overlay, co);
}

static const char *
origin_url(struct checkout *co)
{
	struct expr_value github = expr_object_value((struct expr_object *)co->call->github);
	struct wf_str server = expr_path_str(co->arena, github, "server_url");

	if (server.n == 0)
		server = WF_S("https://github.com");
	return wf_strf(co->arena, "%.*s/%.*s", WF_ARG(server), WF_ARG(co->call->facts->full_name))
	    .p;
}

static void
checkout_start(struct builtin_call *call)
{
	struct checkout *co = wf_new(call->arena, struct checkout);

	co->call = call;
	co->arena = wf_arena_new();
	co->work.data = co;
	builtin_printf(call, "Syncing repository: %.*s", WF_ARG(call->facts->full_name));
	if (!read_inputs(co)) {
		wf_arena_free(co->arena);
		return;
	}
	say_not_done(call);
	if (co->submodules)
		builtin_warn(call,
		    "Input 'submodules' is not supported yet: submodules are there as the work "
		    "tree has them, without their history");
	co->git.url = origin_url(co);
	if (uv_queue_work(call->loop, &co->work, on_work, on_worked) < 0) {
		wf_fail(&co->error, WF_ERR_SYS, WF_NOWHERE, "no thread to check out with");
		finish(co, &co->error);
	}
}

const struct builtin builtin_checkout = {
	.repository = "actions/checkout",
	.inputs = input_names,
	.defaults = input_defaults,
	.start = checkout_start,
};
