/* SPDX-License-Identifier: MIT */
/* test_gitdir.c - git itself reads the folder that checkout makes, beside a copy of the files. */
#include "test.h"

#include "base/error.h"
#include "base/fs.h"
#include "builtin_fixture.h"
#include "runner/builtin/gitdir.h"

/* Three commits on main, an annotated and a plain tag, a second branch, a merge. */
static const char history[] =
    "git init -q -b main repo && cd repo\n"
    "echo 1 >a && git add a && git commit -qm one && git tag -a v1 -m 'first'\n"
    "echo 2 >a && git commit -qam two && git tag plain\n"
    "git branch other\n"
    "echo 3 >a && git commit -qam three\n";

/* Makes work/.git from repo/ and copies the files beside it. */
static void
make(struct scratch *scratch, struct gitdir_spec spec)
{
	struct wf_error err;
	struct repo *repo = repo_open(scratch_path(scratch, "repo"), &err);
	const char *dir;

	CHECK(repo != NULL);
	scratch_run(scratch, "rm -rf work && cp -a repo work && rm -rf work/.git");
	dir = scratch_path(scratch, "work/.git");
	CHECK(wf_mkdirs(dir, 0755, &err));
	spec.sha = scratch_run(scratch, "git -C repo rev-parse HEAD").p;
	spec.url = "https://github.com/owner/repo";
	spec.objects = wf_join(scratch->arena, repo_commondir(repo), "objects");
	if (!gitdir_write(scratch->arena, repo, dir, &spec, &err))
		fail_msg("%s", err.msg);
	repo_close(repo);
}

TEST(gitdir_of_depth_one_has_one_commit_and_no_tags)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_run(&scratch, "%s", history);
	make(&scratch, (struct gitdir_spec){ .branch = "main", .depth = 1, .keep_index = true });
	CHECK_STR(scratch_run(&scratch, "cd work && git log --format=%%s"), "three");
	CHECK_STR(scratch_run(&scratch, "cd work && git status --porcelain"), "");
	CHECK_STR(scratch_run(&scratch, "cd work && git tag"), "");
	CHECK_STR(scratch_run(&scratch, "cd work && git rev-parse --is-shallow-repository"),
	    "true");
	CHECK_STR(scratch_run(&scratch, "cd work && git branch -a --format='%%(refname)'"),
	    "refs/heads/main\nrefs/remotes/origin/main");
	CHECK_STR(scratch_run(&scratch, "cd work && git symbolic-ref HEAD"), "refs/heads/main");
	CHECK_STR(scratch_run(&scratch, "cd work && git rev-parse --abbrev-ref 'main@{upstream}'"),
	    "origin/main");
	CHECK_STR(scratch_run(&scratch, "cd work && git config remote.origin.url"),
	    "https://github.com/owner/repo");
	CHECK_STR(scratch_run(&scratch, "cd work && git fsck 2>&1 | grep -v dangling || true"), "");
	scratch_release(&scratch);
}

TEST(gitdir_of_depth_zero_has_everything_and_describe_works)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_run(&scratch, "%s", history);
	make(&scratch, (struct gitdir_spec){ .branch = "main", .keep_index = true });
	CHECK_STR(scratch_run(&scratch, "cd work && git log --format=%%s"), "three\ntwo\none");
	CHECK_STR(scratch_run(&scratch, "cd work && git describe | cut -d- -f1-2"), "v1-2");
	CHECK_STR(scratch_run(&scratch, "cd work && git describe --tags | cut -d- -f1-2"),
	    "plain-1");
	CHECK_STR(scratch_run(&scratch, "cd work && git cat-file -t v1 && git cat-file -t plain"),
	    "tag\ncommit");
	CHECK_STR(scratch_run(&scratch, "cd work && git branch -r --format='%%(refname)'"),
	    "refs/remotes/origin/main\nrefs/remotes/origin/other");
	CHECK_STR(scratch_run(&scratch, "cd work && git rev-parse --is-shallow-repository"),
	    "false");
	CHECK_STR(scratch_run(&scratch, "cd work && git diff --name-only HEAD~2 HEAD"), "a");
	scratch_release(&scratch);
}

