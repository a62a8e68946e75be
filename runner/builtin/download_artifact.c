/* SPDX-License-Identifier: MIT */
/* download_artifact.c - actions/download-artifact, straight out of the store of artifacts.
 *
 * All is looked up and unpacked on the pool, one artifact after the other; what the action says is
 * gathered there and printed when all is over. */
#include "runner/builtin/builtin.h"

#include "base/fs.h"
#include "base/pattern.h"
#include "runner/archive/pack.h"
#include "runner/archive/unpack.h"
#include "runner/box/mount.h"
#include "runner/store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

struct download {
	struct builtin_call *call;
	struct builtin_stores stores;
	int64_t run_id; /* whose artifacts */
	struct wf_str name, ids, pattern;
	bool merge;
	const char *folder; /* as the job sees it */
	int root;
	/* what the pool answers */
	struct wf_buf log;
	struct artifact *artifacts; /* those that are wanted */
	size_t n;
	bool ok;
	struct wf_error err;
};

static const char *const input_names[] = { "name", "artifact-ids", "path", "pattern",
	"merge-multiple", "github-token", "repository", "run-id", "skip-decompress",
	"digest-mismatch", NULL };

static const char *const input_defaults[] = { NULL, NULL, NULL, NULL, "false", NULL, NULL, NULL,
	"false", "error", NULL };

/* ---- which ---- */

static bool
find_named(struct download *down)
{
	wf_buf_adds(&down->log, "Downloading single artifact\n");
	for (size_t i = 0; i < down->n; i++)
		if (wf_str_eq(down->artifacts[i].name, down->name)) {
			down->artifacts += i;
			down->n = 1;
			return true;
		}
	return wf_fail(&down->err, WF_ERR_USAGE, WF_NOWHERE,
	    "Artifact not found for name: %.*s\n        Please ensure that your artifact is not "
	    "expired and the artifact was uploaded using a compatible version of "
	    "toolkit/upload-artifact.\n        For more information, visit the GitHub Artifacts "
	    "FAQ: https://github.com/actions/toolkit/blob/main/packages/artifact/docs/faq.md",
	    WF_ARG(down->name));
}

/* Moves those to the front that are wanted; the order stays. */
static void
keep(struct download *down, bool (*is_wanted)(const void *data, const struct artifact *artifact),
    const void *data)
{
	size_t kept = 0;

	for (size_t i = 0; i < down->n; i++)
		if (is_wanted(data, &down->artifacts[i]))
			down->artifacts[kept++] = down->artifacts[i];
	down->n = kept;
}

struct ids {
	uint64_t *items;
	size_t n, cap;
};

static bool
is_listed(const void *data, const struct artifact *artifact)
{
	const struct ids *ids = data;

	for (size_t i = 0; i < ids->n; i++)
		if ((int64_t)ids->items[i] == artifact->id)
			return true;
	return false;
}

static bool
read_ids(struct download *down, struct ids *ids)
{
	struct wf_str rest = down->ids;

	while (rest.p) {
		struct wf_str text = wf_str_trim(wf_str_cut(&rest, ','));
		uint64_t id;

		if (!text.n)
			continue;
		if (!wf_str_u64(text, &id))
			return wf_fail(&down->err, WF_ERR_USAGE, WF_NOWHERE,
			    "Invalid artifact ID: '%.*s'. Must be a number.", WF_ARG(text));
		*wf_push(down->call->arena, ids->items, ids->n, ids->cap) = id;
	}
	if (ids->n)
		return true;
	return wf_fail(&down->err, WF_ERR_USAGE, WF_NOWHERE,
	    "No valid artifact IDs provided in 'artifact-ids' input");
}

static void
warn_missing(struct download *down, const struct ids *ids)
{
	const char *between = "";

	wf_buf_adds(&down->log, "::warning::Could not find the following artifact IDs: ");
	for (size_t i = 0; i < ids->n; i++) {
		bool there = false;

		for (size_t k = 0; k < down->n; k++)
			there |= down->artifacts[k].id == (int64_t)ids->items[i];
		if (there)
			continue;
		wf_buf_addf(&down->log, "%s%" PRIu64, between, ids->items[i]);
		between = ", ";
	}
	wf_buf_addc(&down->log, '\n');
}

