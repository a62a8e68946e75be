/* SPDX-License-Identifier: MIT */
/* import.c - an archive is unpacked as if it were a layer; then its folder says what it is. */
#include "runner/image/import.h"

#include "base/fs.h"
#include "expr/expr.h"
#include "runner/box/mount.h"
#include "runner/image/digest.h"
#include "runner/image/manifest.h"
#include "runner/image/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- files of the tree ---- */

static bool
has_file(int tree, const char *path)
{
	wf_auto(wf_close_fd) int fd = place_open(tree, path, 0);

	return fd >= 0;
}

static int
open_file(int tree, const char *path, struct wf_error *err)
{
	int fd = place_open_mode(tree, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	if (fd < 0) {
		wf_fail_sys(err, errno, "'%s' of the archive", path);
		err->kind = WF_ERR_MISSING;
	}
	return fd;
}

static bool
read_text(const struct image_import *im, int tree, const char *path, size_t max, struct wf_str *out,
    struct wf_error *err)
{
	wf_auto(wf_close_fd) int fd = open_file(tree, path, err);

	return fd >= 0 && wf_read_fd(im->arena, fd, path, max, out, err);
}

/* ---- layers and records ---- */

/* Unpacks an archive into a folder in temp/. */
static const char *
unpack(const struct image_import *im, int archive, struct image_unpacked *out, struct wf_error *err)
{
	const char *temp = image_store_temp(im->store, im->arena, err);
	wf_auto(wf_close_fd) int root = temp ? open(temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (!temp)
		return NULL;
	if (root >= 0 && image_unpack(im->arena, archive, root, out, err))
		return temp;
	if (root < 0)
		wf_fail_sys(err, errno, "%s", temp);
	image_unpack_undo(temp, NULL);
	return NULL;
}

static bool
add_layer(const struct image_import *im, int tree, const char *path, struct wf_str digest,
    struct image *image, struct wf_error *err)
{
	wf_auto(wf_close_fd) int fd = -1;
	struct stat st;
	struct image_unpacked unpacked;
	const char *temp;

	image->layers[image->nlayers++] = digest;
	fd = open_file(tree, path, err);
	if (fd < 0)
		return false;
	image->size += fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	if (wf_is_dir(image_store_layer(im->store, im->arena, digest)))
		return true;
	if (!(temp = unpack(im, fd, &unpacked, err)))
		return false;
	if (wf_str_eq(unpacked.digest, digest))
		return image_store_adopt(im->store, temp, digest, err);
	image_unpack_undo(temp, NULL);
	return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "'%s' has the digest %.*s, not %.*s", path,
	    WF_ARG(unpacked.digest), WF_ARG(digest));
}

static bool
put(struct image_import *im, struct image *image, struct wf_str name, struct wf_error *err)
{
	struct image_ref ref;

	if (!image_ref_read(im->arena, name, &ref, err))
		return false;
	image->name = image_ref_name(im->arena, &ref);
	*wf_push(im->arena, im->names, im->nnames, im->names_cap) = image_ref_short(im->arena,
	    &ref);
	return image_store_put(im->store, image, err);
}

static bool
want_name(struct wf_error *err)
{
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "nothing in the file says what the image is called");
	return wf_hint(err, "say it with --name NAME");
}

/* ---- OCI layouts ---- */

static const char *
blob_path(struct wf_arena *arena, struct wf_str digest)
{
	struct wf_str hex = digest;

	wf_str_cut(&hex, ':');
	return wf_strf(arena, "blobs/sha256/%.*s", WF_ARG(hex)).p;
}

static bool
read_blob(const struct image_import *im, int tree, struct wf_str digest, size_t max,
    struct wf_str *out, struct wf_error *err)
{
	if (!read_text(im, tree, blob_path(im->arena, digest), max, out, err))
		return false;
	return wf_str_eq(image_digest_of(im->arena, *out), digest) ||
	       wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "the bytes of %.*s do not have this digest",
	           WF_ARG(digest));
}

/* Reads a manifest; where it is an index, the one in it for this machine. */
static bool
read_manifest(const struct image_import *im, int tree, struct image *image,
    struct image_document *out, struct wf_error *err)
{
	const struct image_entry *entry;
	struct wf_str text;

	for (;;) {
		if (!read_blob(im, tree, image->digest, IMAGE_DOCUMENT_LARGEST, &text, err) ||
		    !image_document_read(im->arena, text, out, err))
			return false;
		if (!out->is_index)
			return true;
		entry = image_document_pick(im->arena, out, err);
		if (!entry)
			return false;
		image->digest = entry->blob.digest;
	}
}

static bool
import_entry(struct image_import *im, int tree, const struct image_entry *entry, struct wf_str name,
    struct wf_error *err)
{
	struct image image = { .digest = entry->blob.digest };
	struct image_document manifest;
	struct image_config config;

	if (!read_manifest(im, tree, &image, &manifest, err) ||
	    !read_blob(im, tree, manifest.config.digest, IMAGE_CONFIG_LARGEST, &image.config_text,
	        err) ||
	    !image_config_read(im->arena, image.config_text, &config, err))
		return false;
	image.layers = wf_new_array(im->arena, manifest.nlayers, struct wf_str);
	for (size_t i = 0; i < manifest.nlayers; i++)
		if (!add_layer(im, tree, blob_path(im->arena, manifest.layers[i].digest),
		        manifest.layers[i].digest, &image, err))
			return false;
	return put(im, &image, name, err);
}