TEST(gitdir_reads_packed_refs_and_branches_of_the_remote)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_run(&scratch, "%s", history);
	scratch_run(&scratch,
	    "cd repo && git update-ref refs/remotes/origin/far HEAD~1 && git pack-refs --all && "
	    "git update-ref refs/remotes/origin/near HEAD && "
	    "git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/far");
	make(&scratch, (struct gitdir_spec){ .branch = "main", .keep_index = true });
	CHECK_STR(scratch_run(&scratch, "cd work && git branch -r --format='%%(refname)'"),
	    "refs/remotes/origin/far\nrefs/remotes/origin/main\nrefs/remotes/origin/near\n"
	    "refs/remotes/origin/other");
	CHECK_STR(scratch_run(&scratch, "cd work && git cat-file -t v1"), "tag");
	scratch_release(&scratch);
}

TEST(gitdir_detached_at_a_tag)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_run(&scratch, "%s git tag -a v9 -m nine", history);
	make(&scratch, (struct gitdir_spec){ .ref = "refs/tags/v9",
	                   .keep_tag = true,
	                   .depth = 1,
	                   .keep_index = true });
	CHECK_STR(scratch_run(&scratch, "cd work && git describe --exact-match"), "v9");
	CHECK_STR(scratch_run(&scratch, "cd work && git cat-file -t v9"), "tag");
	CHECK_STR(scratch_run(&scratch, "cd work && git rev-parse --abbrev-ref HEAD"), "HEAD");
	CHECK_STR(scratch_run(&scratch, "cd work && git status | head -n 1"),
	    "HEAD detached at v9");
	make(&scratch,
	    (struct gitdir_spec){ .ref = "refs/tags/v10", .depth = 1, .keep_index = true });
	CHECK_STR(scratch_run(&scratch, "cd work && git describe --tags --exact-match"), "v10");
	scratch_release(&scratch);
}

TEST(gitdir_of_depth_two_follows_both_parents_of_a_merge)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_run(&scratch,
	    "%s git checkout -q other && echo x >b && git add b && git commit -qm side && "
	    "git checkout -q main && git merge -q --no-edit other -m merge",
	    history);
	make(&scratch, (struct gitdir_spec){ .branch = "main", .depth = 2, .keep_index = true });
	CHECK_STR(scratch_run(&scratch, "cd work && git log --format=%%s | sort"),
	    "merge\nside\nthree");
	scratch_release(&scratch);
}

TEST(gitdir_of_a_repository_that_fits_in_the_depth_is_not_shallow)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_run(&scratch, "git init -q -b main repo && cd repo && echo 1 >a && git add a && "
	                      "git commit -qm one");
	make(&scratch, (struct gitdir_spec){ .branch = "main", .depth = 1, .keep_index = true });
	CHECK_STR(scratch_run(&scratch, "cd work && git rev-parse --is-shallow-repository"),
	    "false");
	scratch_release(&scratch);
}

TEST(gitdir_of_a_shallow_clone_stays_cut)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_run(&scratch,
	    "%s cd .. && mv repo full && git clone -q --depth 2 file://$PWD/full repo", history);
	make(&scratch, (struct gitdir_spec){ .branch = "main", .keep_index = true });
	CHECK_STR(scratch_run(&scratch, "cd work && git log --format=%%s"), "three\ntwo");
	scratch_release(&scratch);
}

TEST(gitdir_of_a_linked_worktree_has_its_own_head_and_index)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_run(&scratch,
	    "%s cd .. && mv repo main && git -C main worktree add -q ../repo other && "
	    "echo new >repo/n && git -C repo add n",
	    history);
	make(&scratch, (struct gitdir_spec){ .branch = "other", .depth = 1, .keep_index = true });
	CHECK_STR(scratch_run(&scratch, "cd work && git log --format=%%s"), "two");
	CHECK_STR(scratch_run(&scratch, "cd work && git status --porcelain"), "A  n");
	scratch_release(&scratch);
}

TEST(gitdir_takes_names_that_need_quotes)
{
	struct scratch scratch;

	scratch_init(&scratch);
	scratch_run(&scratch, "%s git branch -m 'a\"b'", history);
	make(&scratch, (struct gitdir_spec){ .branch = "a\"b", .depth = 1, .keep_index = true });
	CHECK_STR(scratch_run(&scratch, "cd work && git rev-parse --abbrev-ref '@{upstream}'"),
	    "origin/a\"b");
	scratch_release(&scratch);
}
