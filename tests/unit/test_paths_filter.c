/* SPDX-License-Identifier: MIT */
/* test_paths_filter.c - which commits are compared for which event, and what comes out. */
#include "test.h"

#include "builtin_fixture.h"

/* main: one, two; feature left main at one and has a commit of its own; lone has no history in
 * common with them. The workspace only looks checked out. */
static const char project[] =
    "mkdir -p work/ws/.git; git init -q -b main repo && cd repo\n"
    "git remote add origin https://github.com/owner/name\n"
    "mkdir src doc; echo 1 >src/a; echo 1 >doc/b; git add . && git commit -qm one && git tag v1\n"
    "git checkout -q -b feature && echo 1 >src/f && git add . && git commit -qm feature\n"
    "git checkout -q main && echo 2 >doc/b && git mv src/a src/renamed && git commit -qam two\n";

static const char filters[] = "src: 'src/**'\ndoc: 'doc/**'\ngone:\n  - deleted: '**'\n";

static void
start(struct fake_call *fake, const char *event, const char *ref, const char *name)
{
	fake_call_init(fake, project);
	fake->event.name = wf_str(event);
	fake->event.ref = wf_str(ref);
	fake->event.ref_name = wf_str(name);
	fake->event.sha = scratch_run(&fake->scratch, "git -C repo rev-parse HEAD");
	fake_call_input(fake, "filters", filters);
}

static void
set_before(struct fake_call *fake, const char *rev)
{
	expr_object_set(fake->payload, WF_S("before"),
	    expr_string(scratch_run(&fake->scratch, "git -C repo rev-parse %s", rev)));
}

static void
at(struct fake_call *fake, const char *rev)
{
	fake->event.sha = scratch_run(&fake->scratch, "git -C repo rev-parse %s", rev);
}

TEST(paths_filter_push_to_the_default_branch_compares_with_before)
{
	struct fake_call fake;

	start(&fake, "push", "refs/heads/main", "main");
	set_before(&fake, "HEAD~1");
	fake_call_input(&fake, "list-files", "JSON");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake.success);
	CHECK(fake_call_said(&fake, "Changes will be detected between "));
	CHECK(fake_call_said(&fake, "Detected 3 changed files\nResults:\n"));
	CHECK(fake_call_said(&fake, "::group::Filter src = true\nMatching files:\nsrc/a [deleted]\n"
	                            "src/renamed [added]\n::endgroup::\n"));
	CHECK_STR(fake_call_output(&fake, "src"), "true");
	CHECK_STR(fake_call_output(&fake, "src_count"), "2");
	CHECK_STR(fake_call_output(&fake, "src_files"), "[\"src/a\",\"src/renamed\"]");
	CHECK_STR(fake_call_output(&fake, "gone_files"), "[\"src/a\"]");
	CHECK_STR(fake_call_output(&fake, "changes"), "[\"src\",\"doc\",\"gone\"]");
	fake_call_release(&fake);
}

TEST(paths_filter_push_of_the_event_takes_its_changes)
{
	struct repo_change changes[] = {
		{ .path = WF_S("doc/new"), .status = REPO_RENAMED, .old_path = WF_S("src/old") },
	};
	struct fake_call fake;

	start(&fake, "push", "refs/heads/main", "main");
	set_before(&fake, "HEAD~1");
	fake.event.has_changes = true;
	fake.event.changes = changes;
	fake.event.nchanges = 1;
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK_STR(fake_call_output(&fake, "changes"), "[\"src\",\"doc\",\"gone\"]");
	CHECK_STR(fake_call_output(&fake, "src_files"), "(none)");
	CHECK(fake_call_said(&fake, "doc/new [added]\n"));
	CHECK(fake_call_said(&fake, "src/old [deleted]\n"));
	fake_call_release(&fake);
}

TEST(paths_filter_push_of_a_feature_branch_compares_with_the_merge_base)
{
	struct fake_call fake;

	start(&fake, "push", "refs/heads/feature", "feature");
	at(&fake, "feature");
	set_before(&fake, "feature");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake.success);
	CHECK(fake_call_said(&fake, "Changes will be detected between main and feature\n"));
	CHECK_STR(fake_call_output(&fake, "changes"), "[\"src\"]");
	CHECK(fake_call_said(&fake, "src/f [added]\n"));
	CHECK(fake_call_said(&fake, "::group::Filter doc = false\nMatching files: none\n"));
	fake_call_release(&fake);
}

