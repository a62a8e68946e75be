/* SPDX-License-Identifier: MIT */
/* lint_untrusted.c - the github context: foreign text in scripts, refs that are not what they seem.
 *
 * An expression in a script is replaced before a shell reads the script: whoever writes the title
 * of an issue writes a part of the program. */
#include "model/lint_walk.h"

/* ---- script-injection ---- */

/* Fields that somebody without rights writes, and the events that have them. "*" is any key. */
static const struct field {
	const char *path[LINT_PATH]; /* NULL-ended unless full */
	const char *events; /* beginnings of their names */
} fields[] = {
	{ { "head_ref" }, "pull_request" },
	{ { "event", "issue", "title" }, "issue" },
	{ { "event", "issue", "body" }, "issue" },
	{ { "event", "comment", "body" }, "issue_comment commit_comment discussion_comment "
	                                  "pull_request_review_comment" },
	{ { "event", "review", "body" }, "pull_request_review" },
	{ { "event", "discussion", "title" }, "discussion" },
	{ { "event", "discussion", "body" }, "discussion" },
	{ { "event", "pages", "*", "page_name" }, "gollum" },
	{ { "event", "pull_request", "title" }, "pull_request" },
	{ { "event", "pull_request", "body" }, "pull_request" },
	{ { "event", "pull_request", "head", "ref" }, "pull_request" },
	{ { "event", "pull_request", "head", "label" }, "pull_request" },
	{ { "event", "pull_request", "head", "repo", "default_branch" }, "pull_request" },
	{ { "event", "head_commit", "message" }, "push" },
	{ { "event", "head_commit", "author", "email" }, "push" },
	{ { "event", "head_commit", "author", "name" }, "push" },
	{ { "event", "commits", "*", "message" }, "push" },
	{ { "event", "commits", "*", "author", "email" }, "push" },
	{ { "event", "commits", "*", "author", "name" }, "push" },
	{ { "event", "workflow_run", "head_branch" }, "workflow_run" },
	{ { "event", "workflow_run", "display_title" }, "workflow_run" },
	{ { "event", "workflow_run", "head_commit", "message" }, "workflow_run" },
	{ { "event", "workflow_run", "head_commit", "author", "email" }, "workflow_run" },
	{ { "event", "workflow_run", "head_commit", "author", "name" }, "workflow_run" },
	{ { "event", "workflow_run", "pull_requests", "*", "head", "ref" }, "workflow_run" },
};

static bool
names_field(const struct lint_ref *ref, const struct field *field)
{
	size_t i = 0;

	for (; i < LINT_PATH && field->path[i]; i++)
		if (i >= ref->npath ||
		    (strcmp(field->path[i], "*") != 0 && !lint_ref_is(ref, i, field->path[i])))
			return false;
	return i == ref->npath;
}

/* Whether such an event can wake the file; one that is called may be called for any. */
static bool
may_have(const struct lint *l, const char *events)
{
	struct wf_str rest = wf_str(events);

	if (!l->wf || when_find(l->wf->on, WF_S("workflow_call")))
		return true;
	while (rest.p) {
		struct wf_str event = wf_str_cut(&rest, ' ');

		for (size_t i = 0; i < l->wf->on->n; i++)
			if (wf_str_starts(l->wf->on->events[i].name, event))
				return true;
	}
	return false;
}

static void
check_injection(struct lint *l, const struct lint_ref *ref)
{
	struct lint_spot spot;

	if (l->site != LINT_AT_SCRIPT || !ref->flows)
		return;
	for (size_t i = 0; i < WF_COUNT(fields); i++) {
		if (!names_field(ref, &fields[i]) || !may_have(l, fields[i].events))
			continue;
		spot = lint_spot_ref(ref, ref->npath - 1);
		spot.at = spot.from;
		wf_hint(&lint_report(l, LINT_SCRIPT_INJECTION, &spot,
		            "text that anybody can write becomes a part of the script")
		             ->error,
		    "hand it over in 'env:' and use the variable");
		return;
	}
}

/* ---- default-branch-ref ---- */

static bool
mentions(struct wf_str text, const char *const *words)
{
	for (; *words; words++)
		if (wf_str_find(text, wf_str(*words)) >= 0)
			return true;
	return false;
}

/* A condition that asks for the event or the ref knows what it does, unless it asks for the very
 * run that woke this one. */
static bool
is_guarded(const struct expr_token *cond)
{
	static const char *const guards[] = { "event_name", "github.ref", "github.event.", NULL };
	static const char *const chained[] = { "github.event.workflow_run.", "== 'workflow_run'",
		NULL };

	return cond && mentions(cond->source, guards) && !mentions(cond->source, chained);
}

/* Whether the file is woken by nothing but other runs and by hand. */
static bool
only_chained(const struct lint *l)
{
	for (size_t i = 0; i < l->wf->on->n; i++)
		if (!wf_str_is(l->wf->on->events[i].name, "workflow_run") &&
		    !wf_str_is(l->wf->on->events[i].name, "workflow_dispatch"))
			return false;
	return true;
}

