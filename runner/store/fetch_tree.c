/* SPDX-License-Identifier: MIT */
/* fetch_tree.c - the tree of a hostile repository, entry by entry.
 *
 * libgit2's own checkout is for work trees: it applies filters and attributes, and writes over what
 * is there. Here every name is looked at, every file is a new one, and every folder is entered
 * without following links: a tree that has a link and a folder of one name is refused. */
#include "runner/store/fetch_tree.h"

#include "base/fs.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_LARGEST 100 /* of folders in one another */
#define FILES_LARGEST 1000000
#define FILE_LARGEST ((size_t)512 << 20) /* read as a whole */
#define BYTES_LARGEST ((uint64_t)8 << 30)
#define LINK_LARGEST 4095

struct writing {
	const struct fetch_tree *order;
	uint64_t files, bytes;
};

static bool write_folder(struct writing *w, const git_oid *id, int folder, unsigned depth,
    struct wf_error *err);

static bool
refuse(struct wf_error *err, const char *name, const char *why)
{
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "the repository has '%s': %s", name, why);
	return wf_hint(err, "git itself refuses such a repository; do not use this action");
}

static bool
is_git_folder(const char *name)
{
	return wf_str_ieq(wf_str(name), WF_S(".git"));
}

static bool
check_name(const char *name, struct wf_error *err)
{
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strchr(name, '/'))
		return refuse(err, name, "that is not a file's name");
	if (is_git_folder(name))
		return refuse(err, name, "that folder is git's own");
	return true;
}

static bool
check_size(struct writing *w, const char *name, const git_oid *id, struct wf_error *err)
{
	git_odb *odb = NULL;
	git_object_t type;
	size_t size = 0;
	bool read = git_repository_odb(&odb, w->order->git) == 0 &&
	            git_odb_read_header(&size, &type, odb, id) == 0;

	git_odb_free(odb);
	if (!read)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the source did not send all of it: '%s' is missing", name);
	w->bytes += size;
	if (size > FILE_LARGEST || w->bytes > BYTES_LARGEST || ++w->files > FILES_LARGEST)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the repository is too large for an action, at '%s'", name);
	return true;
}

static bool
write_file(const git_blob *blob, const char *name, mode_t mode, int folder, struct wf_error *err)
{
	const struct wf_str bytes = { git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob) };
	wf_auto(wf_close_fd) int fd = openat(folder, name,
	    O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, mode);

	return (fd >= 0 && wf_write_all(fd, bytes)) || wf_fail_sys(err, errno, "write '%s'", name);
}

static bool
write_link(const git_blob *blob, const char *name, int folder, struct wf_error *err)
{
	char target[LINK_LARGEST + 1];
	size_t n = (size_t)git_blob_rawsize(blob);

	if (n == 0 || n > LINK_LARGEST || memchr(git_blob_rawcontent(blob), '\0', n))
		return refuse(err, name, "a link that leads nowhere");
	memcpy(target, git_blob_rawcontent(blob), n);
	target[n] = '\0';
	return symlinkat(target, folder, name) == 0 || wf_fail_sys(err, errno, "write '%s'", name);
}

static bool
write_blob(struct writing *w, const git_tree_entry *entry, int folder, struct wf_error *err)
{
	const char *name = git_tree_entry_name(entry);
	git_filemode_t mode = git_tree_entry_filemode(entry);
	git_blob *blob = NULL;
	bool ok;

	if (!check_size(w, name, git_tree_entry_id(entry), err))
		return false;
	if (git_blob_lookup(&blob, w->order->git, git_tree_entry_id(entry)) < 0)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "'%s' cannot be read", name);
	if (mode == GIT_FILEMODE_LINK)
		ok = write_link(blob, name, folder, err);
	else
		ok = write_file(blob, name, mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0755 : 0644,
		    folder, err);
	git_blob_free(blob);
	w->order->on_file(w->order->data);
	return ok;
}

/* Makes a folder and enters it. */
static int
enter_folder(int folder, const char *name, struct wf_error *err)
{
	int inner = -1;

	if (mkdirat(folder, name, 0755) == 0)
		inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (inner < 0)
		wf_fail_sys(err, errno, "write '%s'", name);
	return inner;
}

static bool
write_entry(struct writing *w, const git_tree_entry *entry, int folder, unsigned depth,
    struct wf_error *err)
{
	const char *name = git_tree_entry_name(entry);
	git_object_t type = git_tree_entry_type(entry);
	wf_auto(wf_close_fd) int inner = -1;

	if (!check_name(name, err))
		return false;
	if (type == GIT_OBJECT_BLOB)
		return write_blob(w, entry, folder, err);
	if (type != GIT_OBJECT_TREE && type != GIT_OBJECT_COMMIT)
		return refuse(err, name, "neither a file nor a folder");
	inner = enter_folder(folder, name, err);
	if (inner < 0)
		return false;
	return type == GIT_OBJECT_COMMIT || /* a submodule */
	       write_folder(w, git_tree_entry_id(entry), inner, depth + 1, err);
}

static bool
write_folder(struct writing *w, const git_oid *id, int folder, unsigned depth, struct wf_error *err)
{
	git_tree *tree = NULL;
	bool ok = true;

	if (depth > DEPTH_LARGEST)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the repository has folders more than %d deep", DEPTH_LARGEST);
	if (git_tree_lookup(&tree, w->order->git, id) < 0)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the source did not send all of it: a folder is missing or damaged");
	for (size_t i = 0; ok && i < git_tree_entrycount(tree); i++)
		ok = write_entry(w, git_tree_entry_byindex(tree, i), folder, depth, err);
	git_tree_free(tree);
	return ok;
}

bool
fetch_tree_write(const struct fetch_tree *order, const git_oid *id, struct wf_error *err)
{
	struct writing w = { .order = order };
	wf_auto(wf_close_fd) int folder = enter_folder(AT_FDCWD, order->dest, err);
	git_commit *commit = NULL;
	bool ok;

	if (folder < 0)
		return false;
	if (git_commit_lookup(&commit, order->git, id) < 0)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "the commit cannot be read");
	ok = write_folder(&w, git_commit_tree_id(commit), folder, 0, err);
	git_commit_free(commit);
	return ok;
}
