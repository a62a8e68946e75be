/* SPDX-License-Identifier: MIT */
/* store.c - folders, a lock, and one JSON file for each image. */
#include "runner/image/store.h"

#include "base/fs.h"
#include "base/map.h"
#include "expr/expr.h"
#include "runner/image/digest.h"
#include "runner/image/unpack.h"
#include "runner/store/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RECORD_LARGEST ((size_t)32 << 20)

struct image_store {
	struct wf_arena *arena;
	const char *folder;
	int lock;
};

static const char *const parts[] = { "layers", "names", "blobs", "temp" };

/* ---- open and close ---- */

/* What is left of those who were killed; only while nobody else is here. */
static void
sweep(struct image_store *store)
{
	const char *temp = wf_join(store->arena, store->folder, "temp");
	char **names;
	size_t n;

	if (flock(store->lock, LOCK_EX | LOCK_NB) < 0)
		return;
	if (!wf_list_dir(store->arena, temp, &names, &n, NULL))
		return;
	for (size_t i = 0; i < n; i++)
		image_unpack_undo(wf_join(store->arena, temp, names[i]), NULL);
}

static bool
open_folders(struct image_store *store, struct wf_error *err)
{
	store->folder = store_folder(store->arena, "images", err);
	if (!store->folder)
		return false;
	for (size_t i = 0; i < WF_COUNT(parts); i++)
		if (!wf_mkdirs(wf_join(store->arena, store->folder, parts[i]), 0700, err))
			return false;
	store->lock = open(store->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->lock < 0)
		return wf_fail_sys(err, errno, "%s", store->folder);
	sweep(store);
	return flock(store->lock, LOCK_SH) == 0 || wf_fail_sys(err, errno, "%s", store->folder);
}

struct image_store *
image_store_open(struct wf_error *err)
{
	struct wf_arena *arena = wf_arena_new();
	struct image_store *store = wf_new(arena, struct image_store);

	store->arena = arena;
	store->lock = -1;
	if (open_folders(store, err))
		return store;
	image_store_close(store);
	return NULL;
}

void
image_store_close(struct image_store *store)
{
	if (!store)
		return;
	wf_close_fd(&store->lock);
	wf_arena_free(store->arena);
}

/* ---- places ---- */

static const char *
place(const struct image_store *store, struct wf_arena *arena, const char *part, const char *name)
{
	return wf_strf(arena, "%s/%s/%s", store->folder, part, name).p;
}

const char *
image_store_layers(const struct image_store *store, struct wf_arena *arena)
{
	return wf_join(arena, store->folder, "layers");
}

const char *
image_store_layer(const struct image_store *store, struct wf_arena *arena, struct wf_str digest)
{
	return place(store, arena, "layers", image_digest_file(arena, digest));
}

const char *
image_store_blob(const struct image_store *store, struct wf_arena *arena, struct wf_str digest)
{
	return place(store, arena, "blobs", image_digest_file(arena, digest));
}

const char *const *
image_store_folders(const struct image_store *store, struct wf_arena *arena,
    const struct image *image)
{
	const char **folders = wf_new_array(arena, image->nlayers + 1, const char *);

	for (size_t i = 0; i < image->nlayers; i++)
		folders[i] = image_store_layer(store, arena, image->layers[image->nlayers - 1 - i]);
	return folders;
}

static const char *
record_path(const struct image_store *store, struct wf_arena *arena, struct wf_str name)
{
	const char *file = image_digest_file(arena, image_digest_of(arena, name));

	return place(store, arena, "names", wf_strf(arena, "%s.json", file).p);
}

/* ---- layers ---- */

const char *
image_store_temp(const struct image_store *store, struct wf_arena *arena, struct wf_error *err)
{
	char *path = (char *)place(store, arena, "temp", "XXXXXX");

	if (mkdtemp(path) && chmod(path, 0755) == 0)
		return path;
	wf_fail_sys(err, errno, "%s", path);
	return NULL;
}

/* A folder that its owner may not write cannot be moved, since its ".." changes. */
static int
move(const char *from, const char *to)
{
	struct stat st;
	int rc;

	if (lstat(from, &st) < 0 || chmod(from, 0700) < 0)
		return -1;
	rc = rename(from, to);
	if (rc == 0)
		chmod(to, st.st_mode & 07777);
	return rc;
}

bool
image_store_adopt(const struct image_store *store, const char *temp, struct wf_str digest,
    struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *layer = image_store_layer(store, arena, digest);

	if (wf_is_dir(layer))
		return image_unpack_undo(temp, err);
	if (move(temp, layer) == 0)
		return true;
	if (errno == EEXIST || errno == ENOTEMPTY)
		return image_unpack_undo(temp, err);
	return wf_fail_sys(err, errno, "%s", layer);
}

/* ---- records ---- */

