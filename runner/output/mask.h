/* SPDX-License-Identifier: MIT */
/* mask.h - secrets never leave: every byte that reaches a sink has passed mask_apply().
 *
 * Rules: semantics.md 6.8. A mask may have a parent (the run's secrets) whose values it masks too;
 * one mask per job, since ::add-mask:: holds for one job. A mask belongs to one thread. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>

struct mask;

struct mask *mask_new(const struct mask *parent); /* parent may be NULL, and must outlive it */
void mask_free(struct mask *mask);
/* Registers a value: trimmed, each of its lines, and their encodings. Empty ones are ignored. */
void mask_add(struct mask *mask, struct wf_str value);
/* A token: also as git sends it to GitHub, as the password of the user x-access-token. */
void mask_add_token(struct mask *mask, struct wf_str token);
/* The same for the data of ::add-mask::, which GitHub does not trim as a whole. */
void mask_add_data(struct mask *mask, struct wf_str data);
/* text with each merged range of matches replaced by ***. Returns `text` itself when nothing
 * matches, else the view of *buf, which is overwritten. */
struct wf_str mask_apply(const struct mask *mask, struct wf_str text, struct wf_buf *buf);
/* Where a line that is too long is cut so that no value is torn: at or before `at`, else behind the
 * value that begins with the text. 0: more of the text must be known to tell. */
size_t mask_cut(const struct mask *mask, struct wf_str text, size_t at);
/* Whether any value stands in text. */
bool mask_hits(const struct mask *mask, struct wf_str text);
