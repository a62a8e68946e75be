/* SPDX-License-Identifier: MIT */
/* test_event_facts.c - what git says in repositories of every shape, and what is believed more. */
#include "event/event.h"
#include "event/trigger.h"
#include "scratch.h"

static struct event
make(struct scratch *s, struct event_args args)
{
	struct wf_error err = { 0 };
	struct event event;
	bool ok = event_make(s->arena, s->repo, &s->facts, &args, &event, &err);

	if (!ok)
		print_error("%s\n", err.msg);
	CHECK(ok);
	return event;
}

/* An event with this JSON merged over its payload. */
static struct event
make_with(struct scratch *s, struct event_args args, const char *json)
{
	const char *path = wf_join(s->arena, s->dir, "payload.json");
	FILE *f = fopen(path, "we");

	CHECK(f != NULL);
	fputs(json, f);
	fclose(f);
	args.payload_file = path;
	return make(s, args);
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

	CHECK(repo_resolve(s->repo, s->arena, rev, &sha));
	return sha;
}

static struct wf_str
changes(struct scratch *s, const struct event *event)
{
	CHECK(event->has_changes);
	return scratch_changes(s, event->changes, event->nchanges);
}

#define SECOND SCRATCH_FIRST "echo 2 >two; git add .; git commit -qm second;"

/* ---- shapes of repositories ---- */

TEST(facts_of_a_worktree_are_its_own)
{
	struct scratch s = scratch_new(SECOND
	    "git worktree add -q -b side ../w HEAD~1; cd ../w; echo s >s; git add .;"
	    "git commit -qm side; echo dirty >dirty");
	struct event event;

	scratch_open(&s, "w");
	CHECK_STR(s.facts.default_branch, "main");
	CHECK_STR(s.facts.head_branch, "side");
	event = make(&s, (struct event_args){ 0 });
	CHECK_STR(event.ref, "refs/heads/side");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "side")));
	event = make(&s, (struct event_args){ .spec = "pr" });
	CHECK_STR(changes(&s, &event), "A dirty, A s");
	CHECK_STR(event.base_ref, "main");
	CHECK(wf_str_eq(event.diff_base, sha_of(&s, "main~1")));
	scratch_close(&s);
}

TEST(facts_of_a_submodule_are_those_inside)
{
	struct scratch s = scratch_new(SECOND
	    "git remote add origin https://github.com/octo/inner.git; cd ..;"
	    "git init -q outer; cd outer; git submodule add -q ../r sub 2>/dev/null;"
	    "git commit -qm outer; cd sub; git remote set-url origin git@github.com:octo/inner.git;"
	    "git config user.name x; echo n >n; git add .; git commit -qm n");
	struct event event;

	scratch_open(&s, "outer/sub");
	CHECK_STR(s.facts.full_name, "octo/inner");
	event = make(&s, (struct event_args){ 0 });
	CHECK_STR(changes(&s, &event), "A n");
	scratch_open(&s, "outer"); /* there the submodule is a file that changed */
	event = make(&s, (struct event_args){ .before = "HEAD" });
	CHECK_STR(changes(&s, &event), "M sub");
	event = make(&s, (struct event_args){ .committed = true });
	CHECK_STR(changes(&s, &event), "A .gitmodules, A sub");
	scratch_close(&s);
}

TEST(facts_of_a_shallow_clone_reach_as_far_as_it_does)
{
	struct scratch s = scratch_new(SECOND
	    "echo 3 >three; git add .; git commit -qm third; git checkout -q -b topic;"
	    "echo t >t; git add .; git commit -qm t; cd ..;"
	    "git clone -q --depth 2 --branch topic \"file://$PWD/r\" c");
	struct event event;

	scratch_open(&s, "c");
	event = make(&s, (struct event_args){ 0 });
	CHECK_STR(changes(&s, &event), "A t"); /* its parent is here */
	event = make(&s, (struct event_args){ .spec = "pr=main", .base = "HEAD~1" });
	CHECK_STR(changes(&s, &event), "A t");
	event = make(&s, (struct event_args){ .sha = "HEAD~1" });
	CHECK_STR(changes(&s, &event), "D t"); /* the remote is ahead */
	CHECK_STR(payload(&s, &event, "forced"), "true");
	event = make(&s, (struct event_args){ .spec = "pr=main", .base = "HEAD" });
	CHECK_STR(changes(&s, &event), "");
	event = make_with(&s, (struct event_args){ .spec = "pr" },
	    "{\"pull_request\":{\"base\":{\"ref\":\"main\"}}}");
	CHECK_STR(event.changes_unknown, "the base branch is not in this clone");
	scratch_close(&s);
}

