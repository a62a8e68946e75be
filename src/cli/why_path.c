/* SPDX-License-Identifier: MIT */
/* why_path.c - the event is made anew for each path, with that path as all that it changed. */
#include "cli/why_path.h"

/* A workflow that the path would wake. */
struct woken {
	const struct session_workflow *workflow;
	struct trigger_verdict verdict;
};

/* One path and one event. */
struct question {
	const char *path;
	struct event event;
	struct woken *woken;
	size_t n;
};

void
why_verdict_json(struct expr_object *out, const struct trigger_verdict *verdict)
{
	expr_object_set(out, WF_S("reason"), expr_string(verdict->reason));
	if (verdict->pos.line > 0)
		expr_object_set(out, WF_S("line"), expr_number(verdict->pos.line));
	if (verdict->pattern.n > 0)
		expr_object_set(out, WF_S("pattern"), expr_string(verdict->pattern));
	if (verdict->matched.n > 0)
		expr_object_set(out, WF_S("matched"), expr_string(verdict->matched));
}

static bool
ask(struct scene *scene, const char *spec, struct question *q, struct wf_error *err)
{
	struct wf_arena *arena = scene->cmd->arena;
	const char *const changed[] = { q->path, NULL };
	struct event_args args = scene->event_args;

	args.spec = spec;
	args.changed = changed;
	if (!event_make(arena, scene->repo, &scene->facts, &args, &q->event, err))
		return false;
	q->event.skip_ci = false; /* the commit that will change it is not written yet */
	q->woken = wf_new_array(arena, scene->n, struct woken);
	for (size_t i = 0; i < scene->n; i++) {
		struct woken *woken = &q->woken[q->n];

		woken->workflow = &scene->workflows[i];
		if (!woken->workflow->wf)
			continue; /* its problems are shown */
		if (!trigger_match(arena, woken->workflow->wf, &q->event, &woken->verdict, err))
			return false;
		q->n += woken->verdict.wakes;
	}
	return true;
}

static void
print_question(struct wf_buf *out, const struct question *q)
{
	wf_buf_addf(out, "  %.*s%s\n", WF_ARG(q->event.name), q->n > 0 ? "" : " wakes nothing");
	for (size_t i = 0; i < q->n; i++)
		wf_buf_addf(out, "    %.*s:%d  %.*s\n", WF_ARG(q->woken[i].workflow->path),
		    q->woken[i].verdict.pos.line, WF_ARG(q->woken[i].verdict.reason));
}

static struct expr_value
question_json(struct wf_arena *arena, const struct question *q)
{
	struct expr_object *out = expr_object_new(arena);
	struct expr_array *list = expr_array_new(arena);

	for (size_t i = 0; i < q->n; i++) {
		struct expr_object *item = expr_object_new(arena);

		expr_object_set(item, WF_S("path"), expr_string(q->woken[i].workflow->path));
		expr_object_set(item, WF_S("name"), expr_string(q->woken[i].workflow->wf->name));
		why_verdict_json(item, &q->woken[i].verdict);
		expr_array_push(list, expr_object_value(item));
	}
	expr_object_set(out, WF_S("path"), expr_cstring(q->path));
	expr_object_set(out, WF_S("event"), expr_string(q->event.name));
	expr_object_set(out, WF_S("ref"), expr_string(q->event.ref));
	expr_object_set(out, WF_S("wakes"), expr_array_value(list));
	return expr_object_value(out);
}

bool
why_paths(struct scene *scene, struct wf_error *err)
{
	static const char *const usual[] = { "push", "pull_request" };
	const struct args *args = scene->cmd->args;
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct expr_array *list = expr_array_new(scene->cmd->arena);

	for (size_t i = 0; i < args->paths.n; i++) {
		wf_buf_addf(&out, "if %s changed:\n", args->paths.items[i]);
		for (size_t k = 0; k < (args->event ? 1 : WF_COUNT(usual)); k++) {
			struct question q = { .path = args->paths.items[i] };

			if (!ask(scene, args->event ? args->event : usual[k], &q, err))
				return false;
			print_question(&out, &q);
			expr_array_push(list, question_json(scene->cmd->arena, &q));
		}
	}
	if (args->json)
		cmd_print_json(expr_array_value(list));
	else
		cmd_print_wrapped(&out);
	return true;
}
