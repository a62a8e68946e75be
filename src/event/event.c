/* SPDX-License-Identifier: MIT */
/* event.c - an event out of SPEC, options, payload file and git.
 *
 * The order of belief: an option, then the payload file, then SPEC's value, then git. First it is
 * found where the event stands (ref and sha), then what it changed, then the payload is built and
 * the file merged over it. */
#include "event/event.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/fs.h"
#include "event/chain.h"
#include "event/event_make.h"
#include "event/shape.h"

#define PAYLOAD_LIMIT (64u << 20)

struct wf_str
event_given(const struct event_maker *maker, const char *path)
{
	return wf_str_dup(maker->arena, expr_path_str(maker->arena, maker->given, path));
}

bool
event_branch_tip(const struct event_maker *maker, struct wf_str branch, enum repo_side first,
    struct wf_str *sha)
{
	enum repo_side second = first == REPO_LOCAL ? REPO_REMOTE : REPO_LOCAL;

	return repo_branch(maker->repo, maker->arena, branch, first, sha) ||
	       repo_branch(maker->repo, maker->arena, branch, second, sha);
}

/* The first text that is not empty. */
static struct wf_str
first_of(struct wf_str a, struct wf_str b, struct wf_str c)
{
	return a.n > 0 ? a : b.n > 0 ? b : c;
}

/* ---- SPEC and the payload file ---- */

static bool
unknown_event(struct event_maker *maker, struct wf_error *err)
{
	const struct wf_str *names;
	size_t n = event_names(maker->arena, &names);
	struct wf_str near = wf_nearest(maker->spec.word, names, n);

	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "there is no event '%.*s'",
	    WF_ARG(maker->spec.word));
	if (wf_str_is(maker->spec.word, "workflow_call"))
		wf_hint(err, "a reusable workflow is run by the workflow that calls it");
	else if (near.n > 0)
		wf_hint(err, "did you mean '%.*s'?", WF_ARG(near));
	else
		wf_hint(err, "push, tag=NAME, pr, dispatch, schedule, or a name of GitHub's");
	return false;
}

static bool
unknown_type(struct event_maker *maker, struct wf_error *err)
{
	const struct event_def *def = maker->spec.def;
	struct wf_str *types, near;
	size_t n = event_types_list(maker->arena, def->types, &types);

	if (n == 0)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "the event '%s' has no activity types", def->name);
	near = wf_nearest(maker->spec.type, types, n);
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "the event '%s' has no activity type '%.*s'",
	    def->name, WF_ARG(maker->spec.type));
	return near.n > 0 ? wf_hint(err, "did you mean '%.*s'?", WF_ARG(near))
	                  : wf_hint(err, "it has %s", def->types);
}

/* What has a value must have one, and a value must mean something. */
static bool
check_value(struct event_maker *maker, struct wf_error *err)
{
	const struct event_spec *spec = &maker->spec;

	if (spec->has_value && spec->means == EVENT_VALUE_NONE)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "the event '%.*s' takes no value",
		    WF_ARG(spec->word));
	if (spec->has_value && spec->value.n == 0)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "'%.*s=' needs a value behind it",
		    WF_ARG(spec->word));
	if (spec->means == EVENT_VALUE_TAG && !spec->has_value &&
	    event_given(maker, "release.tag_name").n == 0 && event_given(maker, "ref").n == 0)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "'%.*s' needs the name of a tag: %.*s=v1.0", WF_ARG(spec->word),
		    WF_ARG(spec->word));
	return true;
}

static bool
read_spec(struct event_maker *maker, struct wf_error *err)
{
	struct event *event = maker->event;
	const struct event_def *def;

	maker->spec = event_spec_read(maker->args->spec ? maker->args->spec : "push");
	def = maker->spec.def;
	if (!def)
		return unknown_event(maker, err);
	if (maker->spec.type.n > 0 && !event_types_have(def->types, maker->spec.type))
		return unknown_type(maker, err);
	event->name = wf_str(def->name);
	return check_value(maker, err);
}

static bool
read_given(struct event_maker *maker, struct wf_error *err)
{
	const char *path = maker->args->payload_file;
	struct wf_str text;

	if (!path)
		return true;
	if (!wf_read_file(maker->arena, path, PAYLOAD_LIMIT, &text, err) ||
	    !expr_json_read(maker->arena, path, text, &maker->given, err))
		return wf_wrap(err, "the payload");
	if (maker->given.kind != EXPR_OBJECT)
		return wf_fail(err, WF_ERR_USAGE, (struct wf_pos){ path, 1, 1 },
		    "a payload is a JSON object");
	return true;
}