TEST(facts_of_a_detached_head_take_the_default_branch)
{
	struct scratch s = scratch_new(SECOND "git checkout -q --detach HEAD~1");
	struct event event;

	scratch_open(&s, "r");
	CHECK_STR(s.facts.head_branch, "");
	event = make(&s, (struct event_args){ .spec = "push" });
	CHECK_STR(event.ref, "refs/heads/main");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "main")));
	CHECK_STR(changes(&s, &event), "A two");
	event = make(&s, (struct event_args){ .spec = "dispatch" });
	CHECK_STR(event.ref, "refs/heads/main");
	scratch_close(&s);
}

TEST(facts_name_the_commit_that_workflows_are_read_from)
{
	static const struct {
		const char *spec, *sha, *rev; /* NULL: the work tree */
		bool committed;
	} rows[] = {
		{ "issues", NULL, "main", false },
		{ "schedule", NULL, "main", false },
		{ "repository_dispatch", NULL, "main", false },
		{ "pull_request_target", NULL, "main", false },
		{ "workflow_run=CI", NULL, "main", false },
		{ "push", NULL, NULL, false },
		{ "push", NULL, "HEAD", true },
		{ "push=main", NULL, "main", false },
		{ "push", "main", "main", false },
		{ "tag=new", NULL, NULL, false },
		{ "tag=there", NULL, "there", false },
		{ "pr", NULL, NULL, false },
		{ "dispatch", NULL, NULL, false },
		{ "release=v1", NULL, NULL, false },
	};
	struct scratch s = scratch_new(SECOND "git tag there; git checkout -q -b dev HEAD~1");

	scratch_open(&s, "r");
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct event_args args = { .spec = rows[i].spec,
			.sha = rows[i].sha,
			.committed = rows[i].committed };
		struct event event = make(&s, args);
		const char *rev = event_commit_rev(s.arena, s.repo, &s.facts, &args, &event);

		CHECK_STR(wf_str(rev ? rev : "the work tree"),
		    rows[i].rev ? rows[i].rev : "the work tree");
	}
	scratch_close(&s);
}

TEST(facts_find_the_default_branch_here_or_on_the_remote)
{
	static const struct event_args plain, committed = { .committed = true };
	struct scratch s = scratch_new(SECOND
	    "cd ..; git clone -q r c; cd c; "
	    "git checkout -q --detach HEAD~1; git branch -qD main");

	scratch_open(&s, "c");
	CHECK_STR(wf_str(event_default_rev(s.arena, s.repo, &s.facts, &plain)), "origin/main");
	scratch_open(&s, "r");
	CHECK(event_default_rev(s.arena, s.repo, &s.facts, &plain) == NULL);
	CHECK_STR(wf_str(event_default_rev(s.arena, s.repo, &s.facts, &committed)), "HEAD");
	scratch_close(&s);
}

TEST(facts_without_a_commit_leave_no_event_out)
{
	static const char *const specs[] = { "push", "pr", "tag=v1", "dispatch", "schedule",
		"release=v1", "pull_request_target", "merge_group", "workflow_run=CI", "delete=x",
		"deployment", "check_run", "status" };
	struct scratch s = scratch_new("git init -q r; echo a >r/a");
	struct event event;

	scratch_open(&s, "r");
	for (size_t i = 0; i < WF_COUNT(specs); i++)
		CHECK_STR(make(&s, (struct event_args){ .spec = specs[i] }).sha, REPO_ZERO_SHA);
	event = make(&s, (struct event_args){ .spec = "pr" });
	CHECK_STR(changes(&s, &event), "A a");
	scratch_close(&s);
}

TEST(facts_of_a_push_with_a_rename_have_both_names)
{
	struct scratch s = scratch_new(SECOND "git mv two zwei; git commit -qm rename");
	struct event event;

	scratch_open(&s, "r");
	event = make(&s, (struct event_args){ 0 });
	CHECK_STR(changes(&s, &event), "D two, A zwei");
	scratch_close(&s);
}

