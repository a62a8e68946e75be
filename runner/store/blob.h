/* SPDX-License-Identifier: MIT */
/* blob.h - the bytes of one upload, in the ways in which clients send them: whole, in blocks that a
 * list puts in order (as Azure's block blobs), or in ranges.
 *
 * Until it is complete nothing is seen at the blob's path: pieces lie at PATH.part. A process that
 * is killed leaves only that. One blob is written by one thread at a time. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* A piece on its way: opened, written, then kept or dropped. */
struct blob_piece {
	int fd; /* -1: none */
	const char *path, *temp; /* where it goes when it is complete, where it is until then */
};

/* All of the blob, or the block of this id (its bytes are not looked at); the strings are in the
 * arena, which must outlive the piece. */
bool blob_open_whole(struct wf_arena *arena, const char *path, struct blob_piece *out,
    struct wf_error *err);
bool blob_open_block(struct wf_arena *arena, const char *path, struct wf_str id,
    struct blob_piece *out, struct wf_error *err);
bool blob_write(struct blob_piece *piece, struct wf_str bytes, struct wf_error *err);
bool blob_keep(struct blob_piece *piece, struct wf_error *err);
/* Nothing happens when it was kept. */
void blob_drop(struct blob_piece *piece);

/* Makes the blob of these blocks, in this order. WF_ERR_USAGE when one is not there. The same list
 * once more is fine, for a client that has not heard the first answer. */
bool blob_commit(struct wf_arena *arena, const char *path, const struct wf_str *ids, size_t n,
    struct wf_error *err);

/* Opens the file that ranges are written into, made when missing; blob_keep() of no use: ranges are
 * complete when blob_seal() finds `size` bytes. */
int blob_open_ranges(struct wf_arena *arena, const char *path, struct wf_error *err);
bool blob_seal(struct wf_arena *arena, const char *path, struct wf_error *err);

/* Removes the blob and its pieces. */
void blob_remove(struct wf_arena *arena, const char *path);
/* SHA-256 of a file as hexadecimal digits. */
bool blob_digest(struct wf_arena *arena, const char *path, struct wf_str *out,
    struct wf_error *err);