static bool
find_by_ids(struct download *down)
{
	struct ids ids = { .n = 0 };

	wf_buf_adds(&down->log, "Downloading artifacts by ID\n");
	if (!read_ids(down, &ids))
		return false;
	keep(down, is_listed, &ids);
	if (!down->n)
		return wf_fail(&down->err, WF_ERR_USAGE, WF_NOWHERE,
		    "None of the provided artifact IDs were found");
	if (down->n < ids.n)
		warn_missing(down, &ids);
	return true;
}

static bool
is_matched(const void *data, const struct artifact *artifact)
{
	return wf_pattern_match(data, artifact->name);
}

static bool
find_by_pattern(struct download *down)
{
	struct wf_pattern *pattern;

	wf_buf_addf(&down->log, "Filtering artifacts by pattern '%.*s'\n", WF_ARG(down->pattern));
	pattern = wf_pattern_new(WF_PATTERN_PICOMATCH, down->pattern, WF_NOWHERE, &down->err);
	if (!pattern)
		return false;
	keep(down, is_matched, pattern);
	wf_pattern_free(pattern);
	return true;
}

static bool
find_all(struct download *down)
{
	wf_buf_adds(&down->log, "No input name, artifact-ids or pattern filtered specified, "
	                        "downloading all artifacts\n");
	if (!down->merge)
		wf_buf_adds(&down->log, "An extra directory with the artifact name will be created "
		                        "for each download\n");
	return true;
}

static bool
find(struct download *down, struct artifacts *store)
{
	if (!artifacts_list(store, down->call->arena, down->run_id, WF_S(""), 0, &down->artifacts,
	        &down->n, &down->err))
		return false;
	if (down->name.n)
		return find_named(down);
	if (down->ids.n)
		return find_by_ids(down);
	return down->pattern.n ? find_by_pattern(down) : find_all(down);
}

/* ---- fetch ---- */