/* GitHub's logins have letters, digits and single hyphens. */
static struct wf_str
login_of(struct wf_arena *arena, struct wf_str name)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (isalnum((unsigned char)c))
			wf_buf_addc(&out, c);
		else if (out.n > 0 && out.p[out.n - 1] != '-')
			wf_buf_addc(&out, '-');
	}
	while (out.n > 0 && out.p[out.n - 1] == '-')
		out.p[--out.n] = '\0';
	return out.n > 0 ? wf_str_dup(arena, wf_buf_str(&out)) : WF_S("local");
}

static struct wf_str
find_actor(struct event_maker *maker)
{
	struct wf_str name = WF_S("");

	if (maker->args->actor)
		return wf_str(maker->args->actor);
	name = event_given(maker, "sender.login");
	if (name.n > 0 || repo_config(maker->repo, maker->arena, "github.user", &name))
		return name;
	repo_config(maker->repo, maker->arena, "user.name", &name);
	return login_of(maker->arena, name);
}

/* ---- where the event stands ---- */

/* The commit that --sha, else the payload, else the tip says; before the first commit: zeros. */
static bool
find_sha(struct event_maker *maker, const char *payload_path, struct wf_str tip,
    struct wf_error *err)
{
	struct wf_str given = payload_path ? event_given(maker, payload_path) : WF_S("");

	if (maker->args->sha) {
		if (!repo_resolve(maker->repo, maker->arena, maker->args->sha, &maker->event->sha))
			return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
			    "--sha %s: there is no such commit in this repository",
			    maker->args->sha);
		return true;
	}
	maker->event->sha = first_of(given, tip, maker->facts->head_sha);
	return true;
}

static struct wf_str
full_ref(const struct event_maker *maker, const char *kind, struct wf_str name)
{
	if (name.n == 0 || wf_str_starts(name, WF_S("refs/")))
		return name;
	return wf_strf(maker->arena, "refs/%s/%.*s", kind, WF_ARG(name));
}

static struct wf_str
short_ref(struct wf_str ref)
{
	static const char *const prefixes[] = { "refs/heads/", "refs/tags/", "refs/pull/" };

	for (size_t i = 0; i < WF_COUNT(prefixes); i++)
		if (wf_str_starts(ref, wf_str(prefixes[i])))
			return wf_str_skip(ref, strlen(prefixes[i]));
	return ref;
}

/* The tip of a full ref, empty when it is not here: a tag or branch need not exist yet. */
static struct wf_str
tip_of(const struct event_maker *maker, struct wf_str ref)
{
	struct wf_str sha = WF_S("");

	if (wf_str_starts(ref, WF_S("refs/heads/")))
		event_branch_tip(maker, short_ref(ref), REPO_LOCAL, &sha);
	else if (ref.n > 0)
		repo_resolve(maker->repo, maker->arena, wf_cstr(maker->arena, ref), &sha);
	return sha;
}

/* The branch that is checked out; without one the default branch has to do. */
static struct wf_str
current_branch(const struct event_maker *maker)
{
	const struct repo_facts *facts = maker->facts;

	return facts->head_branch.n > 0 ? facts->head_branch : facts->default_branch;
}

static bool
place_pushed(struct event_maker *maker, struct wf_error *err)
{
	struct event *event = maker->event;
	const char *kind = maker->spec.means == EVENT_VALUE_TAG ? "tags" : "heads";

	event->ref = full_ref(maker, "heads",
	    first_of(wf_str(maker->args->ref), event_given(maker, "ref"), WF_S("")));
	if (event->ref.n == 0)
		event->ref = full_ref(maker, kind,
		    first_of(maker->spec.value, current_branch(maker), WF_S("")));
	maker->deleted = expr_truthy(expr_path(maker->given, "deleted")) ||
	                 wf_str_is(event_given(maker, "after"), REPO_ZERO_SHA);
	if (maker->deleted)
		return find_sha(maker, NULL,
		    tip_of(maker, full_ref(maker, "heads", maker->facts->default_branch)), err);
	return find_sha(maker, "after", tip_of(maker, event->ref), err);
}

