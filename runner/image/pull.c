/* SPDX-License-Identifier: MIT */
/* pull.c - in the order of its life: account, manifest, configuration and layers, the end.
 *
 * Whatever fails first is what is told; the rest is cancelled, and the pull is over when nothing is
 * under way any more. A blob is not checked before it is unpacked but while: what unpacks does not
 * trust its bytes, and only a folder whose archive had the right digest becomes a layer. */
#include "runner/image/pull.h"

#include "base/fs.h"
#include "runner/image/digest.h"
#include "runner/image/manifest.h"
#include "runner/image/registry.h"
#include "runner/image/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define SIDE_BY_SIDE 4 /* layers that are pulled at a time */

/* A layer: waits, comes, is unpacked, is there. */
struct layer {
	struct image_pull *pull;
	struct image_blob blob;
	bool done, started;
	struct image_fetch fetch;
	const char *path; /* of the blob */
	const char *own; /* folder of a blob of our own, where another process pulls the same */
	uv_work_t work;
	/* of the thread */
	struct wf_arena *arena;
	const struct image_store *store;
	bool failed;
	struct wf_error error;
};

struct image_pull {
	struct image_pull_options options;
	struct wf_arena *arena;
	struct image_registry registry;
	struct image_fetch manifest, config;
	struct wf_str want; /* digest that the next manifest must have, or empty */
	struct image_document document;
	struct image image;
	struct layer *layers; /* without those that come twice */
	size_t nlayers;
	unsigned busy; /* fetches and works under way */
	unsigned coming; /* layers among the fetches */
	uint64_t bytes;
	bool failed, over;
	struct wf_error error;
	uv_work_t work; /* looks for the account, on a thread with an arena of its own */
	struct wf_arena *account_arena;
	bool account_failed;
	struct wf_error account_error;
};

static void find_account(uv_work_t *work);
static void on_account(uv_work_t *work, int status);
static void fetch_manifest(struct image_pull *p, struct wf_str version);
static void on_manifest(struct image_fetch *fetch, const struct wf_error *err);
static void on_config(struct image_fetch *fetch, const struct wf_error *err);
static void start_layers(struct image_pull *p);
static void on_layer(struct image_fetch *fetch, const struct wf_error *err);
static void unpack_layer(uv_work_t *work);
static void on_unpacked(uv_work_t *work, int status);
static void settle(struct image_pull *p);

/* ---- failure ---- */

static void
stop(struct image_pull *p, const struct wf_error *err)
{
	if (p->failed)
		return;
	p->failed = true;
	p->error = *err;
	wf_wrap(&p->error, "image %.*s", WF_ARG(image_ref_short(p->arena, &p->options.ref)));
	if (p->manifest.registry)
		image_fetch_cancel(&p->manifest);
	if (p->config.registry)
		image_fetch_cancel(&p->config);
	for (size_t i = 0; i < p->nlayers; i++)
		if (p->layers[i].fetch.registry)
			image_fetch_cancel(&p->layers[i].fetch);
}

void
image_pull_cancel(struct image_pull *p)
{
	struct wf_error err;

	wf_fail(&err, WF_ERR_MISSING, WF_NOWHERE, "the pull was cancelled");
	if (!p->over)
		stop(p, &err);
}

/* ---- account ---- */

struct image_pull *
image_pull_start(const struct image_pull_options *options)
{
	struct wf_arena *arena = wf_arena_new();
	struct image_pull *p = wf_new(arena, struct image_pull);

	p->arena = arena;
	p->options = *options;
	p->registry = (struct image_registry){
		.http = options->http,
		.loop = options->loop,
		.arena = arena,
		.ref = &p->options.ref,
		.account = options->account,
	};
	p->account_arena = wf_arena_new();
	p->work.data = p;
	p->busy++;
	uv_queue_work(options->loop, &p->work, find_account, on_account);
	return p;
}

/* On a thread. */
static void
find_account(uv_work_t *work)
{
	struct image_pull *p = work->data;
	struct image_account *account = &p->registry.account;

	if (account->user.n == 0)
		p->account_failed = !image_account_find(p->account_arena, p->options.ref.registry,
		    account, &p->account_error);
}

static void
on_account(uv_work_t *work, int status)
{
	struct image_pull *p = work->data;

	(void)status;
	p->busy--;
	if (p->account_failed)
		stop(p, &p->account_error);
	if (!p->failed)
		fetch_manifest(p, image_ref_version(&p->options.ref));
	settle(p);
}

/* ---- manifest ---- */

static void
fetch_manifest(struct image_pull *p, struct wf_str version)
{
	if (image_digest_valid(version))
		p->want = version;
	p->manifest = (struct image_fetch){
		.registry = &p->registry,
		.path = wf_strf(p->arena, "manifests/%.*s", WF_ARG(version)).p,
		.accept = IMAGE_ACCEPT,
		.file = -1,
		.keep = IMAGE_DOCUMENT_LARGEST,
		.on_done = on_manifest,
		.data = p,
	};
	p->busy++;
	image_fetch_start(&p->manifest);
}

