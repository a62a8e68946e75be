/* SPDX-License-Identifier: MIT */
/* fetch_git.c - the process of a fetch: libgit2 against one URL, from the connection to the files.
 *
 * Objects go into one bare repository for each owner/repo, under a reference for each commit, so
 * that the next fetch asks only for what is new. The process may be killed at any moment: packs and
 * references are renamed into place by libgit2, the files by who started it, and what a killed one
 * left is removed before anything else. */
#include "runner/store/fetch.h"

#include "base/arena.h"
#include "base/fs.h"
#include "event/repo.h"
#include "runner/store/credential.h"
#include "runner/store/fetch_tree.h"
#include "runner/store/fetch_word.h"
#include "runner/store/lock.h"

#include <errno.h>
#include <git2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SHORT_SHA 4 /* digits from which on git takes a text for the start of a commit's id */
#define RECEIVED_LARGEST ((uint64_t)4 << 30)
#define BEAT_MS 100

#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 7
#define HAS_SHALLOW 1
#else
#define HAS_SHALLOW 0
#endif

struct fetching {
	struct wf_arena *arena;
	const char *url, *ref, *store;
	bool look;
	git_repository *git;
	git_remote *remote;
	const git_remote_head **heads; /* what the source has */
	size_t nheads;
	struct credential credential;
	bool asked_helper, asked_agent;
	struct wf_error denied; /* why there are no credentials; msg empty: not asked */
	struct fetch_progress progress;
	int64_t beat; /* when the last word went out */
	enum fetch_end end; /* in what way it fails, if it does */
	git_oid commit;
};

/* ---- what is said ---- */

static void
say(const struct fetch_word *word)
{
	if (write(FETCH_FD, word, sizeof(*word)) != (ssize_t)sizeof(*word))
		_exit(1); /* nobody listens any more */
}

static void
beat(void *data)
{
	struct fetching *f = data;
	struct fetch_word word = { .kind = FETCH_WORD_PROGRESS, .progress = f->progress };
	struct timespec ts;
	int64_t now;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
	if (now - f->beat < BEAT_MS)
		return;
	f->beat = now;
	say(&word);
}

static const char *
reason(void)
{
	const git_error *last = git_error_last();

	return last && last->message ? last->message : "git gives no reason";
}

/* ---- the bare repository ---- */

static bool
is_leftover(struct wf_str name)
{
	return !wf_str_ends(name, WF_S(".pack")) && !wf_str_ends(name, WF_S(".idx"));
}

/* A killed fetch leaves a pack that has no name yet, and a lock on a reference. */
static void
remove_leftovers(struct fetching *f, const char *objects)
{
	const char *packs = wf_join(f->arena, objects, "objects/pack");
	const char *refs = wf_join(f->arena, objects, "refs/wfrun");
	char **names;
	size_t n;

	if (wf_list_dir(f->arena, packs, &names, &n, NULL))
		for (size_t i = 0; i < n; i++)
			if (is_leftover(wf_str(names[i])))
				unlink(wf_join(f->arena, packs, names[i]));
	if (wf_list_dir(f->arena, refs, &names, &n, NULL))
		for (size_t i = 0; i < n; i++)
			if (wf_str_ends(wf_str(names[i]), WF_S(".lock")))
				unlink(wf_join(f->arena, refs, names[i]));
}

/* Made beside its place, so that a half made one is never taken for one. */
static bool
make_objects(struct fetching *f, const char *objects, struct wf_error *err)
{
	const char *fresh = wf_join(f->arena, f->store, FETCH_OBJECTS ".new");

	if (!wf_remove_tree(objects, err) || !wf_remove_tree(fresh, err))
		return false;
	if (git_repository_init(&f->git, fresh, true) < 0)
		return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "make %s: %s", objects, reason());
	git_repository_free(f->git);
	f->git = NULL;
	if (rename(fresh, objects) < 0)
		return wf_fail_sys(err, errno, "%s", objects);
	if (git_repository_open_bare(&f->git, objects) < 0)
		return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s: %s", objects, reason());
	return true;
}

static bool
open_objects(struct fetching *f, struct wf_error *err)
{
	const char *objects = wf_join(f->arena, f->store, FETCH_OBJECTS);

	remove_leftovers(f, objects);
	if (git_repository_open_bare(&f->git, objects) == 0)
		return true;
	return make_objects(f, objects, err); /* the first time, or it was damaged */
}

