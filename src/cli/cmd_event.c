/* SPDX-License-Identifier: MIT */
/* cmd_event.c - `wfrun event`: the payload as JSON. */
#include "cli/cmd.h"
#include "cli/scene.h"

int
cmd_event(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(scene_close) struct scene scene = { 0 };
	struct args args = *cmd->args;
	struct cmd asked = { .args = &args, .arena = cmd->arena, .diags = cmd->diags };

	if (args.words.n > 0) {
		args.event = args.words.items[0];
		args.words = (struct opt_list){ 0 }; /* it names no workflow */
	}
	if (!scene_open(&scene, &asked, err) || !scene_settings(&scene, err) ||
	    !scene_event(&scene, err))
		return CMD_FAILED;
	cmd_print_json(expr_object_value(scene.event.payload));
	return 0;
}