TEST(paths_filter_first_push_of_a_branch_compares_with_the_default_branch)
{
	struct fake_call fake;

	start(&fake, "push", "refs/heads/feature", "feature");
	at(&fake, "feature");
	expr_object_set(fake.payload, WF_S("before"), expr_cstring(REPO_ZERO_SHA));
	fake_call_input(&fake, "base", "refs/heads/feature");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake.success);
	CHECK(fake_call_said(&fake,
	    "First push of a branch detected - changes will be detected against "
	    "the default branch main\n"));
	CHECK_STR(fake_call_output(&fake, "changes"), "[\"src\"]");
	fake_call_release(&fake);
}

TEST(paths_filter_initial_push_lists_all_files)
{
	struct fake_call fake;

	start(&fake, "push", "refs/heads/main", "main");
	expr_object_set(fake.payload, WF_S("before"), expr_cstring(REPO_ZERO_SHA));
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake_call_said(&fake, "Initial push detected - all files will be listed as added\n"));
	CHECK(fake_call_said(&fake, "doc/b [added]\n"));
	CHECK_STR(fake_call_output(&fake, "src_count"), "1");
	fake_call_release(&fake);
}

TEST(paths_filter_new_tag_is_compared_with_the_default_branch_that_it_is_on)
{
	struct fake_call fake;

	start(&fake, "push", "refs/tags/v2", "v2");
	expr_object_set(fake.payload, WF_S("before"), expr_cstring(REPO_ZERO_SHA));
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake.success);
	CHECK(fake_call_said(&fake, "Changes will be detected between main and v2\n"));
	CHECK(fake_call_said(&fake, "Detected 0 changed files\n"));
	CHECK_STR(fake_call_output(&fake, "changes"), "[]");
	CHECK_STR(fake_call_output(&fake, "src"), "false");
	fake_call_release(&fake);
}

TEST(paths_filter_other_events_on_the_default_branch_look_at_the_last_commit)
{
	struct fake_call fake;

	start(&fake, "schedule", "refs/heads/main", "main");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake_call_said(&fake,
	    "::warning::'before' field is missing in event payload - changes "
	    "will be detected from last commit\n"));
	CHECK_STR(fake_call_output(&fake, "changes"), "[\"src\",\"doc\",\"gone\"]");
	fake_call_release(&fake);
}

TEST(paths_filter_base_may_be_a_commit_or_a_tag)
{
	struct fake_call fake;

	start(&fake, "push", "refs/heads/main", "main");
	fake_call_input(&fake, "base", "v1");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake_call_said(&fake, "Changes will be detected between v1 and main\n"));
	CHECK_STR(fake_call_output(&fake, "doc"), "true");
	fake_call_release(&fake);

	start(&fake, "workflow_dispatch", "refs/heads/main", "main");
	fake_call_input(&fake, "base", scratch_run(&fake.scratch, "git -C repo rev-parse v1").p);
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK_STR(fake_call_output(&fake, "doc"), "true");
	fake_call_release(&fake);
}

TEST(paths_filter_without_merge_base_compares_directly)
{
	struct fake_call fake;

	start(&fake, "push", "refs/heads/lone", "lone");
	scratch_run(&fake.scratch,
	    "cd repo && git checkout -q --orphan lone && git commit -qm lone");
	at(&fake, "lone");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake.success);
	CHECK(fake_call_said(&fake,
	    "::warning::No merge base found - change detection will use direct "
	    "<commit>..<commit> comparison\n"));
	CHECK_STR(fake_call_output(&fake, "changes"), "[]");
	fake_call_release(&fake);
}