/* One that was not zipped is a file of its name. */
static bool
copy_plain(struct download *down, const struct artifact *artifact, int source, const char *folder)
{
	const char *name = wf_cstr(down->call->arena, artifact->name);
	wf_auto(wf_close_fd) int place = place_folder(down->root, folder, &down->err);
	wf_auto(wf_close_fd) int fd = -1;

	if (place < 0)
		return false;
	unlinkat(place, name, 0);
	fd = openat(place, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return wf_fail_sys(&down->err, errno, "%s/%s", folder, name);
	return pack_copy(source, fd, name, &down->err);
}

static bool
unpack_one(struct download *down, const struct artifact *artifact, const char *path,
    const char *folder)
{
	wf_auto(wf_close_fd) int source = open(path, O_RDONLY | O_CLOEXEC);
	struct unpack job = {
		.kind = UNPACK_ARTIFACT,
		.source = source,
		.root = down->root,
		.base = folder,
		.stop = &down->call->cancelled,
	};

	if (source < 0)
		return wf_fail_sys(&down->err, errno, "%s", path);
	if (!wf_str_is(artifact->type, "application/zip"))
		return copy_plain(down, artifact, source, folder);
	return unpack(&job, &down->err);
}

static bool
fetch(struct download *down, struct artifacts *store, const struct artifact *artifact)
{
	struct wf_arena *arena = down->call->arena;
	const char *path = artifacts_path(store, arena, artifact->run_id, artifact->id);
	bool apart = !down->name.n && !down->merge && !(down->ids.n && down->n == 1);
	const char *folder = apart ? wf_join(arena, down->folder, wf_cstr(arena, artifact->name))
	                           : down->folder;
	struct wf_str digest;

	wf_buf_addf(&down->log, "Starting download of artifact to: %s\n", folder);
	if (!blob_digest(arena, path, &digest, &down->err) ||
	    !unpack_one(down, artifact, path, folder))
		return wf_wrap(&down->err, "Unable to download and extract artifact");
	wf_buf_addf(&down->log,
	    "SHA256 digest of downloaded artifact is %.*s\nArtifact download completed "
	    "successfully.\n",
	    WF_ARG(digest));
	if (wf_str_eq(digest, wf_str_skip(artifact->digest, strlen("sha256:"))))
		return true;
	return wf_fail(&down->err, WF_ERR_USAGE, WF_NOWHERE,
	    "Artifact '%.*s' digest validation failed. Please verify the integrity of the "
	    "artifact.",
	    WF_ARG(artifact->name));
}

static bool
fetch_all(struct download *down, struct artifacts *store)
{
	if (!find(down, store))
		return false;
	if (down->n)
		wf_buf_adds(&down->log, "Preparing to download the following artifacts:\n");
	for (size_t i = 0; i < down->n; i++)
		wf_buf_addf(&down->log,
		    "- %.*s (ID: %" PRId64 ", Size: %" PRId64 ", Expected Digest: %.*s)\n",
		    WF_ARG(down->artifacts[i].name), down->artifacts[i].id, down->artifacts[i].size,
		    WF_ARG(down->artifacts[i].digest));
	for (size_t i = 0; i < down->n; i++)
		if (!fetch(down, store, &down->artifacts[i]))
			return false;
	return true;
}

static void
work(void *impl)
{
	struct download *down = impl;
	struct artifacts *store = artifacts_open(down->stores.runs, &down->err);

	down->ok = store && fetch_all(down, store);
	artifacts_close(store);
}

/* ---- on the loop ---- */

static void
done(void *impl)
{
	struct download *down = impl;
	struct builtin_call *call = down->call;

	wf_close_fd(&down->root);
	call->print(call, wf_buf_str(&down->log));
	wf_buf_release(&down->log);
	if (!down->ok) {
		builtin_fail(call, "Unable to download artifact(s): %s", down->err.msg);
		return;
	}
	builtin_printf(call, "Total of %zu artifact(s) downloaded", down->n);
	call->output(call, WF_S("download-path"), wf_str(down->folder));
	builtin_printf(call, "Download artifact has finished successfully");
	call->done(call, true);
}

/* With a token the artifacts may be those of another run; without, the inputs about it are not
 * looked at, as by the action. */
static bool
choose_run(struct download *down)
{
	struct builtin_call *call = down->call;
	struct wf_str repository = builtin_input(call, "repository");
	struct wf_str run = builtin_input(call, "run-id");
	uint64_t id;

	down->run_id = down->stores.run_id;
	if (!builtin_input(call, "github-token").n)
		return true;
	if (repository.n && !wf_str_ieq(repository, call->facts->full_name))
		return wf_fail(&down->err, WF_ERR_USAGE, WF_NOWHERE,
		    "the artifacts of '%.*s' are not here, only those of %.*s", WF_ARG(repository),
		    WF_ARG(call->facts->full_name));
	if (!run.n)
		return true;
	if (!wf_str_u64(run, &id) || id > INT64_MAX)
		return wf_fail(&down->err, WF_ERR_USAGE, WF_NOWHERE, "'%.*s' is no run-id",
		    WF_ARG(run));
	down->run_id = (int64_t)id;
	return true;
}

static void
download_start(struct builtin_call *call)
{
	struct download *down = wf_new(call->arena, struct download);

	call->impl = down;
	down->call = call;
	down->root = -1;
	down->name = builtin_input(call, "name");
	down->ids = builtin_input(call, "artifact-ids");
	down->pattern = builtin_input(call, "pattern");
	down->merge = builtin_flag(call, "merge-multiple");
	down->folder = builtin_path(call, builtin_input(call, "path"));
	if (!call->stores(call, &down->stores, &down->err) || !choose_run(down) ||
	    (down->root = builtin_root(call, &down->err)) < 0) {
		builtin_fail(call, "Unable to download artifact(s): %s", down->err.msg);
		return;
	}
	if (builtin_flag(call, "skip-decompress"))
		builtin_warn(call, "Input 'skip-decompress' is not supported yet");
	builtin_work(call, work, done);
}

const struct builtin builtin_download_artifact = {
	.repository = "actions/download-artifact",
	.inputs = input_names,
	.defaults = input_defaults,
	.start = download_start,
};
