/* SPDX-License-Identifier: MIT */
/* test_trigger.c - `on:` blocks against events: the verdict, its line and its words. */
#include "event/trigger.h"

#include "test.h"

static struct event
push(const char *ref_type, const char *name)
{
	return (struct event){ .name = WF_S("push"),
		.ref_type = wf_str(ref_type),
		.ref_name = wf_str(name),
		.filter_name = wf_str(name) };
}

static struct event
named(const char *name, const char *action)
{
	return (struct event){ .name = wf_str(name),
		.action = wf_str(action),
		.ref_type = WF_S("branch"),
		.ref_name = WF_S("main"),
		.filter_name = WF_S("main") };
}

/* The files that changed, with blanks between them. */
static void
change(struct wf_arena *arena, struct event *event, const char *paths)
{
	struct wf_str rest = wf_str(paths);
	size_t cap = 0;

	event->has_changes = true;
	while (rest.n > 0)
		wf_push(arena, event->changes, event->nchanges, cap)->path = wf_str_cut(&rest, ' ');
}

static bool
ask(struct wf_arena *arena, const char *on, const struct event *event, struct trigger_verdict *out,
    struct wf_error *err)
{
	struct wf_str text = wf_strf(arena,
	    "on:\n%s\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: a\n", on);
	struct wf_diags diags = { .arena = arena };
	struct workflow *wf = workflow_read(arena, "ci.yml", WF_S("ci.yml"), text, &diags);

	if (!wf)
		print_error("%s\n", diags.items[0]->error.msg);
	CHECK(wf != NULL);
	return trigger_match(arena, wf, event, out, err);
}

/* Line 1 is `on:`, so the first line of the block is 2. */
static void
expect(const char *on, const struct event *event, bool wakes, int line, const char *reason)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct trigger_verdict verdict;
	struct wf_error err;

	CHECK(ask(arena, on, event, &verdict, &err));
	CHECK_STR(verdict.reason, reason);
	CHECK(verdict.wakes == wakes);
	CHECK_INT(verdict.pos.line, line);
}

TEST(trigger_says_what_the_workflow_listens_to)
{
	struct event event = push("branch", "main");
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct trigger_verdict verdict;
	struct wf_error err;

	CHECK(ask(arena, "  pull_request:\n  workflow_dispatch:", &event, &verdict, &err));
	CHECK(!verdict.wakes && !verdict.listens);
	CHECK_STR(verdict.reason, "the workflow does not listen to 'push'; it listens to "
	                          "pull_request, workflow_dispatch");
	expect("  push:", &event, true, 2, "the workflow listens to 'push'");
}

TEST(trigger_filters_branches)
{
	struct event dev = push("branch", "dev"), main_branch = push("branch", "main");

	expect("  push:\n    branches: [main, 'v*']", &dev, false, 3,
	    "branches: 'dev' matches no pattern");
	expect("  push:\n    branches:\n      - main", &main_branch, true, 4,
	    "branches: 'main' matches 'main'");
	expect("  push:\n    branches:\n      - '**'\n      - '!main'", &main_branch, false, 5,
	    "branches: 'main' is taken out by '!main'");
	expect("  push:\n    branches-ignore: [dev]", &main_branch, true, 3,
	    "branches-ignore: 'main' is not left out");
	expect("  push:\n    branches-ignore: ['d*']", &dev, false, 3,
	    "branches-ignore: 'dev' is left out by 'd*'");
}

TEST(trigger_keeps_branches_and_tags_apart)
{
	struct event tag = push("tag", "v1"), branch = push("branch", "main");

	expect("  push:\n    branches: ['**']", &tag, false, 3,
	    "branches: only pushes of branches wake it, and 'v1' is a tag");
	expect("  push:\n    branches-ignore: [x]", &tag, false, 3,
	    "branches: only pushes of branches wake it, and 'v1' is a tag");
	expect("  push:\n    tags: ['**']", &branch, false, 3,
	    "tags: only pushes of tags wake it, and 'main' is a branch");
	expect("  push:\n    branches: [main]\n    tags: ['v*']", &tag, true, 4,
	    "tags: 'v1' matches 'v*'");
	expect("  push:\n    branches: [main]\n    tags-ignore: ['v*']", &tag, false, 4,
	    "tags-ignore: 'v1' is left out by 'v*'");
	expect("  push:", &tag, true, 2, "the workflow listens to 'push'");
}

