/* SPDX-License-Identifier: MIT */
/* test_event.c - events out of SPEC, options and real repositories. */
#include "event/event.h"

#include "event/table.h"
#include "model/when.h"
#include "scratch.h"

static struct event
make(struct scratch *s, struct event_args args)
{
	struct wf_error err = { 0 };
	struct event event;
	bool ok;

	ok = event_make(s->arena, s->repo, &s->facts, &args, &event, &err);
	if (!ok)
		print_error("%s\n", err.msg);
	CHECK(ok);
	return event;
}

static struct event
make_spec(struct scratch *s, const char *spec)
{
	return make(s, (struct event_args){ .spec = spec });
}

static struct wf_error
refused(struct scratch *s, struct event_args args)
{
	struct wf_error err = { 0 };
	struct event event;

	CHECK(!event_make(s->arena, s->repo, &s->facts, &args, &event, &err));
	return err;
}

static struct wf_str
payload(struct scratch *s, const struct event *event, const char *path)
{
	return expr_path_str(s->arena, expr_object_value(event->payload), path);
}

static struct wf_str
sha_of(struct scratch *s, const char *rev)
{
	struct wf_str sha = WF_S("");

	repo_resolve(s->repo, s->arena, rev, &sha);
	return sha;
}

static struct wf_str
changes(struct scratch *s, const struct event *event)
{
	CHECK(event->has_changes);
	return scratch_changes(s, event->changes, event->nchanges);
}

/* A clone of SCRATCH_FIRST with a second commit that was not pushed. */
#define CLONE_AHEAD                                                                                \
	SCRATCH_FIRST                                                                              \
	"cd ..; git clone -q r c; cd c; git config user.name 'Ann Bee'; echo 2 >two; git add .;"   \
	"git commit -qm 'second thing'; "

/* ---- push ---- */

TEST(event_push_compares_with_what_the_remote_has)
{
	struct scratch s = scratch_new(CLONE_AHEAD "git commit -q --allow-empty -m third");
	struct event event;

	scratch_open(&s, "c");
	event = make(&s, (struct event_args){ 0 });
	CHECK_STR(event.name, "push");
	CHECK_STR(event.ref, "refs/heads/main");
	CHECK_STR(event.ref_name, "main");
	CHECK_STR(event.ref_type, "branch");
	CHECK_STR(event.filter_name, "main");
	CHECK_STR(event.actor, "Ann-Bee");
	CHECK_STR(changes(&s, &event), "A two");
	CHECK(!event.diff_from_worktree);
	CHECK(wf_str_eq(event.diff_base, sha_of(&s, "origin/main")));
	CHECK(wf_str_eq(payload(&s, &event, "before"), sha_of(&s, "origin/main")));
	CHECK(wf_str_eq(payload(&s, &event, "after"), sha_of(&s, "HEAD")));
	CHECK_STR(payload(&s, &event, "forced"), "false");
	CHECK_STR(payload(&s, &event, "created"), "false");
	CHECK_STR(payload(&s, &event, "head_commit.message"), "third");
	CHECK_STR(payload(&s, &event, "repository.full_name"), "local/r");
	CHECK_STR(payload(&s, &event, "pusher.name"), "Ann-Bee");
	CHECK_INT(expr_object_get(event.payload, WF_S("commits")).array->n, 2);
	scratch_close(&s);
}

TEST(event_push_counts_the_work_tree_as_committed)
{
	struct scratch s = scratch_new(CLONE_AHEAD "echo 3 >three; rm a.txt");
	struct event event;

	scratch_open(&s, "c");
	event = make_spec(&s, "push");
	CHECK_STR(changes(&s, &event), "D a.txt, A three, A two");
	CHECK(event.diff_from_worktree);
	event = make(&s, (struct event_args){ .committed = true });
	CHECK_STR(changes(&s, &event), "A two");
	CHECK(!event.diff_from_worktree);
	event = make(&s, (struct event_args){ .sha = "HEAD" });
	CHECK_STR(changes(&s, &event), "A two");
	scratch_close(&s);
}

