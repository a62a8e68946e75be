/* SPDX-License-Identifier: MIT */
/* actions.c - finds a repository's commit on this machine, or has it fetched.
 *
 * A fetch is a request with copies of all that it needs, so that it may run on another thread; what
 * it found is taken over by the thread of the loop. */
#include "runner/store/actions.h"

#include "base/fs.h"
#include "base/map.h"
#include "runner/store/fetch.h"
#include "runner/store/home.h"
#include "runner/store/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NAME_LARGEST 100 /* of an owner or a repository; GitHub's are shorter */
#define REF_LARGEST 80 /* each byte may take three in a file's name */
#define LOCK_PATIENCE_MS 50

struct actions {
	struct wf_arena *arena;
	const struct actions_options *options;
	const char *folder; /* of the store; NULL until it is asked for */
	const char *const *sources;
	size_t nsources;
	const char **unreachable; /* [nsources] why nobody answers there, or NULL */
	struct actions_tree *local;
	size_t nlocal, local_cap;
	struct lock lock;
	struct wf_map trees; /* name to struct actions_tree: the same pointer each time */
	struct wf_map failures; /* name to struct wf_error */
};

struct actions_request {
	struct wf_arena *arena;
	struct actions_name name;
	const char *wanted; /* the ref, or the commit of the lock file */
	const char *folder; /* of the repository in the store */
	const char *const *sources;
	size_t nsources;
	const char **unreachable; /* [nsources], as of struct actions */
	bool look, renew;
	const atomic_bool *cancelled;
	const struct actions_options *options; /* whose on_fetch is told; NULL on another thread */
	struct wf_str source; /* that is being asked, fit to be shown */
	bool ok, was_here;
	char sha[FETCH_SHA_SIZE];
	struct wf_error error;
};

/* ---- names ---- */

static bool
is_plain_name(struct wf_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		        c == '-' || c == '_' || c == '.'))
			return false;
	}
	return name.n > 0 && name.n <= NAME_LARGEST && !wf_str_is(name, ".") &&
	       !wf_str_is(name, "..");
}

/* git allows no ref with ".." in it; here it would lead out of folders. */
static bool
check_name(const struct actions_name *name, struct wf_error *err)
{
	if (!name->ref.n || name->ref.n > REF_LARGEST || name->ref.p[0] == '-' ||
	    wf_str_find(name->ref, WF_S("..")) >= 0 || memchr(name->ref.p, '\0', name->ref.n))
		return wf_fail(err, WF_ERR_INVALID, WF_NOWHERE,
		    "'%.*s' is not the name of a tag, branch or commit", WF_ARG(name->ref));
	if (is_plain_name(name->owner) && is_plain_name(name->repo))
		return true;
	return wf_fail(err, WF_ERR_INVALID, WF_NOWHERE,
	    "'%.*s/%.*s' is not the name of a repository", WF_ARG(name->owner), WF_ARG(name->repo));
}

struct wf_str
actions_name_text(struct wf_arena *arena, const struct actions_name *name)
{
	return wf_strf(arena, "%.*s/%.*s@%.*s", WF_ARG(name->owner), WF_ARG(name->repo),
	    WF_ARG(name->ref));
}

static struct wf_str
key_of(struct wf_arena *arena, const struct actions_name *name)
{
	return wf_strf(arena, "%.*s/%.*s@%.*s", WF_ARG(wf_str_lower(arena, name->owner)),
	    WF_ARG(wf_str_lower(arena, name->repo)), WF_ARG(name->ref));
}

bool
actions_parse_local(const char *text, struct actions_name *name, const char **dir,
    struct wf_error *err)
{
	struct wf_str rest = wf_str(text), what = wf_str_cut(&rest, '=');

	name->ref = what;
	name->repo = wf_str_cut(&name->ref, '@');
	name->owner = wf_str_cut(&name->repo, '/');
	*dir = rest.p;
	if (name->owner.n && name->repo.n && name->ref.n && rest.n)
		return true;
	return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "expected OWNER/REPO@REF=DIR, not '%s'",
	    text);
}

/* ---- opening ---- */