/* semantics.md 4.4, a sentence a block of rows. */
TEST(trigger_answers_each_rule_of_names_and_paths)
{
	static const struct {
		const char *on, *event, *ref_type, *name, *changed; /* NULL: not known */
		bool wakes;
	} rows[] = {
		/* short names, slashes included */
		{ "branches: ['releases/**']", "push", "branch", "releases/1/x", NULL, true },
		{ "branches: ['refs/heads/main']", "push", "branch", "main", NULL, false },
		{ "tags: ['*']", "push", "tag", "v1/x", NULL, false },
		/* one kind of names leaves the other kind of refs out, whatever the list says */
		{ "branches-ignore: [x]", "push", "tag", "v1", NULL, false },
		{ "tags-ignore: [x]", "push", "branch", "main", NULL, false },
		{ "tags-ignore: [x]", "push", "tag", "v1", NULL, true },
		/* both kinds: each by its own */
		{ "branches: [dev]\n    tags: ['v*']", "push", "branch", "main", NULL, false },
		{ "branches: [dev]\n    tags: ['v*']", "push", "tag", "v1", NULL, true },
		{ "branches-ignore: ['**']\n    tags: ['v*']", "push", "tag", "v1", NULL, true },
		{ "branches-ignore: [dev]\n    tags-ignore: ['**']", "push", "branch", "main", NULL,
		    true },
		/* at least one positive pattern; no pattern matches nothing, and leaves out nothing
		 */
		{ "branches: ['!dev']", "push", "branch", "main", NULL, false },
		{ "paths: ['!x']", "push", "branch", "main", "y", false },
		{ "branches: []", "push", "branch", "main", NULL, false },
		{ "tags: []", "push", "tag", "v1", NULL, false },
		{ "branches-ignore: []", "push", "branch", "main", NULL, true },
		{ "paths: []", "push", "branch", "main", "y", false },
		{ "paths-ignore: []", "push", "branch", "main", "y", true },
		/* names and paths must both agree; tags have no paths */
		{ "branches: [main]\n    paths: [x]", "push", "branch", "main", "x", true },
		{ "branches: [main]\n    paths: [x]", "push", "branch", "main", "y", false },
		{ "branches: [dev]\n    paths: [x]", "push", "branch", "main", "x", false },
		{ "tags: ['v*']\n    paths: [x]", "push", "tag", "v1", NULL, true },
		{ "tags: ['v*']\n    paths: [x]", "push", "branch", "main", "x", false },
		{ "paths-ignore: [x]", "push", "tag", "v1", NULL, true },
		/* a branch that is deleted is asked for by name, and changes no file */
		{ "branches: [old]", "push", "branch", "old", "", true },
		{ "branches: [old]\n    paths: ['**']", "push", "branch", "old", "", false },
		/* other events by the branch that counts for them */
		{ "branches: [main]", "merge_group", "branch", "main", NULL, true },
		{ "branches-ignore: [main]", "merge_group", "branch", "main", NULL, false },
		{ "branches-ignore: [main]", "pull_request", "branch", "main", NULL, false },
		{ "branches: [main]\n    paths-ignore: ['*.md']", "pull_request_target", "branch",
		    "main", "a.md b", true },
		{ "branches: [main]\n    paths-ignore: ['*.md']", "pull_request_target", "branch",
		    "main", "a.md", false },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct event event = push(rows[i].ref_type, rows[i].name);
		struct trigger_verdict verdict;
		struct wf_error err;

		event.name = wf_str(rows[i].event);
		if (rows[i].changed)
			change(arena, &event, rows[i].changed);
		CHECK(ask(arena, wf_strf(arena, "  %s:\n    %s", rows[i].event, rows[i].on).p,
		    &event, &verdict, &err));
		if (verdict.wakes != rows[i].wakes)
			print_error("%s: %.*s\n", rows[i].on, WF_ARG(verdict.reason));
		CHECK(verdict.wakes == rows[i].wakes);
	}
}

