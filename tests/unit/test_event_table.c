/* SPDX-License-Identifier: MIT */
/* test_event_table.c - every event of semantics.md 4.2, each column of it, in one repository.
 *
 * The rows are written from the table of the reference, not from the one of the program. The
 * repository has main (with the tag v1) and topic, one commit ahead and checked out. */
#include "event/event.h"
#include "event/trigger.h"
#include "scratch.h"

#define PULL_TYPES                                                                                 \
	"opened synchronize reopened assigned unassigned labeled unlabeled edited closed "         \
	"converted_to_draft locked unlocked enqueued dequeued milestoned demilestoned "            \
	"ready_for_review review_requested review_request_removed auto_merge_enabled "             \
	"auto_merge_disabled stacked"
#define CHANGED "created edited deleted"
#define ISSUE "issue.number issue.title issue.state issue.user.login issue.labels"
#define PULL                                                                                       \
	"pull_request.number pull_request.title pull_request.state pull_request.user.login "       \
	"pull_request.head.sha pull_request.head.repo.full_name pull_request.base.sha "            \
	"pull_request.base.repo.default_branch pull_request.html_url "

struct row {
	const char *event;
	const char *types; /* all there are, "" for none, NULL: any word */
	const char *woken_by; /* those that wake a workflow without types; NULL: all */
	const char *filters; /* keys that the event knows besides types */
	const char *spec; /* how it is asked for; NULL: by name */
	const char *action; /* the type taken then */
	const char *ref, *sha;
	const char *head_ref, *base_ref;
	const char *filtered; /* what branch and tag filters look at */
	const char *payload; /* what is there, a blank between two */
};

#define DEFAULT "refs/heads/main", "main", "", "", "main"
#define TOPIC "refs/heads/topic", "topic", "", "", "topic"
#define MERGE "refs/pull/1/merge", "topic", "topic", "main", "main"
#define PULL_FILTERS "branches branches-ignore paths paths-ignore"

