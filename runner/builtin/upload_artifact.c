/* SPDX-License-Identifier: MIT */
/* upload_artifact.c - actions/upload-artifact, straight into the store of artifacts.
 *
 * The files are found and zipped on the pool; what the action says is gathered there and printed
 * when all is over. */
#include "runner/builtin/builtin.h"

#include "base/fs.h"
#include "base/map.h"
#include "runner/archive/pack.h"
#include "runner/box/mount.h"
#include "runner/builtin/glob.h"
#include "runner/store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum if_none { NONE_WARN, NONE_ERROR, NONE_IGNORE };

struct upload {
	struct builtin_call *call;
	struct builtin_stores stores;
	struct wf_str name;
	enum if_none if_none;
	int level; /* of the compression */
	bool overwrite, archived; /* archived: as a zip */
	struct glob_ask ask;
	/* what the pool answers */
	struct wf_buf log;
	struct glob_answer found;
	const char *root; /* what the names in the zip are relative to */
	struct artifact artifact; /* id 0: there was nothing to upload */
	const char *path; /* of its bytes */
	bool ok;
	struct wf_error err;
};

static const char *const input_names[] = { "name", "path", "if-no-files-found", "retention-days",
	"compression-level", "overwrite", "include-hidden-files", "archive", NULL };

static const char *const input_defaults[] = { "artifact", NULL, "warn", NULL, "6", "false", "false",
	"true", NULL };

/* ---- what is to be uploaded ---- */

static struct wf_str
folder_of(struct wf_str path)
{
	ptrdiff_t slash = wf_str_rfind_char(path, '/');

	return slash > 0 ? wf_str_sub(path, 0, (size_t)slash) : WF_S("/");
}

/* The folder that all search paths share. */
static const char *
common_root(struct wf_arena *arena, const char *const *roots, size_t n)
{
	struct wf_str common = wf_str(roots[0]);

	for (size_t i = 1; i < n; i++) {
		struct wf_str root = wf_str(roots[i]);

		while (common.n > 1 && !(wf_str_starts(root, common) &&
		                           (root.n == common.n || root.p[common.n] == '/')))
			common = folder_of(common);
	}
	return wf_cstr(arena, common);
}

/* One search path is the root; of several, what they share; and a file that is named is at the top
 * of the artifact. */
static void
find_root(struct upload *up)
{
	struct glob_answer *found = &up->found;
	struct wf_arena *arena = up->call->arena;

	if (found->nroots > 1) {
		up->root = common_root(arena, found->roots, found->nroots);
		wf_buf_addf(&up->log,
		    "Multiple search paths detected. Calculating the least common ancestor of all "
		    "paths\nThe least common ancestor is %.*s. This will be the root directory of "
		    "the artifact\n",
		    WF_ARG(wf_str(up->root)));
	} else if (found->n == 1 && strcmp(found->roots[0], found->items[0].path) == 0) {
		up->root = wf_cstr(arena, folder_of(wf_str(found->roots[0])));
	} else {
		up->root = found->roots[0];
	}
}

/* Folders are not uploaded; on some systems names that differ only in case are one. */
static void
keep_files(struct upload *up)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	struct wf_map seen;
	size_t kept = 0;

	wf_map_init(&seen, scratch, true);
	for (size_t i = 0; i < up->found.n; i++) {
		struct wf_str path = wf_str(up->found.items[i].path);

		if (up->found.items[i].is_folder)
			continue;
		if (wf_map_has(&seen, path))
			wf_buf_addf(&up->log,
			    "Uploads are case insensitive: %.*s was detected that it will be "
			    "overwritten by another file with the same path\n",
			    WF_ARG(path));
		wf_map_set(&seen, path, up);
		up->found.items[kept++] = up->found.items[i];
	}
	up->found.n = kept;
}

