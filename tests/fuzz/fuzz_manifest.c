/* SPDX-License-Identifier: MIT */
/* fuzz_manifest.c - any bytes as index, manifest and configuration of an image. */
#include "fuzz.h"

#include "runner/image/digest.h"
#include "runner/image/manifest.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str text = { (const char *)data, size };
	struct image_document doc;
	struct image_config config;
	struct wf_error err;

	image_config_read(arena, text, &config, &err);
	if (!image_document_read(arena, text, &doc, &err))
		return 0;
	if (doc.is_index)
		image_document_pick(arena, &doc, &err);
	for (size_t i = 0; i < doc.nlayers; i++)
		if (!image_digest_valid(doc.layers[i].digest))
			abort();
	return 0;
}