bool
image_store_put(struct image_store *store, const struct image *image, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;
	struct expr_object *record = expr_object_new(arena);
	struct expr_array *layers = expr_array_new(arena);

	for (size_t i = 0; i < image->nlayers; i++)
		expr_array_push(layers, expr_string(image->layers[i]));
	expr_object_set(record, WF_S("name"), expr_string(image->name));
	expr_object_set(record, WF_S("digest"), expr_string(image->digest));
	expr_object_set(record, WF_S("size"), expr_number((double)image->size));
	expr_object_set(record, WF_S("stored"), expr_number((double)time(NULL)));
	expr_object_set(record, WF_S("layers"), expr_array_value(layers));
	expr_object_set(record, WF_S("config"), expr_string(image->config_text));
	expr_json_compact(&text, expr_object_value(record));
	return wf_write_file(record_path(store, arena, image->name), wf_buf_str(&text), 0600, err);
}

static bool
take_layers(struct wf_arena *arena, struct expr_value list, struct image *out)
{
	if (list.kind != EXPR_ARRAY)
		return false;
	out->layers = wf_new_array(arena, list.array->n, struct wf_str);
	for (size_t i = 0; i < list.array->n; i++) {
		struct wf_str digest = expr_to_string(arena, list.array->items[i]);

		if (!image_digest_valid(digest))
			return false;
		out->layers[out->nlayers++] = digest;
	}
	return out->nlayers > 0;
}

/* False: it is none of ours. */
static bool
read_record(struct wf_arena *arena, const char *path, struct image *out)
{
	struct expr_value value;
	struct wf_str text;

	*out = (struct image){ 0 };
	if (!wf_read_file(arena, path, RECORD_LARGEST, &text, NULL) ||
	    !expr_json_read(arena, path, text, &value, NULL) ||
	    !take_layers(arena, expr_path(value, "layers"), out))
		return false;
	out->digest = expr_path_str(arena, value, "digest");
	out->config_text = expr_path_str(arena, value, "config");
	out->size = (uint64_t)expr_to_number(expr_path(value, "size"));
	out->stored = (int64_t)expr_to_number(expr_path(value, "stored"));
	out->name = expr_path_str(arena, value, "name");
	return true;
}

bool
image_store_find(const struct image_store *store, struct wf_arena *arena, struct wf_str name,
    struct image *out)
{
	if (!read_record(arena, record_path(store, arena, name), out))
		return false;
	for (size_t i = 0; i < out->nlayers; i++)
		if (!wf_is_dir(image_store_layer(store, arena, out->layers[i])))
			return false;
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	return wf_str_cmp(((const struct image *)a)->name, ((const struct image *)b)->name);
}

bool
image_store_list(struct image_store *store, struct wf_arena *arena, struct image **out, size_t *n,
    struct wf_error *err)
{
	const char *folder = wf_join(arena, store->folder, "names");
	char **files;
	size_t nfiles;

	*n = 0;
	if (!wf_list_dir(arena, folder, &files, &nfiles, err))
		return false;
	*out = wf_new_array(arena, nfiles, struct image);
	for (size_t i = 0; i < nfiles; i++)
		if (wf_str_ends(wf_str(files[i]), WF_S(".json")) &&
		    read_record(arena, wf_join(arena, folder, files[i]), &(*out)[*n]))
			(*n)++;
	if (*n > 1)
		qsort(*out, *n, sizeof(**out), compare_names);
	return true;
}

/* ---- removal ---- */

static bool
find_used(struct image_store *store, struct wf_map *used, struct wf_error *err)
{
	struct image *images;
	size_t n;

	if (!image_store_list(store, used->arena, &images, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < images[i].nlayers; k++)
			wf_map_set(used,
			    wf_str(image_digest_file(used->arena, images[i].layers[k])), store);
	return true;
}

/* Away from its place first: half of a layer must never look like all of it. */
static bool
remove_layer(struct image_store *store, struct wf_arena *arena, const char *layer,
    struct wf_error *err)
{
	const char *temp = image_store_temp(store, arena, err);

	if (!temp)
		return false;
	if (move(layer, temp) < 0)
		return wf_fail_sys(err, errno, "%s", layer);
	return image_unpack_undo(temp, err);
}

/* Layers that no image has, and what came of pulls that nobody finished. */
static bool
remove_unused(struct image_store *store, struct wf_arena *arena, struct wf_error *err)
{
	const char *layers = image_store_layers(store, arena);
	const char *blobs = wf_join(arena, store->folder, "blobs");
	struct wf_map used;
	char **names;
	size_t n;

	wf_map_init(&used, arena, false);
	if (!find_used(store, &used, err) || !wf_list_dir(arena, layers, &names, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!wf_map_has(&used, wf_str(names[i])) &&
		    !remove_layer(store, arena, wf_join(arena, layers, names[i]), err))
			return false;
	return wf_remove_tree(blobs, err) && wf_mkdirs(blobs, 0700, err);
}

bool
image_store_remove(struct image_store *store, struct wf_str name, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *path = record_path(store, arena, name);
	bool ok;

	if (!wf_exists(path)) {
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "there is no image '%.*s'", WF_ARG(name));
		return wf_hint(err, "'wfrun image list' shows those that there are");
	}
	if (flock(store->lock, LOCK_EX | LOCK_NB) < 0) {
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "the images are in use by another wfrun");
		return wf_hint(err, "try again when it is done");
	}
	ok = unlink(path) == 0 || wf_fail_sys(err, errno, "%s", path);
	ok = ok && remove_unused(store, arena, err);
	flock(store->lock, LOCK_SH);
	return ok;
}
