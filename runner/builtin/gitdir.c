/* SPDX-License-Identifier: MIT */
/* gitdir.c - HEAD, refs, config, index and the way to the objects, as plain files.
 *
 * Refs go into one packed-refs file: git reads it in one go, however many there are. The names come
 * from the repository; what a tag really points to (an annotation or the commit) is read from its
 * own files, since the repository's door hands out commits only. */
#include "runner/builtin/gitdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/map.h"

/* packed-refs of a repository with a million refs. */
#define MAX_REFS_FILE (256u << 20)

#define OID_LENGTH 40

struct ref {
	struct wf_str name; /* full */
	struct wf_str oid, peeled; /* peeled: the commit behind an annotation, or empty */
};

struct writing {
	struct wf_arena *arena;
	struct repo *repo;
	const char *dir;
	const struct gitdir_spec *spec;
	struct wf_map refs; /* full name to struct ref */
	struct wf_map packed; /* the repository's packed-refs: full name to struct wf_str */
	struct wf_error *err;
};

static bool
put(struct writing *w, const char *name, struct wf_str text)
{
	return wf_write_file(wf_join(w->arena, w->dir, name), text, 0644, w->err);
}

/* ---- what the repository's refs really point to ---- */

static bool
is_oid(struct wf_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!strchr("0123456789abcdef", text.p[i]) || !text.p[i])
			return false;
	return text.n == OID_LENGTH;
}

static void
read_packed(struct writing *w)
{
	struct wf_str text;

	wf_map_init(&w->packed, w->arena, false);
	if (!wf_read_file(w->arena, wf_join(w->arena, repo_commondir(w->repo), "packed-refs"),
	        MAX_REFS_FILE, &text, NULL))
		return; /* there need be none */
	while (text.p) {
		struct wf_str name = wf_str_cut(&text, '\n');
		struct wf_str oid = wf_str_cut(&name, ' ');
		struct wf_str *value;

		if (!name.p || !is_oid(oid))
			continue; /* the heading, or the peeled line of the ref before */
		value = wf_new(w->arena, struct wf_str);
		*value = oid;
		wf_map_set(&w->packed, name, value);
	}
}

/* The object of a ref by its full name, empty when it cannot be told. A loose file wins. */
static struct wf_str
raw_oid(struct writing *w, struct wf_str name)
{
	const char *path = wf_join(w->arena, repo_commondir(w->repo), wf_cstr(w->arena, name));
	struct wf_str text, *packed;

	if (wf_read_file(w->arena, path, 4096, &text, NULL) && is_oid(wf_str_trim(text)))
		return wf_str_trim(text);
	packed = wf_map_get(&w->packed, name);
	return packed ? *packed : WF_S("");
}

/* ---- refs ---- */

static void
set_ref(struct writing *w, struct wf_str name, struct wf_str oid, struct wf_str commit)
{
	struct ref *ref = wf_new(w->arena, struct ref);

	ref->name = name;
	ref->oid = oid.n > 0 ? oid : commit;
	ref->peeled = wf_str_eq(ref->oid, commit) ? WF_S("") : commit;
	wf_map_set(&w->refs, name, ref);
}

static void
set_tag(struct writing *w, struct wf_str name, struct wf_str commit)
{
	set_ref(w, name, raw_oid(w, name), commit);
}

/* The branches that only the user's remote has: the action would fetch them as well. */
static bool
visit_remote(void *data, const char *rel, const struct stat *st, bool *descend)
{
	struct writing *w = data;
	struct wf_str name = wf_strf(w->arena, "refs/remotes/origin/%s", rel), oid;

	(void)descend;
	if (!S_ISREG(st->st_mode) || strcmp(rel, "HEAD") == 0)
		return true;
	oid = raw_oid(w, name);
	if (oid.n > 0)
		set_ref(w, name, oid, oid);
	return true;
}

static void
add_remote_branches(struct writing *w)
{
	const char *loose = wf_join(w->arena, repo_commondir(w->repo), "refs/remotes/origin");

	for (size_t i = 0; i < w->packed.n; i++) {
		const struct wf_map_item *item = &w->packed.items[i];
		const struct wf_str *oid = item->value;

		if (wf_str_starts(item->key, WF_S("refs/remotes/origin/")) &&
		    !wf_str_is(item->key, "refs/remotes/origin/HEAD"))
			set_ref(w, item->key, *oid, *oid);
	}
	if (wf_is_dir(loose))
		wf_walk(loose, visit_remote, w, NULL);
}