/* Characters that no file system but Unix' takes, as GitHub's client calls them. */
static bool
check_path(struct upload *up, const char *path)
{
	static const struct {
		char c;
		const char *name;
	} forbidden[] = { { '"', " Double quote \"" }, { ':', " Colon :" }, { '<', " Less than <" },
		{ '>', " Greater than >" }, { '|', " Vertical bar |" }, { '*', " Asterisk *" },
		{ '?', " Question mark ?" }, { '\r', " Carriage return \\r" },
		{ '\n', " Line feed \\n" } };

	for (size_t i = 0; i < WF_COUNT(forbidden); i++)
		if (strchr(path, forbidden[i].c))
			return wf_fail(&up->err, WF_ERR_USAGE, WF_NOWHERE,
			    "The path for one of the files in artifact is not valid: %s. Contains "
			    "the following character: %s\n          \nInvalid characters include:  "
			    "Double quote \", Colon :, Less than <, Greater than >, Vertical bar "
			    "|, Asterisk *, Question mark ?, Carriage return \\r, Line feed \\n\n"
			    "          \nThe following characters are not allowed in files that "
			    "are uploaded due to limitations with certain file systems such as "
			    "NTFS. To maintain file system agnostic behavior, these characters "
			    "are intentionally not allowed to prevent potential problems with "
			    "downloads on different file systems.",
			    path, forbidden[i].name);
	return true;
}

static struct pack_item *
make_items(struct upload *up)
{
	struct pack_item *items = wf_new_array(up->call->arena, up->found.n, struct pack_item);
	size_t above = strcmp(up->root, "/") == 0 ? 0 : strlen(up->root);

	for (size_t i = 0; i < up->found.n; i++) {
		items[i].path = up->found.items[i].path;
		items[i].name = items[i].path + above + 1;
		if (!check_path(up, items[i].path + above))
			return NULL;
	}
	return items;
}

/* ---- the store, on the pool ---- */

static bool
write_zip(struct upload *up, int target)
{
	const struct pack job = {
		.kind = PACK_ZIP,
		.root = up->ask.root,
		.items = make_items(up),
		.n = up->found.n,
		.level = up->level,
		.target = target,
		.stop = up->ask.stop,
	};

	return job.items && pack(&job, &up->err);
}

