/* SPDX-License-Identifier: MIT */
/* stream.h - stdout and stderr out of one connection, as engines send them: each piece behind a
 * head of 8 bytes, which has the stream's number and the piece's length.
 *
 * Bytes come in chunks that begin and end anywhere; they are handed on as they come, never kept. */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define ENGINE_STREAM_HEAD 8

struct engine_stream {
	/* set by the owner; stream is 1 or 2 */
	void (*on_bytes)(void *data, int stream, struct wf_str bytes);
	void *data;

	unsigned char head[ENGINE_STREAM_HEAD];
	size_t nhead; /* bytes of the head that have come */
	uint32_t left; /* bytes of the piece that have not come */
	bool broken; /* a head made no sense: all that follows is dropped */
};

void engine_stream_feed(struct engine_stream *stream, struct wf_str chunk);
/* Whether nothing is missing: the connection may end here. */
bool engine_stream_whole(const struct engine_stream *stream);
