/* SPDX-License-Identifier: MIT */
/* test_repo.c - git repositories of all shapes, made by git and read by repo. */
#include <pthread.h>

#include "scratch.h"

/* libgit2 1.5 itself loses the memory of a PCRE2 match for each line of a configuration that a
 * pattern of its own does not match: once for a repository with submodules, once for one with
 * extensions. To tell that from a leak of ours, the stacks must be walked in full. */
const char *__lsan_default_suppressions(void); /* NOLINT(bugprone-reserved-identifier) */
const char *__asan_default_options(void); /* NOLINT(bugprone-reserved-identifier) */

const char *
__lsan_default_suppressions(void) /* NOLINT(bugprone-reserved-identifier) */
{
	return "leak:libgit2.so\n";
}

const char *
__asan_default_options(void) /* NOLINT(bugprone-reserved-identifier) */
{
	return "fast_unwind_on_malloc=0";
}

static struct wf_str
diff(struct scratch *s, const char *base, const char *head, bool worktree, bool renames)
{
	struct repo_change *changes;
	struct wf_error err;
	size_t n;

	CHECK(repo_diff(s->repo, s->arena, base, head, worktree, renames, &changes, &n, &err));
	return scratch_changes(s, changes, n);
}

static struct wf_str
resolve(struct scratch *s, const char *rev)
{
	struct wf_str sha = WF_S("");

	repo_resolve(s->repo, s->arena, rev, &sha);
	return sha;
}

TEST(repo_refuses_a_folder_outside_git)
{
	struct scratch s = scratch_new("mkdir plain; git init -q --bare bare");
	struct wf_error err;

	CHECK(repo_open(wf_join(s.arena, s.dir, "plain"), &err) == NULL);
	CHECK_INT(err.kind, WF_ERR_MISSING);
	CHECK(strstr(err.msg, "not in a git repository") && err.hint[0]);
	CHECK(repo_open(wf_join(s.arena, s.dir, "bare"), &err) == NULL);
	CHECK(strstr(err.msg, "no work tree") != NULL);
	CHECK(repo_open(wf_join(s.arena, s.dir, "missing"), &err) == NULL);
	scratch_close(&s);
}

TEST(repo_opens_from_a_folder_inside)
{
	struct scratch s = scratch_new(SCRATCH_FIRST);

	scratch_open(&s, "r/src");
	CHECK(wf_str_ends(wf_str(repo_workdir(s.repo)), WF_S("/r")));
	CHECK(wf_str_ends(wf_str(repo_gitdir(s.repo)), WF_S("/r/.git")));
	CHECK(wf_str_ends(wf_str(repo_commondir(s.repo)), WF_S("/r/.git")));
	scratch_close(&s);
}

TEST(repo_facts_without_a_remote_or_a_commit)
{
	struct scratch s = scratch_new("git init -q r");

	scratch_open(&s, "r");
	CHECK_STR(s.facts.full_name, "local/r");
	CHECK_STR(s.facts.head_branch, "main");
	CHECK_STR(s.facts.default_branch, "main");
	CHECK_STR(s.facts.head_sha, REPO_ZERO_SHA);
	CHECK(!s.facts.status.dirty);
	scratch_run(&s, "echo x >r/x");
	scratch_open(&s, "r");
	CHECK(s.facts.status.dirty);
	CHECK_STR(diff(&s, REPO_ZERO_SHA, NULL, true, false), "A x");
	scratch_close(&s);
}

TEST(repo_takes_owner_and_name_from_the_remote)
{
	static const char *const rows[][2] = {
		{ "https://github.com/acme/shop.git", "acme/shop" },
		{ "https://github.com/acme/shop/", "acme/shop" },
		{ "git@github.com:acme/shop.git", "acme/shop" },
		{ "ssh://git@host:22/acme/shop", "acme/shop" },
		{ "https://user:secret@host/deep/acme/shop", "acme/shop" },
		{ "git@host:shop.git", "local/shop" },
		{ "/srv/git/shop.git", "local/shop" },
		{ "../shop", "local/shop" },
		{ "file:///srv/git/shop.git", "local/shop" },
		{ "https://host/../..", "local/repo" },
		{ "https://host/a b/c$d", "a-b/c-d" },
	};
	struct scratch s = scratch_new(SCRATCH_FIRST "git remote add origin x");

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		scratch_run(&s,
		    wf_strf(s.arena, "cd r; git remote set-url origin '%s'", rows[i][0]).p);
		scratch_open(&s, "r");
		CHECK_STR(s.facts.full_name, rows[i][1]);
	}
	scratch_close(&s);
}

