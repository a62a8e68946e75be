/* SPDX-License-Identifier: MIT */
/* encode.h - the forms in which a secret shows up in a log: base64, JSON, URI, XML, quoted, ...
 *
 * Used by mask.c alone. The set of forms is the official runner's, no more and no less, so that the
 * same lines come out masked (semantics.md 6.8). */
#pragma once

#include "base/str.h"

#define ENCODE_FORMS 11

/* The first of the forms. */
void encode_base64(struct wf_buf *out, struct wf_str bytes);

/* Writes the form `index` (below ENCODE_FORMS) of value behind what is in *out. Nothing is written
 * where the form does not exist for this value. */
void encode_form(size_t index, struct wf_buf *out, struct wf_str value);