TEST(trigger_filters_paths)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct event two = push("branch", "main"), none = two, one = two;

	change(arena, &two, "README.md src/a.py");
	change(arena, &none, "");
	change(arena, &one, "b.md");
	expect("  push:\n    paths:\n      - '*.c'\n      - 'src/**'", &two, true, 5,
	    "paths: 'src/a.py' matches 'src/**'");
	expect("  push:\n    paths: ['*.c']", &two, false, 3,
	    "paths: none of the 2 changed files matches");
	expect("  push:\n    paths: ['**', '!**.md', '!**.py']", &two, false, 3,
	    "paths: none of the 2 changed files matches");
	expect("  push:\n    paths: ['**']", &none, false, 3, "paths: no file changed");
	expect("  push:\n    paths-ignore: ['**.md']", &two, true, 3,
	    "paths-ignore: 'src/a.py' is not left out");
	expect("  push:\n    paths-ignore: ['**.md', 'src/**']", &two, false, 3,
	    "paths-ignore: all of the 2 changed files are left out");
	expect("  push:\n    paths: [a.md]", &one, false, 3, "paths: 'b.md' matches no pattern");
	expect("  push:\n    paths-ignore: ['*']", &one, false, 3,
	    "paths-ignore: 'b.md' is left out");
	expect("  push:\n    paths-ignore: [x]", &none, false, 3, "paths-ignore: no file changed");
	expect("  push:\n    branches: [dev]\n    paths: ['**']", &two, false, 3,
	    "branches: 'main' matches no pattern");
}

TEST(trigger_asks_no_paths_of_tags_or_of_what_is_unknown)
{
	struct event tag = push("tag", "v1"), unknown = push("branch", "main");

	unknown.changes_unknown = WF_S("too many");
	expect("  push:\n    paths: [x]", &tag, true, 2, "the workflow listens to 'push'");
	expect("  push:\n    tags: ['v*']\n    paths: [x]", &tag, true, 3,
	    "tags: 'v1' matches 'v*'");
	expect("  push:\n    paths: [x]", &unknown, true, 3,
	    "paths: not asked, for the changes are not known: too many");
}

TEST(trigger_looks_at_300_files)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf paths = WF_BUF_INIT;
	struct event event = push("branch", "main");

	for (int i = 0; i < 301; i++)
		wf_buf_addf(&paths, "%sf%03d", i > 0 ? " " : "", i);
	change(arena, &event, paths.p);
	expect("  push:\n    paths: [f299]", &event, true, 3, "paths: 'f299' matches 'f299'");
	expect("  push:\n    paths: [f300]", &event, false, 3,
	    "paths: none of the first 300 of 301 changed files matches");
}

TEST(trigger_heeds_activity_types)
{
	struct event opened = named("pull_request", "opened");
	struct event labeled = named("pull_request", "labeled");
	struct event issue = named("issues", "labeled");
	struct event custom = named("repository_dispatch", "deploy");

	expect("  pull_request:", &opened, true, 2, "the workflow listens to 'pull_request'");
	expect("  pull_request:", &labeled, false, 2,
	    "'labeled' wakes it only where `types:` says so; without: opened synchronize reopened");
	expect("  pull_request:\n    types: [labeled]", &labeled, true, 3, "types: 'labeled'");
	expect("  pull_request:\n    types: [labeled, closed]", &opened, false, 3,
	    "types: 'opened' is not among labeled, closed");
	expect("  issues:", &issue, true, 2, "the workflow listens to 'issues'");
	expect("  repository_dispatch:", &custom, true, 2,
	    "the workflow listens to 'repository_dispatch'");
	expect("  repository_dispatch:\n    types: [build]", &custom, false, 3,
	    "types: 'deploy' is not among build");
}