static const struct row rows[] = {
	{ "branch_protection_rule", CHANGED, NULL, "", NULL, "created", DEFAULT, "rule.name" },
	{ "check_run", "created rerequested completed requested_action", NULL, "", NULL, "created",
	    DEFAULT, "check_run.name check_run.head_sha check_run.check_suite.head_branch" },
	{ "check_suite", "completed", NULL, "", NULL, "completed", DEFAULT,
	    "check_suite.conclusion check_suite.head_sha check_suite.head_commit.id" },
	{ "create", "", NULL, "", NULL, "", TOPIC, "ref ref_type master_branch pusher_type" },
	{ "delete", "", NULL, "", "delete=old", "", DEFAULT, "ref ref_type pusher_type" },
	{ "deployment", "", NULL, "", NULL, "", TOPIC,
	    "action deployment.id deployment.sha deployment.ref deployment.environment "
	    "deployment.payload" },
	{ "deployment_status", "", NULL, "", NULL, "", TOPIC,
	    "deployment.sha deployment_status.state" },
	{ "discussion",
	    CHANGED " transferred pinned unpinned labeled unlabeled locked unlocked "
	            "category_changed answered unanswered",
	    NULL, "", NULL, "created", DEFAULT, "discussion.number discussion.category.name" },
	{ "discussion_comment", CHANGED, NULL, "", NULL, "created", DEFAULT,
	    "discussion.number comment.id comment.user.login" },
	{ "fork", "", NULL, "", NULL, "", DEFAULT, "forkee.full_name forkee.fork" },
	{ "gollum", "", NULL, "", NULL, "", DEFAULT, "pages" },
	{ "image_version", "created ready deleted", NULL, "names versions", NULL, "ready", DEFAULT,
	    "image_version.state" },
	{ "issue_comment", CHANGED, NULL, "", NULL, "created", DEFAULT,
	    ISSUE " comment.id comment.user.login" },
	{ "issues",
	    "opened edited deleted transferred pinned unpinned closed reopened assigned unassigned "
	    "labeled unlabeled locked unlocked milestoned demilestoned field_added field_removed "
	    "typed untyped",
	    NULL, "", NULL, "opened", DEFAULT, ISSUE },
	{ "label", CHANGED, NULL, "", NULL, "created", DEFAULT, "label.id label.color" },
	{ "merge_group", "checks_requested destroyed", "checks_requested",
	    "branches branches-ignore", NULL, "checks_requested",
	    "refs/heads/gh-readonly-queue/main/pr-1-HEAD", "topic", "", "", "main",
	    "merge_group.head_sha merge_group.head_ref merge_group.base_sha merge_group.base_ref "
	    "merge_group.head_commit.id" },
	{ "milestone", "created closed opened edited deleted", NULL, "", NULL, "created", DEFAULT,
	    "milestone.number milestone.state milestone.creator.login" },
	{ "page_build", "", NULL, "", NULL, "", DEFAULT, "build.status build.pusher.login" },
	{ "project", "created closed reopened edited deleted", NULL, "", NULL, "created", DEFAULT,
	    "project.id project.creator.login" },
	{ "project_card", "created moved converted edited deleted", NULL, "", NULL, "created",
	    DEFAULT, "project_card.id" },
	{ "project_column", "created updated moved deleted", NULL, "", NULL, "created", DEFAULT,
	    "project_column.id" },
	{ "public", "", NULL, "", NULL, "", DEFAULT, "" },
	{ "pull_request", PULL_TYPES, "opened synchronize reopened", PULL_FILTERS, NULL, "opened",
	    MERGE, PULL "number pull_request.merge_commit_sha pull_request.changed_files" },
	{ "pull_request_review", "submitted edited dismissed", NULL, "", NULL, "submitted", MERGE,
	    PULL "review.state review.commit_id review.user.login" },
	{ "pull_request_review_comment", CHANGED, NULL, "", NULL, "created", MERGE,
	    PULL "comment.id comment.user.login" },
	{ "pull_request_target", PULL_TYPES, "opened synchronize reopened", PULL_FILTERS, NULL,
	    "opened", "refs/heads/main", "main", "topic", "main", "main", PULL "number" },
	{ "push", "", NULL, PULL_FILTERS " tags tags-ignore", NULL, "", TOPIC,
	    "ref before after created deleted forced compare commits head_commit.id "
	    "head_commit.tree_id head_commit.timestamp head_commit.url head_commit.author.email "
	    "head_commit.committer.name pusher.name" },
	{ "push", "", NULL, PULL_FILTERS " tags tags-ignore", "tag=v1", "", "refs/tags/v1", "main",
	    "", "", "v1", "ref before after created head_commit.id" },
	{ "registry_package", "published updated", NULL, "", NULL, "published", TOPIC,
	    "registry_package.name registry_package.package_version.target_oid" },
	{ "release", "published unpublished created edited deleted prereleased released", NULL, "",
	    "release=v1", "published", "refs/tags/v1", "main", "", "", "v1",
	    "release.id release.tag_name release.target_commitish release.html_url "
	    "release.assets release.author.login release.draft release.prerelease" },
	{ "repository_dispatch", NULL, NULL, "", NULL, "dispatch", DEFAULT,
	    "branch client_payload" },
	{ "schedule", "", NULL, "", "schedule=5 4 * * *", "", DEFAULT, "schedule" },
	{ "status", "", NULL, "", NULL, "", DEFAULT,
	    "sha state context branches commit.sha repository.id" },
	{ "watch", "started", NULL, "", NULL, "started", DEFAULT, "" },
	{ "workflow_dispatch", "", NULL, "", NULL, "", TOPIC, "ref" },
	{ "workflow_run", "requested in_progress completed", NULL,
	    "branches branches-ignore workflows", "workflow_run=CI", "completed", "refs/heads/main",
	    "main", "", "", "topic",
	    "workflow.name workflow.id workflow_run.id workflow_run.name workflow_run.node_id "
	    "workflow_run.check_suite_id workflow_run.head_branch workflow_run.head_sha "
	    "workflow_run.display_title workflow_run.run_number workflow_run.run_attempt "
	    "workflow_run.event workflow_run.status workflow_run.conclusion "
	    "workflow_run.workflow_id workflow_run.url workflow_run.html_url "
	    "workflow_run.pull_requests workflow_run.created_at workflow_run.updated_at "
	    "workflow_run.run_started_at workflow_run.actor.login "
	    "workflow_run.triggering_actor.login workflow_run.jobs_url workflow_run.logs_url "
	    "workflow_run.check_suite_url workflow_run.artifacts_url workflow_run.cancel_url "
	    "workflow_run.rerun_url workflow_run.workflow_url workflow_run.referenced_workflows "
	    "workflow_run.head_commit.id workflow_run.head_commit.tree_id "
	    "workflow_run.head_commit.author.name workflow_run.repository.full_name "
	    "workflow_run.head_repository.full_name" },
};

