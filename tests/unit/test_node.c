/* SPDX-License-Identifier: MIT */
/* test_node.c - which node runs node actions, and whether GitHub would take another. */
#include "base/fs.h"
#include "runner/node.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

TEST(node_is_what_stands_first)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *tmp = getenv("TMPDIR"), *path = getenv("PATH");
	char folder[256];
	struct node node;
	struct wf_error err;

	snprintf(folder, sizeof(folder), "%s/node.XXXXXX", tmp ? tmp : "/tmp");
	CHECK(mkdtemp(folder) != NULL);
	path = wf_cstr(arena, wf_str(path));
	setenv("PATH", folder, 1);
	CHECK(!node_find(arena, folder, "/inside", &node, &err));
	CHECK_INT(err.kind, WF_ERR_MISSING);
	CHECK(wf_write_file(wf_join(arena, folder, "node"), WF_S("#!/bin/sh\necho v22.3.4\n"), 0755,
	    &err));
	CHECK(node_find(arena, NULL, NULL, &node, &err));
	CHECK_STR(wf_str(node.program), wf_join(arena, folder, "node"));
	CHECK_STR(node.version, "v22.3.4");
	CHECK_INT(node.major, 22);
	CHECK(node_find(arena, folder, "/inside", &node, &err));
	CHECK_STR(wf_str(node.program), "/inside/node");
	setenv("PATH", path, 1);
	wf_remove_tree(folder, NULL);
}

TEST(node_differs_from_what_github_takes)
{
	static const struct {
		unsigned major;
		const char *using;
		bool differs;
	} rows[] = {
		{ 24, "node12", false },
		{ 24, "node20", false },
		{ 24, "node24", false },
		{ 20, "node12", false },
		{ 20, "node20", false },
		{ 20, "node24", true },
		{ 18, "node16", true },
		{ 18, "node20", true },
		{ 0, "node24", false },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++)
		CHECK(node_differs(&(struct node){ .major = rows[i].major },
		          wf_str(rows[i].using)) == rows[i].differs);
}
