/* SPDX-License-Identifier: MIT */
/* test_artifact_actions.c - upload-artifact and download-artifact against a store. */
#include "test.h"

#include "base/fs.h"
#include "builtin_fixture.h"

static const char files[] = "mkdir -p work/ws/out/sub; cd work/ws; echo one >out/a.txt\n"
                            "echo two >out/sub/b.txt; echo log >out/sub/c.log; echo top >top.txt";

static void
upload(struct fake_call *fake, const char *name, const char *path)
{
	fake_call_again(fake);
	fake_call_input(fake, "name", name);
	fake_call_input(fake, "path", path);
	fake_call_run(fake, &builtin_upload_artifact);
}

static void
download(struct fake_call *fake, const char *input, const char *value)
{
	fake_call_again(fake);
	scratch_run(&fake->scratch, "rm -rf work/ws; mkdir work/ws");
	if (input)
		fake_call_input(fake, input, value);
	fake_call_run(fake, &builtin_download_artifact);
}

/* All files of the workspace. */
static struct wf_str
list(struct fake_call *fake)
{
	return scratch_run(&fake->scratch,
	    "cd work/ws; find * -type f | LC_ALL=C sort | xargs echo");
}

TEST(upload_artifact_keeps_the_folders_below_what_the_paths_share)
{
	static const struct {
		const char *path, *files;
	} rows[] = {
		{ "out", "a.txt sub/b.txt sub/c.log" },
		{ "out/\n!**/*.log", "a.txt sub/b.txt" },
		{ "out/sub/*.txt", "b.txt" },
		{ "top.txt", "top.txt" },
		{ "top.txt\nout/sub", "out/sub/b.txt out/sub/c.log top.txt" },
		{ "out/sub/b.txt\nout/a.txt", "a.txt sub/b.txt" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct fake_call fake;

		fake_call_init(&fake, files);
		upload(&fake, "logs", rows[i].path);
		CHECK(fake.success);
		CHECK_INT(fake.nuploaded, 1);
		CHECK_STR(fake_call_output(&fake, "artifact-id"), "1");
		CHECK_INT(fake_call_output(&fake, "artifact-digest").n, 64);
		download(&fake, "name", "logs");
		CHECK(fake.success);
		CHECK_STR(list(&fake), rows[i].files);
		fake_call_release(&fake);
	}
}

TEST(upload_artifact_says_what_it_does_not_find)
{
	static const struct {
		const char *if_none, *said;
		bool success;
	} rows[] = {
		{ "warn", "::warning::No files were found with the provided path: none.", true },
		{ "error", "::error::No files were found with the provided path: none.", false },
		{ "ignore", "No files were found with the provided path: none.", true },
		{ "shout", "Unrecognized if-no-files-found input. Provided: shout.", false },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct fake_call fake;

		fake_call_init(&fake, files);
		fake_call_input(&fake, "path", "none");
		fake_call_input(&fake, "if-no-files-found", rows[i].if_none);
		fake_call_run(&fake, &builtin_upload_artifact);
		CHECK_INT(fake.success, rows[i].success);
		CHECK(fake_call_said(&fake, rows[i].said));
		fake_call_release(&fake);
	}
}

TEST(upload_artifact_takes_a_name_once_unless_it_overwrites)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	upload(&fake, "logs", "out");
	upload(&fake, "logs", "top.txt");
	CHECK(!fake.success);
	CHECK(fake_call_said(&fake, "(409) Conflict: an artifact with this name already exists"));
	fake_call_again(&fake);
	fake_call_input(&fake, "name", "logs");
	fake_call_input(&fake, "path", "top.txt");
	fake_call_input(&fake, "overwrite", "true");
	fake_call_run(&fake, &builtin_upload_artifact);
	CHECK(fake.success);
	download(&fake, "name", "logs");
	CHECK_STR(list(&fake), "top.txt");
	fake_call_release(&fake);
}