/* ---- the connection ---- */

static int
ask_helper(struct fetching *f, git_credential **out)
{
	if (f->asked_helper) {
		credential_judge(f->arena, &f->credential, false);
		wf_fail(&f->denied, WF_ERR_MISSING, WF_NOWHERE,
		    "%.*s refuses the credentials of git's credential helper",
		    WF_ARG(f->credential.host));
		return GIT_EUSER;
	}
	f->asked_helper = true;
	if (!credential_url(wf_str(f->url), &f->credential) ||
	    !credential_fill(f->arena, &f->credential, &f->denied))
		return GIT_EUSER;
	return git_credential_userpass_plaintext_new(out, wf_cstr(f->arena, f->credential.username),
	    wf_cstr(f->arena, f->credential.password));
}

static int
ask_agent(struct fetching *f, git_credential **out, const char *username)
{
	if (f->asked_agent) {
		wf_fail(&f->denied, WF_ERR_MISSING, WF_NOWHERE,
		    "the server takes none of the keys of the ssh agent");
		return GIT_EUSER;
	}
	f->asked_agent = true;
	return git_credential_ssh_key_from_agent(out, username ? username : "git");
}

static int
on_credentials(git_credential **out, const char *url, const char *username, unsigned allowed,
    void *data)
{
	struct fetching *f = data;

	(void)url;
	if (allowed & GIT_CREDENTIAL_USERNAME)
		return git_credential_username_new(out, "git");
	if (allowed & GIT_CREDENTIAL_SSH_KEY)
		return ask_agent(f, out, username);
	if (allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT)
		return ask_helper(f, out);
	return GIT_PASSTHROUGH;
}

static int
on_transfer(const git_indexer_progress *stats, void *data)
{
	struct fetching *f = data;

	f->progress.received = stats->received_objects;
	f->progress.total = stats->total_objects;
	f->progress.bytes = stats->received_bytes;
	beat(f);
	return stats->received_bytes > RECEIVED_LARGEST ? GIT_EUSER : 0;
}

static int
on_sideband(const char *text, int n, void *data)
{
	(void)text, (void)n;
	beat(data);
	return 0;
}

static void
fetch_options(struct fetching *f, git_fetch_options *options)
{
	git_fetch_options_init(options, GIT_FETCH_OPTIONS_VERSION);
	options->download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	options->update_fetchhead = 0;
	options->proxy_opts.type = GIT_PROXY_AUTO;
	options->callbacks.credentials = on_credentials;
	options->callbacks.transfer_progress = on_transfer;
	options->callbacks.sideband_progress = on_sideband;
	options->callbacks.payload = f;
}

/* Why there is no connection, and whether asking this source again would be of use. */
static bool
fail_connection(struct fetching *f, int rc, struct wf_error *err)
{
	static const char *const nobody[] = { "failed to resolve address", "failed to connect",
		"failed to open socket" };
	struct wf_str why = wf_str(reason());

	if (f->denied.msg[0]) {
		*err = f->denied;
		return false;
	}
	for (size_t i = 0; i < WF_COUNT(nobody); i++)
		if (wf_str_starts(why, wf_str(nobody[i])))
			f->end = FETCH_UNREACHABLE;
	if (rc == GIT_ENOTFOUND || wf_str_ends(why, WF_S("404")) ||
	    wf_str_starts(why, WF_S("failed to resolve path")) ||
	    (f->url[0] == '/' && !wf_is_dir(f->url)))
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "there is no such repository");
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%.*s", WF_ARG(why));
	if (rc == GIT_ECERTIFICATE || wf_str_find(why, WF_S("ertificate")) >= 0)
		wf_hint(err, "GIT_SSL_CAINFO or SSL_CERT_FILE names the certificates to trust");
	return false;
}

static bool
connect_source(struct fetching *f, struct wf_error *err)
{
	git_fetch_options options;
	int rc;

	fetch_options(f, &options);
	rc = git_remote_create_anonymous(&f->remote, f->git, f->url);
	if (rc == 0)
		rc = git_remote_connect(f->remote, GIT_DIRECTION_FETCH, &options.callbacks,
		    &options.proxy_opts, NULL);
	if (rc == 0)
		rc = git_remote_ls(&f->heads, &f->nheads, f->remote);
	if (rc < 0)
		return fail_connection(f, rc, err);
	if (f->asked_helper)
		credential_judge(f->arena, &f->credential, true);
	return true;
}

