/* SPDX-License-Identifier: MIT */
/* test_checkout.c - what the job finds in its workspace, and what git says there. */
#include "test.h"

#include "builtin_fixture.h"

#include <stdlib.h>

/* main with two commits and a tag at the first; another branch; an ignored file and a folder of
 * them; files that are not tracked. */
static const char project[] =
    "git init -q -b main repo && cd repo\n"
    "git remote add origin https://github.com/owner/name.git\n"
    "printf '*.o\\nbuild/\\n' >.gitignore; mkdir -p sub/build dir; echo 1 >dir/a\n"
    "git add . && git commit -qm one && git tag -a v1 -m v1\n"
    "git branch other\n"
    "echo 2 >dir/a && git commit -qam 'two: ::stop::' \n"
    "touch x.o sub/build/y; mkdir build; touch build/z\n";

static void
start(struct fake_call *fake, const char *script, const char *ref)
{
	fake_call_init(fake, script);
	fake->event.name = WF_S("push");
	fake->event.ref = wf_str(ref);
}

/* Runs a command in the workspace. */
static struct wf_str
in_job(struct fake_call *fake, const char *command)
{
	return scratch_run(&fake->scratch, "cd work/ws && %s", command);
}

TEST(checkout_shows_the_work_tree_without_what_is_ignored)
{
	struct fake_call fake;

	start(&fake, project, "refs/heads/main");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_INT(fake.nlayers, 3);
	CHECK_STR(wf_str(fake.layers[2]), scratch_path(&fake.scratch, "repo"));
	CHECK_STR(in_job(&fake, "find . -path ./.git -prune -o -type f -print | sort"),
	    "./.gitignore\n./dir/a");
	CHECK_STR(in_job(&fake, "git status --porcelain"), "");
	CHECK_STR(in_job(&fake, "git log --format=%s"), "two: ::stop::");
	CHECK_STR(in_job(&fake, "git rev-parse --abbrev-ref HEAD"), "main");
	CHECK_STR(fake_call_output(&fake, "ref"), "refs/heads/main");
	CHECK(wf_str_eq(fake_call_output(&fake, "commit"), fake.facts.head_sha));
	CHECK(fake_call_said(&fake, "Syncing repository: owner/name\n"));
	CHECK_STR(in_job(&fake, "git config remote.origin.url"), "https://github.com/owner/name");
	/* the user's repository is as it was */
	CHECK_STR(scratch_run(&fake.scratch, "cd repo && git status --porcelain && ls -A | sort"),
	    ".git\n.gitignore\nbuild\ndir\nsub\nx.o");
	fake_call_release(&fake);
}

TEST(checkout_keeps_the_modes_of_folders_above_hidden_paths)
{
	struct fake_call fake;

	start(&fake, project, "refs/heads/main");
	scratch_run(&fake.scratch, "chmod 0750 repo/sub && touch repo/sub/keep");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_STR(scratch_run(&fake.scratch,
	              "cd '%s' && stat -c %%a sub && stat -c %%t:%%T sub/build", fake.layers[1]),
	    "750\n0:0");
	fake_call_release(&fake);
}

TEST(checkout_shows_changes_that_are_not_committed_unless_told_not_to)
{
	struct fake_call fake;

	start(&fake, project, "refs/heads/main");
	scratch_run(&fake.scratch, "echo 3 >repo/dir/a && touch repo/new");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_STR(in_job(&fake, "cat dir/a && git status --porcelain"), "3\n M dir/a\n?? new");
	CHECK(fake_call_said(&fake, "with changes that are not committed"));
	fake_call_release(&fake);

	start(&fake, project, "refs/heads/main");
	scratch_run(&fake.scratch, "echo 3 >repo/dir/a && touch repo/new");
	fake.call.committed = true;
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_STR(in_job(&fake, "cat dir/a && git status --porcelain"), "2");
	fake_call_release(&fake);
}

