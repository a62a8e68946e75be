/* SPDX-License-Identifier: MIT */
/* cmd_fetch.c - `wfrun fetch`: brings what workflows use of other repositories, and says it. */
#include <time.h>

#include "cli/cmd.h"
#include "cli/fetching.h"
#include "cli/scene.h"
#include "runner/gather.h"
#include "runner/output/record.h"

static int64_t
no_time(void *data)
{
	(void)data;
	return 0; /* nobody listens to this record */
}

static void
free_record(struct record **record)
{
	record_free(*record);
}

static void
print_items(const struct gather *found)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < found->n; i++) {
		const struct gather_item *item = &found->items[i];

		wf_buf_addf(&out, "%s %.*s %.*s\n", item->fetched ? "fetched" : "kept   ",
		    WF_ARG(item->name), WF_ARG(item->sha));
		if (item->moved.n)
			wf_buf_addf(&out,
			    "        has moved to %.*s; the lock file's commit stays, "
			    "--update takes the new one\n",
			    WF_ARG(item->moved));
	}
	cmd_print(&out);
}

int
cmd_fetch(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(free_record) struct record *record = record_new(no_time, NULL);
	wf_auto(scene_close) struct scene scene = { 0 };
	struct session_options options;
	struct fetching fetching;
	struct gather found;
	bool good;

	if (!scene_open(&scene, cmd, err))
		return CMD_FAILED;
	options = (struct session_options){
		.repo = scene.repo,
		.facts = &scene.facts,
		.workflows = cmd->args->words.items,
		.stubs = cmd->args->stubs,
		.record = record,
	};
	if (!fetching_options(&fetching, cmd, repo_workdir(scene.repo), &options.actions, err))
		return CMD_FAILED;
	options.actions.renew = !cmd->args->offline;
	options.actions.update = cmd->args->update;
	good = gather(&options, &found, cmd->diags, err);
	print_items(&found);
	return good ? 0 : CMD_FAILED;
}
