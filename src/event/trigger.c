/* SPDX-License-Identifier: MIT */
/* trigger.c - the questions that GitHub asks of `on:`, one function each.
 *
 * Each check says yes, or no with the line that decided and the reason in plain words. A check that
 * found a pattern in favour leaves that as the reason for waking; the last one to do so is kept. */
#include "event/trigger.h"

#include <stdlib.h>

#include "event/filter.h"
#include "event/table.h"

#define MAX_CHANGES 300 /* GitHub looks no further */

struct check {
	struct wf_arena *arena;
	const struct workflow *wf;
	const struct event *event;
	const struct when_event *on;
	struct trigger_verdict *out;
	struct wf_error *err;
	bool failed; /* *err is set */
};

static void
filter_freep(struct filter **filter)
{
	filter_free(*filter);
}

static void
say(struct check *c, struct wf_pos pos, struct wf_str reason)
{
	c->out->pos = pos;
	c->out->reason = reason;
}

static bool
refuse(struct check *c, struct wf_pos pos, struct wf_str reason)
{
	say(c, pos, reason);
	return false;
}

/* Compiles a list; a pattern that is none fails the whole question. */
static struct filter *
compile(struct check *c, const struct when_filter *list)
{
	struct filter *filter = filter_new(list, c->err);

	c->failed = c->failed || !filter;
	return filter;
}

static struct wf_str
join(struct wf_arena *arena, const struct when_filter *list)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < list->n; i++)
		wf_buf_addf(&out, "%s%.*s", i > 0 ? ", " : "", WF_ARG(list->items[i].text));
	return wf_str_dup(arena, wf_buf_str(&out));
}

/* ---- does it listen ---- */

static bool
check_listens(struct check *c)
{
	const struct when *on = c->wf->on;
	wf_auto(wf_buf_release) struct wf_buf names = WF_BUF_INIT;

	for (size_t i = 0; i < on->n; i++)
		wf_buf_addf(&names, "%s%.*s", i > 0 ? ", " : "", WF_ARG(on->events[i].name));
	if (!c->on)
		return refuse(c, on->pos,
		    wf_strf(c->arena, "the workflow does not listen to '%.*s'; it listens to %s",
		        WF_ARG(c->event->name), names.n > 0 ? names.p : "nothing"));
	c->out->listens = true;
	say(c, c->on->pos,
	    wf_strf(c->arena, "the workflow listens to '%.*s'", WF_ARG(c->event->name)));
	return true;
}

static bool
check_skip_ci(struct check *c)
{
	if (!c->event->skip_ci)
		return true;
	return refuse(c, c->on->pos,
	    wf_strf(c->arena, "the message of the head commit asks to skip workflows"));
}

/* ---- activity types, workflows, cron ---- */

static bool
list_has(const struct when_filter *list, struct wf_str text, struct wf_pos *pos)
{
	for (size_t i = 0; i < list->n; i++)
		if (wf_str_eq(list->items[i].text, text)) {
			*pos = list->items[i].pos;
			return true;
		}
	return false;
}

static bool
check_types(struct check *c)
{
	const struct event_def *def = event_def_find(c->event->name);
	struct wf_str action = c->event->action;
	struct wf_pos pos = c->on->types.pos;

	if (action.n == 0)
		return true;
	if (c->on->types.given) {
		if (!list_has(&c->on->types, action, &pos))
			return refuse(c, pos,
			    wf_strf(c->arena, "types: '%.*s' is not among %.*s", WF_ARG(action),
			        WF_ARG(join(c->arena, &c->on->types))));
		say(c, pos, wf_strf(c->arena, "types: '%.*s'", WF_ARG(action)));
		return true;
	}
	if (!def || !def->woken_by || event_types_have(def->woken_by, action))
		return true;
	return refuse(c, c->on->pos,
	    wf_strf(c->arena, "'%.*s' wakes it only where `types:` says so; without: %s",
	        WF_ARG(action), def->woken_by));
}

static bool
check_workflows(struct check *c)
{
	struct wf_str name;
	struct wf_pos pos = c->on->workflows.pos;

	if (!wf_str_is(c->event->name, "workflow_run"))
		return true;
	name = expr_path_str(c->arena, expr_object_value(c->event->payload), "workflow_run.name");
	if (!c->on->workflows.given)
		return refuse(c, c->on->pos,
		    wf_strf(c->arena, "workflow_run names no `workflows:` to follow"));
	if (!list_has(&c->on->workflows, name, &pos))
		return refuse(c, pos,
		    wf_strf(c->arena, "workflows: '%.*s' is not among %.*s", WF_ARG(name),
		        WF_ARG(join(c->arena, &c->on->workflows))));
	say(c, pos,
	    wf_strf(c->arena, "workflows: it follows '%.*s'%s", WF_ARG(name),
	        c->on->types.given ? ""
	                           : ", and without types: when it is requested, in progress and "
	                             "completed"));
	return true;
}