static struct scratch
open_scratch(void)
{
	struct scratch s = scratch_new(SCRATCH_FIRST
	    "git tag v1; git checkout -q -b topic; echo t >t; git add .; git commit -qm topic");

	scratch_open(&s, "r");
	return s;
}

static struct event
make(struct scratch *s, const char *spec)
{
	struct event_args args = { .spec = spec };
	struct wf_error err = { 0 };
	struct event event;
	bool ok = event_make(s->arena, s->repo, &s->facts, &args, &event, &err);

	if (!ok)
		print_error("%s: %s\n", spec, err.msg);
	CHECK(ok);
	return event;
}

static const char *
spec_of(const struct row *row)
{
	return row->spec ? row->spec : row->event;
}

static struct wf_str
sha_of(struct scratch *s, const char *rev)
{
	struct wf_str sha = WF_S("");

	CHECK(repo_resolve(s->repo, s->arena, rev, &sha));
	return sha;
}

TEST(event_table_is_that_of_the_reference)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const struct wf_str *names;
	size_t n = event_names(arena, &names), seen = 0;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		if (i > 0 && strcmp(rows[i - 1].event, rows[i].event) == 0)
			continue;
		CHECK(seen < n);
		CHECK_STR(names[seen++], rows[i].event);
	}
	CHECK_INT(seen, n);
}

TEST(event_table_says_where_each_run_stands)
{
	struct scratch s = open_scratch();

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct event event = make(&s, spec_of(row));
		struct wf_str ref = wf_str(row->ref), sha = sha_of(&s, row->sha);
		bool tag = wf_str_starts(ref, WF_S("refs/tags/"));

		if (wf_str_ends(ref, WF_S("HEAD")))
			ref = wf_strf(s.arena, "%.*s%.*s", (int)ref.n - 4, ref.p, WF_ARG(sha));
		CHECK_STR(event.name, row->event);
		CHECK_STR(event.action, row->action);
		CHECK_STR(event.ref, ref.p);
		CHECK_STR(event.sha, sha.p);
		CHECK_STR(event.ref_type, tag ? "tag" : "branch");
		CHECK(wf_str_ends(event.ref, event.ref_name));
		CHECK(!wf_str_starts(event.ref_name, WF_S("refs/")));
		CHECK_STR(event.head_ref, row->head_ref);
		CHECK_STR(event.base_ref, row->base_ref);
		CHECK_STR(event.filter_name, row->filtered);
	}
	scratch_close(&s);
}

/* Whether what stands at a path is there: any value but null. */
static bool
is_there(struct expr_value payload, struct wf_arena *arena, struct wf_str path)
{
	return expr_path(payload, wf_cstr(arena, path)).kind != EXPR_NULL;
}

TEST(event_table_gives_each_its_payload)
{
	static const char everywhere[] =
	    "repository.id repository.node_id repository.name repository.full_name "
	    "repository.private repository.owner.login repository.owner.id repository.html_url "
	    "repository.url repository.clone_url repository.ssh_url repository.git_url "
	    "repository.default_branch repository.fork repository.visibility repository.topics "
	    "repository.pushed_at sender.login sender.id";
	struct scratch s = open_scratch();

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct event event = make(&s, spec_of(&rows[i]));
		struct expr_value payload = expr_object_value(event.payload);
		struct wf_str rest = wf_strf(s.arena, "%s %s", everywhere, rows[i].payload);

		if (event.action.n > 0)
			CHECK_STR(expr_path_str(s.arena, payload, "action"), rows[i].action);
		while (rest.n > 0) {
			struct wf_str path = wf_str_cut(&rest, ' ');

			if (path.n > 0 && !is_there(payload, s.arena, path)) {
				print_error("%s: no %.*s\n", rows[i].event, WF_ARG(path));
				CHECK(false);
			}
		}
	}
	scratch_close(&s);
}

