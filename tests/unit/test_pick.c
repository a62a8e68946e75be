/* SPDX-License-Identifier: MIT */
/* test_pick.c - which workflow a word means. */
#include "test.h"

#include "runner/pick.h"

static struct workflow ci = { .name = { "CI", 2 } };
static struct workflow docs = { .name = { "ci.yml", 6 } };
static struct workflow twin = { .name = { "Twin", 4 } };
static struct workflow other_twin = { .name = { "Twin", 4 } };

static const struct session_workflow all[] = {
	{ &ci, { ".github/workflows/ci.yml", 24 } },
	{ &docs, { ".github/workflows/docs.yml", 26 } },
	{ &twin, { ".github/workflows/twin.yml", 26 } },
	{ &other_twin, { ".github/workflows/other.yml", 27 } },
	{ NULL, { ".github/workflows/broken.yml", 28 } },
};

TEST(pick_takes_path_file_name_and_display_name)
{
	static const struct {
		const char *word;
		size_t index;
	} rows[] = {
		{ ".github/workflows/ci.yml", 0 },
		{ "./.github/workflows/ci.yml", 0 },
		{ "/srv/repo/.github/workflows/docs.yml", 1 },
		{ "CI", 0 },
		{ "ci.yml", 0 }, /* the file name, not the display name of docs.yml */
		{ "broken.yml", 4 },
	};
	struct wf_error err;
	size_t index;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		CHECK(pick_workflow(all, WF_COUNT(all), rows[i].word, &index, &err));
		CHECK_INT(index, rows[i].index);
	}
}

TEST(pick_refuses_what_is_unknown_and_says_what_is_near)
{
	struct wf_error err = { 0 };
	size_t index;

	CHECK(!pick_workflow(all, WF_COUNT(all), "dosc.yml", &index, &err));
	CHECK_INT(err.kind, WF_ERR_USAGE);
	CHECK_STR(wf_str(err.msg), "there is no workflow 'dosc.yml'");
	CHECK_STR(wf_str(err.hint), "did you mean 'docs.yml'?");
	CHECK(!pick_workflow(all, WF_COUNT(all), "something else", &index, &err));
	CHECK(strstr(err.hint, "ci.yml, docs.yml, twin.yml, other.yml, broken.yml") != NULL);
	CHECK(!pick_workflow(all, WF_COUNT(all), "", &index, &err));
	CHECK(!pick_workflow(NULL, 0, "ci.yml", &index, &err));
	CHECK_STR(wf_str(err.hint), "there are no files in .github/workflows");
}

TEST(pick_refuses_a_name_that_two_files_have)
{
	struct wf_error err = { 0 };
	size_t index;

	CHECK(!pick_workflow(all, WF_COUNT(all), "Twin", &index, &err));
	CHECK_STR(wf_str(err.msg), "2 workflows are named 'Twin'");
	CHECK_STR(wf_str(err.hint), "name the file, for example twin.yml");
}
