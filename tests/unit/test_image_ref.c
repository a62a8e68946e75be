/* SPDX-License-Identifier: MIT */
/* test_image_ref.c - names of images, as docker understands them. */
#include "runner/image/ref.h"
#include "test.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

TEST(image_ref_understands_what_docker_does)
{
	static const struct {
		const char *text, *name, *shown;
	} rows[] = {
		{ "node", "docker.io/library/node:latest", "node:latest" },
		{ "node:20-slim", "docker.io/library/node:20-slim", "node:20-slim" },
		{ "docker://alpine:3.19", "docker.io/library/alpine:3.19", "alpine:3.19" },
		{ "docker.io/node", "docker.io/library/node:latest", "node:latest" },
		{ "index.docker.io/a/b", "docker.io/a/b:latest", "a/b:latest" },
		{ "owner/tool:v1", "docker.io/owner/tool:v1", "owner/tool:v1" },
		{ "ghcr.io/o/r/i", "ghcr.io/o/r/i:latest", "ghcr.io/o/r/i:latest" },
		{ "localhost/x", "localhost/x:latest", "localhost/x:latest" },
		{ "localhost:5000/x:1", "localhost:5000/x:1", "localhost:5000/x:1" },
		{ "[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest" },
		{ "Host/x", "Host/x:latest", "Host/x:latest" },
		{ "a__b/c--d.e_f", "docker.io/a__b/c--d.e_f:latest", "a__b/c--d.e_f:latest" },
		{ "x@" DIGEST, "docker.io/library/x@" DIGEST, "x@" DIGEST },
		{ "x:1@" DIGEST, "docker.io/library/x:1@" DIGEST, "x:1@" DIGEST },
	};
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct image_ref ref;
		struct wf_error err;

		CHECK(image_ref_read(arena, wf_str(rows[i].text), &ref, &err));
		CHECK_STR(image_ref_name(arena, &ref), rows[i].name);
		CHECK_STR(image_ref_short(arena, &ref), rows[i].shown);
	}
}

TEST(image_ref_refuses_what_is_no_name)
{
	static const char *const texts[] = { "", ":", "@", "/", "a/", "/a", "a//b", "a:", "a:-x",
		"a b", "-a", "a-", "a..b", "a___b", "x@sha256:12", "x@md5:00", "x:1:2",
		"host:port/x", "host:99999/x", "a/../b", "a\n", "[::1/x", "[]/x:1", "h.o/X" };
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	for (size_t i = 0; i < WF_COUNT(texts); i++) {
		struct image_ref ref;
		struct wf_error err = { .kind = WF_ERR_SYS };

		if (image_ref_read(arena, wf_str(texts[i]), &ref, &err))
			print_error("taken: '%s'\n", texts[i]);
		CHECK(err.kind == WF_ERR_INVALID);
	}
}

TEST(image_ref_says_that_names_are_lower_case)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct image_ref ref;
	struct wf_error err;

	CHECK(!image_ref_read(arena, WF_S("Node"), &ref, &err));
	CHECK_STR(wf_str(err.msg),
	    "invalid reference format: repository name (Node) must be lowercase");
}
