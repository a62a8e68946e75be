/* SPDX-License-Identifier: MIT */
/* token.c - what a service signs for itself: job tokens and URLs. */
#include "runner/service/service_state.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

struct wf_str
token_base64url(struct wf_arena *arena, struct wf_str bytes)
{
	char *text = wf_alloc(arena, (bytes.n + 2) / 3 * 4 + 1, 1);
	size_t n = (size_t)EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes.p,
	    (int)bytes.n);

	while (n > 0 && text[n - 1] == '=')
		n--;
	for (size_t i = 0; i < n; i++)
		if (text[i] == '+')
			text[i] = '-';
		else if (text[i] == '/')
			text[i] = '_';
	return (struct wf_str){ text, n };
}

static struct wf_str
mac(struct wf_arena *arena, const unsigned char key[SERVICE_KEY], struct wf_str text)
{
	unsigned char *out = wf_alloc(arena, EVP_MAX_MD_SIZE, 1);
	unsigned n = 0;

	HMAC(EVP_sha256(), key, SERVICE_KEY, (const unsigned char *)text.p, text.n, out, &n);
	return (struct wf_str){ (char *)out, n };
}

struct wf_str
token_mac(struct wf_arena *arena, const unsigned char key[SERVICE_KEY], struct wf_str text)
{
	struct wf_str bytes = mac(arena, key, text);

	return wf_hex(arena, (const unsigned char *)bytes.p, bytes.n);
}

struct wf_str
token_make(struct wf_arena *arena, const unsigned char key[SERVICE_KEY], struct expr_value payload)
{
	wf_auto(wf_buf_release) struct wf_buf json = WF_BUF_INIT;
	struct wf_str head, body, text;

	head = token_base64url(arena, WF_S("{\"typ\":\"JWT\",\"alg\":\"HS256\"}"));
	expr_json_compact(&json, payload);
	body = token_base64url(arena, wf_buf_str(&json));
	text = wf_strf(arena, "%.*s.%.*s", WF_ARG(head), WF_ARG(body));
	return wf_strf(arena, "%.*s.%.*s", WF_ARG(text),
	    WF_ARG(token_base64url(arena, mac(arena, key, text))));
}

bool
token_equal(struct wf_str a, struct wf_str b)
{
	return a.n == b.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}
