/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"
#include "runner/store/actions.h"

#include <stdlib.h>
#include <unistd.h>

#define SHA "1111111111111111111111111111111111111111"

/* A home of this test alone, with one commit of acme/one in its store, and a work tree. */
struct place {
	struct wf_arena *arena;
	char *dir;
	const char *store, *commit;
	struct actions_options options;
	struct actions *actions;
};

static void
make(struct place *p)
{
	p->arena = wf_arena_new();
	p->dir = wf_cstr(p->arena, WF_S("/tmp/wfrun-test-actions.XXXXXX"));
	assert_non_null(mkdtemp(p->dir));
	setenv("WFRUN_HOME", p->dir, 1);
	p->store = wf_join(p->arena, p->dir, "actions/acme/one");
	p->commit = wf_join(p->arena, p->store, "commits/" SHA);
	CHECK(wf_mkdirs(wf_join(p->arena, p->commit, "below"), 0755, NULL));
	CHECK(wf_mkdirs(wf_join(p->arena, p->store, "refs"), 0755, NULL));
	CHECK_INT(symlink("../commits/" SHA, wf_join(p->arena, p->store, "refs/release%2f1.0")), 0);
	p->options.workdir = p->dir;
	p->options.offline = true;
	p->actions = actions_new(p->arena, &p->options, NULL);
	assert_non_null(p->actions);
}

static void
forget(struct place *p)
{
	unsetenv("WFRUN_HOME");
	CHECK(wf_remove_tree(p->dir, NULL));
	wf_arena_free(p->arena);
}

static const struct actions_tree *
find(struct place *p, const char *owner, const char *repo, const char *ref)
{
	const struct actions_name name = { wf_str(owner), wf_str(repo), wf_str(ref) };
	const struct actions_tree *tree = NULL;

	CHECK(actions_find(p->actions, &name, &tree, NULL));
	return tree;
}

TEST(actions_are_found_by_ref_and_by_commit)
{
	struct place p = { .arena = NULL };
	const struct actions_tree *tree;

	make(&p);
	tree = find(&p, "Acme", "ONE", "release/1.0");
	assert_non_null(tree);
	CHECK_STR(tree->sha, SHA);
	CHECK_STR(wf_str(tree->folder), p.commit);
	CHECK(find(&p, "Acme", "ONE", "release/1.0") == tree);
	assert_non_null(find(&p, "acme", "one", SHA));
	CHECK(!find(&p, "acme", "one", "v1"));
	CHECK(!find(&p, "acme", "two", SHA));
	forget(&p);
}

TEST(actions_of_the_lock_file_go_before_what_was_fetched)
{
	struct place p = { .arena = NULL };

	make(&p);
	lock_set(actions_lock(p.actions), WF_S("acme/one@release/1.0"),
	    WF_S("2222222222222222222222222222222222222222"));
	CHECK(!find(&p, "acme", "one", "release/1.0"));
	lock_set(actions_lock(p.actions), WF_S("acme/one@v7"), WF_S(SHA));
	assert_non_null(find(&p, "acme", "one", "v7"));
	forget(&p);
}

TEST(actions_with_a_name_that_leads_elsewhere_are_refused)
{
	static const struct {
		const char *owner, *repo, *ref;
	} rows[] = {
		{ "..", "one", "v1" },
		{ "acme", ".", "v1" },
		{ "a/b", "one", "v1" },
		{ "acme", "o\nne", "v1" },
		{ "acme", "one", "../../x" },
		{ "acme", "one", "--upload-pack=x" },
		{ "acme", "one", "" },
	};
	struct place p = { .arena = NULL };

	make(&p);
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		const struct actions_name name = { wf_str(rows[i].owner), wf_str(rows[i].repo),
			wf_str(rows[i].ref) };
		const struct actions_tree *tree;
		struct wf_error err;

		CHECK(!actions_find(p.actions, &name, &tree, &err));
		CHECK_INT(err.kind, WF_ERR_INVALID);
	}
	forget(&p);
}

TEST(actions_offline_say_so)
{
	struct place p = { .arena = NULL };
	const struct actions_name name = { WF_S("acme"), WF_S("two"), WF_S("v1") };
	const struct actions_tree *tree;
	struct wf_error err;

	make(&p);
	CHECK(!actions_bring(p.actions, &name, &tree, &err));
	CHECK_INT(err.kind, WF_ERR_MISSING);
	CHECK(strstr(err.hint, "--offline"));
	forget(&p);
}

TEST(actions_files_are_read_inside_their_repository_alone)
{
	struct place p = { .arena = NULL };
	const struct actions_tree *tree;
	struct wf_error err;
	struct wf_str text;
	bool found;

	make(&p);
	CHECK(wf_write_file(wf_join(p.arena, p.commit, "below/f"), WF_S("text"), 0644, NULL));
	CHECK_INT(symlink("below/f", wf_join(p.arena, p.commit, "inside")), 0);
	CHECK_INT(symlink("../../../../wfrun.lock", wf_join(p.arena, p.commit, "outside")), 0);
	CHECK_INT(symlink("/etc", wf_join(p.arena, p.commit, "etc")), 0);
	tree = find(&p, "acme", "one", SHA);
	CHECK(actions_read(p.arena, tree, "inside", 100, &text, &found, &err) && found);
	CHECK_STR(text, "text");
	CHECK(actions_read(p.arena, tree, "nothing", 100, &text, &found, &err) && !found);
	CHECK(!actions_read(p.arena, tree, "outside", 100, &text, &found, &err));
	CHECK(!actions_read(p.arena, tree, "etc/passwd", 1 << 20, &text, &found, &err));
	CHECK(!actions_read(p.arena, tree, "../" SHA "/below/f", 100, &text, &found, &err));
	CHECK(strstr(err.msg, "leads out"));
	forget(&p);
}

TEST(actions_local_repository_is_taken_apart)
{
	struct actions_name name;
	const char *dir;

	CHECK(actions_parse_local("acme/one@v1=../a=b", &name, &dir, NULL));
	CHECK_STR(name.owner, "acme");
	CHECK_STR(name.repo, "one");
	CHECK_STR(name.ref, "v1");
	CHECK_STR(wf_str(dir), "../a=b");
	CHECK(!actions_parse_local("acme/one@v1", &name, &dir, NULL));
	CHECK(!actions_parse_local("acme@v1=dir", &name, &dir, NULL));
	CHECK(!actions_parse_local("acme/one=dir", &name, &dir, NULL));
}