TEST(repo_finds_the_default_branch)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "git branch -m trunk; git branch master");

	scratch_open(&s, "r");
	CHECK_STR(s.facts.default_branch, "master");
	scratch_run(&s, "cd r; git branch -D master; git checkout -q -b topic");
	scratch_open(&s, "r");
	CHECK_STR(s.facts.default_branch, "topic");
	scratch_run(&s, "cd r; git branch main");
	scratch_open(&s, "r");
	CHECK_STR(s.facts.default_branch, "main");
	scratch_run(&s, "cd r; git checkout -q trunk; cd ..; git clone -q r clone");
	scratch_open(&s, "clone");
	CHECK_STR(s.facts.default_branch, "trunk");
	scratch_close(&s);
}

TEST(repo_says_when_the_work_tree_is_dirty)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "echo log >x.log");

	scratch_open(&s, "r");
	CHECK(!s.facts.status.dirty);
	scratch_run(&s, "echo new >r/new");
	scratch_open(&s, "r");
	CHECK(s.facts.status.dirty);
	scratch_run(&s, "cd r; rm new; echo more >>a.txt; git add a.txt");
	scratch_open(&s, "r");
	CHECK(s.facts.status.dirty);
	scratch_close(&s);
}

TEST(repo_knows_a_detached_head)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "git checkout -q --detach");

	scratch_open(&s, "r");
	CHECK_STR(s.facts.head_branch, "");
	CHECK_STR(s.facts.default_branch, "main");
	CHECK_INT(s.facts.head_sha.n, 40);
	scratch_close(&s);
}

TEST(repo_reads_worktrees_and_submodules)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git worktree add -q -b side ../side; cd ..; git init -q super; cd super;"
	    "git submodule --quiet add ../r sub; git commit -qm sub");

	scratch_open(&s, "side");
	CHECK_STR(s.facts.head_branch, "side");
	CHECK(wf_str_ends(wf_str(repo_gitdir(s.repo)), WF_S("/r/.git/worktrees/side")));
	CHECK(wf_str_ends(wf_str(repo_commondir(s.repo)), WF_S("/r/.git")));
	scratch_open(&s, "super/sub");
	CHECK(wf_str_ends(wf_str(repo_workdir(s.repo)), WF_S("/super/sub")));
	CHECK_STR(s.facts.full_name, "local/r");
	scratch_run(&s, "echo dirty >super/sub/a.txt");
	scratch_open(&s, "super");
	CHECK(!s.facts.status.dirty); /* what lies around in a submodule is not committed with it */
	scratch_run(&s, "cd super/sub; git commit -qam two");
	scratch_open(&s, "super");
	CHECK_STR(diff(&s, "HEAD", NULL, true, false), "M sub");
	scratch_close(&s);
}

TEST(repo_opens_what_newer_git_wrote)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git config core.repositoryformatversion 1; git config extensions.worktreeConfig true;"
	    "git config extensions.partialClone origin");

	scratch_open(&s, "r");
	CHECK_STR(s.facts.head_branch, "main");
	scratch_close(&s);
}

TEST(repo_diff_between_commits)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git rm -q a.txt; echo c >c.txt; echo bb >src/b.py; git add .; git commit -qm second");

	scratch_open(&s, "r");
	CHECK_STR(diff(&s, "HEAD~1", "HEAD", false, false), "D a.txt, A c.txt, M src/b.py");
	CHECK_STR(diff(&s, REPO_ZERO_SHA, "HEAD~1", false, false),
	    "A .gitignore, A a.txt, A src/b.py");
	CHECK_STR(diff(&s, "HEAD", REPO_ZERO_SHA, false, false),
	    "D .gitignore, D c.txt, D src/b.py");
	scratch_close(&s);
}

TEST(repo_diff_of_the_work_tree_is_what_add_all_would_commit)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "echo t >tracked.log; git add -f tracked.log; git commit -qm log; mkdir -p new/deep "
	    "out;"
	    "echo 1 >new/deep/f; echo 2 >out/ignored; echo 3 >x.log; rm a.txt; echo s >staged;"
	    "git add staged; echo more >>src/b.py; git add src/b.py; echo more >>tracked.log;"
	    "git rm -q --cached .gitignore tracked.log; git init -q nested; cd nested; git commit "
	    "-q "
	    "--allow-empty -m n");

	scratch_open(&s, "r");
	CHECK_STR(diff(&s, "HEAD", NULL, true, false),
	    "D a.txt, A new/deep/f, M src/b.py, A staged, D tracked.log");
	scratch_close(&s);
}

