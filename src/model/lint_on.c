/* SPDX-License-Identifier: MIT */
/* lint_on.c - the `on:` block: filters that take nothing, schedules, workflows that are not there.
 */
#include "model/lint_walk.h"

#include "base/pattern.h"
#include "model/cron.h"

/* ---- one pattern that matches nothing ---- */

static bool
is_regex(struct wf_str text)
{
	static const char *const marks[] = { "\\d", "\\w", "\\s" };

	for (size_t i = 0; i < WF_COUNT(marks); i++)
		if (wf_str_find(text, wf_str(marks[i])) >= 0)
			return true;
	return text.n > 0 && (text.p[0] == '^' || text.p[text.n - 1] == '$');
}

struct reason {
	const char *what, *hint;
};

/* Why no branch or tag has such a name; NULL when some may. */
static const struct reason *
reason_of_ref(struct wf_str text)
{
	static const struct reason full = { "a filter is held against the short name, without "
		                            "'refs/heads/' or 'refs/tags/'",
		"leave the beginning away" };
	static const struct reason regex = { "this is no regular expression but a pattern of "
		                             "GitHub's own",
		"* ** ? + [] and ! have a meaning" };
	static const struct reason slash = { "no name of a branch or tag starts with '/'", "" };

	if (wf_str_starts(text, WF_S("refs/heads/")) || wf_str_starts(text, WF_S("refs/tags/")))
		return &full;
	if (is_regex(text))
		return &regex;
	return text.n > 0 && text.p[0] == '/' ? &slash : NULL;
}

/* Why no path of a changed file looks so. */
static const struct reason *
reason_of_path(struct wf_str text)
{
	static const struct reason start = { "paths are relative to the repository, without '/' or "
		                             "'./' before them",
		"leave the beginning away" };
	static const struct reason folder = { "no changed file has a path that ends with '/'",
		"append '**'" };
	static const struct reason regex = { "this is no regular expression but a pattern of "
		                             "GitHub's own",
		"* ** ? + [] and ! have a meaning" };

	if (wf_str_starts(text, WF_S("/")) || wf_str_starts(text, WF_S("./")))
		return &start;
	if (wf_str_ends(text, WF_S("/")))
		return &folder;
	return is_regex(text) ? &regex : NULL;
}

static bool
is_negative(const struct when_pattern *pattern)
{
	return pattern->text.n > 0 && pattern->text.p[0] == '!';
}

typedef const struct reason *reason_fn(struct wf_str text);

static void
check_patterns(struct lint *l, const struct when_filter *filter, reason_fn *reason_of)
{
	for (size_t i = 0; i < filter->n; i++) {
		const struct when_pattern *pattern = &filter->items[i];
		struct lint_spot spot = lint_spot(pattern->pos, pattern->text);
		const struct reason *reason;
		struct wf_diag *diag;

		reason = reason_of(wf_str_skip(pattern->text, is_negative(pattern)));
		if (!reason)
			continue;
		diag = lint_report(l, LINT_FILTER_NEVER_MATCHES, &spot, "'%.*s' never matches: %s",
		    WF_ARG(pattern->text), reason->what);
		wf_hint(&diag->error, "%s", reason->hint);
	}
}

/* ---- a list that takes nothing ---- */

static bool
is_literal(struct wf_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (strchr("*?+[]\\!", text.p[i]))
			return false;
	return true;
}

/* Whether the negative pattern takes out all that the positive one takes. */
static bool
takes_out(struct wf_str negative, struct wf_str positive)
{
	struct wf_pattern *pattern;
	bool out;

	if (wf_str_is(negative, "**") || wf_str_eq(negative, positive))
		return true;
	if (!is_literal(positive))
		return false;
	pattern = wf_pattern_new(WF_PATTERN_FILTER, negative, WF_NOWHERE, NULL);
	if (!pattern)
		return false;
	out = wf_pattern_match(pattern, positive);
	wf_pattern_free(pattern);
	return out;
}

/* Whether a pattern behind number i takes out what that one takes. */
static bool
is_dead(const struct when_filter *filter, size_t i)
{
	for (size_t k = i + 1; k < filter->n; k++)
		if (is_negative(&filter->items[k]) &&
		    takes_out(wf_str_skip(filter->items[k].text, 1), filter->items[i].text))
			return true;
	return false;
}

static void
check_list(struct lint *l, const struct when_filter *filter, const char *key)
{
	struct lint_spot spot = lint_spot(filter->pos, wf_str(key));
	size_t positive = 0, dead = 0;
	struct wf_diag *diag;

	if (!filter->given || filter->n == 0 || filter->n > 100)
		return;
	for (size_t i = 0; i < filter->n; i++) {
		positive += !is_negative(&filter->items[i]);
		dead += !is_negative(&filter->items[i]) && is_dead(filter, i);
	}
	if (positive > dead)
		return;
	if (positive) {
		lint_report(l, LINT_FILTER_NEVER_MATCHES, &spot,
		    "'%s' takes nothing: its later patterns take out all of its earlier ones", key);
		return;
	}
	diag = lint_report(l, LINT_FILTER_NEVER_MATCHES, &spot,
	    "'%s' takes nothing: it has only patterns that take out", key);
	wf_hint(&diag->error, "put '**' first, or use '%s-ignore' without '!'", key);
}

/* ---- schedules ---- */

