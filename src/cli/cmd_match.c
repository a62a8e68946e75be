/* SPDX-License-Identifier: MIT */
/* cmd_match.c - `wfrun match`: an ordered list of patterns against names. */
#include "cli/cmd_match.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "event/filter.h"

enum { STATUS_TAKEN, STATUS_NOT_TAKEN, STATUS_USAGE };

struct match_args {
	struct when_filter list;
	char **names; /* the rest of argv */
	int nnames;
};

static void
filter_freep(struct filter **filter)
{
	filter_free(*filter);
}

static bool
read_args(struct wf_arena *arena, int argc, char **argv, struct match_args *out,
    struct wf_error *err)
{
	size_t cap = 0;
	int i;

	for (i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "-p") == 0)
			continue;
		wf_push(arena, out->list.items, out->list.n, cap)->text = wf_str(argv[i]);
	}
	out->names = argv + i + 1;
	out->nnames = argc - i - 1;
	if (out->list.n == 0)
		wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "match: no pattern is given");
	else if (out->nnames < 1)
		wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "match: no name is given");
	else
		return true;
	return wf_hint(err, "wfrun match -p 'v*' '!v0*' -- v1.0 v0.9");
}

static void
print_name(struct wf_buf *out, struct wf_str name, bool takes, struct wf_str by)
{
	wf_buf_addf(out, "%s %.*s", takes ? "yes" : "no ", WF_ARG(name));
	if (by.n > 0)
		wf_buf_addf(out, "  by '%.*s'", WF_ARG(by));
	wf_buf_addc(out, '\n');
}

static int
match_names(const struct match_args *args, const struct filter *filter)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	int status = STATUS_NOT_TAKEN;
	ptrdiff_t decided;

	for (int i = 0; i < args->nnames; i++) {
		struct wf_str name = wf_str(args->names[i]);
		bool takes = filter_match(filter, name, &decided);

		print_name(&out, name, takes,
		    decided < 0 ? WF_S("") : args->list.items[decided].text);
		if (takes)
			status = STATUS_TAKEN;
	}
	cmd_print(&out);
	return status;
}

int
cmd_match(int argc, char **argv)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;
	wf_auto(filter_freep) struct filter *filter = NULL;
	struct match_args args = { 0 };
	struct wf_error err;

	if (read_args(arena, argc, argv, &args, &err))
		filter = filter_new(&args.list, &err);
	if (filter)
		return match_names(&args, filter);
	wf_error_render(&text, &err, "error", WF_S(""), isatty(STDERR_FILENO));
	fwrite(text.p, 1, text.n, stderr);
	return STATUS_USAGE;
}