static bool
place_default(struct event_maker *maker, struct wf_error *err)
{
	maker->event->ref = first_of(wf_str(maker->args->ref),
	    full_ref(maker, "heads", maker->facts->default_branch), WF_S(""));
	maker->event->ref = full_ref(maker, "heads", maker->event->ref);
	return find_sha(maker, NULL, tip_of(maker, maker->event->ref), err);
}

struct wf_str
event_branch_or_tag(const struct event_maker *maker, struct wf_str name)
{
	struct wf_str branch = full_ref(maker, "heads", name);
	struct wf_str tag = full_ref(maker, "tags", name);

	if (wf_str_is(event_given(maker, "ref_type"), "tag"))
		return tag;
	return tip_of(maker, branch).n == 0 && tip_of(maker, tag).n > 0 ? tag : branch;
}

/* What is deployed may be a commit without a ref. */
static bool
is_deployed_commit(const struct event_maker *maker, struct wf_str name)
{
	return name.n > 0 && wf_str_eq(name, event_given(maker, "deployment.sha"));
}

static bool
place_chosen(struct event_maker *maker, struct wf_error *err)
{
	struct wf_str given = first_of(event_given(maker, "deployment.ref"),
	    event_given(maker, "ref"), WF_S(""));
	struct wf_str name = first_of(wf_str(maker->args->ref), maker->spec.value, given), ref;

	ref = event_branch_or_tag(maker, name.n > 0 ? name : current_branch(maker));
	if (maker->spec.has_value && !maker->args->sha && tip_of(maker, ref).n == 0 &&
	    !wf_str_is(maker->event->name, "create"))
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "there is no branch or tag '%.*s' in this repository",
		    WF_ARG(maker->spec.value));
	maker->event->ref = is_deployed_commit(maker, name) ? WF_S("") : ref;
	return find_sha(maker, "deployment.sha", tip_of(maker, ref), err);
}

static bool
place_tag(struct event_maker *maker, struct wf_error *err)
{
	struct wf_str name = first_of(wf_str(maker->args->ref),
	    event_given(maker, "release.tag_name"), maker->spec.value);

	maker->event->ref = full_ref(maker, "tags", name);
	return find_sha(maker, NULL, tip_of(maker, maker->event->ref), err);
}

/* The base branch of a pull request or of a group in the merge queue, and its tip. `base` is the
 * name of its branch in the payload, `sha` that of its commit. */
static bool
find_base(struct event_maker *maker, const char *base, const char *sha, struct wf_error *err)
{
	struct event *event = maker->event;
	struct wf_str given = event_given(maker, sha);
	const char *asked = maker->args->base;

	event->base_ref = first_of(short_ref(event_given(maker, base)), maker->spec.value,
	    maker->facts->default_branch);
	if (asked && event_branch_tip(maker, wf_str(asked), REPO_LOCAL, &maker->base_sha))
		event->base_ref = wf_str(asked);
	if (asked && !repo_resolve(maker->repo, maker->arena, asked, &maker->base_sha))
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "--base %s: there is no such commit in this repository", asked);
	if (asked)
		return true;
	maker->base_sha = given;
	if (given.n > 0 || event_branch_tip(maker, event->base_ref, REPO_REMOTE, &maker->base_sha))
		return true;
	maker->base_sha = WF_S(REPO_ZERO_SHA);
	if (maker->spec.has_value)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "there is no branch '%.*s' to merge into", WF_ARG(event->base_ref));
	return true;
}

/* A pull request that was merged leaves its run on the branch that it went into. */
static bool
is_merged(const struct event_maker *maker)
{
	return wf_str_is(maker->event->name, "pull_request") &&
	       wf_str_is(maker->event->action, "closed") &&
	       expr_truthy(expr_path(maker->given, "pull_request.merged"));
}

static bool
place_merged(struct event_maker *maker, struct wf_error *err)
{
	struct event *event = maker->event;

	if (!maker->args->ref)
		event->ref = full_ref(maker, "heads", event->base_ref);
	maker->head_sha = event->sha;
	return find_sha(maker, "pull_request.merge_commit_sha", maker->base_sha, err);
}