static bool
add_all_refs(struct writing *w)
{
	struct repo_ref *refs;
	size_t n;

	if (w->spec->depth > 0 && !w->spec->tags)
		return true;
	if (!repo_refs(w->repo, w->arena, &refs, &n, w->err))
		return false;
	if (w->spec->depth == 0)
		add_remote_branches(w);
	for (size_t i = 0; i < n; i++) {
		if (refs[i].tag)
			set_tag(w, wf_strf(w->arena, "refs/tags/%.*s", WF_ARG(refs[i].name)),
			    refs[i].sha);
		else if (w->spec->depth == 0)
			set_ref(w,
			    wf_strf(w->arena, "refs/remotes/origin/%.*s", WF_ARG(refs[i].name)),
			    refs[i].sha, refs[i].sha);
	}
	return true;
}

static void
add_own_refs(struct writing *w)
{
	struct wf_str sha = wf_str(w->spec->sha);

	if (w->spec->branch) {
		set_ref(w, wf_strf(w->arena, "refs/heads/%s", w->spec->branch), sha, sha);
		set_ref(w, wf_strf(w->arena, "refs/remotes/origin/%s", w->spec->branch), sha, sha);
	}
	if (w->spec->ref && w->spec->keep_tag)
		set_tag(w, wf_str(w->spec->ref), sha);
	else if (w->spec->ref)
		set_ref(w, wf_str(w->spec->ref), sha, sha);
}

static int
compare_items(const void *a, const void *b)
{
	const struct wf_map_item *x = a, *y = b;

	return wf_str_cmp(x->key, y->key);
}

static bool
write_refs(struct writing *w)
{
	struct wf_buf text = WF_BUF_INIT;
	struct wf_map_item *items;
	bool ok;

	read_packed(w);
	wf_map_init(&w->refs, w->arena, false);
	if (!add_all_refs(w))
		return false;
	add_own_refs(w);
	items = wf_new_array(w->arena, w->refs.n, struct wf_map_item);
	for (size_t i = 0; i < w->refs.n; i++)
		items[i] = w->refs.items[i];
	qsort(items, w->refs.n, sizeof(*items), compare_items);

	wf_buf_adds(&text, "# pack-refs with: peeled fully-peeled sorted \n");
	for (size_t i = 0; i < w->refs.n; i++) {
		const struct ref *ref = items[i].value;

		wf_buf_addf(&text, "%.*s %.*s\n", WF_ARG(ref->oid), WF_ARG(ref->name));
		if (ref->peeled.n > 0)
			wf_buf_addf(&text, "^%.*s\n", WF_ARG(ref->peeled));
	}
	ok = put(w, "packed-refs", wf_buf_str(&text));
	wf_buf_release(&text);
	return ok;
}

static bool
write_head(struct writing *w)
{
	const struct gitdir_spec *spec = w->spec;

	if (spec->branch)
		return put(w, "HEAD", wf_strf(w->arena, "ref: refs/heads/%s\n", spec->branch));
	/* From its log git knows where HEAD was detached and says so in `git status`; it takes no
	 * entry of the second 0. */
	return put(w, "HEAD", wf_strf(w->arena, "%s\n", spec->sha)) &&
	       put(w, "logs/HEAD",
	           wf_strf(w->arena,
	               "%s %s wfrun <wfrun@localhost> 1 +0000\t"
	               "checkout: moving from master to %s\n",
	               REPO_ZERO_SHA, spec->sha, spec->ref ? spec->ref : spec->sha));
}

/* ---- the end of history ---- */

/* The i-th parent of a commit, from 1; false when it has fewer, or history ends there already. */
static bool
parent_of(struct writing *w, struct wf_str commit, unsigned i, struct wf_str *parent)
{
	const char *rev = wf_strf(w->arena, "%.*s^%u", WF_ARG(commit), i).p;

	return repo_resolve(w->repo, w->arena, rev, parent);
}

/* Adds the commits behind which history is cut: those `depth` deep that have parents. */
static void
add_cuts(struct writing *w, struct wf_buf *text)
{
	struct wf_map seen; /* in order of their distance from HEAD */
	size_t level = 0; /* where those of the same distance begin */
	struct wf_str parent;

	wf_map_init(&seen, w->arena, false);
	wf_map_set(&seen, wf_str(w->spec->sha), w);
	for (unsigned depth = 1; depth < w->spec->depth && level < seen.n; depth++) {
		size_t end = seen.n;

		for (; level < end; level++)
			for (unsigned i = 1; parent_of(w, seen.items[level].key, i, &parent); i++)
				wf_map_set(&seen, parent, w);
	}
	for (; level < seen.n; level++)
		if (parent_of(w, seen.items[level].key, 1, &parent))
			wf_buf_addf(text, "%.*s\n", WF_ARG(seen.items[level].key));
}

