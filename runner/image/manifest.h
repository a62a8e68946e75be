/* SPDX-License-Identifier: MIT */
/* manifest.h - the JSON that describes an image: index, manifest and configuration, in the words of
 * OCI and of docker, which mean the same.
 *
 * All of it is foreign bytes. What is read is checked: digests are digests, sizes are whole and not
 * negative, layers are such that can be laid over one another. Errors are WF_ERR_MISSING. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_DOCUMENT_LARGEST ((size_t)4 << 20) /* bytes of an index or a manifest */
#define IMAGE_CONFIG_LARGEST ((size_t)8 << 20)
#define IMAGE_LAYERS_LARGEST 200 /* what the kernel takes in one overlay */

/* What registries are told that we understand, as the text of an Accept header. */
#define IMAGE_ACCEPT                                                                               \
	"Accept: application/vnd.oci.image.index.v1+json, "                                        \
	"application/vnd.oci.image.manifest.v1+json, "                                             \
	"application/vnd.docker.distribution.manifest.list.v2+json, "                              \
	"application/vnd.docker.distribution.manifest.v2+json"

struct image_blob {
	struct wf_str digest;
	uint64_t size;
};

/* An index names manifests for several platforms, or, of a layout, several images. */
struct image_entry {
	struct image_blob blob;
	struct wf_str os, architecture, variant; /* empty: it does not say */
	struct wf_str name; /* of an image in a layout; or empty */
};

struct image_document {
	bool is_index;
	struct image_entry *entries; /* of an index */
	size_t nentries;
	struct image_blob config; /* of a manifest */
	struct image_blob *layers; /* the lowest first */
	size_t nlayers;
};

bool image_document_read(struct wf_arena *arena, struct wf_str text, struct image_document *out,
    struct wf_error *err);
/* The entry of an index for this machine: Linux on its processor. NULL and *err when there is none,
 * with those that there are. */
const struct image_entry *image_document_pick(struct wf_arena *arena,
    const struct image_document *index, struct wf_error *err);

/* What containers of an image start with. */
struct image_config {
	const char *const *env; /* NULL-ended "NAME=value" */
	const char *user; /* "", "name", "1000:1000", ... */
	const char *directory; /* where its processes start; or "" */
	const char *const *entrypoint, *const *command; /* NULL-ended */
	struct wf_str *diff_ids; /* digests of the unpacked layers, the lowest first */
	size_t ndiff_ids;
};

bool image_config_read(struct wf_arena *arena, struct wf_str text, struct image_config *out,
    struct wf_error *err);

/* This machine's processor in the words of images: "amd64", "arm64". */
const char *image_architecture(void);