/* Equal but for the number of blanks between the fields. */
static bool
same_cron(struct wf_str a, struct wf_str b)
{
	while (a.p || b.p) {
		struct wf_str one, two;

		do
			one = wf_str_cut(&a, ' ');
		while (a.p && one.n == 0);
		do
			two = wf_str_cut(&b, ' ');
		while (b.p && two.n == 0);
		if (!wf_str_eq(one, two))
			return false;
	}
	return true;
}

static bool
check_cron(struct check *c)
{
	struct wf_str asked;

	if (!wf_str_is(c->event->name, "schedule"))
		return true;
	asked = expr_path_str(c->arena, expr_object_value(c->event->payload), "schedule");
	for (size_t i = 0; i < c->on->ncrons; i++) {
		const struct when_cron *entry = &c->on->crons[i];

		if (asked.n > 0 && !same_cron(wf_str_trim(asked), wf_str_trim(entry->cron)))
			continue;
		c->out->pattern = entry->cron;
		say(c, entry->pos, wf_strf(c->arena, "schedule: '%.*s'", WF_ARG(entry->cron)));
		return true;
	}
	return refuse(c, c->on->pos,
	    wf_strf(c->arena, "schedule: no entry is '%.*s'", WF_ARG(asked)));
}

/* ---- names: branches, tags, image versions ---- */

/* A list of names to take. `key` is how the file calls it. */
static bool
check_take(struct check *c, const char *key, const struct when_filter *list, struct wf_str name)
{
	wf_auto(filter_freep) struct filter *filter = compile(c, list);
	const struct when_pattern *by;
	ptrdiff_t decided;
	bool takes;

	if (!filter)
		return false;
	takes = filter_match(filter, name, &decided);
	if (decided < 0)
		return refuse(c, list->pos,
		    wf_strf(c->arena, "%s: '%.*s' matches no pattern", key, WF_ARG(name)));
	by = &list->items[decided];
	c->out->pattern = by->text;
	c->out->matched = name;
	say(c, by->pos,
	    wf_strf(c->arena,
	        takes ? "%s: '%.*s' matches '%.*s'" : "%s: '%.*s' is taken out by '%.*s'", key,
	        WF_ARG(name), WF_ARG(by->text)));
	return takes;
}

static bool
check_leave(struct check *c, const char *key, const struct when_filter *list, struct wf_str name)
{
	wf_auto(filter_freep) struct filter *filter = compile(c, list);
	ptrdiff_t decided;

	if (!filter)
		return false;
	if (!filter_ignores(filter, name, &decided)) {
		say(c, list->pos,
		    wf_strf(c->arena, "%s: '%.*s' is not left out", key, WF_ARG(name)));
		return true;
	}
	c->out->pattern = list->items[decided].text;
	c->out->matched = name;
	return refuse(c, list->items[decided].pos,
	    wf_strf(c->arena, "%s: '%.*s' is left out by '%.*s'", key, WF_ARG(name),
	        WF_ARG(list->items[decided].text)));
}

/* One kind of ref by its own two lists. */
static bool
check_names(struct check *c, bool tags)
{
	const struct when_filter *take = tags ? &c->on->tags : &c->on->branches;
	const struct when_filter *leave = tags ? &c->on->tags_ignore : &c->on->branches_ignore;
	struct wf_str name = c->event->filter_name;

	if (take->given && !check_take(c, tags ? "tags" : "branches", take, name))
		return false;
	return !leave->given ||
	       check_leave(c, tags ? "tags-ignore" : "branches-ignore", leave, name);
}

/* Filters of one kind of ref only say that pushes of the other kind do not count. */
static bool
check_push_ref(struct check *c)
{
	const struct when_event *on = c->on;
	bool tag = wf_str_is(c->event->ref_type, "tag");
	bool branches = on->branches.given || on->branches_ignore.given;
	bool tags = on->tags.given || on->tags_ignore.given;
	const char *kind = tag ? "tag" : "branch";
	const struct when_filter *other;

	if (tag ? tags || !branches : branches || !tags)
		return check_names(c, tag);
	if (tag)
		other = on->branches.given ? &on->branches : &on->branches_ignore;
	else
		other = on->tags.given ? &on->tags : &on->tags_ignore;
	return refuse(c, other->pos,
	    wf_strf(c->arena, "%s: only pushes of %s wake it, and '%.*s' is a %s",
	        tag ? "branches" : "tags", tag ? "branches" : "tags", WF_ARG(c->event->filter_name),
	        kind));
}

