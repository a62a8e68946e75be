/* SPDX-License-Identifier: MIT */
/* cmd_match.c - `wfrun match`: an ordered list of patterns against names. */
#include "cli/cmd.h"
#include "event/filter.h"

static void
filter_freep(struct filter **filter)
{
	filter_free(*filter);
}

static void
print_name(struct wf_buf *out, struct wf_str name, bool takes, struct wf_str by)
{
	wf_buf_addf(out, "%s %.*s", takes ? "yes" : "no ", WF_ARG(name));
	if (by.n > 0)
		wf_buf_addf(out, "  by '%.*s'", WF_ARG(by));
	wf_buf_addc(out, '\n');
}

static struct when_filter
list_of(struct wf_arena *arena, const struct opt_list *patterns)
{
	struct when_filter list = { .given = true, .n = patterns->n };

	list.items = wf_new_array(arena, list.n, struct when_pattern);
	for (size_t i = 0; i < list.n; i++)
		list.items[i].text = wf_str(patterns->items[i]);
	return list;
}

int
cmd_match(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	wf_auto(filter_freep) struct filter *filter = NULL;
	const struct opt_list *names = &cmd->args->words;
	struct when_filter list = list_of(cmd->arena, &cmd->args->patterns);
	int status = 1; /* none is taken */
	ptrdiff_t decided;

	if (list.n == 0) {
		wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "no pattern is given");
		wf_hint(err, "wfrun match -p 'v*' '!v0*' -- v1.0 v0.9");
		return CMD_FAILED;
	}
	if (!(filter = filter_new(&list, err)))
		return CMD_FAILED;
	for (size_t i = 0; i < names->n; i++) {
		bool takes = filter_match(filter, wf_str(names->items[i]), &decided);

		print_name(&out, wf_str(names->items[i]), takes,
		    decided < 0 ? WF_S("") : list.items[decided].text);
		if (takes)
			status = 0;
	}
	cmd_print(&out);
	return status;
}
