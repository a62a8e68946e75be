/* SPDX-License-Identifier: MIT */
/* stream.c - heads and pieces. */
#include "runner/engine/stream.h"

enum { STREAM_STDIN, STREAM_STDOUT, STREAM_STDERR };

/* Takes bytes for the head off the chunk; says what it means when it is complete. */
static void
take_head(struct engine_stream *s, struct wf_str *chunk)
{
	while (s->nhead < ENGINE_STREAM_HEAD && chunk->n > 0) {
		s->head[s->nhead++] = (unsigned char)chunk->p[0];
		*chunk = wf_str_skip(*chunk, 1);
	}
	if (s->nhead < ENGINE_STREAM_HEAD)
		return;
	s->left = (uint32_t)s->head[4] << 24 | (uint32_t)s->head[5] << 16 |
	          (uint32_t)s->head[6] << 8 | s->head[7];
	s->broken = s->head[0] > STREAM_STDERR || s->head[1] || s->head[2] || s->head[3];
	if (s->left == 0)
		s->nhead = 0;
}

void
engine_stream_feed(struct engine_stream *s, struct wf_str chunk)
{
	while (chunk.n > 0 && !s->broken) {
		struct wf_str piece;

		if (s->left == 0) {
			take_head(s, &chunk);
			continue;
		}
		piece = wf_str_sub(chunk, 0, s->left);
		chunk = wf_str_skip(chunk, piece.n);
		s->left -= (uint32_t)piece.n;
		if (s->left == 0)
			s->nhead = 0;
		s->on_bytes(s->data, s->head[0] == STREAM_STDERR ? 2 : 1, piece);
	}
}

bool
engine_stream_whole(const struct engine_stream *s)
{
	return !s->broken && s->nhead == 0;
}