/* github.event, which becomes the event file, is the payload and nothing else. */
TEST(event_table_has_the_payload_in_the_context)
{
	struct scratch s = open_scratch();
	struct event_run run = { .workflow_path = WF_S(".github/workflows/ci.yml") };

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_buf_release) struct wf_buf one = WF_BUF_INIT;
		wf_auto(wf_buf_release) struct wf_buf two = WF_BUF_INIT;
		struct event event = make(&s, spec_of(&rows[i]));
		struct expr_value github = expr_object_value(event_github(s.arena, &event, &s.facts,
		    &run));
		struct expr_value inner = expr_path(github, "event");

		if (wf_str_is(event.name, "schedule") || wf_str_is(event.name, "workflow_dispatch"))
			expr_object_remove(inner.object, WF_S("workflow")); /* of the run */
		expr_json_compact(&one, expr_object_value(event.payload));
		expr_json_compact(&two, inner);
		CHECK_STR(wf_buf_str(&two), one.p);
		CHECK_STR(expr_path_str(s.arena, github, "event_name"), rows[i].event);
		CHECK_STR(expr_path_str(s.arena, github, "head_ref"), rows[i].head_ref);
		CHECK_STR(expr_path_str(s.arena, github, "base_ref"), rows[i].base_ref);
	}
	scratch_close(&s);
}

static struct workflow *
workflow_on(struct wf_arena *arena, const char *event, const char *rest, size_t *complaints)
{
	struct wf_str text = wf_strf(arena,
	    "on:\n  %s:\n%sjobs:\n  a:\n    runs-on: x\n    steps:\n      - run: a\n", event, rest);
	struct wf_diags diags = { .arena = arena };
	struct workflow *wf = workflow_read(arena, "ci.yml", WF_S("ci.yml"), text, &diags);

	*complaints = diags.n;
	return wf;
}

static bool
wakes(struct scratch *s, const struct row *row, const char *spec, const char *filters)
{
	struct event event = make(s, spec);
	struct trigger_verdict verdict;
	struct wf_error err;
	size_t complaints;
	struct workflow *wf = workflow_on(s->arena, row->event, filters, &complaints);

	CHECK(wf && trigger_match(s->arena, wf, &event, &verdict, &err));
	return verdict.wakes;
}

/* What an `on:` entry needs so that the event wakes it at all. */
static const char *
needed(const struct row *row)
{
	if (strcmp(row->event, "workflow_run") == 0)
		return "    workflows: [CI]\n";
	return strcmp(row->event, "schedule") == 0 ? "    - cron: '5 4 * * *'\n" : "";
}

static bool
has_word(const char *words, struct wf_str word)
{
	struct wf_str rest = wf_str(words);

	while (rest.n > 0)
		if (wf_str_eq(wf_str_cut(&rest, ' '), word))
			return true;
	return false;
}

TEST(event_table_knows_all_types_and_which_wake_by_default)
{
	struct scratch s = open_scratch();

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct wf_str rest = wf_str(row->types);

		while (rest.n > 0) {
			struct wf_str type = wf_str_cut(&rest, ' ');
			const char *spec = wf_strf(s.arena, "%s:%.*s", row->event, WF_ARG(type)).p;
			struct event_args args = { .spec = spec };
			const char *with =
			    wf_strf(s.arena, "%s    types: [%.*s]\n", needed(row), WF_ARG(type)).p;

			if (row->spec) /* needs a value, so that the payload says the type */
				continue;
			CHECK(args.spec != NULL);
			CHECK_STR(make(&s, spec).action, wf_cstr(s.arena, type));
			CHECK(wakes(&s, row, spec, with));
			CHECK(wakes(&s, row, spec, needed(row)) ==
			      (!row->woken_by || has_word(row->woken_by, type)));
			CHECK(!wakes(&s, row, spec, "    types: [other]\n"));
		}
	}
	scratch_close(&s);
}

TEST(event_table_takes_the_filters_it_knows)
{
	static const char *const keys[] = { "branches", "branches-ignore", "tags", "tags-ignore",
		"paths", "paths-ignore", "workflows", "names", "versions" };
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	for (size_t i = 0; i < WF_COUNT(rows); i++)
		for (size_t k = 0; k < WF_COUNT(keys); k++) {
			const char *filter = wf_strf(arena, "    %s: [x]\n", keys[k]).p;
			bool known = has_word(rows[i].filters, wf_str(keys[k]));
			size_t complaints;

			workflow_on(arena, rows[i].event, filter, &complaints);
			if ((complaints == 0) != known)
				print_error("%s: %s\n", rows[i].event, keys[k]);
			CHECK((complaints == 0) == known);
		}
}

TEST(event_table_wakes_who_listens)
{
	struct scratch s = open_scratch();

	for (size_t i = 0; i < WF_COUNT(rows); i++)
		CHECK(wakes(&s, &rows[i], spec_of(&rows[i]), needed(&rows[i])));
	scratch_close(&s);
}
