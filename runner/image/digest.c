/* SPDX-License-Identifier: MIT */
/* digest.c - SHA-256 of libcrypto. */
#include "runner/image/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#define PREFIX "sha256:"
#define BYTES 32

bool
image_digest_valid(struct wf_str text)
{
	struct wf_str hex = wf_str_skip(text, sizeof(PREFIX) - 1);

	if (!wf_str_starts(text, WF_S(PREFIX)) || hex.n != (size_t)BYTES * 2)
		return false;
	for (size_t i = 0; i < hex.n; i++)
		if (!strchr("0123456789abcdef", hex.p[i]) || !hex.p[i])
			return false;
	return true;
}

struct wf_str
image_digest_of(struct wf_arena *arena, struct wf_str bytes)
{
	struct image_hash hash = { 0 };

	image_hash_begin(&hash);
	image_hash_add(&hash, bytes);
	return image_hash_end(&hash, arena);
}

const char *
image_digest_file(struct wf_arena *arena, struct wf_str digest)
{
	char *name = wf_cstr(arena, digest);

	name[sizeof(PREFIX) - 2] = '-';
	return name;
}

void
image_hash_begin(struct image_hash *hash)
{
	image_hash_release(hash);
	hash->state = EVP_MD_CTX_new();
	if (!hash->state || !EVP_DigestInit_ex(hash->state, EVP_sha256(), NULL))
		abort(); /* out of memory */
}

void
image_hash_add(struct image_hash *hash, struct wf_str bytes)
{
	if (bytes.n > 0)
		EVP_DigestUpdate(hash->state, bytes.p, bytes.n);
}

struct wf_str
image_hash_end(struct image_hash *hash, struct wf_arena *arena)
{
	unsigned char bytes[BYTES];

	EVP_DigestFinal_ex(hash->state, bytes, NULL);
	image_hash_release(hash);
	return wf_strf(arena, PREFIX "%s", wf_hex(arena, bytes, BYTES).p);
}

void
image_hash_release(struct image_hash *hash)
{
	EVP_MD_CTX_free(hash->state);
	hash->state = NULL;
}
