/* SPDX-License-Identifier: MIT */
/* store.h - the images that this user has, below "images" in the home of what outlives a run.
 *
 *     layers/sha256-HEX   an unpacked layer, never changed once it is there
 *     names/HEX.json      an image: name, digest, configuration, layers
 *     blobs/sha256-HEX    what came of a layer that is being pulled
 *     temp/               what is not finished, and used by nobody else
 *
 * What is finished comes to its place by a rename, so that whoever looks finds all of it or
 * nothing. Everybody who uses the store holds its lock together with others; whoever gets it alone
 * may remove: the next one after a wfrun that was killed empties temp/ in this way. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "runner/image/manifest.h"
#include "runner/image/ref.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image_store;

/* NULL and *err when the home cannot be used. */
struct image_store *image_store_open(struct wf_error *err);
/* NULL is allowed. Boxes made of its images must be gone. */
void image_store_close(struct image_store *store);

struct image {
	struct wf_str name; /* image_ref_name() */
	struct wf_str digest; /* of its manifest; of its archive when that has none */
	struct wf_str config_text; /* JSON */
	struct wf_str *layers; /* digests, the lowest first */
	size_t nlayers;
	uint64_t size; /* of what was pulled or imported, in bytes */
	int64_t stored; /* seconds since 1970; set by image_store_put() */
};

/* Looks an image up. False when it is not there, or not all of it. */
bool image_store_find(const struct image_store *store, struct wf_arena *arena, struct wf_str name,
    struct image *out);
/* All images, by name. */
bool image_store_list(struct image_store *store, struct wf_arena *arena, struct image **out,
    size_t *n, struct wf_error *err);
/* Adds an image whose layers are there, in place of one of the same name. */
bool image_store_put(struct image_store *store, const struct image *image, struct wf_error *err);
/* Removes an image, and the layers that no other one has. WF_ERR_MISSING when there is no such
 * image, or the store is in use. */
bool image_store_remove(struct image_store *store, struct wf_str name, struct wf_error *err);

/* The folder in which all layers are, and the folder of one. */
const char *image_store_layers(const struct image_store *store, struct wf_arena *arena);
const char *image_store_layer(const struct image_store *store, struct wf_arena *arena,
    struct wf_str digest);
/* The folders of all layers of an image, the top first, as an overlay wants them; NULL-ended. */
const char *const *image_store_folders(const struct image_store *store, struct wf_arena *arena,
    const struct image *image);
/* The file into which the bytes of a digest are pulled. */
const char *image_store_blob(const struct image_store *store, struct wf_arena *arena,
    struct wf_str digest);

/* ---- making a layer; may be called on any thread ---- */

/* An empty folder of one's own, or NULL and *err. */
const char *image_store_temp(const struct image_store *store, struct wf_arena *arena,
    struct wf_error *err);
/* Makes the finished folder the layer; when somebody was faster, ours is removed. */
bool image_store_adopt(const struct image_store *store, const char *temp, struct wf_str digest,
    struct wf_error *err);