bool
lint_misleads(const struct lint *l, const struct expr_token *token)
{
	static const char *const aware[] = { "workflow_run", "event_name", "EVENT_NAME", NULL };

	if (!l->wakes_on_chain || (l->site != LINT_AT_SCRIPT && l->site != LINT_AT_VALUE))
		return false;
	if (l->job ? is_guarded(l->job->cond_source) : !only_chained(l))
		return false;
	if (l->step && is_guarded(l->step->cond_source))
		return false;
	return !mentions(token->source, aware);
}

static void
report_ref(struct lint *l, const struct lint_spot *spot)
{
	struct wf_diag *diag = lint_report(l, LINT_DEFAULT_BRANCH_REF, spot,
	    "in a run that workflow_run woke this is the default branch, not the tag or branch "
	    "of the run before");

	wf_hint(&diag->error, "use github.event.workflow_run.head_branch");
}

void
lint_ref_github(struct lint *l, const struct lint_ref *ref)
{
	struct lint_spot spot;

	check_injection(l, ref);
	if (lint_ref_is(ref, 0, "event") && lint_ref_is(ref, 1, "inputs"))
		lint_event_input(l, ref);
	if (!lint_ref_is(ref, 0, "ref_name") || !ref->flows || !l->misled)
		return;
	spot = lint_spot_ref(ref, 0);
	spot.at = spot.from;
	report_ref(l, &spot);
}

/* ---- the text of scripts ---- */

static struct lint_spot
spot_in(const struct expr_token *token, size_t at, size_t n)
{
	return (struct lint_spot){ token->pos, token->source, at, at, at + n };
}

/* Where the line ends when it is a comment of the shell, else `at`. */
static size_t
behind_comment(struct wf_str text, size_t at)
{
	struct wf_str before = wf_str_sub(text, 0, at), line;
	ptrdiff_t end = wf_str_find_char(wf_str_skip(text, at), '\n');

	line = wf_str_trim(wf_str_skip(before, (size_t)(wf_str_rfind_char(before, '\n') + 1)));
	if (!wf_str_starts(line, WF_S("#")))
		return at;
	return end < 0 ? text.n : at + (size_t)end;
}

static bool
is_name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static const struct wf_str ref_variable = { "GITHUB_REF", sizeof("GITHUB_REF") - 1 };

/* Whether text[begin..end) is a name of its own that takes a ref for a name: GITHUB_REF_NAME, or
 * GITHUB_REF whose beginning is cut off. */
static bool
names_ref(struct wf_str text, size_t begin, size_t end)
{
	bool whole = end - begin == ref_variable.n;

	if (begin > 0 && is_name_char(text.p[begin - 1]))
		return false;
	if (end == text.n)
		return !whole;
	return !is_name_char(text.p[end]) && (!whole || strchr("#/", text.p[end]));
}

static void
check_variable(struct lint *l, const struct expr_token *token)
{
	struct wf_str text = token->source;
	struct lint_spot spot;
	size_t from = 0;
	ptrdiff_t at;

	while (!lint_enough(l) && (at = wf_str_find(wf_str_skip(text, from), ref_variable)) >= 0) {
		size_t begin = from + (size_t)at, end = begin + ref_variable.n;

		if (wf_str_starts(wf_str_skip(text, end), WF_S("_NAME")))
			end += strlen("_NAME");
		from = end;
		if (!names_ref(text, begin, end) || (from = behind_comment(text, end)) > end)
			continue;
		spot = spot_in(token, begin, end - begin);
		report_ref(l, &spot);
	}
}

static const struct old_command {
	const char *text, *name, *instead;
} old_commands[] = {
	{ "::set-output name=", "set-output", "write NAME=VALUE to the file $GITHUB_OUTPUT" },
	{ "::save-state name=", "save-state", "write NAME=VALUE to the file $GITHUB_STATE" },
	{ "::set-env name=", "set-env", "write NAME=VALUE to the file $GITHUB_ENV" },
	{ "::add-path::", "add-path", "write the folder to the file $GITHUB_PATH" },
};

static void
check_command(struct lint *l, const struct expr_token *token, const struct old_command *old)
{
	struct wf_str command = wf_str(old->text);
	struct lint_spot spot;
	struct wf_diag *diag;
	size_t from = 0;
	ptrdiff_t at;

	while (!lint_enough(l) &&
	       (at = wf_str_find(wf_str_skip(token->source, from), command)) >= 0) {
		size_t end = from + (size_t)at + command.n;

		from = behind_comment(token->source, end);
		if (from > end)
			continue;
		spot = spot_in(token, end - command.n, command.n);
		diag = lint_report(l, LINT_DEPRECATED_COMMAND, &spot,
		    "the command '%s' is deprecated", old->name);
		wf_hint(&diag->error, "%s", old->instead);
	}
}

void
lint_script(struct lint *l, const struct expr_token *token)
{
	if (wf_str_find(token->source, WF_S("::")) >= 0)
		for (size_t i = 0; i < WF_COUNT(old_commands); i++)
			check_command(l, token, &old_commands[i]);
	if (l->misled)
		check_variable(l, token);
}