TEST(event_push_of_what_is_pushed_already_is_the_last_commit)
{
	struct scratch s = scratch_new(CLONE_AHEAD "cd ../r; git checkout -q --detach; cd ../c;"
	                                           "git push -q");
	struct event event;

	scratch_open(&s, "c");
	event = make_spec(&s, "push");
	CHECK(wf_str_eq(payload(&s, &event, "before"), sha_of(&s, "HEAD~1")));
	CHECK_STR(changes(&s, &event), "A two");
	scratch_run(&s, "echo 3 >c/three");
	scratch_open(&s, "c");
	event = make_spec(&s, "push");
	CHECK(wf_str_eq(payload(&s, &event, "before"), sha_of(&s, "HEAD")));
	CHECK_STR(changes(&s, &event), "A three");
	scratch_close(&s);
}

TEST(event_push_after_a_rewrite_is_forced)
{
	struct scratch s = scratch_new(CLONE_AHEAD "git reset -q --hard HEAD~1;"
	                                           "git commit -q --amend -m other");
	struct event event;

	scratch_open(&s, "c");
	event = make_spec(&s, "push");
	CHECK_STR(payload(&s, &event, "forced"), "true");
	CHECK(wf_str_eq(payload(&s, &event, "before"), sha_of(&s, "origin/main")));
	CHECK_STR(changes(&s, &event), "");
	scratch_close(&s);
}

TEST(event_push_without_a_remote_is_the_last_commit)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "echo 2 >two; git add .; git commit -qm second");
	struct event event;

	scratch_open(&s, "r");
	event = make_spec(&s, "push=main");
	CHECK_STR(changes(&s, &event), "A two");
	scratch_run(&s, "cd r; git checkout -q --orphan new; git branch -D main;"
	                "git branch -m main; git commit -qm root");
	scratch_open(&s, "r");
	event = make_spec(&s, "push");
	CHECK_STR(payload(&s, &event, "before"), REPO_ZERO_SHA);
	CHECK_STR(payload(&s, &event, "created"), "true");
	CHECK_STR(changes(&s, &event), "A .gitignore, A a.txt, A src/b.py, A two");
	scratch_close(&s);
}

TEST(event_push_of_a_new_branch_compares_with_the_default_branch)
{
	struct scratch s = scratch_new(CLONE_AHEAD
	    "git checkout -q -b topic; echo t >t; git add .; git commit -qm t;"
	    "git checkout -q main; echo m >m; git add .; git commit -qm m");
	struct event event;

	scratch_open(&s, "c");
	event = make_spec(&s, "push=topic");
	CHECK_STR(event.ref, "refs/heads/topic");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "topic")));
	CHECK_STR(payload(&s, &event, "before"), REPO_ZERO_SHA);
	CHECK_STR(payload(&s, &event, "created"), "true");
	CHECK_STR(payload(&s, &event, "compare"), "https://github.com/local/r/compare/topic");
	CHECK_STR(changes(&s, &event), "A t, A two"); /* the server has neither */
	event = make_spec(&s, "push=unheard-of"); /* would be made from HEAD */
	CHECK(wf_str_eq(event.sha, sha_of(&s, "HEAD")));
	CHECK_STR(payload(&s, &event, "created"), "true");
	scratch_close(&s);
}

TEST(event_push_before_the_first_commit)
{
	struct scratch s = scratch_new("git init -q r; echo a >r/a");
	struct event event;

	scratch_open(&s, "r");
	event = make_spec(&s, "push");
	CHECK_STR(event.sha, REPO_ZERO_SHA);
	CHECK_STR(changes(&s, &event), "A a");
	CHECK_STR(payload(&s, &event, "head_commit"), "");
	scratch_close(&s);
}

TEST(event_push_in_a_shallow_clone_does_not_guess)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "echo 2 >two; git add .; git commit -qm 2; cd ..;"
	    "git clone -q --depth 1 \"file://$PWD/r\" c");
	struct event event;

	scratch_open(&s, "c");
	event = make_spec(&s, "push");
	CHECK(!event.has_changes);
	CHECK_STR(event.changes_unknown,
	    "a commit that they are counted from is not in this clone");
	CHECK_INT(payload(&s, &event, "before").n, 40);
	scratch_close(&s);
}