static bool
add_local(struct actions *actions, const char *text, struct wf_error *err)
{
	struct actions_tree *tree = wf_push(actions->arena, actions->local, actions->nlocal,
	    actions->local_cap);
	struct actions_name name;
	char path[PATH_MAX];
	const char *dir;

	if (!actions_parse_local(text, &name, &dir, err) || !check_name(&name, err))
		return wf_wrap(err, "--local-repository");
	if (!realpath(dir, path) || !wf_is_dir(path)) {
		wf_fail_sys(err, errno ? errno : ENOTDIR, "--local-repository %s", text);
		err->kind = WF_ERR_USAGE;
		return false;
	}
	*tree = (struct actions_tree){
		.owner = name.owner,
		.repo = name.repo,
		.ref = name.ref,
		.folder = wf_cstr(actions->arena, wf_str(path)),
	};
	return true;
}

struct actions *
actions_new(struct wf_arena *arena, const struct actions_options *options, struct wf_error *err)
{
	struct actions *actions = wf_new(arena, struct actions);
	struct actions_options *kept = wf_new(arena, struct actions_options);

	*kept = *options;
	actions->arena = arena;
	actions->options = kept;
	wf_map_init(&actions->trees, arena, false);
	wf_map_init(&actions->failures, arena, false);
	lock_init(&actions->lock, arena);
	for (size_t i = 0; options->local && options->local[i]; i++)
		if (!add_local(actions, options->local[i], err))
			return NULL;
	actions->sources = source_list(arena, options->sources, &actions->nsources, err);
	if (!actions->sources)
		return NULL;
	actions->unreachable = wf_new_array(arena, actions->nsources, const char *);
	return lock_read(&actions->lock, options->workdir, err) ? actions : NULL;
}

const struct actions_options *
actions_options(const struct actions *actions)
{
	return actions->options;
}

struct lock *
actions_lock(struct actions *actions)
{
	return &actions->lock;
}

/* ---- what is here ---- */

static const char *
repository_folder(struct actions *actions, const struct actions_name *name, struct wf_error *err)
{
	struct wf_arena *arena = actions->arena;

	if (!actions->folder)
		actions->folder = store_folder(arena, "actions", err);
	if (!actions->folder)
		return NULL;
	return wf_strf(arena, "%s/%.*s/%.*s", actions->folder,
	    WF_ARG(wf_str_lower(arena, name->owner)), WF_ARG(wf_str_lower(arena, name->repo)))
	    .p;
}

/* A ref as a file's name: what is not a letter, digit, '-', '_' or a dot inside becomes %XX. */
static const char *
ref_file(struct wf_arena *arena, const char *folder, struct wf_str ref)
{
	wf_auto(wf_buf_release) struct wf_buf name = WF_BUF_INIT;

	for (size_t i = 0; i < ref.n; i++) {
		struct wf_str one = wf_str_sub(ref, i, i + 1);

		if (is_plain_name(one) || (one.p[0] == '.' && i > 0))
			wf_buf_add(&name, one);
		else
			wf_buf_addf(&name, "%%%02x", (unsigned char)one.p[0]);
	}
	return wf_strf(arena, "%s/refs/%.*s", folder, WF_ARG(wf_buf_str(&name))).p;
}

/* The commit that a ref meant when it was fetched, or an empty text. */
static struct wf_str
kept_ref(struct wf_arena *arena, const char *folder, struct wf_str ref)
{
	char target[PATH_MAX];
	ssize_t n = readlink(ref_file(arena, folder, ref), target, sizeof(target));
	struct wf_str sha = { target, n > 0 ? (size_t)n : 0 };

	sha = wf_str_skip(sha, (size_t)(wf_str_rfind_char(sha, '/') + 1));
	return lock_is_sha(sha) ? wf_str_dup(arena, sha) : WF_S("");
}

static const char *
commit_folder(struct wf_arena *arena, const char *folder, struct wf_str sha)
{
	return wf_strf(arena, "%s/" FETCH_COMMITS "/%.*s", folder, WF_ARG(sha)).p;
}

const char *const *
actions_folders(struct actions *actions, size_t *n)
{
	const char **folders = wf_new_array(actions->arena, actions->nlocal + 1, const char *);

	*n = 0;
	if (actions->folder)
		folders[(*n)++] = actions->folder;
	for (size_t i = 0; i < actions->nlocal; i++)
		folders[(*n)++] = actions->local[i].folder;
	return folders;
}

static const struct actions_tree *
find_local(const struct actions *actions, const struct actions_name *name)
{
	for (size_t i = 0; i < actions->nlocal; i++) {
		const struct actions_tree *tree = &actions->local[i];

		if (wf_str_ieq(tree->owner, name->owner) && wf_str_ieq(tree->repo, name->repo) &&
		    wf_str_eq(tree->ref, name->ref))
			return tree;
	}
	return NULL;
}

