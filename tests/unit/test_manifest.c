/* SPDX-License-Identifier: MIT */
/* test_manifest.c - descriptions of images: what is read, picked and refused. */
#include "runner/image/manifest.h"
#include "test.h"

#define DIGEST(c) "\"sha256:" c c c c c c c c c c c c c c c c "\""
#define A DIGEST("aaaa")
#define B DIGEST("bbbb")

TEST(manifest_reads_layers_in_their_order)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct image_document doc;
	struct wf_error err;

	CHECK(image_document_read(arena,
	    WF_S("{\"config\": {\"digest\": " A ", \"size\": 7}, \"layers\": ["
	         "{\"mediaType\": \"application/vnd.oci.image.layer.v1.tar+gzip\", \"digest\": " B
	         ", \"size\": 12}, {\"digest\": " A ", \"size\": 0}]}"),
	    &doc, &err));
	CHECK(!doc.is_index);
	CHECK_INT(doc.nlayers, 2);
	CHECK_INT(doc.layers[0].size, 12);
	CHECK(wf_str_starts(doc.layers[1].digest, WF_S("sha256:aa")));
}

TEST(manifest_refuses_what_cannot_be_checked)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"{\"schemaVersion\": 1, \"fsLayers\": []}",
		"{\"config\": {\"digest\": " A ", \"size\": 7}, \"layers\": []}",
		"{\"config\": {\"digest\": \"sha256:12\", \"size\": 7}, \"layers\": [1]}",
		"{\"config\": {\"digest\": " A ", \"size\": -1}, \"layers\": [1]}",
		"{\"config\": {\"digest\": " A ", \"size\": 1.5}, \"layers\": [1]}",
		"{\"config\": {\"digest\": " A ", \"size\": 1e300}, \"layers\": [1]}",
		"{\"config\": {\"digest\": " A ", \"size\": 1}, \"layers\": [{\"mediaType\": "
		"\"application/vnd.in-toto+json\", \"digest\": " B ", \"size\": 1}]}",
		"{\"manifests\": [{\"digest\": \"sha256:../../../../etc/passwd\", \"size\": 1}]}",
	};
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	for (size_t i = 0; i < WF_COUNT(texts); i++) {
		struct image_document doc;
		struct wf_error err = { .kind = WF_ERR_SYS };

		CHECK(!image_document_read(arena, wf_str(texts[i]), &doc, &err));
		CHECK(err.kind == WF_ERR_MISSING);
	}
}

static const struct image_entry *
pick(struct wf_arena *arena, const char *first, const char *second, struct wf_error *err)
{
	struct image_document doc;

	CHECK(image_document_read(arena,
	    wf_strf(arena,
	        "{\"manifests\": [{\"digest\": " A ", \"size\": 1, \"platform\": %s}, "
	        "{\"digest\": " B ", \"size\": 1, \"platform\": %s}]}",
	        first, second),
	    &doc, err));
	return image_document_pick(arena, &doc, err);
}

TEST(manifest_of_an_index_is_that_for_this_machine)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *here =
	    wf_strf(arena, "{\"os\": \"linux\", \"architecture\": \"%s\"}", image_architecture()).p;
	struct wf_error err;
	const struct image_entry *entry;

	entry = pick(arena, "{\"os\": \"windows\", \"architecture\": \"amd64\"}", here, &err);
	CHECK(entry && wf_str_starts(entry->blob.digest, WF_S("sha256:bb")));
	entry = pick(arena, "{\"os\": \"linux\", \"architecture\": \"pdp11\"}",
	    "{\"os\": \"unknown\", \"architecture\": \"unknown\"}", &err);
	CHECK(!entry);
	CHECK(strstr(err.msg, "linux/pdp11, unknown/unknown") != NULL);
}

TEST(manifest_configuration_gives_what_a_process_can_take)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct image_config config;
	struct wf_error err;

	CHECK(image_config_read(arena,
	    WF_S("{\"config\": {\"Env\": [\"A=b\", \"none\", 7, \"N=x\\u0000y\"], \"User\": "
	         "\"app\", "
	         "\"Entrypoint\": [\"/e\"], \"Cmd\": null}, \"rootfs\": {\"diff_ids\": [" A "]}}"),
	    &config, &err));
	CHECK_STR(wf_str(config.env[0]), "A=b");
	CHECK(config.env[1] == NULL);
	CHECK_STR(wf_str(config.user), "app");
	CHECK_STR(wf_str(config.directory), "");
	CHECK_STR(wf_str(config.entrypoint[0]), "/e");
	CHECK(config.command[0] == NULL);
	CHECK_INT(config.ndiff_ids, 1);
	CHECK(image_config_read(arena, WF_S("{}"), &config, &err));
	CHECK(config.env[0] == NULL);
}