TEST(event_push_takes_facts_from_options)
{
	static const char *const paths[] = { "z", "a/b", NULL };
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "echo 2 >two; git add .; git commit -qm 2; echo 3 >three; git add .; git commit -qm 3");
	struct event event;

	scratch_open(&s, "r");
	event = make(&s,
	    (struct event_args){ .before = "HEAD~2", .sha = "HEAD~1", .actor = "bob" });
	CHECK_STR(changes(&s, &event), "A two");
	CHECK_STR(event.actor, "bob");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "HEAD~1")));
	event = make(&s, (struct event_args){ .changed = paths });
	CHECK_STR(changes(&s, &event), "M a/b, M z");
	event = make(&s, (struct event_args){ .ref = "refs/tags/v9" });
	CHECK_STR(event.ref_type, "tag");
	CHECK_STR(event.ref_name, "v9");
	CHECK(strstr(refused(&s, (struct event_args){ .sha = "nope" }).msg, "--sha nope"));
	CHECK(strstr(refused(&s, (struct event_args){ .before = "nope" }).msg, "--before nope"));
	CHECK(strstr(refused(&s, (struct event_args){ .spec = "pr", .base = "nope" }).msg,
	    "--base"));
	scratch_close(&s);
}

TEST(event_tag_need_not_exist)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git tag -a -m one v1; git commit -q --allow-empty -m 2");
	struct event event;

	scratch_open(&s, "r");
	event = make_spec(&s, "tag=v1");
	CHECK_STR(event.name, "push");
	CHECK_STR(event.ref, "refs/tags/v1");
	CHECK_STR(event.ref_type, "tag");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "HEAD~1")));
	CHECK(!event.has_changes && event.changes_unknown.n == 0);
	event = make_spec(&s, "tag=v2");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "HEAD")));
	CHECK_STR(event.filter_name, "v2");
	CHECK_STR(payload(&s, &event, "ref"), "refs/tags/v2");
	CHECK_STR(payload(&s, &event, "before"), REPO_ZERO_SHA);
	CHECK_STR(payload(&s, &event, "created"), "true");
	CHECK_STR(payload(&s, &event, "base_ref"), "refs/heads/main");
	CHECK_INT(expr_object_get(event.payload, WF_S("commits")).array->n, 0);
	CHECK(strstr(refused(&s, (struct event_args){ .spec = "tag" }).msg, "tag=v1.0"));
	CHECK(strstr(refused(&s, (struct event_args){ .spec = "tag=" }).msg, "needs a value"));
	scratch_close(&s);
}

TEST(event_skip_ci_is_read_from_the_head_commit)
{
	static const struct {
		const char *message, *spec;
		bool skips;
	} rows[] = {
		{ "fix [skip ci]", "push", true },
		{ "x\n\n[no ci]", "push", true },
		{ "[actions skip] x", "pr", true },
		{ "fix [skip ci]", "tag=v1", true },
		{ "fix [skip ci]", "dispatch", false },
		{ "fix [skip ci]", "pull_request_target", false },
		{ "skip ci", "push", false },
		{ "x\n\n\nskip-checks: true", "push", true },
		{ "x\n\n\nskip-checks:true\n", "push", true },
		{ "x\n\nskip-checks: true", "push", false },
	};
	struct scratch s = scratch_new(SCRATCH_FIRST);

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		scratch_run(&s,
		    wf_strf(s.arena, "cd r; git commit -q --cleanup=verbatim --allow-empty -m '%s'",
		        rows[i].message)
		        .p);
		scratch_open(&s, "r");
		CHECK(make_spec(&s, rows[i].spec).skip_ci == rows[i].skips);
	}
	scratch_close(&s);
}

/* ---- pull requests ---- */