static bool
check_refs(struct check *c)
{
	if (wf_str_is(c->event->name, "push"))
		return check_push_ref(c);
	return check_names(c, false);
}

static bool
check_image(struct check *c)
{
	struct expr_value payload = expr_object_value(c->event->payload);
	const struct when_event *on = c->on;

	if (on->names.given && !check_take(c, "names", &on->names,
	                           expr_path_str(c->arena, payload, "image_version.name")))
		return false;
	return !on->versions.given ||
	       check_take(c, "versions", &on->versions,
	           expr_path_str(c->arena, payload, "image_version.version"));
}

/* ---- paths ---- */

/* How many files the filters see. */
static size_t
seen(const struct check *c)
{
	return c->event->nchanges < MAX_CHANGES ? c->event->nchanges : MAX_CHANGES;
}

/* Says that no file wakes the workflow: `paths` took none, or `paths-ignore` left out all. */
static bool
refuse_paths(struct check *c, const struct when_filter *list, bool takes)
{
	const char *key = takes ? "paths" : "paths-ignore";
	const struct event *event = c->event;
	struct wf_str files = wf_strf(c->arena, "%zu changed files", event->nchanges);

	c->out->pattern = c->out->matched = WF_S("");
	if (event->nchanges == 0)
		return refuse(c, list->pos, wf_strf(c->arena, "%s: no file changed", key));
	if (event->nchanges == 1)
		return refuse(c, list->pos,
		    wf_strf(c->arena, "%s: '%.*s' %s", key, WF_ARG(event->changes[0].path),
		        takes ? "matches no pattern" : "is left out"));
	if (seen(c) < event->nchanges)
		files = wf_strf(c->arena, "first %zu of %.*s", seen(c), WF_ARG(files));
	return refuse(c, list->pos,
	    wf_strf(c->arena,
	        takes ? "paths: none of the %.*s matches"
	              : "paths-ignore: all of the %.*s are left out",
	        WF_ARG(files)));
}

static bool
check_paths_taken(struct check *c)
{
	const struct when_filter *list = &c->on->paths;
	wf_auto(filter_freep) struct filter *filter = compile(c, list);
	ptrdiff_t decided;

	for (size_t i = 0; filter && i < seen(c); i++) {
		struct wf_str path = c->event->changes[i].path;

		if (!filter_match(filter, path, &decided))
			continue;
		c->out->pattern = list->items[decided].text;
		c->out->matched = path;
		say(c, list->items[decided].pos,
		    wf_strf(c->arena, "paths: '%.*s' matches '%.*s'", WF_ARG(path),
		        WF_ARG(list->items[decided].text)));
		return true;
	}
	return refuse_paths(c, list, true);
}

static bool
check_paths_left(struct check *c)
{
	const struct when_filter *list = &c->on->paths_ignore;
	wf_auto(filter_freep) struct filter *filter = compile(c, list);
	ptrdiff_t decided;

	for (size_t i = 0; filter && i < seen(c); i++) {
		struct wf_str path = c->event->changes[i].path;

		if (filter_ignores(filter, path, &decided))
			continue;
		c->out->pattern = WF_S("");
		c->out->matched = path;
		say(c, list->pos,
		    wf_strf(c->arena, "paths-ignore: '%.*s' is not left out", WF_ARG(path)));
		return true;
	}
	return refuse_paths(c, list, false);
}

/* Pushes of tags have no paths. What changed may be unknown; then GitHub lets it pass. */
static bool
check_paths(struct check *c)
{
	const struct when_event *on = c->on;

	if (!on->paths.given && !on->paths_ignore.given)
		return true;
	if (!c->event->has_changes) {
		if (c->event->changes_unknown.n > 0)
			say(c, on->paths.given ? on->paths.pos : on->paths_ignore.pos,
			    wf_strf(c->arena,
			        "paths: not asked, for the changes are not known: %.*s",
			        WF_ARG(c->event->changes_unknown)));
		return true;
	}
	if (on->paths.given && !check_paths_taken(c))
		return false;
	return !on->paths_ignore.given || check_paths_left(c);
}

bool
trigger_match(struct wf_arena *arena, const struct workflow *wf, const struct event *event,
    struct trigger_verdict *out, struct wf_error *err)
{
	static bool (*const checks[])(struct check *) = { check_listens, check_skip_ci, check_types,
		check_workflows, check_cron, check_refs, check_image, check_paths };
	struct check c = { .arena = arena, .wf = wf, .event = event, .out = out, .err = err };

	*out = (struct trigger_verdict){ 0 };
	c.on = when_find(wf->on, event->name);
	out->wakes = true;
	for (size_t i = 0; i < WF_COUNT(checks) && out->wakes && !c.failed; i++)
		out->wakes = checks[i](&c);
	return !c.failed;
}
