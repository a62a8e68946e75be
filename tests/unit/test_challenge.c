/* SPDX-License-Identifier: MIT */
/* test_challenge.c - WWW-Authenticate headers as registries write them. */
#include "runner/image/challenge.h"
#include "test.h"

TEST(challenge_reads_what_registries_write)
{
	static const struct {
		const char *header;
		enum image_scheme scheme;
		const char *realm, *service, *scope;
	} rows[] = {
		{ "Bearer realm=\"https://a/t\",service=\"s\",scope=\"repository:x:pull\"",
		    IMAGE_SCHEME_BEARER, "https://a/t", "s", "repository:x:pull" },
		{ "bearer  REALM=https ,service = x", IMAGE_SCHEME_BEARER, "https", "", "" },
		{ "Bearer realm=\"a\\\"b\"", IMAGE_SCHEME_BEARER, "a\"b", "", "" },
		{ "Basic realm=\"r\"", IMAGE_SCHEME_BASIC, "r", "", "" },
		{ "Basic realm=\"r\", Bearer realm=\"t\",scope=\"a,b\"", IMAGE_SCHEME_BEARER, "t",
		    "", "a,b" },
		{ "Bearer service=\"no realm\"", IMAGE_SCHEME_NONE, "", "", "" },
		{ "Negotiate abc==", IMAGE_SCHEME_NONE, "", "", "" },
		{ "Bearer realm=\"open", IMAGE_SCHEME_BEARER, "open", "", "" },
		{ "", IMAGE_SCHEME_NONE, "", "", "" },
		{ ",,,==\"\"", IMAGE_SCHEME_NONE, "", "", "" },
	};
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct image_challenge got = image_challenge_read(arena, wf_str(rows[i].header));

		CHECK_INT(got.scheme, rows[i].scheme);
		CHECK_STR(got.realm, rows[i].realm);
		CHECK_STR(got.service, rows[i].service);
		CHECK_STR(got.scope, rows[i].scope);
	}
}