/* The commit of the lock file, or an empty text. */
static struct wf_str
locked_sha(struct actions *actions, const struct actions_name *name)
{
	if (actions->options->update)
		return WF_S("");
	return lock_get(&actions->lock, actions_name_text(actions->arena, name));
}

/* The commit that a name stands for as far as this machine knows: the lock file's, or what was
 * fetched last. */
static struct wf_str
known_sha(struct actions *actions, const struct actions_name *name, const char *folder)
{
	struct wf_str sha;

	if (lock_is_sha(name->ref))
		return name->ref;
	sha = locked_sha(actions, name);
	if (sha.n || actions->options->renew)
		return sha;
	return kept_ref(actions->arena, folder, name->ref);
}

static struct actions_tree *
keep_tree(struct actions *actions, const struct actions_name *name, struct wf_str sha,
    const char *folder)
{
	struct wf_arena *arena = actions->arena;
	struct actions_tree *tree = wf_new(arena, struct actions_tree);

	*tree = (struct actions_tree){
		.owner = wf_str_dup(arena, name->owner),
		.repo = wf_str_dup(arena, name->repo),
		.ref = wf_str_dup(arena, name->ref),
		.sha = wf_str_dup(arena, sha),
		.folder = folder,
	};
	wf_map_set(&actions->trees, key_of(arena, name), tree);
	return tree;
}

bool
actions_find(struct actions *actions, const struct actions_name *name,
    const struct actions_tree **out, struct wf_error *err)
{
	const char *folder, *commit;
	struct wf_str sha;

	if (!check_name(name, err))
		return false;
	*out = find_local(actions, name);
	if (!*out)
		*out = wf_map_get(&actions->trees, key_of(actions->arena, name));
	if (*out)
		return true;
	folder = repository_folder(actions, name, NULL);
	if (!folder)
		return true; /* without a home nothing is kept: a fetch says so */
	sha = known_sha(actions, name, folder);
	if (!sha.n)
		return true;
	commit = commit_folder(actions->arena, folder, sha);
	if (wf_is_dir(commit))
		*out = keep_tree(actions, name, sha, commit);
	return true;
}

/* ---- a request ---- */

static bool
is_cancelled(const struct actions_request *request)
{
	return request->cancelled && atomic_load(request->cancelled);
}

/* Only one process at a time writes into the folder of a repository. */
static int
take_lock(const struct actions_request *request, struct wf_error *err)
{
	const struct timespec patience = { .tv_nsec = LOCK_PATIENCE_MS * 1000000L };
	const char *path = wf_join(request->arena, request->folder, "lock");
	int fd = -1;

	if (wf_mkdirs(request->folder, 0700, err)) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0)
			wf_fail_sys(err, errno, "%s", path);
	}
	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			wf_fail_sys(err, errno, "lock %s", path);
		else if (is_cancelled(request))
			wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "cancelled");
		else {
			nanosleep(&patience, NULL);
			continue;
		}
		wf_close_fd(&fd);
	}
	return fd;
}

/* Somebody else has fetched it while this one waited for the lock. */
static bool
is_here_now(struct actions_request *request)
{
	struct wf_str sha = wf_str(request->wanted);

	if (request->renew || request->look)
		return false;
	if (!lock_is_sha(sha))
		sha = kept_ref(request->arena, request->folder, sha);
	if (!sha.n || !wf_is_dir(commit_folder(request->arena, request->folder, sha)))
		return false;
	memcpy(request->sha, sha.p, sha.n);
	request->was_here = true;
	return true;
}

/* refs/REF becomes a link to the commit, at once. */
static bool
remember_ref(const struct actions_request *request, struct wf_error *err)
{
	struct wf_arena *arena = request->arena;
	const char *refs = wf_join(arena, request->folder, "refs");
	const char *fresh = wf_join(arena, refs, ".new");
	const char *file = ref_file(arena, request->folder, wf_str(request->wanted));
	const char *target = wf_strf(arena, "../" FETCH_COMMITS "/%s", request->sha).p;

	if (lock_is_sha(wf_str(request->wanted)))
		return true;
	if (!wf_mkdirs(refs, 0700, err))
		return false;
	unlink(fresh);
	return (symlink(target, fresh) == 0 && rename(fresh, file) == 0) ||
	       wf_fail_sys(err, errno, "%s", file);
}