TEST(event_pr_compares_with_the_merge_base)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git checkout -q -b topic; echo t >t; git add .; git commit -qm 'Topic: t';"
	    "git checkout -q main; echo m >m; git add .; git commit -qm m; git checkout -q topic");
	struct event event;

	scratch_open(&s, "r");
	event = make_spec(&s, "pr");
	CHECK_STR(event.name, "pull_request");
	CHECK_STR(event.action, "opened");
	CHECK_STR(event.ref, "refs/pull/1/merge");
	CHECK_STR(event.ref_name, "1/merge");
	CHECK_STR(event.ref_type, "branch");
	CHECK_STR(event.head_ref, "topic");
	CHECK_STR(event.base_ref, "main");
	CHECK_STR(event.filter_name, "main");
	CHECK_STR(changes(&s, &event), "A t");
	CHECK_STR(payload(&s, &event, "action"), "opened");
	CHECK_STR(payload(&s, &event, "number"), "1");
	CHECK_STR(payload(&s, &event, "pull_request.title"), "Topic: t");
	CHECK_STR(payload(&s, &event, "pull_request.head.ref"), "topic");
	CHECK_STR(payload(&s, &event, "pull_request.base.ref"), "main");
	CHECK(wf_str_eq(payload(&s, &event, "pull_request.base.sha"), sha_of(&s, "main")));
	CHECK(wf_str_eq(payload(&s, &event, "pull_request.head.sha"), sha_of(&s, "topic")));
	CHECK_STR(payload(&s, &event, "pull_request.commits"), "1");
	CHECK_STR(payload(&s, &event, "pull_request.changed_files"), "1");
	scratch_run(&s,
	    "cd r; git checkout -q main; git checkout -q -b release; git checkout -q topic");
	event = make_spec(&s, "pr=release");
	CHECK_STR(event.base_ref, "release");
	CHECK(strstr(refused(&s, (struct event_args){ .spec = "pr=none" }).msg,
	    "no branch 'none'"));
	scratch_close(&s);
}

TEST(event_pr_trusts_the_base_of_the_server)
{
	struct scratch s = scratch_new(CLONE_AHEAD
	    "cd ../r; git checkout -q --detach; cd ../c;"
	    "git push -q; git checkout -q -b topic; echo t >t;"
	    "git add .; git commit -qm t; git branch -f main "
	    "HEAD~2");
	struct event event;

	scratch_open(&s, "c"); /* the local main is behind: its changes are not the topic's */
	event = make_spec(&s, "pr");
	CHECK_STR(changes(&s, &event), "A t");
	scratch_close(&s);
}

TEST(event_pr_counts_the_work_tree)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "git checkout -q -b topic; echo t >t");
	struct event event;

	scratch_open(&s, "r");
	event = make_spec(&s, "pull_request:synchronize");
	CHECK_STR(changes(&s, &event), "A t");
	CHECK(event.diff_from_worktree);
	CHECK_STR(event.action, "synchronize");
	CHECK(wf_str_eq(payload(&s, &event, "after"), sha_of(&s, "HEAD")));
	scratch_close(&s);
}

TEST(event_pull_request_target_stands_on_the_default_branch)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git checkout -q -b topic; echo t >t; git add .; git commit -qm t");
	struct event event;

	scratch_open(&s, "r");
	event = make_spec(&s, "pull_request_target");
	CHECK_STR(event.ref, "refs/heads/main");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "main")));
	CHECK_STR(event.head_ref, "topic");
	CHECK_STR(event.base_ref, "main");
	CHECK(wf_str_eq(payload(&s, &event, "pull_request.head.sha"), sha_of(&s, "topic")));
	CHECK_STR(changes(&s, &event), "A t");
	scratch_close(&s);
}

/* ---- the others ---- */

TEST(event_on_the_default_branch_whatever_is_checked_out)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "git checkout -q -b topic;"
	                                             "git commit -q --allow-empty -m t");
	struct event event;

	scratch_open(&s, "r");
	event = make_spec(&s, "schedule=0 2 * * 0");
	CHECK_STR(event.ref, "refs/heads/main");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "main")));
	CHECK_STR(payload(&s, &event, "schedule"), "0 2 * * 0");
	CHECK(!event.has_changes);
	event = make_spec(&s, "issues:labeled");
	CHECK_STR(event.ref, "refs/heads/main");
	CHECK_STR(event.action, "labeled");
	CHECK_STR(payload(&s, &event, "issue.state"), "open");
	event = make_spec(&s, "repository_dispatch:go");
	CHECK_STR(payload(&s, &event, "action"), "go");
	scratch_close(&s);
}

TEST(event_dispatch_takes_branch_or_tag)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "git tag v1; git checkout -q -b topic;"
	                                             "git commit -q --allow-empty -m t");
	struct event event;

	scratch_open(&s, "r");
	event = make_spec(&s, "dispatch");
	CHECK_STR(event.name, "workflow_dispatch");
	CHECK_STR(event.ref, "refs/heads/topic");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "topic")));
	event = make_spec(&s, "dispatch=main");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "main")));
	event = make_spec(&s, "workflow_dispatch=v1");
	CHECK_STR(event.ref, "refs/tags/v1");
	CHECK_STR(event.ref_type, "tag");
	CHECK(strstr(refused(&s, (struct event_args){ .spec = "dispatch=none" }).msg, "'none'"));
	scratch_close(&s);
}