TEST(trigger_filters_pull_requests_by_base)
{
	struct event event = named("pull_request", "opened");

	event.head_ref = WF_S("topic");
	expect("  pull_request:\n    branches: [main]", &event, true, 3,
	    "branches: 'main' matches 'main'");
	expect("  pull_request:\n    branches: [topic]", &event, false, 3,
	    "branches: 'main' matches no pattern");
}

TEST(trigger_follows_workflows_by_name)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct event event = named("workflow_run", "completed");
	struct wf_error err;
	struct expr_value payload;

	CHECK(expr_json_read(arena, NULL, WF_S("{\"workflow_run\":{\"name\":\"CI\"}}"), &payload,
	    &err));
	event.payload = payload.object;
	event.filter_name = WF_S("v1.2.3");
	expect("  workflow_run:\n    workflows: [CI]\n    types: [completed]", &event, true, 3,
	    "workflows: it follows 'CI'");
	expect("  workflow_run:\n    workflows: [Lint]\n    types: [completed]", &event, false, 3,
	    "workflows: 'CI' is not among Lint");
	expect("  workflow_run:\n    workflows: [CI]\n    types: [requested]", &event, false, 4,
	    "types: 'completed' is not among requested");
	expect("  workflow_run:\n    workflows: [CI]\n    branches: ['v*']", &event, true, 4,
	    "branches: 'v1.2.3' matches 'v*'");
	expect("  workflow_run:\n    workflows: [CI]\n    branches: [main]", &event, false, 4,
	    "branches: 'v1.2.3' matches no pattern");
}

TEST(trigger_wakes_by_cron)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	static const char on[] = "  schedule:\n    - cron: '0 2 * * 0'\n    - cron: '5 4 * * *'";
	struct event event = named("schedule", "");
	struct trigger_verdict verdict;
	struct wf_error err;

	event.payload = expr_object_new(arena);
	CHECK(ask(arena, on, &event, &verdict, &err));
	CHECK_STR(verdict.pattern, "0 2 * * 0");
	expr_object_set(event.payload, WF_S("schedule"), expr_cstring(" 5  4 * * *"));
	CHECK(ask(arena, on, &event, &verdict, &err));
	CHECK(verdict.wakes);
	CHECK_STR(verdict.pattern, "5 4 * * *");
	expr_object_set(event.payload, WF_S("schedule"), expr_cstring("5 4 * * 1"));
	expect(on, &event, false, 2, "schedule: no entry is '5 4 * * 1'");
	expr_object_set(event.payload, WF_S("schedule"), expr_cstring("5 4 * *"));
	expect(on, &event, false, 2, "schedule: no entry is '5 4 * *'");
}

TEST(trigger_heeds_skip_ci)
{
	struct event event = push("branch", "main");

	event.skip_ci = true;
	expect("  push:", &event, false, 2,
	    "the message of the head commit asks to skip workflows");
}

TEST(trigger_gives_the_pattern_and_what_it_matched)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct event event = push("branch", "main");
	struct trigger_verdict verdict;
	struct wf_error err;

	change(arena, &event, "a b/c");
	CHECK(ask(arena, "  push:\n    branches: [main]\n    paths: ['b/*']", &event, &verdict,
	    &err));
	CHECK_STR(verdict.pattern, "b/*");
	CHECK_STR(verdict.matched, "b/c");
	CHECK(ask(arena, "  push:\n    branches: [main]\n    paths: ['x']", &event, &verdict,
	    &err));
	CHECK_STR(verdict.pattern, "");
	CHECK_STR(verdict.matched, "");
}
