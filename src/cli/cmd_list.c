/* SPDX-License-Identifier: MIT */
/* cmd_list.c - `wfrun list`: the workflows and what each of them listens to. */
#include <stddef.h>

#include "cli/cmd.h"
#include "cli/list_schedule.h"
#include "cli/scene.h"

/* The filters of an event, as they are spelled in the file. */
static const struct {
	const char *key;
	size_t field; /* in struct when_event */
} filters[] = {
	{ "types", offsetof(struct when_event, types) },
	{ "branches", offsetof(struct when_event, branches) },
	{ "branches-ignore", offsetof(struct when_event, branches_ignore) },
	{ "tags", offsetof(struct when_event, tags) },
	{ "tags-ignore", offsetof(struct when_event, tags_ignore) },
	{ "paths", offsetof(struct when_event, paths) },
	{ "paths-ignore", offsetof(struct when_event, paths_ignore) },
	{ "workflows", offsetof(struct when_event, workflows) },
	{ "names", offsetof(struct when_event, names) },
	{ "versions", offsetof(struct when_event, versions) },
};

static const struct when_filter *
filter_at(const struct when_event *event, size_t i)
{
	return (const void *)((const char *)event + filters[i].field);
}

static struct expr_value
patterns_json(struct wf_arena *arena, const struct when_filter *filter)
{
	struct expr_array *out = expr_array_new(arena);

	for (size_t i = 0; i < filter->n; i++)
		expr_array_push(out, expr_string(filter->items[i].text));
	return expr_array_value(out);
}

/* An event as an object: its filters, inputs and times under the names that they have in a file. */
static struct expr_value
event_json(struct wf_arena *arena, const struct when_event *event)
{
	struct expr_object *out = expr_object_new(arena);
	struct expr_array *crons = expr_array_new(arena), *inputs = expr_array_new(arena);

	for (size_t i = 0; i < WF_COUNT(filters); i++)
		if (filter_at(event, i)->given)
			expr_object_set(out, wf_str(filters[i].key),
			    patterns_json(arena, filter_at(event, i)));
	for (size_t i = 0; i < event->ncrons; i++)
		expr_array_push(crons, expr_string(event->crons[i].cron));
	for (size_t i = 0; i < event->ninputs; i++)
		expr_array_push(inputs, expr_string(event->inputs[i].id));
	if (event->ncrons > 0)
		expr_object_set(out, WF_S("cron"), expr_array_value(crons));
	if (event->ninputs > 0)
		expr_object_set(out, WF_S("inputs"), expr_array_value(inputs));
	return expr_object_value(out);
}

static struct expr_value
workflow_json(struct wf_arena *arena, const struct session_workflow *workflow)
{
	struct expr_object *out = expr_object_new(arena), *on = expr_object_new(arena);

	expr_object_set(out, WF_S("path"), expr_string(workflow->path));
	expr_object_set(out, WF_S("valid"), expr_bool(workflow->wf != NULL));
	if (!workflow->wf)
		return expr_object_value(out);
	expr_object_set(out, WF_S("name"), expr_string(workflow->wf->name));
	for (size_t i = 0; i < workflow->wf->on->n; i++) {
		const struct when_event *event = &workflow->wf->on->events[i];

		expr_object_set(on, event->name, event_json(arena, event));
	}
	expr_object_set(out, WF_S("on"), expr_object_value(on));
	return expr_object_value(out);
}

/* "branches: main, dev; types: opened": the object of event_json() on one line. */
static void
print_details(struct wf_buf *out, struct wf_arena *arena, const struct when_event *event)
{
	const struct expr_object *details = event_json(arena, event).object;

	for (size_t i = 0; i < details->n; i++) {
		const struct expr_array *texts = details->pairs[i].value.array;

		wf_buf_addf(out, "%s%.*s: ", i > 0 ? "; " : "  ", WF_ARG(details->pairs[i].key));
		for (size_t t = 0; t < texts->n; t++)
			wf_buf_addf(out, "%s%.*s", t > 0 ? ", " : "",
			    WF_ARG(texts->items[t].string));
	}
}

static void
print_workflow(struct wf_buf *out, struct wf_arena *arena, const struct session_workflow *workflow)
{
	const struct workflow *wf = workflow->wf;

	wf_buf_addf(out, "%.*s", WF_ARG(workflow->path));
	if (!wf) {
		wf_buf_adds(out, "  invalid\n");
		return;
	}
	if (!wf_str_eq(wf->name, workflow->path))
		wf_buf_addf(out, "  %.*s", WF_ARG(wf->name));
	wf_buf_addc(out, '\n');
	for (size_t i = 0; i < wf->on->n; i++) {
		const struct when_event *event = &wf->on->events[i];

		wf_buf_addf(out, "  %-18.*s", WF_ARG(event->name));
		print_details(out, arena, event);
		while (out->p[out->n - 1] == ' ')
			out->n--;
		wf_buf_addc(out, '\n');
	}
}

int
cmd_list(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	wf_auto(scene_close) struct scene scene = { 0 };
	struct expr_array *list = expr_array_new(cmd->arena);

	if (!scene_open(&scene, cmd, err) || !scene_load(&scene, err))
		return CMD_FAILED;
	if (cmd->args->schedule || cmd->args->week)
		return list_schedule(&scene, err) ? scene_status(&scene) : CMD_FAILED;
	for (size_t i = 0; i < scene.n; i++)
		if (cmd->args->json)
			expr_array_push(list, workflow_json(cmd->arena, &scene.workflows[i]));
		else
			print_workflow(&out, cmd->arena, &scene.workflows[i]);
	if (cmd->args->json)
		cmd_print_json(expr_array_value(list));
	else
		cmd_print_wrapped(&out);
	return scene_status(&scene);
}