static bool
place_pull(struct event_maker *maker, struct wf_error *err)
{
	struct event *event = maker->event;
	double number = expr_to_number(expr_path(maker->given, "number"));

	if (!(number > 0))
		number = expr_to_number(expr_path(maker->given, "pull_request.number"));
	maker->number = number > 0 ? number : 1;
	if (!find_base(maker, "pull_request.base.ref", "pull_request.base.sha", err))
		return false;
	event->head_ref = first_of(event_given(maker, "pull_request.head.ref"),
	    current_branch(maker), WF_S(""));
	event->ref = maker->args->ref
	                 ? full_ref(maker, "heads", wf_str(maker->args->ref))
	                 : wf_strf(maker->arena, "refs/pull/%.0f/merge", maker->number);
	if (!find_sha(maker, "pull_request.head.sha", WF_S(""), err))
		return false;
	return !is_merged(maker) || place_merged(maker, err);
}

static bool
place_queue(struct event_maker *maker, struct wf_error *err)
{
	struct event *event = maker->event;
	struct wf_str given = event_given(maker, "merge_group.head_ref");

	if (!find_base(maker, "merge_group.base_ref", "merge_group.base_sha", err) ||
	    !find_sha(maker, "merge_group.head_sha", WF_S(""), err))
		return false;
	event->ref = given.n > 0
	                 ? given
	                 : wf_strf(maker->arena, "refs/heads/gh-readonly-queue/%.*s/pr-1-%.*s",
	                       WF_ARG(event->base_ref), WF_ARG(event->sha));
	return true;
}

static bool
place_event(struct event_maker *maker, struct wf_error *err)
{
	switch (maker->spec.def->place) {
	case EVENT_AT_PUSHED: return place_pushed(maker, err);
	case EVENT_AT_PULL: return place_pull(maker, err);
	case EVENT_AT_DEFAULT: return place_default(maker, err);
	case EVENT_AT_CHOSEN: return place_chosen(maker, err);
	case EVENT_AT_TAG: return place_tag(maker, err);
	case EVENT_AT_QUEUE: return place_queue(maker, err);
	}
	abort();
}

/* pull_request_target has the head and base of a pull request, but runs on the default branch. */
static bool
place_all(struct event_maker *maker, struct wf_error *err)
{
	bool target = wf_str_is(maker->event->name, "pull_request_target");

	if (target && !place_pull(maker, err))
		return false;
	maker->head_sha = maker->event->sha;
	if (!place_event(maker, err))
		return false;
	if (maker->head_sha.n == 0)
		maker->head_sha = maker->event->sha;
	return true;
}

static void
name_refs(struct event *event)
{
	event->ref_name = short_ref(event->ref);
	event->ref_type = wf_str_starts(event->ref, WF_S("refs/tags/")) ? WF_S("tag")
	                                                                : WF_S("branch");
	event->filter_name = event->base_ref.n > 0 ? event->base_ref : event->ref_name;
	if (event->head_ref.n == 0)
		event->base_ref = WF_S(""); /* a merge group has a base, but no GITHUB_BASE_REF */
}

/* ---- [skip ci] ---- */

/* "Key: value", as git knows trailers. */
static bool
is_trailer(struct wf_str line)
{
	ptrdiff_t colon = wf_str_find_char(line, ':');

	for (ptrdiff_t i = 0; i < colon; i++)
		if (!isalnum((unsigned char)line.p[i]) && line.p[i] != '-')
			return false;
	return colon > 0;
}

/* Trailers stand at the end, behind two empty lines; skip-checks is the first of them. */
static bool
has_skip_trailer(struct wf_str message)
{
	struct wf_str rest = shape_message(message), first;

	for (ptrdiff_t at; (at = wf_str_find(rest, WF_S("\n\n"))) >= 0;)
		rest = wf_str_skip(rest, (size_t)at + 1);
	if (rest.p - message.p < 3 || memcmp(rest.p - 2, "\n\n\n", 3) != 0)
		return false;
	rest = wf_str_skip(rest, 1);
	first = wf_str_cut(&rest, '\n');
	if (!wf_str_is(first, "skip-checks: true") && !wf_str_is(first, "skip-checks:true"))
		return false;
	while (rest.n > 0)
		if (!is_trailer(wf_str_cut(&rest, '\n')))
			return false;
	return true;
}

static bool
asks_to_skip(struct wf_str message)
{
	static const char *const words[] = { "[skip ci]", "[ci skip]", "[no ci]", "[skip actions]",
		"[actions skip]" };

	for (size_t i = 0; i < WF_COUNT(words); i++)
		if (wf_str_find(message, wf_str(words[i])) >= 0)
			return true;
	return has_skip_trailer(message);
}