static bool
write_plain(struct upload *up, int target)
{
	const char *path = up->found.items[0].path;
	wf_auto(wf_close_fd) int fd = place_open_mode(up->ask.root, path, O_RDONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return wf_fail_sys(&up->err, errno, "%s", path);
	return pack_copy(fd, target, path, &up->err);
}

static bool
write_bytes(struct upload *up, struct artifacts *store)
{
	struct wf_arena *arena = up->call->arena;
	struct blob_piece piece;
	bool ok;

	up->path = artifacts_path(store, arena, up->artifact.run_id, up->artifact.id);
	if (!blob_open_whole(arena, up->path, &piece, &up->err))
		return false;
	if (up->archived)
		ok = write_zip(up, piece.fd);
	else
		ok = write_plain(up, piece.fd);
	if (ok)
		ok = blob_keep(&piece, &up->err);
	blob_drop(&piece);
	return ok;
}

static bool
finish(struct upload *up, struct artifacts *store)
{
	struct wf_arena *arena = up->call->arena;
	wf_auto(wf_close_fd) int fd = open(up->path, O_RDONLY | O_CLOEXEC);
	struct stat st = { .st_size = -1 };

	if (fd >= 0)
		fstat(fd, &st);
	if (!artifacts_finish(store, arena, up->artifact.run_id, up->name, st.st_size, WF_S(""),
	        &up->artifact, &up->err))
		return false;
	wf_buf_addf(&up->log,
	    "Uploaded bytes %" PRId64 "\nFinished uploading artifact content to blob storage!\n"
	    "SHA256 digest of uploaded artifact is %.*s\nFinalizing artifact upload\n"
	    "Artifact %.*s successfully finalized. Artifact ID %" PRId64 "\n",
	    up->artifact.size, WF_ARG(wf_str_skip(up->artifact.digest, strlen("sha256:"))),
	    WF_ARG(up->name), up->artifact.id);
	return true;
}

/* Nothing is left behind of an upload that fails, so that it can be tried again. */
static bool
store_files(struct upload *up, struct artifacts *store)
{
	int64_t id;

	if (!artifacts_create(store, &up->artifact, &id, &up->err))
		return false;
	if (!id)
		return wf_fail(&up->err, WF_ERR_USAGE, WF_NOWHERE,
		    "Failed to CreateArtifact: Received non-retryable error: Failed request: (409) "
		    "Conflict: an artifact with this name already exists on the workflow run");
	up->artifact.id = id;
	wf_buf_addf(&up->log,
	    "Uploading artifact: %.*s%s\nBeginning upload of artifact content to blob storage\n",
	    WF_ARG(up->name), up->archived ? ".zip" : "");
	if (write_bytes(up, store) && finish(up, store))
		return true;
	artifacts_delete(store, up->artifact.run_id, up->name, &id, NULL);
	return false;
}

static bool
upload_found(struct upload *up)
{
	struct artifacts *store = artifacts_open(up->stores.runs, &up->err);
	int64_t old;
	bool ok;

	if (!store)
		return false;
	if (up->overwrite)
		artifacts_delete(store, up->stores.run_id, up->name, &old, NULL);
	ok = artifacts_name_ok(up->name, &up->err);
	if (ok) {
		wf_buf_adds(&up->log, "Artifact name is valid!\nRoot directory input is valid!\n");
		ok = store_files(up, store);
	}
	artifacts_close(store);
	return ok;
}

static bool
find_files(struct upload *up)
{
	const char *slash;

	if (!glob_find(up->call->arena, &up->ask, &up->found, &up->err))
		return false;
	keep_files(up);
	if (!up->found.nroots || !up->found.n)
		return true;
	find_root(up);
	if (up->archived)
		return true;
	if (up->found.n > 1)
		return wf_fail(&up->err, WF_ERR_USAGE, WF_NOWHERE,
		    "When 'archive' is set to false, only a single file can be uploaded. Found %zu "
		    "files to upload.",
		    up->found.n);
	slash = strrchr(up->found.items[0].path, '/');
	up->name = wf_str(slash + 1);
	up->artifact.name = up->name;
	up->artifact.type = WF_S("application/octet-stream");
	return true;
}

static void
work(void *impl)
{
	struct upload *up = impl;

	up->ok = find_files(up);
	if (!up->ok || !up->found.n)
		return;
	wf_buf_addf(&up->log, "With the provided path, there will be %zu file%s uploaded\n",
	    up->found.n, up->found.n == 1 ? "" : "s");
	up->ok = upload_found(up);
}

/* ---- on the loop ---- */

static void
say_none(struct upload *up)
{
	struct builtin_call *call = up->call;
	struct wf_str text = wf_strf(call->arena,
	    "No files were found with the provided path: %.*s. No artifacts will be uploaded.",
	    WF_ARG(up->ask.patterns));

	switch (up->if_none) {
	case NONE_ERROR: builtin_fail(call, "%s", text.p); return;
	case NONE_WARN: builtin_warn(call, "%s", text.p); break;
	case NONE_IGNORE: builtin_printf(call, "%s", text.p); break;
	}
	call->done(call, true);
}

static struct wf_str
fact(const struct builtin_call *call, const char *name)
{
	return expr_to_string(call->arena, expr_object_get(call->github, wf_str(name)));
}

static void
say_uploaded(struct upload *up)
{
	struct builtin_call *call = up->call;
	const struct artifact *artifact = &up->artifact;
	struct wf_str url = wf_strf(call->arena, "%.*s/%.*s/actions/runs/%.*s/artifacts/%" PRId64,
	    WF_ARG(fact(call, "server_url")), WF_ARG(fact(call, "repository")),
	    WF_ARG(fact(call, "run_id")), artifact->id);

	builtin_printf(call,
	    "Artifact %.*s has been successfully uploaded! Final size is %" PRId64
	    " bytes. Artifact ID is %" PRId64,
	    WF_ARG(artifact->name), artifact->size, artifact->id);
	call->output(call, WF_S("artifact-id"), wf_strf(call->arena, "%" PRId64, artifact->id));
	call->output(call, WF_S("artifact-digest"),
	    wf_str_skip(artifact->digest, strlen("sha256:")));
	builtin_printf(call, "Artifact download URL: %.*s", WF_ARG(url));
	call->output(call, WF_S("artifact-url"), url);
	call->uploaded(call, artifact, up->path);
	call->done(call, true);
}

static void
done(void *impl)
{
	struct upload *up = impl;
	struct builtin_call *call = up->call;

	wf_close_fd(&up->ask.root);
	call->print(call, wf_buf_str(&up->log));
	wf_buf_release(&up->log);
	if (!up->ok)
		builtin_fail(call, "%s", up->err.msg);
	else if (!up->found.n)
		say_none(up);
	else
		say_uploaded(up);
}

/* ---- inputs ---- */

/* False when the call has failed by it. */
static bool
read_if_none(struct upload *up)
{
	static const char *const
	    words[] = { [NONE_WARN] = "warn", [NONE_ERROR] = "error", [NONE_IGNORE] = "ignore" };
	struct wf_str word = builtin_input(up->call, "if-no-files-found");

	for (size_t i = 0; i < WF_COUNT(words); i++)
		if (wf_str_is(word, words[i])) {
			up->if_none = (enum if_none)i;
			return true;
		}
	builtin_fail(up->call,
	    "Unrecognized if-no-files-found input. Provided: %.*s. Available options: "
	    "warn,error,ignore",
	    WF_ARG(word));
	return false;
}

static bool
read_level(struct upload *up)
{
	struct wf_str text = builtin_input(up->call, "compression-level");
	uint64_t level;

	if (!text.n)
		text = WF_S("6");
	if (wf_str_u64(text, &level) && level <= 9) {
		up->level = (int)level;
		return true;
	}
	builtin_fail(up->call, "Invalid compression-level. Valid values are 0-9");
	return false;
}

static bool
read_retention(struct upload *up)
{
	struct wf_str text = builtin_input(up->call, "retention-days");
	uint64_t days;

	if (!text.n || wf_str_u64(text, &days))
		return true;
	builtin_fail(up->call, "Invalid retention-days");
	return false;
}

static bool
read_inputs(struct upload *up)
{
	struct builtin_call *call = up->call;

	up->ask = (struct glob_ask){
		.root = -1,
		.workspace = call->box->layout.workspace,
		.home = wf_cstr(call->arena, builtin_env(call, "HOME")),
		.patterns = builtin_input(call, "path"),
		.descendants = true,
		.no_hidden = !builtin_flag(call, "include-hidden-files"),
		.stop = &call->cancelled,
	};
	up->name = builtin_input(call, "name");
	up->overwrite = builtin_flag(call, "overwrite");
	up->archived = builtin_flag(call, "archive");
	if (!up->ask.patterns.n) {
		builtin_fail(call, "Input required and not supplied: path");
		return false;
	}
	return read_if_none(up) && read_level(up) && read_retention(up);
}

static void
upload_start(struct builtin_call *call)
{
	struct upload *up = wf_new(call->arena, struct upload);

	call->impl = up;
	up->call = call;
	if (!read_inputs(up))
		return;
	if (!call->stores(call, &up->stores, &up->err) ||
	    (up->ask.root = builtin_root(call, &up->err)) < 0) {
		builtin_fail(call, "%s", up->err.msg);
		return;
	}
	up->artifact = (struct artifact){
		.run_id = up->stores.run_id,
		.job_id = up->stores.job_id,
		.name = up->name,
		.type = WF_S("application/zip"),
	};
	builtin_work(call, work, done);
}

const struct builtin builtin_upload_artifact = {
	.repository = "actions/upload-artifact",
	.inputs = input_names,
	.defaults = input_defaults,
	.start = upload_start,
};