/* A clone of the user's that is shallow itself stays cut where it is. */
static bool
write_shallow(struct writing *w)
{
	const char *own = wf_join(w->arena, repo_commondir(w->repo), "shallow");
	struct wf_buf text = WF_BUF_INIT;
	struct wf_str cut;
	bool ok = true;

	if (wf_read_file(w->arena, own, MAX_REFS_FILE, &cut, NULL))
		wf_buf_add(&text, cut);
	if (w->spec->depth > 0)
		add_cuts(w, &text);
	if (text.n > 0)
		ok = put(w, "shallow", wf_buf_str(&text));
	wf_buf_release(&text);
	return ok;
}

/* ---- config, objects, index ---- */

/* Appends text in quotes as git's configuration files take it. */
static void
add_quoted(struct wf_buf *out, const char *text)
{
	wf_buf_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			wf_buf_addc(out, '\\');
		wf_buf_addc(out, *text);
	}
	wf_buf_addc(out, '"');
}

/* checkStat: a file of an overlay has another device, inode and change time than the index knows;
 * size and modification time are enough, and nothing needs to be read again. */
static bool
write_config(struct writing *w)
{
	struct wf_buf text = WF_BUF_INIT;
	bool ok;

	wf_buf_adds(&text, "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n"
	                   "\tbare = false\n\tlogallrefupdates = true\n\tcheckStat = minimal\n"
	                   "[remote \"origin\"]\n\turl = ");
	add_quoted(&text, w->spec->url);
	wf_buf_adds(&text, "\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[gc]\n\tauto = 0\n");
	if (w->spec->branch) {
		wf_buf_adds(&text, "[branch ");
		add_quoted(&text, w->spec->branch);
		wf_buf_adds(&text, "]\n\tremote = origin\n\tmerge = ");
		add_quoted(&text, wf_strf(w->arena, "refs/heads/%s", w->spec->branch).p);
		wf_buf_addc(&text, '\n');
	}
	ok = put(w, "config", wf_buf_str(&text));
	wf_buf_release(&text);
	return ok;
}

/* One path a line; a path with a line break in it is written in C's way, which git reads. */
static bool
write_alternates(struct writing *w)
{
	const char *objects = w->spec->objects;
	struct wf_buf text = WF_BUF_INIT;
	bool ok;

	if (strchr(objects, '\n'))
		wf_buf_add_json(&text, wf_str(objects));
	else
		wf_buf_adds(&text, objects);
	wf_buf_addc(&text, '\n');
	ok = put(w, "objects/info/alternates", wf_buf_str(&text));
	wf_buf_release(&text);
	return ok;
}

/* Copies a file of the repository's own folder; one that is not there is fine. The copy keeps the
 * time: git reads a file again that changed in the second in which the index was written. */
static bool
copy_file(struct writing *w, const char *name)
{
	const char *from = wf_join(w->arena, repo_gitdir(w->repo), name);
	const char *to = wf_join(w->arena, w->dir, name);
	wf_auto(wf_close_fd) int in = open(from, O_RDONLY | O_CLOEXEC);
	wf_auto(wf_close_fd) int out = -1;
	struct stat st;
	ssize_t got;

	if (in < 0)
		return errno == ENOENT || wf_fail_sys(w->err, errno, "open %s", from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (out < 0)
		return wf_fail_sys(w->err, errno, "create %s", to);
	do
		got = sendfile(out, in, NULL, 1u << 30);
	while (got > 0);
	if (got < 0 || fstat(in, &st) < 0 ||
	    futimens(out, (struct timespec[]){ st.st_atim, st.st_mtim }) < 0)
		return wf_fail_sys(w->err, errno, "copy %s", from);
	return true;
}

static bool
copy_index(struct writing *w)
{
	char **names;
	size_t n;

	if (!w->spec->keep_index)
		return true;
	if (!wf_list_dir(w->arena, repo_gitdir(w->repo), &names, &n, w->err))
		return false;
	for (size_t i = 0; i < n; i++) /* a split index is in two files */
		if (strcmp(names[i], "index") == 0 || strncmp(names[i], "sharedindex.", 12) == 0)
			if (!copy_file(w, names[i]))
				return false;
	return true;
}

static bool
make_folders(struct writing *w)
{
	static const char *const folders[] = { "objects/info", "objects/pack", "refs/heads",
		"refs/tags", "info", "hooks", "logs" };

	for (size_t i = 0; i < WF_COUNT(folders); i++)
		if (!wf_mkdirs(wf_join(w->arena, w->dir, folders[i]), 0755, w->err))
			return false;
	return true;
}

bool
gitdir_write(struct wf_arena *arena, struct repo *repo, const char *dir,
    const struct gitdir_spec *spec, struct wf_error *err)
{
	struct writing w = { .arena = arena, .repo = repo, .dir = dir, .spec = spec, .err = err };

	return make_folders(&w) && write_head(&w) && write_refs(&w) && write_shallow(&w) &&
	       write_config(&w) && write_alternates(&w) && copy_index(&w);
}
