/* SPDX-License-Identifier: MIT */
/* cmd_why.c - `wfrun why`: for each workflow whether the event wakes it, and what decided. */

#include "cli/cmd.h"
#include "cli/scene.h"

struct answer {
	const struct session_workflow *workflow;
	struct trigger_verdict verdict; /* wakes and reason only where the file is valid */
};

static bool
decide(struct scene *scene, struct answer *answers, struct wf_error *err)
{
	for (size_t i = 0; i < scene->n; i++) {
		const struct workflow *wf = scene->workflows[i].wf;

		answers[i].workflow = &scene->workflows[i];
		if (!wf)
			answers[i].verdict.reason = WF_S("the file is invalid");
		else if (!trigger_match(scene->cmd->arena, wf, &scene->event, &answers[i].verdict,
		             err))
			return false;
	}
	return true;
}

static void
print_text(struct wf_buf *out, const struct scene *scene, const struct answer *answers)
{
	size_t width = 0;

	for (size_t i = 0; i < scene->n; i++)
		if (answers[i].workflow->path.n > width)
			width = answers[i].workflow->path.n;
	scene_print_event(scene, out);
	for (size_t i = 0; i < scene->n; i++) {
		const struct trigger_verdict *verdict = &answers[i].verdict;
		struct wf_str path = answers[i].workflow->path;

		wf_buf_addf(out, "%s  ", verdict->wakes ? "runs" : "no  ");
		if (verdict->pos.line > 0)
			wf_buf_addf(out, "%.*s:%-*d", WF_ARG(path), (int)(width - path.n) + 5,
			    verdict->pos.line);
		else
			wf_buf_addf(out, "%-*.*s", (int)width + 6, WF_ARG(path));
		wf_buf_addf(out, " %.*s\n", WF_ARG(verdict->reason));
	}
}

static struct expr_value
answer_json(struct wf_arena *arena, const struct answer *answer)
{
	const struct trigger_verdict *verdict = &answer->verdict;
	struct expr_object *out = expr_object_new(arena);

	expr_object_set(out, WF_S("path"), expr_string(answer->workflow->path));
	if (answer->workflow->wf)
		expr_object_set(out, WF_S("name"), expr_string(answer->workflow->wf->name));
	expr_object_set(out, WF_S("valid"), expr_bool(answer->workflow->wf != NULL));
	expr_object_set(out, WF_S("runs"), expr_bool(verdict->wakes));
	expr_object_set(out, WF_S("reason"), expr_string(verdict->reason));
	if (verdict->pos.line > 0)
		expr_object_set(out, WF_S("line"), expr_number(verdict->pos.line));
	if (verdict->pattern.n > 0)
		expr_object_set(out, WF_S("pattern"), expr_string(verdict->pattern));
	if (verdict->matched.n > 0)
		expr_object_set(out, WF_S("matched"), expr_string(verdict->matched));
	return expr_object_value(out);
}

int
cmd_why(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	wf_auto(scene_close) struct scene scene = { 0 };
	struct expr_array *list = expr_array_new(cmd->arena);
	struct answer *answers;

	if (!scene_open(&scene, cmd, err) || !scene_load(&scene, err) ||
	    !scene_settings(&scene, err) || !scene_event(&scene, err))
		return CMD_FAILED;
	answers = wf_new_array(cmd->arena, scene.n, struct answer);
	if (!decide(&scene, answers, err))
		return CMD_FAILED;
	if (cmd->args->json) {
		for (size_t i = 0; i < scene.n; i++)
			expr_array_push(list, answer_json(cmd->arena, &answers[i]));
		scene_print_json(&scene, list);
	} else {
		print_text(&out, &scene, answers);
		cmd_print(&out);
	}
	return scene_status(&scene);
}