/* As docker does: this machine itself, and registries that are named, may do without TLS. */
static bool
may_be_plain(const struct image_pull *p)
{
	struct wf_str registry = p->options.ref.registry;

	for (const char *const *name = p->options.insecure; name && *name; name++)
		if (wf_str_is(registry, *name))
			return true;
	return http_is_loopback(registry);
}

static bool
read_manifest(struct image_pull *p, struct wf_str text, struct wf_error *err)
{
	const struct image_entry *entry;
	struct wf_str digest = image_digest_of(p->arena, text);

	if (p->want.n > 0 && !wf_str_eq(digest, p->want))
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the manifest has the digest %.*s, not %.*s", WF_ARG(digest), WF_ARG(p->want));
	p->want = (struct wf_str){ NULL, 0 };
	if (!image_document_read(p->arena, text, &p->document, err))
		return false;
	if (!p->document.is_index) {
		p->image.digest = digest;
		return true;
	}
	entry = image_document_pick(p->arena, &p->document, err);
	if (!entry)
		return false;
	fetch_manifest(p, entry->blob.digest);
	return true;
}

static void
fetch_config(struct image_pull *p)
{
	struct image_blob *blob = &p->document.config;

	p->config = (struct image_fetch){
		.registry = &p->registry,
		.path = wf_strf(p->arena, "blobs/%.*s", WF_ARG(blob->digest)).p,
		.file = -1,
		.keep = IMAGE_CONFIG_LARGEST,
		.on_done = on_config,
		.data = p,
	};
	p->busy++;
	image_fetch_start(&p->config);
}

static void
on_manifest(struct image_fetch *fetch, const struct wf_error *err)
{
	struct image_pull *p = fetch->data;
	struct wf_error why;

	p->busy--;
	if (err && !p->failed && !fetch->reached && !p->registry.plain && may_be_plain(p)) {
		p->registry.plain = true;
		fetch_manifest(p, image_ref_version(&p->options.ref));
		return;
	}
	if (err)
		stop(p, err);
	else if (!p->failed && !read_manifest(p, fetch->text, &why))
		stop(p, &why);
	if (!p->failed && p->image.digest.n > 0) {
		fetch_config(p);
		start_layers(p);
	}
	settle(p);
}

static void
on_config(struct image_fetch *fetch, const struct wf_error *err)
{
	struct image_pull *p = fetch->data;
	struct image_config config;
	struct wf_error why;

	p->busy--;
	if (err) {
		stop(p, err);
	} else if (!wf_str_eq(image_digest_of(p->arena, fetch->text), p->document.config.digest)) {
		wf_fail(&why, WF_ERR_MISSING, WF_NOWHERE,
		    "the configuration does not have the digest that the manifest gives");
		stop(p, &why);
	} else if (!image_config_read(p->arena, fetch->text, &config, &why)) {
		stop(p, &why);
	} else {
		p->image.config_text = fetch->text;
	}
	settle(p);
}

/* ---- layers ---- */

/* An image may have the same layer twice (empty ones are the usual case). */
static bool
comes_twice(const struct image_pull *p, struct wf_str digest)
{
	for (size_t i = 0; i < p->nlayers; i++)
		if (wf_str_eq(p->layers[i].blob.digest, digest))
			return true;
	return false;
}

static void
list_layers(struct image_pull *p)
{
	size_t n = p->document.nlayers;

	p->image.layers = wf_new_array(p->arena, n, struct wf_str);
	p->image.nlayers = n;
	p->layers = wf_new_array(p->arena, n, struct layer);
	for (size_t i = 0; i < n; i++) {
		const struct image_blob *blob = &p->document.layers[i];
		struct layer *layer = &p->layers[p->nlayers];

		p->image.layers[i] = blob->digest;
		p->image.size += blob->size;
		if (comes_twice(p, blob->digest))
			continue;
		p->nlayers++;
		layer->pull = p;
		layer->blob = *blob;
		layer->store = p->options.store;
		layer->done = layer->started = wf_is_dir(image_store_layer(p->options.store,
		    p->arena, blob->digest));
	}
}

/* The blob's file in the store, so that another pull may go on with it; a file of our own when
 * another process is at it. */