TEST(paths_filter_pull_request_takes_the_changes_of_the_event_without_checkout)
{
	struct repo_change changes[] = { { .path = WF_S("doc/b"), .status = REPO_MODIFIED } };
	struct expr_object *pr;
	struct fake_call fake;

	start(&fake, "pull_request", "refs/pull/7/merge", "7/merge");
	scratch_run(&fake.scratch, "rm -rf work/ws");
	pr = expr_object_new(fake.scratch.arena);
	expr_object_set(pr, WF_S("number"), expr_number(7));
	expr_object_set(fake.payload, WF_S("pull_request"), expr_object_value(pr));
	fake.event.has_changes = true;
	fake.event.changes = changes;
	fake.event.nchanges = 1;
	fake_call_input(&fake, "base", "main");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake.success);
	CHECK(fake_call_said(&fake,
	    "::group::Fetching list of changed files for PR#7 from Github API\n"
	    "Invoking listFiles(pull_number: 7, per_page: 100)\nReceived 1 items\n"
	    "[modified] doc/b\n::endgroup::\n"));
	CHECK(fake_call_said(&fake,
	    "'base' input parameter is ignored when action is triggered by pull "
	    "request event"));
	CHECK_STR(fake_call_output(&fake, "changes"), "[\"doc\"]");
	fake_call_release(&fake);
}

static void
start_pull(struct fake_call *fake, const char *event)
{
	struct expr_object *pr, *base;

	start(fake, event, "refs/pull/7/merge", "7/merge");
	at(fake, "feature");
	pr = expr_object_new(fake->scratch.arena);
	base = expr_object_new(fake->scratch.arena);
	expr_object_set(base, WF_S("sha"),
	    expr_string(scratch_run(&fake->scratch, "git -C repo rev-parse main")));
	expr_object_set(pr, WF_S("number"), expr_number(7));
	expr_object_set(pr, WF_S("base"), expr_object_value(base));
	expr_object_set(fake->payload, WF_S("pull_request"), expr_object_value(pr));
}

TEST(paths_filter_pull_request_is_listed_by_pages)
{
	struct repo_change changes[3001] = { 0 };
	struct fake_call fake;

	for (size_t i = 0; i < WF_COUNT(changes); i++)
		changes[i] = (struct repo_change){ WF_S("doc/b"), REPO_DELETED, { 0 } };
	start_pull(&fake, "pull_request_target");
	fake.event.has_changes = true;
	fake.event.changes = changes;
	fake.event.nchanges = 101;
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake_call_said(&fake, "Received 100 items\n[removed] doc/b\n"));
	CHECK(fake_call_said(&fake, "Received 1 items\n[removed] doc/b\n::endgroup::\n"));
	CHECK_STR(fake_call_output(&fake, "gone_count"), "101");
	fake_call_release(&fake);

	start_pull(&fake, "pull_request");
	fake.event.has_changes = true;
	fake.event.changes = changes;
	fake.event.nchanges = WF_COUNT(changes);
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK_STR(fake_call_output(&fake, "gone_count"), "3000");
	fake_call_release(&fake);

	start_pull(&fake, "pull_request");
	fake.event.has_changes = true;
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake_call_said(&fake, "Received 0 items\n::endgroup::\nDetected 0 changed files"));
	fake_call_release(&fake);
}

TEST(paths_filter_pull_request_without_token_asks_git)
{
	struct repo_change changes[] = { { .path = WF_S("doc/b"), .status = REPO_MODIFIED } };
	struct fake_call fake;

	start_pull(&fake, "pull_request");
	fake.event.has_changes = true;
	fake.event.changes = changes;
	fake.event.nchanges = 1;
	fake_call_input(&fake, "token", "");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake_call_said(&fake, "Github token is not available - changes will be detected "
	                            "using git diff\nDetected 1 changed files\n"));
	CHECK_STR(fake_call_output(&fake, "changes"), "[\"doc\"]");
	fake_call_release(&fake);

	start_pull(&fake, "pull_request"); /* git knows what the event does not */
	fake_call_input(&fake, "token", "");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK_STR(fake_call_output(&fake, "changes"), "[\"src\"]");
	fake_call_release(&fake);

	start_pull(&fake, "pull_request"); /* the base of the step, whatever the warning says */
	fake.event.has_changes = true;
	fake_call_input(&fake, "token", "");
	fake_call_input(&fake, "base", "feature");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake_call_said(&fake, "'base' input parameter is ignored"));
	CHECK_STR(fake_call_output(&fake, "changes"), "[]");
	fake_call_release(&fake);

	start_pull(&fake, "pull_request_target");
	fake_call_input(&fake, "token", "");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(!fake.success);
	CHECK(fake_call_said(&fake, "::error::'token' input parameter is required if action is "
	                            "triggered by 'pull_request_target' event\n"));
	fake_call_release(&fake);
}