TEST(repo_diff_of_a_sparse_checkout_misses_nothing)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "mkdir far; echo 1 >far/1; echo 2 >far/2; git add .; git commit -qm far;"
	    "git sparse-checkout set --no-sparse-index src; rm a.txt; test ! -e far");

	scratch_open(&s, "r");
	CHECK_STR(diff(&s, "HEAD", NULL, true, false), "D a.txt");
	CHECK_STR(diff(&s, "HEAD~1", NULL, true, false), "D a.txt, A far/1, A far/2");
	scratch_close(&s);
}

TEST(repo_says_how_to_make_an_index_readable)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "git update-index --split-index");
	struct repo_facts facts;
	struct wf_error err;

	s.repo = repo_open(wf_join(s.arena, s.dir, "r"), &err);
	if (!repo_facts(s.repo, s.arena, &facts, &err)) /* a newer libgit2 may read it */
		CHECK(strstr(err.hint, "--no-split-index") != NULL);
	scratch_close(&s);
}

TEST(repo_diff_finds_renames_when_asked)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "seq 50 >old; git add .; git commit -qm old; git mv old new; git commit -qm mv;"
	    "mv new newer");
	struct repo_change *changes;
	struct wf_error err;
	size_t n;

	scratch_open(&s, "r");
	CHECK_STR(diff(&s, "HEAD~1", "HEAD", false, false), "A new, D old");
	CHECK(repo_diff(s.repo, s.arena, "HEAD~1", "HEAD", false, true, &changes, &n, &err));
	CHECK_STR(scratch_changes(&s, changes, n), "R new");
	CHECK_STR(changes[0].old_path, "old");
	CHECK_STR(diff(&s, "HEAD~1", NULL, true, true), "R newer");
	scratch_close(&s);
}

TEST(repo_diff_of_a_missing_commit_is_an_error)
{
	struct scratch s = scratch_new(SCRATCH_FIRST);
	struct repo_change *changes;
	struct wf_error err;
	size_t n;

	scratch_open(&s, "r");
	CHECK(!repo_diff(s.repo, s.arena, "nowhere", "HEAD", false, false, &changes, &n, &err));
	CHECK(strstr(err.msg, "nowhere") != NULL);
	scratch_close(&s);
}

TEST(repo_resolves_and_finds_merge_bases)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git tag -a -m t v1; git checkout -q -b topic; echo 1 >1; git add .; git commit -qm 1;"
	    "git checkout -q main; echo 2 >2; git add .; git commit -qm 2;"
	    "git checkout -q --orphan alone; git commit -qm alone");
	struct wf_str sha;

	scratch_open(&s, "r");
	CHECK(wf_str_eq(resolve(&s, "v1"), resolve(&s, "main~1")));
	CHECK(repo_merge_base(s.repo, s.arena, "main", "topic", &sha));
	CHECK(wf_str_eq(sha, resolve(&s, "v1")));
	CHECK(!repo_merge_base(s.repo, s.arena, "main", "alone", &sha));
	CHECK(!repo_resolve(s.repo, s.arena, "nothing", &sha));
	CHECK(!repo_resolve(s.repo, s.arena, REPO_ZERO_SHA, &sha));
	CHECK(!repo_resolve(s.repo, s.arena, "main:a.txt", &sha));
	scratch_close(&s);
}

TEST(repo_commit_and_log)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "for i in 1 2 3; do git commit -q --allow-empty -m \"c$i\"; done");
	struct repo_commit commit, *log;
	struct wf_error err;
	size_t n;

	scratch_open(&s, "r");
	CHECK(repo_commit(s.repo, s.arena, "HEAD", &commit, &err));
	CHECK_STR(commit.message, "c3\n");
	CHECK_STR(commit.author_name, "Ann");
	CHECK_INT(commit.author_time, 1700000000);
	CHECK_INT(commit.committer_offset, 60);
	CHECK(wf_str_eq(commit.parent, resolve(&s, "HEAD~1")));
	CHECK(repo_commit(s.repo, s.arena, "HEAD~3", &commit, &err));
	CHECK_STR(commit.parent, "");
	CHECK(repo_log(s.repo, s.arena, "HEAD~2", "HEAD", 10, &log, &n, &err));
	CHECK_INT(n, 2);
	CHECK_STR(log[0].message, "c2\n");
	CHECK(repo_log(s.repo, s.arena, REPO_ZERO_SHA, "HEAD", 2, &log, &n, &err));
	CHECK_INT(n, 2);
	CHECK_STR(log[1].message, "c3\n");
	CHECK(!repo_log(s.repo, s.arena, REPO_ZERO_SHA, "none", 2, &log, &n, &err));
	CHECK(!repo_commit(s.repo, s.arena, "none", &commit, &err));
	scratch_close(&s);
}