static int
open_blob(struct layer *layer, struct wf_error *err)
{
	struct image_pull *p = layer->pull;
	int fd;

	layer->path = image_store_blob(p->options.store, p->arena, layer->blob.digest);
	fd = open(layer->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		layer->own = image_store_temp(p->options.store, p->arena, err);
		if (!layer->own)
			return -1;
		layer->path = wf_join(p->arena, layer->own, "blob");
		fd = open(layer->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	}
	if (fd < 0)
		wf_fail_sys(err, errno, "%s", layer->path);
	return fd;
}

static void
on_bytes(struct image_fetch *fetch, size_t n)
{
	struct layer *layer = fetch->data;
	struct image_pull *p = layer->pull;

	p->bytes += n;
	if (p->options.on_progress)
		p->options.on_progress(p);
}

static void
queue_unpack(struct layer *layer)
{
	layer->work.data = layer;
	layer->arena = wf_arena_new();
	layer->pull->busy++;
	uv_queue_work(layer->pull->options.loop, &layer->work, unpack_layer, on_unpacked);
}

static void
start_layer(struct layer *layer)
{
	struct image_pull *p = layer->pull;
	struct wf_error err;
	int fd = open_blob(layer, &err);

	layer->started = true;
	if (fd < 0) {
		stop(p, &err);
		return;
	}
	layer->fetch = (struct image_fetch){
		.registry = &p->registry,
		.path = wf_strf(p->arena, "blobs/%.*s", WF_ARG(layer->blob.digest)).p,
		.file = fd,
		.limit = layer->blob.size,
		.on_bytes = on_bytes,
		.on_done = on_layer,
		.data = layer,
	};
	p->busy++;
	p->coming++;
	image_fetch_start(&layer->fetch);
}

static void
start_more(struct image_pull *p)
{
	for (size_t i = 0; i < p->nlayers && p->coming < SIDE_BY_SIDE && !p->failed; i++)
		if (!p->layers[i].started)
			start_layer(&p->layers[i]);
}

static void
start_layers(struct image_pull *p)
{
	list_layers(p);
	start_more(p);
}

static void
discard_blob(struct layer *layer)
{
	wf_close_fd(&layer->fetch.file);
	if (layer->own)
		wf_remove_tree(layer->own, NULL);
	else
		unlink(layer->path);
}

static void
on_layer(struct image_fetch *fetch, const struct wf_error *err)
{
	struct layer *layer = fetch->data;
	struct image_pull *p = layer->pull;
	struct wf_error why;

	p->busy--;
	p->coming--;
	if (err) {
		stop(p, err);
	} else if (fetch->have != layer->blob.size) {
		wf_fail(&why, WF_ERR_MISSING, WF_NOWHERE,
		    "the registry has %llu bytes of a layer of %llu",
		    (unsigned long long)fetch->have, (unsigned long long)layer->blob.size);
		discard_blob(layer);
		stop(p, &why);
	}
	if (p->failed)
		wf_close_fd(&fetch->file); /* what came stays for the next pull */
	else
		queue_unpack(layer);
	start_more(p);
	settle(p);
}

static bool
unpack_into(struct layer *layer, const char *temp, struct wf_error *err)
{
	wf_auto(wf_close_fd) int root = open(temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct image_unpacked unpacked = { .size = 0 };
	bool ok;

	if (root < 0 || lseek(layer->fetch.file, 0, SEEK_SET) < 0)
		return wf_fail_sys(err, errno, "%s", temp);
	ok = image_unpack(layer->arena, layer->fetch.file, root, &unpacked, err);
	if (wf_str_eq(unpacked.digest, layer->blob.digest) || !unpacked.digest.n)
		return ok;
	return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
	    "a layer came with the digest %.*s, not %.*s", WF_ARG(unpacked.digest),
	    WF_ARG(layer->blob.digest));
}

/* On a thread. */
static void
unpack_layer(uv_work_t *work)
{
	struct layer *layer = work->data;
	const char *temp = image_store_temp(layer->store, layer->arena, &layer->error);

	layer->failed = !temp;
	if (!temp)
		return;
	layer->failed = !unpack_into(layer, temp, &layer->error) ||
	                !image_store_adopt(layer->store, temp, layer->blob.digest, &layer->error);
	if (layer->failed)
		image_unpack_undo(temp, NULL);
}

static void
on_unpacked(uv_work_t *work, int status)
{
	struct layer *layer = work->data;
	struct image_pull *p = layer->pull;

	(void)status;
	p->busy--;
	discard_blob(layer);
	layer->done = !layer->failed;
	if (layer->failed)
		stop(p, &layer->error);
	else if (p->options.on_progress)
		p->options.on_progress(p);
	wf_arena_free(layer->arena);
	settle(p);
}

/* ---- end ---- */

/* Nothing is under way: all that is to be there is there, or something failed. */
static void
settle(struct image_pull *p)
{
	if (p->busy > 0 || p->over)
		return;
	p->over = true;
	p->image.name = image_ref_name(p->arena, &p->options.ref);
	if (!p->failed && !image_store_put(p->options.store, &p->image, &p->error))
		p->failed = true;
	p->options.on_done(p, p->failed ? &p->error : NULL);
}

struct image_progress
image_pull_progress(const struct image_pull *p)
{
	struct image_progress progress = { .bytes = p->bytes, .nlayers = p->nlayers };

	for (size_t i = 0; i < p->nlayers; i++) {
		progress.layers += p->layers[i].done;
		if (!p->layers[i].done || p->layers[i].path)
			progress.total += p->layers[i].blob.size;
	}
	return progress;
}

void *
image_pull_data(const struct image_pull *p)
{
	return p->options.data;
}

void
image_pull_free(struct image_pull *p)
{
	wf_arena_free(p->account_arena);
	wf_arena_free(p->arena);
}