TEST(event_release_stands_on_its_tag)
{
	struct scratch s = scratch_new(SCRATCH_FIRST);
	struct event event;

	scratch_open(&s, "r");
	event = make_spec(&s, "release=v3");
	CHECK_STR(event.ref, "refs/tags/v3");
	CHECK_STR(event.action, "published");
	CHECK_STR(payload(&s, &event, "release.tag_name"), "v3");
	CHECK(strstr(refused(&s, (struct event_args){ .spec = "release" }).msg, "release=v1.0"));
	scratch_close(&s);
}

TEST(event_workflow_run_by_name)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "git checkout -q -b topic");
	struct event event;

	scratch_open(&s, "r");
	event = make_spec(&s, "workflow_run=CI");
	CHECK_STR(event.action, "completed");
	CHECK_STR(event.ref, "refs/heads/main");
	CHECK_STR(event.filter_name, "topic");
	CHECK_STR(payload(&s, &event, "workflow_run.name"), "CI");
	CHECK_STR(payload(&s, &event, "workflow_run.conclusion"), "success");
	CHECK(refused(&s, (struct event_args){ .spec = "workflow_run" }).hint[0]);
	scratch_close(&s);
}

TEST(event_names_are_checked_and_near_ones_offered)
{
	struct scratch s = scratch_new(SCRATCH_FIRST);
	const struct wf_str *names;
	struct wf_error err;
	size_t n = event_names(s.arena, &names);

	scratch_open(&s, "r");
	err = refused(&s, (struct event_args){ .spec = "pul_request" });
	CHECK_STR(wf_str(err.msg), "there is no event 'pul_request'");
	CHECK_STR(wf_str(err.hint), "did you mean 'pull_request'?");
	CHECK_INT(err.kind, WF_ERR_USAGE);
	err = refused(&s, (struct event_args){ .spec = "pull_request:openned" });
	CHECK_STR(wf_str(err.hint), "did you mean 'opened'?");
	err = refused(&s, (struct event_args){ .spec = "push:opened" });
	CHECK_STR(wf_str(err.msg), "the event 'push' has no activity types");
	err = refused(&s, (struct event_args){ .spec = "fork=x" });
	CHECK_STR(wf_str(err.msg), "the event 'fork' takes no value");
	CHECK(strstr(refused(&s, (struct event_args){ .spec = "workflow_call" }).hint, "calls it"));
	for (size_t i = 0; i < n; i++) {
		CHECK(i == 0 || wf_str_cmp(names[i - 1], names[i]) < 0);
		if (!wf_str_is(names[i], "release") && !wf_str_is(names[i], "workflow_run"))
			CHECK_STR(make_spec(&s, names[i].p).name, names[i].p);
	}
	scratch_close(&s);
}

TEST(event_table_knows_its_own_types)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const struct wf_str *names;
	size_t n = event_names(arena, &names);

	for (size_t i = 0; i < n; i++) {
		const struct event_def *def = event_def_find(names[i]);
		struct wf_str rest = wf_str(def->woken_by);

		CHECK(event_types_have(def->types, wf_str(def->usual)));
		while (rest.n > 0)
			CHECK(event_types_have(def->types, wf_str_cut(&rest, ' ')));
	}
}

/* ---- payload files ---- */

TEST(event_payload_file_is_merged_and_believed)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "cat >../p.json <<'E'\n"
	    "{\"number\":7,\"action\":\"labeled\",\"label\":{\"name\":\"bug\"},\"pull_request\":"
	    "{\"draft\":true,\"head\":{\"ref\":\"theirs\"},\"base\":{\"ref\":\"main\"}},"
	    "\"sender\":{\"login\":\"carol\"}}\nE\n"
	    "echo '[1]' >../list.json; echo '{' >../bad.json");
	struct event_args args = { .spec = "pr" };
	struct event event;

	scratch_open(&s, "r");
	args.payload_file = wf_join(s.arena, s.dir, "p.json");
	event = make(&s, args);
	CHECK_STR(event.ref, "refs/pull/7/merge");
	CHECK_STR(event.action, "labeled");
	CHECK_STR(event.head_ref, "theirs");
	CHECK_STR(event.actor, "carol");
	CHECK_STR(payload(&s, &event, "label.name"), "bug");
	CHECK_STR(payload(&s, &event, "pull_request.draft"), "true");
	CHECK_STR(payload(&s, &event, "pull_request.head.ref"), "theirs");
	CHECK_STR(payload(&s, &event, "pull_request.head.repo.name"), "r");
	CHECK_STR(event.payload->pairs[0].key, "action"); /* in the order of the keys */
	args.payload_file = wf_join(s.arena, s.dir, "list.json");
	CHECK(strstr(refused(&s, args).msg, "JSON object"));
	args.payload_file = wf_join(s.arena, s.dir, "bad.json");
	CHECK(refused(&s, args).pos.file != NULL);
	args.payload_file = wf_join(s.arena, s.dir, "none.json");
	CHECK(strstr(refused(&s, args).msg, "none.json"));
	scratch_close(&s);
}