static void
tell(const struct actions_request *request, const struct fetch_progress *progress, bool done)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = NULL;
	struct actions_news news = {
		.source = request->source,
		.progress = progress,
		.look = request->look,
		.done = done,
	};

	if (!request->options || !request->options->on_fetch)
		return;
	arena = wf_arena_new();
	news.name = actions_name_text(arena, &request->name);
	request->options->on_fetch(request->options->data, &news);
}

static void
on_progress(void *data, const struct fetch_progress *progress)
{
	if (progress->total)
		tell(data, progress, false);
}

static enum fetch_end
try_source(struct actions_request *request, size_t index, struct wf_error *err)
{
	struct fetch_order order = {
		.ref = request->wanted,
		.store = request->folder,
		.look = request->look,
		.cancelled = request->cancelled,
		.on_progress = on_progress,
		.data = request,
	};

	order.url = source_url(request->arena, request->sources[index], request->name.owner,
	    request->name.repo);
	request->source = source_shown(request->arena, order.url);
	if (request->unreachable[index]) {
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%s (not tried again)",
		    request->unreachable[index]);
		return FETCH_FAILED;
	}
	tell(request, NULL, false);
	return fetch_commit(&order, request->sha, err);
}

/* One source after the other; what each of them says is kept for who has to mend it. */
static bool
try_sources(struct actions_request *request, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf reasons = WF_BUF_INIT;
	struct wf_error why = { .hint = "" };

	for (size_t i = 0; i < request->nsources; i++) {
		enum fetch_end end;

		why.hint[0] = '\0';
		end = try_source(request, i, &why);
		if (end == FETCH_DONE)
			return true;
		if (end == FETCH_UNREACHABLE)
			request->unreachable[i] = wf_cstr(request->arena, wf_str(why.msg));
		wf_buf_addf(&reasons, "%s%.*s: %s", i ? "; " : "", WF_ARG(request->source),
		    why.msg);
		if (end == FETCH_CANCELLED)
			break;
	}
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "'%.*s' cannot be fetched: %s",
	    WF_ARG(actions_name_text(request->arena, &request->name)), reasons.p);
	return wf_hint(err, "%s",
	    why.hint[0] ? why.hint : "--action-source URL names another source, such as a mirror");
}

static bool
run_request(struct actions_request *request, struct wf_error *err)
{
	wf_auto(wf_close_fd) int lock = take_lock(request, err);
	bool ok;

	if (lock < 0)
		return false;
	if (is_here_now(request))
		return true;
	ok = try_sources(request, err);
	tell(request, NULL, true);
	return ok && (request->look || remember_ref(request, err));
}

void
actions_request_run(struct actions_request *request)
{
	if (request->folder) /* else the error says already why not */
		request->ok = run_request(request, &request->error);
}

/* A request without a folder yet: see prepare(). */
static struct actions_request *
request_new(struct wf_arena *arena, struct actions *actions, const struct actions_name *name)
{
	struct actions_request *request = wf_new(arena, struct actions_request);
	const char **sources = wf_new_array(arena, actions->nsources, const char *);

	for (size_t i = 0; i < actions->nsources; i++)
		sources[i] = wf_cstr(arena, wf_str(actions->sources[i]));
	*request = (struct actions_request){
		.arena = arena,
		.name = { wf_str_dup(arena, name->owner), wf_str_dup(arena, name->repo),
		    wf_str_dup(arena, name->ref) },
		.wanted = wf_cstr(arena, name->ref),
		.sources = sources,
		.nsources = actions->nsources,
		.unreachable = wf_new_array(arena, actions->nsources, const char *),
	};
	for (size_t i = 0; i < actions->nsources; i++)
		if (actions->unreachable[i])
			request->unreachable[i] = wf_cstr(arena, wf_str(actions->unreachable[i]));
	return request;
}

/* Whether it may be fetched at all, and where to. */
static bool
prepare(struct actions *actions, struct actions_request *request, struct wf_error *err)
{
	const char *folder;

	if (!check_name(&request->name, err))
		return false;
	if (actions->options->offline) {
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "'%.*s' is not in the action store",
		    WF_ARG(actions_name_text(actions->arena, &request->name)));
		return wf_hint(err, "--offline forbids to fetch it; 'wfrun fetch' brings it where "
		                    "there is a network");
	}
	folder = repository_folder(actions, &request->name, err);
	if (folder)
		request->folder = wf_cstr(request->arena, wf_str(folder));
	return folder != NULL;
}