TEST(upload_artifact_refuses_names_that_other_systems_cannot_have)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	upload(&fake, "a/b", "out");
	CHECK(!fake.success);
	CHECK(fake_call_said(&fake, "The artifact name is not valid: a/b."));
	scratch_run(&fake.scratch, "touch 'work/ws/a:b' \"work/ws/new\nline\"");
	upload(&fake, "one", "a:b");
	CHECK(fake_call_said(&fake, "Contains the following character:  Colon :"));
	upload(&fake, "one", "new*");
	CHECK(fake_call_said(&fake, "Contains the following character:  Line feed"));
	upload(&fake, "one", "top.txt"); /* nothing is left of the failed ones */
	CHECK(fake.success);
	fake_call_release(&fake);
}

TEST(upload_artifact_leaves_a_single_file_as_it_is)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	fake_call_input(&fake, "path", "out/a.txt");
	fake_call_input(&fake, "archive", "false");
	fake_call_run(&fake, &builtin_upload_artifact);
	CHECK(fake.success);
	download(&fake, "name", "a.txt");
	CHECK_STR(list(&fake), "a.txt");
	fake_call_release(&fake);
}

TEST(upload_artifact_takes_ten_thousand_files)
{
	struct fake_call fake;

	fake_call_init(&fake, "mkdir -p work/ws/many; cd work/ws/many; seq 10000 | xargs touch");
	upload(&fake, "many", "many");
	CHECK(fake_call_said(&fake, "there will be 10000 files uploaded"));
	download(&fake, "name", "many");
	CHECK_STR(scratch_run(&fake.scratch, "ls work/ws | wc -l"), "10000");
	fake_call_release(&fake);
}

TEST(download_artifact_chooses_by_name_pattern_and_id)
{
	static const struct {
		const char *input, *value, *files;
	} rows[] = {
		{ NULL, NULL, "logs/a.txt logs/sub/b.txt logs/sub/c.log top/top.txt" },
		{ "name", "top", "top.txt" },
		{ "pattern", "l*", "logs/a.txt logs/sub/b.txt logs/sub/c.log" },
		{ "pattern", "{top,none}", "top/top.txt" },
		{ "artifact-ids", "2", "top.txt" },
		{ "merge-multiple", "true", "a.txt sub/b.txt sub/c.log top.txt" },
	};
	struct fake_call fake;

	fake_call_init(&fake, files);
	upload(&fake, "logs", "out");
	upload(&fake, "top", "top.txt");
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		download(&fake, rows[i].input, rows[i].value);
		CHECK(fake.success);
		CHECK_STR(list(&fake), rows[i].files);
		CHECK_STR(fake_call_output(&fake, "download-path"), fake.box.layout.workspace);
	}
	download(&fake, "artifact-ids", "1, 2, 77");
	CHECK(fake_call_said(&fake, "Could not find the following artifact IDs: 77"));
	fake_call_release(&fake);
}

TEST(download_artifact_says_what_is_not_there)
{
	static const struct {
		const char *input, *value, *said;
	} rows[] = {
		{ "name", "none", "Artifact not found for name: none" },
		{ "artifact-ids", "x", "Invalid artifact ID: 'x'. Must be a number." },
		{ "artifact-ids", ",", "No valid artifact IDs provided" },
		{ "artifact-ids", "9", "None of the provided artifact IDs were found" },
	};
	struct fake_call fake;

	fake_call_init(&fake, files);
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		download(&fake, rows[i].input, rows[i].value);
		CHECK(!fake.success);
		CHECK(fake_call_said(&fake, rows[i].said));
	}
	fake_call_release(&fake);
}

TEST(download_artifact_reads_another_run_with_a_token)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	upload(&fake, "logs", "out");
	fake.stores.run_id = 2;
	download(&fake, "name", "logs");
	CHECK(!fake.success);
	fake_call_again(&fake);
	fake_call_input(&fake, "name", "logs");
	fake_call_input(&fake, "run-id", "1");
	fake_call_input(&fake, "github-token", "t");
	fake_call_run(&fake, &builtin_download_artifact);
	CHECK(fake.success);
	fake_call_release(&fake);
}

TEST(download_artifact_sees_damage)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	upload(&fake, "top", "top.txt");
	scratch_run(&fake.scratch, "truncate -s 20 runs/1/artifacts/.sealed/1");
	download(&fake, "name", "top");
	CHECK(!fake.success);
	CHECK(fake_call_said(&fake, "Unable to download and extract artifact"));
	fake_call_release(&fake);
}