TEST(facts_of_a_long_push_leave_paths_unasked)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git tag start; for i in $(seq 1001); do printf 'commit refs/heads/main\\n"
	    "committer A <a@b> 17000%05d +0000\\ndata 2\\nx\\nM 100644 inline f%s\\ndata 1\\nx\\n' "
	    "$i $i; [ $i = 1 ] && echo 'from refs/heads/main^0' >/dev/null; done >../stream;"
	    "sed -i '4a from refs/tags/start^0' ../stream;"
	    "git fast-import --quiet --force <../stream; git reset -q --hard");
	struct event event;

	scratch_open(&s, "r");
	event = make(&s, (struct event_args){ .before = "start" });
	CHECK_STR(event.changes_unknown, "the push has more than 1,000 commits");
	event = make(&s, (struct event_args){ .before = "start", .sha = "HEAD~1" });
	CHECK_INT(event.nchanges, 1000);
	scratch_close(&s);
}

/* ---- what is believed more than git ---- */

TEST(facts_follow_a_deletion)
{
	struct scratch s = scratch_new(SECOND "git branch old HEAD~1");
	struct event event;

	scratch_open(&s, "r");
	event = make_with(&s, (struct event_args){ .spec = "push=old" },
	    "{\"after\":\"" REPO_ZERO_SHA "\"}");
	CHECK_STR(payload(&s, &event, "deleted"), "true");
	CHECK_STR(payload(&s, &event, "created"), "false");
	CHECK_STR(payload(&s, &event, "forced"), "false");
	CHECK(wf_str_eq(payload(&s, &event, "before"), sha_of(&s, "old")));
	CHECK(wf_str_eq(event.sha, sha_of(&s, "main")));
	CHECK_STR(changes(&s, &event), "");
	event = make_with(&s, (struct event_args){ .spec = "delete=v9" }, "{\"ref_type\":\"tag\"}");
	CHECK_STR(payload(&s, &event, "ref"), "v9");
	CHECK_STR(payload(&s, &event, "ref_type"), "tag");
	CHECK_STR(event.ref, "refs/heads/main");
	scratch_close(&s);
}

TEST(facts_follow_a_merge)
{
	struct scratch s = scratch_new(SECOND "git checkout -q -b topic HEAD~1; echo t >t;"
	                                      "git add .; git commit -qm t");
	struct event event;

	scratch_open(&s, "r");
	event = make_with(&s, (struct event_args){ .spec = "pull_request:closed" },
	    "{\"pull_request\":{\"merged\":true}}");
	CHECK_STR(event.ref, "refs/heads/main");
	CHECK_STR(event.ref_name, "main");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "main")));
	CHECK_STR(event.head_ref, "topic");
	CHECK_STR(changes(&s, &event), "A t");
	CHECK(wf_str_eq(payload(&s, &event, "pull_request.head.sha"), sha_of(&s, "topic")));
	CHECK_STR(payload(&s, &event, "pull_request.merged_by.login"), event.actor.p);
	event = make(&s, (struct event_args){ .spec = "pull_request:closed" });
	CHECK_STR(event.ref, "refs/pull/1/merge");
	CHECK_STR(payload(&s, &event, "pull_request.merged"), "false");
	scratch_close(&s);
}

TEST(facts_follow_the_payload)
{
	static const struct {
		const char *spec, *json, *ref, *head_ref, *filtered;
	} rows[] = {
		{ "push", "{\"ref\":\"refs/heads/dev\"}", "refs/heads/dev", "", "dev" },
		{ "push", "{\"ref\":\"refs/tags/v2\"}", "refs/tags/v2", "", "v2" },
		{ "pr", "{\"number\":3,\"pull_request\":{\"head\":{\"ref\":\"fork\"}}}",
		    "refs/pull/3/merge", "fork", "main" },
		{ "pr", "{\"pull_request\":{\"number\":4,\"base\":{\"ref\":\"dev\"}}}",
		    "refs/pull/4/merge", "topic", "dev" },
		{ "release", "{\"release\":{\"tag_name\":\"v3\"}}", "refs/tags/v3", "", "v3" },
		{ "create", "{\"ref\":\"v4\",\"ref_type\":\"tag\"}", "refs/tags/v4", "", "v4" },
		{ "dispatch", "{\"ref\":\"main\"}", "refs/heads/main", "", "main" },
		{ "dispatch", "{\"ref\":\"refs/tags/v1\"}", "refs/tags/v1", "", "v1" },
		{ "deployment", "{\"deployment\":{\"ref\":\"v1\"}}", "refs/tags/v1", "", "v1" },
		{ "deployment_status", "{\"deployment\":{\"ref\":\"main\"}}", "refs/heads/main", "",
		    "main" },
		{ "merge_group",
		    "{\"merge_group\":{\"base_ref\":\"refs/heads/dev\",\"head_ref\":"
		    "\"refs/heads/gh-readonly-queue/dev/pr-1-x\"}}",
		    "refs/heads/gh-readonly-queue/dev/pr-1-x", "", "dev" },
		{ "workflow_run", "{\"workflow_run\":{\"name\":\"CI\",\"head_branch\":\"far\"}}",
		    "refs/heads/main", "", "far" },
	};
	struct scratch s = scratch_new(SECOND "git tag v1; git checkout -q -b topic");

	scratch_open(&s, "r");
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct event event = make_with(&s, (struct event_args){ .spec = rows[i].spec },
		    rows[i].json);

		CHECK_STR(event.ref, rows[i].ref);
		CHECK_STR(event.head_ref, rows[i].head_ref);
		CHECK_STR(event.filter_name, rows[i].filtered);
	}
	scratch_close(&s);
}