TEST(event_push_that_deletes_has_no_changes)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "echo '{\"deleted\":true,\"ref\":\"refs/heads/old\"}' >../p.json");
	struct event event;

	scratch_open(&s, "r");
	event = make(&s, (struct event_args){ .payload_file = wf_join(s.arena, s.dir, "p.json") });
	CHECK_STR(event.ref, "refs/heads/old");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "main")));
	CHECK_STR(changes(&s, &event), "");
	CHECK_STR(payload(&s, &event, "after"), REPO_ZERO_SHA);
	scratch_close(&s);
}

TEST(event_is_the_same_each_time)
{
	struct scratch s = scratch_new(SCRATCH_FIRST);
	wf_auto(wf_buf_release) struct wf_buf one = WF_BUF_INIT;
	wf_auto(wf_buf_release) struct wf_buf two = WF_BUF_INIT;

	scratch_open(&s, "r");
	expr_json_compact(&one, expr_object_value(make_spec(&s, "pr").payload));
	expr_json_compact(&two, expr_object_value(make_spec(&s, "pr").payload));
	CHECK(wf_str_eq(wf_buf_str(&one), wf_buf_str(&two)));
	scratch_close(&s);
}

/* ---- github and inputs ---- */

TEST(event_github_has_what_the_server_sets)
{
	struct scratch s = scratch_new(SCRATCH_FIRST "git checkout -q -b topic");
	struct event_run run = { .workflow = WF_S("CI"),
		.workflow_path = WF_S(".github/workflows/ci.yml"),
		.run_id = 12,
		.run_number = 3,
		.run_attempt = 1,
		.workflow_ref_branch = WF_S("refs/heads/main"),
		.workflow_sha = WF_S("abc") };
	struct expr_value github;
	struct event event;

	scratch_open(&s, "r");
	event = make(&s, (struct event_args){ .spec = "pr", .actor = "ann" });
	github = expr_object_value(event_github(s.arena, &event, &s.facts, &run));
	CHECK_STR(expr_path_str(s.arena, github, "workflow_ref"),
	    "local/r/.github/workflows/ci.yml@refs/heads/main");
	CHECK_STR(expr_path_str(s.arena, github, "run_id"), "12");
	CHECK_INT(expr_path(github, "run_id").kind, EXPR_STRING);
	CHECK_INT(expr_path(github, "repository_id").kind, EXPR_STRING);
	CHECK_STR(expr_path_str(s.arena, github, "base_ref"), "main");
	CHECK_STR(expr_path_str(s.arena, github, "triggering_actor"), "ann");
	CHECK_STR(expr_path_str(s.arena, github, "event.pull_request.head.ref"), "topic");
	CHECK_STR(expr_path_str(s.arena, github, "repositoryUrl"), "git://github.com/local/r.git");
	event = make_spec(&s, "schedule");
	run.cron = WF_S("1 2 * * *");
	github = expr_object_value(event_github(s.arena, &event, &s.facts, &run));
	CHECK_STR(expr_path_str(s.arena, github, "event.schedule"), "1 2 * * *");
	CHECK_STR(expr_path_str(s.arena, github, "event.workflow"), ".github/workflows/ci.yml");
	CHECK_STR(expr_path_str(s.arena, github, "base_ref"), "");
	scratch_close(&s);
}