/* ---- which commit ---- */

static const git_remote_head *
find_head(const struct fetching *f, const char *prefix)
{
	struct wf_str name = wf_strf(f->arena, "%s%s", prefix, f->ref);

	for (size_t i = 0; i < f->nheads; i++)
		if (wf_str_is(name, f->heads[i]->name))
			return f->heads[i];
	return NULL;
}

/* A tag goes before a branch of the same name. */
static const git_remote_head *
find_ref(const struct fetching *f)
{
	static const char *const prefixes[] = { "refs/tags/", "refs/heads/" };
	const git_remote_head *head = NULL;

	for (size_t i = 0; i < WF_COUNT(prefixes) && !head; i++)
		head = find_head(f, prefixes[i]);
	if (!head && wf_str_starts(wf_str(f->ref), WF_S("refs/")))
		head = find_head(f, "");
	return head;
}

/* The commit behind an annotated tag, as far as the source says it; else the thing itself. */
static const git_oid *
peeled(const struct fetching *f, const git_remote_head *head)
{
	struct wf_str name = wf_strf(f->arena, "%s^{}", head->name);

	for (size_t i = 0; i < f->nheads; i++)
		if (wf_str_is(name, f->heads[i]->name))
			return &f->heads[i]->oid;
	return &head->oid;
}

static bool
is_short_sha(struct wf_str ref)
{
	for (size_t i = 0; i < ref.n; i++)
		if (!((ref.p[i] >= '0' && ref.p[i] <= '9') || (ref.p[i] >= 'a' && ref.p[i] <= 'f')))
			return false;
	return ref.n >= SHORT_SHA && ref.n < GIT_OID_HEXSZ;
}

static bool
fail_ref(const struct fetching *f, struct wf_error *err)
{
	struct wf_str *names = wf_new_array(f->arena, f->nheads, struct wf_str), nearest;
	size_t n = 0;

	for (size_t i = 0; i < f->nheads; i++) {
		struct wf_str name = wf_str(f->heads[i]->name);

		if (wf_str_ends(name, WF_S("^{}")))
			continue;
		if (wf_str_starts(name, WF_S("refs/tags/")))
			names[n++] = wf_str_skip(name, strlen("refs/tags/"));
		else if (wf_str_starts(name, WF_S("refs/heads/")))
			names[n++] = wf_str_skip(name, strlen("refs/heads/"));
	}
	nearest = wf_nearest(wf_str(f->ref), names, n);
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "there is no tag, branch or commit '%s'", f->ref);
	if (nearest.n)
		wf_hint(err, "did you mean '@%.*s'?", WF_ARG(nearest));
	return false;
}

/* ---- the objects ---- */

static bool
download(struct fetching *f, char **specs, size_t n, bool shallow, struct wf_error *err)
{
	git_strarray list = { specs, n };
	git_fetch_options options;

	fetch_options(f, &options);
#if HAS_SHALLOW
	if (shallow)
		options.depth = 1;
#else
	(void)shallow;
#endif
	if (git_remote_download(f->remote, &list, &options) == 0)
		return true;
	if (f->progress.bytes > RECEIVED_LARGEST)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the repository is too large for an action");
	return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%s", reason());
}

static bool
download_one(struct fetching *f, const char *name, struct wf_error *err)
{
	char *spec = wf_cstr(f->arena, wf_str(name));

	return download(f, &spec, 1, true, err);
}

static bool
download_all(struct fetching *f, struct wf_error *err)
{
	char branches[] = "+refs/heads/*:refs/heads/*", tags[] = "+refs/tags/*:refs/tags/*";
	char *specs[] = { branches, tags };

	return download(f, specs, WF_COUNT(specs), false, err);
}

static bool
reconnect(struct fetching *f, struct wf_error *err)
{
	git_remote_free(f->remote);
	f->remote = NULL;
	f->asked_helper = f->asked_agent = false;
	return connect_source(f, err);
}

/* Peels what has come to its commit. */
static bool
take_commit(struct fetching *f, const git_oid *id, size_t digits)
{
	git_object *object = NULL, *commit = NULL;
	bool found = git_object_lookup_prefix(&object, f->git, id, digits, GIT_OBJECT_ANY) == 0 &&
	             git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0;

	if (found)
		git_oid_cpy(&f->commit, git_object_id(commit));
	git_object_free(object);
	git_object_free(commit);
	return found;
}