/* Whether one of its days exists in one of its months. */
static bool
has_day(const struct cron *cron)
{
	static const unsigned char days[] = { 0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (!cron->any[CRON_WEEKDAY])
		return true; /* the weekday fires by itself */
	for (unsigned month = 1; month <= 12; month++)
		for (unsigned day = 1; day <= days[month]; day++)
			if ((cron->values[CRON_MONTH] >> month & 1) &&
			    (cron->values[CRON_DAY] >> day & 1))
				return true;
	return false;
}

enum { SHORTEST = 5 }; /* minutes, says GitHub's manual */

/* Whether two of its minutes are nearer to each other than GitHub fires. */
static bool
is_too_often(const struct cron *cron)
{
	unsigned last = 60;

	for (unsigned minute = 0; minute < 60; minute++) {
		if (!(cron->values[CRON_MINUTE] >> minute & 1))
			continue;
		if (last < 60 && minute - last < SHORTEST)
			return true;
		last = minute;
	}
	return false;
}

static void
check_cron(struct lint *l, const struct when_cron *when)
{
	struct lint_spot spot = lint_spot(when->pos, when->cron);
	struct cron cron;

	if (!cron_read(when->cron, &cron))
		return;
	if (!has_day(&cron))
		lint_report(l, LINT_CRON_NEVER, &spot,
		    "this schedule never fires: no month of it has such a day");
	else if (is_too_often(&cron))
		lint_report(l, LINT_CRON_TOO_OFTEN, &spot,
		    "GitHub fires a schedule at most every %d minutes", SHORTEST);
}

/* ---- workflow_run ---- */

/* Workflows that GitHub makes itself; no file has their names. */
static bool
is_made_by_github(struct wf_str name)
{
	static const char *const names[] = { "pages-build-deployment", "CodeQL", "Copilot",
		"Copilot code review", "Copilot coding agent", "Running Copilot coding agent",
		"Dependabot Updates", "Dependency Graph", "Automatic Dependency Submission",
		"Dependabot", "GitHub Pages" };

	for (size_t i = 0; i < WF_COUNT(names); i++)
		if (wf_str_ieq(name, wf_str(names[i])))
			return true;
	return false;
}

static void
check_workflows(struct lint *l, const struct when_filter *filter)
{
	const struct wf_str *names;
	struct lint_spot spot;
	size_t n = 0;

	if (!l->repository || !filter->given)
		return;
	names = l->repository->names(l->repository->data, &n);
	for (size_t i = 0; i < filter->n; i++) {
		struct wf_str name = filter->items[i].text;
		bool found = n == 0 || !is_literal(name) || is_made_by_github(name);

		for (size_t k = 0; k < n && !found; k++)
			found = wf_str_eq(names[k], name);
		if (found)
			continue;
		spot = lint_spot(filter->items[i].pos, name);
		lint_suggest(lint_report(l, LINT_UNKNOWN_WORKFLOW, &spot,
		                 "no workflow of this repository has the name '%.*s'",
		                 WF_ARG(name)),
		    name, names, n);
	}
}

/* ---- required checks ---- */

/* GitHub's own advice: a second workflow of the same name answers for what this one leaves out. */
static bool
has_namesake(struct lint *l)
{
	const struct wf_str *names;
	size_t n = 0, same = 0;

	if (!l->repository)
		return false;
	names = l->repository->names(l->repository->data, &n);
	for (size_t i = 0; i < n; i++)
		same += wf_str_eq(names[i], l->wf->name);
	return same > 1;
}

static void
check_pending(struct lint *l, const struct when_event *on)
{
	const struct when_filter *filter = on->paths.given ? &on->paths : &on->paths_ignore;
	const char *key = on->paths.given ? "paths" : "paths-ignore";
	struct lint_spot spot = lint_spot(filter->pos, wf_str(key));

	if (!filter->given || !wf_str_starts(on->name, WF_S("pull_request")) || has_namesake(l))
		return;
	lint_report(l, LINT_PENDING_CHECK, &spot,
	    "if a job of this workflow is a required check, a pull request that '%s' leaves out "
	    "waits for it for ever",
	    key);
}

/* ---- the block ---- */

static void
check_event(struct lint *l, const struct when_event *on)
{
	const struct {
		const struct when_filter *filter;
		const char *key; /* NULL: a list whose patterns only take out */
		reason_fn *reason_of;
	} filters[] = {
		{ &on->branches, "branches", reason_of_ref },
		{ &on->branches_ignore, NULL, reason_of_ref },
		{ &on->tags, "tags", reason_of_ref },
		{ &on->tags_ignore, NULL, reason_of_ref },
		{ &on->paths, "paths", reason_of_path },
		{ &on->paths_ignore, NULL, reason_of_path },
	};

	for (size_t i = 0; i < WF_COUNT(filters); i++) {
		check_patterns(l, filters[i].filter, filters[i].reason_of);
		if (filters[i].key)
			check_list(l, filters[i].filter, filters[i].key);
	}
	for (size_t i = 0; i < on->ncrons; i++)
		check_cron(l, &on->crons[i]);
	check_workflows(l, &on->workflows);
	check_pending(l, on);
}

void
lint_on(struct lint *l)
{
	for (size_t i = 0; i < l->wf->on->n; i++)
		check_event(l, &l->wf->on->events[i]);
}