/* Only push and pull_request heed the head commit's message. */
static void
find_skip(struct event_maker *maker)
{
	struct event *event = maker->event;
	struct wf_str message = event_given(maker, "head_commit.message");
	struct repo_commit commit;
	struct wf_error ignored;

	if (!wf_str_is(event->name, "push") && !wf_str_is(event->name, "pull_request"))
		return;
	if (message.n == 0 &&
	    repo_commit(maker->repo, maker->arena, maker->head_sha.p, &commit, &ignored))
		message = commit.message;
	event->skip_ci = asks_to_skip(message);
}

/* ---- workflow_run by name ---- */

/* --ref and --sha replace where it stands, as for any event. */
static bool
place_workflow_run(struct event_maker *maker, struct wf_error *err)
{
	struct event *event = maker->event;
	struct wf_str stands = event->filter_name;

	if (!maker->args->ref && !maker->args->sha)
		return true;
	if (!place_default(maker, err))
		return false;
	name_refs(event);
	event->filter_name = stands;
	return true;
}

/* What is known of the run that a workflow_run follows: it is that of a push of ours. */
static struct chain_run
followed_run(struct event_maker *maker, const struct event *push)
{
	struct wf_str type = maker->event->action;
	struct repo_commit commit;
	struct wf_error ignored;
	int64_t when = 0;

	if (repo_commit(maker->repo, maker->arena, push->sha.p, &commit, &ignored))
		when = commit.committer_time;
	return (struct chain_run){
		.event = push,
		.workflow_name = first_of(maker->spec.value,
		    event_given(maker, "workflow_run.name"), event_given(maker, "workflow.name")),
		.workflow_path = event_given(maker, "workflow_run.path"),
		.head_branch = event_given(maker, "workflow_run.head_branch"),
		.run_id = 1,
		.run_number = 1,
		.run_attempt = 1,
		.conclusion = wf_str_is(type, "completed") ? WF_S("success") : WF_S(""),
		.created = when,
		.started = when,
		.updated = when,
	};
}

/* A workflow_run that no run of ours raised. */
static bool
make_workflow_run(struct event_maker *maker, struct wf_error *err)
{
	struct event_args inner = { .spec = "push",
		.actor = wf_cstr(maker->arena, maker->event->actor),
		.changed = (const char *const[]){ NULL } }; /* no matter what changed */
	struct event *out = maker->event, push;
	struct chain_run run;

	if (!event_make(maker->arena, maker->repo, maker->facts, &inner, &push, err))
		return false;
	run = followed_run(maker, &push);
	if (run.workflow_name.n == 0) {
		wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "a workflow_run follows the run of a workflow: name it");
		return wf_hint(err, "workflow_run=NAME, or workflow_run.name in --payload FILE");
	}
	if (!chain_event(maker->arena, maker->repo, maker->facts, &run,
	        wf_cstr(maker->arena, out->action), out, err) ||
	    !place_workflow_run(maker, err))
		return false;
	out->payload = event_merge(maker->arena, out->payload, maker->given);
	return true;
}

/* ---- the whole ---- */

/* The activity type: SPEC's, else the payload's, else the usual one. */
static void
find_action(struct event_maker *maker)
{
	const struct event_def *def = maker->spec.def;

	if (def->types[0])
		maker->event->action = first_of(maker->spec.type, event_given(maker, "action"),
		    wf_str(def->usual));
}

bool
event_make(struct wf_arena *arena, struct repo *repo, const struct repo_facts *facts,
    const struct event_args *args, struct event *out, struct wf_error *err)
{
	struct event_maker maker = { .arena = arena, .repo = repo, .facts = facts, .args = args };

	*out = (struct event){ 0 };
	maker.event = out;
	if (!read_given(&maker, err) || !read_spec(&maker, err))
		return false;
	out->actor = find_actor(&maker);
	find_action(&maker);
	if (wf_str_is(out->name, "workflow_run"))
		return make_workflow_run(&maker, err);
	if (!place_all(&maker, err))
		return false;
	name_refs(out);
	if (!event_find_changes(&maker, err))
		return false;
	find_skip(&maker);
	event_fill_payload(&maker);
	return true;
}