TEST(checkout_of_another_commit_exports_it)
{
	static const struct {
		const char *ref, *head, *describe, *output;
	} rows[] = {
		{ "other", "other", "v1", "other" },
		{ "refs/heads/other", "other", "v1", "refs/heads/other" },
		{ "v1", "HEAD", "v1", "v1" },
		{ "refs/tags/v1", "HEAD", "v1", "refs/tags/v1" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct fake_call fake;

		start(&fake, project, "refs/heads/main");
		fake_call_input(&fake, "ref", rows[i].ref);
		fake_call_input(&fake, "fetch-depth", "0");
		fake_call_run(&fake, &builtin_checkout);
		CHECK(fake.success);
		CHECK_STR(in_job(&fake, "cat dir/a"), "1");
		CHECK_STR(in_job(&fake, "git rev-parse --abbrev-ref HEAD"), rows[i].head);
		CHECK_STR(in_job(&fake, "git describe"), rows[i].describe);
		CHECK_STR(in_job(&fake, "git status --porcelain"), "");
		CHECK_STR(fake_call_output(&fake, "ref"), rows[i].output);
		fake_call_release(&fake);
	}
}

TEST(checkout_of_a_sha_is_detached_and_has_no_ref_output)
{
	struct fake_call fake;

	start(&fake, project, "refs/heads/main");
	fake_call_input(&fake, "ref", scratch_run(&fake.scratch, "git -C repo rev-parse v1^0").p);
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_STR(in_job(&fake, "git rev-parse --abbrev-ref HEAD && git log --format=%s"),
	    "HEAD\none");
	CHECK_STR(in_job(&fake, "git for-each-ref"), "");
	CHECK_STR(fake_call_output(&fake, "ref"), "");
	fake_call_release(&fake);
}

TEST(checkout_of_a_tag_that_is_only_played_is_head)
{
	struct fake_call fake;

	start(&fake, project, "refs/tags/v2");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_INT(fake.nlayers, 3);
	CHECK_STR(in_job(&fake, "git describe --tags --exact-match"), "v2");
	CHECK_STR(in_job(&fake, "git rev-parse --abbrev-ref HEAD"), "HEAD");
	fake_call_release(&fake);
}

TEST(checkout_in_a_chain_finds_the_tag_of_the_run_before)
{
	struct fake_call fake;
	struct expr_object *run;

	start(&fake, project, "refs/heads/main");
	run = expr_object_new(fake.scratch.arena);
	expr_object_set(run, WF_S("head_branch"), expr_cstring("v2"));
	expr_object_set(run, WF_S("head_sha"),
	    expr_string(scratch_run(&fake.scratch, "git -C repo rev-parse HEAD")));
	expr_object_set(fake.payload, WF_S("workflow_run"), expr_object_value(run));
	fake_call_input(&fake, "ref", "v2");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_STR(in_job(&fake, "git describe --tags --exact-match"), "v2");
	fake_call_release(&fake);
}

TEST(checkout_of_a_pull_request_is_detached)
{
	struct fake_call fake;

	start(&fake, project, "refs/pull/7/merge");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_STR(in_job(&fake, "git for-each-ref --format='%(refname)'"),
	    "refs/remotes/pull/7/merge");
	CHECK_STR(in_job(&fake, "git rev-parse --abbrev-ref HEAD"), "HEAD");
	fake_call_release(&fake);
}

TEST(checkout_of_what_is_not_there_fails)
{
	static const struct {
		const char *input, *value, *want;
	} rows[] = {
		{ "ref", "nothing",
		    "::error::A branch or tag with the name 'nothing' could not be found\n" },
		{ "ref", "0123456789012345678901234567890123456789",
		    "::error::The commit '0123456789012345678901234567890123456789' is not in this "
		    "repository\n" },
		{ "repository", "else/where",
		    "::error::Repository 'else/where' cannot be checked out: only this one, "
		    "'owner/name', is at hand." },
		{ "path", "../../up", "::error::Repository path '../../up' is not under '" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct fake_call fake;

		start(&fake, project, "refs/heads/main");
		fake_call_input(&fake, rows[i].input, rows[i].value);
		fake_call_run(&fake, &builtin_checkout);
		CHECK(!fake.success);
		CHECK(fake_call_said(&fake, rows[i].want));
		fake_call_release(&fake);
	}
}

TEST(checkout_into_a_path_and_of_this_repository_by_name)
{
	struct fake_call fake;

	start(&fake, project, "refs/heads/main");
	fake_call_input(&fake, "path", "./a/../src");
	fake_call_input(&fake, "repository", "Owner/Name");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_STR(in_job(&fake, "cd src && git log --format=%h -1 | wc -l"), "1");
	fake_call_release(&fake);
}

TEST(checkout_says_what_it_does_not_do)
{
	struct fake_call fake;

	start(&fake, project, "refs/heads/main");
	fake_call_input(&fake, "lfs", "true");
	fake_call_input(&fake, "submodules", "recursive");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK(fake_call_said(&fake, "::warning::Input 'lfs' is not supported yet"));
	CHECK(fake_call_said(&fake, "::warning::Input 'submodules' is not supported yet"));
	fake_call_release(&fake);

	start(&fake, project, "refs/heads/main");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(wf_str_find(wf_buf_str(&fake.log), WF_S("::warning::")) < 0);
	fake_call_release(&fake);
}

TEST(checkout_leaves_the_folder_of_a_submodule_empty)
{
	static const char script[] =
	    "git init -q -b main lib && cd lib && touch l && git add l && git commit -qm l\n"
	    "cd .. && git init -q -b main repo && cd repo\n"
	    "git remote add origin https://github.com/owner/name\n"
	    "git -c protocol.file.allow=always submodule --quiet add \"$PWD/../lib\" 'deps/li b'\n"
	    "git commit -qm one";
	struct fake_call fake;

	start(&fake, script, "refs/heads/main");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_STR(in_job(&fake, "ls -A 'deps/li b' && ls -A deps && git status --porcelain"),
	    "li b");
	fake_call_release(&fake);

	start(&fake, script, "refs/heads/main");
	fake_call_input(&fake, "submodules", "true");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_STR(in_job(&fake, "ls -A 'deps/li b' && git status --porcelain"), "l");
	fake_call_release(&fake);
}

TEST(checkout_of_a_linked_worktree)
{
	struct fake_call fake;
	struct wf_buf script = WF_BUF_INIT;

	wf_buf_adds(&script, project);
	wf_buf_adds(&script,
	    "cd .. && mv repo full && git -C full worktree add -q ../repo other && "
	    "touch repo/z.o");
	start(&fake, script.p, "refs/heads/other");
	wf_buf_release(&script);
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK_INT(fake.nlayers, 3);
	CHECK_STR(in_job(&fake, "git status --porcelain && git rev-parse --abbrev-ref HEAD && ls"),
	    "other\ndir");
	fake_call_release(&fake);
}

TEST(checkout_trusts_its_folder_for_the_job_alone)
{
	struct fake_call fake;

	start(&fake, project, "refs/heads/main");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(wf_str_eq(scratch_run(&fake.scratch, "git config -f home/.gitconfig safe.directory"),
	    wf_str(scratch_path(&fake.scratch, "work/ws"))));
	fake_call_release(&fake);

	start(&fake, project, "refs/heads/main");
	fake.env[0] = wf_strf(fake.scratch.arena, "HOME=%s", getenv("HOME")).p;
	scratch_run(&fake.scratch, "rm -rf home");
	fake_call_run(&fake, &builtin_checkout);
	CHECK(fake.success);
	CHECK(wf_str_find(wf_buf_str(&fake.log), WF_S("safe directory")) < 0);
	fake_call_release(&fake);
}