TEST(repo_lives_with_a_shallow_clone)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git commit -q --allow-empty -m 2; cd ..; git clone -q --depth 1 \"file://$PWD/r\" c");
	struct repo_commit commit, *log;
	struct wf_error err;
	struct wf_str sha;
	size_t n;

	scratch_open(&s, "c");
	CHECK(repo_commit(s.repo, s.arena, "HEAD", &commit, &err));
	CHECK_INT(commit.parent.n, 40);
	CHECK(!repo_resolve(s.repo, s.arena, commit.parent.p, &sha));
	CHECK(repo_log(s.repo, s.arena, REPO_ZERO_SHA, "HEAD", 10, &log, &n, &err));
	CHECK_INT(n, 1);
	scratch_close(&s);
}

TEST(repo_finds_the_merge_base_in_a_shallow_clone)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git commit -q --allow-empty -m 2; git commit -q --allow-empty -m base; git tag base;"
	    "git checkout -q -b topic; git commit -q --allow-empty -m t;"
	    "git checkout -q main; git commit -q --allow-empty -m m; git checkout -q topic;"
	    "git merge -q --no-edit base 2>/dev/null; git commit -q --allow-empty -m t2; cd ..;"
	    "git clone -q --depth 4 --no-single-branch \"file://$PWD/r\" c");
	struct repo_commit *log;
	struct wf_error err;
	struct wf_str sha, base;
	size_t n;

	scratch_open(&s, "c");
	CHECK(repo_resolve(s.repo, s.arena, "base", &base));
	CHECK(repo_merge_base(s.repo, s.arena, "origin/main", "topic", &sha));
	CHECK(wf_str_eq(sha, base));
	CHECK(repo_log(s.repo, s.arena, "base", "topic", 10, &log, &n, &err));
	CHECK_INT(n, 2);
	CHECK_STR(log[1].message, "t2\n");
	CHECK(repo_log(s.repo, s.arena, "base", "topic", 1, &log, &n, &err));
	CHECK_INT(n, 1);
	CHECK_STR(log[0].message, "t2\n");
	scratch_close(&s);
}

TEST(repo_blob_and_tree)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "rm -r src");
	struct wf_str bytes, *names;
	size_t n;

	scratch_open(&s, "r");
	CHECK(repo_blob(s.repo, s.arena, "HEAD", "src/b.py", &bytes));
	CHECK_STR(bytes, "b\n");
	CHECK(!repo_blob(s.repo, s.arena, "HEAD", "src", &bytes));
	CHECK(!repo_blob(s.repo, s.arena, "HEAD", "src/none", &bytes));
	CHECK(repo_tree(s.repo, s.arena, "HEAD", "", &names, &n));
	CHECK_INT(n, 3);
	CHECK_STR(names[0], ".gitignore");
	CHECK_STR(names[2], "src");
	CHECK(repo_tree(s.repo, s.arena, "HEAD", "src", &names, &n));
	CHECK_INT(n, 1);
	CHECK(!repo_tree(s.repo, s.arena, "HEAD", "a.txt", &names, &n));
	CHECK(!repo_tree(s.repo, s.arena, "HEAD", "none", &names, &n));
	scratch_close(&s);
}

TEST(repo_status_gives_whole_ignored_folders)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "mkdir -p out/deep part new; echo 1 >out/deep/f; echo 2 >x.log; echo 3 >part/y.log;"
	    "echo 4 >part/z; git add part/z; echo 5 >new/w.log; echo 6 >new/v; echo t >t.log;"
	    "git add -f t.log; git init -q nested");
	wf_auto(wf_buf_release) struct wf_buf all = WF_BUF_INIT;
	struct repo_status status;
	struct wf_error err;

	scratch_open(&s, "r");
	CHECK(repo_status(s.repo, s.arena, "HEAD", &status, &err));
	for (size_t i = 0; i < status.nignored; i++)
		wf_buf_addf(&all, "%.*s ", WF_ARG(status.ignored[i]));
	CHECK_STR(wf_buf_str(&all), "nested new/w.log out part/y.log x.log ");
	scratch_close(&s);
}

TEST(repo_export_writes_a_commit)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "echo '#!/bin/sh' >run; chmod +x run; ln -s a.txt link; git add .; git commit -qm 2;"
	    "echo changed >a.txt; echo later >later; git add .; git commit -qm 3; rm a.txt;"
	    "git add -A; md5sum .git/index >../before; mkdir ../export");
	struct wf_error err;

	scratch_open(&s, "r");
	CHECK(repo_export(s.repo, "HEAD~1", wf_join(s.arena, s.dir, "export"), &err));
	scratch_run(&s, "cd export; test -x run; test \"$(readlink link)\" = a.txt;"
	                "test \"$(cat a.txt)\" = a; test ! -e later; test ! -e .git; cd ../r;"
	                "md5sum -c ../before; test ! -e a.txt");
	CHECK(!repo_export(s.repo, "none", wf_join(s.arena, s.dir, "export"), &err));
	scratch_close(&s);
}