/* A commit by its id: the source may give it by that, or only together with everything. */
static bool
bring_sha(struct fetching *f, const git_oid *id, struct wf_error *err)
{
	for (size_t i = 0; i < f->nheads; i++)
		if (git_oid_equal(&f->heads[i]->oid, id))
			return download_one(f, f->heads[i]->name, err) &&
			       (take_commit(f, id, GIT_OID_HEXSZ) || fail_ref(f, err));
	if (download_one(f, f->ref, NULL) && take_commit(f, id, GIT_OID_HEXSZ))
		return true;
	/* what was refused may have ended the connection */
	return reconnect(f, err) && download_all(f, err) &&
	       (take_commit(f, id, GIT_OID_HEXSZ) || fail_ref(f, err));
}

static bool
bring_short(struct fetching *f, struct wf_error *err)
{
	size_t digits = strlen(f->ref);
	git_oid id;

	git_oid_fromstrp(&id, f->ref);
	return download_all(f, err) && (take_commit(f, &id, digits) || fail_ref(f, err));
}

static bool
bring_head(struct fetching *f, const git_remote_head *head, struct wf_error *err)
{
	if (f->look) {
		git_oid_cpy(&f->commit, peeled(f, head));
		return true;
	}
	if (!download_one(f, head->name, err))
		return false;
	return take_commit(f, &head->oid, GIT_OID_HEXSZ) ||
	       wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "'%s' is not a commit", f->ref);
}

static bool
bring(struct fetching *f, struct wf_error *err)
{
	bool full = lock_is_sha(wf_str(f->ref));
	const git_remote_head *head;
	git_oid id;

	if (full && git_oid_fromstr(&id, f->ref) == 0 && take_commit(f, &id, GIT_OID_HEXSZ))
		return true; /* it came with something else */
	if (!connect_source(f, err))
		return false;
	head = find_ref(f);
	if (head)
		return bring_head(f, head, err);
	if (full)
		return bring_sha(f, &id, err);
	return is_short_sha(wf_str(f->ref)) ? bring_short(f, err) : fail_ref(f, err);
}

/* ---- the files ---- */

/* The next fetch tells the source that this commit is here. */
static void
keep_reference(struct fetching *f, const char *sha)
{
	git_reference *ref = NULL;

	git_reference_create(&ref, f->git, wf_strf(f->arena, "refs/wfrun/%s", sha).p, &f->commit,
	    true, NULL);
	git_reference_free(ref);
}

static bool
write_files(struct fetching *f, const char *sha, struct wf_error *err)
{
	const struct fetch_tree tree = {
		.git = f->git,
		.dest = wf_join(f->arena, f->store, FETCH_INCOMING),
		.on_file = beat,
		.data = f,
	};
	const char *commits = wf_join(f->arena, f->store, FETCH_COMMITS);

	return wf_is_dir(wf_join(f->arena, commits, sha)) ||
	       fetch_tree_write(&tree, &f->commit, err);
}

static bool
start_git(struct wf_error *err)
{
	git_libgit2_init();
	git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 5
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0); /* it is only read */
#endif
	return repo_tls_trust(err);
}

static void
work(struct fetching *f, struct fetch_word *word)
{
	struct wf_error *err = &word->error;
	bool ok = start_git(err) && open_objects(f, err) && bring(f, err);

	word->end = ok ? FETCH_DONE : f->end;
	if (!ok)
		return;
	git_oid_tostr(word->sha, sizeof(word->sha), &f->commit);
	if (f->look)
		return;
	keep_reference(f, word->sha);
	if (!write_files(f, word->sha, err))
		word->end = FETCH_FAILED;
}

void
fetch_main(int argc, char **argv)
{
	struct fetching f = { .end = FETCH_FAILED };
	struct fetch_word word = { .kind = FETCH_WORD_END };

	if (argc != FETCH_ARGS || strcmp(argv[0], FETCH_NAME) != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	umask(022);
	f.arena = wf_arena_new();
	f.url = argv[FETCH_ARG_URL];
	f.ref = argv[FETCH_ARG_REF];
	f.store = argv[FETCH_ARG_STORE];
	f.look = strcmp(argv[FETCH_ARG_LOOK], "look") == 0;
	work(&f, &word);
	word.error.pos = WF_NOWHERE; /* it points into this process */
	say(&word);
	_exit(0);
}