static struct expr_token literals[] = {
	{ .kind = EXPR_TOKEN_LITERAL, .literal = { .kind = EXPR_BOOL, .boolean = true } },
	{ .kind = EXPR_TOKEN_LITERAL, .literal = { .kind = EXPR_NUMBER, .number = 4 } },
};
static struct wf_str places[] = { { "dev", 3 }, { "prod", 4 } };
static struct when_input declared[] = {
	{ .id = { "name", 4 }, .type = WHEN_INPUT_STRING, .required = true },
	{ .id = { "flag", 4 }, .type = WHEN_INPUT_BOOLEAN, .fallback = &literals[0] },
	{ .id = { "count", 5 }, .type = WHEN_INPUT_NUMBER, .fallback = &literals[1] },
	{ .id = { "where", 5 }, .type = WHEN_INPUT_CHOICE, .options = places, .noptions = 2 },
	{ .id = { "other", 5 }, .type = WHEN_INPUT_BOOLEAN },
};
static const struct when_event dispatch = { .inputs = declared, .ninputs = WF_COUNT(declared) };

/* Inputs as NAME VALUE NAME VALUE..., NULL-ended. */
static bool
inputs(struct wf_arena *arena, const char *const *given, struct expr_object **out,
    struct wf_error *err)
{
	struct event event = { .inputs = expr_object_new(arena) };

	for (; *given; given += 2)
		expr_object_set(event.inputs, wf_str(given[0]), expr_cstring(given[1]));
	return event_inputs(arena, &event, &dispatch, out, err);
}

TEST(event_inputs_have_types_and_defaults)
{
	static const char *const given[] = { "NAME", "x", "flag", "false", NULL };
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf json = WF_BUF_INIT;
	struct expr_object *out;
	struct wf_error err;

	CHECK(inputs(arena, given, &out, &err));
	expr_json_compact(&json, expr_object_value(out));
	CHECK_STR(wf_buf_str(&json),
	    "{\"name\":\"x\",\"flag\":false,\"count\":4,\"where\":\"dev\",\"other\":false}");
}

TEST(event_inputs_refuse_what_does_not_fit)
{
	static const struct {
		const char *given[5], *msg;
	} rows[] = {
		{ { NULL }, "Required input 'name' not provided" },
		{ { "name", "x", "nmae", "y", NULL }, "Unexpected inputs provided: [\"nmae\"]" },
		{ { "name", "x", "flag", "yes", NULL },
		    "Provided value 'yes' for input 'flag' is not a boolean: true or false" },
		{ { "name", "x", "count", "many", NULL },
		    "Provided value 'many' for input 'count' is not a number" },
		{ { "name", "x", "where", "moon", NULL },
		    "Provided value 'moon' for input 'where' not in the list of allowed values" },
	};
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_object *out;
	struct wf_error err;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		CHECK(!inputs(arena, rows[i].given, &out, &err));
		CHECK_STR(wf_str(err.msg), rows[i].msg);
		CHECK_INT(err.kind, WF_ERR_USAGE);
		CHECK(err.hint[0] != '\0');
	}
}

TEST(event_dispatch_payload_has_inputs_as_text)
{
	struct scratch s = scratch_new(SCRATCH_FIRST);
	struct event_args args = { .spec = "dispatch", .inputs = expr_object_new(s.arena) };
	struct event_run run = { .workflow_path = WF_S(".github/workflows/d.yml") };
	struct expr_object *typed;
	struct expr_value github;
	struct wf_error err;
	struct event event;

	scratch_open(&s, "r");
	expr_object_set(args.inputs, WF_S("name"), expr_cstring("x"));
	event = make(&s, args);
	CHECK(event_inputs(s.arena, &event, &dispatch, &typed, &err));
	run.inputs = typed;
	github = expr_object_value(event_github(s.arena, &event, &s.facts, &run));
	CHECK_INT(expr_path(github, "event.inputs.flag").kind, EXPR_STRING);
	CHECK_STR(expr_path_str(s.arena, github, "event.inputs.flag"), "true");
	CHECK_STR(expr_path_str(s.arena, github, "event.inputs.name"), "x");
	CHECK_STR(expr_path_str(s.arena, github, "event.workflow"), ".github/workflows/d.yml");
	CHECK_STR(expr_path_str(s.arena, github, "event.ref"), "refs/heads/main");
	CHECK(expr_path(expr_object_value(event.payload), "inputs.flag").kind == EXPR_NULL);
	scratch_close(&s);
}
