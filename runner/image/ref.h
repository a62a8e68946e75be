/* SPDX-License-Identifier: MIT */
/* ref.h - the name of an image, by docker's rules: "node:20" is docker.io/library/node:20. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

struct image_ref {
	struct wf_str registry; /* "docker.io", "localhost:5000" */
	struct wf_str repository; /* "library/node" */
	struct wf_str tag; /* "latest" when the name has neither; empty with a digest alone */
	struct wf_str digest; /* "sha256:...", or empty; it decides when both are there */
};

/* Reads a name; a leading "docker://" is GitHub's and is taken off. Texts are in the arena. On
 * false *err is WF_ERR_INVALID with docker's words, at no place. */
bool image_ref_read(struct wf_arena *arena, struct wf_str text, struct image_ref *out,
    struct wf_error *err);
/* The whole name, "docker.io/library/node:20": the same for all spellings of it. */
struct wf_str image_ref_name(struct wf_arena *arena, const struct image_ref *ref);
/* As people write it: without what is understood. */
struct wf_str image_ref_short(struct wf_arena *arena, const struct image_ref *ref);
/* What a manifest is asked for by: the digest, or else the tag. */
struct wf_str image_ref_version(const struct image_ref *ref);