static bool
import_layout(struct image_import *im, int tree, struct wf_error *err)
{
	struct image_document index;
	struct wf_str text;

	if (!read_text(im, tree, "index.json", IMAGE_DOCUMENT_LARGEST, &text, err) ||
	    !image_document_read(im->arena, text, &index, err))
		return false;
	if (!index.is_index || index.nentries == 0)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "the layout has no image");
	if (im->name.n > 0) {
		const struct image_entry *entry = image_document_pick(im->arena, &index, err);

		return entry && import_entry(im, tree, entry, im->name, err);
	}
	for (size_t i = 0; i < index.nentries; i++) {
		if (!index.entries[i].name.n)
			return want_name(err);
		if (!import_entry(im, tree, &index.entries[i], index.entries[i].name, err))
			return false;
	}
	return true;
}

/* ---- docker save ---- */

static bool
add_saved_layers(const struct image_import *im, int tree, struct expr_value layers,
    const struct image_config *config, struct image *image, struct wf_error *err)
{
	if (layers.kind != EXPR_ARRAY || layers.array->n == 0 ||
	    layers.array->n != config->ndiff_ids || layers.array->n > IMAGE_LAYERS_LARGEST)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "manifest.json and the configuration do not have the same layers");
	image->layers = wf_new_array(im->arena, config->ndiff_ids, struct wf_str);
	for (size_t i = 0; i < config->ndiff_ids; i++) {
		struct wf_str path = expr_to_string(im->arena, layers.array->items[i]);

		if (!image_digest_valid(config->diff_ids[i]))
			return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
			    "the configuration has a diff_id that is no sha256 digest");
		if (!add_layer(im, tree, wf_cstr(im->arena, path), config->diff_ids[i], image, err))
			return false;
	}
	return true;
}

static bool
import_saved_image(struct image_import *im, int tree, struct expr_value entry, struct wf_error *err)
{
	struct expr_value tags = expr_path(entry, "RepoTags");
	struct image image = { 0 };
	struct image_config config;
	const char *path = wf_cstr(im->arena, expr_path_str(im->arena, entry, "Config"));

	if (!read_text(im, tree, path, IMAGE_CONFIG_LARGEST, &image.config_text, err) ||
	    !image_config_read(im->arena, image.config_text, &config, err) ||
	    !add_saved_layers(im, tree, expr_path(entry, "Layers"), &config, &image, err))
		return false;
	image.digest = image_digest_of(im->arena, image.config_text);
	if (im->name.n > 0)
		return put(im, &image, im->name, err);
	if (tags.kind != EXPR_ARRAY || tags.array->n == 0)
		return want_name(err);
	for (size_t i = 0; i < tags.array->n; i++)
		if (!put(im, &image, expr_to_string(im->arena, tags.array->items[i]), err))
			return false;
	return true;
}

static bool
import_saved(struct image_import *im, int tree, struct wf_error *err)
{
	struct expr_value list;
	struct wf_str text;

	if (!read_text(im, tree, "manifest.json", IMAGE_DOCUMENT_LARGEST, &text, err))
		return false;
	if (!expr_json_read(im->arena, NULL, text, &list, err)) {
		err->kind = WF_ERR_MISSING;
		return wf_wrap(err, "manifest.json");
	}
	if (list.kind != EXPR_ARRAY || list.array->n == 0)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "manifest.json names no image");
	if (im->name.n > 0 && list.array->n > 1)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "the archive has %zu images: --name cannot name them all", list.array->n);
	for (size_t i = 0; i < list.array->n; i++)
		if (!import_saved_image(im, tree, list.array->items[i], err))
			return false;
	return true;
}

/* ---- all ---- */

static bool
is_layout(int tree)
{
	return has_file(tree, "oci-layout") && has_file(tree, "index.json");
}

static bool
import_folder(struct image_import *im, struct wf_error *err)
{
	wf_auto(wf_close_fd) int tree = open(im->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (tree < 0)
		return wf_fail_sys(err, errno, "%s", im->path);
	if (is_layout(tree))
		return import_layout(im, tree, err);
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
	    "%s is no OCI layout: it has no oci-layout and "
	    "index.json",
	    im->path);
	return wf_hint(err, "a root file system is imported as an archive: tar -C DIR -cf FILE .");
}

/* A root file system: what was unpacked is the layer. */
static bool
import_root(struct image_import *im, const char *temp, const struct image_unpacked *unpacked,
    struct wf_error *err)
{
	struct wf_str layer = unpacked->digest;
	struct image image = {
		.digest = layer,
		.config_text = WF_S("{}"),
		.layers = &layer,
		.nlayers = 1,
		.size = unpacked->size,
	};

	if (!im->name.n)
		return want_name(err);
	return image_store_adopt(im->store, temp, layer, err) && put(im, &image, im->name, err);
}

static bool
import_archive(struct image_import *im, struct wf_error *err)
{
	wf_auto(wf_close_fd) int archive = open(im->path, O_RDONLY | O_CLOEXEC);
	wf_auto(wf_close_fd) int tree = -1;
	struct image_unpacked unpacked;
	const char *temp;
	bool ok;

	if (archive < 0)
		return wf_fail_sys(err, errno, "%s", im->path);
	temp = unpack(im, archive, &unpacked, err);
	if (!temp)
		return wf_wrap(err, "%s", im->path);
	tree = open(temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (is_layout(tree))
		ok = import_layout(im, tree, err);
	else if (has_file(tree, "manifest.json"))
		ok = import_saved(im, tree, err);
	else
		ok = import_root(im, temp, &unpacked, err);
	image_unpack_undo(temp, NULL);
	return ok || wf_wrap(err, "%s", im->path);
}

bool
image_import(struct image_import *im, struct wf_error *err)
{
	return wf_is_dir(im->path) ? import_folder(im, err) : import_archive(im, err);
}