TEST(facts_of_a_deployed_commit_have_no_ref)
{
	struct scratch s = scratch_new(SECOND);
	struct event event;
	struct wf_str sha;

	scratch_open(&s, "r");
	sha = sha_of(&s, "HEAD~1");
	event = make_with(&s, (struct event_args){ .spec = "deployment" },
	    wf_strf(s.arena, "{\"deployment\":{\"ref\":\"%.*s\",\"sha\":\"%.*s\"}}", WF_ARG(sha),
	        WF_ARG(sha))
	        .p);
	CHECK_STR(event.ref, "");
	CHECK(wf_str_eq(event.sha, sha));
	CHECK(wf_str_eq(payload(&s, &event, "deployment.ref"), sha));
	scratch_close(&s);
}

TEST(facts_of_a_moved_tag_are_forced)
{
	struct scratch s = scratch_new(SECOND "git tag v1");
	struct event event;

	scratch_open(&s, "r");
	event = make(&s, (struct event_args){ .spec = "tag=v1", .before = "HEAD~1" });
	CHECK_STR(payload(&s, &event, "created"), "false");
	CHECK_STR(payload(&s, &event, "forced"), "false");
	CHECK(wf_str_eq(payload(&s, &event, "before"), sha_of(&s, "HEAD~1")));
	CHECK(!event.has_changes);
	scratch_close(&s);
}

TEST(facts_of_options_hold_for_what_follows_a_run)
{
	struct scratch s = scratch_new(SECOND "git checkout -q -b topic");
	struct event event;

	scratch_open(&s, "r");
	event = make(&s,
	    (struct event_args){ .spec = "workflow_run=CI", .ref = "dev", .sha = "HEAD~1" });
	CHECK_STR(event.ref, "refs/heads/dev");
	CHECK_STR(event.ref_name, "dev");
	CHECK(wf_str_eq(event.sha, sha_of(&s, "HEAD~1")));
	CHECK_STR(event.filter_name, "topic");
	event = make(&s, (struct event_args){ .spec = "pr", .base = "topic" });
	CHECK_STR(event.base_ref, "topic");
	scratch_close(&s);
}

/* ---- skip-checks ---- */

TEST(facts_of_a_message_may_skip_with_a_trailer)
{
	static const struct {
		const char *message;
		bool skips;
	} rows[] = {
		{ "x\n\n\nskip-checks: true\nSigned-off-by: A <a@b>", true },
		{ "x\n\nbody\n\n\nskip-checks:true\n\n", true },
		{ "x\n\n\nSigned-off-by: A <a@b>\nskip-checks: true", false },
		{ "x\n\n\nskip-checks: true\nand more text", false },
		{ "x\n\n\nskip-checks: true\n\nA: b", false },
		{ "x\n\n\nskip-checks: false", false },
		{ "skip-checks: true", false },
		{ "x [ci skip] y", true },
		{ "x [skip actions]", true },
		{ "x [SKIP CI]", false },
	};
	struct scratch s = scratch_new(SCRATCH_FIRST);

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		scratch_run(&s,
		    wf_strf(s.arena, "cd r; git commit -q --cleanup=verbatim --allow-empty -m '%s'",
		        rows[i].message)
		        .p);
		scratch_open(&s, "r");
		if (make(&s, (struct event_args){ 0 }).skip_ci != rows[i].skips)
			print_error("%s\n", rows[i].message);
		CHECK(make(&s, (struct event_args){ 0 }).skip_ci == rows[i].skips);
	}
	scratch_close(&s);
}