TEST(paths_filter_base_head_sees_what_the_job_changed)
{
	struct fake_call fake;

	start(&fake, "push", "refs/heads/main", "main");
	scratch_run(&fake.scratch,
	    "rm -rf work/ws && cp -a repo work/ws && cd work/ws && echo 9 >doc/b "
	    "&& rm src/renamed && touch doc/untracked");
	fake_call_input(&fake, "base", "HEAD");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(fake.success);
	CHECK(fake_call_said(&fake, "doc/b [modified]\n"));
	CHECK(fake_call_said(&fake, "src/renamed [deleted]\n"));
	CHECK_STR(fake_call_output(&fake, "doc_count"), "1");
	fake_call_release(&fake);
}

TEST(paths_filter_reads_filters_from_a_file)
{
	struct fake_call fake;

	start(&fake, "schedule", "refs/heads/main", "main");
	scratch_run(&fake.scratch,
	    "mkdir work/ws/.github && echo 'x: doc/*' >work/ws/.github/f.yml");
	fake_call_input(&fake, "filters", ".github/f.yml");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK_STR(fake_call_output(&fake, "changes"), "[\"x\"]");
	fake_call_release(&fake);
}

TEST(paths_filter_leaves_a_filter_called_changes_alone)
{
	struct fake_call fake;

	start(&fake, "schedule", "refs/heads/main", "main");
	fake_call_input(&fake, "filters", "changes: doc/*");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK_STR(fake_call_output(&fake, "changes"), "true");
	CHECK(fake_call_said(&fake,
	    "Cannot set changes output variable - name already used by filter "
	    "output\n"));
	fake_call_release(&fake);
}

TEST(paths_filter_errors_are_those_of_the_action)
{
	static const struct {
		const char *input, *value, *want;
	} rows[] = {
		{ "filters", "", "::error::Input required and not supplied: filters\n" },
		{ "filters", "none.yml", "::error::Configuration file 'none.yml' not found\n" },
		{ "filters", ".git", "::error::'.git' is not a file.\n" },
		{ "working-directory", "none",
		    "::error::ENOENT: no such file or directory, chdir '" },
		{ "filters", "a: 1",
		    "::error::Invalid filter YAML format: Unexpected element type" },
		{ "list-files", "xml",
		    "::error::Input parameter 'list-files' is set to invalid value 'xml'\n" },
		{ "predicate-quantifier", "all",
		    "::error::Input parameter 'predicate-quantifier' is set to invalid value "
		    "'all'." },
		{ "base", "nowhere",
		    "::error::The process '/usr/bin/git' failed with exit code 128" },
		{ "base", "heads/main", "::error::Could not determine what is heads/main - " },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct fake_call fake;

		start(&fake, "push", "refs/heads/main", "main");
		fake_call_input(&fake, rows[i].input, rows[i].value);
		fake_call_run(&fake, &builtin_paths_filter);
		CHECK(!fake.success);
		CHECK(fake_call_said(&fake, rows[i].want));
		fake_call_release(&fake);
	}
}

TEST(paths_filter_outside_of_a_checkout_fails_as_git_does)
{
	struct fake_call fake;

	start(&fake, "push", "refs/heads/main", "main");
	scratch_run(&fake.scratch, "rmdir work/ws/.git");
	fake_call_run(&fake, &builtin_paths_filter);
	CHECK(!fake.success);
	CHECK(fake_call_said(&fake, "fatal: not a git repository"));
	CHECK(fake_call_said(&fake,
	    "::error::The process '/usr/bin/git' failed with exit code 128\n"));
	fake_call_release(&fake);
}