struct export_job {
	char *repo, *dest;
	bool done;
};

static void *
export_elsewhere(void *data)
{
	struct export_job *job = data;
	struct repo *repo = repo_open(job->repo, NULL);

	job->done = repo && repo_export(repo, "HEAD", job->dest, NULL);
	repo_close(repo);
	return NULL;
}

TEST(repo_export_from_threads_with_a_repo_each)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "cd ..; mkdir e0 e1 e2 e3");
	struct export_job jobs[4] = { 0 };
	pthread_t threads[4];

	scratch_open(&s, "r");
	for (int i = 0; i < 4; i++) {
		jobs[i].repo = wf_join(s.arena, s.dir, "r");
		jobs[i].dest = wf_join(s.arena, s.dir, wf_strf(s.arena, "e%d", i).p);
		CHECK_INT(pthread_create(&threads[i], NULL, export_elsewhere, &jobs[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		CHECK_INT(pthread_join(threads[i], NULL), 0);
		CHECK(jobs[i].done);
	}
	scratch_run(&s, "for i in 0 1 2 3; do test -f e$i/src/b.py; done");
	scratch_close(&s);
}

TEST(repo_branches_here_and_on_the_remote)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git tag v1; cd ..; git clone -q r c; cd c; git commit -q --allow-empty -m 2");
	struct wf_str local, remote;
	struct repo_ref *refs;
	struct wf_error err;
	size_t n;

	scratch_open(&s, "c");
	CHECK(repo_branch(s.repo, s.arena, WF_S("main"), REPO_LOCAL, &local));
	CHECK(repo_branch(s.repo, s.arena, WF_S("main"), REPO_REMOTE, &remote));
	CHECK(wf_str_eq(remote, resolve(&s, "HEAD~1")) && wf_str_eq(local, resolve(&s, "HEAD")));
	CHECK(!repo_branch(s.repo, s.arena, WF_S("other"), REPO_REMOTE, &remote));
	CHECK(repo_refs(s.repo, s.arena, &refs, &n, &err));
	CHECK_INT(n, 2);
	CHECK_STR(refs[0].name, "main");
	CHECK_STR(refs[1].name, "v1");
	CHECK(refs[1].tag && wf_str_eq(refs[1].sha, resolve(&s, "HEAD~1")));
	scratch_close(&s);
}

TEST(repo_names_what_objects_are_borrowed_from)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "cd ..; git clone -q --shared r one;"
	    "git clone -q --shared one two;"
	    "echo /not/there >>two/.git/objects/info/alternates");
	const char **paths;
	size_t n;

	scratch_open(&s, "r");
	repo_alternates(s.repo, s.arena, &paths, &n);
	CHECK_INT(n, 0);
	scratch_open(&s, "two");
	repo_alternates(s.repo, s.arena, &paths, &n);
	CHECK_INT(n, 2);
	CHECK(wf_str_ends(wf_str(paths[0]), WF_S("/one/.git/objects")));
	CHECK(wf_str_ends(wf_str(paths[1]), WF_S("/r/.git/objects")));
	scratch_close(&s);
}

TEST(repo_alternates_may_be_relative)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "cd ..; git clone -q --shared r one; git clone -q --shared one two;"
	    "echo ../../../one/.git/objects >two/.git/objects/info/alternates;"
	    "echo ../../../r/.git/objects >one/.git/objects/info/alternates;"
	    "git -C two cat-file -e HEAD");
	const char **paths;
	size_t n;

	scratch_open(&s, "two");
	repo_alternates(s.repo, s.arena, &paths, &n);
	CHECK_INT(n, 2);
	CHECK(wf_str_ends(wf_str(paths[0]), WF_S("/one/.git/objects")));
	CHECK(wf_str_ends(wf_str(paths[1]), WF_S("/r/.git/objects")));
	scratch_close(&s);
}

TEST(repo_config_reads_values)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "git config github.user ann");
	struct wf_str value;

	scratch_open(&s, "r");
	CHECK(repo_config(s.repo, s.arena, "github.user", &value));
	CHECK_STR(value, "ann");
	CHECK(!repo_config(s.repo, s.arena, "no.such", &value));
	scratch_close(&s);
}