struct actions_request *
actions_request_new(struct wf_arena *arena, struct actions *actions,
    const struct actions_name *name, const atomic_bool *cancelled)
{
	struct actions_request *request = request_new(arena, actions, name);
	struct wf_str sha = locked_sha(actions, name);

	request->cancelled = cancelled;
	if (sha.n)
		request->wanted = wf_cstr(arena, sha);
	prepare(actions, request, &request->error);
	return request;
}

bool
actions_request_adopt(struct actions *actions, struct actions_request *request,
    const struct actions_tree **out, struct wf_error *err)
{
	struct wf_str sha = wf_str(request->sha);
	struct actions_tree *tree;
	const char *folder;

	for (size_t i = 0; i < request->nsources; i++)
		if (request->unreachable[i] && !actions->unreachable[i])
			actions->unreachable[i] = wf_cstr(actions->arena,
			    wf_str(request->unreachable[i]));
	if (!request->ok) {
		*err = request->error;
		return false;
	}
	folder = commit_folder(actions->arena, request->folder, sha);
	tree = keep_tree(actions, &request->name, sha, folder);
	tree->fetched = !request->was_here;
	*out = tree;
	return true;
}

/* ---- bring, look, renew ---- */

static bool
perform(struct actions *actions, struct actions_request *request, const struct actions_tree **out,
    struct wf_error *err)
{
	request->options = actions->options;
	if (!prepare(actions, request, err))
		return false;
	actions_request_run(request);
	return actions_request_adopt(actions, request, out, err);
}

static bool
remember_failure(struct actions *actions, const struct actions_name *name,
    const struct wf_error *err)
{
	struct wf_error *kept = wf_new(actions->arena, struct wf_error);

	*kept = *err;
	wf_map_set(&actions->failures, key_of(actions->arena, name), kept);
	return false;
}

bool
actions_bring(struct actions *actions, const struct actions_name *name,
    const struct actions_tree **out, struct wf_error *err)
{
	const struct wf_error *before = wf_map_get(&actions->failures,
	    key_of(actions->arena, name));
	struct actions_request *request;
	struct wf_str sha;

	if (!actions_find(actions, name, out, err))
		return false;
	if (*out)
		return true;
	if (before) {
		*err = *before;
		return false;
	}
	request = request_new(actions->arena, actions, name);
	request->renew = actions->options->renew;
	sha = locked_sha(actions, name);
	if (sha.n)
		request->wanted = wf_cstr(actions->arena, sha);
	return perform(actions, request, out, err) || remember_failure(actions, name, err);
}

bool
actions_look(struct actions *actions, const struct actions_name *name, struct wf_str *sha,
    struct wf_error *err)
{
	struct actions_request *request;

	*sha = WF_S("");
	if (find_local(actions, name))
		return true;
	request = request_new(actions->arena, actions, name);
	request->look = true;
	request->options = actions->options;
	if (!prepare(actions, request, err))
		return false;
	actions_request_run(request);
	if (!request->ok) {
		*err = request->error;
		return false;
	}
	*sha = wf_str(request->sha);
	return true;
}

const struct actions_tree *const *
actions_used(struct actions *actions, size_t *n)
{
	const struct actions_tree **used = wf_new_array(actions->arena, actions->trees.n,
	    const struct actions_tree *);

	*n = actions->trees.n;
	for (size_t i = 0; i < *n; i++)
		used[i] = actions->trees.items[i].value;
	return used;
}

/* ---- files ---- */

bool
actions_read(struct wf_arena *arena, const struct actions_tree *tree, const char *path, size_t max,
    struct wf_str *text, bool *found, struct wf_error *err)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	wf_auto(wf_close_fd) int folder = open(tree->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	wf_auto(wf_close_fd) int fd = -1;

	*found = false;
	if (folder < 0)
		return wf_fail_sys(err, errno, "%s", tree->folder);
	fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return true;
	*found = true;
	path = wf_join(arena, tree->folder, path);
	if (fd < 0 && (errno == EXDEV || errno == ELOOP))
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "%s is a link that leads out of the repository", path);
	if (fd < 0)
		return wf_fail_sys(err, errno, "%s", path);
	return wf_read_fd(arena, fd, path, max, text, err);
}
