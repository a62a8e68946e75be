/* SPDX-License-Identifier: MIT */
/* identity_api.c - id tokens with GitHub's claims (semantics.md 9.8), signed by a key that is made
 * when the first is asked for, and published where verifiers look for it. */
#include "runner/service/service_state.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <time.h>

#define KEY_BITS 2048
#define TOKEN_SECONDS 600
#define KEY_ID "wfrun-test-key"

static EVP_PKEY *
signing_key(struct service *service)
{
	if (!service->identity)
		service->identity = EVP_RSA_gen(KEY_BITS);
	return service->identity;
}

static struct wf_str
sign(struct wf_arena *arena, EVP_PKEY *key, struct wf_str text)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t n = KEY_BITS / 8;
	unsigned char *out = wf_alloc(arena, n, 1);

	if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
	    EVP_DigestSign(context, out, &n, (const unsigned char *)text.p, text.n) != 1)
		n = 0;
	EVP_MD_CTX_free(context);
	return (struct wf_str){ (char *)out, n };
}

static struct wf_str
json_base64url(struct wf_arena *arena, struct expr_object *object)
{
	wf_auto(wf_buf_release) struct wf_buf json = WF_BUF_INIT;

	expr_json_compact(&json, expr_object_value(object));
	return token_base64url(arena, wf_buf_str(&json));
}

static struct expr_object *
make_claims(struct service_call *call, struct wf_str audience)
{
	struct wf_arena *arena = call->request->arena;
	struct expr_object *claims = expr_copy(arena,
	    expr_object_value((struct expr_object *)call->guest->job.claims))
	                                 .object;
	double now = (double)time(NULL);

	expr_object_set(claims, WF_S("aud"), expr_string(audience));
	expr_object_set(claims, WF_S("iss"), expr_cstring(call->service->origin));
	expr_object_set(claims, WF_S("iat"), expr_number(now));
	expr_object_set(claims, WF_S("nbf"), expr_number(now));
	expr_object_set(claims, WF_S("exp"), expr_number(now + TOKEN_SECONDS));
	return claims;
}

/* Without an audience GitHub takes the URL of the repository's owner. */
static struct wf_str
default_audience(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;

	return wf_strf(arena, "https://github.com/%.*s",
	    WF_ARG(expr_to_string(arena,
	        expr_object_get(call->guest->job.claims, WF_S("repository_owner")))));
}

static void
give_token(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	struct wf_str audience = server_query(call->request, "audience");
	struct expr_object *head = expr_object_new(arena), *reply = expr_object_new(arena);
	EVP_PKEY *key = signing_key(call->service);
	struct wf_str text, signature;

	if (!call->guest->job.claims || !key) {
		service_refuse(call, 403, "permission_denied",
		    "the job has no permission 'id-token: write'");
		return;
	}
	expr_object_set(head, WF_S("typ"), expr_cstring("JWT"));
	expr_object_set(head, WF_S("alg"), expr_cstring("RS256"));
	expr_object_set(head, WF_S("kid"), expr_cstring(KEY_ID));
	text = wf_strf(arena, "%.*s.%.*s", WF_ARG(json_base64url(arena, head)),
	    WF_ARG(json_base64url(arena,
	        make_claims(call, audience.n ? audience : default_audience(call)))));
	signature = token_base64url(arena, sign(arena, key, text));
	text = wf_strf(arena, "%.*s.%.*s", WF_ARG(text), WF_ARG(signature));
	expr_object_set(reply, WF_S("count"), expr_number((double)text.n));
	expr_object_set(reply, WF_S("value"), expr_string(text));
	server_say_json(call->request, 200, expr_object_value(reply));
}

static struct wf_str
number_base64url(struct wf_arena *arena, EVP_PKEY *key, const char *name)
{
	BIGNUM *number = NULL;
	unsigned char *bytes;
	int n;

	if (EVP_PKEY_get_bn_param(key, name, &number) != 1)
		return WF_S("");
	n = BN_num_bytes(number);
	bytes = wf_alloc(arena, (size_t)n, 1);
	BN_bn2bin(number, bytes);
	BN_free(number);
	return token_base64url(arena, (struct wf_str){ (char *)bytes, (size_t)n });
}

static void
publish_keys(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	EVP_PKEY *key = signing_key(call->service);
	struct expr_object *entry = expr_object_new(arena), *reply = expr_object_new(arena);
	struct expr_array *keys = expr_array_new(arena);

	if (!key) {
		service_refuse(call, 500, "internal", "no key can be made");
		return;
	}
	expr_object_set(entry, WF_S("kty"), expr_cstring("RSA"));
	expr_object_set(entry, WF_S("use"), expr_cstring("sig"));
	expr_object_set(entry, WF_S("alg"), expr_cstring("RS256"));
	expr_object_set(entry, WF_S("kid"), expr_cstring(KEY_ID));
	expr_object_set(entry, WF_S("n"),
	    expr_string(number_base64url(arena, key, OSSL_PKEY_PARAM_RSA_N)));
	expr_object_set(entry, WF_S("e"),
	    expr_string(number_base64url(arena, key, OSSL_PKEY_PARAM_RSA_E)));
	expr_array_push(keys, expr_object_value(entry));
	expr_object_set(reply, WF_S("keys"), expr_array_value(keys));
	server_say_json(call->request, 200, expr_object_value(reply));
}

static void
publish_configuration(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	struct expr_object *reply = expr_object_new(arena);
	struct expr_array *algorithms = expr_array_new(arena);

	expr_array_push(algorithms, expr_cstring("RS256"));
	expr_object_set(reply, WF_S("issuer"), expr_cstring(call->service->origin));
	expr_object_set(reply, WF_S("jwks_uri"),
	    expr_string(wf_strf(arena, "%s/.well-known/jwks", call->service->origin)));
	expr_object_set(reply, WF_S("id_token_signing_alg_values_supported"),
	    expr_array_value(algorithms));
	server_say_json(call->request, 200, expr_object_value(reply));
}

const struct service_route identity_routes[] = {
	{ "GET", "/_apis/idtoken", SERVICE_TOKEN, NULL, give_token, NULL },
	{ "GET", "/.well-known/jwks", SERVICE_OPEN, NULL, publish_keys, NULL },
	{ "GET", "/.well-known/openid-configuration", SERVICE_OPEN, NULL, publish_configuration,
	    NULL },
	{ .method = NULL },
};
