/* SPDX-License-Identifier: MIT */
/* digest.h - the name of bytes by their content: "sha256:" and 64 hexadecimal digits.
 *
 * Other algorithms are not taken: no registry uses them, and a name that cannot be checked is none.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>

/* Whether the text is a digest that can be checked. */
bool image_digest_valid(struct wf_str text);
/* Of bytes that are at hand. */
struct wf_str image_digest_of(struct wf_arena *arena, struct wf_str bytes);
/* As a file name: "sha256-...". */
const char *image_digest_file(struct wf_arena *arena, struct wf_str digest);

/* ---- of bytes that come piece by piece ---- */

struct image_hash {
	void *state; /* NULL: not begun, or over */
};

void image_hash_begin(struct image_hash *hash);
void image_hash_add(struct image_hash *hash, struct wf_str bytes);
/* The digest; the hash is over. */
struct wf_str image_hash_end(struct image_hash *hash, struct wf_arena *arena);
/* Ends it without an answer; fits wf_auto(). */
void image_hash_release(struct image_hash *hash);
